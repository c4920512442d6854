"""The clockwork: each slot once, whoever ticks."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.delivery import Delivery, State
from bot.domain.slot import Slot
from bot.jobs import JOBS, Clockwork, Job, mirror_directory, purge
from bot.storage.database import Database

NOON = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Runs:
    """A job that counts, and a clock that is set by hand."""

    def __init__(self, every: timedelta = HOUR, at: timedelta = timedelta()) -> None:
        self.now = NOON
        self.slots: list[datetime] = []
        self.job = Job("count", every, lambda db, now, slot_at: self.slots.append(slot_at), at)

    def clockwork(self, db: Database) -> Clockwork:
        return Clockwork(db, lambda: self.now, (self.job,))


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-03-01T12:00:00", "2026-03-01T03:00:00"),
        ("2026-03-01T03:00:00", "2026-03-01T03:00:00"),
        ("2026-03-01T02:59:59", "2026-02-28T03:00:00"),
    ],
)
def test_a_slot_is_the_latest_time_the_job_was_due(now: str, slot: str) -> None:
    job = Job("night", timedelta(days=1), purge, at=timedelta(hours=3))
    assert job.slot(datetime.fromisoformat(now + "+00:00")) == datetime.fromisoformat(slot + "+00:00")


def test_a_slot_runs_once_in_a_process_and_again_in_the_next(database: Database) -> None:
    runs = Runs()
    clockwork = runs.clockwork(database)
    for minutes in (0, 1, 59, 60, 61):
        runs.now = NOON + timedelta(minutes=minutes)
        clockwork.tick(runs.job)
    assert runs.slots == [NOON.replace(second=0), NOON.replace(second=0) + HOUR]


def test_a_slot_runs_once_however_many_replicas_tick(database: Database) -> None:
    runs = Runs()
    replicas = [runs.clockwork(database) for _ in range(8)]
    start = threading.Barrier(len(replicas))

    def tick(replica: Clockwork) -> None:
        start.wait()
        replica.tick(runs.job)

    threads = [threading.Thread(target=tick, args=(replica,)) for replica in replicas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs.slots == [NOON.replace(second=0)]


def test_a_restart_within_the_slot_does_not_repeat_it(sqlite_database: Database) -> None:
    runs = Runs()
    runs.clockwork(sqlite_database).tick(runs.job)
    runs.clockwork(sqlite_database).tick(runs.job)
    assert len(runs.slots) == 1


def test_after_a_day_of_downtime_what_is_overdue_runs_once(sqlite_database: Database) -> None:
    runs = Runs()
    runs.clockwork(sqlite_database).tick(runs.job)
    runs.now = NOON + timedelta(hours=26)
    clockwork = runs.clockwork(sqlite_database)
    clockwork.start()
    wait_for(lambda: len(runs.slots) == 2)
    clockwork.stop()
    assert runs.slots[1] == NOON.replace(second=0) + timedelta(hours=26)


def test_a_failing_job_does_not_stop_the_clockwork(sqlite_database: Database) -> None:
    ran = threading.Event()

    def fail(db: Database, now: datetime, slot_at: datetime) -> None:
        raise RuntimeError("no")

    failing = Job("failing", HOUR, fail)
    fine = Job("fine", HOUR, lambda db, now, slot_at: ran.set())
    clockwork = Clockwork(sqlite_database, lambda: NOON, (failing, fine))
    clockwork.start()
    assert ran.wait(5)
    clockwork.stop()


def test_stopping_waits_for_what_is_running(sqlite_database: Database) -> None:
    started, done = threading.Event(), []

    def slow(db: Database, now: datetime, slot_at: datetime) -> None:
        started.set()
        time.sleep(0.2)
        done.append(slot_at)

    clockwork = Clockwork(sqlite_database, lambda: NOON, (Job("slow", HOUR, slow),))
    clockwork.start()
    assert started.wait(5)
    clockwork.stop()
    assert done


def test_stopping_before_starting(sqlite_database: Database) -> None:
    Clockwork(sqlite_database, lambda: NOON).stop()


def test_the_directory_is_asked_for_once_a_slot(sqlite_database: Database) -> None:
    slot_at = NOON.replace(second=0)
    mirror_directory(sqlite_database, NOON, slot_at)
    mirror_directory(sqlite_database, NOON + HOUR / 2, slot_at)
    with sqlite_database.read() as work:
        kinds = sorted(delivery.kind for delivery in work.deliveries.list(None, 10))
    assert kinds == ["people", "teams"]


def test_the_purge_keeps_a_week_and_everything_unfinished(database: Database) -> None:
    week = timedelta(days=7)
    rows = [
        delivery("done-old", State.DONE, NOON - week - HOUR),
        delivery("done-new", State.DONE, NOON - week + HOUR),
        delivery("dead-old", State.DEAD, NOON - 2 * week),
        delivery("due-old", State.DUE, None),
    ]
    with database.write() as work:
        work.enqueue(rows)
        work.session.add_all([Slot(job="x", slot_at=NOON - 2 * week), Slot(job="x", slot_at=NOON)])
    purge(database, NOON, NOON)
    with database.read() as work:
        assert {row.key for row in work.deliveries.list(None, 10)} == {"done-new", "dead-old", "due-old"}
        assert work.session.query(Slot).count() == 1


def test_the_purge_goes_on_until_all_is_gone(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.jobs.BATCH", 2)
    with sqlite_database.write() as work:
        work.enqueue(delivery(str(n), State.DONE, NOON - timedelta(days=8)) for n in range(5))
    purge(sqlite_database, NOON, NOON)
    with sqlite_database.read() as work:
        assert not work.deliveries.list(None, 10)


def test_the_jobs_have_names_of_their_own() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)


def delivery(key: str, state: State, ended: datetime | None) -> Delivery:
    long_ago = NOON - timedelta(days=30)
    return Delivery(
        key=key, kind="line", partner="slack", stream=key, lane="slack/C1", target="C1", state=state.value, data={},
        not_before=long_ago, created_at=long_ago, done_at=ended, attempts=1,
    )  # fmt: skip


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.01)
