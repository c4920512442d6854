"""Retention from end to end: gathered, warned of, kept or deleted, whoever dies on the way."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import State as Sent
from bot.domain.delivery import Tell
from bot.domain.errors import NotFound
from bot.domain.evidence import RelationKind
from bot.domain.retention import Departure, State
from bot.storage.schema import metadata
from bot.usecases import looking, moving, projects, retention, working
from tests.outbox.conftest import NOW, Town

MONTHS = timedelta(days=31) * 15
WEEKS = timedelta(weeks=2)


def monday(town: Town) -> None:
    """The weekly job, and whatever it causes."""
    retention.ask_for_gathering(town.db, town.clock(), town.clock())
    town.tell()


def hourly(town: Town) -> None:
    retention.see_to_departures(town.db, town.clock())
    town.tell()


def closed(town: Town, title: str = "checkout is down") -> Case:
    case = town.open(title)
    working.close_case(town.db, town.act(town.bob), case.key, "resolved")
    town.tell()
    return case


def warned(town: Town, count: int = 1) -> list[Case]:
    """So many cases whose time will be over in two weeks, of which the channel has been warned."""
    cases = [closed(town, f"case number {number}") for number in range(count)]
    town.clock.now += MONTHS
    monday(town)
    return cases


def departures(town: Town) -> list[Departure]:
    with town.db.read() as work:
        return work.session.query(Departure).order_by(Departure.id).all()


def keys(town: Town) -> set[str]:
    with town.db.read() as work:
        return set(work.session.scalars(text("SELECT key FROM cases")))


def said(town: Town) -> str:
    """The message of the newest departure."""
    ts = departures(town)[-1].ts
    return next(one.shown for one in town.slack.messages(town.ops) if one.ts == ts)


def test_a_case_whose_time_is_over_goes_two_weeks_after_the_warning(town: Town) -> None:
    case = closed(town)
    card = town.card()
    open_one = town.open("still open")
    town.tell()
    town.clock.now += timedelta(days=400)
    monday(town)
    assert departures(town) == []
    town.clock.now = NOW + MONTHS
    monday(town)
    assert "1 case of OPS will be deleted" in said(town)
    assert "OPS-1" in said(town)
    town.clock.now += WEEKS - timedelta(hours=1)
    hourly(town)
    assert keys(town) == {"OPS-1", "OPS-2"}
    town.clock.move(hours=1)
    hourly(town)
    assert keys(town) == {open_one.key}
    assert "1 case of OPS was deleted" in said(town)
    assert "OPS-1 was deleted on" in card.shown
    assert "checkout" not in card.shown
    with pytest.raises(NotFound, match=r"OPS-1 was deleted on \d+ \w+ 2027"):
        looking.show_case(town.db, town.act(town.bob), case.key)


def test_everything_that_hangs_on_it_goes(town: Town) -> None:
    case, other = town.open("down"), town.open("also down")
    working.note_case(town.db, town.act(town.ann), case.key, "zanzibar was the cause")
    working.watch_case(town.db, town.act(town.bob), case.key)
    working.relate_case(town.db, town.act(town.ann), other.key, RelationKind.CAUSES, case.key)
    town.clock.move(seconds=1)
    project = projects.create_project(
        town.db, town.act(town.dana), key="OLD", name="Old", home_channel=town.ops.id, retention_months=15
    )
    town.tell()
    moving.move_case(town.db, town.act(town.dana), case.key, project.id)
    working.close_case(town.db, town.act(town.bob), "OLD-1", "resolved")
    town.tell()
    town.clock.now += MONTHS
    monday(town)
    town.clock.now += WEEKS
    hourly(town)
    assert keys(town) == {other.key}
    for key in ("OLD-1", "OPS-1"):
        with pytest.raises(NotFound, match="was deleted"):
            looking.show_case(town.db, town.act(town.bob), key)
    with town.db.read() as work:
        for table in metadata().sorted_tables:
            if "case_id" in table.c and table.name != "deliveries":
                left = work.session.scalar(text(f"SELECT count(*) FROM {table.name} WHERE case_id = {case.id}"))
                assert left == 0, table.name
        for table in ("case_search", "case_search_attributes"):
            assert not work.session.scalar(text(f"SELECT count(*) FROM {table} WHERE case_id = {case.id}"))
        if town.db.is_sqlite:
            hits = "SELECT count(*) FROM case_search_words WHERE case_search_words MATCH 'zanzibar'"
            assert work.session.scalar(text(hits)) == 0
    assert looking.list_cases(town.db, town.act(town.dana), "zanzibar").total == 0


def test_every_table_with_a_case_goes_with_it() -> None:
    """Whoever adds a table adds it with ``ON DELETE CASCADE``, or has retention see to it."""
    seen_to = {"deliveries", "bulk_cases"}
    for table in metadata().sorted_tables:
        for column in table.c:
            to_cases = [key for key in column.foreign_keys if key.column.table.name in {"cases", "notes", "entries"}]
            assert all(key.ondelete == "CASCADE" for key in to_cases), f"{table.name}.{column.name}"
            if column.name == "case_id" and not to_cases:
                assert table.name in seen_to, table.name


def test_the_ids_of_deleted_cases_are_given_to_nobody(town: Town) -> None:
    (case,) = warned(town)
    town.clock.now += WEEKS
    hourly(town)
    assert keys(town) == set()
    assert town.open("the next one").id > case.id
    town.tell()
    assert not town.dead()


def test_keep_one_and_it_stays(town: Town) -> None:
    first, second = warned(town, 2)
    retention.keep_for(town.db, town.act(town.ann), first.id, 6)
    town.tell()
    assert "1 case of OPS will be deleted" in said(town)
    assert "1 of 2 stays" in said(town)
    town.clock.now += WEEKS
    hourly(town)
    assert keys(town) == {first.key}
    assert second.key not in keys(town)
    monday(town)
    assert len(departures(town)) == 1
    town.clock.now += timedelta(days=31 * 6)
    monday(town)
    assert len(departures(town)) == 2


def test_keep_for_ever(town: Town) -> None:
    (case,) = warned(town)
    retention.keep_for(town.db, town.act(town.ann), case.id, None)
    town.clock.now += timedelta(days=365 * 40)
    monday(town)
    hourly(town)
    assert keys(town) == {case.key}
    with town.db.read() as work:
        kinds = [entry.kind for entry in work.cases.timeline(case, page=1, size=10)]
    assert kinds[0] == "CaseKept"


def test_keep_all_of_very_many(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "PART", 4)
    cases = warned(town, 7)
    retention.keep_all(town.db, town.act(town.bob), departures(town)[0].id, 12)
    town.tell()
    assert "bob keeps them" in said(town)
    town.clock.now += WEEKS
    hourly(town)
    assert keys(town) == {case.key for case in cases}
    assert departures(town)[0].state == State.OVER
    with pytest.raises(NotFound, match="kept"):
        retention.keep_all(town.db, town.act(town.ann), departures(town)[0].id, 12)


def test_one_that_was_reopened_is_not_deleted(town: Town) -> None:
    first, _ = warned(town, 2)
    working.reopen_case(town.db, town.act(town.ann), first.key)
    town.clock.now += WEEKS
    hourly(town)
    assert keys(town) == {first.key}
    assert "1 of 2 stays" in said(town)


def test_another_retention_is_warned_of_anew(town: Town) -> None:
    (case,) = warned(town)
    change = {"name": "Operations", "home_channel": town.ops.id, "guests_allowed": False}
    projects.change_project(town.db, town.act(town.dana), "OPS", retention_months=12, **change)
    town.tell()
    assert "Called off" in said(town)
    town.clock.now += WEEKS
    hourly(town)
    assert keys(town) == {case.key}
    monday(town)
    assert departures(town)[-1].leaves_at == town.clock() + WEEKS
    projects.change_project(town.db, town.act(town.dana), "OPS", retention_months=None, **change)
    town.clock.now += WEEKS
    monday(town)
    hourly(town)
    assert keys(town) == {case.key}


def test_without_a_warning_nothing_goes(town: Town) -> None:
    case = closed(town)
    town.clock.now += MONTHS
    town.slack.faults.add(method="chat.postMessage", value="is_archived", times=1)
    monday(town)
    assert [row.kind for row in town.dead()] == [Tell.WARN]
    town.clock.now += timedelta(days=20)
    hourly(town)
    assert keys(town) == {case.key}
    assert departures(town)[0].leaves_at == town.clock() + WEEKS
    assert "will be deleted" in said(town)


def test_a_file_of_what_goes_is_posted_before(town: Town) -> None:
    (case,) = warned(town)
    projects.change_project(
        town.db, town.act(town.dana), "OPS", name="Operations", home_channel=town.ops.id, retention_months=15,
        guests_allowed=False, copy_first=True,
    )  # fmt: skip
    town.clock.now += WEEKS
    town.slack.faults.add(method="files.completeUploadExternal", value="channel_not_found", times=1)
    hourly(town)
    assert keys(town) == {case.key}
    hourly(town)
    assert keys(town) == {case.key}
    town.clock.move(days=1)
    hourly(town)
    assert keys(town) == set()
    (message,) = [one for one in town.slack.messages(town.ops) if one.files]
    file_id = message.files[0]["id"]
    stored = town.slack.ask(lambda: town.slack.platform.workspace.files[file_id].content)
    (whole,) = json.loads(base64.b64decode(stored))
    assert whole["key"] == case.key
    said = ["ann opened this case", "bob closed this case as Resolved"]
    assert [entry["says"] for entry in whole["timeline"]] == said


def test_what_is_asked_for_twice_is_done_once(town: Town) -> None:
    warned(town, 3)
    monday(town)
    town.clock.now += WEEKS
    for _ in range(3):
        retention.see_to_departures(town.db, town.clock())
    town.tell()
    assert keys(town) == set()
    assert [(one.total, one.gone, one.state) for one in departures(town)] == [(3, 3, State.OVER)]
    assert sum("deleted" in one.shown and "OPS" in one.shown for one in town.slack.messages(town.ops)) == 4


def test_very_many_go_in_parts(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "PART", 4)
    monkeypatch.setattr(retention, "FOUND", 3)
    warned(town, 11)
    assert departures(town)[0].total == 11
    town.clock.now += WEEKS
    hourly(town)
    assert keys(town) == set()
    assert [row.key for row in town.deliveries(Sent.DUE)] == []


def test_archived_ones_count_from_when_they_were_archived(town: Town) -> None:
    case = town.open("never closed")
    working.archive_case(town.db, town.act(town.bob), case.key)
    town.tell()
    town.clock.now += MONTHS
    monday(town)
    town.clock.now += WEEKS
    hourly(town)
    assert keys(town) == set()


def test_acts_have_a_person() -> None:
    assert Act("U1", datetime.now(UTC), "card").is_human
    assert not Act("casebook", datetime.now(UTC), "clock").is_human
