"""Looking into the outbox, and mending it by hand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.delivery import AT_ONCE, Delivery, State, Tell
from bot.domain.inbox import Recipient
from bot.domain.rule import Rule
from bot.storage.parking import DEAD, DUE, changed, unpark_heads

KEYS = select(Delivery.key).where(Delivery.key.in_(bindparam("keys", expanding=True)))
# Statements that every click needs are put together once.
UNHURRIED = (
    DUE,
    Delivery.stream.in_(bindparam("streams", expanding=True)),
    Delivery.lane.endswith(bindparam("later")),
)
OUTLOOK = select(
    exists().where(*UNHURRIED),
    exists(select(Recipient.id)),
    exists().where(Rule.project_id == bindparam("project"), Rule.is_on),
)
HURRY = update(Delivery).where(*UNHURRIED).values(lane=func.replace(Delivery.lane, bindparam("later"), ""))


@dataclass(frozen=True, slots=True)
class Backlog:
    """``oldest_due``: since when the longest-waiting one has been wanted."""

    counts: Mapping[State, int]
    oldest_due: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that waits for a partner. ``oldest``: the delivery that has waited longest. ``error``: of the last attempt at
    the first one that was tried; ``None`` if no attempt has failed."""

    partner: str
    count: int
    oldest: Delivery
    error: str | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """``unhurried``: something of these streams is still due in a lane that may take its time.

    ``is_listened_to``: a change could concern an inbox that has somebody to tell. ``is_ruled``: it could set off a rule
    of the project.
    """

    unhurried: bool
    is_listened_to: bool
    is_ruled: bool


