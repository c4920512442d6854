"""A case's tickets: creating, linking, leaving them, trying again, and choosing where both sides differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import linking, ticket_telling
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import NotFound
from bot.domain.in_step import put_back
from bot.domain.link import Ticket, Wanted
from bot.domain.rights import Right
from bot.domain.ticket import Part
from bot.storage.database import Database, Work
from bot.usecases.access import case_for
from bot.usecases.ticket_terms import change_terms, terms_for
from bot.usecases.ticket_values import choose
from bot.usecases.verb import Outcome, Ref, loaded, verb

__all__ = [
    "CaseTickets",
    "OneTicket",
    "change_terms",
    "create_ticket",
    "find_ticket",
    "keep_ours",
    "link_ticket",
    "retry_ticket",
    "take_theirs",
    "terms_for",
    "tickets_of",
    "unlink_ticket",
]


@dataclass(frozen=True, slots=True)
class CaseTickets:
    """A case with all tickets that it is linked to, the oldest first."""

    case: Case
    tickets: Sequence[Ticket]


@dataclass(frozen=True, slots=True)
class OneTicket:
    case: Case
    ticket: Ticket


@verb()
def create_ticket(work: Work, case: Case, act: Act, partner: str, wanted: Wanted) -> Entry | None:
    """Asks for a new ticket; the entry's ``data["ticket"]`` is its id."""
    return asked(work, case, act, linking.wanted_ticket(case, act, partner, wanted))


@verb()
def link_ticket(work: Work, case: Case, act: Act, partner: str, words: str, shared: bool = False) -> Entry | None:
    """``words``: key, number or address. ``shared``: also if another case has that ticket."""
    return asked(work, case, act, linking.existing_ticket(case, act, partner, words, shared=shared))


def asked(work: Work, case: Case, act: Act, ticket: Ticket) -> Entry:
    work.add(ticket)
    # It is found again by that: no other case, ticket or installation has the same.
    ticket.wanted = {**ticket.wanted, "mark": f"{case.key}/{ticket.id}/{int(act.at.timestamp())}"}
    work.enqueue([ticket_telling.in_step(case, ticket, "asked", act.at)])
    return linking.linked(case, act, ticket)


@verb()
def unlink_ticket(work: Work, case: Case, act: Act, ticket: int | str) -> Entry | None:
    """``ticket``: its id, or its key, number or address as typed. It stays as it is, and is followed no more."""
    found = linking.meant(case, ticket)
    entry = linking.unlinked(case, act, found)
    if entry and found.foreign_id:
        work.enqueue([ticket_telling.left(case, found, act.at)])
    return entry


@verb()
def _try_again(work: Work, case: Case, act: Act, ticket_id: int) -> None:
    """What had failed or waits for its time is told now; what it differs in is told once more."""
    ticket = linking.meant(case, ticket_id)
    delivery = ticket_telling.tried_again(case, ticket, act.origin or act.at.isoformat(), act.at)
    if work.deliveries.has_key(delivery.key) or not ticket.is_followed:
        return
    put_back(ticket)
    holder = work.people.by_id(case.assignee) if case.assignee else None
    if holder and holder.email:
        work.tickets.forget_account(ticket.partner, holder.email)
    work.deliveries.hasten(ticket_telling.stream_of(ticket), act.at)
    work.enqueue([delivery, *ticket_telling.redrawn(case, ticket, act.at, act.origin or "retry")])


def retry_ticket(db: Database, act: Act, ticket_id: int) -> Outcome:
    return _try_again(db, act, case_of(db, ticket_id), ticket_id)


@verb()
def _share(work: Work, case: Case, act: Act, ticket_id: int) -> None:
    ticket = linking.meant(case, ticket_id)
    ticket.wanted = {name: value for name, value in ticket.wanted.items() if name != "taken_by"} | {"shared": True}
    _try_again.body(work, case, act, ticket_id)


def share_ticket(db: Database, act: Act, ticket_id: int) -> Outcome:
    """Link it although another case has it: both are told of it from now on."""
    return _share(db, act, case_of(db, ticket_id), ticket_id)


@verb()
def _take_theirs(work: Work, case: Case, act: Act, ticket_id: int, part: Part) -> Entry | None:
    """The case says what the ticket said."""
    return choose(work, case, act, linking.meant(case, ticket_id), part, "theirs")


@verb()
def _keep_ours(work: Work, case: Case, act: Act, ticket_id: int, part: Part) -> Entry | None:
    """Case and ticket say what the case said."""
    return choose(work, case, act, linking.meant(case, ticket_id), part, "ours")


def take_theirs(db: Database, act: Act, ticket_id: int, part: Part) -> Outcome:
    return _take_theirs(db, act, case_of(db, ticket_id), ticket_id, part)


def keep_ours(db: Database, act: Act, ticket_id: int, part: Part) -> Outcome:
    return _keep_ours(db, act, case_of(db, ticket_id), ticket_id, part)


def tickets_of(db: Database, act: Act, ref: Ref) -> CaseTickets:
    with db.read() as work:
        case = loaded(case_for(work, act, ref, Right.SEE))
        return CaseTickets(case, case.tickets)


def find_ticket(db: Database, act: Act, ticket_id: int) -> OneTicket:
    """Raises ``NotFound`` if it is linked no more."""
    with db.read() as work:
        case = loaded(case_for(work, act, case_with(work, ticket_id), Right.SEE))
        return OneTicket(case, linking.meant(case, ticket_id))


def case_of(db: Database, ticket_id: int) -> int:
    with db.read() as work:
        return case_with(work, ticket_id)


def case_with(work: Work, ticket_id: int) -> int:
    ticket = work.tickets.by_id(ticket_id)
    if ticket is None:
        raise NotFound("This ticket is no longer linked to a case.")
    return ticket.case_id
