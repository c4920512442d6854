"""Between Jira's JSON and a ticket's values, both ways.

Source: Atlassian, "Jira Cloud platform REST API v2", "Issues"; "Atlassian Document Format".
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.casetype import Group
from bot.domain.text import kept, kept_line
from bot.domain.ticket import Account, Asked, Choice, Comment, Draft, Part, Seen, Standing, Value
from bot.integrations.notice import clipped

Json = Mapping[str, Any]

PROPERTY = "casebook"
FIELDS = "summary,description,status,priority,assignee,project,updated"
LONGEST_SUMMARY, LONGEST_TEXT = 255, 32_767

GROUPS = {"new": Group.OPEN, "undefined": Group.OPEN, "indeterminate": Group.IN_PROGRESS, "done": Group.CLOSED}
NAMES = {
    "summary": Part.TITLE, "description": Part.DESCRIPTION, "status": Part.STATUS, "priority": Part.PRIORITY,
    "assignee": Part.ASSIGNEE,
}  # fmt: skip
# What a case supplies, or Jira itself; and what no form of ours can ask for.
NOT_ASKED = {*NAMES, "issuetype", "project", "reporter", "attachment", "issuelinks"}
# A joiner that nobody sees, between the signs that would make Jira call somebody.
CALL, NO_CALL = "[~", "[\u2060~"
NUMBER, LIST = "#number", "#list"


# -- from Jira --------------------------------------------------------------------------------------------------------


def moment(text: str) -> datetime:
    """``2026-11-23T05:00:00.000+0100``, which Python reads since 3.11."""
    return datetime.fromisoformat(text)


def account(said: Json | None) -> Account | None:
    """Cloud knows people by their ``accountId``, Data Center by their name."""
    if not said:
        return None
    id_ = said.get("accountId") or said.get("name") or said.get("key") or ""
    name, email = kept_line(said.get("displayName") or ""), kept_line(said.get("emailAddress") or "")
    return Account(str(id_), name, email) if id_ else None


def standing(said: Json) -> Standing | None:
    """Nothing for a status without its category: to guess it could close a case."""
    group = GROUPS.get((said.get("statusCategory") or {}).get("key", ""))
    return Standing(kept_line(said["name"]), group) if group else None


def text(said: Any) -> str:
    """Wiki markup as it is, or what a document of Atlassian's says."""
    if isinstance(said, Mapping):
        said = "".join(flattened(said))
    return kept(str(said or "")).replace(NO_CALL, CALL)


def flattened(node: Json) -> Iterator[str]:
    kind, attrs = node.get("type"), node.get("attrs") or {}
    if kind == "hardBreak":
        yield "\n"
    elif kind == "listItem":
        yield "- "
    yield str(node.get("text") or attrs.get("text") or attrs.get("url") or attrs.get("shortName") or "")
    for child in node.get("content") or []:
        yield from flattened(child)
    if kind in {"paragraph", "heading", "codeBlock", "rule", "blockCard", "tableRow"}:
        yield "\n"


def values(fields: Json) -> dict[Part, Value]:
    """Those that were told."""
    told: dict[Part, Value] = {}
    for name, part in NAMES.items():
        if name in fields:
            value = read_value(part, fields[name])
            if value is not None or part == Part.ASSIGNEE:
                told[part] = value
    return told


def read_value(part: Part, said: Any) -> Value:
    match part:
        case Part.STATUS:
            return standing(said) if said else None
        case Part.ASSIGNEE:
            return account(said)
        case Part.PRIORITY:
            return kept_line(said["name"]) if said else ""
        case _:
            return text(said)


def seen(issue: Json, url: str) -> Seen:
    """``url``: of the site, as the ``self`` of Cloud leads through a gateway, which shows people nothing."""
    fields = issue["fields"]
    told = values(fields)
    mark = ((issue.get("properties") or {}).get(PROPERTY) or {}).get("mark", "")
    return Seen(
        id=str(issue["id"]),
        key=issue["key"],
        kind=(fields.get("project") or {}).get("key") or project_of(issue["key"]),
        url=f"{url}/browse/{issue['key']}",
        updated=moment(fields["updated"]),
        values=told,
        label=str(told.get(Part.PRIORITY) or ""),
        mark=str(mark),
    )


def project_of(key: str) -> str:
    return key.rpartition("-")[0]


