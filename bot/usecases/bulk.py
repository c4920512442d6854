"""Putting a bulk edit together: which cases, what to do with them, what would come of it; then it is confirmed."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.domain import bulk_telling
from bot.domain.act import Act
from bot.domain.bulk import MOST, Bulk, BulkForm, Deed, Forecast, State
from bot.domain.errors import Invalid, NotFound
from bot.domain.query import parse
from bot.domain.rights import Right
from bot.domain.text import is_blank, kept
from bot.storage.database import Database, Work
from bot.usecases.access import person_of, projects_for
from bot.usecases.bulk_deeds import foresee
from bot.usecases.looking import listing, viewer_for
from bot.usecases.moving import project_called
from bot.usecases.working import team_of

NO_QUERY = "Say which cases. For example: `/case bulk status:open service:checkout`"
NO_MATCH = "No case matches, so there is nothing to change. `/case help search` shows how to look for cases."
OVER = "This bulk edit is not there any more. Start again with `/case bulk` and a query."
BEGUN = "This bulk edit has begun already. A direct message from Casebook says how far it is."
NOTHING_TICKED = "Tick at least one case, or press the button that selects all of them."
TOO_MANY = f"A bulk edit changes up to {MOST:,} cases. Untick some, and change those in another one."


@dataclass(frozen=True, slots=True)
class Ticks:
    """On one page: the ids of the cases shown, and of those among them that are ticked."""

    shown: Collection[int]
    ticked: Collection[int]


def start_bulk(db: Database, act: Act, query: str) -> BulkForm:
    """Nothing is ticked yet. Raises ``QueryError`` pointing at the word that is wrong."""
    if is_blank(query):
        raise Invalid(NO_QUERY)
    bulk = Bulk(actor=act.actor, query=kept(query), state=State.CHOOSING.value, deed={}, created_at=act.at)
    with db.read() as work:
        form = form_of(work, act, bulk, 1)
    if not form.matching:
        raise Invalid(NO_MATCH)
    with db.write() as work:
        work.add(bulk)
    return form


def show_bulk(db: Database, act: Act, bulk_id: int, page: int = 1) -> BulkForm:
    with db.read() as work:
        return form_of(work, act, bulk_of(work, act, bulk_id), page)


def form_of(work: Work, act: Act, bulk: Bulk, page: int) -> BulkForm:
    person = person_of(work, act.actor)
    viewer = viewer_for(work, person, act.at)
    found = listing(work, viewer, "Cases", bulk.query, page)
    ids = [case.id for case in found.cases]
    return BulkForm(
        bulk=bulk,
        listing=found,
        ticked=work.bulks.ticked(bulk, ids) if bulk.id else (),
        count=work.bulks.count(bulk) if bulk.id else 0,
        matching=work.search.count(parse(bulk.query), viewer, limit=MOST + 1),
        types=work.cases.types(),
        projects=projects_for(work, person, Right.CONTRIBUTE),
    )


def tick(db: Database, act: Act, bulk_id: int, ticks: Ticks) -> None:
    """Keep what is ticked on a page."""
    with db.write() as work:
        keep_ticks(work, unconfirmed(work, act, bulk_id), ticks)


def keep_ticks(work: Work, bulk: Bulk, ticks: Ticks) -> None:
    if gone := set(ticks.shown) - set(ticks.ticked):
        work.bulks.untick(bulk, gone)
    work.bulks.tick(bulk, ticks.ticked)


def tick_all(db: Database, act: Act, bulk_id: int) -> None:
    """Everything that the query finds now, up to ``MOST``."""
    with db.read() as work:
        bulk = bulk_of(work, act, bulk_id)
        viewer = viewer_for(work, person_of(work, act.actor), act.at)
        found = work.search.ids(parse(bulk.query), viewer, MOST)
    with db.write() as work:
        bulk = unconfirmed(work, act, bulk_id)
        work.bulks.untick(bulk)
        work.bulks.tick(bulk, found)


def untick_all(db: Database, act: Act, bulk_id: int) -> None:
    with db.write() as work:
        work.bulks.untick(unconfirmed(work, act, bulk_id))


def choose_deed(db: Database, act: Act, bulk_id: int, ticks: Ticks, deed: Deed) -> Forecast:
    """What would come of it. Nothing happens before ``confirm_bulk``."""
    with db.write() as work:
        bulk = unconfirmed(work, act, bulk_id)
        keep_ticks(work, bulk, ticks)
        bulk.deed = named(work, act, deed).kept()
        total = work.bulks.count(bulk)
        if not total:
            raise Invalid.field("cases", NOTHING_TICKED)
        if total > MOST:
            raise Invalid.field("cases", TOO_MANY)
    with db.read() as work:
        return Forecast(bulk, foresee(work, bulk, act), total)


def holders(db: Database, bulk: Bulk) -> Collection[str]:
    """Who has the cases that are ticked."""
    with db.read() as work:
        return work.bulks.holders(bulk)


def named(work: Work, act: Act, deed: Deed) -> Deed:
    """With the names of what it speaks of by id; ``Invalid`` for what is not there, or not for this person."""
    if deed.team is not None:
        deed = replace(deed, handle=team_of(work, deed.team).handle)
    if deed.project is not None:
        deed = replace(deed, key=project_called(work, act, deed.project).key)
    return deed


def confirm_bulk(db: Database, act: Act, bulk_id: int) -> Bulk:
    """From now on it runs in the background; a second confirmation changes nothing."""
    with db.write() as work:
        bulk = bulk_of(work, act, bulk_id, lock=True)
        if bulk.state == State.CHOOSING and bulk.deed:
            bulk.state, bulk.total = State.RUNNING.value, work.bulks.count(bulk)
            work.enqueue([bulk_telling.how_far(bulk, act.at), bulk_telling.go_on(bulk, act.at)])
        return bulk


def unconfirmed(work: Work, act: Act, bulk_id: int) -> Bulk:
    bulk = bulk_of(work, act, bulk_id, lock=True)
    if bulk.state != State.CHOOSING:
        raise Invalid(BEGUN)
    return bulk


def bulk_of(work: Work, act: Act, bulk_id: int, *, lock: bool = False) -> Bulk:
    """Only for whoever started it."""
    bulk = work.bulks.by_id(bulk_id, lock=lock)
    if bulk is None or bulk.actor != act.actor:
        raise NotFound(OVER)
    return bulk
