"""From a ticket to its case: each change once, in whatever order it comes, and nothing of our own comes back."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.casetype import Group
from bot.domain.delivery import JIRA
from bot.domain.entry import Entry, Kind
from bot.domain.errors import Conflict
from bot.domain.link import Health
from bot.domain.priority import Priority
from bot.domain.ticket import Account, Part, Standing, TicketChange, Way
from bot.storage.database import Database
from bot.usecases import tickets, working
from tests.ticketing import BOB, MIA, US
from tests.usecases.stepping import Town
from tests.usecases.world import Acts, rows


@pytest.fixture
def town(db: Database, act: Acts) -> Town:
    return Town(db, act)


def later(town: Town, **by: float) -> None:
    town.clock.move(**(by or {"minutes": 5}))


def test_each_field_comes_in(town: Town) -> None:
    case, _, issue = town.linked()
    tickets.change_terms(town.db, town.act("dana"), "OPS", JIRA, ways=dict.fromkeys(Part, Way.BOTH))
    later(town)
    for part, value in (
        (Part.TITLE, "Checkout and cart are down"), (Part.DESCRIPTION, "Both of them"), (Part.PRIORITY, "Highest"),
        (Part.STATUS, "In Progress"), (Part.ASSIGNEE, BOB),
    ):  # fmt: skip
        town.hear(town.desk.by_hand(issue.id, part, value))
    now = town.case(case)
    assert (now.title, now.description, now.priority) == ("Checkout and cart are down", "Both of them", "P1")
    assert (now.status, now.assignee) == ("In progress", "bob")
    assert town.lines(case)[-3:] == [
        f"Mia changed the priority from Not set to P1 Critical in Jira {issue.key}",
        f"Mia changed the status from Open to In progress in Jira {issue.key}",
        f"Mia assigned this case to Bob in Jira {issue.key}",
    ]
    town.desk.calls.clear()
    town.tell()
    assert (town.desk.calls, town.ticket(case).health) == ([], Health.IN_STEP)


def test_whoever_is_known_by_address_did_it(town: Town) -> None:
    case, _, issue = town.linked()
    later(town)
    town.hear(town.desk.by_hand(issue.id, Part.PRIORITY, "High", BOB))
    assert rows(town.db, Entry, Entry.case_id == case.id)[-1].actor == "bob"


def test_closing_there_closes_here_with_a_reason(town: Town) -> None:
    case, _, issue = town.linked(type=2)
    later(town)
    town.hear(town.desk.by_hand(issue.id, Part.STATUS, "Done"))
    assert (town.case(case).group, town.case(case).reason) == ("closed", "Resolved")
    later(town)
    town.hear(town.desk.by_hand(issue.id, Part.STATUS, "To Do"))
    assert town.case(case).status == "Open"
    town.tell()
    assert issue.values[Part.STATUS] == Standing("To Do", Group.OPEN)


def test_said_again_and_again_it_happens_once(town: Town) -> None:
    case, _, issue = town.linked()
    later(town)
    change = town.desk.by_hand(issue.id, Part.PRIORITY, "High")
    said = town.desk.say(issue.id, "Looking")
    for _ in range(3):
        town.hear(change, said)
    town.hear(said, change)
    assert len(town.lines(case)) == 5
    assert town.notes(case) == ["Mia (Jira): Looking"]


def test_late_news_are_asked_after(town: Town) -> None:
    case, _, issue = town.linked()
    later(town)
    first = town.desk.by_hand(issue.id, Part.PRIORITY, "High")
    later(town)
    second = town.desk.by_hand(issue.id, Part.PRIORITY, "Low")
    town.hear(second)
    town.hear(first)
    town.tell()
    assert town.case(case).priority == "P4"
    assert town.desk.calls[-1] == "read"
    assert len(town.lines(case)) == 4


def test_our_own_doings_do_not_come_back(town: Town) -> None:
    case, _, issue = town.linked()
    town.poll()
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    working.note_case(town.db, town.act(), case.id, "seen")
    working.close_case(town.db, town.act(), case.id)
    town.tell()
    lines, calls = town.lines(case), len(town.desk.calls)
    town.poll()
    town.hear(*town.desk.log)
    town.tell()
    assert town.lines(case) == lines
    assert town.desk.calls[calls:] == ["news"]
    assert town.desk.said(issue.id) == [f"Ann in Slack, {case.key}: seen"]


def test_the_newer_change_wins_and_the_other_may_be_chosen(town: Town) -> None:
    case, ticket, issue = town.linked()
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P3)
    later(town)
    town.hear(town.desk.by_hand(issue.id, Part.PRIORITY, "Highest"))
    assert town.case(case).priority == "P1"
    assert town.lines(case)[-1] == (
        f"Mia changed the priority from P3 Medium to P1 Critical in Jira {issue.key}, over P3 Medium by Ann"
    )
    assert town.ticket(case).conflicts["priority"]["won"] == "theirs"
    tickets.keep_ours(town.db, town.act(), ticket.id, Part.PRIORITY)
    town.tell()
    assert (town.case(case).priority, issue.values[Part.PRIORITY]) == ("P3", "Medium")
    assert town.ticket(case).conflicts == {}
    with pytest.raises(Conflict):
        tickets.keep_ours(town.db, town.act(), ticket.id, Part.PRIORITY)


def test_the_older_change_loses_and_may_be_taken(town: Town) -> None:
    case, ticket, issue = town.linked()
    later(town)
    change = town.desk.by_hand(issue.id, Part.PRIORITY, "Highest")
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P3)
    town.hear(change)
    assert town.lines(case)[-1] == (
        f"Mia changed the priority to “Highest” in Jira {issue.key}; P3 Medium stays, which Ann set later"
    )
    town.tell()
    assert issue.values[Part.PRIORITY] == "Medium"
    tickets.take_theirs(town.db, town.act(), ticket.id, Part.PRIORITY)
    town.tell()
    assert (town.case(case).priority, issue.values[Part.PRIORITY]) == ("P1", "Highest")


def test_both_may_change_to_the_same(town: Town) -> None:
    case, _, issue = town.linked()
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.hear(town.desk.by_hand(issue.id, Part.PRIORITY, "Highest"))
    town.tell()
    assert (town.ticket(case).conflicts, town.ticket(case).health) == ({}, Health.IN_STEP)
    assert len(town.lines(case)) == 4


def test_somebody_unknown_is_named_and_never_guessed(town: Town) -> None:
    case, _, issue = town.linked(assignee="bob")
    later(town)
    town.hear(town.desk.by_hand(issue.id, Part.ASSIGNEE, Account("z", "Zed", "zed@elsewhere.example")))
    assert town.case(case).assignee == "bob"
    assert town.lines(case)[-1] == (
        f"Mia changed the assignee to “Zed” in Jira {issue.key}, which nothing here stands for; the case stays as it is"
    )
    assert town.ticket(case).problem == f"Zed has Jira {issue.key}, and is not known here by an e-mail address."
    assert town.ticket(case).assignee == "Zed"
    later(town)
    town.hear(town.desk.by_hand(issue.id, Part.ASSIGNEE, None))
    assert (town.case(case).assignee, town.ticket(case).health) == (None, Health.IN_STEP)


def test_a_priority_that_stands_for_nothing_changes_nothing(town: Town) -> None:
    case, _, issue = town.linked(priority=Priority.P2)
    later(town)
    town.hear(town.desk.by_hand(issue.id, Part.PRIORITY, "Blocker"))
    assert (town.case(case).priority, town.ticket(case).health) == ("P2", Health.OUT_OF_STEP)


def test_comments_are_notes_also_changed_and_deleted(town: Town) -> None:
    case, _, issue = town.linked()
    later(town)
    said = town.desk.say(issue.id, "I look", BOB)
    town.hear(said)
    assert town.notes(case) == ["I look"]
    later(town)
    assert said.comment
    town.hear(town.desk.resay(issue.id, said.comment.id, "I look now", BOB))
    assert town.notes(case) == ["I look now"]
    town.hear(said)
    assert town.notes(case) == ["I look now"]
    later(town)
    town.hear(town.desk.resay(issue.id, said.comment.id, None, BOB))
    town.tell()
    assert (town.notes(case), town.desk.said(issue.id)) == ([], [])


def test_a_comment_goes_on_to_the_other_ticket_once(town: Town) -> None:
    case, _, issue = town.linked()
    other = town.desk.make("Cart is slow", "XYZ-1")
    town.link(case, "XYZ-1")
    later(town)
    town.poll()
    town.hear(town.desk.say(issue.id, "I look", MIA))
    town.tell()
    town.poll()
    assert town.desk.said(issue.id) == ["I look"]
    assert town.desk.said(other.id) == [f"{case.key}: Mia (Jira): I look"]
    assert town.notes(case) == ["Mia (Jira): I look"]


def test_a_moved_ticket_keeps_its_case(town: Town) -> None:
    case, _, issue = town.linked()
    town.hear(town.desk.rename(issue.id, "NEW-4"))
    ticket = town.ticket(case)
    assert (ticket.key, ticket.url, ticket.foreign_kind) == ("NEW-4", "https://jira.test/browse/NEW-4", "NEW")


def test_a_deleted_ticket_is_said_once(town: Town) -> None:
    case, _, issue = town.linked()
    gone = town.desk.delete(issue.id)
    town.hear(gone)
    town.hear(gone)
    assert town.ticket(case).health == Health.GONE
    assert rows(town.db, Entry, Entry.case_id == case.id)[-1].kind == Kind.TICKET_GONE
    assert len(town.lines(case)) == 4


def test_only_linked_tickets_are_heard(town: Town) -> None:
    case, ticket, issue = town.linked()
    tickets.unlink_ticket(town.db, town.act(), case.id, ticket.id)
    later(town)
    stranger = town.desk.make()
    town.hear(
        town.desk.by_hand(issue.id, Part.PRIORITY, "High"), town.desk.by_hand(stranger.id, Part.PRIORITY, "High")
    )  # fmt: skip
    assert town.case(case).priority == "none"


def test_polling_reads_on_from_its_mark(town: Town) -> None:
    case, _, issue = town.linked()
    town.poll()
    later(town)
    town.desk.by_hand(issue.id, Part.PRIORITY, "High")
    town.desk.by_hand(issue.id, Part.PRIORITY, "Low")
    town.desk.say(issue.id, "Looking", BOB)
    town.poll()
    town.poll()
    assert (town.case(case).priority, town.notes(case)) == ("P4", ["Looking"])
    assert len(town.lines(case)) == 5


def test_what_happens_to_the_first_ticket_before_it_is_first_asked_for_is_heard(town: Town) -> None:
    town.poll()
    case, _, issue = town.linked()
    later(town)
    town.desk.by_hand(issue.id, Part.PRIORITY, "High")
    town.poll()
    assert town.case(case).priority == "P2"


def test_one_question_at_a_time(town: Town) -> None:
    town.linked()
    town.desk.fault = failing
    for _ in range(5):
        town.poll()
        later(town)
    with town.db.read() as work:
        news = work.tickets.news_of(JIRA)
    assert news
    assert news.problem == "Jira does not answer. Casebook keeps trying."
    assert len(town.due()) == 1
    town.desk.fault = lambda moment, call: None
    town.poll()
    with town.db.read() as work:
        news = work.tickets.news_of(JIRA)
    assert news
    assert (news.problem, town.due()) == (None, [])


def failing(moment: str, call: str) -> None:
    from tests.ticketing import down

    down(moment, call)


def test_what_was_read_before_we_wrote_is_read_again(town: Town) -> None:
    case, _, issue = town.linked()
    read_at = town.clock()
    later(town)
    old = TicketChange(issue.id, Part.PRIORITY, town.clock(), "Lowest", by=MIA)
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    town.hear(old, read_at=read_at)
    assert town.case(case).priority == "P1"
    town.tell()
    assert (town.case(case).priority, issue.values[Part.PRIORITY]) == ("P1", "Highest")


def test_what_it_was_created_with_is_no_change_of_theirs(town: Town) -> None:
    """Jira does not say, when it creates an issue, what it has made of what it was not told."""
    case, ticket, issue = town.linked()
    with town.db.write() as work:
        known = work.tickets.by_id(ticket.id)
        assert known
        known.base = {**known.base, "priority": {"ours": "none"}}
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    later(town)
    town.hear(TicketChange(issue.id, Part.PRIORITY, town.clock(), "Medium"), read_at=town.clock())
    town.tell()
    assert (town.case(case).priority, issue.values[Part.PRIORITY]) == ("P1", "Highest")


def test_a_webhook_just_after_we_wrote_is_asked_after(town: Town) -> None:
    case, _, issue = town.linked()
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    town.hear(town.desk.by_hand(issue.id, Part.PRIORITY, "Low", at=town.clock() + timedelta(seconds=5)))
    assert town.case(case).priority == "P1"
    town.tell()
    assert town.case(case).priority == "P4"


def test_of_one_way_only_that_way_goes(town: Town) -> None:
    case, _, issue = town.linked()
    ways: Any = {Part.PRIORITY: Way.TO, Part.STATUS: Way.FROM, Part.NOTES: Way.TO}
    tickets.change_terms(town.db, town.act("dana"), "OPS", JIRA, ways=ways)
    later(town)
    town.hear(
        town.desk.by_hand(issue.id, Part.PRIORITY, "Low"), town.desk.by_hand(issue.id, Part.STATUS, "Done"),
        town.desk.say(issue.id, "Looking"),
    )  # fmt: skip
    now = town.case(case)
    assert (now.priority, now.group, town.notes(case)) == ("none", "closed", [])
    working.reopen_case(town.db, town.act(), case.id)
    town.tell()
    assert issue.values[Part.STATUS] == Standing("Done", Group.CLOSED)


def test_our_account_in_other_hands_is_still_ours(town: Town) -> None:
    """By design: what that account does is taken for an echo."""
    case, _, issue = town.linked()
    later(town)
    town.hear(town.desk.by_hand(issue.id, Part.PRIORITY, "Low", US))
    assert town.case(case).priority == "none"
