"""Writing down what became of a ticket at its partner, each in one unit of work, so that a repeat finds it done."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from bot.domain import in_step, linking, ticket_telling, unheard
from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case
from bot.domain.casetype import Group
from bot.domain.entry import Kind
from bot.domain.in_step import base_of, note_seen, note_theirs, ours
from bot.domain.link import Ticket
from bot.domain.ticket import FIELDS, Comment, Part, Seen, Value
from bot.storage.database import Database, Work
from bot.usecases.ticket_changes import gone
from bot.usecases.ticket_comments import comment_made, digest
from bot.usecases.ticket_health import trouble_over
from bot.usecases.verb import once, record

AT_ONCE = 200
# What could not be told, and with which success it is over.
FIELDS_TOLD, NOTES_TOLD = "fields", "notes"

Writing = Callable[[Work, Case, Ticket], None]


def write(db: Database, ticket_id: int, writing: Writing) -> None:
    """With the case locked, which keeps all who touch its tickets apart; nothing if it is followed no more."""

    def attempt(work: Work) -> None:
        known = work.tickets.by_id(ticket_id)
        case = work.cases.by_id(known.case_id, lock=True) if known else None
        ticket = work.tickets.by_id(ticket_id)  # again, as others who had the case have left it
        if case and ticket and ticket.is_followed:
            writing(work, case, ticket)

    once(db, attempt)


def created(
    db: Database,
    ticket_id: int,
    seen: Seen,
    said: Mapping[Part, str | None],
    problems: Mapping[Part, str],
    now: datetime,
    *,
    done: Collection[int],
) -> None:
    """``said``: what the case said when the ticket was drawn, of the parts that it was created with, or was to be:
    ``problems`` say why it could not have some of them."""

    def writing(work: Work, case: Case, ticket: Ticket) -> None:
        if ticket.foreign_id is not None:
            return
        note_seen(ticket, seen)
        for part in FIELDS:
            # What it was not told, it is told next, unless both say the same.
            in_step.note(ticket, part, ours=said.get(part, untold(case, ticket, part)))
        for declined, problem in problems.items():
            in_step.note(ticket, declined, problem=problem, declined=True)
        act = Act(actor=CASEBOOK, at=now, via=ticket.partner, origin=f"{ticket.partner}/{ticket.id}/created")
        record(work, case, linking.told(case, Kind.TICKET_CREATED, act, ticket))
        begin(work, case, ticket, now, done)

    write(db, ticket_id, writing)


def untold(case: Case, ticket: Ticket, part: Part) -> str | None:
    if part == Part.STATUS:
        stands = base_of(ticket, part).get("group", Group.OPEN.value)
        return case.status if stands == case.group else in_step.UNTOLD
    return in_step.UNTOLD if part == Part.ASSIGNEE and case.assignee else ours(case, part)


def linked(db: Database, ticket_id: int, seen: Seen, now: datetime, *, done: Collection[int]) -> str:
    """Neither side changes by it: from then on both follow each other. A sentence if it cannot be linked."""
    problem = ""

    def writing(work: Work, case: Case, ticket: Ticket) -> None:
        nonlocal problem
        if ticket.foreign_id is not None:
            return
        problem = taken(work, case, ticket, seen)
        if problem:
            return
        if former := work.tickets.left_before(ticket, seen.id):
            work.tickets.inherit_notes(ticket, former)
            former.foreign_id = None
            work.flush()
        note_seen(ticket, seen)
        for part in FIELDS:
            in_step.note(ticket, part, ours=ours(case, part))
        begin(work, case, ticket, now, done)
        work.enqueue(ticket_telling.redrawn(case, ticket, now, "linked"))

    write(db, ticket_id, writing)
    return problem


def taken(work: Work, case: Case, ticket: Ticket, seen: Seen) -> str:
    others = [one for one in work.tickets.with_foreign_id(ticket.partner, seen.id) if one.id != ticket.id]
    for other in others:
        if other.case_id == case.id:
            return f"{case.key} is linked to {seen.key} already. Unlink this one."
    if others and not ticket.wanted.get("shared"):
        holder = work.cases.by_id(others[0].case_id)
        name = holder.key if holder else "Another case"
        ticket.wanted = {**ticket.wanted, "taken_by": name}
        return f"{name} is linked to {seen.key}. Unlink this one, or press Link anyway in Details: then both share it."
    return ""


def begin(work: Work, case: Case, ticket: Ticket, now: datetime, done: Collection[int]) -> None:
    """From now on it is told all that happens; what has happened since it was asked for comes first."""
    work.flush()
    terms = work.tickets.terms(case.project_id, [ticket.partner], now)[ticket.partner]
    told = [ticket_telling.in_step(case, ticket, "begin", now)] if ticket_telling.differs(case, ticket, terms) else []
    if terms.way(Part.NOTES).goes_out:
        notes = work.tickets.untold_notes(ticket, AT_ONCE)
        told += [ticket_telling.note_told(case, ticket, note, f"begin/{note}", now) for note in notes]
    if not in_step.is_known(ticket, Part.STATUS):
        work.deliveries.hasten(ticket_telling.early_stream(ticket.partner, str(ticket.foreign_id)), now)
        told.append(ticket_telling.read_at_last(case, ticket, now))
    work.enqueue(one for one in told if not work.deliveries.has_key(one.key))
    trouble_over(work, ticket, case, now, FIELDS_TOLD, done=done)


def told(
    db: Database,
    ticket_id: int,
    before: Mapping[Part, str | None],
    said: Mapping[Part, str | None],
    values: Mapping[Part, Value],
    problems: Mapping[Part, str],
    now: datetime,
    *,
    done: Collection[int],
) -> None:
    """Fields were set. ``before``: what was known of them when that was drawn; ``said``: what the case said then.

    If news of a field have come meanwhile, nobody knows which came first: it is read again.
    """

    def writing(work: Work, case: Case, ticket: Ticket) -> None:
        in_doubt = False
        for part, own in said.items():
            kept: dict[str, Any] = {"ours": own, "problem": problems.get(part, ""), "declined": part in problems}
            if base_of(ticket, part).get("theirs") != before.get(part):
                in_doubt = in_doubt or part in values
                in_step.note(ticket, part, wrote_at=now.isoformat())
                continue
            if part in values:
                unheard.write_over(ticket, part)
                note_theirs(ticket, part, values[part], datetime.fromtimestamp(0, now.tzinfo))
                kept["wrote_at"] = now.isoformat()
            in_step.note(ticket, part, **kept)
        if in_doubt:
            work.enqueue([ticket_telling.read_again(case, ticket, f"doubt/{min(done)}/{now.isoformat()}", now)])
            work.flush()
        trouble_over(work, ticket, case, now, FIELDS_TOLD, done=done)

    write(db, ticket_id, writing)


def commented(
    db: Database, ticket_id: int, note_id: int, comment: Comment, text: str, now: datetime, *, done: Collection[int]
) -> None:
    def writing(work: Work, case: Case, ticket: Ticket) -> None:
        known = work.tickets.note(ticket, comment.id)
        if known is None:
            work.add(comment_made(ticket, note_id, comment, text))
        elif known.note_id == note_id:
            known.digest = digest(text)
        trouble_over(work, ticket, case, now, NOTES_TOLD, done=done)

    write(db, ticket_id, writing)


def rewritten(
    db: Database, ticket_id: int, note_id: int, text: str | None, now: datetime, *, done: Collection[int]
) -> None:
    def writing(work: Work, case: Case, ticket: Ticket) -> None:
        if known := work.tickets.note_of(ticket, note_id):
            known.digest = digest(text or "")
        trouble_over(work, ticket, case, now, NOTES_TOLD, done=done)

    write(db, ticket_id, writing)


def nothing_told(db: Database, ticket_id: int, what: str, now: datetime, *, done: Collection[int]) -> None:
    """There was nothing to be said, so nothing waits."""

    def writing(work: Work, case: Case, ticket: Ticket) -> None:
        trouble_over(work, ticket, case, now, what, done=done)

    write(db, ticket_id, writing)


def lost(db: Database, ticket_id: int, now: datetime) -> None:
    """It is not there any more."""

    def writing(work: Work, case: Case, ticket: Ticket) -> None:
        gone(work, case, ticket, Act(CASEBOOK, now, ticket.partner, f"{ticket.partner}/{ticket.id}/gone"))

    write(db, ticket_id, writing)
