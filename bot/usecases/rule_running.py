"""Rules at work. Every part may be done twice: a rule fires for a case once on each occasion.

A change and the clock lead here as chores, after what they are about was committed. That a rule has fired, what it did
and what that causes are committed together, under the locks of the case and the rule, in this order.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain import ruling
from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Refusal
from bot.domain.listening import reads_notes
from bot.domain.matching import meets
from bot.domain.query import Viewer, parse
from bot.domain.query_conditions import Meaning
from bot.domain.query_meaning import understand
from bot.domain.query_text import QueryError
from bot.domain.rule import BROADEST, DEEPEST, Rule, When, chain_of, is_set_off, occasion_of, root_of
from bot.domain.rule_clock import Moment, State, history, moments, noted
from bot.storage.database import Database, Work
from bot.usecases.people import enqueue_absent
from bot.usecases.rule_deeds import DEEDS, Firing
from bot.usecases.verb import once, record

log = logging.getLogger(__name__)

BATCH = 100
SEEDED = 200
RUNS_KEPT = timedelta(days=30)
TOO_DEEP = (
    "{key}: it did not fire, since {count} rules had set off one another there. Look whether two rules undo each "
    "other's work, and say in one of their queries when to leave a case alone."
)
TOO_BROAD = (
    "{key}: it did not fire, since rules had fired {count} times there because of one change. Look which rules set off "
    "each other, and say in their queries when to leave a case alone."
)


# -- what a change sets off ---------------------------------------------------------------------------------------
def follow_change(db: Database, case_id: int, entry_id: int, now: datetime) -> None:
    """Fires whatever rule the change sets off, the oldest first, and winds the case's clocks anew."""
    with db.read() as work:
        case, entry = work.cases.by_id(case_id), work.cases.entry(entry_id)
        if case is None or entry is None:
            return
        rules = work.rules.on_in(case.project_id)
        wanted = [rule.id for rule in rules if is_wanted(work, rule, case, entry, now)]
    for rule_id in wanted:
        fire_by_change(db, rule_id, case_id, entry, now)
    if any(rule.goes_by_clock for rule in rules):
        once(db, lambda work: wind_case(work, case_id))


def is_wanted(work: Work, rule: Rule, case: Case, entry: Entry, now: datetime) -> bool:
    """Asked before anybody who writes has to wait. A rule is not set off by what it has led to itself."""
    if rule.id in chain_of(entry) or entry.at < rule.since:
        return False
    if not is_set_off(When(rule.when), entry, has_assignee=bool(case.assignee)):
        return False
    try:
        return is_met(work, rule, case, now)
    except QueryError:
        return True  # which is then written down


def fire_by_change(db: Database, rule_id: int, case_id: int, entry: Entry, now: datetime) -> None:
    def attempt(work: Work) -> None:
        found = locked(work, rule_id, case_id)
        if found is None:
            return
        rule, case = found
        firing = Firing(work, rule, case, occasion_of(entry), now)
        if not meets_now(firing) or not work.rules.run(rule.id, case.id, firing.occasion, now):
            return
        if len(chain_of(entry)) >= DEEPEST:
            fail(firing, TOO_DEEP.format(key=case.key, count=DEEPEST))
        elif work.rules.count_led_by(root_of(entry), case.id) > BROADEST:
            fail(firing, TOO_BROAD.format(key=case.key, count=BROADEST))
        else:
            act(firing, entry)

    once(db, attempt)


def locked(work: Work, rule_id: int, case_id: int) -> tuple[Rule, Case] | None:
    """``None`` if the rule has nothing to do with the case any more."""
    case = work.cases.by_id(case_id, lock=True)
    rule = work.rules.by_id(rule_id, lock=True)
    if case is None or rule is None or not rule.is_on or rule.project_id != case.project_id:
        return None
    return rule, case


def meets_now(firing: Firing) -> bool:
    """A query that means nothing any more is kept as the rule's error."""
    try:
        return is_met(firing.work, firing.rule, firing.case, firing.at)
    except QueryError as error:
        if firing.work.rules.run(firing.rule.id, firing.case.id, firing.occasion, firing.at):
            fail(firing, f"Its query means nothing any more. {error.fields.get('query', error.sentence)}")
        return False


def is_met(work: Work, rule: Rule, case: Case, now: datetime) -> bool:
    """Archived cases are left alone unless the query asks for them. Raises ``QueryError``."""
    if not rule.query:
        return not case.is_archived
    meaning = meaning_of(work, rule, now)
    return meets(meaning, case, work.cases.note_texts(case) if reads_notes(meaning.where) else ())


def meaning_of(work: Work, rule: Rule, now: datetime) -> Meaning:
    """As the rule's owner means it, also after they have left."""
    owner = work.people.by_id(rule.owner)
    teams = frozenset(work.teams.of_person(rule.owner))
    viewer = Viewer(rule.owner, now, owner.tz if owner else "UTC", frozenset({rule.project_id}), teams)
    return understand(parse(rule.query), viewer, work.search.names)


