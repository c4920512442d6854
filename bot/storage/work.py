"""One unit of work: a database session with the questions that use-cases ask of it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.domain.base import Base
from bot.domain.delivery import Delivery
from bot.domain.entry import Entry
from bot.storage.alerts import Alerts
from bot.storage.bulks import Bulks
from bot.storage.cases import Cases
from bot.storage.deliveries import Deliveries
from bot.storage.departures import Departures
from bot.storage.inboxes import Inboxes
from bot.storage.incidents import Incidents
from bot.storage.notebooks import Notebooks
from bot.storage.parking import behind_each_other
from bot.storage.people import People
from bot.storage.projects import Projects
from bot.storage.revisions import Revisions
from bot.storage.rules import Rules
from bot.storage.search import Search
from bot.storage.silences import Silences
from bot.storage.statistics import Reckoning
from bot.storage.storms import Storms
from bot.storage.teams import Teams
from bot.storage.tickets import Tickets
from bot.storage.weeklies import Weeklies


class Work:
    """Handed out by ``Database.read`` and ``Database.write``; commits only there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.cases = Cases(session)
        self.people = People(session)
        self.teams = Teams(session)
        self.projects = Projects(session)
        self.inboxes = Inboxes(session)
        self.deliveries = Deliveries(session)
        self.revisions = Revisions(session)
        self.search = Search(session)
        self.statistics = Reckoning(session, self.search)
        self.weeklies = Weeklies(session)
        self.bulks = Bulks(session)
        self.tickets = Tickets(session)
        self.incidents = Incidents(session)
        self.notebooks = Notebooks(session)
        self.departures = Departures(session)
        self.silences = Silences(session)
        self.alerts = Alerts(session)
        self.storms = Storms(session)
        self.rules = Rules(session)
        self.has_deliveries = False

    def add(self, *rows: Base) -> None:
        """Insert the rows and give them their ids."""
        self.session.add_all(rows)
        self.session.flush()

    def flush(self) -> None:
        """Write what was changed, for questions that are to see it."""
        self.session.flush()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is written in the block goes, and nothing else, if the block ends with an exception."""
        with self.session.begin_nested():
            yield

    def log(self, entry: Entry) -> None:
        """Insert the entry and give it its id. Nothing ever changes an entry, so the session need not watch over it."""
        inserted: Any = self.session.connection().execute(INSERT_ENTRY, values(entry, ENTRY_COLUMNS))
        (entry.id,) = inserted.inserted_primary_key

    def enqueue(self, deliveries: Iterable[Delivery]) -> None:
        """Told after the commit; one whose key is there already is a mistake of ours and fails."""
        rows = [values(delivery, DELIVERY_COLUMNS) for delivery in behind_each_other(deliveries)]
        if rows:
            self.session.connection().execute(INSERT_DELIVERY, rows)
            self.has_deliveries = True


def values(row: Base, columns: Iterable[str]) -> dict[str, Any]:
    """Of a row that the session does not hold: what it was made with."""
    given = vars(row)
    return {column: given.get(column) for column in columns}


INSERT_ENTRY, INSERT_DELIVERY = insert(Entry.__table__), insert(Delivery.__table__)  # type: ignore[arg-type]
ENTRY_COLUMNS = [column.key for column in Entry.__table__.columns if column.key != "id"]
DELIVERY_COLUMNS = [column.key for column in Delivery.__table__.columns if column.key != "id"]
