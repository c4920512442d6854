"""Auto-close: cases that nobody works on are announced in their thread and to whom they belong; days later they close.

Only what a person does counts as work. What was announced is written on the case, so that it is done once.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.domain import clock as clocks
from bot.domain import telling
from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case
from bot.domain.delivery import CHORES, Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.errors import Invalid
from bot.domain.person import Person
from bot.domain.project import CLOSING_WARNING, Project
from bot.storage.database import Database, Work
from bot.usecases.access import those_who_may_see
from bot.usecases.people import ask
from bot.usecases.verb import record, verb

# Nobody else can write to SQLite during a batch.
BATCH = 20
PART = 100


def ask_for_idle(db: Database, now: datetime, slot_at: datetime) -> None:
    with db.read() as work:
        projects = [project for project in work.projects.all() if project.close_after_days is not None]
    ask(db, [chore(project.id, slot_at.isoformat(), now) for project in projects])


def chore(project_id: int, occasion: str, at: datetime) -> Delivery:
    return telling.tell(
        Tell.IDLE,
        f"idle/{project_id}/{occasion}",
        at,
        stream=f"idle/{project_id}",
        lane=f"{CHORES}/{Tell.IDLE}",
        partner=CHORES,
        data={"project": project_id, "occasion": occasion},
    )


def see_to_idle(db: Database, project_id: int, occasion: str, clock: Callable[[], datetime]) -> None:
    """A part of it; if there is more, the rest is put into the outbox again."""
    for _ in range(PART // BATCH):
        with db.write() as work:
            project, now = work.projects.by_id(project_id), clock()
            if project is None or project.close_after_days is None:
                return
            closed = close_some(work, project, now)
            announced = announce_some(work, project, now, BATCH - closed)
            if closed + announced < BATCH:
                return
    ask(db, [chore(project_id, f"{occasion}+", clock())])


def announce_some(work: Work, project: Project, now: datetime, limit: int) -> int:
    days = timedelta(days=project.close_after_days or 0)
    ids = work.cases.idle(project, now - days + CLOSING_WARNING, limit) if limit else ()
    told: list[tuple[Case, Entry]] = []
    for case in locked(work, ids):
        if case.is_open and case.closing_at is None:
            closes = max(case.touched_at + days, now + CLOSING_WARNING)
            since = (now - case.touched_at).days
            entry = clocks.announce_closing(case, by_clock(now), closes, since)
            record(work, case, entry)
            told.append((case, entry))
    tell_owners(work, "closing", told, now)
    return len(ids)


def close_some(work: Work, project: Project, now: datetime) -> int:
    ids = work.cases.closing(project, now, BATCH)
    told: list[tuple[Case, Entry]] = []
    for case in locked(work, ids):
        if case.closing_at is None or case.closing_at > now:
            continue
        if entry := clocks.close_idle(case, by_clock(now), (now - case.touched_at).days):
            record(work, case, entry)
            told.append((case, entry))
    tell_owners(work, "closed", told, now)
    return len(ids)


def locked(work: Work, ids: Sequence[int]) -> list[Case]:
    """In the order of their ids, as everybody locks several."""
    return [case for id_ in sorted(ids) if (case := work.cases.by_id(id_, lock=True))]


def by_clock(now: datetime) -> Act:
    return Act(CASEBOOK, now, "clock")


def tell_owners(work: Work, what: str, told: Sequence[tuple[Case, Entry]], now: datetime) -> None:
    """One direct message to each, of all of theirs; and their App Homes."""
    theirs: dict[str, list[int]] = {}
    homes: dict[str, Person] = {}
    for case, entry in told:
        people = work.people.by_ids(telling.people_wanted(case, entry)).values()
        known = {person.id: person for person in those_who_may_see(work, case.project, people)}
        homes |= {person.id: person for person in telling.showing(case, entry, known)}
        owner = case.assignee or case.reporter
        if telling.wants(known.get(owner), True):
            theirs.setdefault(owner, []).append(case.id)
    first = told[0][1].id if told else 0
    work.enqueue(telling.home(person, f"idle/{first}", now) for person in homes.values())
    work.enqueue(direct_message(what, person, first, cases, now) for person, cases in theirs.items())


def direct_message(what: str, person: str, first: int, cases: list[int], at: datetime) -> Delivery:
    """``what``: closing, or closed. Those that wait together become one message."""
    return telling.tell(
        Tell.IDLE_TOLD,
        f"idle.told/{first}/{person}",
        at,
        stream=f"idle/{what}/{person}",
        lane=telling.lane_of(person),
        target=person,
        data={"what": what, "cases": cases},
    )


@verb()
def keep_open(work: Work, case: Case, act: Act) -> Entry | None:
    """It counts as work: the time begins anew."""
    if case.is_archived:
        raise Invalid(f"{case.key} is archived. Bring it back with `/case unarchive {case.key}` first.")
    return clocks.keep_open(case, act)
