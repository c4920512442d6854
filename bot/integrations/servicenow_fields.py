"""ServiceNow's records in the words of tickets, and the other way round."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot.domain.ticket import Account, CaseLink, Comment, Part, Seen, Standing, Value
from bot.integrations.errors import Declined
from bot.integrations.notice import clipped
from bot.integrations.servicenow_states import group_of
from bot.integrations.servicenow_wire import Record

CASEBOOK = "Casebook"
STAMP = "%Y-%m-%d %H:%M:%S"
LONGEST_TITLE, LONGEST_TEXT = 160, 4000
LEVELS = re.compile(r"([1-9])/([1-9])")
WORK_NOTES, COMMENTS = "work_notes", "comments"
# Between these, ServiceNow takes text for HTML.
CODE = re.compile(r"\[(/?code)\]", re.IGNORECASE)

FIELDS = (
    "sys_id", "number", "sys_class_name", "short_description", "description", "state", "impact", "urgency", "priority",
    "assigned_to", "assigned_to.name", "assigned_to.email", "correlation_id", "correlation_display", "sys_updated_on",
    "sys_updated_by",
)  # fmt: skip
NAMES = {
    Part.TITLE: ("short_description",),
    Part.DESCRIPTION: ("description",),
    Part.STATUS: ("state",),
    Part.PRIORITY: ("impact", "urgency"),
    Part.ASSIGNEE: ("assigned_to",),
}
MAY_BE_EMPTY = {"short_description", "description", "assigned_to"}
ENTRY = ("sys_id", "element", "element_id", "value", "sys_created_on", "sys_created_by")
USER = ("sys_id", "name", "email", "user_name")

NO_PRIORITY = (
    "“{value}” is no priority of ServiceNow's. Write impact and urgency, like 1/2, into the map of priorities."
)


def raw(record: Record, name: str) -> str:
    return str((record.get(name) or {}).get("value") or "")


def shown(record: Record, name: str) -> str:
    return str((record.get(name) or {}).get("display_value") or "")


def moment(text: str) -> datetime:
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime(STAMP)


def seen(record: Record, base: str) -> Seen:
    """``base``: the instance's address."""
    id_, kind = raw(record, "sys_id"), raw(record, "sys_class_name")
    state = raw(record, "state")
    name = shown(record, "state") or state
    values: dict[Part, Value] = {
        Part.TITLE: raw(record, "short_description"),
        Part.DESCRIPTION: raw(record, "description").replace("\r\n", "\n"),
        Part.STATUS: Standing(name, group_of(kind, state, name)),
        Part.PRIORITY: levels(raw(record, "impact"), raw(record, "urgency")),
        Part.ASSIGNEE: assignee(record),
    }
    return Seen(
        id=id_,
        key=raw(record, "number"),
        kind=kind,
        url=address(base, kind, id_),
        updated=moment(raw(record, "sys_updated_on")),
        values={part: value for part, value in values.items() if is_told(record, part)},
        label=shown(record, "priority"),
        mark=raw(record, "correlation_id") if raw(record, "correlation_display") == CASEBOOK else "",
    )


def is_told(record: Record, part: Part) -> bool:
    """ServiceNow leaves out what the account may not read. A priority takes two, and a state or a level that is not
    set is none."""
    return all(name in record and (name in MAY_BE_EMPTY or raw(record, name)) for name in NAMES[part])


def address(base: str, kind: str, sys_id: str) -> str:
    return f"{base}/nav_to.do?uri={quote(f'{kind}.do?sys_id={sys_id}', safe='')}"


def levels(impact: str, urgency: str) -> str:
    return f"{impact}/{urgency}" if impact and urgency else ""


def assignee(record: Record) -> Account | None:
    id_ = raw(record, "assigned_to")
    name = raw(record, "assigned_to.name") or shown(record, "assigned_to")
    return Account(id_, name, raw(record, "assigned_to.email")) if id_ else None


def account(record: Record) -> Account:
    return Account(raw(record, "sys_id"), raw(record, "name"), raw(record, "email"))


def comment(entry: Record, by: Account | None) -> Comment:
    """Of a row of sys_journal_field."""
    text, at = raw(entry, "value").replace("\r\n", "\n"), moment(raw(entry, "sys_created_on"))
    return Comment(raw(entry, "sys_id"), text, at, by, internal=raw(entry, "element") == WORK_NOTES)


def fields(values: Mapping[Part, Value]) -> dict[str, Any]:
    """What to write for all but the status. Raises ``Declined`` for a priority that is none."""
    written: dict[str, Any] = {}
    for part, value in values.items():
        match part, value:
            case Part.TITLE, str():
                written["short_description"] = clipped(" ".join(value.split()), LONGEST_TITLE)
            case Part.DESCRIPTION, str():
                written["description"] = clipped(value, LONGEST_TEXT)
            case Part.PRIORITY, str():
                written |= priority(value)
            case Part.ASSIGNEE, Account() | None:
                written["assigned_to"] = value.id if value else ""
    return written


def priority(value: str) -> dict[str, str]:
    found = LEVELS.fullmatch(value.strip())
    if found is None:
        raise Declined("odd priority", NO_PRIORITY.format(value=clipped(value, 40)))
    return {"impact": found[1], "urgency": found[2]}


def note(text: str) -> str:
    """As it is written into a journal."""
    return CODE.sub(r"(\1)", text)


def is_same(entry: Record, text: str) -> bool:
    """Whether it says that, however ServiceNow has kept its white space."""
    return raw(entry, "value").split() == note(text).split()


def link_note(case: CaseLink) -> str:
    lines = (f"Casebook's {case.key}: {clipped(case.title, 200)}", case.url)
    return note("\n".join(filter(None, lines)))
