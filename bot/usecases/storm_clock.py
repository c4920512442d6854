"""What alert storms do by the clock: they are counted, end when it is calm, and are closed when all has recovered."""

from datetime import datetime

from bot.domain import telling
from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.intake import STORM_WITHIN
from bot.domain.storm import NAMES, Figures, Storm
from bot.storage.database import Database, Work
from bot.usecases.intake import close
from bot.usecases.verb import record


def see_to_storms(db: Database, now: datetime) -> None:
    """Called every minute. However many alerts came meanwhile, a storm's card is drawn once."""
    with db.read() as work:
        ids = work.storms.at_work()
    for storm_id in ids:
        with db.write() as work:
            see_to(work, storm_id, now)


def see_to(work: Work, storm_id: int, now: datetime) -> None:
    seen = work.storms.by_id(storm_id)
    if seen is None:
        return
    # Whoever ends something waits for those who are joining; whoever only counts does not, as in a storm many join.
    ends = is_ending(work, seen, now) or is_recovering(seen, work.storms.figures(seen), now)
    storm = work.storms.locked(storm_id, to_end=ends)
    case = work.cases.by_id(storm.case_id, lock=True) if storm else None
    if storm is None or case is None:
        return
    figures = work.storms.figures(storm)
    entries = decided(work, storm, case, figures, now) if ends else []
    if entries:
        storm.keep(figures)
    for entry in entries:
        record(work, case, entry)
    if storm.recovered_at and figures.recovered < figures.kinds:
        storm.recovered_at = None
    if figures != storm.figures:
        redraw(work, storm, case, figures, now)


def is_ending(work: Work, storm: Storm, now: datetime) -> bool:
    """No more come than could have had cases of their own."""
    return bool(storm.is_raging) and work.alerts.opened_since(storm.intake, now - STORM_WITHIN, storm.most) < storm.most


def is_recovering(storm: Storm, figures: Figures, now: datetime) -> bool:
    return storm.recovered_at is None and figures.are_quiet(now)


def decided(work: Work, storm: Storm, case: Case, figures: Figures, now: datetime) -> list[Entry]:
    act, entries = Act(actor=CASEBOOK, at=now, via="alert"), []
    if is_ending(work, storm, now):
        storm.keep(figures)
        storm.end(now)
        if not case.is_archived:
            entries.append(ended(work, storm, case, act))
    if storm.ended_at and is_recovering(storm, figures, now):
        storm.recovered_at = now
        if case.is_open and not case.is_archived:
            entries.append(recovered(storm, case, act))
    return entries


def ended(work: Work, storm: Storm, case: Case, act: Act) -> Entry:
    """What people have written instead of our title and description stays."""
    facts = {}
    if case.title == storm.title:
        facts["title"] = storm.final_title
    if case.description == storm.explanation:
        facts["description"] = storm.told_with(work.storms.names(case.id, NAMES))
    entry = case.end_storm(act, storm.kinds, **facts)
    entry.data["alert"] = storm.label
    return entry


def recovered(storm: Storm, case: Case, act: Act) -> Entry:
    entry = (close(case, act) if storm.resolves else None) or case.log(Kind.RECOVERED, act, {})
    entry.data["alert"], entry.data["storm"] = storm.label, True
    return entry


def redraw(work: Work, storm: Storm, case: Case, figures: Figures, now: datetime) -> None:
    """Not while the card waits to be drawn, so that nothing piles up; it is news in the next minute still."""
    wanted = telling.redrawn(case, f"storm/{now.isoformat()}", now)
    if not work.deliveries.waiting(one.stream for one in wanted):
        storm.keep(figures)
        work.enqueue(wanted)
