"""A running Casebook, its local Slack with the page, and people who sit before a real browser."""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from bot.sandbox.page import mount
from bot.sandbox.slack import LocalSlack
from tests.e2e.windows import Window
from tests.flows.conftest import MANIFEST, casebook, create_project, project, town  # noqa: F401 - fixtures

OPENED = pytest.StashKey[list[Window]]()
ARTIFACTS = Path(__file__).parents[1] / "artifacts" / "e2e"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
# Without the middle ones Chromium looks up its maker's hosts at every start, which closed networks refuse slowly.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

expect.set_options(timeout=15_000)


def find_browser() -> str:
    wanted = os.environ.get("CHROMIUM") or next((path for name in BROWSERS if (path := shutil.which(name))), "")
    if wanted:
        return wanted
    reason = "no Chromium found: install the package chromium, or name one in CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """By module and not by session: while Playwright is awake no other test of the run could use asyncio."""
    path = find_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(manifest=MANIFEST, page=mount, team_url="") as local:
        yield local
        assert not local.refusals, f"Slack refused: {local.refusals}"


@pytest.fixture
def window(browser: Browser, slack: LocalSlack, request: pytest.FixtureRequest) -> Iterator[Callable[..., Window]]:
    """``window(ann, ops)``: a browser in which Ann looks at #ops. Whatever the browser complains of fails the test."""
    opened = request.node.stash[OPENED] = []

    def open_window(person: Any, place: Any = None, **options: Any) -> Window:
        context = browser.new_context(
            viewport=options.pop("viewport", {"width": 1280, "height": 800}),
            locale="en-US",
            timezone_id="UTC",
            **options,
        )
        mine = Window(context.new_page(), slack, person)
        opened.append(mine)
        mine.visit(place)
        return mine

    yield open_window
    for one in opened:
        complaints = one.complaints
        one.page.context.close()
        assert not complaints, complaints


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Pictures of all windows at the end of a test, however it ends, while Casebook still runs."""
    try:
        return (yield)
    finally:
        name = re.sub(r"[^a-z0-9]+", "-", item.name.lower()).strip("-")
        for number, one in enumerate(item.stash.get(OPENED, [])):
            one.shot(ARTIFACTS / f"{name}-{number}.png")


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Callable[[Window, str], None]:
    """Pictures along the way, to look at."""

    def shot(of: Window, name: str) -> None:
        of.shot(ARTIFACTS / f"{request.node.name.replace('_', '-')}-{name}.png")

    return shot
