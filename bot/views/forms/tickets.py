"""The form that links a ticket to a case: one that is to be created, or one that exists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.case import Case
from bot.domain.errors import Invalid
from bot.domain.ticket import System
from bot.views.blocks import Block, View, context, field_input, modal
from bot.views.elements import option, radio, select, text_input
from bot.views.forms import state
from bot.views.forms.metadata import case_metadata, read_target
from bot.views.forms.new_ticket import NewTicket, new_blocks, read_partner
from bot.views.words import case_name

LINK = "ticket.link"
NEW, EXISTING = "new", "existing"
WORDS = 500
WAYS_OUT = "You need not wait: a ticket that exists can be linked at any time, by its key."


@dataclass(frozen=True, slots=True)
class TicketForm:
    """What the form is filled with. ``systems``: those to choose from."""

    case: Case
    systems: Sequence[System]
    new: NewTicket
    how: str = NEW

    @property
    def system(self) -> System:
        return self.new.system


@dataclass(frozen=True, slots=True)
class TicketFields:
    """``partner``: empty if none was chosen. ``has_choice``: whether the form lets choose it."""

    case_id: int
    version: int
    partner: str
    has_choice: bool
    how: str
    words: str


def link_form(form: TicketForm) -> View:
    system = form.system
    blocks = [context(case_name(form.case))]
    if len(form.systems) > 1:
        options = [option(one.label, one.name) for one in form.systems]
        blocks.append(field_input("partner", "Where", select("ticket.partner", "Choose", options, chosen=system.name),
                                  live=True))  # fmt: skip
    blocks.append(field_input("how", "Which ticket?", _how(system, form.how), live=True))
    blocks += _existing(system) if form.how == EXISTING else new_blocks(form.new, "ticket", WAYS_OUT)
    # Only where there is no menu that says it.
    metadata = case_metadata(form.case, partner="" if len(form.systems) > 1 else system.name)
    submit = "Link" if form.how == EXISTING else "Create"
    return modal(LINK, "Link ticket", blocks, submit=submit, metadata=metadata)


def _how(system: System, chosen: str) -> Block:
    choices = [option(f"Create a new {system.label} {system.noun}", NEW), option("Link one that exists", EXISTING)]
    return radio("ticket.how", choices, chosen=chosen)


def _existing(system: System) -> list[Block]:
    hint = f"As it is called in {system.label}, or its address there. From then on both tell the same."
    return [field_input("words", "Key, number or address", text_input("words", limit=WORDS), hint=hint)]


def read_ticket(view: Mapping[str, Any]) -> TicketFields:
    """Of a form in any state: sent, or with something in it chosen."""
    target = read_target(view)
    return TicketFields(
        case_id=target.case_id,
        version=target.version,
        partner=read_partner(view),
        has_choice="partner" in state.inputs(view),
        how=state.choice(view, "how") or NEW,
        words=state.text(view, "words"),
    )


def checked_words(fields: TicketFields) -> str:
    if not fields.words:
        raise Invalid.field("words", "Paste the ticket's key, number or address.")
    return fields.words
