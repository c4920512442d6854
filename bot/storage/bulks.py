"""Finding bulk edits and the cases in them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.domain.bulk import Became, Bulk, BulkCase, Fate, Report, State
from bot.domain.case import Case
from bot.storage.locking import AS_LEFT, lock_on, wait_for
from bot.storage.parking import changed

# PostgreSQL takes 65,535 parameters in a statement, SQLite 32,766.
AT_ONCE = 5000
ROW = ["bulk_id", "case_id", "key"]


class Bulks:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert

    def by_id(self, bulk_id: int, *, lock: bool = False) -> Bulk | None:
        query = select(Bulk).where(Bulk.id == bulk_id)
        if not lock:
            return self._session.scalar(query)
        wait_for(self._session, lock_on(Bulk.id, Bulk.id == bulk_id), {})
        return self._session.scalar(query, execution_options=AS_LEFT)

    def tick(self, bulk: Bulk, ids: Iterable[int]) -> None:
        """Add those of the cases that are not in it yet."""
        wanted = list(ids)
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            found = select(literal(bulk.id), Case.id, Case.key).where(Case.id.in_(some))
            self._session.execute(self._insert(BulkCase).from_select(ROW, found).on_conflict_do_nothing())

    def untick(self, bulk: Bulk, ids: Collection[int] | None = None) -> None:
        """``None``: all of them."""
        among = [] if ids is None else [BulkCase.case_id.in_(ids)]
        changed(self._session, delete(BulkCase).where(BulkCase.bulk_id == bulk.id, *among))

    def ticked(self, bulk: Bulk, ids: Collection[int]) -> set[int]:
        """Which of these are in it."""
        query = select(BulkCase.case_id).where(BulkCase.bulk_id == bulk.id, BulkCase.case_id.in_(ids))
        return set(self._session.scalars(query))

    def count(self, bulk: Bulk, became: Became | None = None) -> int:
        query = select(func.count()).where(BulkCase.bulk_id == bulk.id)
        return self._session.scalar(query if became is None else query.where(BulkCase.became == became.value)) or 0

    def first(self, bulk: Bulk, limit: int) -> dict[int, str]:
        """Id → key."""
        query = select(BulkCase.case_id, BulkCase.key).where(BulkCase.bulk_id == bulk.id)
        return dict(self._session.execute(query.order_by(BulkCase.case_id).limit(limit)).all())

    def holders(self, bulk: Bulk) -> Sequence[str]:
        """Whoever has any of the cases."""
        query = select(Case.assignee).join(BulkCase, BulkCase.case_id == Case.id).where(BulkCase.bulk_id == bulk.id)
        return [found for found in self._session.scalars(query.distinct().order_by(Case.assignee)) if found]

    def left(self, bulk: Bulk, limit: int) -> Sequence[BulkCase]:
        """The next that have not had their turn."""
        if bulk.state == State.UNDOING:
            waiting = [BulkCase.became == Became.CHANGED.value, BulkCase.back.is_(None)]
        else:
            waiting = [BulkCase.became.is_(None)]
        query = select(BulkCase).where(BulkCase.bulk_id == bulk.id, *waiting)
        return self._session.scalars(query.order_by(BulkCase.case_id).limit(limit)).all()

    def report(self, bulk: Bulk) -> Report:
        """What became of those that have had their turn; of an undone one, of those that it had changed."""
        what, why = BulkCase.became, BulkCase.why
        if bulk.state in {State.UNDOING, State.UNDONE}:
            what, why = BulkCase.back, BulkCase.back_why
        query = select(BulkCase.key, what, why).where(BulkCase.bulk_id == bulk.id, what.is_not(None))
        return Report.of(Fate(key, str(became), reason or "") for key, became, reason in self._session.execute(query))

    def concerned(self, bulk: Bulk) -> Mapping[str, list[str]]:
        """Person → the keys of their cases that it has changed, or brought back."""
        mine = [BulkCase.became == Became.CHANGED.value]
        if bulk.state in {State.UNDOING, State.UNDONE}:
            mine = [BulkCase.back == Became.BACK.value]
        query = select(BulkCase.key, BulkCase.concerns).where(BulkCase.bulk_id == bulk.id, *mine)
        found: dict[str, list[str]] = {}
        for key, people in self._session.execute(query.order_by(BulkCase.case_id)):
            for person in people or ():
                found.setdefault(person, []).append(key)
        return found

    def purge(self, unconfirmed: datetime, ended: datetime, limit: int) -> int:
        """Delete the oldest that were never confirmed, or are over, before then."""
        dropped = (Bulk.state == State.CHOOSING.value) & (Bulk.created_at < unconfirmed)
        over = Bulk.state.in_([State.DONE.value, State.UNDONE.value]) & (Bulk.created_at < ended)
        query = select(Bulk.id).where(dropped | over).order_by(Bulk.created_at).limit(limit)
        ids = self._session.scalars(query).all()
        return changed(self._session, delete(Bulk).where(Bulk.id.in_(ids))) if ids else 0
