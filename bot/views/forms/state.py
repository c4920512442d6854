"""What was filled in. Shapes: docs.slack.dev, "View interactions payloads" (chapter 5.3 of our reference)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.priority import Priority
from bot.views.limits import ERROR, clip

View = Mapping[str, Any]

ANYWHERE = "Something in this form is not right."


def element(view: View, block_id: str) -> Mapping[str, Any]:
    """The state of a block's one element; empty if the form has no such block."""
    found = (view.get("state") or {}).get("values", {}).get(block_id) or {}
    return next(iter(found.values()), None) or {}


def text(view: View, block_id: str) -> str:
    # PostgreSQL refuses NUL in text, and nobody means it.
    return str(element(view, block_id).get("value") or "").replace("\x00", "").strip()


def choice(view: View, block_id: str) -> str | None:
    """The value chosen in a menu or among radio buttons."""
    option = element(view, block_id).get("selected_option")
    return str(option["value"]) if option else None


def choices(view: View, block_id: str) -> list[str]:
    return [str(option["value"]) for option in element(view, block_id).get("selected_options") or ()]


def person(view: View, block_id: str) -> str | None:
    return element(view, block_id).get("selected_user") or None


def people(view: View, block_id: str) -> tuple[str, ...]:
    return tuple(str(person_id) for person_id in element(view, block_id).get("selected_users") or ())


def channel(view: View, block_id: str) -> str | None:
    return element(view, block_id).get("selected_conversation") or None


def channels(view: View, block_id: str) -> tuple[str, ...]:
    return tuple(str(channel_id) for channel_id in element(view, block_id).get("selected_conversations") or ())


def number(view: View, block_id: str, sentence: str) -> int:
    """A row's id. Raises ``Invalid`` with ``sentence`` when nothing was chosen."""
    found = choice(view, block_id)
    if found is None or not found.isdecimal():
        raise Invalid.field(block_id, sentence)
    return int(found)


def numbers(view: View, block_id: str) -> tuple[int, ...]:
    return tuple(int(value) for value in choices(view, block_id) if value.isdecimal())


def day(view: View, block_id: str) -> date | None:
    found = element(view, block_id).get("selected_date")
    if not found:
        return None
    try:
        return date.fromisoformat(str(found))
    except ValueError:
        raise Invalid.field(block_id, "Choose a day, or leave it empty.") from None


def priority(view: View, block_id: str) -> Priority:
    try:
        return Priority(choice(view, block_id) or Priority.NOT_SET)
    except ValueError:
        raise Invalid.field(block_id, "Choose one of the priorities.") from None


def inputs(view: View) -> list[str]:
    return [str(block["block_id"]) for block in view.get("blocks", ()) if block.get("type") == "input"]


def field_errors(view: View, invalid: Invalid) -> dict[str, str]:
    """block_id → sentence, for ``response_action: errors``.

    What concerns no input of this form is said under its first one; a form without inputs has no errors to show.
    """
    there = inputs(view)
    if not there:
        return {}
    errors: dict[str, str] = {}
    for field, sentence in (invalid.fields or {there[0]: invalid.sentence}).items():
        block_id = field if field in there else there[0]
        errors[block_id] = f"{errors[block_id]} {sentence}" if block_id in errors else sentence
    return {block_id: clip(sentence or ANYWHERE, ERROR) for block_id, sentence in errors.items()}
