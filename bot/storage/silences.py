"""Finding silences."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.domain.silence import AT_ONCE, Silence
from bot.storage.parking import changed


class Silences:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, silence_id: int) -> Silence | None:
        return self._session.get(Silence, silence_id)

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

    def withhold(self, counts: Mapping[int, int]) -> None:
        """So many notifications more were not sent because of each."""
        for silence_id, count in sorted(counts.items()):
            more = update(Silence).where(Silence.id == silence_id).values(withheld=Silence.withheld + count)
            changed(self._session, more)

    def purge(self, before: datetime) -> int:
        return changed(self._session, delete(Silence).where(Silence.ends_at < before))
