"""A bulk edit at work: a few cases a transaction, each at most once however often a worker dies or is repeated.

What becomes of a case, its change and what that causes are committed together, under the lock of the bulk's own row.
The change's origin says once more which case of which bulk it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import bulk_telling, telling
from bot.domain.act import Act
from bot.domain.bulk import Became, Bulk, BulkCase, Deed, State
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Refusal
from bot.domain.person import Person
from bot.storage.database import Database, Work
from bot.usecases.access import those_who_may_see
from bot.usecases.bulk_deeds import GONE, do
from bot.usecases.bulk_undo import kept_words, take_back

# Nobody else can write to SQLite during a batch; a part must be over long before a worker's lease is.
BATCH = 20
PART = 100


def go_on_with(db: Database, bulk_id: int, clock: Callable[[], datetime]) -> None:
    """A part of the bulk edit; what is left is put into the outbox again."""
    left = PART
    while left:
        left -= BATCH
        with db.write() as work:
            bulk = work.bulks.by_id(bulk_id, lock=True)
            if bulk is None or bulk.state not in {State.RUNNING, State.UNDOING}:
                return
            if not batch(work, bulk, clock(), is_last=not left):
                return


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of one case. ``concerns``: who is to be told; ``homes``: on whose App Home it shows."""

    became: Became
    why: str | None = None
    entry_id: int | None = None
    concerns: list[str] = field(default_factory=list)
    homes: Sequence[Person] = ()


def batch(work: Work, bulk: Bulk, now: datetime, *, is_last: bool) -> bool:
    """Whether there are more to come. ``is_last``: of this part."""
    rows = work.bulks.left(bulk, BATCH)
    turns = take_back_all(work, bulk, rows, now) if bulk.state == State.UNDOING else change_all(work, bulk, rows, now)
    homes = {person.id: person for turn in turns for person in turn.homes}
    occasion = f"bulk/{bulk.id}/{bulk_telling.progress(bulk)}"
    work.enqueue(telling.home(person, occasion, now) for person in homes.values())
    if len(rows) < BATCH:
        finish(work, bulk, now)
        return False
    if is_last:
        work.enqueue([bulk_telling.how_far(bulk, now), bulk_telling.go_on(bulk, now)])
    return True


def change_all(work: Work, bulk: Bulk, rows: Sequence[BulkCase], now: datetime) -> list[Turn]:
    turns = [change(work, bulk, row.case_id, now) for row in rows]
    for row, turn in zip(rows, turns, strict=True):
        row.became, row.why = turn.became.value, turn.why
        row.entry_id, row.concerns = turn.entry_id, turn.concerns
    bulk.done += len(rows)
    return turns


def take_back_all(work: Work, bulk: Bulk, rows: Sequence[BulkCase], now: datetime) -> list[Turn]:
    turns = [take_back_one(work, bulk, row, now) for row in rows]
    for row, turn in zip(rows, turns, strict=True):
        row.back, row.back_why = turn.became.value, turn.why
    bulk.back_done += len(rows)
    return turns


def change(work: Work, bulk: Bulk, case_id: int, now: datetime) -> Turn:
    act = Act(bulk.actor, now, "bulk", bulk.origin(case_id), together=bulk.together())
    try:
        with work.attempt():
            outcome = do(work, act, case_id, Deed.read(bulk.deed))
    except Refusal as refusal:
        return Turn(Became.REFUSED, refusal.sentence)
    if outcome.entry is None:
        return Turn(Became.UNCHANGED)
    people = those_to_tell(work, outcome.case, outcome.entry)
    return Turn(
        Became.CHANGED,
        entry_id=outcome.entry.id,
        concerns=telling.concerned(outcome.case, outcome.entry, people),
        homes=telling.showing(outcome.case, outcome.entry, people),
    )


def take_back_one(work: Work, bulk: Bulk, row: BulkCase, now: datetime) -> Turn:
    act = Act(bulk.actor, now, "bulk", bulk.origin(row.case_id, undo=True), together=bulk.together(undo=True))
    entry = work.cases.entry(row.entry_id or 0)
    if entry is None:
        return Turn(Became.LEFT, GONE)
    try:
        with work.attempt():
            outcome = take_back.within(work, act, row.case_id, entry)
    except Refusal as refusal:
        return Turn(Became.LEFT, refusal.sentence)
    if outcome.entry is None:
        return Turn(Became.BACK)
    people = those_to_tell(work, outcome.case, outcome.entry)
    homes = telling.showing(outcome.case, outcome.entry, people)
    return Turn(Became.BACK, kept_words(outcome.entry), homes=homes)


def those_to_tell(work: Work, case: Case, entry: Entry) -> dict[str, Person]:
    """Of those whom the change concerns, who may know of it."""
    people = work.people.by_ids(telling.people_wanted(case, entry))
    return {person.id: person for person in those_who_may_see(work, case.project, people.values())}


def finish(work: Work, bulk: Bulk, now: datetime) -> None:
    work.flush()
    if bulk.state == State.UNDOING:
        bulk.state = State.UNDONE.value
    else:
        bulk.state, bulk.ended_at = State.DONE.value, now
        if work.bulks.count(bulk, Became.CHANGED):
            work.enqueue([bulk_telling.undo_ends(bulk, now)])
    work.enqueue([bulk_telling.how_far(bulk, now), *bulk_telling.tell_people(bulk, work.bulks.concerned(bulk), now)])
