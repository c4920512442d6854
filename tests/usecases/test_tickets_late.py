"""They changed it, we had not heard of it and wrote over it: said once, and either may be chosen."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.casetype import Group
from bot.domain.delivery import JIRA
from bot.domain.link import Health
from bot.domain.priority import Priority
from bot.domain.ticket import Account, Part, Standing, TicketChange, Way
from bot.storage.database import Database
from bot.usecases import tickets, working
from tests.ticketing import MIA, down
from tests.usecases.stepping import Town
from tests.usecases.world import Acts


@pytest.fixture
def town(db: Database, act: Acts) -> Town:
    return Town(db, act)


def later(town: Town, **by: float) -> None:
    town.clock.move(**(by or {"minutes": 5}))


def written_over(town: Town) -> tuple[Any, Any, Any, TicketChange]:
    """Mia makes it P1, Ann makes it P2 five minutes later, and only then we hear of Mia's."""
    case, ticket, issue = town.linked()
    later(town)
    change = town.desk.by_hand(issue.id, Part.PRIORITY, "Highest")
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P2)
    town.tell()
    assert issue.values[Part.PRIORITY] == "High"
    return case, ticket, issue, change


def said(town: Town, case: Any) -> list[str]:
    return town.lines(case)[4:]


def stays(issue: Any) -> str:
    return f"Mia changed the priority to “Highest” in Jira {issue.key}; P2 High stays, which Ann set later"


def test_what_we_wrote_over_is_said_with_who_made_it(town: Town) -> None:
    case, ticket, issue, change = written_over(town)
    town.hear(change)
    town.tell()
    assert said(town, case) == [stays(issue)]
    assert (town.case(case).priority, issue.values[Part.PRIORITY]) == ("P2", "High")
    found = town.ticket(case)
    assert (found.health, found.conflicts["priority"]["won"], found.conflicts["priority"]["by"]) == (
        Health.IN_STEP, "ours", "Mia",
    )  # fmt: skip
    tickets.take_theirs(town.db, town.act(), ticket.id, Part.PRIORITY)
    town.tell()
    assert (town.case(case).priority, issue.values[Part.PRIORITY]) == ("P1", "Highest")
    assert town.ticket(case).conflicts == {}


def test_keeping_ours_settles_it(town: Town) -> None:
    case, ticket, issue, change = written_over(town)
    town.hear(change)
    town.tell()
    tickets.keep_ours(town.db, town.act(), ticket.id, Part.PRIORITY)
    town.tell()
    assert (issue.values[Part.PRIORITY], town.ticket(case).conflicts) == ("High", {})
    assert said(town, case) == [stays(issue)]


def test_heard_again_in_any_order_it_is_said_once(town: Town) -> None:
    case, ticket, issue, change = written_over(town)
    for _ in range(3):
        town.hear(change)
        town.tell()
    town.hear(*reversed(town.desk.log))
    town.tell()
    tickets.keep_ours(town.db, town.act(), ticket.id, Part.PRIORITY)
    later(town)
    town.hear(*town.desk.log)
    town.hear(change, read_at=town.clock())  # a search that is behind
    town.tell()
    town.poll()
    town.desk.calls.clear()
    town.tell()
    assert (said(town, case), town.ticket(case).conflicts) == ([stays(issue)], {})
    assert (issue.values[Part.PRIORITY], town.desk.calls) == ("High", [])


def test_our_echo_may_come_before_it(town: Town) -> None:
    case, _, issue, change = written_over(town)
    town.hear(town.desk.log[-1])
    town.hear(change)
    town.tell()
    assert said(town, case) == [stays(issue)]


def test_our_echo_after_it_says_enough(town: Town) -> None:
    case, _, issue, change = written_over(town)
    town.hear(change)
    town.hear(town.desk.log[-1])
    assert said(town, case) == [stays(issue)]


def test_asking_brings_both_at_once(town: Town) -> None:
    case, _, issue = town.linked()
    town.poll()
    later(town)
    town.desk.by_hand(issue.id, Part.PRIORITY, "Highest")
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P2)
    town.tell()
    for _ in range(2):
        town.poll()
    assert (said(town, case), town.case(case).priority) == ([stays(issue)], "P2")


def test_the_newer_one_counts_even_if_we_wrote_last(town: Town) -> None:
    """A partner that was down is told in the evening what the case said in the morning."""
    case, ticket, issue = town.linked()
    town.desk.fault = down
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P2)
    town.tell()
    later(town, hours=3)
    change = town.desk.by_hand(issue.id, Part.PRIORITY, "Highest")
    later(town, hours=3)
    town.desk.fault = lambda moment, call: None
    town.tell()
    assert issue.values[Part.PRIORITY] == "Highest", "it looks before it writes what is so old"
    for _ in range(2):
        town.hear(change)
        town.tell()
    assert said(town, case) == [
        f"Somebody in Jira changed the priority from P2 High to P1 Critical in Jira {issue.key}, over P2 High by Ann"
    ]
    assert (town.case(case).priority, issue.values[Part.PRIORITY]) == ("P1", "Highest")
    assert town.ticket(case).conflicts["priority"]["won"] == "theirs"
    tickets.keep_ours(town.db, town.act(), ticket.id, Part.PRIORITY)
    town.hear(change)
    town.tell()
    assert (town.case(case).priority, issue.values[Part.PRIORITY]) == ("P2", "High")


