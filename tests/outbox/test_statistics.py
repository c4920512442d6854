"""Statistics arrive once, words and picture, whatever happens on the way."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.delivery import Tell
from bot.outbox.statistics import LEASE
from bot.sandbox import Person
from bot.usecases import weeklies
from bot.usecases.statistics import ask_for_statistics
from bot.usecases.weeklies import WeeklyFields, send_due
from tests.outbox.conftest import Town
from tests.outbox.test_once import LEASE_IS_OVER, Steps, live


def told(person: Person) -> tuple[int, int]:
    """How many messages with figures, and how many pictures."""
    messages = person.dm()
    return len([one for one in messages if "Statistics" in one.text]), len([one for one in messages if one.files])


def ask(town: Town, query: str = "") -> None:
    ask_for_statistics(town.db, town.act(town.ann), query)


def test_the_worker_may_die_at_any_step(town: Town) -> None:
    town.open("trouble")
    town.tell()
    survived, fatal = False, 0
    while not survived:
        fatal += 1
        ask(town)
        survived = live(town, Steps(fatal))
        town.clock.move(seconds=LEASE_IS_OVER + LEASE.total_seconds())
        town.tell()
        assert told(town.ann) == (fatal, fatal), f"killed at step {fatal}"
        assert not town.due()
    assert fatal > 5, "the steps were not counted"
    assert not town.dead()


@pytest.mark.parametrize("method", ["chat.postMessage", "files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "ratelimited"])
def test_an_answer_that_is_lost_on_its_way(sqlite_town: Town, method: str, kind: Any) -> None:
    town = sqlite_town
    town.open("trouble")
    town.tell()
    town.slack.faults.add(method, kind, times=2)
    ask(town)
    for _ in range(6):
        town.tell()
        town.clock.move(seconds=40)
    assert told(town.ann) == (1, 1)
    assert not town.due()


def test_where_no_picture_may_be_sent_the_words_are_enough(sqlite_town: Town) -> None:
    town = sqlite_town
    town.open("trouble")
    town.tell()
    town.slack.faults.add("files.getUploadURLExternal", "error", "missing_scope")
    ask(town)
    town.tell()
    assert told(town.ann) == (1, 0)
    assert not town.due()
    assert not town.dead()


def test_a_query_that_means_nothing_any_more_is_said(sqlite_town: Town) -> None:
    """A person whom a query names may leave the directory, and a type be taken away; here it was never right."""
    town = sqlite_town
    ask(town)
    with town.db.write() as work:
        (row,) = [one for one in work.deliveries.list(None, 10) if one.kind == Tell.STATISTICS]
        row.data = {"query": "status:blue"}
    town.tell()
    assert "could not be counted" in town.dms(town.ann)[-1]
    assert "blue" in town.dms(town.ann)[-1]
    assert not town.dead()


def weekly(town: Town, query: str = "", by: Person | None = None) -> int:
    fields = WeeklyFields(query, town.ops.id, "mon", 540, "Europe/Berlin")
    return weeklies.send_weekly(town.db, town.act(by or town.ann), fields).id


def posts(town: Town) -> list[str]:
    return [one.text for one in town.slack.messages(town.ops) if "Statistics" in one.text]


def test_a_week_is_told_once_however_many_replicas_look_and_however_late(town: Town) -> None:
    town.open("trouble")
    weekly(town)
    town.tell()
    for days in (7, 0, 0, 21):  # three weeks of standstill at the end: one message, not three
        town.clock.move(days=days)
        send_due(town.db, town.clock())
        send_due(town.db, town.clock())
        town.tell()
    assert len(posts(town)) == 2
    with town.db.read() as work:
        (row,) = work.weeklies.of(None, 10)
        assert town.clock() < row.due_at <= town.clock() + timedelta(days=7)


def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(sqlite_town: Town) -> None:
    town = sqlite_town  # it is the 1st of March; clocks in Berlin are put forward on the 29th
    weekly(town)
    hours = []
    for _ in range(6):
        with town.db.read() as work:
            (row,) = work.weeklies.of(None, 10)
        hours.append(row.due_at.hour)
        send_due(town.db, row.due_at)
    assert hours == [8, 8, 8, 8, 7, 7]


def test_of_somebody_who_has_left_nothing_is_sent(sqlite_town: Town) -> None:
    town = sqlite_town
    town.open("trouble")
    weekly(town)
    with town.db.write() as work:
        owner = work.people.by_id(town.ann.id)
        assert owner
        owner.is_gone = True
    town.clock.move(days=7)
    send_due(town.db, town.clock())
    town.tell()
    assert not posts(town)
    assert not town.dead()


def test_a_weekly_query_that_means_nothing_any_more_is_told_to_its_owner(sqlite_town: Town) -> None:
    town = sqlite_town
    weekly(town, "status:open")
    with town.db.write() as work:
        (row,) = work.weeklies.of(None, 10)
        row.query = "status:blue"
    for _ in range(2):
        town.clock.move(days=7)
        send_due(town.db, town.clock())
        town.tell()
    assert len([said for said in town.dms(town.ann) if "cannot be counted any more" in said]) == 1
    assert not [said for said in town.dms(town.dana) if "cannot be counted" in said]
