"""A town with a ticketing system beside it: what the tests of tickets start from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import JIRA, Delivery, State
from bot.domain.entry import Entry
from bot.domain.evidence import Note
from bot.domain.link import Ticket, Wanted
from bot.domain.ticket import Partner, TicketChange
from bot.domain.wording import sentence
from bot.outbox.tickets import TicketSender
from bot.outbox.worker import Worker
from bot.storage.claims import Pace
from bot.storage.database import Database
from bot.usecases import ticket_news, tickets
from bot.usecases.ticket_changes import take_changes
from tests import ticketing
from tests.ticketing import SYSTEM, Asking, Desk, Issue
from tests.usecases.world import START, WORKSPACE, Acts, fresh, open_case, rows

NAMES = {"ann": "Ann", "bob": "Bob", "dana": "Dana"}


class Clock:
    """One time for both sides, which only the tests move."""

    def __init__(self) -> None:
        self.now = START + timedelta(hours=1)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def unpaced(_lane: str) -> Pace:
    return Pace(timedelta(0))


@dataclass
class Town:
    db: Database
    acts: Acts
    clock: Clock = field(default_factory=Clock)
    desk: Desk = field(default_factory=Desk)

    def __post_init__(self) -> None:
        self.desk.clock = self.clock
        self.partner = Partner(SYSTEM, lambda: Asking(self.desk))
        self.sender = TicketSender(self.db, self.partner, WORKSPACE, self.clock)

    def act(self, person: str = "ann", **more: Any) -> Act:
        return self.acts(person, **({"at": self.clock()} | more))

    def open(self, **new: Any) -> Case:
        return open_case(self.db, self.act(), **new).case

    def worker(self, **more: Any) -> Worker:
        return Worker(
            self.db, {JIRA: more.pop("sender", self.sender)}, **({"clock": self.clock, "pace": unpaced} | more)
        )

    def tell(self) -> int:
        """Send all that can be sent now."""
        return self.worker().run_until_idle()

    def create(self, case: Case, **wanted: Any) -> Ticket:
        tickets.create_ticket(self.db, self.act(), case.id, JIRA, Wanted("ABC", "1", **wanted))
        self.tell()
        return self.ticket(case)

    def link(self, case: Case, words: str, *, shared: bool = False) -> Ticket:
        tickets.link_ticket(self.db, self.act(), case.id, JIRA, words, shared)
        self.tell()
        return self.ticket(case)

    def linked(self, **new: Any) -> tuple[Case, Ticket, Issue]:
        case = self.open(**new)
        ticket = self.create(case)
        assert ticket.foreign_id
        return self.case(case), ticket, self.desk.issues[ticket.foreign_id]

    def case(self, case: Case) -> Case:
        return fresh(self.db, case)

    def ticket(self, case: Case) -> Ticket:
        return tickets.tickets_of(self.db, self.act("ann"), case.id).tickets[-1]

    def hear(self, *changes: TicketChange, read_at: datetime | None = None) -> None:
        """As a webhook brings it."""
        take_changes(self.db, SYSTEM, changes, self.clock(), read_at)

    def poll(self) -> None:
        self.clock.move(seconds=1)
        ticket_news.ask_for_news(self.db, JIRA, self.clock(), self.clock().isoformat())
        self.tell()

    def lines(self, case: Case) -> list[str]:
        found: Sequence[Entry] = rows(self.db, Entry, Entry.case_id == case.id)
        return [sentence(entry, NAMES) for entry in found]

    def notes(self, case: Case) -> list[str]:
        return [note.text for note in rows(self.db, Note, Note.case_id == case.id) if not note.deleted_at]

    def dead(self) -> list[Delivery]:
        found: list[Delivery] = rows(self.db, Delivery, Delivery.partner == JIRA, Delivery.state == State.DEAD.value)
        return found

    def due(self) -> list[Delivery]:
        found: list[Delivery] = rows(self.db, Delivery, Delivery.partner == JIRA, Delivery.state == State.DUE.value)
        return found

    def again(self) -> None:
        """After every wait is over."""
        for _ in range(30):
            self.clock.move(minutes=20)
            self.tell()
            if not self.due():
                return
        raise AssertionError("it does not come to an end")


__all__ = ["Clock", "Town", "ticketing"]
