"""What people press, choose and fill in. Limits: docs.slack.dev, "Block elements"."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.views import limits
from bot.views.blocks import Block, checked_id, plain, text_object
from bot.views.limits import Unfit, clip, size
from bot.views.text import Mrkdwn, web_url

Options = Sequence[Block]
Groups = Mapping[str, Options]


def confirm(title: str, text: str, yes: str, no: str = "Not now", *, danger: bool = False) -> Block:
    dialog: Block = {
        "title": plain(title, limits.CONFIRM_TITLE),
        "text": text_object(text, limits.CONFIRM_TEXT),
        "confirm": plain(yes, limits.CONFIRM_BUTTON),
        "deny": plain(no, limits.CONFIRM_BUTTON),
    }
    if danger:
        dialog["style"] = "danger"
    return dialog


def button(
    text: str,
    action_id: str,
    *,
    value: str = "",
    url: str = "",
    style: str = "",
    sure: Block | None = None,
    label: str = "",
) -> Block:
    """``style``: primary or danger. ``sure``: a ``confirm``. ``label``: what screen readers say instead of the text."""
    element: Block = {"type": "button", "action_id": checked_id(action_id), "text": plain(text, limits.BUTTON)}
    if value:
        if size(value) > limits.BUTTON_VALUE:
            raise Unfit(f"a button's value has up to {limits.BUTTON_VALUE} characters, not {size(value)}")
        element["value"] = value
    if url:
        address = web_url(url)
        if address is None:
            raise Unfit(f"not an address for a button: {url!r}")
        element["url"] = address
    if style:
        element["style"] = style
    if sure:
        element["confirm"] = sure
    if label:
        element["accessibility_label"] = clip(label, limits.BUTTON)
    return element


def option(text: str, value: str, description: str = "") -> Block:
    if not value or size(value) > limits.OPTION_VALUE:
        raise Unfit(f"an option's value has 1 to {limits.OPTION_VALUE} characters, not {size(value)}")
    choice: Block = {"text": plain(text, limits.OPTION), "value": value}
    if description:
        choice["description"] = plain(description, limits.OPTION)
    return choice


def _menu(kind: str, action_id: str, placeholder: str) -> Block:
    menu: Block = {"type": kind, "action_id": checked_id(action_id)}
    if placeholder:
        menu["placeholder"] = plain(placeholder, limits.PLACEHOLDER)
    return menu


def _counted(options: Options, most: int) -> list[Block]:
    if not 0 < len(options) <= most:
        raise Unfit(f"there must be 1 to {most} options, not {len(options)}")
    return list(options)


def _chosen(options: Options, value: str | None) -> Block | None:
    return next((choice for choice in options if choice["value"] == value), None)


def select(action_id: str, placeholder: str, options: Options, *, chosen: str | None = None) -> Block:
    """``chosen``: the value shown from the start; one that is not among the options is left out."""
    menu = _menu("static_select", action_id, placeholder)
    menu["options"] = _counted(options, limits.OPTIONS)
    if start := _chosen(options, chosen):
        menu["initial_option"] = start
    return menu


def grouped_select(action_id: str, placeholder: str, groups: Groups, *, chosen: str | None = None) -> Block:
    """Groups without options are left out; all groups together hold up to 100 options."""
    filled = {label: options for label, options in groups.items() if options}
    options = _counted([choice for group in filled.values() for choice in group], limits.OPTIONS)
    menu = _menu("static_select", action_id, placeholder)
    menu["option_groups"] = [
        {"label": plain(label, limits.OPTION), "options": list(options)} for label, options in filled.items()
    ]
    if start := _chosen(options, chosen):
        menu["initial_option"] = start
    return menu


def external_select(action_id: str, placeholder: str, *, chosen: Block | None = None) -> Block:
    menu = _menu("external_select", action_id, placeholder) | {"min_query_length": 0}
    return menu | {"initial_option": chosen} if chosen else menu


def multi_external_select(action_id: str, placeholder: str, *, chosen: Options = ()) -> Block:
    menu = _menu("multi_external_select", action_id, placeholder) | {"min_query_length": 0}
    return menu | {"initial_options": _counted(chosen, limits.OPTIONS)} if chosen else menu


def multi_select(action_id: str, placeholder: str, options: Options, *, chosen: Sequence[str] = ()) -> Block:
    menu = _menu("multi_static_select", action_id, placeholder)
    menu["options"] = _counted(options, limits.OPTIONS)
    start = [choice for choice in options if choice["value"] in chosen]
    return menu | {"initial_options": start} if start else menu


def users_select(action_id: str, placeholder: str, *, chosen: str | None = None) -> Block:
    menu = _menu("users_select", action_id, placeholder)
    return menu | {"initial_user": chosen} if chosen else menu


def multi_users_select(action_id: str, placeholder: str, *, chosen: Sequence[str] = ()) -> Block:
    menu = _menu("multi_users_select", action_id, placeholder)
    return menu | {"initial_users": list(chosen)} if chosen else menu


def channel_select(action_id: str, placeholder: str, *, chosen: str | None = None) -> Block:
    """Public and private channels; no direct messages."""
    menu = _menu("conversations_select", action_id, placeholder)
    menu["filter"] = {"include": ["public", "private"], "exclude_bot_users": True}
    return menu | {"initial_conversation": chosen} if chosen else menu


def multi_channel_select(action_id: str, placeholder: str, *, chosen: Sequence[str] = ()) -> Block:
    """The same for several."""
    menu = _menu("multi_conversations_select", action_id, placeholder)
    menu["filter"] = {"include": ["public", "private"], "exclude_bot_users": True}
    return menu | {"initial_conversations": list(chosen)} if chosen else menu


def overflow(action_id: str, options: Options, *, sure: Block | None = None) -> Block:
    menu: Block = {"type": "overflow", "action_id": checked_id(action_id)}
    menu["options"] = _counted(options, limits.OVERFLOW)
    return menu | {"confirm": sure} if sure else menu


def checkboxes(action_id: str, options: Options, *, chosen: Sequence[str] = ()) -> Block:
    boxes: Block = {"type": "checkboxes", "action_id": checked_id(action_id)}
    boxes["options"] = _counted(options, limits.CHOICES)
    start = [choice for choice in options if choice["value"] in chosen]
    return boxes | {"initial_options": start} if start else boxes


def radio(action_id: str, options: Options, *, chosen: str | None = None) -> Block:
    buttons: Block = {"type": "radio_buttons", "action_id": checked_id(action_id)}
    buttons["options"] = _counted(options, limits.CHOICES)
    start = _chosen(options, chosen)
    return buttons | {"initial_option": start} if start else buttons


def date_picker(action_id: str, placeholder: str, *, chosen: date | str | None = None) -> Block:
    picker = _menu("datepicker", action_id, placeholder)
    return picker | {"initial_date": chosen if isinstance(chosen, str) else chosen.isoformat()} if chosen else picker


def text_input(
    action_id: str,
    *,
    value: str = "",
    placeholder: str = "",
    lines: bool = False,
    limit: int = limits.INPUT,
    live: bool = False,
) -> Block:
    """``lines``: room for more than one. ``live``: a click tells of every character, in an input that is ``live``.

    A ``value`` that is longer in Slack's counting than in ours is not refused.
    """
    element: dict[str, Any] = _menu("plain_text_input", action_id, placeholder)
    if isinstance(value, Mrkdwn):
        raise Unfit("markup in an input would come back as somebody's text")
    value = value if len(value) <= limits.INPUT else clip(value, limits.INPUT)
    element["multiline"] = lines
    if live:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    element["max_length"] = min(max(limit, size(value)), limits.INPUT)
    if value:
        element["initial_value"] = value
    if live:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    return element
