"""A bulk edit at work: a few cases a transaction, each at most once however often a worker dies or is repeated.

What becomes of a case, its change and what that causes are committed together, under the lock of the bulk's own row.
The change's origin says once more which case of which bulk it is.
"""

from collections.abc import Callable
from datetime import datetime

from bot.domain import bulk_telling, telling
from bot.domain.act import Act
from bot.domain.bulk import Became, Bulk, BulkCase, Deed, State
from bot.domain.errors import Refusal
from bot.domain.person import Person
from bot.storage.database import Database, Work
from bot.usecases.access import those_who_may_see
from bot.usecases.bulk_deeds import GONE, do
from bot.usecases.bulk_undo import kept_words, take_back
from bot.usecases.verb import Outcome

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


def batch(work: Work, bulk: Bulk, now: datetime, *, is_last: bool) -> bool:
    """Whether there are more to come. ``is_last``: of this part."""
    rows = work.bulks.left(bulk, BATCH)
    homes: dict[str, Person] = {}
    for row in rows:
        homes |= bring_back(work, bulk, row, now) if bulk.state == State.UNDOING else change(work, bulk, row, now)
    if bulk.state == State.UNDOING:
        bulk.back_done += len(rows)
    else:
        bulk.done += len(rows)
    occasion = f"bulk/{bulk.id}/{bulk_telling.progress(bulk)}"
    work.enqueue(telling.home(person, occasion, now) for person in homes.values())
    if len(rows) < BATCH:
        finish(work, bulk, now)
        return False
    if is_last:
        work.enqueue([bulk_telling.how_far(bulk, now), bulk_telling.go_on(bulk, now)])
    return True


def change(work: Work, bulk: Bulk, row: BulkCase, now: datetime) -> dict[str, Person]:
    """Those on whose App Home it shows."""
    act = Act(bulk.actor, now, "bulk", bulk.origin(row.case_id), together=bulk.together())
    try:
        with work.attempt():
            outcome = do(work, act, row.case_id, Deed.read(bulk.deed))
    except Refusal as refusal:
        row.became, row.why = Became.REFUSED.value, refusal.sentence
        return {}
    if outcome.entry is None:
        row.became = Became.UNCHANGED.value
        return {}
    row.became, row.entry_id = Became.CHANGED.value, outcome.entry.id
    people = those_to_tell(work, outcome)
    row.concerns = telling.concerned(outcome.case, outcome.entry, people)
    return {person.id: person for person in telling.showing(outcome.case, outcome.entry, people)}


def bring_back(work: Work, bulk: Bulk, row: BulkCase, now: datetime) -> dict[str, Person]:
    act = Act(bulk.actor, now, "bulk", bulk.origin(row.case_id, undo=True), together=bulk.together(undo=True))
    entry = work.cases.entry(row.entry_id or 0)
    if entry is None:
        row.back, row.back_why = Became.LEFT.value, GONE
        return {}
    try:
        with work.attempt():
            outcome = take_back.within(work, act, row.case_id, entry)
    except Refusal as refusal:
        row.back, row.back_why = Became.LEFT.value, refusal.sentence
        return {}
    row.back = Became.BACK.value
    if outcome.entry is None:
        return {}
    row.back_why = kept_words(outcome.entry)
    people = those_to_tell(work, outcome)
    return {person.id: person for person in telling.showing(outcome.case, outcome.entry, people)}


def those_to_tell(work: Work, outcome: Outcome) -> dict[str, Person]:
    """Of those whom the change concerns, who may know of it."""
    if outcome.entry is None:
        return {}
    people = work.people.by_ids(telling.people_wanted(outcome.case, outcome.entry))
    return {person.id: person for person in those_who_may_see(work, outcome.case.project, people.values())}


def finish(work: Work, bulk: Bulk, now: datetime) -> None:
    if bulk.state == State.UNDOING:
        bulk.state = State.UNDONE.value
    else:
        bulk.state, bulk.ended_at = State.DONE.value, now
        if work.bulks.count(bulk, Became.CHANGED):
            work.enqueue([bulk_telling.undo_ends(bulk, now)])
    work.enqueue([bulk_telling.how_far(bulk, now), *bulk_telling.tell_people(bulk, work.bulks.concerned(bulk), now)])
