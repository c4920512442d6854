"""Which deliveries a worker may send next. The rows are the queue: any number of workers, on either database.

A claim costs about the same whatever waits: it asks only for lanes that have something in sight, looks at the front of
each, and *parks* what it finds there that cannot go yet, so that no later claim meets it again before its time.
On PostgreSQL a claim never waits for a delivery's row, so that it cannot be part of a deadlock.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Row, bindparam, case, delete, select, update
from sqlalchemy.orm import Session

from bot.domain.delivery import Delivery, Lane
from bot.domain.slot import Slot
from bot.storage.database import Database
from bot.storage.parking import (
    AMONG_IDS,
    LANES_IN_SIGHT,
    PARKED,
    REVISIT,
    changed,
    front_of_lane,
    insert_absent,
)
from bot.storage.work import Work

# How many rows of a lane are looked at in one query, and in one claim. What is beyond has its turn in the next claim.
GLANCE = 50
SIGHT = 150

FRONT = front_of_lane(GLANCE)
LOCKED_LANES = select(Lane).where(Lane.name.in_(bindparam("names", expanding=True))).with_for_update(skip_locked=True)
LOCKED = select(Delivery).where(AMONG_IDS).order_by(Delivery.id).with_for_update(skip_locked=True)
OVER = (
    select(Delivery.id)
    .where(Delivery.partner == bindparam("partner"), PARKED, Delivery.parked_until <= bindparam("now"))
    .order_by(Delivery.parked_until)
    .limit(SIGHT)
    .with_for_update(skip_locked=True)
)
NEXT_OVER = (
    select(Delivery.parked_until)
    .where(Delivery.partner == bindparam("partner"), PARKED)
    .order_by(Delivery.parked_until)
    .limit(1)
)
STATES = select(Delivery.id, Delivery.state, Delivery.parked_until).where(AMONG_IDS)
STILL_DUE = STATES.with_for_update(read=True, skip_locked=True)
STILL_READY = STATES.with_for_update(skip_locked=True)


@dataclass(frozen=True, slots=True)
class Pace:
    """A lane's rate: one message a ``period``, or up to ``burst`` of them at once after a rest (GCRA)."""

    period: timedelta
    burst: int = 1

    def opens(self, arrival: datetime) -> datetime:
        return arrival - (self.burst - 1) * self.period


@dataclass(slots=True)
class Held:
    """A delivery that this worker may send until ``lease``, which is also the proof that it is still ours.

    ``was_taken_over``: somebody may have sent it already without saying so; look before sending.
    """

    delivery: Delivery
    lease: datetime
    was_taken_over: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """``next_at``: when it is worth claiming again, unless something is enqueued before; ``None``: nothing waits."""

    deliveries: Sequence[Held]
    next_at: datetime | None


def claim(
    db: Database, *, partner: str, now: datetime, lease: timedelta, pace: Callable[[str], Pace], limit: int
) -> Claimed:
    """Up to ``limit`` deliveries, leased and their lanes charged for them. ``pace`` is asked by lane.

    At most one of a stream, its oldest; by id within a lane; lanes that have rested longest first.
    """
    with db.write() as work:
        return Claim(work.session, partner, now, now + lease, pace).take(limit)


