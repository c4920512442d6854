"""What an entry says, in plain words. Text only: whoever shows it escapes it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot.domain.act import CASEBOOK
from bot.domain.case import PRIORITY_WORDS, Priority
from bot.domain.entry import Entry, Kind

Names = Mapping[str, str]

FIELDS = {
    "title": "title",
    "description": "description",
    "priority": "priority",
    "assignee": "assignee",
    "teams": "teams",
    "due": "due date",
    "status": "status",
    "attributes": "attributes",
    "reason": "closing reason",
}


def name_of(person: str | None, names: Names) -> str:
    """A name as people know it; a mention where it is not known, which Slack turns into the name."""
    if person is None:
        return "nobody"
    if person == CASEBOOK:
        return "Casebook"
    return names.get(person, f"<@{person}>")


def sentence(entry: Entry, names: Names) -> str:
    """One short line: who did what, "Ann closed this case as Resolved"."""
    return f"{name_of(entry.actor, names)} {deed(entry, names)}"


def deed(entry: Entry, names: Names) -> str:
    """The same without its subject, beginning with the verb in the past tense."""
    return DEEDS[Kind(entry.kind)](entry, names)


def value_words(field: str, value: Any, names: Names) -> str:
    """A value from an entry's ``changes`` as people say it."""
    if field == "assignee":
        return name_of(value, names)
    if field == "priority":
        return PRIORITY_WORDS[Priority(value)]
    if field == "teams":
        return ", ".join(f"@{handle}" for handle in value) or "no team"
    if field == "due":
        return f"{date.fromisoformat(value):%d %b %Y}" if value else "no date"
    return str(value) if value else "nothing"


def _move(entry: Entry, field: str, names: Names) -> str:
    before, after = (value_words(field, value, names) for value in entry.changes[field])
    return f"from {before} to {after}"


def _assigned(entry: Entry, names: Names) -> str:
    said = []
    if "assignee" in entry.changes:
        before, after = entry.changes["assignee"]
        was = f" (was {name_of(before, names)})" if before else ""
        if after == entry.actor:
            said.append(f"took this case{was}")
        elif after:
            said.append(f"assigned this case to {name_of(after, names)}{was}")
        else:
            said.append(f"unassigned this case{was}")
    if "teams" in entry.changes:
        after = value_words("teams", entry.after("teams"), names)
        said.append(f"gave this case to {after}" if entry.after("teams") else "took this case from its teams")
    if "status" in entry.changes:
        said.append(f"moved it to {entry.after('status')}")
    return " and ".join(said)


def _edited(entry: Entry, names: Names) -> str:
    parts = []
    for field in entry.changes:
        if field in {"title", "priority", "assignee", "teams", "due"}:
            parts.append(f"{FIELDS[field]} {_move(entry, field, names)}")
        else:
            parts.append(FIELDS.get(field, field))
    return f"changed {', '.join(parts)}"


def _closed(entry: Entry, names: Names) -> str:
    reason = entry.after("reason")
    return f"closed this case as {reason}" if reason else "closed this case"


def _due(entry: Entry, names: Names) -> str:
    after = entry.after("due")
    return f"set the due date to {value_words('due', after, names)}" if after else "removed the due date"


def _evidence(entry: Entry, names: Names) -> str:
    count = len(entry.data.get("evidence", []))
    return "added 1 piece of evidence" if count == 1 else f"added {count} pieces of evidence"


def _related(entry: Entry, names: Names) -> str:
    return f"noted that this case {relation_words(entry.data['relation'])} {entry.data['other']}"


RELATION_WORDS = {
    "blocks": ("blocks", "is blocked by"),
    "causes": ("causes", "is caused by"),
    "duplicates": ("duplicates", "is duplicated by"),
    "relates": ("relates to", "relates to"),
    "parent": ("is the parent of", "is a child of"),
}


def relation_words(kind: str, *, backwards: bool = False) -> str:
    return RELATION_WORDS[kind][backwards]


DEEDS: dict[Kind, Callable[[Entry, Names], str]] = {
    Kind.OPENED: lambda entry, names: "opened this case",
    Kind.EDITED: _edited,
    Kind.ASSIGNED: _assigned,
    Kind.PRIORITY: lambda entry, names: f"changed the priority {_move(entry, 'priority', names)}",
    Kind.STATUS: lambda entry, names: f"changed the status {_move(entry, 'status', names)}",
    Kind.CLOSED: _closed,
    Kind.REOPENED: lambda entry, names: f"reopened this case as {entry.after('status')}",
    Kind.DUE: _due,
    Kind.NOTE_ADDED: lambda entry, names: "added a note",
    Kind.NOTE_EDITED: lambda entry, names: "edited a note",
    Kind.NOTE_DELETED: lambda entry, names: "deleted a note",
    Kind.EVIDENCE_ADDED: _evidence,
    Kind.WATCHER_ADDED: lambda entry, names: "watches this case",
    Kind.WATCHER_REMOVED: lambda entry, names: "no longer watches this case",
    Kind.RELATED: _related,
    Kind.UNRELATED: lambda entry, names: f"removed the relation to {entry.data['other']}",
    Kind.ARCHIVED: lambda entry, names: "archived this case",
    Kind.UNARCHIVED: lambda entry, names: "brought this case back from the archive",
}
