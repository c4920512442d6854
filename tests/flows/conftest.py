"""A running Casebook in a local Slack, with the people of the tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings, load
from bot.outbox import worker
from bot.sandbox.slack import LocalSlack
from bot.wiring import Casebook, build

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


class Clock:
    """The present, or later."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def seconds(self) -> float:
        return self.now().timestamp()


def settings_for(slack: LocalSlack, database_url: str, **more: str) -> Settings:
    environ = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
        "CASEBOOK_PORT": "0",
        "CASEBOOK_HOST": "127.0.0.1",
    }
    return load(environ | more, dotenv=None)


@contextmanager
def running(settings: Settings, **seams: Any) -> Iterator[Casebook]:
    casebook = build(settings, **seams)
    casebook.start()
    try:
        yield casebook
    finally:
        casebook.stop()


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker rests for the sake of people who click meanwhile; here they wait for what it does."""
    monkeypatch.setattr(worker, "COLLECT", 0.01)
    monkeypatch.setattr(worker, "RESTS", 0)


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(manifest=MANIFEST) as local:
        yield local
        assert not local.refusals, f"Slack refused: {local.refusals}"


@dataclass
class Town:
    """Ann reports, Bob is on the team, Carol is a stranger to it, Dana is an admin, Gus a guest."""

    slack: LocalSlack
    ann: Any
    bob: Any
    carol: Any
    dana: Any
    gus: Any
    ops: Any
    general: Any
    sre: Any


@pytest.fixture
def town(slack: LocalSlack) -> Town:
    ann, bob, carol = (slack.add_person(name, name.title()) for name in ("ann", "bob", "carol"))
    dana = slack.add_person("dana", "Dana", admin=True)
    gus = slack.add_person("gus", "Gus", guest=True)
    everyone = [ann, bob, carol, dana, gus]
    return Town(
        slack=slack,
        ann=ann,
        bob=bob,
        carol=carol,
        dana=dana,
        gus=gus,
        ops=slack.add_channel("ops", members=[ann, bob, dana], bot=True),
        general=slack.add_channel("general", members=everyone),
        sre=slack.add_group("sre", "SRE", members=[ann, bob]),
    )


@pytest.fixture
def casebook(town: Town, sqlite_url: str) -> Iterator[Casebook]:
    with running(settings_for(town.slack, sqlite_url)) as casebook:
        yield casebook


@pytest.fixture
def project(town: Town, casebook: Casebook) -> None:
    """Project OPS with its home in #ops."""
    create_project(town, casebook, "OPS", "Operations", town.ops)


def create_project(town: Town, casebook: Casebook, key: str, name: str, channel: Any) -> None:
    """Returns when Slack has been asked who is in the home channel."""
    town.dana.command("/case project new", channel=town.general)
    modal = town.dana.modal
    modal.fill({"key": key, "name": name, "home_channel": channel})
    answer = modal.submit()
    assert not answer.errors, answer.errors
    town.dana.modal.close()
    assert casebook.worker.wait_until_idle(10)


@pytest.fixture
def card(town: Town, casebook: Casebook) -> Callable[[str], Any]:
    """The card of a case in #ops, once it is there and recorded; ``card("db down")`` finds it by its words."""

    def find(words: str, channel: Any = None) -> Any:
        where, bot = channel or town.ops, town.slack.bot_user
        found = town.slack.wait_for(
            lambda: next((m for m in town.slack.messages(where) if m.user == bot and words in m.shown), None),
            what=f"a card with “{words}” in #{where.name}",
        )
        assert casebook.worker.wait_until_idle(10)
        return found

    return find


@pytest.fixture
def open_case(town: Town, project: None) -> Callable[..., Any]:
    """Opens a case in OPS by command, as Bob if nobody is named; returns what was answered."""

    def opened(words: str, person: Any = None) -> Any:
        answer = (person or town.bob).command(f"/case quick {words} in OPS", channel=town.ops)
        assert not answer.error
        return answer

    return opened
