"""Retention: cases that ended long ago are gathered, their project's channel is warned, and two weeks later they go.

Every step is a row in a state, and each part of it one transaction: whoever dies is taken over where they stood, and
what is done twice does nothing the second time. Nothing goes without a warning that stands in the channel.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.domain import clock as clocks
from bot.domain import leaving
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import Delivery
from bot.domain.entry import Entry
from bot.domain.errors import Conflict, NotFound
from bot.domain.moments import moment_ahead
from bot.domain.project import Project
from bot.domain.reading import Batch, LeavingPage
from bot.domain.retention import WARNING, Departure, State, is_due, kept_for, months_before
from bot.domain.rights import Right
from bot.domain.timed import FOR_EVER
from bot.domain.zone import zone_named
from bot.storage.database import Database, Work
from bot.usecases.access import authorize, person_of
from bot.usecases.exporting import BATCH_OF_WHOLE_CASES, batch
from bot.usecases.people import ask, enqueue_absent
from bot.usecases.verb import Outcome, once, record, verb

FOUND = 500
# Nobody else can write to SQLite during a batch; a part must be over long before a worker's lease is.
BATCH = 20
PART = 100
NAMED = 10
LONGEST = timedelta(days=365 * 20 + 5)
GONE = "These cases have gone already, or were all kept. `/case show` and a key says what became of one."


def ask_for_gathering(db: Database, now: datetime, slot_at: datetime) -> None:
    with db.read() as work:
        projects = [project for project in work.projects.all() if project.retention_months is not None]
    ask(db, [leaving.gather(project, slot_at, now) for project in projects])


def see_to_departures(db: Database, now: datetime) -> None:
    """Called often: whatever waits for its time, or for somebody who died, goes on. What failed is tried once a day."""
    with db.read() as work:
        found = [(one, work.projects.by_id(one.project_id)) for one in work.departures.at_work()]
    for departure, project in found:
        if project:
            ask(db, next_step(departure, project, now))


def next_step(departure: Departure, project: Project, now: datetime) -> list[Delivery]:
    today = f"{now:%Y-%m-%d}"
    if departure.state == State.GATHERING:
        return [leaving.gather(project, departure.slot_at, now, part=departure.last_id)]
    if departure.state == State.WARNING:
        return [leaving.warn(departure, project, today, now)]
    if departure.state == State.KEEPING:
        return [leaving.depart(departure, today, now)]
    if not departure.may_leave(now):
        return []
    if project.copy_first and departure.copied_at is None:
        return [leaving.last_copy(departure, project, today, now)]
    return [leaving.depart(departure, today, now)]


# -- gathering --------------------------------------------------------------------------------------------------------
def gather(db: Database, project_id: int, slot_at: datetime, clock: Callable[[], datetime]) -> None:
    """A part of it: which cases will be over when their channel has been warned; the rest is asked for again."""
    for _ in range(PART // BATCH):
        now = clock()
        with db.read() as work:
            known = work.departures.of_slot(project_id, slot_at)
            found = those_over(work, project_id, known, now)
        if found is None or (known is None and not found):
            return
        with db.write() as work:
            if not keep_found(work, project_id, slot_at, found, now):
                return
    with db.write() as work:
        project, departure = work.projects.by_id(project_id), work.departures.of_slot(project_id, slot_at)
        if project and departure:
            enqueue_absent(work, [leaving.gather(project, slot_at, clock(), part=departure.last_id)])


def those_over(work: Work, project_id: int, known: Departure | None, now: datetime) -> list[int] | None:
    """``None``: there is nothing to gather any more."""
    project = work.projects.by_id(project_id)
    if project is None or project.retention_months is None or (known and known.state != State.GATHERING):
        return None
    then = now + WARNING
    cutoff = months_before(then, project.retention_months)
    return list(work.departures.over_before(project_id, cutoff, then, known.last_id if known else 0, FOUND))


def keep_found(work: Work, project_id: int, slot_at: datetime, found: list[int], now: datetime) -> bool:
    """Whether there may be more."""
    project = work.projects.by_id(project_id, lock=True)
    departure = work.departures.of_slot(project_id, slot_at)
    if project is None or project.retention_months is None:
        return False
    if departure is None:
        departure = Departure(
            project_id=project_id, slot_at=slot_at, months=project.retention_months, state=State.GATHERING.value,
            last_id=0, total=0, gone=0,
        )  # fmt: skip
        work.add(departure)
    if departure.state != State.GATHERING or departure.months != project.retention_months:
        return False
    departure.total += work.departures.let_in(departure, [id_ for id_ in found if id_ > departure.last_id])
    departure.last_id = max([departure.last_id, *found])
    if len(found) == FOUND:
        return True
    if departure.total:
        departure.state = State.WARNING.value
        enqueue_absent(work, [leaving.warn(departure, project, f"{now:%Y-%m-%d}", now)])
    else:
        departure.end(State.OVER, now)
    return False


def call_off(work: Work, project: Project, act: Act) -> None:
    """The project's retention is another one now: whatever goes is found, and warned of, anew."""
    for departure in work.departures.of_project(project.id):
        if found := work.departures.by_id(departure.id, lock=True):
            work.departures.let_all_out(found)
            found.end(State.CALLED_OFF, act.at)
            if found.ts:
                work.enqueue([leaving.warn(found, project, f"off/{act.at.isoformat()}", act.at)])


