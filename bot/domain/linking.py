"""What may be done to a case's tickets: asking for one, leaving one, choosing where both sides differ."""

from collections.abc import Mapping
from typing import Any

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.errors import Conflict, Invalid, NotFound
from bot.domain.link import Health, Ticket, Wanted, label_of
from bot.domain.text import alike, kept_line
from bot.domain.ticket import Part

MOST = 20
WORDS_LIMIT = 500


def row(case: Case, act: Act, partner: str, health: Health, wanted: Mapping[str, Any]) -> Ticket:
    """A ticket that is not known yet. Raises ``Invalid`` if the case has too many."""
    if case.ticket_count >= MOST:
        raise Invalid.field("ticket", f"{case.key} has {MOST} tickets already. Unlink one of them first.")
    return Ticket(
        case_id=case.id, partner=partner, foreign_id=None, foreign_kind="", key="", url="", title="", status="",
        assignee="", health=health.value, problem=None, problem_at=None, problem_in="", wanted=dict(wanted), base={},
        conflicts={}, linked_by=act.actor, linked_at=act.at, unlinked_at=None,
    )  # fmt: skip


def wanted_ticket(case: Case, act: Act, partner: str, wanted: Wanted) -> Ticket:
    if not kept_line(wanted.kind):
        raise Invalid.field("kind", f"Choose where in {label_of(partner)} the ticket is to be created.")
    asked = {"kind": wanted.kind, "subtype": wanted.subtype, "extra": dict(wanted.extra)}
    return row(case, act, partner, Health.CREATING, asked)


def existing_ticket(case: Case, act: Act, partner: str, words: str, *, shared: bool) -> Ticket:
    words = kept_line(words)[:WORDS_LIMIT]
    if not words:
        raise Invalid.field("words", f"Type the key, number or address of the {label_of(partner)} ticket.")
    for ticket in case.tickets:
        if ticket.partner == partner and words in {ticket.key, ticket.url, ticket.wanted.get("words")}:
            raise Invalid.field("words", f"{case.key} is linked to {ticket.name if ticket.key else words} already.")
    return row(case, act, partner, Health.LINKING, {"words": words, "shared": shared})


def linked(case: Case, act: Act, ticket: Ticket) -> Entry:
    """``ticket`` must have its id."""
    case.tickets.append(ticket)
    case.ticket_count += 1
    words = ticket.wanted.get("words")
    kind = Kind.TICKET_LINKED if words else Kind.TICKET_ASKED
    key = words if words and "/" not in words else ""
    return case.log(kind, act, {}, ticket=ticket.id, partner=ticket.partner, key=key)


def unlinked(case: Case, act: Act, ticket: Ticket) -> Entry | None:
    if ticket.unlinked_at:
        return None
    ticket.unlinked_at = act.at
    if ticket in case.tickets:
        case.tickets.remove(ticket)
    case.ticket_count -= 1
    return told(case, Kind.TICKET_UNLINKED, act, ticket)


def told(case: Case, kind: Kind, act: Act, ticket: Ticket, **data: Any) -> Entry:
    """An entry about the ticket itself."""
    return case.log(kind, act, {}, ticket=ticket.id, partner=ticket.partner, key=ticket.key, **data)


def meant(case: Case, ticket: int | str) -> Ticket:
    """One of the case's tickets by its id, or by what people type: its key, number or address. Raises ``NotFound``."""
    if isinstance(ticket, int):
        found = [one for one in case.tickets if one.id == ticket]
    else:
        words = alike(ticket)
        found = [one for one in case.tickets if words in {alike(one.key), alike(one.name), alike(one.url)} - {""}]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        names = " or ".join(f"“{one.name}”" for one in found)
        raise NotFound(f"{case.key} has more than one ticket called {ticket}. Say {names}.")
    keys = ", ".join(one.key for one in case.tickets if one.key)
    raise NotFound(
        f"{case.key} has no ticket {ticket if isinstance(ticket, str) else 'of that kind any more'}."
        + (f" It has {keys}." if keys else "")
    )


def conflict_of(ticket: Ticket, part: Part) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = ticket.conflicts.get(part.value)
    if found is None:
        raise Conflict(f"There is nothing to choose any more: both sides say the same about the {part.value}.")
    return found


def chosen(ticket: Ticket, part: Part) -> None:
    """Somebody has decided, so nothing is to be chosen there."""
    ticket.conflicts = {name: one for name, one in ticket.conflicts.items() if name != part.value}
