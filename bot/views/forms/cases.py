"""The New case form, which is also the form of an escalated post, and the Edit form."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.domain.casetype import CaseType
from bot.domain.facts import ATTRIBUTE_LIMIT, DESCRIPTION_LIMIT, TITLE_LIMIT
from bot.domain.priority import Priority
from bot.domain.project import Project
from bot.domain.reading import CaseForm, PostRef
from bot.views.blocks import Block, View, context, field_input, modal
from bot.views.cards import PRIORITIES
from bot.views.elements import (
    date_picker,
    external_select,
    multi_external_select,
    select,
    text_input,
    users_select,
)
from bot.views.forms import state
from bot.views.forms.metadata import case_metadata, pack, post_metadata, read_post_metadata, unpack
from bot.views.limits import OPTIONS
from bot.views.pickers import project_options, team_options, type_options
from bot.views.words import plural

HINTS = {"service": "For example checkout", "env": "For example prod"}
LABELS = {"service": "Service", "env": "Environment"}
ATTRIBUTES = tuple(LABELS)


@dataclass(frozen=True, slots=True)
class NewCaseFields:
    """``project`` and ``type``: ids; ``None`` if nothing was chosen. ``post``: the one that is escalated."""

    title: str
    description: str
    project: int | None
    type: int | None
    priority: Priority
    assignee: str | None
    teams: tuple[int, ...]
    due: date | None
    attributes: Mapping[str, str] = field(default_factory=dict)
    post: PostRef | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class EditFields:
    """``attributes`` names those the form shows, empty ones too; a case may have others."""

    title: str
    description: str
    priority: Priority
    assignee: str | None
    teams: tuple[int, ...]
    due: date | None
    attributes: Mapping[str, str] = field(default_factory=dict)


def new_case_form(form: CaseForm, *, channel: str | None = None) -> View:
    """``channel``: where it was asked for, to be read back."""
    metadata = post_metadata(form.post, channel=channel) if form.post else pack(channel=channel)
    blocks = [
        field_input("project", "Project", _project_menu(form)),
        field_input("type", "Type", _type_menu(form)),
        *_fields(form),
    ]
    if form.post is None:
        return modal("case.new", "New case", blocks, submit="Open case", metadata=metadata)
    blocks.insert(0, kept_line(form.post, metadata))
    return modal("case.escalate", "Escalate to a case", blocks, submit="Open case", metadata=metadata)


def edit_case_form(form: CaseForm) -> View:
    """Only for a form whose ``case`` is set."""
    if form.case is None:
        raise ValueError("there is no case to edit")
    title = f"Edit {form.case.key}"
    return modal("case.edit", title, _fields(form), submit="Save", metadata=case_metadata(form.case))


def _project_menu(form: CaseForm) -> Block:
    chosen = form.project or (form.projects[0] if len(form.projects) == 1 else None)
    if len(form.projects) > OPTIONS or not form.projects:
        start = project_options([chosen])[0] if chosen else None
        return external_select("form.project", "Type a part of its key or name", chosen=start)
    return select("project", "Choose a project", project_options(form.projects), chosen=_id(chosen))


def _type_menu(form: CaseForm) -> Block:
    chosen = form.type or form.types[0]
    return select("type", "Choose a type", type_options(form.types), chosen=_id(chosen))


def _id(row: Project | CaseType | None) -> str | None:
    return str(row.id) if row else None


def _fields(form: CaseForm) -> list[Block]:
    post = form.post
    title = text_input(
        "title", value=form.title or (post.title if post else ""), placeholder="What is wrong, and where?",
        limit=TITLE_LIMIT,
    )  # fmt: skip
    description = text_input(
        "description", value=form.description or (post.text if post else ""), lines=True, limit=DESCRIPTION_LIMIT,
        placeholder="What you see, since when, whom it hurts",
    )  # fmt: skip
    teams = multi_external_select("form.teams", "Type a part of a team's name", chosen=team_options(form.teams))
    return [
        field_input("title", "Title", title),
        field_input("description", "Description", description, optional=True),
        field_input("priority", "Priority", select("priority", "Not set", PRIORITIES, chosen=form.priority)),
        field_input(
            "assignee", "Assignee", users_select("assignee", "Nobody yet", chosen=form.assignee), optional=True
        ),
        field_input("teams", "Teams", teams, optional=True),
        field_input("due", "Due date", date_picker("due", "No date", chosen=form.due), optional=True),
        *(_attribute(name, form.attributes.get(name, "")) for name in ATTRIBUTES),
    ]


def _attribute(name: str, value: str) -> Block:
    entry = text_input(name, value=value, placeholder=HINTS[name], limit=ATTRIBUTE_LIMIT)
    return field_input(name, LABELS[name], entry, optional=True)


def kept_line(post: PostRef, metadata: str) -> Block:
    """What will be kept as evidence; of very many links only the first ones fit into a form."""
    kept = read_post_metadata({"private_metadata": metadata}) or post
    parts = ["this post"]
    if kept.links:
        of = f" (of {len(post.links)})" if len(kept.links) < len(post.links) else ""
        parts.append(plural(len(kept.links), "link") + of)
    if kept.files:
        parts.append(plural(len(kept.files), "file"))
    said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return context(f"Kept as evidence: {said}.", block_id="kept")


def read_new_case(view: Mapping[str, Any]) -> NewCaseFields:
    edited = read_edit(view)
    project, kind = state.choice(view, "project"), state.choice(view, "type")
    return NewCaseFields(
        title=edited.title,
        description=edited.description,
        project=int(project) if project and project.isdecimal() else None,
        type=int(kind) if kind and kind.isdecimal() else None,
        priority=edited.priority,
        assignee=edited.assignee,
        teams=edited.teams,
        due=edited.due,
        attributes=edited.attributes,
        post=_post(view),
        channel=unpack(view).get("channel"),
    )


def read_edit(view: Mapping[str, Any]) -> EditFields:
    return EditFields(
        title=state.text(view, "title"),
        description=state.text(view, "description"),
        priority=state.priority(view, "priority"),
        assignee=state.person(view, "assignee"),
        teams=state.numbers(view, "teams"),
        due=state.day(view, "due"),
        attributes={name: state.text(view, name) for name in ATTRIBUTES},
    )


def _post(view: Mapping[str, Any]) -> PostRef | None:
    """The post with its whole text, which the form's description began as and still holds."""
    post = read_post_metadata(view)
    if post is None:
        return None
    whole = next((b["element"].get("initial_value") for b in view.get("blocks", ()) if _is_description(b)), None)
    return replace(post, text=str(whole)) if whole else post


def _is_description(block: Mapping[str, Any]) -> bool:
    return block.get("block_id") == "description" and "element" in block
