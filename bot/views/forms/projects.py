"""Projects: the form, the list, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.project import CLOSE_CHOICES, DEFAULT_RETENTION, RETENTION_CHOICES, Project
from bot.domain.ticket import System
from bot.views.blocks import Block, View, actions, context, field_input, message, modal, section
from bot.views.elements import button, channel_select, checkboxes, option, select, text_input
from bot.views.forms import state
from bot.views.forms.metadata import pack, unpack
from bot.views.text import Mrkdwn, mrkdwn
from bot.views.words import plural

KEY_LIMIT = 10
NAME_LIMIT = 80
FOR_EVER = "none"
SHOWN = 40
SHOWN_IN_MESSAGE = 20
CHANNEL_HINT = "Each new case is posted here. A private channel makes the project private to its members."
RETENTION_HINT = "Then they are deleted. Two weeks before, the home channel is told and can keep them."
COPY_FIRST = option("Post a file of them in the home channel", "copy_first")
RETENTION = [
    *(option(plural(months, "month"), str(months)) for months in RETENTION_CHOICES),
    option("For ever", FOR_EVER),
]


@dataclass(frozen=True, slots=True)
class ProjectFields:
    """``retention_months``: ``None`` keeps closed cases for ever."""

    key: str
    name: str
    home_channel: str
    retention_months: int | None
    guests_allowed: bool
    copy_first: bool = False
    close_after_days: int | None = None


def project_form(
    project: Project | None = None,
    *,
    channel: str | None = None,
    first: bool = False,
    systems: Sequence[System] = (),
    below: Sequence[Block] = (),
) -> View:
    """``channel``: suggested as the home channel. ``first``: somebody wanted a case and there is no project yet.

    ``systems``: those with which an existing project may be kept in step. ``below``: what else there is to say of it.
    """
    blocks = _first_words() if first else []
    if project is None:
        key = text_input("key", placeholder="OPS", limit=KEY_LIMIT)
        blocks.append(field_input("key", "Key", key, hint="Begins every case's key: OPS-12. It can never be changed."))
    home = project.home_channel if project else suggested_channel(channel)
    retention = project.retention_months if project else DEFAULT_RETENTION
    months = select("retention", "Choose", _retentions(retention), chosen=str(retention or FOR_EVER))
    guests = option("Guests may see and work on its cases", "guests")
    name = text_input("name", value=project.name if project else "", placeholder="Operations", limit=NAME_LIMIT)
    blocks += [
        field_input("name", "Name", name),
        field_input(
            "home_channel", "Home channel", channel_select("home_channel", "Choose a channel", chosen=home),
            hint=CHANNEL_HINT,
        ),
        field_input("retention", "Keep closed cases for", months, hint=RETENTION_HINT),
        field_input(
            "copy_first", "Before they are deleted", checkboxes("copy_first", [COPY_FIRST], chosen=_copied(project)),
            optional=True,
        ),
        field_input("close_after", "Close cases that nobody works on", _closings(project)),
        field_input(
            "guests", "Guests", checkboxes("guests", [guests], chosen=_ticked(project)), optional=True,
        ),
    ]  # fmt: skip
    blocks += below
    if project is None:
        return modal("project.new", "New project", blocks, submit="Create")
    metadata = pack(key=project.key)
    if systems:
        blocks.append(actions([_terms_button(project, system) for system in systems], block_id="project/terms"))
    return modal("project.edit", f"Project {project.key}", blocks, submit="Save", metadata=metadata)


def _terms_button(project: Project, system: System) -> Block:
    return button(f"Tickets in {system.label}", f"terms.edit.{system.name}", value=f"{project.key}/{system.name}")


def _retentions(months: int | None) -> list[Block]:
    """The usual choices, and what this project has."""
    usual = months is None or months in RETENTION_CHOICES
    return RETENTION if usual else [option(plural(months or 0, "month"), str(months)), *RETENTION]


def _copied(project: Project | None) -> list[str]:
    return ["copy_first"] if project and project.copy_first else []


def _closings(project: Project | None) -> Block:
    """The usual choices, and what this project has."""
    days = project.close_after_days if project else None
    odd = [] if days is None or days in CLOSE_CHOICES else [days]
    choices = [option("Never", FOR_EVER), *(option(_after(one), str(one)) for one in sorted([*odd, *CLOSE_CHOICES]))]
    return select("close_after", "Choose", choices, chosen=str(days or FOR_EVER))


def _after(days: int) -> str:
    return f"After {plural(days, 'day')} without anybody's work"


def _first_words() -> list[Block]:
    return [
        section("Every case belongs to a project, and there is none yet. Create the first one; then open your case.")
    ]


def _ticked(project: Project | None) -> list[str]:
    return ["guests"] if project and project.guests_allowed else []


def suggested_channel(channel: str | None) -> str | None:
    """A direct message cannot be a home channel."""
    return channel if channel and channel[0] in "CG" else None


def read_project(view: Mapping[str, Any]) -> ProjectFields:
    home = state.channel(view, "home_channel")
    if home is None:
        raise Invalid.field("home_channel", "Choose the channel in which this project's cases are posted.")
    retention = state.choice(view, "retention") or str(DEFAULT_RETENTION)
    closing = state.choice(view, "close_after") or FOR_EVER
    return ProjectFields(
        key=str(unpack(view).get("key") or state.text(view, "key")).upper(),
        name=state.text(view, "name"),
        home_channel=home,
        retention_months=int(retention) if retention.isdecimal() else None,
        guests_allowed="guests" in state.choices(view, "guests"),
        copy_first="copy_first" in state.choices(view, "copy_first"),
        close_after_days=int(closing) if closing.isdecimal() else None,
    )


def project_view(project: Project, *, created: bool) -> View:
    """What came of the form."""
    done = "is created" if created else "is saved"
    told = mrkdwn("*{}* ({}) {}. Its home is {}.", project.key, project.name, done, _channel(project))
    blocks = [section(told)]
    if created:
        blocks.append(context(Mrkdwn("If its channel is private, invite Casebook there: `/invite @casebook`.")))
        blocks.append(actions([button("New case", "case.new", style="primary")]))
    return modal("project.done", f"Project {project.key}", blocks, close="Close")


def projects_view(projects: Sequence[Project], is_admin: bool) -> View:
    return modal("project.list", "Projects", project_blocks(projects, is_admin), close="Close")


def projects_message(projects: Sequence[Project], is_admin: bool) -> dict[str, Any]:
    """The same as an answer to a command."""
    names = ", ".join(f"{project.key} ({project.name})" for project in projects[:SHOWN_IN_MESSAGE])
    blocks = project_blocks(projects, is_admin, SHOWN_IN_MESSAGE)
    return message(f"Projects: {names}" if names else "There is no project yet.", blocks)


def project_blocks(projects: Sequence[Project], is_admin: bool, most: int = SHOWN) -> list[Block]:
    blocks = [_row(project, is_admin) for project in projects[:most]]
    if len(projects) > most:
        blocks.append(context(mrkdwn("And {} more: `/case project` with a key shows each.", len(projects) - most)))
    if not projects:
        blocks.append(section("There is no project yet. Every case belongs to one."))
    if is_admin:
        blocks.append(actions([button("New project", "project.new", style="" if projects else "primary")]))
    elif not projects:
        blocks.append(context("Casebook's admins create projects: ask one of them."))
    return blocks


def _row(project: Project, is_admin: bool) -> Block:
    months = project.retention_months
    kept = "keeps closed cases for ever" if months is None else f"keeps closed cases for {plural(months, 'month')}"
    who = "private to its channel" if project.is_private else "open to all members"
    guests = ", and guests" if project.guests_allowed else ""
    if project.close_after_days:
        kept += f" · closes cases after {plural(project.close_after_days, 'day')} without work"
    text = mrkdwn(
        "*{}* {}\n{} · {}{} · {}", project.key, project.name, _channel(project), who, guests, kept
    )  # fmt: skip
    edit = button("Edit", "project.edit", value=project.key, label=f"Edit project {project.key}")
    return section(text, edit if is_admin else None, block_id=f"project/{project.key}")


def _channel(project: Project) -> Mrkdwn:
    return Mrkdwn(f"<#{project.home_channel}>")
