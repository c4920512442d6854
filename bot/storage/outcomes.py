"""What became of a claimed delivery. Whoever lost the lease to a successor changes nothing and is told so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from bot.domain.delivery import Delivery, Lane, State
from bot.storage.claims import Held
from bot.storage.parking import DUE, changed, insert_absent, unpark_heads
from bot.storage.work import Work

BATCH = 500


def record_done(work: Work, held: Held, at: datetime) -> bool:
    return ended(work, held, state=State.DONE.value, done_at=at)


def record_dead(work: Work, held: Held, at: datetime, error: str) -> bool:
    """It will not be tried again by itself; its stream goes on without it."""
    return ended(work, held, state=State.DEAD.value, done_at=at, last_error=error)


def record_retry(
    work: Work, held: Held, not_before: datetime, error: str, *, perhaps_sent: bool | None = None
) -> bool:  # fmt: skip
    """Try again then. ``perhaps_sent``: whether the next worker must look first; ``None`` leaves it as it was."""
    unsure = held.was_taken_over if perhaps_sent is None else perhaps_sent
    return settled(
        work,
        held,
        not_before=not_before,
        parked_until=not_before,
        lease_until=not_before if unsure else None,
        last_error=error,
    )


def release(work: Work, held: Held) -> bool:
    """Give it back as if it had not been claimed: the attempt is not counted."""
    delivery = held.delivery
    return settled(
        work,
        held,
        attempts=Delivery.attempts - 1,
        parked_until=None,
        lease_until=delivery.not_before if held.was_taken_over else None,
    )


def extend(work: Work, held: Held, until: datetime) -> bool:
    """The sending takes longer than usual. Once this is committed, ``held.lease`` is ``until``."""
    return settled(work, held, lease_until=until, parked_until=until)


def close_lane(work: Work, lane: str, until: datetime) -> None:
    """Nothing of this lane is claimed before ``until``; a later closing stands."""
    insert_absent(work.session, Lane, [{"name": lane, "arrival": until}])
    earlier = or_(Lane.closed_until.is_(None), Lane.closed_until < until)
    changed(work.session, update(Lane).where(Lane.name == lane, earlier).values(closed_until=until))


def siblings(work: Work, held: Held) -> Sequence[int]:
    """The other due deliveries of its stream and kind: what is drawn now says what they would say.

    Read them in the same unit of work as the case, before it: one that is enqueued later may know more than was drawn.
    """
    one = held.delivery
    query = select(Delivery.id).where(DUE, Delivery.stream == one.stream, Delivery.kind == one.kind)
    return work.session.scalars(query.where(Delivery.id != one.id).order_by(Delivery.id).limit(BATCH)).all()


def coalesce(work: Work, held: Held, ids: Sequence[int], at: datetime) -> int:
    """Those siblings are done too, all but what another worker has; how many."""
    if not ids:
        return 0
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until <= at)
    done = update(Delivery).where(Delivery.id.in_(ids), DUE, free)
    count = changed(work.session, done.values(state=State.DONE.value, done_at=at, parked_until=None))
    unpark_heads(work.session, [held.delivery.stream])
    return count


def ended(work: Work, held: Held, **values: Any) -> bool:
    if not settled(work, held, lease_until=None, parked_until=None, **values):
        return False
    unpark_heads(work.session, [held.delivery.stream])
    return True


def settled(work: Work, held: Held, **values: Any) -> bool:
    """The lease is the proof: a takeover has put another one in its place."""
    mine = update(Delivery).where(Delivery.id == held.delivery.id, DUE, Delivery.lease_until == held.lease)
    return changed(work.session, mine.values(**values)) == 1
