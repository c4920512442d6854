"""Auto-close: announced, kept open or closed, with a word to whom it belongs."""

from datetime import timedelta

import pytest

from bot.domain.case import Case, Priority
from bot.domain.entry import Kind
from bot.usecases import idle, projects, snoozing, working
from tests.outbox.conftest import Town

DAYS = timedelta(days=1)


def closes_after(town: Town, days: int | None) -> None:
    projects.change_project(
        town.db, town.act(town.dana), "OPS", name="Operations", home_channel=town.ops.id, retention_months=15,
        guests_allowed=False, close_after_days=days,
    )  # fmt: skip
    town.tell()


@pytest.fixture
def case(town: Town) -> Case:
    """Bob's, in a project whose cases close after 14 days."""
    closes_after(town, 14)
    case = town.open(assignee=town.bob.id)
    town.tell()
    return case


def hours_pass(town: Town, **by: float) -> None:
    """The clock moves, and the hourly job runs once."""
    town.clock.move(**by)
    idle.ask_for_idle(town.db, town.clock(), town.clock())
    town.tell()


def fresh(town: Town, case: Case) -> Case:
    with town.db.read() as work:
        found = work.cases.by_id(case.id)
        assert found
        return found


def kinds(town: Town, case: Case) -> list[str]:
    with town.db.read() as work:
        return [entry.kind for entry in reversed(work.cases.timeline(case, page=1, size=20))]


def test_a_case_closes_three_days_after_it_was_announced(town: Town, case: Case) -> None:
    hours_pass(town, days=10.9)
    assert town.lines() == []
    hours_pass(town, days=0.1)
    assert any("will close this case on" in line and "11 days" in line for line in town.lines())
    assert any("will close by itself soon" in dm and "OPS-1" in dm for dm in town.dms(town.bob))
    assert town.dms(town.ann) == []
    hours_pass(town, days=2.9)
    assert fresh(town, case).is_open
    hours_pass(town, days=0.1)
    closed = fresh(town, case)
    assert (closed.is_open, closed.reason) == (False, None)
    assert any("Casebook closed this case: nobody had worked on it for 14 days" in line for line in town.lines())
    assert any("was closed, since nobody had worked on it" in dm for dm in town.dms(town.bob))
    assert kinds(town, case) == [Kind.OPENED, Kind.CLOSING, Kind.CLOSED]


def test_keep_open_begins_the_time_anew(town: Town, case: Case) -> None:
    hours_pass(town, days=11)
    outcome = idle.keep_open(town.db, town.act(town.ann), case.key)
    assert outcome.entry
    assert outcome.entry.kind == Kind.KEPT_OPEN
    hours_pass(town, days=10.9)
    assert kinds(town, case) == [Kind.OPENED, Kind.CLOSING, Kind.KEPT_OPEN]
    hours_pass(town, days=0.1)
    hours_pass(town, days=3)
    assert not fresh(town, case).is_open


def test_whatever_a_person_does_keeps_it_open_and_casebooks_doings_do_not(town: Town, case: Case) -> None:
    hours_pass(town, days=11)
    working.note_case(town.db, town.act(town.ann), case.key, "still looking")
    hours_pass(town, days=3)
    assert fresh(town, case).is_open
    hours_pass(town, days=8)
    hours_pass(town, days=3)
    assert not fresh(town, case).is_open


def test_a_type_that_demands_a_reason_gets_one(town: Town) -> None:
    closes_after(town, 7)
    with town.db.read() as work:
        security = work.cases.type_named("Security")
        assert security
    case = town.open(type=security.id)
    town.tell()
    hours_pass(town, days=4)
    hours_pass(town, days=3)
    assert fresh(town, case).reason == "Resolved"


def test_many_are_one_message(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle, "BATCH", 4)
    monkeypatch.setattr(idle, "PART", 8)
    closes_after(town, 14)
    cases = [town.open(f"stale {number}", assignee=town.bob.id) for number in range(11)]
    town.tell()
    hours_pass(town, days=12)
    told = [dm for dm in town.dms(town.bob) if "will close" in dm]
    assert 1 <= len(told) <= 11 // 4 + 1
    assert {case.key for case in cases} == {case.key for case in cases if any(case.key in dm for dm in told)}
    hours_pass(town, days=3)
    assert not any(fresh(town, case).is_open for case in cases)


def test_switched_off_meanwhile_nothing_closes(town: Town, case: Case) -> None:
    hours_pass(town, days=11)
    closes_after(town, None)
    hours_pass(town, days=30)
    assert fresh(town, case).is_open
    closes_after(town, 30)
    hours_pass(town, hours=1)
    assert fresh(town, case).is_open, "closed without a new warning"
    hours_pass(town, days=3)
    assert not fresh(town, case).is_open


def test_a_day_of_downtime_closes_it_once(town: Town, case: Case) -> None:
    hours_pass(town, days=40)
    assert fresh(town, case).is_open, "closed without a warning"
    hours_pass(town, days=4)
    hours_pass(town, days=1)
    assert kinds(town, case).count(Kind.CLOSED) == 1


def test_a_snoozed_case_does_not_close(town: Town, case: Case) -> None:
    snoozing.snooze_case(town.db, town.act(town.bob), case.key, "3w")
    hours_pass(town, days=20)
    assert fresh(town, case).is_open
    assert Kind.CLOSING not in kinds(town, case)
    town.clock.move(days=1)
    snoozing.wake_rested(town.db, town.clock())
    hours_pass(town, days=10)
    assert Kind.CLOSING not in kinds(town, case)
    hours_pass(town, days=1)
    assert Kind.CLOSING in kinds(town, case)


def test_snoozed_cases_tell_nobody_until_they_wake(town: Town, case: Case) -> None:
    before = len(town.dms(town.bob))
    snoozing.snooze_case(town.db, town.act(town.ann), case.key, "2h")
    working.note_case(town.db, town.act(town.ann), case.key, "psst")
    working.prioritize_case(town.db, town.act(town.ann), case.key, Priority.P3)
    town.tell()
    assert len(town.dms(town.bob)) == before
    town.clock.move(hours=2)
    snoozing.wake_rested(town.db, town.clock())
    snoozing.wake_rested(town.db, town.clock())
    town.tell()
    assert kinds(town, case).count(Kind.WOKEN) == 1
    assert any("Casebook ended the snooze" in dm for dm in town.dms(town.bob))
    assert any("Casebook ended the snooze" in line for line in town.lines())


@pytest.mark.parametrize("end", ["P1", "assign", "reopen"])
def test_what_cannot_wait_ends_a_snooze(sqlite_town: Town, end: str) -> None:
    town = sqlite_town
    case = town.open(assignee=town.bob.id)
    snoozing.snooze_case(town.db, town.act(town.ann), case.key, "2h")
    if end == "P1":
        entry = working.prioritize_case(town.db, town.act(town.ann), case.key, Priority.P1).entry
    elif end == "assign":
        entry = working.assign_case(town.db, town.act(town.ann), case.key, person=town.ann.id).entry
    else:
        entry = working.close_case(town.db, town.act(town.ann), case.key).entry
        working.reopen_case(town.db, town.act(town.ann), case.key)
    assert entry
    assert entry.data["woke"]
    assert not fresh(town, case).is_snoozed
    town.tell()
    assert any("ended its snooze" in line for line in town.lines())