# -- firing -------------------------------------------------------------------------------------------------------
def act(firing: Firing, entry: Entry | None = None) -> None:
    """All that the rule does. What cannot be done is kept on the rule; the rest is done all the same."""
    rule = firing.rule
    rule.fired, rule.fired_at = rule.fired + 1, firing.at
    for number, action in enumerate(rule.chosen):
        try:
            with firing.work.attempt():
                done = DEEDS[action.what](firing, act_of(firing, str(number), entry), action)
                record(firing.work, firing.case, done)
        except Refusal as refusal:
            fail(firing, f"{firing.case.key}: {refusal.sentence}")


def act_of(firing: Firing, part: str, entry: Entry | None = None) -> Act:
    origin = f"rule/{firing.rule.id}/{firing.case.id}/{firing.occasion}/{part}"
    return Act(CASEBOOK, firing.at, "rule", origin, because=firing.rule.because(entry))


def fail(firing: Firing, sentence: str) -> None:
    log.info("rule %s could not do all on case %s", firing.rule.id, firing.case.id)
    if firing.rule.fail(sentence, firing.at):
        enqueue_absent(firing.work, [ruling.problem(firing.rule, firing.case, firing.at)])


# -- the clock ----------------------------------------------------------------------------------------------------
def wake_rules(db: Database, now: datetime) -> None:
    """Called every minute: has every case looked at whose time has come for a rule."""
    while True:
        with db.write() as work:
            due = work.rules.claim_due(now, BATCH)
            enqueue_absent(work, [ruling.rung(rule_id, case_id, now) for rule_id, case_id, _ in due])
        if len(due) < BATCH:
            return


def follow_clock(db: Database, rule_id: int, case_id: int, now: datetime) -> None:
    """Fires the rule if its time has come, and winds its clock for the next time."""

    def attempt(work: Work) -> None:
        found = locked(work, rule_id, case_id)
        if found is None:
            return
        rule, case = found
        due = [one for one in still_to_come(work, rule, case, state_of(work, case)) if one.at <= now]
        if due:
            ring(work, rule, case, due, now)
        work.flush()
        left = [one.at for one in still_to_come(work, rule, case, state_of(work, case)) if one.at > now]
        work.rules.wind_one(rule.id, case.id, min(left, default=None))

    once(db, attempt)


def ring(work: Work, rule: Rule, case: Case, due: Sequence[Moment], now: datetime) -> None:
    """What is overdue runs once: after a long stop nobody is warned of what is over anyway."""
    *missed, last = due
    firing = Firing(work, rule, case, last.occasion, now)
    if not meets_now(firing) or not work.rules.run(rule.id, case.id, last.occasion, now):
        return
    for moment in missed:
        work.rules.run(rule.id, case.id, moment.occasion, now)
    if last.due:
        record(work, case, noted(case, act_of(firing, "level"), rule, last, last.due))
    if not last.warns:
        act(firing)


def state_of(work: Work, case: Case) -> State:
    return history(case, work.rules.history([case.id]).get(case.id, []))[-1][1]


def still_to_come(work: Work, rule: Rule, case: Case, state: State) -> list[Moment]:
    """When the rule fires for the case, if the case stays as it is; also what is overdue."""
    assignee = work.people.by_id(case.assignee) if case.assignee else None
    found = [one for one in moments(rule, state, assignee.tz if assignee else "UTC") if one.at >= rule.since]
    known = work.rules.runs(rule.id, case.id, [one.occasion for one in found]) if found else set()
    return [one for one in found if one.occasion not in known]


def wind_case(work: Work, case_id: int) -> None:
    """After a change: when each rule has to look at the case again."""
    case = work.cases.by_id(case_id, lock=True)
    if case is None:
        return
    rules, state = work.rules.clocked(case.project_id), state_of(work, case)
    wanted = {rule.id: [one.at for one in still_to_come(work, rule, case, state)] for rule in rules}
    work.rules.wind(case.id, {rule_id: min(found) for rule_id, found in wanted.items() if found})


def seed_rule(db: Database, asked: Mapping[str, Any], now: datetime) -> None:
    """Winds the clocks of some open cases for a rule that is new or has changed; the next ones have their turn."""
    rule_id, occasion = int(asked["rule"]), str(asked["occasion"])

    with db.read() as work:
        rule = work.rules.by_id(rule_id)
        if rule is None or not rule.is_on:
            return
        ids = work.rules.open_cases(rule.project_id, after=int(asked["after"]), limit=SEEDED)
    for case_id in ids:
        with db.write() as work:
            wind_case(work, case_id)
    if len(ids) == SEEDED:
        once(db, lambda work: enqueue_absent(work, [ruling.seed(rule_id, occasion, now, after=ids[-1])]))


def forget_runs(db: Database, now: datetime) -> None:
    """No chore comes again after so long."""
    while True:
        with db.write() as work:
            if work.rules.purge(now - RUNS_KEPT, BATCH) < BATCH:
                return
