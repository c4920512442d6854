"""What tickets are told of a case: from an entry to the deliveries to their partners."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain import telling
from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry, Kind
from bot.domain.in_step import OF_ENTRIES, changed_parts, has_changed
from bot.domain.link import Health, Terms, Ticket
from bot.domain.telling import tell
from bot.domain.ticket import Part, TicketChange
from bot.domain.unheard import packed, unpacked

OF_TICKETS = {Tell.TICKET, Tell.TICKET_RETRY, Tell.TICKET_NOTE, Tell.TICKET_READ, Tell.TICKET_LEFT}
# These may bring a note, and those change one that was brought before.
BRINGS_NOTE = {Kind.NOTE_ADDED, Kind.EVIDENCE_ADDED, Kind.CLOSED}
CHANGES_NOTE = {Kind.NOTE_EDITED, Kind.NOTE_DELETED}
# News come each minute, or at once; what they have not told by then they may have failed to tell.
TOLD_WITHIN = timedelta(minutes=3)
# After a partner has created a ticket.
RECORDED_WITHIN = timedelta(minutes=1)


def stream_of(ticket: Ticket) -> str:
    return f"ticket/{ticket.id}"


def lane_of(partner: str) -> str:
    """All tickets of a partner share its patience."""
    return f"{partner}/tickets"


def to_ticket(kind: Tell, case: Case, ticket: Ticket, occasion: str, at: datetime, **data: int) -> Delivery:
    return tell(
        kind,
        f"{kind}/{ticket.id}/{occasion}"[:160],
        at,
        stream=stream_of(ticket),
        lane=lane_of(ticket.partner),
        partner=ticket.partner,
        case_id=case.id,
        data={"ticket": ticket.id, **data},
    )


def in_step(case: Case, ticket: Ticket, occasion: str, at: datetime) -> Delivery:
    """Create or link it if that has not been done yet; else tell it what the case says by then."""
    return to_ticket(Tell.TICKET, case, ticket, occasion, at)


def tried_again(case: Case, ticket: Ticket, occasion: str, at: datetime) -> Delivery:
    """The same, at once."""
    return to_ticket(Tell.TICKET_RETRY, case, ticket, occasion, at)


def left(case: Case, ticket: Ticket, at: datetime) -> Delivery:
    return to_ticket(Tell.TICKET_LEFT, case, ticket, "left", at)


def read_again(case: Case, ticket: Ticket, occasion: str, at: datetime) -> Delivery:
    return to_ticket(Tell.TICKET_READ, case, ticket, occasion, at)


def read_at_last(case: Case, ticket: Ticket, at: datetime) -> Delivery:
    """Unless its partner has told by then how it stands. In a stream of its own, as nothing need wait for it."""
    delivery = to_ticket(Tell.TICKET_READ, case, ticket, "at last", at + TOLD_WITHIN, unread=1)
    delivery.stream = f"{delivery.stream}/unread"
    return delivery


def note_told(case: Case, ticket: Ticket, note_id: int, occasion: str, at: datetime) -> Delivery:
    """The note as it reads by then, told for the first time or again."""
    return to_ticket(Tell.TICKET_NOTE, case, ticket, occasion, at, note=note_id)


def told_early(partner: str, foreign_id: str, changes: Sequence[TicketChange], at: datetime) -> Delivery:
    """What a ticket of ours was created with, for when its creation is recorded, which takes it up at once."""
    values = {str(change.what): packed(change.value) for change in changes}
    created_at = max(change.at for change in changes)
    stream = early_stream(partner, foreign_id)
    return tell(
        Tell.TICKET_EARLY,
        f"{Tell.TICKET_EARLY}/{stream}"[:160],
        at + RECORDED_WITHIN,
        stream=stream,
        lane=early_stream(partner, ""),
        partner=partner,
        data={"id": foreign_id, "at": created_at.isoformat(), "values": values},
    )


def heard_early(delivery: Delivery) -> list[TicketChange]:
    """What such a delivery tells."""
    id_, at = delivery.data["id"], datetime.fromisoformat(delivery.data["at"])
    told = delivery.data["values"].items()
    return [TicketChange(id_, Part(part), at, unpacked(value), is_first=True) for part, value in told]


def early_stream(partner: str, foreign_id: str) -> str:
    return f"{partner}/early/{foreign_id}"


def news(partner: str, occasion: str, at: datetime) -> Delivery:
    return tell(
        Tell.TICKET_NEWS,
        f"{Tell.TICKET_NEWS}/{partner}/{occasion}"[:160],
        at,
        stream=news_stream(partner),
        lane=f"{partner}/news",
        partner=partner,
    )


def news_stream(partner: str) -> str:
    return f"news/{partner}"


def changed(case: Case, entry: Entry, terms: Mapping[str, Terms]) -> list[Delivery]:
    """``terms``: the project's, by partner. Tickets that are to be told something are pending from now on."""
    told: list[Delivery] = []
    for ticket in case.tickets:
        if ticket.is_followed:
            told += to_one(case, ticket, entry, terms[ticket.partner])
    return told


def to_one(case: Case, ticket: Ticket, entry: Entry, terms: Terms) -> list[Delivery]:
    note = note_in(entry)
    is_its_own = entry.data.get("ticket") == ticket.id
    if note and not is_its_own and terms.way(Part.NOTES).goes_out:
        return [*fields_told(case, ticket, entry, terms), note_told(case, ticket, note, str(entry.id), entry.at)]
    return fields_told(case, ticket, entry, terms)


def fields_told(case: Case, ticket: Ticket, entry: Entry, terms: Terms) -> list[Delivery]:
    touched = [Part(field) for field in entry.changes if field in OF_ENTRIES]
    going = [part for part in touched if terms.way(part).goes_out]
    # What has just come from the ticket itself needs no telling, but for what it brought about here besides.
    news_to_it = [part for part in going if has_changed(case, ticket, part)]
    if not news_to_it and entry.kind != Kind.MOVED:
        return []
    if ticket.health == Health.IN_STEP and news_to_it:
        ticket.health = Health.PENDING.value
    return [in_step(case, ticket, str(entry.id), entry.at)]


def note_in(entry: Entry) -> int | None:
    note: int | None = entry.data.get("note") if entry.kind in BRINGS_NOTE | CHANGES_NOTE else None
    return note


def differs(case: Case, ticket: Ticket, terms: Terms) -> bool:
    """Whether the ticket has not been told all that it is to be told."""
    return bool(changed_parts(case, ticket, terms))


def redrawn(case: Case, ticket: Ticket, at: datetime, occasion: str) -> list[Delivery]:
    """The cards, since how the ticket fares has changed."""
    return telling.redrawn(case, f"t{ticket.id}/{occasion}"[:100], at)
