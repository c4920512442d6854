"""Deliveries to play with, and a clock that only the tests move."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier
from typing import Any

from sqlalchemy import insert, select, text

from bot.domain.delivery import SLACK, Delivery
from bot.storage.claims import Claimed, Held, Pace, claim
from bot.storage.database import Database
from bot.storage.outcomes import record_done
from bot.storage.work import Work

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=30)
SERIAL = count(1)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def row(stream: str = "", lane: str = "slack/C1", **values: Any) -> dict[str, Any]:
    """A delivery's columns; without a ``stream`` it has one of its own."""
    number = next(SERIAL)
    return {
        "key": f"key/{number}",
        "kind": "line",
        "partner": SLACK,
        "stream": stream or f"stream/{number}",
        "lane": lane,
        "target": "C1",
        "data": {},
        "state": "due",
        "not_before": NOW,
        "created_at": NOW,
        "attempts": 0,
    } | values


def enqueue(db: Database, *rows: dict[str, Any]) -> list[int]:
    """Their ids, in order."""
    keys = [values["key"] for values in rows]
    with db.write() as work:
        work.enqueue(Delivery(**values) for values in rows)
        query = select(Delivery.id).where(Delivery.key.in_(keys)).order_by(Delivery.id)
        return list(work.session.scalars(query))


def fill(db: Database, rows: Iterable[dict[str, Any]]) -> None:
    with db.write() as work:
        work.session.execute(insert(Delivery), list(rows))


def unpaced(_lane: str) -> Pace:
    return Pace(SECOND, burst=1_000_000)


def one_a_second(_lane: str) -> Pace:
    return Pace(SECOND)


def take(db: Database, now: datetime = NOW, *, limit: int = 100, pace: Any = unpaced, partner: str = SLACK) -> Claimed:
    return claim(db, partner=partner, now=now, lease=LEASE, pace=pace, limit=limit)


def ids(claimed: Claimed) -> list[int]:
    return [held.delivery.id for held in claimed.deliveries]


def only(claimed: Claimed) -> Held:
    (held,) = claimed.deliveries
    return held


def write(db: Database, deed: Callable[[Work], Any]) -> Any:
    """One deed in a unit of work of its own."""
    with db.write() as work:
        return deed(work)


def done(db: Database, held: Held, at: datetime = NOW) -> bool:
    return write(db, lambda work: record_done(work, held, at))


def stored(db: Database, delivery_id: int) -> Delivery:
    with db.read() as work:
        delivery = work.deliveries.by_id(delivery_id)
        assert delivery is not None
        return delivery


def together(workers: int, job: Any) -> list[Any]:
    """What ``job(number)`` returned in each of so many threads that start at the same moment."""
    barrier = Barrier(workers)

    def run(number: int) -> Any:
        barrier.wait(timeout=30)
        return job(number)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(workers)))


def flat(lists: Iterable[Iterable[Any]]) -> Iterator[Any]:
    for one in lists:
        yield from one


def waiting_for_a_lock(db: Database) -> bool:
    with db.read() as work:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(work.session.scalar(text(waiting)))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