class Deliveries:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, delivery_id: int) -> Delivery | None:
        return self._session.get(Delivery, delivery_id)

    def by_ids(self, ids: Collection[int]) -> Sequence[Delivery]:
        return self._session.scalars(select(Delivery).where(Delivery.id.in_(ids))).all() if ids else ()

    def has_key(self, key: str) -> bool:
        return bool(self.keys_of([key]))

    def keys_of(self, keys: Iterable[str]) -> Sequence[str]:
        """Those of the keys that are there."""
        return self._session.scalars(KEYS, {"keys": list(keys)}).all()

    def outlook(self, streams: Iterable[str], later: str, project_id: int) -> Outlook:
        """Of a change that is about to be told in these streams; every click asks this."""
        asked = {"streams": sorted(set(streams)), "later": later, "project": project_id}
        return Outlook(*map(bool, self._session.connection().execute(OUTLOOK, asked).one()))

    def hurry(self, streams: Iterable[str], later: str) -> None:
        """What is due in these streams leaves the lanes whose name ends in ``later``: something urgent is behind it."""
        changed(self._session, HURRY, {"streams": sorted(set(streams)), "later": later})

    def waiting(self, streams: Iterable[str]) -> set[str]:
        """Those of the streams in which a card waits to be drawn, which will be drawn as it is then."""
        query = select(Delivery.stream).where(
            DUE, Delivery.stream.in_(sorted(set(streams))), Delivery.kind == Tell.CARD.value
        )
        return set(self._session.scalars(query))

    def forget(self, prefix: str) -> int:
        """Delete finished ones whose key begins so: the same may be told again."""
        finished = Delivery.state != State.DUE.value
        return changed(
            self._session, delete(Delivery).where(finished, Delivery.key.startswith(prefix, autoescape=True))
        )

    def backlog(self) -> Backlog:
        rows = self._session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
        counts = dict.fromkeys(State, 0) | {State(state): count for state, count in rows}
        return Backlog(counts, self._session.scalar(select(func.min(Delivery.created_at)).where(DUE)))

    def waiting_since(self, before: datetime, now: datetime) -> Sequence[Waiting]:
        """Of each partner for which something has waited since then, by name. What is wanted later does not wait."""
        wanted = select(Delivery.partner, func.count()).where(DUE, Delivery.created_at <= now)
        query = wanted.group_by(Delivery.partner)
        late = query.having(func.min(Delivery.created_at) < before).order_by(Delivery.partner)
        return [self.waiting_for(partner, count) for partner, count in self._session.execute(late)]

    def waiting_for(self, partner: str, count: int) -> Waiting:
        first = select(Delivery).where(DUE, Delivery.partner == partner).limit(1)
        oldest = self._session.scalars(first.order_by(Delivery.created_at, Delivery.id)).one()
        failed = first.where(Delivery.last_error.is_not(None)).order_by(Delivery.id)
        tried = self._session.scalar(failed)
        return Waiting(partner, count, oldest, oldest.last_error or (tried.last_error if tried else None))

    def dead(self, limit: int) -> Sequence[Delivery]:
        """Newest first."""
        return self.list(State.DEAD, limit)

    def list(self, state: State | None, limit: int) -> Sequence[Delivery]:
        """Due ones in the order they are wanted, others newest first."""
        query = select(Delivery).limit(limit)
        if state is not None:
            query = query.where(DEAD if state == State.DEAD else Delivery.state == state.value)
        return self._session.scalars(query.order_by(Delivery.id if state == State.DUE else Delivery.id.desc())).all()

    def retry(self, ids: Iterable[int] | None, at: datetime) -> int:
        """Dead ones are due again, with all their attempts before them. ``None``: all of them."""
        again = update(Delivery).where(DEAD, *among(ids))
        return changed(
            self._session,
            again.values(
                state=State.DUE.value, not_before=at, attempts=0, done_at=None, lease_until=None, parked_until=None
            ),
        )

    def revive(self, kind: Tell, target: str, *, since: datetime, at: datetime) -> int:
        """Dead ones of this kind and target that died since then are due again."""
        query = select(Delivery.id).where(
            DEAD, Delivery.done_at >= since, Delivery.kind == kind.value, Delivery.target == target
        )  # fmt: skip
        ids = self._session.scalars(query).all()
        return self.retry(ids, at) if ids else 0

    def hasten(self, stream: str, at: datetime) -> bool:
        """Try what had failed in this stream again now, whether it waits for its time or was given up.

        Whether there is anything in the stream still to be sent.
        """
        dead = select(Delivery.id).where(DEAD, Delivery.stream == stream)
        self.retry(self._session.scalars(dead).all(), at)
        waiting = update(Delivery).where(DUE, Delivery.stream == stream, Delivery.not_before > at)
        # A lease says of one that nobody has that it may have been sent, which must be remembered.
        lease = case((Delivery.lease_until.is_not(None), at), else_=None)
        changed(self._session, waiting.values(not_before=at, lease_until=lease))
        unpark_heads(self._session, [stream])
        return self.waits(stream)

    def is_wanted_at_once(self, partner: str, after: datetime) -> bool:
        """Whether somebody has asked since then for something to be tried that is still due."""
        kinds = Delivery.kind.in_([kind.value for kind in AT_ONCE])
        query = select(Delivery.id).where(DUE, Delivery.partner == partner, kinds, Delivery.created_at > after)
        return self._session.scalar(query.limit(1)) is not None

    def waits(self, stream: str, beside: Collection[int] = ()) -> bool:
        """Whether something in the stream is still to be sent besides these."""
        query = select(Delivery.id).where(DUE, Delivery.stream == stream, Delivery.id.not_in(beside)).limit(1)
        return self._session.scalar(query) is not None

    def drop(self, ids: Iterable[int] | None, at: datetime) -> int:
        """Delete dead and due ones, but none that a worker has at the moment. ``None``: all dead ones."""
        if ids is None:
            return changed(self._session, delete(Delivery).where(DEAD))
        unleased = or_(Delivery.lease_until.is_(None), Delivery.lease_until <= at)
        query = select(Delivery).where(Delivery.id.in_(tuple(ids)), Delivery.state != State.DONE.value, unleased)
        rows = self._session.scalars(query.with_for_update()).all()
        changed(self._session, delete(Delivery).where(Delivery.id.in_([row.id for row in rows])))
        unpark_heads(self._session, (row.stream for row in rows if row.state == State.DUE))
        return len(rows)

    def purge_done(self, before: datetime, limit: int = 500) -> int:
        """Delete the oldest that were done before then. Call again, in a new unit of work, while it returns `limit`."""
        query = select(Delivery.id).where(Delivery.state == State.DONE.value, Delivery.done_at < before)
        query = query.order_by(Delivery.done_at).limit(limit).with_for_update(skip_locked=True)
        ids = self._session.scalars(query).all()
        return changed(self._session, delete(Delivery).where(Delivery.id.in_(ids))) if ids else 0


def among(ids: Iterable[int] | None) -> tuple[ColumnElement[bool], ...]:
    return () if ids is None else (Delivery.id.in_(tuple(ids)),)
