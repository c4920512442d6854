"""Bringing a record from state to state, and what states there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

from bot.domain.text import alike
from bot.domain.ticket import Choice, Standing, Step
from bot.integrations.errors import Declined, Gone
from bot.integrations.notice import clipped
from bot.integrations.servicenow_fields import raw, shown
from bot.integrations.servicenow_states import FILLS, INCIDENT, INCIDENT_STATES, State, fitting, group_of
from bot.integrations.servicenow_wire import Record, Wire, sought

MOST_CHOICES = 1000
REMEMBERED = 86400.0  # seconds

NO_STATE = "ServiceNow has no state “{name}” for {kind}. Choose another one for it in the map of statuses."
UNREADABLE = (
    "Casebook's account may not read which states ServiceNow has for {kind}. Whoever runs it can give the account read "
    "access to sys_choice."
)
STAYED = "ServiceNow took the change to “{wanted}” and left the record at “{state}”. A rule over there does that."


def filled_in(kind: str) -> Sequence[str]:
    """The fields that have to be filled for one state or another."""
    return sorted({name for (table, _), fills in FILLS.items() if table == kind for name in fills})


@dataclass(frozen=True, slots=True)
class Known:
    """``sought``: the names that were looked for among the states when these were asked for, or before."""

    states: Sequence[State]
    at: float
    sought: frozenset[str]


class States:
    """The states of each table, which change seldom: asked for every time, a move would take one request more.

    Threads share it.
    """

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}

    def of(self, wire: Wire, kind: str, names: Iterable[str]) -> Sequence[State]:
        """Asked for anew once a day, and for a name that was never looked for and is not there: it may be new."""
        known, wanted = self._known.get(kind), frozenset(map(alike, names))
        if known is None or not known.states or monotonic() - known.at >= REMEMBERED:
            return self.ask(wire, kind, wanted)
        is_settled = wanted <= known.sought or fitting(known.states, wanted)
        return known.states if is_settled else self.ask(wire, kind, wanted)

    def ask(self, wire: Wire, kind: str, wanted: frozenset[str] = frozenset()) -> Sequence[State]:
        """None if they may not be read."""
        known = self._known.get(kind)
        found = choices(wire, kind, "state")
        own = [State(one.id, one.name, group_of(kind, one.id, one.name)) for one in found]
        self._known[kind] = Known(own, monotonic(), wanted | (known.sought if known else frozenset()))
        return own or (INCIDENT_STATES if kind == INCIDENT else ())


def moved(wire: Wire, states: States, id_: str, kind: str, step: Step, known: Record | None) -> Standing:
    """See `Ticketing.move`. ``known``: the record with its state and what is `filled_in`, if it was read just now."""
    target = wanted(wire, states, kind, step)
    try:
        return bring(wire, id_, kind, target, known)
    except Gone:
        raise
    except Declined:
        if not step.via:
            raise
    for name in step.via:
        bring(wire, id_, kind, named(wire, states, kind, [name]) or missing(kind, name))
    return bring(wire, id_, kind, target)


def bring(wire: Wire, id_: str, kind: str, state: State, known: Record | None = None) -> Standing:
    """In one request; in two where something has to be filled, unless it is known whether somebody has done so."""
    filled: dict[str, str] = {}
    if fills := FILLS.get((kind, state.value)):
        record = known or wire.one(kind, id_, ("state", *fills))
        if raw(record, "state") == state.value:
            return Standing(shown(record, "state"), state.group)
        filled = {name: value for name, value in fills.items() if not raw(record, name)}
    record = wire.update(kind, id_, {"state": state.value, **filled}, ("state",))
    name = shown(record, "state")
    if raw(record, "state") != state.value:
        raise Declined("state unchanged", STAYED.format(wanted=state.name, state=name))
    return Standing(name, state.group)


def wanted(wire: Wire, states: States, kind: str, step: Step) -> State:
    """Incidents have states that all know, so nobody is asked for their values."""
    if kind == INCIDENT and (known := fitting(INCIDENT_STATES, step.names)):
        return known
    there = states.of(wire, kind, step.names)
    if not there:
        raise Declined("states unknown", UNREADABLE.format(kind=kind))
    of_group = (state for state in there if state.group == step.group)
    name = next(iter(step.names), step.group.value)
    return fitting(there, step.names) or next(of_group, None) or missing(kind, name)


def named(wire: Wire, states: States, kind: str, names: Sequence[str]) -> State | None:
    known = fitting(INCIDENT_STATES, names) if kind == INCIDENT else None
    return known or fitting(states.of(wire, kind, names), names)


def missing(kind: str, name: str) -> State:
    raise Declined("no such state", NO_STATE.format(kind=kind, name=clipped(name, 40)))


def choices(wire: Wire, kind: str, element: str) -> Sequence[Choice]:
    """Those of the table itself; if it has none, those of `task`. None if they may not be read."""
    query = f"nameIN{sought(kind)},task^element={element}^inactive=false^ORDERBYsequence"
    try:
        rows = wire.rows("sys_choice", query, ("name", "value", "label", "language"), limit=MOST_CHOICES)
    except Declined:
        return ()
    own = [row for row in rows if raw(row, "name") == kind] or rows
    english = [row for row in own if raw(row, "language") in {"", "en"}] or own
    return list({raw(row, "value"): Choice(raw(row, "value"), raw(row, "label")) for row in english}.values())
