"""Block elements: keys, limits, and where each may stand (docs.slack.dev, "Block elements")."""

from collections.abc import Callable
from typing import Any

from ..wire import Json
from .checks import Check, Scan, anything, boolean, integer, listed, matching, one_of, shape, string, typed, url
from .objects import (
    CHOICE_OPTION,
    CONFIRM,
    DISPATCH,
    FILTER,
    IDENTIFIER,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    SELECT_OPTION,
    SLACK_FILE,
    has_picture,
    plain,
    same_option,
)
from .rich import rich_text

_FOCUS: dict[str, Check] = {"focus_on_load": boolean}
_CONFIRM: dict[str, Check] = {"confirm": CONFIRM}
_HINTED: dict[str, Check] = {"placeholder": plain(150)}
_STYLE = one_of("primary", "danger")
_DATE = matching(r"\d{4}-\d{2}-\d{2}", "must be a date in the format YYYY-MM-DD")
_TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "must be a time in the format HH:mm")
_NAMES = listed(string(255), 0)
_SELECTED: dict[str, Check] = {"max_selected_items": integer(1, 1000)}

Whole = Callable[[Scan, str, Json], None]

# Not on the surfaces named (chapter 3.2 of the platform reference).
_KEPT_OFF = {
    "datetimepicker": {"home"},
    "email_text_input": {"message", "home"},
    "number_input": {"message", "home"},
    "url_text_input": {"message", "home"},
    "file_input": {"message", "home"},
    "rich_text_input": {"message"},
    "workflow_button": {"modal", "home"},
    "feedback_buttons": {"modal", "home"},
    "icon_button": {"modal", "home"},
}


def _element(kind: str, required: dict[str, Check], optional: dict[str, Check], also: Whole | None = None) -> Check:
    rules = shape({"type": anything, **required}, {"action_id": IDENTIFIER, **optional}, also)

    def check(scan: Scan, path: str, value: Any) -> None:
        if scan.surface in _KEPT_OFF.get(kind, ()):
            scan.refuse(f"{path}/type", f"{kind} is not allowed in a {scan.surface}")
        rules(scan, path, value)
        _unique_action(scan, path, value)
        if value.get("focus_on_load") is True:
            scan.focused += 1
            if scan.focused > 1:
                scan.refuse(f"{path}/focus_on_load", "only one element may have focus_on_load")

    return check


def _unique_action(scan: Scan, path: str, value: Json) -> None:
    action_id = value.get("action_id")
    if action_id is None:
        return
    if action_id in scan.action_ids:
        scan.refuse(f"{path}/action_id", f"`action_id` must be unique within its block: {action_id}")
    scan.action_ids.add(action_id)


def _initial_offered(scan: Scan, path: str, value: Json) -> None:
    offered = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        offered += group.get("options") or [] if isinstance(group, dict) else []
    if "initial_option" in value and not any(same_option(value["initial_option"], one) for one in offered):
        scan.refuse(f"{path}/initial_option", "must match exactly one of the provided options")
    for index, initial in enumerate(value.get("initial_options") or []):
        if not any(same_option(initial, one) for one in offered):
            scan.refuse(f"{path}/initial_options/{index}", "must match exactly one of the provided options")


def _static(scan: Scan, path: str, value: Json) -> None:
    if ("options" in value) == ("option_groups" in value):
        scan.refuse(path, "must have either options or option_groups")
    _initial_offered(scan, path, value)


def _lengths(scan: Scan, path: str, value: Json) -> None:
    least, most, initial = value.get("min_length", 0), value.get("max_length", 3000), value.get("initial_value", "")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        scan.refuse(f"{path}/min_length", "must be less than max_length")
    if isinstance(initial, str) and isinstance(most, int) and len(initial) > most:
        scan.refuse(f"{path}/initial_value", f"must be less than {most + 1} characters")


_OPTIONS: dict[str, Check] = {
    "options": listed(SELECT_OPTION, 1, 100),
    "option_groups": listed(OPTION_GROUP, 1, 100),
}
_SELECT: dict[str, Check] = _HINTED | _CONFIRM | _FOCUS
_TYPED: dict[str, Check] = _HINTED | _FOCUS | {"dispatch_action_config": DISPATCH}
_QUERY: dict[str, Check] = {"min_query_length": integer(0, 3000)}
_RESPOND: dict[str, Check] = {"response_url_enabled": boolean}
_HERE: dict[str, Check] = {"default_to_current_conversation": boolean, "filter": FILTER}
_DECIMAL = matching(r"-?\d+(\.\d+)?", "must be a number in a string")
_NUMBER: dict[str, Check] = {"min_value": _DECIMAL, "max_value": _DECIMAL, "initial_value": _DECIMAL}
_FEEDBACK = shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})

