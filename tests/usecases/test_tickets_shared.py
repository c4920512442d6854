"""Two cases that share a ticket: what happens to it, both are told."""

import pytest

from bot.domain.case import Case
from bot.storage.database import Database
from bot.usecases import tickets, working
from tests.ticketing import BOB, Issue
from tests.usecases.stepping import Town
from tests.usecases.world import Acts


@pytest.fixture
def town(db: Database, act: Acts) -> Town:
    return Town(db, act)


def shared(town: Town) -> tuple[Case, Case, Issue]:
    issue = town.desk.make("Cart is slow", "ABC-7")
    cases = [town.open(title=title) for title in ("Cart is slow", "Shop is slow")]
    for case in cases:
        town.link(case, "ABC-7", shared=True)
    town.clock.move(minutes=5)
    town.poll()
    return cases[0], cases[1], issue


def test_a_comment_becomes_a_note_in_each_of_them_once(town: Town) -> None:
    one, other, issue = shared(town)
    said = town.desk.say(issue.id, "I look")
    for _ in range(2):
        town.hear(said)
        town.poll()
    assert town.notes(one) == town.notes(other) == ["Mia (Jira): I look"]
    assert town.desk.said(issue.id) == ["I look"]


def test_polled_it_does_too(town: Town) -> None:
    one, other, issue = shared(town)
    town.desk.say(issue.id, "I look", BOB)
    for _ in range(3):
        town.poll()
    assert town.notes(one) == town.notes(other) == ["I look"]
    assert town.desk.said(issue.id) == ["I look"]


def test_our_note_does_not_come_back_to_the_other(town: Town) -> None:
    one, other, issue = shared(town)
    working.note_case(town.db, town.act(), one.id, "seen")
    town.tell()
    town.hear(*town.desk.log)
    town.poll()
    assert (town.notes(one), town.notes(other)) == (["seen"], [])
    assert town.desk.said(issue.id) == [f"Ann in Slack, {one.key}: seen"]


def test_changed_and_deleted_it_is_so_in_both(town: Town) -> None:
    one, other, issue = shared(town)
    said = town.desk.say(issue.id, "I look")
    town.hear(said)
    assert said.comment
    town.clock.move(minutes=1)
    again = town.desk.resay(issue.id, said.comment.id, "I look now")
    for _ in range(2):
        town.hear(again, said)
        town.tell()
    assert town.notes(one) == town.notes(other) == ["Mia (Jira): I look now"]
    town.hear(town.desk.resay(issue.id, said.comment.id, None))
    town.tell()
    assert (town.notes(one), town.notes(other), town.desk.said(issue.id)) == ([], [], [])


def test_an_archived_case_keeps_it_from_nobody(town: Town) -> None:
    one, other, issue = shared(town)
    working.archive_case(town.db, town.act("dana"), one.id)
    town.hear(town.desk.say(issue.id, "I look"))
    town.desk.say(issue.id, "Found it")
    town.poll()
    assert town.notes(other) == ["Mia (Jira): I look", "Mia (Jira): Found it"]
    assert town.desk.said(issue.id) == ["I look", "Found it"]


def test_one_that_unlinks_keeps_it_from_nobody(town: Town) -> None:
    one, other, issue = shared(town)
    first = town.ticket(one)
    tickets.unlink_ticket(town.db, town.act(), one.id, first.id)
    town.tell()
    town.hear(town.desk.say(issue.id, "I look"))
    assert (town.notes(one), town.notes(other)) == ([], ["Mia (Jira): I look"])


def test_it_goes_on_to_another_ticket_of_either_once(town: Town) -> None:
    one, other, issue = shared(town)
    more = town.create(other)
    town.clock.move(minutes=1)
    town.poll()
    town.hear(town.desk.say(issue.id, "I look"))
    for _ in range(2):
        town.tell()
        town.poll()
        town.hear(*town.desk.log)
    assert town.notes(one) == town.notes(other) == ["Mia (Jira): I look"]
    assert town.desk.said(issue.id) == ["I look"]
    assert town.desk.said(str(more.foreign_id)) == [f"{other.key}: Mia (Jira): I look"]


def test_two_tickets_shared_by_both_do_not_send_it_round(town: Town) -> None:
    one, other, issue = shared(town)
    second = town.desk.make("Cart is down", "ABC-8")
    for case in (one, other):
        town.link(case, "ABC-8", shared=True)
    town.clock.move(minutes=1)
    town.poll()
    town.hear(town.desk.say(issue.id, "I look"))
    for _ in range(3):
        town.tell()
        town.poll()
        town.hear(*town.desk.log)
    assert town.notes(one) == town.notes(other) == ["Mia (Jira): I look"]
    assert town.desk.said(issue.id) == ["I look"]
    assert town.desk.said(second.id) == [f"{case.key}: Mia (Jira): I look" for case in (one, other)]