# -- the message ------------------------------------------------------------------------------------------------------
def leaving_page(db: Database, departure_id: int) -> LeavingPage | None:
    """What the message in the channel says; ``None`` if the project is gone."""
    with db.read() as work:
        departure = work.departures.by_id(departure_id)
        project = work.projects.by_id(departure.project_id) if departure else None
        if departure is None or project is None:
            return None
        found = work.cases.by_ids(work.departures.left(departure, NAMED))
        keeper = work.people.by_id(departure.kept_by) if departure.kept_by else None
        left = work.departures.count_left(departure)
        cases = [found[id_] for id_ in sorted(found)]
        return LeavingPage(departure, project, cases, left, keeper.name if keeper else "")


def warned(db: Database, departure_id: int, channel: str, ts: str, now: datetime) -> None:
    """The warning stands in the channel: from now on the two weeks count."""
    with db.write() as work:
        departure = work.departures.by_id(departure_id, lock=True)
        if departure is None:
            return
        departure.channel, departure.ts = channel, ts
        if departure.state == State.WARNING:
            departure.state, departure.leaves_at = State.WAITING.value, now + WARNING


# -- keeping ----------------------------------------------------------------------------------------------------------
@verb()
def keep_case(work: Work, case: Case, act: Act, until: datetime | None) -> Entry | None:
    """Not deleted before then; ``None``: when its project's retention says so."""
    departure = work.departures.departure_of(case.id) if until else None
    entry = clocks.keep(case, act, until, departure=departure.id if departure else None)
    if departure:
        work.departures.let_out([case.id])
        if departure.ts:
            project = work.projects.by_id(departure.project_id)
            enqueue_absent(work, [leaving.warn(departure, project or case.project, f"kept/{case.id}", act.at)])
    return entry


def keep_for(db: Database, act: Act, case_id: int, months: int | None) -> Outcome:
    return keep_case(db, act, case_id, kept_for(act.at, months))


def keep_until(db: Database, act: Act, ref: str, typed: str) -> Outcome:
    """``typed``: a length of time or a day, ``forever``, or ``none`` to leave it to the project."""
    words = typed.strip().casefold().removeprefix("for ")
    if words in {"none", "forever", "ever"}:
        return keep_case(db, act, ref, None if words == "none" else FOR_EVER)
    with db.read() as work:
        zone = zone_named(person_of(work, act.actor).tz)
    return keep_case(db, act, ref, moment_ahead(typed, act.at, zone, latest=LONGEST))


