"""What a delivery says, drawn from the database as it is now."""

from collections.abc import Iterable, Mapping

from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import Note
from bot.storage.database import Work
from bot.views import lines
from bot.views.blocks import Message

Names = Mapping[str, str]

SHOWS_ITS_NOTE = {Kind.NOTE_ADDED, Kind.EVIDENCE_ADDED}


def names(work: Work, ids: Iterable[str | None]) -> Names:
    people = work.people.by_ids(id_ for id_ in ids if id_)
    return {person.id: person.name for person in people.values()}


def names_in(work: Work, case: Case, entry: Entry | None = None, note: Note | None = None) -> Names:
    """Of everybody that the case, its entry and its note speak of."""
    ids = [case.assignee, case.reporter, case.snoozed_by]
    if entry:
        ids += [entry.actor, entry.before("assignee"), entry.after("assignee")]
    if note:
        ids.append(note.author)
    return names(work, ids)


def note_of(work: Work, entry: Entry) -> Note | None:
    """The note that the entry brought, as it reads now; ``None`` if it has been deleted since."""
    note_id = entry.data.get("note") if entry.kind in SHOWS_ITS_NOTE else None
    note = work.cases.note(note_id) if note_id else None
    return note if note and not note.deleted_at else None


def thread_line(entry: Entry, note: Note | None, known: Names) -> Message:
    """The entry's line in a card's thread, with the note that came with it."""
    if note is None:
        return lines.entry_line(entry, known)
    said = lines.note_message(note, known)
    if entry.kind == Kind.NOTE_ADDED:
        return said
    head = lines.entry_line(entry, known)
    return {"text": f"{head['text']}\n{said['text']}", "blocks": head["blocks"] + said["blocks"]}