def comment(said: Json) -> Comment:
    """One that only a role or a group may see is as internal as one that Jira Service Management hides."""
    told = {one.get("key"): one.get("value") or {} for one in said.get("properties") or []}
    internal = (
        said.get("jsdPublic") is False
        or bool(said.get("visibility"))
        or bool(told.get("sd.public.comment", {}).get("internal"))
    )
    at = moment(said.get("updated") or said["created"])
    return Comment(str(said["id"]), text(said.get("body")), at, account(said.get("author")), internal)


def field_asked(said: Json) -> Asked | None:
    """A field of the form; nothing for one that a case supplies, or that need not be asked and could not be."""
    name, schema = str(said.get("fieldId") or said.get("key")), said.get("schema") or {}
    required = bool(said.get("required")) and not said.get("hasDefaultValue")
    type_, items = schema.get("type"), schema.get("items")
    if name in NOT_ASKED:
        return None
    choices = [chosen for one in said.get("allowedValues") or [] if (chosen := choice(one))]
    if not choices and not required and (type_ not in {"string", "number"} and (type_, items) != ("array", "string")):
        return None
    suffix = "" if choices else NUMBER if type_ == "number" else LIST if type_ == "array" else ""
    return Asked(f"{name}{suffix}", str(said.get("name") or name), choices, type_ == "array", required)


def choice(said: Json) -> Choice | None:
    name = said.get("value") or said.get("name") or said.get("key")
    return Choice(json.dumps({"id": str(said["id"])}), str(name)) if said.get("id") and name else None


# -- to Jira ----------------------------------------------------------------------------------------------------------


def line_out(words: str) -> str:
    return clipped(kept_line(words), LONGEST_SUMMARY)


def text_out(words: str) -> str:
    """Nobody is called by what somebody typed: ``[~ann]`` would."""
    return clipped(kept(words).replace(CALL, NO_CALL), LONGEST_TEXT)


def fields_out(told: Mapping[Part, Value], *, is_cloud: bool, is_new: bool = False) -> dict[str, Any]:
    """Without the status, which only a transition changes. A priority cannot be taken away."""
    fields: dict[str, Any] = {}
    for part, value in told.items():
        if part == Part.TITLE and value:
            fields["summary"] = line_out(str(value))
        elif part == Part.DESCRIPTION:
            fields["description"] = text_out(str(value or ""))
        elif part == Part.PRIORITY and value:
            fields["priority"] = {"name": str(value)}
        elif part == Part.ASSIGNEE and isinstance(value, Account):
            fields["assignee"] = {"accountId" if is_cloud else "name": value.id}
        elif part == Part.ASSIGNEE and value is None and not is_new:
            fields["assignee"] = None
    return fields


def draft_out(draft: Draft, *, is_cloud: bool) -> dict[str, Any]:
    fields = {
        **extra_out(draft.extra),
        **fields_out(draft.values, is_cloud=is_cloud, is_new=True),
        "project": {"key": draft.kind},
        "issuetype": {"id": draft.subtype},
    }
    return {"fields": fields, "properties": [{"key": PROPERTY, "value": {"mark": draft.mark}}]}


def extra_out(extra: Mapping[str, object]) -> dict[str, Any]:
    """What people filled in, by the names of `field_asked`; a `Choice` goes by its id. Other JSON passes as it is."""
    fields: dict[str, Any] = {}
    for name, value in extra.items():
        if value in ("", None, []):
            continue
        if name.endswith(NUMBER):
            fields[name.removesuffix(NUMBER)] = number_out(value)
        elif name.endswith(LIST):
            items = value if isinstance(value, list) else re.split(r"[,\s]+", str(value))
            fields[name.removesuffix(LIST)] = [item for item in items if item]
        else:
            fields[name] = [choice_out(one) for one in value] if isinstance(value, list) else choice_out(value)
    return fields


def number_out(value: object) -> object:
    """What is no number goes as it is, for Jira to say so."""
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return value
    return number if math.isfinite(number) else value


def choice_out(value: object) -> object:
    if isinstance(value, str) and value.startswith('{"id": '):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def named(choices: Sequence[Json], *names: str) -> Json | None:
    """The first that has one of the names, the best first; else the first of all."""
    for name in names:
        for one in choices:
            if one.get("name") == name:
                return one
    return choices[0] if choices else None
