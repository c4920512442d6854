"""What a partner asks for a new ticket, as fields of a form: drawn as it tells its lists, and read back.

Inputs keep what was filled in as long as their ids stay the same, so those whose lists depend on something carry it in
their action_id.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.ticket import Asked, Choice, System
from bot.views import limits
from bot.views.blocks import Block, actions, context, field_input, section
from bot.views.elements import (
    button,
    external_select,
    multi_external_select,
    multi_select,
    option,
    select,
    text_input,
)
from bot.views.forms import state
from bot.views.forms.metadata import unpack
from bot.views.limits import OPTION_VALUE, OPTIONS, clip, one_line, size
from bot.views.text import mrkdwn, said

# A view has 100 blocks; what asks for more than this is better done on the partner's own page.
MOST_ASKED = 50
LABEL = 150
# Bytes. A view has 250 KB; a list that does not fit into its share of these is searched by typing.
ROOM_FOR_LIST, ROOM_FOR_ASKED = 40_000, 100_000
ASKED = "asked."
SEARCH = "Type a part of its name"
SEVERAL = "Several are separated by commas."
FROM_CASE = "Title, description, priority and assignee come from the case, as its project's terms say."


@dataclass(frozen=True, slots=True)
class Lists:
    """What the partner has told so far; ``None`` for what it has not. ``problem``: why it does not, for people."""

    kinds: tuple[Choice, ...] | None = None
    subtypes: tuple[Choice, ...] | None = None
    asked: tuple[Asked, ...] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class NewTicket:
    """How far the form is. ``is_late``: the lists have been waited for. ``extra``: what was answered before."""

    system: System
    kind: str = ""
    subtype: str = ""
    lists: Lists = field(default_factory=Lists)
    is_late: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def needs_choice(self) -> bool:
        """Whether the person has to choose before there is anything more to ask."""
        if self.system.kind_label and self.lists.kinds and not self.kind:
            return True
        return bool(self.system.subtype_label and self.lists.subtypes and not self.subtype)


def new_blocks(new: NewTicket, prefix: str, ways_out: str = "") -> list[Block]:
    """``prefix``: of the action_ids; it says whose form it is. ``ways_out``: what can be done without an answer."""
    blocks = kind_blocks(new, prefix)
    if new.lists.problem:
        return [*blocks, *problem_blocks(new, prefix, ways_out)]
    if new.lists.asked is None:
        return blocks if new.needs_choice else [*blocks, context(waiting(new, ways_out))]
    shown = sorted(new.lists.asked, key=lambda asked: not asked.required)[:MOST_ASKED]
    room = ROOM_FOR_ASKED // max(1, sum(bool(one.choices) for one in shown))
    return [*blocks, context(FROM_CASE), *(asked_block(new, one, room) for one in shown)]


def kind_blocks(new: NewTicket, prefix: str) -> list[Block]:
    """Where a ticket can be created, and of which type."""
    system, blocks = new.system, []
    if system.kind_label and new.lists.kinds:
        menu = _menu(ident(prefix, "kind", system.name), f"Choose: {system.kind_label}", new.lists.kinds, new.kind)
        blocks.append(field_input("kind", system.kind_label, menu, live=True))
    if system.subtype_label and new.kind and new.lists.subtypes:
        id_ = ident(prefix, "subtype", system.name, new.kind)
        menu = _menu(id_, f"Choose: {system.subtype_label}", new.lists.subtypes, new.subtype)
        blocks.append(field_input("subtype", system.subtype_label, menu, live=True))
    return blocks


def waiting(new: NewTicket, ways_out: str) -> str:
    label = new.system.label
    if not new.is_late:
        return f"Asking {label} …"
    return f"{label} takes its time. What it asks appears here as soon as it answers. {ways_out}".strip()


def problem_blocks(new: NewTicket, prefix: str, ways_out: str) -> list[Block]:
    label = new.system.label
    told = mrkdwn("*{} does not say what it needs.* {}", label, said(clip(new.lists.problem, 1000)))
    row = actions([button("Ask again", f"{prefix}.again")], block_id="again")
    return [section(told), *([context(ways_out)] if ways_out else []), row]


def ident(*parts: str) -> str:
    """An action_id made of a partner's words."""
    return clip(".".join(parts), limits.ID)


def choice_options(choices: Sequence[Choice]) -> list[Block]:
    """Those that Slack can carry."""
    fit = [one for one in choices if 0 < size(one.id) <= OPTION_VALUE]
    return [option(one_line(one.name) or one.id, one.id) for one in fit]


