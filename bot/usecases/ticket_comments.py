"""Comments of tickets that are notes of a case, and what notes say as comments."""

from hashlib import sha256

from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.evidence import NOTE_LIMIT, Note
from bot.domain.in_step import CLOSE, cut, shown
from bot.domain.link import Ticket, TicketNote, label_of
from bot.domain.text import is_blank
from bot.domain.ticket import Comment, TicketChange
from bot.storage.database import Work


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def take_comment(work: Work, case: Case, ticket: Ticket, change: TicketChange, act: Act, *, us: str) -> Entry | None:
    """A comment that was written, changed or deleted over there; ``None`` if it is known already, or our own."""
    comment = change.comment
    if comment is None:
        return None
    known = work.tickets.note(ticket, comment.id)
    if known:
        return changed_comment(work, case, ticket, known, change, act)
    by = comment.by or change.by
    is_ours = by is not None and bool(us) and by.id == us
    if is_ours or not comment.text or is_blank(comment.text) or comment.at < ticket.linked_at - CLOSE:
        return None
    text = note_text(ticket, act.actor, change, comment.text)
    note = Note(case_id=case.id, author=act.actor, text=text, created_at=comment.at)
    work.add(note)
    work.add(
        TicketNote(
            ticket_id=ticket.id, note_id=note.id, foreign_id=comment.id, is_theirs=True, digest=digest(comment.text)
        )
    )
    return of(ticket, case.add_note(act, note))


def changed_comment(
    work: Work, case: Case, ticket: Ticket, known: TicketNote, change: TicketChange, act: Act
) -> Entry | None:
    """Only what was written there is changed from there."""
    note, comment = work.cases.note(known.note_id), change.comment
    if note is None or comment is None or not known.is_theirs:
        return None
    if comment.text is None:
        return of(ticket, case.delete_note(act, note))
    if digest(comment.text) == known.digest or (note.edited_at and change.at < note.edited_at):
        return None
    known.digest = digest(comment.text)
    # By their clock, so that of two changes that come in the wrong order the later one stays.
    return of(ticket, case.edit_note(at(act, change), note, note_text(ticket, note.author, change, comment.text)))


def at(act: Act, change: TicketChange) -> Act:
    return Act(actor=act.actor, at=change.at, via=act.via, origin=act.origin)


def of(ticket: Ticket, entry: Entry | None) -> Entry | None:
    if entry:
        entry.data = {**entry.data, "ticket": ticket.id, "partner": ticket.partner, "key": ticket.key}
    return entry


def note_text(ticket: Ticket, author: str, change: TicketChange, text: str) -> str:
    """Whoever is known here is the note's author; anybody else is named in it."""
    by = change.comment.by if change.comment and change.comment.by else change.by
    name = f"{shown(by)[:80]} ({label_of(ticket.partner)}): " if author == CASEBOOK and by else ""
    if author == CASEBOOK and not by:
        name = f"{ticket.name}: "
    return cut(f"{name}{text}", NOTE_LIMIT)


def comment_text(work: Work, case: Case, note: Note) -> str:
    """The note with who wrote it and where, once."""
    origin = work.tickets.origin_of(note.id)
    if note.author == CASEBOOK:
        return f"{case.key}: {note.text}"
    person = work.people.by_id(note.author)
    name = person.name if person else "Somebody"
    return f"{name} in {label_of(origin.partner) if origin else 'Slack'}, {case.key}: {note.text}"


def comment_made(ticket: Ticket, note_id: int, comment: Comment, text: str) -> TicketNote:
    return TicketNote(
        ticket_id=ticket.id, note_id=note_id, foreign_id=comment.id, is_theirs=False, digest=digest(text)
    )  # fmt: skip
