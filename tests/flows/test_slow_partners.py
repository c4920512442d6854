"""Many cases change at once while Jira and ServiceNow are slow, and eight workers tell them: once, in order, and Slack
does not wait for it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from bot.domain.act import Act
from bot.domain.delivery import State
from bot.domain.link import Health, Ticket, Wanted
from bot.domain.priority import Priority
from bot.domain.ticket import Part
from bot.sandbox import LocalJira, LocalServiceNow
from bot.storage.database import Database
from bot.usecases import tickets, working
from bot.wiring import Casebook, build
from tests.flows.conftest import Town, create_project, running, settings_for
from tests.flows.partners import WORKING, JiraSide, ServiceNowSide, Side

WORKERS = 8
CASES = 5  # of each partner
SLOW = 0.2
SOON = 60
# Seconds. ServiceNow tells all once: what a busy database refuses comes with later news, out of order.
PATIENT = 8


@pytest.fixture
def sides() -> Iterator[tuple[Side, ...]]:
    with LocalJira() as jira, LocalServiceNow() as servicenow:
        found: tuple[Side, ...] = (JiraSide(jira), ServiceNowSide(servicenow))
        for side in found:
            side.found()
            side.local.faults.add(kind="delay", value=SLOW)
        yield found


@pytest.fixture
def casebook(town: Town, sides: tuple[Side, ...], database_url: str) -> Iterator[Casebook]:
    """One that people speak to, and the workers of seven more on the same database."""
    town.bob.change(email="bob@example.com")
    more = {name: value for side in sides for name, value in side.settings.items()}
    settings = settings_for(town.slack, database_url, **more)
    with ExitStack() as stack:
        first = stack.enter_context(running(settings))
        first.db.wait_seconds = PATIENT
        for _ in range(WORKERS - 1):
            other = build(settings)
            stack.callback(other.db.close)
            other.worker.start()
            stack.callback(other.worker.stop)
        create_project(town, first, "OPS", "Operations", town.ops)
        create_project(town, first, "WEB", "Website", town.general)
        for side in sides:
            side.call(first.server.port)
        yield first


class Busy:
    """``db``: of people who wait longer than a click does, since the machine may be busy with other tests."""

    def __init__(self, town: Town, db: Database, casebook: Casebook) -> None:
        self.town, self.db, self.now = town, db, casebook.desk.now

    def act(self, origin: str) -> Act:
        return Act(self.town.ann.id, self.now(), "card", origin)

    def ticket(self, key: str) -> Ticket:
        (found,) = tickets.tickets_of(self.db, self.act(""), key).tickets
        return found

    def change(self, key: str) -> None:
        """What a busy minute brings a case."""
        deeds: tuple[Callable[[Act], Any], ...] = (
            lambda act: working.note_case(self.db, act, key, "first"),
            lambda act: working.prioritize_case(self.db, act, key, Priority.P2),
            lambda act: working.note_case(self.db, act, key, "second"),
            lambda act: working.set_status(self.db, act, key, "In progress"),
            lambda act: working.prioritize_case(self.db, act, key, Priority.P1),
            lambda act: working.note_case(self.db, act, key, "third"),
        )
        for number, deed in enumerate(deeds):
            deed(self.act(f"{key}/{number}"))

    def waiting(self) -> int:
        """How much is still to be told to the partners by now."""
        with self.db.read() as work:
            due = work.deliveries.list(State.DUE, 1000)
            return sum(one.partner in {"jira", "servicenow"} and one.created_at <= self.now() for one in due)

    def is_told(self, key: str) -> bool:
        return self.ticket(key).health == Health.IN_STEP

    def notes(self, key: str) -> list[str]:
        with self.db.read() as work:
            case = work.cases.by_key(key)
            assert case
            return list(work.cases.note_texts(case))


@pytest.fixture
def busy(town: Town, casebook: Casebook, database: Database) -> Busy:
    return Busy(town, database, casebook)


def test_all_arrives_once_and_in_order(town: Town, busy: Busy, sides: tuple[Side, ...]) -> None:
    mine = {f"OPS-{number}": sides[number % 2] for number in range(1, 2 * CASES + 1)}
    for number in range(1, 2 * CASES + 1):
        assert not town.ann.command(f"/case quick trouble {number} in OPS", channel=town.ops).error
    for side, path in zip(sides, ("/rest/api/2/issue", "/api/now/table/incident"), strict=True):
        side.local.faults.add(path, "drop_after", times=2)  # two tickets are there, and nobody is told
    for key, side in mine.items():
        tickets.create_ticket(busy.db, busy.act(f"{key}/create"), key, side.name, wanted(side))
    with ThreadPoolExecutor(len(mine)) as people:
        at_work = people.map(busy.change, mine)
        town.dana.command("/case quick lights are out in WEB", channel=town.general)
        town.slack.wait_for(lambda: has_card(town, "lights are out"), SOON, "the card of another project")
        assert busy.waiting(), "Slack was told while the partners were not"
        list(at_work)
    for key, side in mine.items():
        town.slack.wait_for(lambda key=key: busy.ticket(key).key, SOON, f"the ticket of {key}")  # type: ignore[misc]
        there = busy.ticket(key).key
        side.say(there, f"about {key}")
        side.set(there, Part.ASSIGNEE, "bob")
        side.say(there, f"again about {key}", "bob")
    for key, side in mine.items():
        theirs = [f"Mia ({side.label}): about {key}", f"again about {key}"]
        town.slack.wait_for(lambda key=key: len(busy.notes(key)) == 5, SOON, f"all notes of {key}")  # type: ignore[misc]
        assert [text for text in busy.notes(key) if key in text] == theirs
    town.slack.wait_for(lambda: not busy.waiting() and all(map(busy.is_told, mine)), SOON, "all to be told")
    for side in sides:
        assert len(side.keys()) == CASES
    for key, side in mine.items():
        agrees(busy, key, side)


def has_card(town: Town, words: str) -> bool:
    bot = town.slack.bot_user
    return any(one.user == bot and words in one.shown for one in town.slack.messages(town.general))


def agrees(busy: Busy, key: str, side: Side) -> None:
    ticket = busy.ticket(key)
    assert side.mark(ticket.key) == ticket.wanted["mark"]
    there = side.fields(ticket.key)
    assert (there["status"], there["priority"]) == (side.words[WORKING], side.priorities["P1"])
    assert there["assignee"] == "bob"
    told = [text for text in side.said(ticket.key) if "in Slack" in text]
    assert told == [f"ann in Slack, {key}: {word}" for word in ("first", "second", "third")]
    assert len(side.said(ticket.key)) == 5


def wanted(side: Side) -> Wanted:
    return Wanted("ABC", "10200") if side.name == "jira" else Wanted("incident")