def test_of_two_late_ones_the_last_counts(town: Town) -> None:
    case, _, issue = town.linked()
    later(town)
    first = town.desk.by_hand(issue.id, Part.PRIORITY, "Lowest")
    later(town)
    second = town.desk.by_hand(issue.id, Part.PRIORITY, "Highest")
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P2)
    town.tell()
    for change in (second, first, second, first):
        town.hear(change)
    town.tell()
    town.hear(first)
    town.tell()
    assert said(town, case) == [stays(issue)]


def test_written_twice_it_is_said_once(town: Town) -> None:
    case, _, issue, change = written_over(town)
    later(town)
    working.prioritize_case(town.db, town.act("bob"), case.id, Priority.P4)
    town.tell()
    town.hear(change)
    town.tell()
    assert said(town, case)[-1] == (
        f"Mia changed the priority to “Highest” in Jira {issue.key}; P4 Low stays, which Bob set later"
    )
    assert len(said(town, case)) == 2


def test_a_status_is_a_field_like_others(town: Town) -> None:
    case, ticket, issue = town.linked()
    later(town)
    change = town.desk.by_hand(issue.id, Part.STATUS, "In Progress")
    later(town)
    working.close_case(town.db, town.act(), case.id)
    town.tell()
    town.hear(change)
    town.tell()
    assert said(town, case) == [
        f"Mia changed the status to “In Progress” in Jira {issue.key}; Closed stays, which Ann set later"
    ]
    tickets.take_theirs(town.db, town.act(), ticket.id, Part.STATUS)
    town.tell()
    assert town.case(case).status == "In progress"
    assert issue.values[Part.STATUS] == Standing("In Progress", Group.IN_PROGRESS)


def test_somebody_unknown_is_named_and_nothing_is_offered(town: Town) -> None:
    case, _, issue = town.linked()
    later(town)
    change = town.desk.by_hand(issue.id, Part.ASSIGNEE, Account("z", "Zed", "zed@elsewhere.example"))
    later(town)
    working.assign_case(town.db, town.act(), case.id, person="bob")
    town.tell()
    town.hear(change)
    town.tell()
    assert said(town, case) == [
        f"Mia changed the assignee to “Zed” in Jira {issue.key}, which nothing here stands for; the case stays as it is"
    ]
    assert (town.ticket(case).health, town.ticket(case).conflicts) == (Health.IN_STEP, {})


def test_the_same_on_both_sides_is_no_conflict(town: Town) -> None:
    case, _, issue = town.linked()
    later(town)
    change = town.desk.by_hand(issue.id, Part.PRIORITY, "Lowest")
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P2)
    town.tell()
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P5)
    town.tell()
    town.hear(change)
    town.tell()
    assert (len(said(town, case)), town.ticket(case).conflicts) == (1, {})


def test_what_does_not_come_in_is_not_said(town: Town) -> None:
    case, _, issue = town.linked()
    tickets.change_terms(town.db, town.act("dana"), "OPS", JIRA, ways={Part.PRIORITY: Way.TO})
    later(town)
    change = town.desk.by_hand(issue.id, Part.PRIORITY, "Lowest")
    later(town)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P2)
    town.tell()
    town.hear(change)
    town.tell()
    assert (said(town, case), town.ticket(case).conflicts) == ([], {})


def test_what_we_wrote_ourselves_is_nobodys_change(town: Town) -> None:
    """A search that is behind and does not say who it was."""
    case, _, issue = town.linked()
    for priority in (Priority.P1, Priority.P4, Priority.P2):
        later(town)
        working.prioritize_case(town.db, town.act(), case.id, priority)
        town.tell()
    before = town.clock() - timedelta(minutes=1)
    for by, value in ((None, "Lowest"), (MIA, "Low"), (MIA, "Highest")):
        town.hear(stale(issue.id, value, before, by), read_at=before)
        town.tell()
    assert (town.case(case).priority, town.ticket(case).conflicts) == ("P2", {})
    assert len(said(town, case)) == 2


def stale(issue: str, value: str, at: datetime, by: Account | None) -> TicketChange:
    return TicketChange(issue, Part.PRIORITY, at, value, by=by)


def test_one_that_came_just_after_ours_keeps_its_name(town: Town) -> None:
    case, _, issue = town.linked()
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    town.hear(town.desk.by_hand(issue.id, Part.PRIORITY, "Low", at=town.clock() + timedelta(seconds=5)))
    town.tell()
    assert said(town, case) == [f"Mia changed the priority from P1 Critical to P4 Low in Jira {issue.key}"]
    assert town.ticket(case).conflicts == {}
