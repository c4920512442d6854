"""Bringing an issue to a status, as its workflow lets us: transitions are chosen by where they lead, not by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.casetype import Group
from bot.domain.text import alike
from bot.domain.ticket import Standing, Step
from bot.integrations.errors import Declined, Unanswered
from bot.integrations.jira_fields import named, standing
from bot.integrations.jira_wire import Wire

RESOLUTIONS = ("Done", "Fixed", "Resolved", "Completed")
FORBIDDEN = (
    "Jira's workflow does not lead from “{here}” to {there}. From here it leads to {possible}. Move the issue in Jira, "
    "or ask an admin to name a way through other statuses in the project's settings for Jira."
)
NOWHERE = (
    "Jira's workflow lets Casebook's account move the issue nowhere from “{here}”. Move it in Jira, or ask whoever "
    "runs Jira to give the account the permission."
)


@dataclass(frozen=True, slots=True)
class Way:
    """A transition. ``fields``: those of its screen."""

    id: str
    to: Standing
    fields: Mapping[str, Any]


def walk(wire: Wire, id_: str, step: Step) -> Standing:
    """A GET, which tells where the issue stands and where it may go, and a POST; two more for each status between."""
    via = list(step.via)
    while True:
        here, ways = around(wire, id_)
        if alike(here.name) in map(alike, step.names):
            return here
        if way := leading(ways, step.names):
            return go(wire, id_, way)
        if here.group == step.group:
            return here
        if way := next((way for way in ways if way.to.group == step.group), None):
            return go(wire, id_, way)
        passed = next((n for n, name in enumerate(via) if leading(ways, [name])), None)
        if passed is None:
            raise forbidden(here, ways, step)
        go(wire, id_, leading(ways, [via[passed]]) or ways[0])
        del via[: passed + 1]


def around(wire: Wire, id_: str) -> tuple[Standing, list[Way]]:
    issue = wire.get(f"issue/{id_}", fields="status", expand="transitions.fields")
    here = standing(issue["fields"]["status"])
    if here is None:
        raise Unanswered("no category of the status", perhaps_sent=False)
    said = issue.get("transitions")
    # That an issue tells of their screens as well is known, but on no page of Atlassian's.
    if said is None or any("fields" not in one for one in said):
        said = wire.get(f"issue/{id_}/transitions", expand="transitions.fields")["transitions"]
    ways = [
        Way(str(one["id"]), to, one.get("fields") or {})
        for one in said
        if one.get("isAvailable", True) and (to := standing(one["to"]))
    ]
    return here, ways


def leading(ways: Sequence[Way], names: Sequence[str]) -> Way | None:
    for name in names:
        for way in ways:
            if alike(way.to.name) == alike(name):
                return way
    return None


def go(wire: Wire, id_: str, way: Way) -> Standing:
    """A screen that asks for a resolution gets one; what else it requires Jira itself says."""
    body: dict[str, Any] = {"transition": {"id": way.id}}
    resolutions = (way.fields.get("resolution") or {}).get("allowedValues") or []
    if way.to.group == Group.CLOSED and (resolution := named(resolutions, *RESOLUTIONS)):
        body["fields"] = {"resolution": {"name": resolution["name"]}}
    wire.send("POST", f"issue/{id_}/transitions", body)
    return way.to


def forbidden(here: Standing, ways: Sequence[Way], step: Step) -> Declined:
    if not ways:
        return Declined("no transition", NOWHERE.format(here=here.name))
    wanted = [f"“{name}”" for name in step.names] or [f"a status that means {step.group}"]
    possible = dict.fromkeys(f"“{way.to.name}”" for way in ways)
    return Declined(
        "no transition", FORBIDDEN.format(here=here.name, there=" or ".join(wanted), possible=", ".join(possible))
    )
