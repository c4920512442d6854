"""Cases as they stand in an exported file: cells of a table, or objects with all that belongs to them."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.evidence import Evidence, Note
from bot.domain.priority import Priority
from bot.domain.query_text import as_typed, quoted
from bot.domain.reading import WholeCase, Workspace
from bot.domain.wording import sentence, team_name
from bot.views.blocks import Block, View, context, field_input, modal
from bot.views.elements import option, radio, text_input
from bot.views.forms import state
from bot.views.limits import one_line
from bot.views.text import NOBODY, Mrkdwn, Names, mrkdwn
from bot.views.words import case_link, plural

FORMATS = ("csv", "json")
COLUMNS = (
    "key", "project", "title", "description", "type", "status", "group", "priority", "assignee", "reporter", "teams",
    "source", "reason", "due", "created", "updated", "closed", "archived", "evidence", "link",
)  # fmt: skip
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
# What a spreadsheet begins a formula with: OWASP, "CSV Injection".
FORMULA = frozenset("=+-@\t\r")
UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Zs"}
CHOICES = [
    option("CSV, for spreadsheets", "csv", "A row for each case"),
    option("JSON, for programs", "json", "With timeline, notes and evidence"),
]


# -- cells ------------------------------------------------------------------------------------------------------------
def cells(case: Case, names: Names, workspace: Workspace) -> list[str]:
    """In the order of ``COLUMNS``."""
    said = [
        case.key,
        case.project.key,
        case.title,
        case.description,
        case.type.name,
        case.status,
        case.group,
        "" if case.priority == Priority.NOT_SET else case.priority,
        named(case.assignee, names),
        named(case.reporter, names),
        ", ".join(team_name(team).removeprefix("@") for team in case.teams),
        case.source,
        case.reason or "",
        case.due.isoformat() if case.due else "",
        utc(case.created_at),
        utc(case.updated_at),
        utc(case.closed_at),
        utc(case.archived_at),
        str(case.evidence_count),
        case_link(case, workspace) or "",
    ]
    return [harmless(text) for text in said]


def attribute_cells(case: Case, columns: Iterable[str]) -> list[str]:
    return [harmless(case.attributes.get(name, "")) for name in columns]


def head(attributes: Iterable[str]) -> list[str]:
    """``attributes``: the names of the columns that follow those of every case."""
    return [*COLUMNS, *(harmless(f"attribute {name}" if name in COLUMNS else name) for name in attributes)]


def harmless(text: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula; a plain number may stay one.

    Some spreadsheets skip spaces and signs that cannot be seen, and read full-width signs as the usual ones.
    """
    start = next((char for char in text if not is_skipped(char)), "")
    sign = unicodedata.normalize("NFKC", start)[:1]
    starts_one = text[:1] in FORMULA or sign in FORMULA or sign == "\N{MINUS SIGN}"
    return f"'{text}" if starts_one and not NUMBER.fullmatch(text) else text


def is_skipped(char: str) -> bool:
    return char in "\"'“”" or unicodedata.category(char) in UNSEEN


def utc(at: datetime | None) -> str:
    """ISO 8601, in UTC and to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""


def named(person: str | None, names: Names) -> str:
    """Somebody whom the directory does not know is shown by id."""
    return names.get(person, person) if person else ""


# -- objects ----------------------------------------------------------------------------------------------------------
def whole_case(found: WholeCase, names: Names, workspace: Workspace) -> dict[str, Any]:
    """Everything about one case, for JSON. A deleted note has no text."""
    case = found.case
    return {
        "key": case.key,
        "id": case.id,
        "project": {"key": case.project.key, "name": case.project.name},
        "title": case.title,
        "description": case.description,
        "type": case.type.name,
        "status": case.status,
        "group": case.group,
        "priority": None if case.priority == Priority.NOT_SET else case.priority,
        "assignee": who(case.assignee, names),
        "reporter": who(case.reporter, names),
        "teams": [
            {
                "id": team.id,
                "slack_id": team.slack_id,
                "handle": team.handle,
                "name": team.name,
                "gone_at": iso(team.gone_at),
            }
            for team in case.teams
        ],
        "watchers": [who(watcher.person_id, names) for watcher in found.watchers],
        "source": case.source,
        "attributes": dict(case.attributes),
        "reason": case.reason,
        "due": case.due.isoformat() if case.due else None,
        "created_at": iso(case.created_at),
        "updated_at": iso(case.updated_at),
        "closed_at": iso(case.closed_at),
        "archived_at": iso(case.archived_at),
        "version": case.version,
        "link": case_link(case, workspace),
        "notes": [note_object(note, names) for note in found.notes],
        "evidence": [evidence_object(piece, names) for piece in found.evidence],
        "timeline": [entry_object(entry, names) for entry in found.entries],
    }


def note_object(note: Note, names: Names) -> dict[str, Any]:
    return {
        "id": note.id,
        "author": who(note.author, names),
        "text": None if note.deleted_at else note.text,
        "created_at": iso(note.created_at),
        "edited_at": iso(note.edited_at),
        "deleted_at": iso(note.deleted_at),
    }


def evidence_object(piece: Evidence, names: Names) -> dict[str, Any]:
    return {
        "id": piece.id,
        "kind": piece.kind,
        "title": piece.title,
        "url": piece.url,
        "text": piece.text,
        "author": piece.author,
        "said_at": iso(piece.said_at),
        "added_by": who(piece.added_by, names),
        "added_at": iso(piece.added_at),
    }


def entry_object(entry: Entry, names: Names) -> dict[str, Any]:
    """``data`` holds the ids of what was added. ``changes``: field → [before, after]."""
    return {
        "id": entry.id,
        "kind": entry.kind,
        "at": iso(entry.at),
        "actor": who(entry.actor, names),
        "via": entry.via,
        "version": entry.version,
        "says": sentence(entry, names),
        "changes": entry.changes,
        "data": entry.data,
    }


def who(person: str | None, names: Names = NOBODY) -> dict[str, str | None] | None:
    return {"id": person, "name": names.get(person)} if person else None


def iso(at: datetime | None) -> str | None:
    return utc(at) or None


# -- asking, and what is said beside the file -------------------------------------------------------------------------
def export_form(query: str) -> View:
    text = text_input("query", value=query, placeholder="is:open project:OPS")
    blocks: list[Block] = [
        field_input("query", "Which cases", text, optional=True, hint="Leave it empty for all that are not archived."),
        field_input("format", "As", radio("format", CHOICES, chosen="csv")),
        context("Casebook sends you the file in a direct message. It holds what you may see."),
    ]
    return modal("case.export", "Export cases", blocks, submit="Export")


def read_export(view: Block) -> tuple[str, str]:
    """Query and format."""
    return state.text(view, "query"), state.choice(view, "format") or "csv"


def being_prepared(total: int, kind: str) -> str:
    return (
        f"Your export of {plural(total, 'case')} is being prepared. The file, {kind.upper()}, comes to you in a direct "
        "message from Casebook."
    )


def beside_file(query: str, count: int, kind: str) -> Mrkdwn:
    matching = mrkdwn(" matching {}", quoted(one_line(as_typed(query).text))) if query else Mrkdwn("")
    return mrkdwn("Your export: {}{}, oldest first. Times are UTC.", plural(count, "case"), matching)
