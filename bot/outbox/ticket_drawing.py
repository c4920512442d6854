"""What a ticket is to be told, read from the database as it is now."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain import in_step
from bot.domain.case import Case
from bot.domain.delivery import Delivery
from bot.domain.in_step import Plan, base_of, ours
from bot.domain.link import Terms, Ticket
from bot.domain.person import Person
from bot.domain.reading import Workspace
from bot.domain.ticket import CaseLink, Draft, Part, System, Value
from bot.storage.database import Work
from bot.usecases.ticket_comments import comment_text, digest
from bot.usecases.verb import loaded
from bot.views.words import case_link

# The parts of a case that a ticket is created with.
CREATED_WITH = (Part.TITLE, Part.DESCRIPTION, Part.PRIORITY)
GOING = "once", "to the ticket", "both"


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket as it stands, whose case, and on which terms."""

    case: Case
    ticket: Ticket
    terms: Terms


def of(work: Work, delivery: Delivery, now: datetime) -> Told | None:
    """``None`` if it is followed no more: there is nothing to tell."""
    ticket = work.tickets.by_id(delivery.data["ticket"])
    case = work.cases.by_id(ticket.case_id) if ticket and ticket.is_followed else None
    if ticket is None or case is None:
        return None
    terms = work.tickets.terms(case.project_id, [ticket.partner], now)[ticket.partner]
    return Told(loaded(case), ticket, terms)


def link_back(case: Case, workspace: Workspace) -> CaseLink:
    return CaseLink(case.key, case.title, case_link(case, workspace) or "")


@dataclass(frozen=True, slots=True)
class Creation:
    """``assignee``: who is to have it, whose account is still to be looked up."""

    ticket_id: int
    draft: Draft
    said: dict[Part, str | None]
    assignee: Person | None
    tried: datetime | None


def creation(work: Work, told: Told, system: System, workspace: Workspace) -> Creation:
    case, ticket, wanted = told.case, told.ticket, told.ticket.wanted
    goes = [part for part in CREATED_WITH if told.terms.way(part).value in GOING]
    values: dict[Part, Value] = {part: ours(case, part) or "" for part in goes}
    if Part.PRIORITY in values:
        priority = in_step.priority_for(case.priority, told.terms, system)
        values = {part: value for part, value in values.items() if part != Part.PRIORITY}
        values |= {Part.PRIORITY: priority} if priority else {}
    values.setdefault(Part.TITLE, case.title)  # no ticket goes without
    has_one = case.assignee and told.terms.way(Part.ASSIGNEE).value in GOING
    return Creation(
        ticket_id=ticket.id,
        draft=Draft(
            mark=wanted["mark"],
            kind=wanted["kind"],
            subtype=wanted["subtype"],
            values=values,
            since=ticket.linked_at,
            case=link_back(case, workspace),
            extra=wanted["extra"],
        ),
        said={part: ours(case, part) for part in CREATED_WITH},
        assignee=work.people.by_id(case.assignee) if has_one and case.assignee else None,
        tried=in_step.moment(wanted.get("tried")),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """``before``: what was known of the fields. ``assignee``: ``None`` also if nobody is to have it."""

    ticket_id: int
    id: str
    kind: str
    plan: Plan
    before: dict[Part, str | None]
    assignee: Person | None


def change(work: Work, told: Told, system: System) -> Change:
    plan = in_step.plan(told.case, told.ticket, told.terms, system)
    assignee = told.case.assignee
    return Change(
        ticket_id=told.ticket.id,
        id=str(told.ticket.foreign_id),
        kind=told.ticket.foreign_kind,
        plan=plan,
        before={part: base_of(told.ticket, part).get("theirs") for part in plan.ours},
        assignee=work.people.by_id(assignee) if assignee and plan.assigns else None,
    )


@dataclass(frozen=True, slots=True)
class Saying:
    """A note as it reads now. ``comment``: the id of the one that said it before; ``text`` is ``None`` to delete it."""

    ticket_id: int
    id: str
    kind: str
    note_id: int
    text: str | None
    comment: str | None
    internal: bool | None


def saying(work: Work, told: Told, note_id: int, system: System) -> Saying | None:
    """``None`` if the ticket has these words already, or is not to have them."""
    ticket, note = told.ticket, work.cases.note(note_id)
    if note is None or not told.terms.way(Part.NOTES).goes_out:
        return None
    known = work.tickets.note_of(ticket, note_id)
    is_silent = bool(note.deleted_at) or not note.text
    text = None if is_silent else comment_text(work, told.case, note)
    if known is None and text is None:
        return None
    if known and (known.is_theirs or known.digest == digest(text or "")):
        return None
    return Saying(
        ticket_id=ticket.id,
        id=str(ticket.foreign_id),
        kind=ticket.foreign_kind,
        note_id=note_id,
        text=text,
        comment=known.foreign_id if known else None,
        internal=told.terms.internal if system.has_internal else None,
    )


def latest_known(ticket: Ticket) -> datetime:
    """The moment, by their clock, of the last change that is known."""
    known = [at for part in Part if (at := in_step.moment(base_of(ticket, part).get("at")))]
    return max(known, default=datetime.fromtimestamp(0, UTC))
