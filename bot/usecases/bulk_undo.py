"""Taking a bulk edit back: of each case what nobody has changed since."""

from bot.domain import bulk_telling
from bot.domain.act import Act
from bot.domain.bulk import Became, Bulk, State, parts
from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.errors import Conflict, Invalid
from bot.domain.person import Team
from bot.domain.wording import listed
from bot.storage.database import Database, Work
from bot.usecases.bulk import bulk_of
from bot.usecases.moving import move_case
from bot.usecases.tickets import unlink_ticket
from bot.usecases.verb import said, verb
from bot.usecases.working import kept_or_able

TOO_LATE = (
    "A bulk edit can be undone for ten minutes, and they are over. `/case bulk` can change the same cases once more."
)
TICKET_UNLINKED = "The ticket was unlinked since."
NOTE_CHANGED = "The note was edited or deleted since."


def undo_bulk(db: Database, act: Act, bulk_id: int) -> Bulk:
    """It runs in the background; a second click changes nothing."""
    with db.write() as work:
        bulk = bulk_of(work, act, bulk_id, lock=True)
        if bulk.state == State.DONE:
            if not bulk.can_be_undone(act.at):
                raise Invalid(TOO_LATE)
            bulk.state, bulk.back_total = State.UNDOING.value, work.bulks.count(bulk, Became.CHANGED)
            work.enqueue([bulk_telling.how_far(bulk, act.at), bulk_telling.go_on(bulk, act.at)])
        return bulk


@verb()
def take_back(work: Work, case: Case, act: Act, entry: Entry) -> Entry | None:
    """Undo ``entry`` as far as nobody has changed the same since; a ``Conflict`` says who did if nothing is left."""
    if entry.kind == Kind.NOTE_ADDED:
        return take_note_back(work, case, act, entry)
    if entry.kind == Kind.TICKET_ASKED:
        return take_ticket_back(work, case, act, entry)
    news = [one for one in work.cases.entries_since(case, entry.version) if set(one.changes) & set(entry.changes)]
    changed = {field for one in news for field in one.changes}
    free = [part for part in parts(entry.changes) if not part & changed]
    if not free:
        raise Conflict(f"{said(work, news)}.")
    fields = {field for part in free for field in part}
    undone = put_back(work, case, act, entry, fields)
    if undone and len(fields) < len(entry.changes):
        undone.data["kept"] = sorted(set(entry.changes) - fields)
    return undone


def put_back(work: Work, case: Case, act: Act, entry: Entry, fields: set[str]) -> Entry | None:
    if entry.kind == Kind.MOVED:
        home = work.projects.by_key(str(entry.before("project")))
        return move_case.body(work, case, act, home.id if home else 0)
    if "assignee" in fields:
        kept_or_able(work, case, entry.before("assignee"))
    teams = [team_called(work, handle) for handle in entry.before("teams")] if "teams" in fields else None
    return case.take_back(act, entry, fields, teams)


def team_called(work: Work, handle: str) -> Team:
    found = work.teams.with_handle(handle)
    if found is None:
        raise Invalid(f"The team @{handle} is not there any more.")
    return found


def take_note_back(work: Work, case: Case, act: Act, entry: Entry) -> Entry | None:
    note = work.cases.note(entry.data["note"])
    if note is None or note.edited_at or note.deleted_at:
        raise Conflict(NOTE_CHANGED)
    return case.delete_note(act, note)


def take_ticket_back(work: Work, case: Case, act: Act, entry: Entry) -> Entry | None:
    """It stays over there as it is."""
    ticket = entry.data["ticket"]
    if all(one.id != ticket for one in case.tickets):
        raise Conflict(TICKET_UNLINKED)
    return unlink_ticket.body(work, case, act, ticket)


def kept_words(undone: Entry) -> str | None:
    """What was not taken back with the rest, since somebody has changed it."""
    names = [field for field in undone.data.get("kept", ()) if field in {"assignee", "status", "teams"}]
    return f"All but the {listed(names)}, changed since." if names else None
