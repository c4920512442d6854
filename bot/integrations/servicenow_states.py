"""The states that ServiceNow's records go through, and which of our groups each belongs to.

Sources: ServiceNow, "Incident states", "Problem states", "Change request states" and the choices of the task table.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.casetype import Group
from bot.domain.text import alike
from bot.domain.ticket import Choice, Standing

TASK = "task"
INCIDENT = "incident"
KINDS = (
    Choice(INCIDENT, "Incident"),
    Choice("problem", "Problem"),
    Choice("change_request", "Change request"),
    Choice("sc_task", "Catalog task"),
    Choice("incident_task", "Incident task"),
)


# A state is a `Standing` with its value as id.
INCIDENT_STATES = (
    Standing("New", Group.OPEN, "1"),
    Standing("In Progress", Group.IN_PROGRESS, "2"),
    Standing("On Hold", Group.IN_PROGRESS, "3"),
    Standing("Resolved", Group.CLOSED, "6"),
    Standing("Closed", Group.CLOSED, "7"),
    Standing("Canceled", Group.CLOSED, "8"),
)
# By their values, which last, whatever an instance calls them: those that are not in progress.
OPEN: Mapping[str, set[str]] = {
    INCIDENT: {"1"}, "problem": {"101"}, "change_request": {"-5"}, TASK: {"-5", "1"},
}  # fmt: skip
CLOSED: Mapping[str, set[str]] = {
    INCIDENT: {"6", "7", "8"}, "problem": {"106", "107"}, "change_request": {"3", "4"}, TASK: {"3", "4", "7"},
}  # fmt: skip
KNOWN: Mapping[str, set[str]] = {
    INCIDENT: {"2", "3"}, "problem": {"102", "103", "104"}, "change_request": {"-4", "-3", "-2", "-1", "0"},
    TASK: {"2"},
}  # fmt: skip
# The tables whose states are the task table's own.
LIKE_TASK = {"sc_task", "incident_task", "problem_task", "change_task"}

LOOKS_CLOSED = re.compile(r"closed|complete|resolved|cancel|skipped|reject|done|solved")
LOOKS_OPEN = re.compile(r"new|open|pending|draft|requested|submitted|not started|registered")


def group_of(kind: str, value: str, name: str) -> Group:
    """By what ServiceNow documents for the value; by the name for states that an instance has added."""
    table = TASK if kind in LIKE_TASK else kind
    if value in CLOSED.get(table, ()):
        return Group.CLOSED
    if value in OPEN.get(table, ()):
        return Group.OPEN
    if value in KNOWN.get(table, ()):
        return Group.IN_PROGRESS
    plain = alike(name)
    if LOOKS_CLOSED.search(plain):
        return Group.CLOSED
    return Group.OPEN if LOOKS_OPEN.match(plain) else Group.IN_PROGRESS


def fitting(states: Sequence[Standing], names: Iterable[str]) -> Standing | None:
    """That of the first name that is the name of any."""
    by_name = {alike(state.name): state for state in reversed(states)}
    return next((by_name[alike(name)] for name in names if alike(name) in by_name), None)


# What ServiceNow wants filled besides, and Casebook is not told: it fills what nobody has, with words that say so.
# A vendor is waited for: waiting for the caller lets many an instance resolve the incident by itself.
FILLS: Mapping[tuple[str, str], Mapping[str, str]] = {
    (INCIDENT, "3"): {"hold_reason": "4"},
    (INCIDENT, "6"): {"close_code": "Solution provided", "close_notes": "Its case was closed in Casebook."},
    (INCIDENT, "7"): {"close_code": "Solution provided", "close_notes": "Its case was closed in Casebook."},
}
