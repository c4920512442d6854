"""What a bulk edit can do to a case: the use-cases of a single one, done, or tried on a copy that nobody keeps."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.act import Act
from bot.domain.bulk import Became, Bulk, Deed, Fate, Report, What
from bot.domain.case import Case, Priority
from bot.domain.entry import Entry
from bot.domain.errors import NotAllowed, Refusal
from bot.domain.link import Wanted
from bot.domain.linking import wanted_ticket
from bot.domain.project import Project
from bot.domain.rights import Right
from bot.storage.database import Work
from bot.usecases import moving, working
from bot.usecases.access import authorize, person_of
from bot.usecases.tickets import create_ticket
from bot.usecases.verb import Outcome, Verb, verb

# So many cases are looked at one by one before a bulk edit is confirmed.
FORESEEN = 1000
GONE = "This case no longer exists."


@verb()
def give_ticket(work: Work, case: Case, act: Act, partner: str, wanted: Wanted) -> Entry | None:
    """A new ticket, unless the case has one of that partner already."""
    return None if has_ticket(case, partner) else create_ticket.body(work, case, act, partner, wanted)


def has_ticket(case: Case, partner: str) -> bool:
    return bool(case.ticket_count) and any(ticket.partner == partner for ticket in case.tickets)


# What is asked of each case, and with which words.
DEEDS: Mapping[What, tuple[Verb[...], Callable[[Deed], dict[str, Any]]]] = {
    What.STATUS: (working.set_status, lambda deed: {"status": deed.status, "reason": deed.reason}),
    What.ASSIGN: (
        working.assign_case,
        lambda deed: {"person": deed.person, "team": deed.team, "nobody": deed.nobody},
    ),
    What.PRIORITY: (working.prioritize_case, lambda deed: {"priority": Priority(deed.priority)}),
    What.ARCHIVE: (working.archive_case, lambda _: {}),
    What.UNARCHIVE: (working.unarchive_case, lambda _: {}),
    What.MOVE: (moving.move_case, lambda deed: {"project": deed.project}),
    What.NOTE: (working.note_case, lambda deed: {"text": deed.text}),
    What.TICKET: (
        give_ticket,
        lambda deed: {"partner": deed.partner, "wanted": Wanted(deed.kind, deed.subtype, deed.extra)},
    ),
}


def do(work: Work, act: Act, case_id: int, deed: Deed) -> Outcome:
    """As if the person did it to this case alone."""
    use_case, words = DEEDS[deed.what]
    return use_case.within(work, act, case_id, **words(deed))


def would_change(work: Work, case: Case, act: Act, deed: Deed) -> bool:
    """Raises what ``do`` would. The case is changed in memory; ``work`` must be one that is never committed."""
    if deed.what == What.MOVE:
        return moving.where_to(work, case, act, deed.project or 0).id != case.project_id
    if deed.what == What.NOTE:
        return bool(working.new_note(case, act, deed.text))
    if deed.what == What.TICKET:
        wanted = Wanted(deed.kind, deed.subtype, deed.extra)
        return not has_ticket(case, deed.partner) and bool(wanted_ticket(case, act, deed.partner, wanted))
    use_case, words = DEEDS[deed.what]
    return use_case.body(work, case, act, **words(deed)) is not None


def foresee(work: Work, bulk: Bulk, act: Act) -> Report:
    """What would become of the first ``FORESEEN`` cases. ``work`` must be one that is never committed."""
    keys = work.bulks.first(bulk, FORESEEN)
    cases = work.cases.by_ids(keys)
    rehearsal = Rehearsal(work, bulk, act)
    return Report.of(rehearsal.fate(key, cases.get(id_)) for id_, key in keys.items())


class Rehearsal:
    """Asks for the right once a project, since many cases share one."""

    def __init__(self, work: Work, bulk: Bulk, act: Act) -> None:
        self.work = work
        self.act = act
        self.deed = bulk.chosen
        self.person = person_of(work, act.actor)
        self.refusals: dict[int, NotAllowed | None] = {}

    def fate(self, key: str, case: Case | None) -> Fate:
        if case is None or self.deed is None:
            return Fate(key, Became.REFUSED, GONE)
        try:
            self.authorize(case.project)
            changes = would_change(self.work, case, self.act, self.deed)
        except Refusal as refusal:
            return Fate(key, Became.REFUSED, refusal.sentence)
        return Fate(key, Became.CHANGED if changes else Became.UNCHANGED)

    def authorize(self, project: Project) -> None:
        if project.id not in self.refusals:
            self.refusals[project.id] = self.refusal(project)
        if refusal := self.refusals[project.id]:
            raise refusal

    def refusal(self, project: Project) -> NotAllowed | None:
        try:
            authorize(self.work, Right.CONTRIBUTE, self.person, project)
        except NotAllowed as refusal:
            return refusal
        return None
