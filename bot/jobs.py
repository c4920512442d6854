"""The clockwork. It keeps nothing: a job's slot is claimed as a row, so it runs once however many replicas tick.

Whoever runs it may die: when the lease is over another replica runs it again, so each job must bear that.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.storage import claims
from bot.storage.database import Database
from bot.usecases.idle import ask_for_idle
from bot.usecases.inbox_clock import SWEEP_EVERY, ask_for_sweeps, wake_inboxes
from bot.usecases.intake_clock import forget, refresh_cards
from bot.usecases.people import ask_for_directory
from bot.usecases.retention import ask_for_gathering, see_to_departures
from bot.usecases.rule_running import forget_runs, wake_rules
from bot.usecases.silence_ends import tell_of_ended
from bot.usecases.snoozing import wake_rested
from bot.usecases.storm_clock import see_to_storms
from bot.usecases.ticket_news import ask_for_news
from bot.usecases.weeklies import send_due

KEPT_FOR = timedelta(days=7)
UNCONFIRMED_FOR = timedelta(days=1)
# Longer than any job takes.
LEASE = timedelta(minutes=10)
FEW = 10
BATCH = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Runs once in each ``every``, counted from ``at`` after midnight UTC; ``run`` gets the slot's time."""

    name: str
    every: timedelta
    run: Callable[[Database, datetime, datetime], None]
    at: timedelta = timedelta()

    def slot(self, now: datetime) -> datetime:
        """The latest time at which the job was due."""
        return now - (now - EPOCH - self.at) % self.every


def mirror_directory(db: Database, now: datetime, slot_at: datetime) -> None:
    """Events tell of changes; this catches those that were missed."""
    ask_for_directory(db, now, f"hourly/{slot_at:%Y-%m-%dT%H}")


def purge(db: Database, now: datetime, slot_at: datetime) -> None:
    """A little at a time, since nobody else can write to SQLite meanwhile."""
    while True:
        with db.write() as work:
            if work.deliveries.purge_done(now - KEPT_FOR, BATCH) < BATCH:
                break
    while True:
        with db.write() as work:
            if work.bulks.purge(now - UNCONFIRMED_FOR, now - KEPT_FOR, FEW) < FEW:
                break
    forget(db, now)
    forget_runs(db, now)
    with db.write() as work:
        claims.purge_slots(work, now - KEPT_FOR)
        work.silences.purge(now - KEPT_FOR)


def wake(db: Database, now: datetime, slot_at: datetime) -> None:
    """Snoozes, silences and stays that are over, and digests that are due."""
    wake_rested(db, now)
    tell_of_ended(db, now)
    wake_inboxes(db, now)


def send_weeklies(db: Database, now: datetime, slot_at: datetime) -> None:
    """Statistics that are due."""
    send_due(db, now)


def depart(db: Database, now: datetime, slot_at: datetime) -> None:
    see_to_departures(db, now)


def follow(db: Database, now: datetime, slot_at: datetime) -> None:
    """Cards of alerts that were counted, and storms."""
    refresh_cards(db, now)
    see_to_storms(db, now)


def ring(db: Database, now: datetime, slot_at: datetime) -> None:
    """Rules whose time has come."""
    wake_rules(db, now)


JOBS = (
    Job("inboxes", timedelta(minutes=1), wake),
    Job("weeklies", timedelta(minutes=1), send_weeklies),
    Job("alerts", timedelta(minutes=1), follow),
    Job("rules", timedelta(minutes=1), ring),
    Job("sweep", SWEEP_EVERY, ask_for_sweeps),
    Job("directory", timedelta(hours=1), mirror_directory),
    Job("purge", timedelta(days=1), purge, at=timedelta(hours=3)),
    Job("idle", timedelta(hours=1), ask_for_idle),
    Job("departures", timedelta(hours=1), depart),
    # On Mondays, so that a channel is not warned of a case or two every day: the epoch was a Thursday.
    Job("retention", timedelta(weeks=1), ask_for_gathering, at=timedelta(days=4, hours=5)),
)


# Where a partner calls by itself, it is asked only for what it may have failed to tell.
POLLED, CALLED = timedelta(minutes=1), timedelta(minutes=15)


def listening_to(partner: str, *, calls: bool) -> Job:
    """Asks a partner of tickets what is new. ``calls``: it does so by webhooks as well."""

    def ask(db: Database, now: datetime, slot_at: datetime) -> None:
        ask_for_news(db, partner, now, slot_at.isoformat())

    return Job(f"tickets/{partner}", CALLED if calls else POLLED, ask)


class Clockwork:
    """Looks every minute for slots that nobody has run yet; after a long stop each job so runs once."""

    def __init__(self, db: Database, clock: Callable[[], datetime], jobs: tuple[Job, ...] = JOBS) -> None:
        self.db, self.clock, self.jobs = db, clock, jobs
        self._seen: dict[str, datetime] = {}
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    def start(self) -> None:
        for job in self.jobs:
            # `next_run_time` in the past would be one more misfire; now is when what is overdue should run.
            self._scheduler.add_job(
                self.tick, CronTrigger(second=0, timezone=UTC), args=[job], next_run_time=datetime.now(UTC)
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Waits for what is running."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def tick(self, job: Job) -> None:
        now = self.clock()
        slot_at = job.slot(now)
        if self._seen.get(job.name) == slot_at:
            return
        if self._claim(job, slot_at, now):
            log.info("Running %s of %s", job.name, slot_at.isoformat())
            job.run(self.db, now, slot_at)
            with self.db.write() as work:
                claims.finish_slot(work, job.name, slot_at)
            self._seen[job.name] = slot_at

    def _claim(self, job: Job, slot_at: datetime, now: datetime) -> bool:
        """Looking first keeps nobody waiting. A slot that somebody else is running is looked at again."""
        with self.db.read() as work:
            turn = claims.look_at_slot(work, job.name, slot_at, now)
        if turn is claims.Turn.DONE:
            self._seen[job.name] = slot_at
        if turn is not claims.Turn.OURS:
            return False
        with self.db.write() as work:
            return claims.claim_slot(work, job.name, slot_at, now, now + LEASE)
