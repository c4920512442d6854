"""Finding storms, and counting the alerts that were collected in them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, bindparam, case, func, or_, select, true, update
from sqlalchemy.orm import Session

from bot.domain.case import Case
from bot.domain.casetype import Group
from bot.domain.intake import AlertState, KnownAlert
from bot.domain.storm import Figures, Storm
from bot.storage.locking import AS_LEFT
from bot.storage.parking import changed

RAGING = select(Storm).where(Storm.intake == bindparam("intake"), Storm.is_raging == true())
HELD = select(Storm.id).where(Storm.case_id == bindparam("case")).with_for_update(read=True, key_share=True)
IS_OVER = KnownAlert.state == AlertState.RECOVERED.value


class Storms:
    def __init__(self, session: Session) -> None:
        self._session = session

    def joined(self, intake: str) -> Storm | None:
        """The one that rages, which will not end before this unit of work does. Any number may join it at once."""
        query = RAGING.with_for_update(read=True, key_share=True)
        return self._session.scalar(query, {"intake": intake}, execution_options=AS_LEFT)

    def hold(self, case_id: int) -> None:
        """What is decided of the storm's end or of its case's is decided before this or after this unit of work."""
        self._session.execute(HELD, {"case": case_id})

    def by_id(self, storm_id: int) -> Storm | None:
        return self._session.get(Storm, storm_id)

    def locked(self, storm_id: int, *, to_end: bool = False) -> Storm | None:
        """To be changed. Only ``to_end`` it, those who join it are waited for."""
        query = select(Storm).where(Storm.id == storm_id).with_for_update(key_share=not to_end)
        return self._session.scalar(query, execution_options=AS_LEFT)

    def end(self, intake: str, now: datetime) -> None:
        """Whatever storm there is of it; its case was archived."""
        raging = (Storm.intake == intake) & (Storm.is_raging == true())
        changed(self._session, update(Storm).where(raging).values(is_raging=None, ended_at=now))

    def at_work(self) -> Sequence[int]:
        """Ids of those that rage, or whose case is open."""
        is_open = (Case.group != Group.CLOSED.value) & Case.archived_at.is_(None)
        query = select(Storm.id).join(Case, Case.id == Storm.case_id).where(or_(Storm.is_raging == true(), is_open))
        return self._session.scalars(query.order_by(Storm.id)).all()

    def figures(self, storm: Storm) -> Figures:
        kinds, recovered, repeats, last_at = self._session.execute(
            select(
                func.count(),
                func.sum(case((IS_OVER, 1), else_=0)),
                func.sum(KnownAlert.repeats),
                func.max(KnownAlert.last_at).label("last_at"),
            ).where(KnownAlert.case_id == storm.case_id)
        ).one()
        return Figures(kinds, recovered or 0, repeats or 0, last_at or storm.last_at)

    def names(self, case_id: int, limit: int) -> Sequence[str]:
        """Of its kinds, in the order in which they came."""
        query = select(KnownAlert.name).where(KnownAlert.case_id == case_id).order_by(KnownAlert.id)
        return self._session.scalars(query.limit(limit)).all()

    def page(self, case_id: int, page: int, size: int) -> Sequence[KnownAlert]:
        """Its alerts: those that go on first, then by their names. One more than ``size`` if there is a next page."""
        return self._session.scalars(paged(case_id).offset((page - 1) * size).limit(size + 1)).all()


def paged(case_id: int) -> Select[KnownAlert]:
    rank = case((IS_OVER, 1), else_=0)
    return select(KnownAlert).where(KnownAlert.case_id == case_id).order_by(rank, KnownAlert.name, KnownAlert.id)
