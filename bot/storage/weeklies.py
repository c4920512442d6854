"""Finding statistics that are sent every week."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.domain.weekly import Weekly
from bot.storage.locking import AS_LEFT, lock_on, wait_for
from bot.storage.parking import changed


class Weeklies:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, weekly_id: int, *, lock: bool = False) -> Weekly | None:
        if lock:
            wait_for(self._session, lock_on(Weekly.id, Weekly.id == weekly_id), {})
        query = select(Weekly).where(Weekly.id == weekly_id)
        return self._session.scalar(query, execution_options=AS_LEFT if lock else {})

    def from_origin(self, origin: str) -> Weekly | None:
        """What this arrival made before, if it is a repeat."""
        return self._session.scalar(select(Weekly).where(Weekly.origin == origin))

    def of(self, owner: str | None, limit: int) -> Sequence[Weekly]:
        """A person's own, the newest first; everybody's for ``None``."""
        query = select(Weekly) if owner is None else select(Weekly).where(Weekly.owner == owner)
        return self._session.scalars(query.order_by(Weekly.id.desc()).limit(limit)).all()

    def due(self, at: datetime, limit: int) -> Sequence[int]:
        return self._session.scalars(
            select(Weekly.id).where(Weekly.due_at <= at).order_by(Weekly.due_at).limit(limit)
        ).all()

    def remove(self, weekly_id: int) -> None:
        changed(self._session, delete(Weekly).where(Weekly.id == weekly_id))
