"""The company is set up once a run; every test starts from a copy of what that left."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.demo.company import Company, company
from bot.demo.folder import Folder
from bot.demo.run import Demo
from bot.domain.delivery import State
from bot.wiring import Casebook


@dataclass
class Run:
    demo: Demo
    casebook: Casebook

    @property
    def company(self) -> Company:
        return company(self.demo.slack)

    def nothing_went_wrong(self) -> None:
        assert self.casebook.worker.wait_until_idle(10)
        assert self.demo.slack.refusals == []
        with self.casebook.db.read() as work:
            assert work.deliveries.list(State.DEAD, 10) == []


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "company"
    path.mkdir()
    demo = Demo(Folder(path), 0, threading.Event())
    with demo.running() as casebook:
        Run(demo, casebook).nothing_went_wrong()
    return path


@pytest.fixture
def kept(template: Path, tmp_path: Path) -> Path:
    """Where `python -m bot demo` looks when it is started in ``tmp_path``."""
    return Path(shutil.copytree(template, tmp_path / ".casebook-demo"))


@pytest.fixture
def start(kept: Path) -> Iterator[Callable[[], Run]]:
    with ExitStack() as started:

        def one() -> Run:
            demo = Demo(Folder(kept), 0, threading.Event())
            return Run(demo, started.enter_context(demo.running()))

        yield one


@pytest.fixture(scope="module")
def run(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One for all tests of a module: each start and stop takes a second or two."""
    path = Path(shutil.copytree(template, tmp_path_factory.mktemp("run") / "company"))
    demo = Demo(Folder(path), 0, threading.Event())
    with demo.running() as casebook:
        yield Run(demo, casebook)
