"""Exports: asked for at once, read from the database a batch at a time when the file is written."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Invalid
from bot.domain.evidence import Evidence, Note, Watcher
from bot.domain.query import Query, Viewer, parse
from bot.domain.reading import Batch, WholeCase
from bot.domain.text import kept
from bot.storage.database import Database, Work
from bot.usecases.access import person_of
from bot.usecases.looking import viewer_for
from bot.usecases.people import ask

LIMIT = 100_000
BATCH = 500
BATCH_OF_WHOLE_CASES = 100
# Nothing that happens meanwhile can move a case to another place in this order, so each is met once.
OLDEST_FIRST = parse("sort:created").sort
TOO_MANY = (
    f"More than {LIMIT:,} cases match, and an export holds up to {LIMIT:,}. Narrow it down, for example with "
    "`project:OPS`, `is:open` or `created:2026-01-01..2026-06-30`."
)
NONE = (
    "No case matches, so there is nothing to export. `/case list` with the same query shows what an export would hold."
)


def ask_for_export(db: Database, act: Act, query: str, kind: str) -> int:
    """How many cases it will hold. ``kind``: csv or json. Asked for again by the same arrival it is made once.

    Raises ``QueryError`` pointing at the word that is wrong.
    """
    with db.read() as work:
        viewer = viewer_for(work, person_of(work, act.actor), act.at)
        total = counted(work, viewer, parse(kept(query)))
    ask(db, [telling.export(act.actor, act.origin or act.at.isoformat(), act.at, query=kept(query), kind=kind)])
    return total


def counted(work: Work, viewer: Viewer, query: Query) -> int:
    total = work.search.count(query, viewer, limit=LIMIT + 1)
    if not total:
        raise Invalid.field("query", NONE)
    if total > LIMIT:
        raise Invalid.field("query", TOO_MANY)
    return total


def batches(db: Database, person_id: str, query: str, now: datetime, *, whole: bool) -> Iterator[Batch]:
    """Oldest case first, each batch in a unit of work of its own, of what the person may see by then.

    ``whole``: with timeline, notes, evidence and watchers. Raises ``Refusal`` if the query means nothing any more, or
    too much.
    """
    wanted, cursor = replace(parse(query), sort=OLDEST_FIRST), None
    with db.read() as work:
        counted(work, viewer_for(work, person_of(work, person_id), now), wanted)
    while True:
        with db.read() as work:
            viewer = viewer_for(work, person_of(work, person_id), now)
            size = BATCH_OF_WHOLE_CASES if whole else BATCH
            found = work.search.after(wanted, viewer, cursor, size=size)
            rows = batch(work, found.cases, whole=whole)
        yield rows
        cursor = found.cursor
        if cursor is None:
            return


def batch(work: Work, cases: Sequence[Case], *, whole: bool) -> Batch:
    rows = whole_cases(work, cases) if whole else [WholeCase(case) for case in cases]
    people = work.people.by_ids(person for row in rows for person in people_in(row))
    return Batch(rows, {person.id: person.name for person in people.values()})


def whole_cases(work: Work, cases: Sequence[Case]) -> list[WholeCase]:
    ids = [case.id for case in cases]
    entries, notes = work.cases.belonging(Entry, ids), work.cases.belonging(Note, ids)
    evidence, watchers = work.cases.belonging(Evidence, ids), work.cases.belonging(Watcher, ids)
    return [
        WholeCase(
            case,
            entries=entries.get(case.id, ()),
            notes=notes.get(case.id, ()),
            evidence=evidence.get(case.id, ()),
            watchers=watchers.get(case.id, ()),
        )
        for case in cases
    ]


def people_in(row: WholeCase) -> Iterator[str]:
    spoken_of = [row.case.assignee, row.case.reporter]
    for entry in row.entries:
        spoken_of += [entry.actor, entry.before("assignee"), entry.after("assignee")]
    spoken_of += [note.author for note in row.notes]
    spoken_of += [piece.added_by for piece in row.evidence]
    spoken_of += [watcher.person_id for watcher in row.watchers]
    return (person for person in spoken_of if person)
