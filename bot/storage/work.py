"""One unit of work: a database session with the questions that use-cases ask of it."""

from collections.abc import Iterable

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.domain.base import Base
from bot.domain.delivery import Delivery
from bot.storage.cases import Cases
from bot.storage.deliveries import Deliveries
from bot.storage.people import People
from bot.storage.projects import Projects
from bot.storage.search import Search


class Work:
    """Handed out by ``Database.read`` and ``Database.write``; commits only there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.cases = Cases(session)
        self.people = People(session)
        self.projects = Projects(session)
        self.deliveries = Deliveries(session)
        self.search = Search(session)
        self.has_deliveries = False

    def add(self, *rows: Base) -> None:
        """Insert the rows and give them their ids."""
        self.session.add_all(rows)
        self.session.flush()

    def enqueue(self, deliveries: Iterable[Delivery]) -> None:
        """Told after the commit; one whose key is there already is a mistake of ours and fails."""
        rows = [{column: getattr(delivery, column) for column in DELIVERY_COLUMNS} for delivery in deliveries]
        if rows:
            self.session.execute(insert(Delivery.__table__), rows)  # type: ignore[arg-type]
            self.has_deliveries = True


DELIVERY_COLUMNS = [column.key for column in Delivery.__table__.columns if column.key != "id"]
