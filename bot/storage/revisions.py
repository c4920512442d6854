"""Numbers that say whether what a process keeps in memory is still true. They move in the transaction of the change."""

from collections.abc import Iterator

from sqlalchemy import event, inspect, select, update
from sqlalchemy.orm import Session, UOWTransaction

from bot.domain.base import Base
from bot.domain.inbox import Inbox, Recipient, Revision
from bot.domain.person import Person, Team, TeamMember
from bot.domain.project import Project

INBOXES, NAMES = "inboxes", "names"
NUMBERS = select(Revision.name, Revision.number)
# Of these rows, the columns that an inbox's meaning rests on.
TELLING: dict[type[Base], tuple[str, ...]] = {
    Inbox: ("query", "owner", "is_timely"),
    Recipient: (),
    Person: ("name", "tz", "is_gone"),
    Team: ("handle", "gone_at"),
    TeamMember: (),
    Project: ("key",),
}


class Revisions:
    def __init__(self, session: Session) -> None:
        self._session = session

    def now(self) -> dict[str, int]:
        """``inboxes`` and ``names``, each with its number."""
        return dict(self._session.execute(NUMBERS).all())


@event.listens_for(Session, "after_flush")
def follow(session: Session, flush: UOWTransaction) -> None:
    moved = {name for row, is_deleted in written(flush) if (name := concerned(session, row, is_deleted))}
    if moved:
        session.connection().execute(
            update(Revision).where(Revision.name.in_(moved)).values(number=Revision.number + 1)
        )


def written(flush: UOWTransaction) -> Iterator[tuple[Base, bool]]:
    """What the flush has inserted, changed or deleted; a row that has lost its parent is only found here."""
    for state, (is_deleted, is_only_listed) in flush.states.items():
        row = state.obj()
        if isinstance(row, Base) and (is_deleted or not is_only_listed):
            yield row, is_deleted


def concerned(session: Session, row: Base, is_deleted: bool) -> str | None:
    columns = TELLING.get(type(row))
    if columns is None:
        return None
    name = INBOXES if isinstance(row, Inbox | Recipient) else NAMES
    attributes = inspect(row).attrs
    is_news = is_deleted or row in session.new
    return name if is_news or any(attributes[column].history.has_changes() for column in columns) else None
