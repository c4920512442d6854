"""Bringing a record from state to state, and what states there are."""

from collections.abc import Sequence

from bot.domain.ticket import Choice, Standing, Step, There
from bot.integrations.errors import Declined, Gone
from bot.integrations.notice import clipped
from bot.integrations.servicenow_fields import raw, shown
from bot.integrations.servicenow_states import FILLS, INCIDENT, INCIDENT_STATES, fitting, group_of
from bot.integrations.servicenow_wire import Record, Wire, sought

MOST_CHOICES = 1000

NO_STATE = "ServiceNow has no state “{name}” for {kind}. Choose another one for it in the map of statuses."
UNREADABLE = (
    "Casebook's account may not read which states ServiceNow has for {kind}. Whoever runs it can give the account read "
    "access to sys_choice."
)
STAYED = "ServiceNow took the change to “{wanted}” and left the record at “{state}”. A rule over there does that."


def filled_in(kind: str) -> Sequence[str]:
    """The fields that have to be filled for one state or another."""
    return sorted({name for (table, _), fills in FILLS.items() if table == kind for name in fills})


def states(wire: Wire, kind: str) -> Sequence[Standing]:
    """None if they may not be read, but for incidents, whose states all know."""
    found = [Standing(one.name, group_of(kind, one.id, one.name), one.id) for one in choices(wire, kind, "state")]
    return found or (INCIDENT_STATES if kind == INCIDENT else ())


def moved(wire: Wire, id_: str, kind: str, step: Step, there: There, known: Record | None) -> Standing:
    """See `Ticketing.move`. ``known``: the record with its state and what is `filled_in`, if it was read just now."""
    target = wanted(kind, step, there)
    try:
        return bring(wire, id_, kind, target, known)
    except Gone:
        raise
    except Declined:
        if not step.via:
            raise
    for name in step.via:
        bring(wire, id_, kind, named(kind, name, there))
    return bring(wire, id_, kind, target)


def bring(wire: Wire, id_: str, kind: str, state: Standing, known: Record | None = None) -> Standing:
    """In one request; in two where something has to be filled, unless it is known whether somebody has done so."""
    filled: dict[str, str] = {}
    if fills := FILLS.get((kind, state.id)):
        record = known or wire.one(kind, id_, ("state", *fills))
        if raw(record, "state") == state.id:
            return Standing(shown(record, "state"), state.group)
        filled = {name: value for name, value in fills.items() if not raw(record, name)}
    record = wire.update(kind, id_, {"state": state.id, **filled}, ("state",))
    name = shown(record, "state")
    if raw(record, "state") != state.id:
        raise Declined("state unchanged", STAYED.format(wanted=state.name, state=name))
    return Standing(name, state.group)


def wanted(kind: str, step: Step, there: There) -> Standing:
    """Incidents have states that all know, so for these nobody is asked."""
    if kind == INCIDENT and (common := fitting(INCIDENT_STATES, step.names)):
        return common
    known = there()
    if not known:
        raise Declined("states unknown", UNREADABLE.format(kind=kind))
    of_group = next((state for state in known if state.group == step.group), None)
    return fitting(known, step.names) or of_group or missing(kind, next(iter(step.names), step.group.value))


def named(kind: str, name: str, there: There) -> Standing:
    common = fitting(INCIDENT_STATES, [name]) if kind == INCIDENT else None
    return common or fitting(there(), [name]) or missing(kind, name)


def missing(kind: str, name: str) -> Standing:
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
