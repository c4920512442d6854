"""Trying a rule on the cases of the past, before it is saved. Nothing is changed and nobody is told."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.listening import reads_notes
from bot.domain.matching import meets
from bot.domain.reading import Trial
from bot.domain.rule import Rule, When, is_set_off
from bot.domain.rule_clock import fired_between, history
from bot.storage.database import Database, Work
from bot.usecases.access import admin_of
from bot.usecases.projects import managed
from bot.usecases.rule_running import meaning_of
from bot.usecases.rules import RuleFields, fill

LOOKING_BACK = timedelta(days=90)
BATCH = 200
MOST_ASKED = 1000
NAMED = 5
NEWEST = 2**62


def try_rule(db: Database, act: Act, project_key: str, fields: RuleFields) -> Trial:
    """On how many of the last 90 days' cases it would have fired, whose query is asked of them as they are now.

    Raises what saving the rule would.
    """
    asked, fired, first = 0, 0, list[Case]()
    with db.read() as work:
        person, project = admin_of(work, act), managed(work, act, project_key)
        rule = Rule(id=0, project_id=project.id, owner=person.id, levels={}, actions=[], fired=0)
        fill(work, act, person, project, rule, fields)
        for cases in batches(work, rule, act):
            found = would_fire(work, rule, cases, act)
            asked, fired = asked + len(cases), fired + len(found)
            first += found[: NAMED - len(first)]
    return Trial(asked, fired, first, is_all=asked < MOST_ASKED)


def batches(work: Work, rule: Rule, act: Act) -> Iterator[list[Case]]:
    """Newest first."""
    before = NEWEST
    for _ in range(0, MOST_ASKED, BATCH):
        ids = work.rules.opened_since(rule.project_id, act.at - LOOKING_BACK, before=before, limit=BATCH)
        if not ids:
            return
        cases = work.cases.by_ids(ids)
        yield [cases[id_] for id_ in ids]
        before = ids[-1]


def would_fire(work: Work, rule: Rule, cases: Sequence[Case], act: Act) -> list[Case]:
    if rule.query:
        meaning = meaning_of(work, rule, act.at)
        with_notes = reads_notes(meaning.where)
        cases = [case for case in cases if meets(meaning, case, work.cases.note_texts(case) if with_notes else ())]
    entries = work.rules.history([case.id for case in cases])
    people = work.people.by_ids(case.assignee for case in cases if case.assignee)
    zones = {person.id: person.tz for person in people.values()}
    return [
        case
        for case in cases
        if fires(rule, case, entries.get(case.id, []), zones.get(case.assignee or "", "UTC"), act)
    ]


def fires(rule: Rule, case: Case, entries: Sequence[Entry], tz: str, act: Act) -> bool:
    if rule.goes_by_clock:
        return fired_between(rule, history(case, entries), tz, act.at)
    at_first = history(case, entries)[0][1].assignee
    return any(is_set_off(When(rule.when), entry, has_assignee=bool(at_first)) for entry in entries)