def keep_all(db: Database, act: Act, departure_id: int, months: int | None) -> Departure:
    """All that have not gone; a chore does it. Raises ``Conflict`` if somebody was quicker."""

    def attempt(work: Work) -> Departure:
        departure = work.departures.by_id(departure_id, lock=True)
        project = work.projects.by_id(departure.project_id) if departure else None
        if departure is None or project is None or not departure.is_at_work:
            raise NotFound(GONE)
        authorize(work, Right.CONTRIBUTE, person_of(work, act.actor), project)
        if departure.state == State.KEEPING and departure.kept_by != act.actor:
            keeper = work.people.by_id(departure.kept_by or "")
            raise Conflict(f"{keeper.name if keeper else 'Somebody'} is keeping all of these already.")
        if departure.state != State.KEEPING:
            departure.state, departure.kept_by = State.KEEPING.value, act.actor
            departure.kept_until = kept_for(act.at, months)
            enqueue_absent(work, [leaving.depart(departure, "all", act.at)])
        return departure

    return once(db, attempt)


def keep_part(work: Work, departure: Departure, ids: list[int], now: datetime) -> None:
    until = departure.kept_until or FOR_EVER
    for case_id in ids:
        case = work.cases.by_id(case_id, lock=True)
        if case and case.project_id == departure.project_id:
            act = Act(departure.kept_by or "", now, "card", origin=f"departure/{departure.id}/{case_id}")
            record(work, case, clocks.keep(case, act, until, departure=departure.id))
    work.departures.let_out(ids)


# -- going ------------------------------------------------------------------------------------------------------------
def go_on(db: Database, departure_id: int, clock: Callable[[], datetime]) -> None:
    """A part of deleting, or keeping, what is left; the rest is put into the outbox again."""
    for part in range(PART // BATCH):
        with db.write() as work:
            departure = work.departures.by_id(departure_id, lock=True)
            project = work.projects.by_id(departure.project_id) if departure else None
            if departure is None or project is None or not take_step(work, departure, project, clock(), part):
                return


def take_step(work: Work, departure: Departure, project: Project, now: datetime, part: int) -> bool:
    """Whether there are more to come."""
    if departure.state != State.KEEPING and not is_ready(departure, project, now):
        return False
    ids = list(work.departures.left(departure, BATCH))
    if departure.state == State.KEEPING:
        keep_part(work, departure, ids, now)
    else:
        departure.state = State.LEAVING.value
        delete_part(work, departure, ids, now)
    if len(ids) < BATCH:
        departure.end(State.OVER, now)
        enqueue_absent(work, [leaving.warn(departure, project, "over", now)])
        return False
    if part == PART // BATCH - 1:
        enqueue_absent(work, [leaving.depart(departure, f"after/{ids[-1]}", now)])
    return True


def is_ready(departure: Departure, project: Project, now: datetime) -> bool:
    return departure.may_leave(now) and not (project.copy_first and departure.copied_at is None)


def delete_part(work: Work, departure: Departure, ids: list[int], now: datetime) -> None:
    """Each is looked at once more: one that was reopened, kept or moved meanwhile stays."""
    for case_id in ids:
        case = work.cases.by_id(case_id, lock=True)
        if case and case.project_id == departure.project_id and is_due(case, now):
            work.enqueue(leaving.farewells(case, now))
            work.departures.delete(case, now)
            departure.gone += 1
    work.departures.let_out(ids)


def copied(db: Database, departure_id: int, now: datetime) -> None:
    """The file is in the channel: now they may go."""
    with db.write() as work:
        departure = work.departures.by_id(departure_id, lock=True)
        if departure and departure.copied_at is None:
            departure.copied_at = now
            enqueue_absent(work, [leaving.depart(departure, "copied", now)])


def last_batches(db: Database, departure_id: int) -> Iterator[Batch]:
    """All that goes, each batch in a unit of work of its own."""
    after = 0
    while True:
        with db.read() as work:
            departure = work.departures.by_id(departure_id)
            ids = work.departures.left(departure, BATCH_OF_WHOLE_CASES, after) if departure else ()
            found = work.cases.by_ids(ids)
            rows = batch(work, [found[id_] for id_ in ids if id_ in found], whole=True)
        if not ids:
            return
        yield rows
        after = ids[-1]
