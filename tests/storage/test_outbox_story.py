"""Whatever happens to workers and deliveries: all are sent, in order, and nobody has to wait for the net below."""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.delivery import SLACK, Tell
from bot.storage.claims import REVISIT, Held, Pace, claim
from bot.storage.database import Database
from bot.storage.outcomes import close_lane, coalesce, record_dead, record_done, record_retry, release, siblings
from bot.storage.work import Work
from tests.storage.outbox import LEASE, NOW, enqueue, row

LANES = ("slack/C1", "slack/C2", "slack/update")
FATES = ("done", "done", "done", "retry", "dead", "too fast", "coalesced", "worker dies", "worker dies after sending")

deliveries = st.tuples(
    st.integers(0, 3),  # stream
    st.sampled_from(LANES),
    st.sampled_from([Tell.LINE.value, Tell.CARD.value]),
    st.integers(0, 5),  # not before, in seconds
)
arrivals = st.lists(st.lists(deliveries, max_size=6), min_size=1, max_size=4)


def pace(lane: str) -> Pace:
    return Pace(timedelta(seconds=1), burst=3 if lane == "slack/update" else 1)


class Story:
    """One worker's life on a clock of its own."""

    def __init__(self, db: Database, fates: Iterator[str]) -> None:
        self.db = db
        self.fates = fates
        self.now = NOW
        self.all: dict[int, str] = {}
        self.unsure: set[int] = set()
        self.ended: list[int] = []
        self.sends: dict[str, list[datetime]] = defaultdict(list)
        self.held: dict[int, datetime] = {}

    def arrive(self, batch: list[tuple[int, str, str, int]]) -> None:
        rows = [
            row(f"case/{stream}", lane, kind=kind, not_before=self.now + timedelta(seconds=wait))
            for stream, lane, kind, wait in batch
        ]
        self.all |= zip(enqueue(self.db, *rows), (one["stream"] for one in rows), strict=True)

    def work_off(self) -> None:
        """Until nothing is left; a claim that brings nothing must say when to come back."""
        for _ in range(500):
            claimed = claim(self.db, partner=SLACK, now=self.now, lease=LEASE, pace=pace, limit=4)
            for held in claimed.deliveries:
                self.check(held)
                self.meet(held, next(self.fates))
            if not claimed.deliveries:
                if claimed.next_at is None:
                    return
                assert claimed.next_at - self.now < REVISIT
                self.now = max(self.now, claimed.next_at)
        raise AssertionError("the outbox never comes to rest")

    def check(self, held: Held) -> None:
        one = held.delivery
        assert one.id not in self.ended
        assert self.held.get(one.id, self.now) <= self.now, "somebody else has it"
        assert one.not_before <= self.now
        assert held.was_taken_over == (one.id in self.unsure)
        older = [id_ for id_, stream in self.all.items() if stream == one.stream and id_ < one.id]
        assert set(older) <= set(self.ended)
        self.sends[one.lane].append(self.now)
        self.held[one.id] = held.lease

    def meet(self, held: Held, fate: str) -> None:
        one = held.delivery.id
        if fate.startswith("worker dies"):
            self.unsure.add(one)
            return
        if fate in {"done", "dead", "coalesced"}:
            self.ended.append(one)
        del self.held[one]
        with self.db.write() as work:
            assert self.record(work, held, fate)

    def record(self, work: Work, held: Held, fate: str) -> bool:
        if fate == "retry":
            return record_retry(work, held, self.now + timedelta(seconds=7), "internal_error")
        if fate == "too fast":
            close_lane(work, held.delivery.lane, self.now + timedelta(seconds=3))
            return release(work, held)
        if fate == "dead":
            return record_dead(work, held, self.now, "is_archived")
        if fate == "coalesced":
            ids = siblings(work, held)
            assert coalesce(work, held, ids, self.now) == len(ids)
            self.ended += ids
        return record_done(work, held, self.now)


@contextmanager
def copy_of(template: Path) -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{shutil.copy(template, Path(folder) / 'casebook.db')}")
        try:
            yield database
        finally:
            database.close()


def tell(database: Database, batches: list[list[Any]], fates: list[str]) -> None:
    endless = iter([*fates, *(["done"] * 10_000)])
    story = Story(database, endless)
    for batch in batches:
        story.arrive(batch)
        story.work_off()
    assert sorted(story.ended) == sorted(story.all)
    for lane, times in story.sends.items():
        allowed = pace(lane)
        for first in range(len(times) - allowed.burst):
            assert times[first + allowed.burst] - times[first] >= allowed.period, "faster than its pace"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=arrivals, fates=st.lists(st.sampled_from(FATES), max_size=25))
def test_everything_is_sent_in_order_whatever_happens(
    sqlite_template: Path, batches: list[list[Any]], fates: list[str]
) -> None:
    with copy_of(sqlite_template) as database:
        tell(database, batches, fates)


def test_so_it_is_on_postgresql(postgres_database: Database) -> None:
    """One long story, with everything in it."""
    batches = [
        [(n % 4, LANES[n % 3], Tell.CARD.value if n % 2 else Tell.LINE.value, n % 5) for n in range(start, start + 15)]
        for start in range(0, 45, 15)
    ]
    tell(postgres_database, batches, [FATES[number * 7 % len(FATES)] for number in range(60)])
