"""Finding alerts, the cases that they are behind, and where they come from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, true
from sqlalchemy.orm import Session

from bot.domain.case import Case
from bot.domain.intake import Arrival, Hook, KnownAlert, Standing, Watch
from bot.storage.locking import AS_LEFT
from bot.storage.parking import changed, insert_absent

ONE = (
    (KnownAlert.project_id == bindparam("project"))
    & (KnownAlert.source == bindparam("source"))
    & (KnownAlert.key == bindparam("key"))
    & (KnownAlert.is_current == true())
)
# One statement, unlike `wait_for`: it reads no other table, and of its own row what others have left.
CURRENT = select(KnownAlert).where(ONE).with_for_update(key_share=True)
CASES = Case.__table__.c
STANDING = select(CASES.status_group, CASES.closed_at, CASES.archived_at, CASES.key, CASES.source)
STANDING = STANDING.where(CASES.id == bindparam("ref"))
HOOK = select(Hook).where(Hook.token_hash == bindparam("hash"))


class Alerts:
    def __init__(self, session: Session) -> None:
        self._session = session

    def arrives(self, project: int, source: str, delivery: str, at: datetime) -> bool:
        """Whether it is the first time. Waits for another transaction in which the same arrives."""
        row = {"project_id": project, "source": source, "delivery": delivery, "at": at}
        return insert_absent(self._session, Arrival, [row]) == 1

    def locked(self, project: int, source: str, key: str, new: Mapping[str, Any]) -> KnownAlert:
        """The alert's row, to be changed; if there is none yet, one with the values of ``new``."""
        wanted = {"project": project, "source": source, "key": key}
        found = self._locked(wanted)
        if found is None:
            row = {"project_id": project, "source": source, "key": key, "is_current": True, **new}
            insert_absent(self._session, KnownAlert, [row])
            found = self._locked(wanted)
        if found is None:
            raise LookupError("the alert's row went while it was being made")
        return found

    def _locked(self, wanted: Mapping[str, Any]) -> KnownAlert | None:
        self._session.flush()
        return self._session.scalar(CURRENT, wanted, execution_options=AS_LEFT)

    def has_case(self, project: int, source: str, key: str) -> bool:
        wanted = {"project": project, "source": source, "key": key}
        return (
            self._session.scalar(select(KnownAlert.id).where(ONE, KnownAlert.case_id.is_not(None)), wanted) is not None
        )

    def standing(self, case_id: int | None) -> Standing | None:
        row = self._session.execute(STANDING, {"ref": case_id}).one_or_none() if case_id else None
        return Standing(*row) if row else None

    def opened_since(self, intake: str, since: datetime, most: int) -> int:
        """How many cases, or kinds of a storm, came by it since then. It is not counted beyond ``most``."""
        found = select(KnownAlert.id).where(
            KnownAlert.intake == intake, KnownAlert.first_at > since, KnownAlert.case_id.is_not(None)
        )
        return self._session.scalar(select(func.count()).select_from(found.limit(most).subquery())) or 0

    def stale(self, after: int, limit: int) -> Sequence[KnownAlert]:
        """Those of which a card does not tell all yet, locked, in order from an id on; without what others have."""
        query = select(KnownAlert).where(KnownAlert.is_stale, KnownAlert.id > after).order_by(KnownAlert.id)
        return self._session.scalars(query.limit(limit).with_for_update(skip_locked=True)).all()

    def last_seen(self, project: int) -> dict[str, datetime]:
        """When each source told the project of an alert last."""
        query = select(KnownAlert.source, func.max(KnownAlert.last_at).label("at")).where(
            KnownAlert.project_id == project
        )
        return {row.source: row.at for row in self._session.execute(query.group_by(KnownAlert.source))}

    def purge(self, before: datetime, limit: int) -> int:
        """Forget arrivals from before then, and alerts without a case; call again while it returns ``limit``."""
        arrivals = select(Arrival).where(Arrival.at < before).limit(limit)
        rows = self._session.scalars(arrivals.with_for_update(skip_locked=True)).all()
        for row in rows:
            self._session.delete(row)
        old = select(KnownAlert.id).where(KnownAlert.case_id.is_(None), KnownAlert.last_at < before).limit(limit)
        ids = self._session.scalars(old.with_for_update(skip_locked=True)).all()
        if ids:
            changed(self._session, delete(KnownAlert).where(KnownAlert.id.in_(ids)))
        return max(len(rows), len(ids))

    def is_watched(self, channel: str) -> bool:
        return self._session.scalar(select(Watch.id).where(Watch.channel == channel).limit(1)) is not None

    def watches_at(self, channel: str) -> Sequence[Watch]:
        """In the order in which they were made: the first that takes an alert has it."""
        return self._session.scalars(select(Watch).where(Watch.channel == channel).order_by(Watch.id)).all()

    def watches_of(self, project: int) -> Sequence[Watch]:
        return self._session.scalars(select(Watch).where(Watch.project_id == project).order_by(Watch.id)).all()

    def hook(self, token_hash: str) -> Hook | None:
        return self._session.scalar(HOOK, {"hash": token_hash})

    def hooks_of(self, project: int) -> Sequence[Hook]:
        return self._session.scalars(select(Hook).where(Hook.project_id == project).order_by(Hook.id)).all()

    def sealed(self) -> Sequence[Hook]:
        return self._session.scalars(select(Hook).where(Hook.sealed.is_not(None))).all()
