"""Finding silences."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.case import Case
from bot.domain.inbox import Medium, Notification
from bot.domain.silence import AT_ONCE, HeldBack, Silence, SilencedCase
from bot.storage.locking import AS_LEFT, lock_on, wait_for
from bot.storage.parking import absent, changed, insert_absent


class Silences:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, silence_id: int, *, lock: bool = False) -> Silence | None:
        if lock:
            wait_for(self._session, lock_on(Silence.id, Silence.id == silence_id), {})
        query = select(Silence).where(Silence.id == silence_id)
        return self._session.scalar(query, execution_options=AS_LEFT if lock else {})

    def from_origin(self, origin: str) -> Silence | None:
        """The silence that this arrival made before, if it is a repeat."""
        return self._session.scalar(select(Silence).where(Silence.origin == origin))

    def lasting(self, now: datetime) -> Sequence[Silence]:
        """All that are not over; those that end first come first."""
        query = select(Silence).where(Silence.ends_at > now).order_by(Silence.ends_at, Silence.id)
        return self._session.scalars(query.limit(2 * AT_ONCE)).all()

    def concerning(self, inboxes: Collection[int], now: datetime) -> Sequence[Silence]:
        """Those of these inboxes, and all those of queries."""
        meant = or_(Silence.inbox_id.is_(None), Silence.inbox_id.in_(inboxes))
        return self._session.scalars(select(Silence).where(Silence.ends_at > now, meant).order_by(Silence.id)).all()

    def of_inboxes(self, now: datetime) -> dict[int, Silence]:
        """Inbox → the one that lasts longest."""
        query = select(Silence).where(Silence.ends_at > now, Silence.inbox_id.is_not(None)).order_by(Silence.ends_at)
        return {one.inbox_id: one for one in self._session.scalars(query) if one.inbox_id}

    def still(self, ids: Collection[int]) -> set[int]:
        """Those whose end has not been told; nobody tells it before this unit of work is over."""
        if not ids:
            return set()
        untold = select(Silence.id).where(Silence.id.in_(sorted(ids)), Silence.told_at.is_(None)).order_by(Silence.id)
        return set(self._session.scalars(untold.with_for_update(key_share=True)))

    def untold(self, now: datetime, limit: int) -> Sequence[int]:
        """Those that are over and whose end has not been told."""
        query = select(Silence.id).where(Silence.ends_at <= now, Silence.told_at.is_(None))
        return self._session.scalars(query.order_by(Silence.id).limit(limit)).all()

    def purge(self, before: datetime) -> int:
        return changed(self._session, delete(Silence).where(Silence.told_at < before))

    # -- what they hold back -------------------------------------------------------------------------------------------
    def hold_back(self, rows: Iterable[tuple[int, Notification]]) -> None:
        """Each with the silence because of which it is not sent."""
        counts, held = Counter[int](), {}
        for silence_id, told in rows:
            counts[silence_id] += 1
            channel = told.target if told.medium == Medium.CHANNEL else ""
            row = {"silence_id": silence_id, "channel": channel, "case_id": told.case_id}
            held[tuple(row.values())] = row
        for silence_id, count in sorted(counts.items()):
            more = update(Silence).where(Silence.id == silence_id).values(withheld=Silence.withheld + count)
            changed(self._session, more)
        if held:
            insert_absent(self._session, HeldBack, list(held.values()))

    def channels(self, silence_id: int) -> Sequence[str]:
        """Those that were not told of some case."""
        query = select(HeldBack.channel).where(HeldBack.silence_id == silence_id, HeldBack.channel != "")
        return self._session.scalars(query.distinct().order_by(HeldBack.channel)).all()

    def count_held(self, silence_id: int, channel: str = "") -> int:
        """How many cases ``channel`` was not told of, or anybody if it is empty."""
        query = select(func.count(HeldBack.case_id.distinct())).where(*held_from(silence_id, channel))
        return self._session.scalar(query) or 0

    def held(self, silence_id: int, channel: str, limit: int) -> Sequence[str]:
        """Their keys, the newest first."""
        within = select(HeldBack.case_id).where(*held_from(silence_id, channel))
        query = select(Case.key).where(Case.id.in_(within)).order_by(Case.id.desc()).limit(limit)
        return self._session.scalars(query).all()

    # -- the posts that name them --------------------------------------------------------------------------------------
    def named(self, case_id: int, now: datetime) -> Sequence[Silence]:
        """Those of which the case's posts have to say that they last."""
        query = select(Silence).join(SilencedCase, SilencedCase.silence_id == Silence.id)
        query = query.where(SilencedCase.case_id == case_id, Silence.ends_at > now)
        return self._session.scalars(query.order_by(Silence.ends_at, Silence.id)).all()

    def cases(self, silence_id: int, limit: int) -> Sequence[int]:
        """Some of the cases whose posts name it."""
        query = select(SilencedCase.case_id).where(SilencedCase.silence_id == silence_id)
        return self._session.scalars(query.order_by(SilencedCase.case_id).limit(limit)).all()

    def name(self, silence_id: int, cases: Collection[int]) -> set[int]:
        """Those of the cases whose posts did not name it yet."""
        rows = [{"silence_id": silence_id, "case_id": case_id} for case_id in sorted(cases)]
        if not rows:
            return set()
        return set(
            self._session.scalars(absent(self._session, SilencedCase).values(rows).returning(SilencedCase.case_id))
        )

    def unname(self, silences: Collection[int], cases: Collection[int]) -> None:
        theirs = (SilencedCase.silence_id.in_(silences), SilencedCase.case_id.in_(cases))
        changed(self._session, delete(SilencedCase).where(*theirs))


def held_from(silence_id: int, channel: str) -> list[ColumnElement[bool]]:
    return [HeldBack.silence_id == silence_id, *([HeldBack.channel == channel] if channel else [])]
