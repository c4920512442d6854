"""Rules that go by the clock: over nights, weekends and summer time, after downtime, once however many tick."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.priority import Priority
from bot.domain.rule import Action, Rule, RuleClock, RuleRun, Then, When
from bot.domain.wording import sentence
from bot.storage.database import Database
from bot.usecases import people, rule_running, rules, working
from bot.usecases.people import Profile
from tests.usecases.ruling import as_now, by_rules, fields, rule, settle, tick
from tests.usecases.world import START, Acts, at_once, open_case, rows

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = START  # 2026-03-02 09:00 UTC
TELL = Action(Then.CHANNEL, channel="CWAR")


def said(db: Database) -> list[str]:
    return [sentence(entry, {"bob": "Bob"}) for entry in by_rules(db)]


def opened(db: Database, act: Acts, at: datetime = MONDAY, **more: Any) -> Case:
    made = open_case(db, act("carol", at=at), **({"priority": Priority.P1} | more)).case
    settle(db, at)
    return made


def minutes(since: datetime, until: datetime, step: int = 5) -> Iterator[datetime]:
    while since <= until:
        yield since
        since += timedelta(minutes=step)


def live(db: Database, since: datetime, until: datetime, step: int = 5) -> list[tuple[datetime, str]]:
    """The clock ticks; what rules said, and when."""
    found: list[tuple[datetime, str]] = []
    for now in minutes(since, until, step):
        before = len(by_rules(db))
        tick(db, now)
        found += [(now, words) for words in said(db)[before:]]
    return found


def level(db: Database, act: Acts, when: When = When.UNTAKEN, minutes: int = 60, at: datetime = START) -> Rule:
    return rule(db, act("dana", at=at), when, TELL, name="In time", levels={"P1": minutes, "P2": 480})


# -- waiting ------------------------------------------------------------------------------------------------------
def test_nobody_does_anything_for_a_time(db: Database, act: Acts) -> None:
    rule(db, act("dana", at=START), When.IDLE, minutes=60, name="Wake up")
    case = opened(db, act)
    assert live(db, MONDAY, MONDAY + timedelta(minutes=59), 1) == []
    assert live(db, MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=5)) == [
        (MONDAY + timedelta(hours=1), "Rule “Wake up” added a note")
    ], "its own note is nobody's deed"
    working.take_case(db, act("bob", at=MONDAY + timedelta(hours=5)), case.id)
    settle(db, MONDAY + timedelta(hours=5))
    assert [at for at, _ in live(db, MONDAY + timedelta(hours=5), MONDAY + timedelta(hours=8))] == [
        MONDAY + timedelta(hours=6)
    ]


def test_nobody_has_it_for_a_time(db: Database, act: Acts) -> None:
    rule(db, act("dana", at=START), When.UNASSIGNED, minutes=30, query="priority:P1", name="Whose?")
    case = opened(db, act)
    working.take_case(db, act("bob", at=MONDAY + timedelta(minutes=20)), case.id)
    settle(db, MONDAY + timedelta(minutes=20))
    assert live(db, MONDAY, MONDAY + timedelta(hours=2)) == []
    free = MONDAY + timedelta(hours=2)
    working.assign_case(db, act("bob", at=free), case.id, nobody=True)
    settle(db, free)
    assert [at for at, _ in live(db, free, free + timedelta(hours=2))] == [free + timedelta(minutes=30)]


def test_what_comes_to_match_later_is_asked_then(db: Database, act: Acts) -> None:
    rule(db, act("dana", at=START), When.UNASSIGNED, minutes=30, query="priority:P1")
    case = opened(db, act, priority=Priority.P3)
    assert live(db, MONDAY, MONDAY + timedelta(hours=1)) == []
    now = MONDAY + timedelta(hours=2)
    working.prioritize_case(db, act("bob", at=now), case.id, Priority.P1)
    settle(db, now)
    assert len(live(db, now, now + timedelta(minutes=10))) == 1


def test_a_due_date_is_near_by_the_clocks_of_whoever_has_the_case(db: Database, act: Acts) -> None:
    people.keep_people(db, [Profile("bob", "Bob", tz="America/New_York")], frozenset())
    rule(db, act("dana", at=START), When.DUE, minutes=1440, name="Soon")
    opened(db, act, assignee="bob", due=date(2026, 3, 9))
    # 17:00 in New York, where summer time began the day before, is 21:00 UTC.
    day = datetime(2026, 3, 8, 20, 55, tzinfo=UTC)
    assert [at for at, _ in live(db, day, day + timedelta(hours=1))] == [day + timedelta(minutes=5)]


# -- service levels -----------------------------------------------------------------------------------------------
def test_a_warning_then_the_breach_then_what_the_rule_does(db: Database, act: Acts) -> None:
    made = level(db, act)
    opened(db, act)
    assert live(db, MONDAY, MONDAY + timedelta(hours=4), 1) == [
        (
            MONDAY + timedelta(minutes=48),
            "Rule “In time” warned that this case is to be taken by 2 Mar 2026, 10:00 UTC",
        ),
        (
            MONDAY + timedelta(minutes=60),
            "Rule “In time” noted that this case was not taken in time: it was due by 2 Mar 2026, 10:00 UTC",
        ),
    ]
    assert as_now(db, made).fired == 1
    assert [row.target for row in rows(db, Delivery, Delivery.kind == Tell.RULE_TOLD)] == ["CWAR"]


def test_what_is_taken_in_time_is_let_be(db: Database, act: Acts) -> None:
    level(db, act)
    case = opened(db, act)
    working.take_case(db, act("bob", at=MONDAY + timedelta(minutes=47)), case.id)
    settle(db, MONDAY + timedelta(minutes=47))
    assert live(db, MONDAY, MONDAY + timedelta(hours=9)) == []


@pytest.mark.parametrize(
    ("opened_at", "warned_at", "missed_at"),
    [
        # Over the weekend on which summer time begins in Berlin: eight hours from Friday 16:00.
        ((2026, 3, 27, 16), (2026, 3, 30, 14, 24), (2026, 3, 30, 16)),
        ((2026, 10, 23, 16), (2026, 10, 26, 14, 24), (2026, 10, 26, 16)),
        ((2026, 3, 28, 12), (2026, 3, 30, 15, 24), (2026, 3, 30, 17)),
    ],
)
def test_weekends_and_summer_time(db: Database, act: Acts, opened_at: Any, warned_at: Any, missed_at: Any) -> None:
    people.keep_people(db, [Profile("bob", "Bob", tz="Europe/Berlin")], frozenset())
    level(db, act, When.UNCLOSED, 480)
    start = datetime(*opened_at, tzinfo=BERLIN).astimezone(UTC)
    opened(db, act, start, assignee="bob")
    found = [at.astimezone(BERLIN) for at, _ in live(db, start, start + timedelta(days=4), 12)]
    assert found == [datetime(*warned_at, tzinfo=BERLIN), datetime(*missed_at, tzinfo=BERLIN)]
    told = [row for row in rows(db, Delivery, Delivery.kind == Tell.DM) if row.target == "bob"]
    levels = {entry.id for entry in by_rules(db)}
    assert {row.entry_id for row in told} >= levels, "whoever has it is told of both"


def test_who_gets_the_case_brings_their_clocks(db: Database, act: Acts) -> None:
    people.keep_people(db, [Profile("bob", "Bob", tz="Asia/Kolkata")], frozenset())
    level(db, act, When.UNCLOSED)
    case = opened(db, act)  # 9:00 UTC is 14:30 in Kolkata
    working.assign_case(db, act("ann", at=MONDAY + timedelta(minutes=10)), case.id, person="bob")
    settle(db, MONDAY + timedelta(minutes=10))
    (clock,) = rows(db, RuleClock)
    assert clock.due_at == MONDAY + timedelta(minutes=48)
    late = MONDAY + timedelta(hours=4)  # 18:30 there: over for the day
    other = opened(db, act, late, assignee="bob")
    found = {row.case_id: row.due_at for row in rows(db, RuleClock)}
    assert found[other.id] == datetime(2026, 3, 3, 4, 18, tzinfo=UTC)


def test_a_priority_counts_anew_and_none_has_no_limit(db: Database, act: Acts) -> None:
    level(db, act, When.UNCLOSED)
    case = opened(db, act, priority=Priority.NOT_SET)
    assert rows(db, RuleClock) == []
    now = MONDAY + timedelta(hours=3)
    working.prioritize_case(db, act("bob", at=now), case.id, Priority.P1)
    settle(db, now)
    assert [row.due_at for row in rows(db, RuleClock)] == [now + timedelta(minutes=48)]


def test_a_closed_case_has_no_clock_and_a_reopened_one_a_new_one(db: Database, act: Acts) -> None:
    level(db, act, When.UNCLOSED)
    case = opened(db, act)
    working.close_case(db, act("bob", at=MONDAY + timedelta(minutes=30)), case.id)
    settle(db, MONDAY + timedelta(minutes=30))
    assert rows(db, RuleClock) == []
    again = MONDAY + timedelta(hours=3)
    working.reopen_case(db, act("bob", at=again), case.id)
    settle(db, again)
    assert [at for at, _ in live(db, again, again + timedelta(hours=2), 12)] == [
        again + timedelta(minutes=48), again + timedelta(minutes=60)
    ]  # fmt: skip


# -- downtime, replicas, repetition -------------------------------------------------------------------------------
def test_after_a_day_of_downtime_what_is_overdue_runs_once(db: Database, act: Acts) -> None:
    made = level(db, act)
    opened(db, act)
    found = live(db, MONDAY + timedelta(days=1), MONDAY + timedelta(days=1, hours=1))
    assert [words.split(" noted ")[0] for _, words in found] == ["Rule “In time”"], "nobody is warned of what is over"
    assert as_now(db, made).fired == 1
    assert len(rows(db, RuleRun)) == 2


def test_many_that_tick_at_once_are_as_one(db: Database, act: Acts) -> None:
    level(db, act)
    cases = [opened(db, act) for _ in range(3)]
    now = MONDAY + timedelta(hours=2)
    assert [one for one in at_once(4, lambda _: rule_running.wake_rules(db, now)) if one] == []
    chores = rows(db, Delivery, Delivery.kind == Tell.RULE, Delivery.state == "due")
    assert sorted(row.case_id for row in chores) == [case.id for case in cases]
    (rule_,) = rows(db, Rule)
    again = [one for one in at_once(4, lambda _: rule_running.follow_clock(db, rule_.id, cases[0].id, now)) if one]
    assert again == []
    assert len(by_rules(db, Entry.case_id == cases[0].id)) == 1


def test_many_cases_are_claimed_in_batches(db: Database, act: Acts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_running, "BATCH", 3)
    monkeypatch.setattr(rule_running, "SEEDED", 3)
    for _ in range(8):
        opened(db, act, MONDAY + timedelta(minutes=1))
    level(db, act, at=MONDAY + timedelta(minutes=2))
    assert len(rows(db, RuleClock)) == 8
    tick(db, MONDAY + timedelta(hours=2))
    assert len(by_rules(db)) == 8
    assert rows(db, RuleClock) == [], "there is nothing left to wait for"


def test_a_new_rule_leaves_alone_what_is_over_already(db: Database, act: Acts) -> None:
    opened(db, act)
    level(db, act, at=MONDAY + timedelta(days=3))
    rule(db, act("dana", at=MONDAY + timedelta(days=3)), When.IDLE, minutes=60)
    assert live(db, MONDAY + timedelta(days=3), MONDAY + timedelta(days=4), 60) == []


def test_switching_off_stops_the_clocks(db: Database, act: Acts) -> None:
    made = level(db, act)
    opened(db, act)
    rules.switch_rule(db, act("dana", at=MONDAY + timedelta(minutes=1)), made.id, on=False)
    assert rows(db, RuleClock) == []
    assert live(db, MONDAY, MONDAY + timedelta(hours=3)) == []
    back = MONDAY + timedelta(minutes=30)
    rules.switch_rule(db, act("dana", at=back), made.id, on=True)
    settle(db, back)
    assert len(live(db, back, back + timedelta(hours=1))) == 2


def test_a_change_of_the_rule_winds_the_clocks_anew(db: Database, act: Acts) -> None:
    made = level(db, act)
    opened(db, act)
    changed = fields(When.UNTAKEN, TELL, levels={"P1": 120})
    rules.change_rule(db, act("dana", at=MONDAY + timedelta(minutes=5)), made.id, changed)
    settle(db, MONDAY + timedelta(minutes=5))
    assert [row.due_at for row in rows(db, RuleClock)] == [MONDAY + timedelta(minutes=96)]


def test_runs_are_forgotten_but_not_those_of_clocks(db: Database, act: Acts) -> None:
    level(db, act)
    rule(db, act("dana", at=START))
    opened(db, act)
    tick(db, MONDAY + timedelta(hours=2))
    assert len(rows(db, RuleRun)) == 3
    rule_running.forget_runs(db, MONDAY + timedelta(days=40))
    assert {row.occasion.split("/")[0] for row in rows(db, RuleRun)} == {"untaken"}
