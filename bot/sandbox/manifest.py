"""The app manifest: which scopes are granted, which events, commands and shortcuts exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from . import functions
from .functions import BadManifest
from .wire import Json

_SECTIONS = {
    "_metadata", "app_directory", "display_information", "features", "oauth_config", "settings", "functions",
    "workflows", "types", "datastores", "outgoing_domains", "external_auth_providers", "mcp_servers",
}  # fmt: skip

# Slack's docs, page of each event: the scope that a subscription needs; None = none.
EVENT_SCOPES: dict[str, str | None] = {
    "app_home_opened": None, "function_executed": None, "app_uninstalled": None, "tokens_revoked": None,
    "app_mention": "app_mentions:read", "message.channels": "channels:history", "message.groups": "groups:history",
    "message.im": "im:history", "message.mpim": "mpim:history", "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read", "channel_created": "channels:read", "channel_rename": "channels:read",
    "channel_archive": "channels:read", "channel_unarchive": "channels:read", "channel_deleted": "channels:read",
    "group_rename": "groups:read", "group_archive": "groups:read", "group_unarchive": "groups:read",
    "group_left": "groups:read", "channel_left": "channels:read", "subteam_created": "usergroups:read",
    "subteam_updated": "usergroups:read", "subteam_members_changed": "usergroups:read", "user_change": "users:read",
    "team_join": "users:read", "reaction_added": "reactions:read", "reaction_removed": "reactions:read",
    "pin_added": "pins:read", "pin_removed": "pins:read", "link_shared": "links:read",
}  # fmt: skip


@dataclass(frozen=True)
class Command:
    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    callback_id: str
    name: str
    kind: str
    description: str = ""


@dataclass(frozen=True)
class Manifest:
    name: str
    bot_name: str
    scopes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    commands: Mapping[str, Command] = field(default_factory=dict)
    shortcuts: Mapping[str, Shortcut] = field(default_factory=dict)
    functions: Mapping[str, Json] = field(default_factory=dict)
    home_tab: bool = False
    messages_tab: bool = True
    messages_tab_read_only: bool = False
    interactivity: bool = True
    socket_mode: bool = True

    def subscribed(self, event: str) -> bool:
        """Subscribed and with the scope that the subscription needs."""
        needed = EVENT_SCOPES.get(event)
        return event in self.events and (needed is None or needed in self.scopes)

    def unscoped_events(self) -> list[tuple[str, str]]:
        """Subscriptions that can never be delivered: (event, the scope it lacks)."""
        wanted = [(event, EVENT_SCOPES.get(event)) for event in sorted(self.events)]
        return [(event, scope) for event, scope in wanted if scope and scope not in self.scopes]


def load(source: Path | str | Mapping[str, Any]) -> Manifest:
    """From a file (YAML or JSON) or a dict of the same shape. Raises BadManifest."""
    if isinstance(source, Mapping):
        return _read(source)
    content = yaml.safe_load(Path(source).read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise BadManifest(f"{source}: a manifest is a mapping, this is {type(content).__name__}")
    return _read(content)


def _read(content: Mapping[str, Any]) -> Manifest:
    unknown = set(content) - _SECTIONS
    if unknown:
        raise BadManifest(f"unknown section(s) {', '.join(sorted(map(str, unknown)))}")
    name = content.get("display_information", {}).get("name", "")
    if not 1 <= len(name) <= 35:
        raise BadManifest("display_information.name must have 1 to 35 characters")
    features, settings = content.get("features", {}), content.get("settings", {})
    home = features.get("app_home", {})
    return Manifest(
        name=name,
        bot_name=features.get("bot_user", {}).get("display_name", name.lower()),
        scopes=frozenset(content.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
        commands=_commands(features.get("slash_commands", [])),
        shortcuts=_shortcuts(features.get("shortcuts", [])),
        functions=functions.declared(content),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", True)),
        messages_tab_read_only=bool(home.get("messages_tab_read_only_enabled", False)),
        interactivity=bool(settings.get("interactivity", {}).get("is_enabled", False)),
        socket_mode=bool(settings.get("socket_mode_enabled", False)),
    )


def _commands(entries: list[Json]) -> dict[str, Command]:
    commands = {}
    for entry in entries:
        _only(entry, "slash command", {"command", "description", "usage_hint", "should_escape", "url"})
        name = entry.get("command", "")
        if not (2 <= len(name) <= 32 and name.startswith("/")):
            raise BadManifest(f"slash command {name!r} must have 2 to 32 characters and start with /")
        if not 1 <= len(entry.get("description", "")) <= 2000:
            raise BadManifest(f"slash command {name} needs a description of at most 2000 characters")
        escape = bool(entry.get("should_escape", False))
        commands[name] = Command(name, entry["description"], entry.get("usage_hint", ""), escape)
    return commands


def _shortcuts(entries: list[Json]) -> dict[str, Shortcut]:
    if len(entries) > 10:
        raise BadManifest("at most 10 shortcuts")
    shortcuts = {}
    for entry in entries:
        _only(entry, "shortcut", {"name", "type", "callback_id", "description"})
        missing = [key for key in ("name", "type", "callback_id", "description") if not entry.get(key)]
        if missing:
            raise BadManifest(f"shortcut {entry.get('name')!r} lacks {', '.join(missing)}")
        if len(entry["name"]) > 24 or len(entry["callback_id"]) > 255 or len(entry["description"]) > 150:
            raise BadManifest(f"shortcut {entry['name']!r}: name ≤24, callback_id ≤255, description ≤150 characters")
        if entry["type"] not in ("message", "global"):
            raise BadManifest(f"shortcut {entry['name']!r}: type is message or global")
        callback_id = entry["callback_id"]
        shortcuts[callback_id] = Shortcut(callback_id, entry["name"], entry["type"], entry["description"])
    return shortcuts


def _only(entry: Json, what: str, allowed: set[str]) -> None:
    unknown = set(entry) - allowed
    if unknown:
        raise BadManifest(f"{what} {entry!r} has unknown key(s) {', '.join(sorted(unknown))}")
