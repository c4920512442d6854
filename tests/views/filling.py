"""Filling a modal in and sending it, as Slack does: docs.slack.dev, "View interactions payloads"."""

import copy
from typing import Any

VALUE_KEYS = {
    "plain_text_input": ("value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "datepicker": ("selected_date", "initial_date", None),
}


def sent(view: dict[str, Any], **filled: Any) -> dict[str, Any]:
    """The view of a view_submission. ``filled``: block_id → text, option value(s), person, channel or date."""
    answer = copy.deepcopy(view) | {"id": "V1", "hash": "1.h", "root_view_id": "V1", "previous_view_id": None}
    values: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            block_id, element = block["block_id"], block["element"]
            values[block_id] = {element["action_id"]: state_of(element, filled.pop(block_id, ...))}
    assert not filled, f"no such field: {filled}"
    return answer | {"state": {"values": values}}


def state_of(element: dict[str, Any], wanted: Any) -> dict[str, Any]:
    kind = element["type"]
    key, initial, nothing = VALUE_KEYS[kind]
    value = element.get(initial, nothing) if wanted is ... else wanted
    if wanted is not ... and kind in {"static_select", "radio_buttons"}:
        value = find(element, wanted)
    elif wanted is not ... and kind == "external_select":
        value = suggested(wanted)
    elif wanted is not ... and kind == "multi_external_select":
        value = [suggested(one) for one in wanted]
    elif wanted is not ... and kind in {"checkboxes", "multi_static_select"}:
        value = [find(element, one) for one in wanted]
    elif kind == "plain_text_input" and not value:
        value = None
    return {"type": kind, key: value}


def find(element: dict[str, Any], value: str | None) -> dict[str, Any] | None:
    groups = element.get("option_groups") or [element]
    options = [option for group in groups for option in group["options"]]
    return None if value is None else next(option for option in options if option["value"] == value)


def suggested(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": "chosen"}, "value": value}


def click(block: dict[str, Any], action_id: str, value: str | None = None) -> dict[str, Any]:
    """A block_actions payload for an element of ``block``; ``value`` for menus."""
    elements = block.get("elements") or [block["accessory"]]
    element = next(element for element in elements if element["action_id"] == action_id)
    action = {"type": element["type"], "block_id": block.get("block_id", "b"), "action_id": action_id}
    if element["type"] == "button":
        action |= {"value": element["value"]} if "value" in element else {}
    else:
        action["selected_option"] = find(element, value)
    return {"type": "block_actions", "user": {"id": "U0ANN"}, "actions": [action]}