ELEMENTS: dict[str, Check] = {
    "button": _element(
        "button",
        {"text": plain(75)},
        _CONFIRM
        | {
            "value": string(2000), "url": url(), "style": _STYLE, "accessibility_label": string(75),
            "agent_prompt": string(4000), "agent_prompt_display": string(75), "visible_to_user_ids": _NAMES,
        },
    ),
    "overflow": _element("overflow", {"options": listed(OVERFLOW_OPTION, 1, 5)}, _CONFIRM),
    "checkboxes": _element(
        "checkboxes",
        {"options": listed(CHOICE_OPTION, 1, 10)},
        _CONFIRM | _FOCUS | {"initial_options": listed(CHOICE_OPTION, 1, 10)},
        _initial_offered,
    ),
    "radio_buttons": _element(
        "radio_buttons",
        {"options": listed(CHOICE_OPTION, 1, 10)},
        _CONFIRM | _FOCUS | {"initial_option": CHOICE_OPTION},
        _initial_offered,
    ),
    "static_select": _element("static_select", {}, _SELECT | _OPTIONS | {"initial_option": SELECT_OPTION}, _static),
    "multi_static_select": _element(
        "multi_static_select",
        {},
        _SELECT | _OPTIONS | _SELECTED | {"initial_options": listed(SELECT_OPTION, 1, 100)},
        _static,
    ),
    "external_select": _element("external_select", {}, _SELECT | _QUERY | {"initial_option": SELECT_OPTION}),
    "multi_external_select": _element(
        "multi_external_select", {}, _SELECT | _QUERY | _SELECTED | {"initial_options": listed(SELECT_OPTION, 1, 100)}
    ),
    "users_select": _element("users_select", {}, _SELECT | {"initial_user": string(255)}),
    "multi_users_select": _element("multi_users_select", {}, _SELECT | _SELECTED | {"initial_users": _NAMES}),
    "conversations_select": _element(
        "conversations_select", {}, _SELECT | _RESPOND | _HERE | {"initial_conversation": string(255)}
    ),
    "multi_conversations_select": _element(
        "multi_conversations_select", {}, _SELECT | _SELECTED | _HERE | {"initial_conversations": _NAMES}
    ),
    "channels_select": _element("channels_select", {}, _SELECT | _RESPOND | {"initial_channel": string(255)}),
    "multi_channels_select": _element("multi_channels_select", {}, _SELECT | _SELECTED | {"initial_channels": _NAMES}),
    "datepicker": _element("datepicker", {}, _SELECT | {"initial_date": _DATE}),
    "timepicker": _element("timepicker", {}, _SELECT | {"initial_time": _TIME, "timezone": string(255)}),
    "datetimepicker": _element(
        "datetimepicker", {}, _CONFIRM | _FOCUS | {"initial_date_time": integer(10**9, 10**10 - 1)}
    ),
    "plain_text_input": _element(
        "plain_text_input",
        {},
        _TYPED
        | {
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        _lengths,
    ),
    "email_text_input": _element("email_text_input", {}, _TYPED | {"initial_value": string(3000, 0)}),
    "url_text_input": _element("url_text_input", {}, _TYPED | {"initial_value": string(3000, 0)}),
    "number_input": _element("number_input", {"is_decimal_allowed": boolean}, _TYPED | _NUMBER),
    "rich_text_input": _element("rich_text_input", {}, _TYPED | {"initial_value": rich_text}),
    "file_input": _element(
        "file_input", {}, {"filetypes": listed(string(255), 1), "max_files": integer(1, 10)}
    ),
    "workflow_button": _element(
        "workflow_button",
        {"text": plain(75), "workflow": anything},
        {"style": _STYLE, "accessibility_label": string(75)},
    ),
    "feedback_buttons": _element(
        "feedback_buttons", {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {}
    ),
    "icon_button": _element(
        "icon_button",
        {"icon": string(255), "text": plain(75)},
        _CONFIRM | {"value": string(2000), "accessibility_label": string(75), "visible_to_user_ids": _NAMES},
    ),
}  # fmt: skip
IMAGE = shape({"type": anything, "alt_text": string(2000)}, {"image_url": url(), "slack_file": SLACK_FILE}, has_picture)

_SELECTS = (
    "static_select", "external_select", "users_select", "conversations_select", "channels_select",
    "multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select",
    "multi_channels_select",
)  # fmt: skip
_PICKERS = ["checkboxes", "radio_buttons", "datepicker", "timepicker"]


def _among(*kinds: str) -> Check:
    return typed({kind: ELEMENTS[kind] for kind in kinds}, "element")


BUTTON = _among("button")
IN_ACTIONS = _among(
    "button", "overflow", "workflow_button", "datetimepicker", "rich_text_input", *_SELECTS, *_PICKERS
)  # fmt: skip
IN_CONTEXT_ACTIONS = _among("feedback_buttons", "icon_button")
IN_INPUT = _among(
    "plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input",
    "datetimepicker", *_SELECTS, *_PICKERS,
)  # fmt: skip
ACCESSORY = typed(
    {kind: ELEMENTS[kind] for kind in ("button", "overflow", "workflow_button", *_SELECTS, *_PICKERS)}
    | {"image": IMAGE},
    "accessory",
)
