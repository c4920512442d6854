"""When a rule that goes by the clock has to fire for a case: from the case's times and what happened to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.act import CASEBOOK, Act
from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.rule import Rule, When
from bot.domain.working_hours import after, closing_time
from bot.domain.zone import zone_named

WARN_AT = 0.8


@dataclass(frozen=True, slots=True)
class Moment:
    """``occasion`` tells it from every other time that the same rule fires for the same case.

    ``warns``: the time is not over yet, but nearly. ``due``: when it is.
    """

    occasion: str
    at: datetime
    warns: bool = False
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A case as it was from some moment on, with since when it has been so.

    ``opened``: or opened again. ``touched``: when somebody did something to it, not Casebook. ``unassigned``: since
    when nobody has it, ``None`` if somebody does.
    """

    opened: datetime
    touched: datetime
    priority: str
    priority_since: datetime
    assignee: str | None
    unassigned: datetime | None
    due: date | None
    is_closed: bool = False
    is_archived: bool = False

    @property
    def is_over(self) -> bool:
        return self.is_closed or self.is_archived


def history(case: Case, entries: Iterable[Entry]) -> list[tuple[datetime, State]]:
    """How the case was when it was opened and after each entry; ``entries``: all of them, oldest first.

    What it was opened with stands in no entry: it is what the first change of a field says that it was before, and
    what the field is now if it never changed.
    """
    ordered = list(entries)
    assignee, priority, due = (at_first(case, ordered, field) for field in ("assignee", "priority", "due"))
    at = case.created_at
    state = State(
        opened=at,
        touched=at,
        priority=priority,
        priority_since=at,
        assignee=assignee,
        unassigned=None if assignee else at,
        due=as_date(due),
    )
    found = [(at, state)]
    for entry in ordered:
        state = moved(state, entry)
        found.append((entry.at, state))
    return found


def at_first(case: Case, entries: Sequence[Entry], field: str) -> Any:
    return next((entry.before(field) for entry in entries if field in entry.changes), getattr(case, field))


def as_date(kept: date | str | None) -> date | None:
    return date.fromisoformat(kept) if isinstance(kept, str) else kept


def moved(state: State, entry: Entry) -> State:
    at, kind, changes = entry.at, Kind(entry.kind), entry.changes
    after = {field: changes[field][1] for field in ("assignee", "priority", "due") if field in changes}
    if entry.actor != CASEBOOK:
        state = replace(state, touched=max(state.touched, at))
    if "due" in after:
        state = replace(state, due=as_date(after["due"]))
    if after.get("priority", state.priority) != state.priority:
        state = replace(state, priority=after["priority"], priority_since=at)
    if after.get("assignee", state.assignee) != state.assignee:
        state = replace(state, assignee=after["assignee"], unassigned=None if after["assignee"] else at)
    if kind == Kind.REOPENED:
        state = replace(state, opened=at, is_closed=False, unassigned=at if state.unassigned else None)
    if kind in {Kind.ARCHIVED, Kind.UNARCHIVED}:
        state = replace(state, is_archived=kind == Kind.ARCHIVED)
    return replace(state, is_closed=True) if kind == Kind.CLOSED else state


def moments(rule: Rule, state: State, tz: str) -> Sequence[Moment]:
    """When the rule fires if the case stays as it is, soonest first. ``tz``: the assignee's, else UTC."""
    if state.is_over:
        return ()
    if rule.when == When.DUE:
        return before_due(rule, state, tz)
    since = {
        When.IDLE: state.touched,
        When.UNASSIGNED: state.unassigned,
        When.UNTAKEN: state.unassigned and max(state.unassigned, state.opened),
        When.UNCLOSED: state.opened,
    }.get(When(rule.when))
    if since is None:
        return ()
    if rule.is_level:
        return level(rule, state, since, tz)
    return [Moment(f"{rule.when}/{since.isoformat()}", since + timedelta(minutes=rule.minutes or 0))]


def before_due(rule: Rule, state: State, tz: str) -> Sequence[Moment]:
    if state.due is None:
        return ()
    at = closing_time(state.due, zone_named(tz)) - timedelta(minutes=rule.minutes or 0)
    return [Moment(f"due/{state.due}", at)]


def level(rule: Rule, state: State, since: datetime, tz: str) -> Sequence[Moment]:
    """A service level counts anew from when the case got its present priority."""
    minutes = rule.levels.get(state.priority)
    if not minutes:
        return ()
    start, zone = max(since, state.priority_since), zone_named(tz)
    due = after(start, minutes, zone)
    occasion = f"{rule.when}/{start.isoformat()}"
    warning = Moment(f"{occasion}/soon", after(start, minutes * WARN_AT, zone), warns=True, due=due)
    return [warning, Moment(f"{occasion}/over", due, due=due)]


def fired_between(rule: Rule, history: Sequence[tuple[datetime, State]], tz: str, until: datetime) -> bool:
    """Whether the rule would have fired in the life of a case, however it was each time."""
    for number, (_, state) in enumerate(history):
        ends = history[number + 1][0] if number + 1 < len(history) else until
        if any(not one.warns and one.at <= ends and one.at <= until for one in moments(rule, state, tz)):
            return True
    return False


def noted(case: Case, act: Act, rule: Rule, moment: Moment, due: datetime) -> Entry:
    """What a service level writes on the timeline: a warning, or that its time is over."""
    kind = Kind.LEVEL_WARNED if moment.warns else Kind.LEVEL_MISSED
    return case.log(kind, act, {}, level=rule.when, due=due.isoformat())
