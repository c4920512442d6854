"""Composition objects: texts, options, confirmations, filters (docs.slack.dev, "Composition objects")."""

from typing import Any

from ..wire import Json
from .checks import Check, Scan, anything, boolean, listed, one_of, shape, string, url

IDENTIFIER = string(255)


def plain(most: int) -> Check:
    return shape({"type": one_of("plain_text"), "text": string(most)}, {"emoji": boolean})


def text(most: int) -> Check:
    """plain_text or mrkdwn."""

    def check(scan: Scan, path: str, value: Any) -> None:
        if isinstance(value, dict) and value.get("type") == "mrkdwn":
            shape({"type": anything, "text": string(most)}, {"verbatim": boolean})(scan, path, value)
        elif isinstance(value, dict) and value.get("type") == "plain_text":
            plain(most)(scan, path, value)
        else:
            scan.refuse(path, "must be a plain_text or mrkdwn object")

    return check


def option(label: Check, with_url: bool = False) -> Check:
    optional = {"description": label, "url": url()} if with_url else {"description": label}
    return shape({"text": label, "value": string(150)}, optional)


SELECT_OPTION = option(plain(75))
CHOICE_OPTION = option(text(75))
OVERFLOW_OPTION = option(plain(75), with_url=True)
OPTION_GROUP = shape({"label": plain(75), "options": listed(SELECT_OPTION, 1, 100)})


def _confirm_style(scan: Scan, path: str, value: Json) -> None:
    if "style" in value:
        one_of("primary", "danger")(scan, f"{path}/style", value["style"])


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": anything},
    _confirm_style,
)


def _not_empty(scan: Scan, path: str, value: Json) -> None:
    if not value:
        scan.refuse(path, "at least one of include, exclude_bot_users, exclude_external_shared_channels is needed")


FILTER = shape(
    optional={
        "include": listed(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    also=_not_empty,
)
DISPATCH = shape({"trigger_actions_on": listed(one_of("on_enter_pressed", "on_character_entered"), 1, 2)})
SLACK_FILE = shape(optional={"id": string(255), "url": url()})


def has_picture(scan: Scan, path: str, value: Json) -> None:
    """An image comes from exactly one place."""
    if ("image_url" in value) == ("slack_file" in value):
        scan.refuse(path, "must have one of image_url and slack_file")


def same_option(one: Any, other: Any) -> bool:
    """Slack wants initial options to equal one on offer; defaults that the app left out don't count."""

    def bare(entry: Any) -> Any:
        if not isinstance(entry, dict):
            return entry
        return {k: bare(v) for k, v in entry.items() if k not in ("emoji", "verbatim")}

    return bool(bare(one) == bare(other))
