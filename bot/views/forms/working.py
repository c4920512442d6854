"""The small forms that change one thing of a case. ``block_id``s are the domain's names for what they ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.case import Case
from bot.domain.casetype import Group
from bot.domain.errors import Invalid
from bot.domain.evidence import NOTE_LIMIT, RelationKind
from bot.domain.wording import relation_words
from bot.views.blocks import Block, View, context, field_input, modal, section
from bot.views.cards import GROUP_LABELS, status_groups
from bot.views.elements import (
    checkboxes,
    date_picker,
    external_select,
    grouped_select,
    option,
    select,
    text_input,
    users_select,
)
from bot.views.forms import state
from bot.views.forms.metadata import case_metadata, unpack
from bot.views.limits import OPTIONS
from bot.views.text import NOBODY, Mrkdwn, mrkdwn, person
from bot.views.words import case_name, team_words

RELATIONS = [option(f"{relation_words(kind).capitalize()} …", kind.value) for kind in RelationKind]


@dataclass(frozen=True, slots=True)
class Assignment:
    """``team``: an id. ``nobody``: take it from the person and the teams that have it."""

    person: str | None
    team: int | None
    nobody: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """``status``: the closed status that was asked for; ``None`` for the type's own."""

    reason: str | None
    status: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Relating:
    """``other``: the other case's id."""

    kind: RelationKind
    other: int


def _form(verb: str, title: str, case: Case, blocks: list[Block], submit: str, **more: Any) -> View:
    about = context(case_name(case))
    return modal(verb, title, [about, *blocks], submit=submit, metadata=case_metadata(case, **more))


def assign_form(case: Case) -> View:
    owners = person(case.assignee, NOBODY)
    now = mrkdwn("Now: {}, teams {}", owners, team_words(case)) if case.teams else mrkdwn("Now: {}", owners)
    nobody = checkboxes("nobody", [option("Nobody: neither a person nor a team", "nobody")])
    blocks = [
        context(now),
        field_input("assignee", "Person", users_select("assignee", "Choose a person"), optional=True),
        field_input("teams", "Team", external_select("form.teams", "Type a part of its name"), optional=True),
        field_input("nobody", "Or take it from them", nobody, optional=True),
    ]
    return _form("case.assign", "Assign", case, blocks, "Assign")


def read_assign(view: Mapping[str, Any]) -> Assignment:
    team = state.choice(view, "teams")
    chosen = Assignment(
        person=state.person(view, "assignee"),
        team=int(team) if team and team.isdecimal() else None,
        nobody="nobody" in state.choices(view, "nobody"),
    )
    if chosen.nobody and (chosen.person or chosen.team is not None):
        raise Invalid.field("nobody", "Choose a person or a team, or nobody, but not both.")
    if not (chosen.nobody or chosen.person or chosen.team is not None):
        raise Invalid.field("assignee", "Choose a person or a team, or tick that nobody has it.")
    return chosen


def close_form(case: Case, status: str | None = None) -> View:
    """``status``: the closed status that was chosen, if one was."""
    blocks: list[Block] = []
    if case.type.reasons:
        reasons = [option(reason, reason) for reason in case.type.reasons[:OPTIONS]]
        menu = select("reason", "Choose a reason", reasons)
        blocks.append(field_input("reason", "Reason", menu, optional=not case.type.reason_required))
    entry = text_input("note", lines=True, placeholder="What it was, what helped", limit=NOTE_LIMIT)
    blocks.append(field_input("note", "Closing note", entry, optional=True))
    return _form("case.close", "Close", case, blocks, "Close case", status=status)


def read_close(view: Mapping[str, Any]) -> Closing:
    return Closing(state.choice(view, "reason"), unpack(view).get("status"), state.text(view, "note"))


def status_form(case: Case) -> View:
    """The statuses of a case at work; closing is a form of its own, which asks for the reason."""
    groups = status_groups(case.type)
    groups.pop(GROUP_LABELS[Group.CLOSED])
    blocks = [
        field_input("status", "Status", grouped_select("status", "Choose a status", groups, chosen=case.status)),
        context("To close the case, use Close: it asks for the reason."),
    ]
    return _form("case.status", "Change the status", case, blocks, "Save")


def read_status(view: Mapping[str, Any]) -> str:
    found = state.choice(view, "status")
    if not found:
        raise Invalid.field("status", "Choose a status.")
    return found


def note_form(case: Case) -> View:
    entry = text_input("text", lines=True, placeholder="What you found or did", limit=NOTE_LIMIT)
    blocks = [field_input("text", "Note", entry, hint="It also appears in the thread of the case.")]
    return _form("case.note", "Add a note", case, blocks, "Add note")


def read_note(view: Mapping[str, Any]) -> str:
    return state.text(view, "text")


def due_form(case: Case) -> View:
    picker = date_picker("due", "No date", chosen=case.due)
    blocks = [field_input("due", "Due date", picker, optional=True, hint="Clear it to have no due date.")]
    return _form("case.due", "Due date", case, blocks, "Save")


def read_due(view: Mapping[str, Any]) -> date | None:
    return state.day(view, "due")


def relate_form(case: Case) -> View:
    relation = select("relation", "Choose", RELATIONS, chosen=RelationKind.RELATES.value)
    other = external_select("form.case", "Type a key or a word of its title")
    blocks = [field_input("relation", "This case", relation), field_input("other", "Which case?", other)]
    return _form("case.relate", "Relate to a case", case, blocks, "Save")


def read_relate(view: Mapping[str, Any]) -> Relating:
    try:
        kind = RelationKind(state.choice(view, "relation") or "")
    except ValueError:
        raise Invalid.field("relation", "Choose how the two cases are related.") from None
    return Relating(kind, state.number(view, "other", "Choose the other case."))


ARCHIVE = Mrkdwn(
    "*Archive this case?*\n"
    "• Lists, searches and the Home tab leave it out.\n"
    "• Its card, timeline, notes and evidence stay as they are.\n"
    "• Anybody who may work on it can bring it back with *Unarchive*."
)


def archive_form(case: Case) -> View:
    return _form("case.archive", "Archive", case, [section(ARCHIVE)], "Archive")
