"""Snoozing: for a time nobody gets direct messages about a case, and no inbox says that it is still there."""

from datetime import datetime

from bot.domain import clock
from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Invalid
from bot.domain.moments import LATEST, moment_ahead
from bot.domain.zone import zone_named
from bot.storage.database import Database, Work
from bot.usecases.access import person_of
from bot.usecases.verb import record, verb

BATCH = 20


@verb()
def snooze_case(work: Work, case: Case, act: Act, until: str) -> Entry | None:
    """``until``: as people write it, in their own zone. Raises ``Invalid``."""
    if case.is_archived or not case.is_open:
        state = "archived" if case.is_archived else "closed"
        raise Invalid.field("until", f"{case.key} is {state}: nobody is told of it anyway.")
    zone = zone_named(person_of(work, act.actor).tz)
    return clock.snooze(case, act, moment_ahead(until, act.at, zone, latest=LATEST))


@verb()
def wake_case(work: Work, case: Case, act: Act) -> Entry | None:
    return clock.wake(case, act)


def wake_rested(db: Database, now: datetime) -> None:
    """Called every minute: snoozes that are over. A few at a time, since nobody else can write to SQLite meanwhile."""
    while True:
        with db.read() as work:
            ids = work.cases.over_rested(now, BATCH)
        if not ids:
            return
        with db.write() as work:
            for case_id in sorted(ids):
                case = work.cases.by_id(case_id, lock=True)
                if case and case.snoozed_until and case.snoozed_until <= now:
                    record(work, case, clock.wake(case, Act(CASEBOOK, now, "clock")))
