"""Numbers that say whether what a process keeps in memory is still true. They move in the transaction of the change."""

from sqlalchemy import event, inspect, select, update
from sqlalchemy.orm import Session, UOWTransaction

from bot.domain.base import Base
from bot.domain.inbox import Inbox, Recipient, Revision
from bot.domain.person import Person, Team, TeamMember
from bot.domain.project import Project

INBOXES, NAMES = "inboxes", "names"
NUMBERS = select(Revision.name, Revision.number)
# Of these rows, what a query's names are resolved by.
TELLING = {Person: ("name", "tz"), Team: ("handle", "gone_at"), TeamMember: ("team_id",), Project: ("key",)}


class Revisions:
    def __init__(self, session: Session) -> None:
        self._session = session

    def now(self) -> dict[str, int]:
        """``inboxes`` and ``names``, each with its number."""
        return dict(self._session.execute(NUMBERS).all())


@event.listens_for(Session, "after_flush")
def follow(session: Session, _flush: UOWTransaction) -> None:
    moved = {name for row in (*session.new, *session.dirty, *session.deleted) if (name := concerned(session, row))}
    if moved:
        session.connection().execute(
            update(Revision).where(Revision.name.in_(moved)).values(number=Revision.number + 1)
        )


def concerned(session: Session, row: Base) -> str | None:
    if isinstance(row, Inbox | Recipient):
        return INBOXES if row not in session.dirty or session.is_modified(row) else None
    columns = TELLING.get(type(row))
    if columns is None:
        return None
    if row in session.new or row in session.deleted:
        return NAMES
    attributes = inspect(row).attrs
    return NAMES if any(attributes[name].history.has_changes() for name in columns) else None
