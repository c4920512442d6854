"""Finding the cases whose time is over, and deleting them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from bot.domain.case import Case
from bot.domain.delivery import Delivery, State
from bot.domain.evidence import FormerKey
from bot.domain.retention import AT_WORK, Departing, Departure, Tombstone
from bot.storage.locking import AS_LEFT, lock_on, wait_for
from bot.storage.parking import changed, insert_absent

ENDED = func.coalesce(Case.closed_at, Case.archived_at)


class Departures:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, departure_id: int, *, lock: bool = False) -> Departure | None:
        if lock:
            wait_for(self._session, lock_on(Departure.id, Departure.id == departure_id), {})
        query = select(Departure).where(Departure.id == departure_id)
        return self._session.scalar(query, execution_options=AS_LEFT if lock else {})

    def of_slot(self, project_id: int, slot_at: datetime) -> Departure | None:
        query = select(Departure).where(Departure.project_id == project_id, Departure.slot_at == slot_at)
        return self._session.scalar(query)

    def at_work(self) -> Sequence[Departure]:
        return self._session.scalars(select(Departure).where(Departure.state.in_(AT_WORK)).order_by(Departure.id)).all()

    def of_project(self, project_id: int) -> Sequence[Departure]:
        """Those at work."""
        query = select(Departure).where(Departure.project_id == project_id, Departure.state.in_(AT_WORK))
        return self._session.scalars(query.order_by(Departure.id)).all()

    def over_before(self, project_id: int, cutoff: datetime, at: datetime, after: int, limit: int) -> Sequence[int]:
        """Ids of cases that were closed or archived before ``cutoff``, are not kept beyond ``at``, and go nowhere yet.

        Ascending from ``after``.
        """
        going = select(Departing.case_id).where(Departing.case_id == Case.id).exists()
        query = select(Case.id).where(
            Case.project_id == project_id, Case.id > after, cutoff >= ENDED,
            or_(Case.kept_until.is_(None), Case.kept_until <= at), ~going,
        )  # fmt: skip
        return self._session.scalars(query.order_by(Case.id).limit(limit)).all()

    def let_in(self, departure: Departure, ids: Iterable[int]) -> int:
        """How many of them were not going yet."""
        rows = [{"case_id": case_id, "departure_id": departure.id} for case_id in ids]
        return insert_absent(self._session, Departing, rows) if rows else 0

    def let_out(self, ids: Collection[int]) -> int:
        """These cases stay."""
        return changed(self._session, delete(Departing).where(Departing.case_id.in_(ids)))

    def let_all_out(self, departure: Departure) -> int:
        return changed(self._session, delete(Departing).where(Departing.departure_id == departure.id))

    def left(self, departure: Departure, limit: int, after: int = 0) -> Sequence[int]:
        """Ids of the cases that are in it, ascending."""
        query = select(Departing.case_id).where(Departing.departure_id == departure.id, Departing.case_id > after)
        return self._session.scalars(query.order_by(Departing.case_id).limit(limit)).all()

    def count_left(self, departure: Departure) -> int:
        return self._session.scalar(select(func.count()).where(Departing.departure_id == departure.id)) or 0

    def departure_of(self, case_id: int) -> Departure | None:
        query = select(Departure).join(Departing, Departing.departure_id == Departure.id)
        return self._session.scalar(query.where(Departing.case_id == case_id))

    def delete(self, case: Case, at: datetime) -> None:
        """The case with all that hangs on it; of its keys a tombstone each stays."""
        former = self._session.scalars(select(FormerKey.key).where(FormerKey.case_id == case.id))
        stones = [{"key": key, "deleted_at": at} for key in (case.key, *former)]
        insert_absent(self._session, Tombstone, stones)
        told = delete(Delivery).where(Delivery.case_id == case.id, Delivery.state != State.DUE.value)
        changed(self._session, told)
        changed(self._session, delete(Case).where(Case.id == case.id))
        self._session.expunge(case)

    def tombstone(self, key: str) -> Tombstone | None:
        return self._session.get(Tombstone, key.strip().upper())
