"""The clockwork over a month: two replicas, one of which dies every now and then."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.delivery import Tell
from bot.jobs import JOBS, Clockwork, Job
from bot.storage.database import Database
from bot.usecases import people, projects
from bot.usecases.people import Profile
from tests.usecases.world import Acts

START = datetime(2026, 3, 20, tzinfo=UTC)  # with the nights in which clocks are put forward, there and here
MONTH = timedelta(days=30)
STEP = timedelta(minutes=20)
OURS = {"idle", "departures", "retention", "purge"}


class Killed(BaseException):
    """As a process ends that is killed: nothing of it goes on, and it tidies up nothing."""


class Deaths:
    """Kills whoever runs a job, before it or after it, every so often."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.killed: Counter[tuple[str, datetime]] = Counter()
        self.finished: Counter[tuple[str, datetime]] = Counter()

    def perhaps(self, name: str, slot_at: datetime) -> None:
        """Whoever tries for the third time lives: after an hour the next slot takes the place of one never run."""
        if self.random.random() < 0.15 and self.killed[name, slot_at] < 2:
            self.killed[name, slot_at] += 1
            raise Killed

    def around(self, job: Job) -> Job:
        def run(db: Database, now: datetime, slot_at: datetime) -> None:
            self.perhaps(job.name, slot_at)
            job.run(db, now, slot_at)
            self.finished[job.name, slot_at] += 1
            self.perhaps(job.name, slot_at)

        return Job(job.name, job.every, run, job.at)


@pytest.mark.slow
def test_every_slot_of_a_month_is_run_however_often_one_of_two_replicas_dies(database: Database) -> None:
    act = Acts()
    people.keep_people(database, [Profile("dana", "Dana", is_admin=True)], frozenset())
    projects.create_project(
        database, act("dana"), key="OPS", name="Operations", home_channel="C1", retention_months=15,
        close_after_days=14,
    )  # fmt: skip
    deaths = Deaths(seed=1)
    jobs = tuple(deaths.around(job) for job in JOBS if job.name in OURS)
    replica = Database(database.url.render_as_string(hide_password=False), wait_seconds=30)
    now = START

    def started(db: Database) -> Clockwork:
        return Clockwork(db, lambda: now, jobs)

    replicas = [started(database), started(replica)]
    while now < START + MONTH:
        for which in deaths.random.sample((0, 1), 2):
            for job in jobs:
                try:
                    replicas[which].tick(job)
                except Killed:
                    replicas[which] = started(replicas[which].db)
        now += STEP
    replica.close()
    assert deaths.killed.total() > 100
    for job in jobs:
        slots = {slot_at for name, slot_at in deaths.finished if name == job.name}
        due = (MONTH - job.every) // job.every
        assert len(slots) >= due, job.name
        gaps = {later - earlier for earlier, later in zip(sorted(slots), sorted(slots)[1:], strict=False)}
        assert gaps <= {job.every}, f"{job.name} left out a slot"
    with database.read() as work:
        asked = Counter(row.kind for row in work.deliveries.list(None, 100_000))
    weeks = len({slot_at for name, slot_at in deaths.finished if name == "retention"})
    hours = len({slot_at for name, slot_at in deaths.finished if name == "idle"})
    assert (asked[Tell.GATHER], asked[Tell.IDLE]) == (weeks, hours), "asked for twice, or not at all"
