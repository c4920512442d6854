"""Declaring an incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.case import Case
from bot.domain.errors import Invalid
from bot.domain.incident import SEVERITY_WORDS, Severity, severity_named, suggested_name
from bot.views.blocks import Block, View, context, field_input, modal
from bot.views.elements import checkboxes, option, select, text_input, users_select
from bot.views.forms import state
from bot.views.forms.metadata import case_metadata
from bot.views.limits import OPTIONS
from bot.views.words import case_name

NAME = 80
HOW = "how"
PRIVATE, ARCHIVE = "private", "archive"
WHAT_HAPPENS = (
    "A channel is opened, and whoever has to do with the case is invited: commander, assignee, reporter, watchers and "
    "teams. The case's card stands there too and is kept up to date."
)


@dataclass(frozen=True, slots=True)
class Declaration:
    severity: Severity
    commander: str
    name: str
    is_private: bool
    archives: bool
    pager: int | None


def incident_form(case: Case, commander: str, pagers: Mapping[int, str]) -> View:
    """``commander``: who is suggested. ``pagers``: what can be called, by id."""
    severities = [option(words, severity.value) for severity, words in SEVERITY_WORDS.items()]
    how = [option("Archive the channel when the case is closed", ARCHIVE)]
    if not case.project.is_private:
        how.insert(0, option("Private channel: only those invited see it", PRIVATE))
    blocks = [
        context(case_name(case)),
        field_input("severity", "Severity", select("severity", "How bad is it?", severities)),
        field_input("commander", "Commander", users_select("commander", "Who leads it?", chosen=commander)),
        field_input(
            "name",
            "Channel",
            text_input("name", value=suggested_name(case.key, case.title), limit=NAME),
            hint="Letters a–z, digits, - and _. A name that is taken gets a number behind it.",
        ),
        field_input(HOW, "And", checkboxes(HOW, how), optional=True),
        *pager_input(pagers),
        context(WHAT_HAPPENS),
    ]
    metadata = case_metadata(case)
    return modal("case.incident", "Declare an incident", blocks, submit="Declare", metadata=metadata)


def pager_input(pagers: Mapping[int, str]) -> list[Block]:
    if not pagers:
        return []
    services = [option(label, str(id_)) for id_, label in list(pagers.items())[:OPTIONS]]
    hint = "PagerDuty calls whoever is on call for it, and the alert is resolved when the case is closed."
    menu = select("pager", "Nobody is called", services)
    return [field_input("pager", "Page", menu, optional=True, hint=hint)]


def read_incident(view: Mapping[str, Any]) -> Declaration:
    severity, commander, how = state.choice(view, "severity"), state.person(view, "commander"), state.choices(view, HOW)
    if not severity:
        raise Invalid.field("severity", "Choose how bad it is.")
    if not commander:
        raise Invalid.field("commander", "Choose who leads it.")
    return Declaration(
        severity=severity_named(severity),
        commander=commander,
        name=state.text(view, "name"),
        is_private=PRIVATE in how,
        archives=ARCHIVE in how,
        pager=int(chosen) if (chosen := state.choice(view, "pager")) and chosen.isdecimal() else None,
    )
