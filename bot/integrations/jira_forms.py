"""What the form for a new issue is filled with: projects, issue types, the fields of a type, and statuses."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bot.domain.text import alike
from bot.domain.ticket import Asked, Choice, Standing
from bot.integrations.errors import Declined, Gone
from bot.integrations.jira_fields import field_asked, standing
from bot.integrations.jira_wire import Wire

# The longest list that Slack shows.
MOST_CHOICES = 100
NO_PROJECT = "Jira has no such project or issue type, or none that Casebook's account may see. Choose another."


def projects(wire: Wire, words: str) -> Sequence[Choice]:
    if wire.is_cloud:
        params = {"query": words.strip() or None, "action": "create", "maxResults": MOST_CHOICES}
        found = wire.get("project/search", **params)["values"]
    else:
        wanted = alike(words)
        found = [one for one in wire.get("project") or [] if is_begun(one, wanted)]
    return [Choice(one["key"], f"{one['name']} ({one['key']})") for one in found[:MOST_CHOICES]]


def is_begun(project: Mapping[str, Any], words: str) -> bool:
    key, name = alike(project["key"]), alike(project["name"])
    return any(word.startswith(words) for word in (key, name, *name.split()))


def types(wire: Wire, project: str) -> Sequence[Choice]:
    """Without those of sub-tasks, which need another issue to be part of."""
    found = createmeta(wire, f"issue/createmeta/{quoted(project)}/issuetypes", "issueTypes")
    return [Choice(str(one["id"]), one["name"]) for one in found if not one.get("subtask")][:MOST_CHOICES]


def asked(wire: Wire, project: str, type_: str) -> Sequence[Asked]:
    """Those that are required first. What a `Choice` stands for is in its id, so creating asks nothing again."""
    fields = createmeta(wire, f"issue/createmeta/{quoted(project)}/issuetypes/{quoted(type_)}", "fields")
    found = [one for said in fields if (one := field_asked(said))]
    return sorted(found, key=lambda one: not one.required)


def createmeta(wire: Wire, path: str, name: str) -> list[dict[str, Any]]:
    """All pages; Cloud calls them by what is on them, Data Center ``values``."""
    found: list[dict[str, Any]] = []
    while True:
        page = of_project(wire, path, startAt=len(found), maxResults=MOST_CHOICES)
        items = page.get(name) or page.get("values") or []
        found += items
        if not items or page.get("isLast") or len(found) >= page.get("total", 0):
            return found


def statuses(wire: Wire, project: str) -> Sequence[Standing]:
    types = of_project(wire, f"project/{quoted(project)}/statuses")
    found = (standing(said) for type_ in types for said in type_.get("statuses") or [])
    return list(dict.fromkeys(one for one in found if one))


def of_project(wire: Wire, path: str, **params: object) -> Any:
    try:
        return wire.get(path, **params)
    except Gone:
        raise Declined("404", NO_PROJECT) from None


def quoted(words: str) -> str:
    return quote(words, safe="")