class Claim:
    """One claim's transaction."""

    def __init__(
        self, session: Session, partner: str, now: datetime, lease: datetime, pace: Callable[[str], Pace]
    ) -> None:
        self.session = session
        self.partner = partner
        self.now = now
        self.lease = lease
        self.pace = pace
        self.later: list[datetime] = []

    def take(self, limit: int) -> Claimed:
        self.wake()
        lanes = self.open_lanes(limit)
        if len(lanes) > limit:
            self.later.append(self.now)
        held: list[Held] = []
        for lane in self.locked(lanes[:limit]):
            if len(held) == limit:
                self.later.append(self.now)
                break
            held += self.take_from(lane, limit - len(held))
        self.session.flush()
        if woken := self.session.scalar(NEXT_OVER, {"partner": self.partner}):
            self.later.append(woken)
        return Claimed(held, min(self.later, default=None))

    def wake(self) -> None:
        """Bring back into sight what was parked until now: waits that are over and leases that ran out."""
        ids = self.session.scalars(OVER, {"partner": self.partner, "now": self.now}).all()
        self.set_parked(ids, None)

    def open_lanes(self, limit: int) -> list[str]:
        """Lanes with something in sight that may send now, those that have rested longest first."""
        opened: list[tuple[datetime, str]] = []
        fresh: list[dict[str, Any]] = []
        lanes = self.session.execute(LANES_IN_SIGHT, {"partner": self.partner})
        for name, arrival, closed_until in lanes:
            if arrival is None:
                fresh.append({"name": name, "arrival": self.now})
            elif (opens := self.opens(name, arrival, closed_until)) > self.now:
                self.later.append(opens)
            else:
                opened.append((arrival, name))
                if len(opened) > limit:
                    break  # hundreds may follow, each of which has rested less
        lanes.close()
        if fresh:
            insert_absent(self.session, Lane, fresh)
        return [name for _, name in sorted(opened + [(self.now, lane["name"]) for lane in fresh])]

    def opens(self, name: str, arrival: datetime, closed_until: datetime | None) -> datetime:
        opens = self.pace(name).opens(arrival)
        return max(opens, closed_until) if closed_until else opens

    def locked(self, names: Sequence[str]) -> list[Lane]:
        """The lanes as they are now; one that another worker is claiming from is left to it."""
        lanes = {lane.name: lane for lane in self.session.scalars(LOCKED_LANES, {"names": names})} if names else {}
        self.later += [self.now + self.pace(name).period for name in names if name not in lanes]
        return [lanes[name] for name in names if name in lanes]

    def take_from(self, lane: Lane, room: int) -> list[Held]:
        quota = self.quota(lane, room)
        ids = self.find(lane.name, quota)
        held = self.hold(ids[:quota])
        for _ in held:
            lane.arrival = self.charged(lane.arrival, lane.name)
        if len(ids) > len(held):
            self.later.append(max(self.now, self.opens(lane.name, lane.arrival, lane.closed_until)))
        return held

    def charged(self, arrival: datetime, lane: str) -> datetime:
        return max(arrival, self.now) + self.pace(lane).period

    def quota(self, lane: Lane, room: int) -> int:
        """How many messages the lane may send now."""
        arrival, quota = lane.arrival, 0
        while quota < room and self.opens(lane.name, arrival, lane.closed_until) <= self.now:
            arrival, quota = self.charged(arrival, lane.name), quota + 1
        return quota

    def find(self, lane: str, quota: int) -> list[int]:
        """The first deliveries that can go, by id, one more than ``quota`` if there is one; the others are parked."""
        found: list[int] = []
        after = 0
        for _ in range(0, SIGHT, GLANCE):
            rows = self.session.execute(FRONT, {"partner": self.partner, "lane": lane, "after": after}).all()
            early, behind = [], []
            for row in rows:
                if row.head != row.id:
                    behind.append(row)
                elif row.not_before > self.now or (row.lease_until and row.lease_until > self.now):
                    early.append(row)
                else:
                    found.append(row.id)
                if len(found) > quota:
                    break
            self.park_until_their_time(early)
            self.park_behind(behind)
            if len(found) > quota or len(rows) < GLANCE:
                return found
            after = rows[-1].id
        self.later.append(self.now)
        return found

    def hold(self, ids: Sequence[int]) -> list[Held]:
        """Lease them, all but those that somebody else has touched meanwhile."""
        if not ids:
            return []
        return [self.leased(one) for one in self.session.scalars(LOCKED, {"ids": ids}) if self.is_claimable(one)]

    def is_claimable(self, one: Delivery) -> bool:
        waits = one.parked_until or one.not_before > self.now or (one.lease_until and one.lease_until > self.now)
        return one.state == "due" and not waits

    def leased(self, one: Delivery) -> Held:
        was_taken_over = one.attempts > 0 and one.lease_until is not None
        one.attempts += 1
        one.lease_until = one.parked_until = self.lease
        return Held(one, self.lease, was_taken_over)

    def park_until_their_time(self, rows: Sequence[Row[Any]]) -> None:
        leased = Delivery.lease_until > self.now
        self.park((row.id for row in rows), case((leased, Delivery.lease_until), else_=Delivery.not_before))

    def park_behind(self, rows: Sequence[Row[Any]]) -> None:
        """Out of sight until the heads of their streams are done.

        The heads are locked as still due: whoever is about to say that one is done waits for this transaction, and
        then finds what was parked behind it. Without that a delivery could be parked behind one that is done already.
        """
        if rows:
            heads = self.session.execute(STILL_DUE, {"ids": sorted({row.head for row in rows})})
            due = {head.id for head in heads if head.state == "due"}
            self.park((row.id for row in rows if row.head in due), self.now + REVISIT)

    def park(self, ids: Iterable[int], until: Any) -> None:
        if wanted := list(ids):
            rows = self.session.execute(STILL_READY, {"ids": wanted})
            self.set_parked([row.id for row in rows if row.state == "due" and row.parked_until is None], until)

    def set_parked(self, ids: Sequence[int], until: Any) -> None:
        if ids:
            changed(self.session, update(Delivery).where(AMONG_IDS).values(parked_until=until), {"ids": ids})


class Turn(Enum):
    """``OURS``: to run until the lease is over, and then `finish_slot`. ``TAKEN``: somebody is running it."""

    OURS = "ours"
    TAKEN = "taken"
    DONE = "done"


def look_at_slot(work: Work, job: str, slot_at: datetime, now: datetime) -> Turn:
    """``OURS`` if it may be claimed."""
    found = work.session.get(Slot, (job, slot_at))
    if found is None:
        return Turn.OURS
    if found.lease_until is None:
        return Turn.DONE
    return Turn.OURS if found.lease_until <= now else Turn.TAKEN


def claim_slot(work: Work, job: str, slot_at: datetime, now: datetime, lease: datetime) -> bool:
    """Whether this slot is ours to run. One whose lease ran out was begun by somebody who died."""
    if insert_absent(work.session, Slot, [{"job": job, "slot_at": slot_at, "lease_until": lease}]) == 1:
        return True
    dead = (Slot.job == job, Slot.slot_at == slot_at, Slot.lease_until <= now)
    return changed(work.session, update(Slot).where(*dead).values(lease_until=lease)) == 1


def finish_slot(work: Work, job: str, slot_at: datetime) -> None:
    """It has been run and is nobody's any more."""
    changed(work.session, update(Slot).where(Slot.job == job, Slot.slot_at == slot_at).values(lease_until=None))


def purge_slots(work: Work, before: datetime) -> int:
    return changed(work.session, delete(Slot).where(Slot.slot_at < before))