def weight(options: Sequence[Block]) -> int:
    """In bytes."""
    return len(json.dumps(options, ensure_ascii=False).encode("utf-8", "replace"))


def _menu(action_id: str, placeholder: str, choices: Sequence[Choice], chosen: str) -> Block:
    """A list that fills a menu may go on, so it is searched by typing."""
    options = choice_options(choices)
    if 0 < len(options) < OPTIONS and weight(options) <= ROOM_FOR_LIST:
        return select(action_id, placeholder, options, chosen=chosen)
    known = [*options, *choice_options([Choice(chosen, chosen)])]
    start = next((one for one in known if one["value"] == chosen), None)
    return external_select(action_id, SEARCH, chosen=start)


def asked_block(new: NewTicket, asked: Asked, room: int) -> Block:
    """``room``: bytes for its choices."""
    id_ = ident("asked", new.system.name, new.kind, new.subtype, asked.name)
    element, hint = _element(id_, asked, room, new.extra.get(asked.name) or "")
    block_id, label = clip(f"{ASKED}{asked.name}", limits.ID), clip(one_line(asked.label) or asked.name, LABEL)
    return field_input(block_id, label, element, optional=not asked.required, hint=hint)


def _element(id_: str, asked: Asked, room: int, said_before: str | Sequence[str]) -> tuple[Block, str]:
    before = [said_before] if isinstance(said_before, str) else list(said_before)
    options = choice_options(asked.choices)
    if not options:
        return text_input(id_, value=", ".join(before), lines=not asked.many), SEVERAL if asked.many else ""
    if len(options) > OPTIONS or weight(options) > room:
        chosen = [one for one in options if one["value"] in before]
        if asked.many:
            return multi_external_select(id_, SEARCH, chosen=chosen), ""
        return external_select(id_, SEARCH, chosen=next(iter(chosen), None)), ""
    if asked.many:
        return multi_select(id_, "Choose any", options, chosen=before), ""
    return select(id_, "Choose", options, chosen=before[0]), ""


# -- reading ----------------------------------------------------------------------------------------------------------
def read_partner(view: Mapping[str, Any]) -> str:
    """Chosen in the form, or what the form is about; empty if neither."""
    return state.choice(view, "partner") or str(unpack(view).get("partner", ""))


def read_new(view: Mapping[str, Any], system: System) -> NewTicket:
    """Of a form in any state. What was asked is not read back: the partner is asked again, if need be."""
    return NewTicket(
        system=system,
        kind=state.choice(view, "kind") or "",
        subtype=state.choice(view, "subtype") or "",
        lists=Lists(kinds=offered(view, "kind"), subtypes=offered(view, "subtype")),
    )


def checked_new(view: Mapping[str, Any], system: System, instead: str = "") -> NewTicket:
    """Of a form that was sent. ``Invalid`` as long as nothing has been asked that the partner may insist on.

    ``instead``: the field beside which to say that the partner has not told its lists.
    """
    new = read_new(view, system)
    there = state.inputs(view)
    for field_, label, chosen in (
        ("kind", system.kind_label, new.kind),
        ("subtype", system.subtype_label, new.subtype),
    ):
        if label and not chosen:
            if field_ in there:
                raise Invalid.field(field_, f"Choose: {label}.")
            raise Invalid.field(instead, not_told(system))
    return new


def not_told(system: System) -> str:
    return f"{system.label} has not said yet what a new {system.noun} needs. Wait until it is shown here."


def read_asked(view: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """By the partner's names of its fields; empty ones are left out."""
    found = {
        str(block["block_id"]).removeprefix(ASKED): _answer(view, block)
        for block in view.get("blocks", ())
        if str(block.get("block_id", "")).startswith(ASKED)
    }
    return {name: value for name, value in found.items() if value}


def _answer(view: Mapping[str, Any], block: Mapping[str, Any]) -> str | list[str]:
    block_id, kind = block["block_id"], block["element"]["type"]
    if kind.startswith("multi_"):
        return state.choices(view, block_id)
    if kind != "plain_text_input":
        return state.choice(view, block_id) or ""
    text = state.text(view, block_id)
    if (block.get("hint") or {}).get("text") == SEVERAL:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def offered(view: Mapping[str, Any], block_id: str) -> tuple[Choice, ...] | None:
    """The choices of a menu that is there; ``None`` where it is not, or is searched by typing."""
    block = next((one for one in view.get("blocks", ()) if one.get("block_id") == block_id), None)
    if block is None or "options" not in block["element"]:
        return None
    return tuple(Choice(one["value"], one["text"]["text"]) for one in block["element"]["options"])
