"""Functions of a manifest, which are steps for workflows: their form, and the types of what goes in and comes out.

Source: docs.slack.dev, "App manifest reference" and "Slack types"; chapter 1.5 of the platform reference.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .wire import Json

_FUNCTION = {"title", "description", "input_parameters", "output_parameters"}
_PARAMETER = {
    "type", "title", "description", "is_required", "hint", "name", "is_hidden", "items", "enum", "minLength",
    "maxLength", "minimum", "maximum", "dynamic_options",
}  # fmt: skip


def _text(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


# What is not looked into more closely than this is taken as it comes.
TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": _text("(?s).*"),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "slack#/types/user_id": _text("[UW][A-Z0-9]+"),
    "slack#/types/channel_id": _text("[CDG][A-Z0-9]+"),
    "slack#/types/usergroup_id": _text("S[A-Z0-9]+"),
    "slack#/types/message_ts": _text(r"\d{10}\.\d{6}"),
    "slack#/types/timestamp": lambda value: isinstance(value, int),
    "slack#/types/date": _text(r"\d{4}-\d{2}-\d{2}"),
    "slack#/types/rich_text": lambda value: isinstance(value, dict),
    "slack#/types/interactivity": lambda value: isinstance(value, dict),
    "slack#/types/user_context": lambda value: isinstance(value, dict),
}


class BadManifest(ValueError):
    """The manifest could not create an app in Slack; the words say where and why."""


def declared(content: Mapping[str, Any]) -> dict[str, Json]:
    """Raises BadManifest, also for functions that Slack would take and never run."""
    found = content.get("functions") or {}
    if not isinstance(found, dict) or len(found) > 50:
        raise BadManifest("functions: a mapping of up to 50")
    settings = content.get("settings", {})
    if found and settings.get("function_runtime") != "remote":
        raise BadManifest("functions need settings.function_runtime: remote")
    if found and "function_executed" not in settings.get("event_subscriptions", {}).get("bot_events", []):
        raise BadManifest("functions need the bot event function_executed")
    for callback_id, entry in found.items():
        _check(callback_id, entry)
    return dict(found)


def _check(callback_id: str, entry: Any) -> None:
    where = f"function {callback_id}"
    if not 1 <= len(callback_id) <= 100 or not isinstance(entry, dict):
        raise BadManifest(f"{where}: a callback id of up to 100 characters, and a mapping")
    if unknown := set(entry) - _FUNCTION:
        raise BadManifest(f"{where} has unknown key(s) {', '.join(sorted(unknown))}")
    if not 1 <= len(entry.get("title", "")) <= 255:
        raise BadManifest(f"{where} needs a title of up to 255 characters")
    for side in ("input_parameters", "output_parameters"):
        parameters = entry.get(side)
        if not isinstance(parameters, dict) or len(parameters) > 50:
            raise BadManifest(f"{where} needs {side}, up to 50, or {{}}")
        for name, spec in parameters.items():
            if not isinstance(spec, dict) or spec.get("type") not in TYPES or set(spec) - _PARAMETER:
                raise BadManifest(f"{where}: {side}.{name} has no known type, or an unknown key")


def wrong_values(parameters: Mapping[str, Json], values: Mapping[str, Any]) -> list[str]:
    """The names of those that were not declared or are of another type."""
    return [
        name for name, value in values.items() if name not in parameters or not TYPES[parameters[name]["type"]](value)
    ]
