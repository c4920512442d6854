"""A partner that creates a ticket without saying in which status: it tells that afterwards, early, late or never."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.casetype import Group
from bot.domain.entry import Entry, Kind
from bot.domain.link import Health
from bot.domain.priority import Priority
from bot.domain.ticket import FIELDS, Account, Draft, Part, Partner, Seen, Standing, TicketChange, Value
from bot.outbox.tickets import TicketSender
from bot.storage.database import Database
from bot.usecases import tickets, working
from tests.ticketing import MIA, SYSTEM, US, Asking
from tests.usecases.stepping import Town
from tests.usecases.world import WORKSPACE, Acts, rows

TO_DO = Standing("To Do", Group.OPEN)
A_WHILE = timedelta(minutes=10)


class Terse(Asking):
    """It says of a new ticket what it was told, and no more."""

    def create(self, draft: Draft) -> Seen:
        seen = super().create(draft)
        return replace(seen, values={part: value for part, value in draft.values.items() if part != Part.STATUS})


@pytest.fixture
def town(db: Database, act: Acts) -> Town:
    town = Town(db, act)
    town.sender = TicketSender(town.db, Partner(SYSTEM, lambda: Terse(town.desk)), WORKSPACE, town.clock)
    return town


def created_with(town: Town, by: Account | None = US, **values: Value) -> list[TicketChange]:
    """As a webhook or a search tells it."""
    issue = town.desk.only()
    told = {part: issue.values[part] for part in FIELDS} | {Part(name): value for name, value in values.items()}
    return [TicketChange(issue.id, part, town.clock(), value, by=by, is_first=True) for part, value in told.items()]


def test_what_it_was_created_with_is_told_by_its_news(town: Town) -> None:
    case, ticket, issue = town.linked(assignee="bob")
    assert (ticket.status, ticket.health, town.desk.calls) == ("", Health.IN_STEP, ["account", "create"])
    town.hear(*created_with(town, assignee=issue.values[Part.ASSIGNEE]))
    ticket = town.ticket(case)
    assert (ticket.status, ticket.assignee, ticket.health) == ("To Do", "Bob over there", Health.IN_STEP)
    before = town.lines(case)
    town.clock.move(hours=1)
    town.tell()
    assert town.desk.calls == ["account", "create"], "nothing is left to be read"
    assert town.lines(case) == before


def test_a_ticket_that_begins_elsewhere_moves_its_case(town: Town) -> None:
    case, _, _ = town.linked()
    town.hear(*created_with(town, status=Standing("In Progress", Group.IN_PROGRESS), assignee=MIA))
    assert (town.case(case).status, town.ticket(case).assignee) == ("In progress", "Mia")


def test_it_is_old_news_once_anything_is_known(town: Town) -> None:
    case, _, issue = town.linked()
    first = created_with(town)
    working.set_status(town.db, town.act(), case.id, "in progress")
    town.tell()
    town.desk.calls.clear()
    town.hear(*first)
    town.tell()
    assert (town.ticket(case).status, town.case(case).status) == ("In Progress", "In progress")
    assert town.desk.calls == []
    assert issue.values[Part.STATUS] == Standing("In Progress", Group.IN_PROGRESS)


def test_it_keeps_what_the_partner_would_not_take(town: Town) -> None:
    town.desk.forbidden = {"In Progress", "In Review"}
    case = town.open()
    working.set_status(town.db, town.act(), case.id, "in progress")
    town.create(case)
    differing = town.ticket(case)
    assert (differing.health, differing.status) == (Health.OUT_OF_STEP, "")
    town.hear(*created_with(town))
    ticket = town.ticket(case)
    assert (ticket.status, ticket.health, ticket.problem) == ("To Do", Health.OUT_OF_STEP, differing.problem)
    assert town.case(case).status == "In progress"


def test_told_before_its_creation_is_recorded_it_is_not_lost(town: Town) -> None:
    def heard(moment: str, call: str) -> None:
        if (moment, call) == ("after", "create"):
            town.hear(*created_with(town))
            town.hear(*created_with(town))  # Jira sends some twice

    town.desk.fault = heard
    case, ticket, _ = town.linked(priority=Priority.P3)
    assert (ticket.status, ticket.health) == ("To Do", Health.IN_STEP)
    assert town.desk.calls == ["create"]
    kinds = [entry.kind for entry in rows(town.db, Entry, Entry.case_id == case.id)]
    assert kinds == [Kind.OPENED, Kind.TICKET_ASKED, Kind.TICKET_CREATED]


def test_of_tickets_that_are_none_of_ours_nothing_is_kept(town: Town) -> None:
    before = town.due()
    town.hear(TicketChange(town.desk.make().id, Part.TITLE, town.clock(), "secret", by=MIA, is_first=True))
    assert town.due() == before == []


def test_what_nobody_tells_is_read_after_a_while(town: Town) -> None:
    case, _, _ = town.linked()
    town.clock.now += A_WHILE
    town.tell()
    assert (town.ticket(case).status, town.desk.calls) == ("To Do", ["create", "read"])


def test_an_unlinked_one_is_not_read(town: Town) -> None:
    _, ticket, _ = town.linked()
    tickets.unlink_ticket(town.db, town.act(), ticket.case_id, ticket.id)
    town.clock.now += A_WHILE
    town.tell()
    assert "read" not in town.desk.calls
