"""`manifest.yml` creates the app with exactly what the code uses, and Slack would take it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from slack_sdk import WebClient

from bot import wiring
from bot.domain.step import FORMS

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
SOURCES = [path for path in sorted((ROOT / "bot").rglob("*.py")) if "sandbox" not in path.parts]

# Slack's page of each method. Reading a conversation needs the scope of its kind: channels, groups (private), im, mpim;
# Casebook reads channels only. `chat:write.public` posts where Casebook is not a member.
METHOD_SCOPES: dict[str, set[str]] = {
    "apps.connections.open": set(),  # the app-level token's connections:write, which no manifest can grant
    "auth.test": set(),
    "chat.delete": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write", "chat:write.public"},
    "chat.update": {"chat:write"},
    "bookmarks.add": {"bookmarks:write"},
    "canvases.access.set": {"canvases:write"},
    "canvases.create": {"canvases:write"},
    "canvases.edit": {"canvases:write"},
    "canvases.sections.lookup": {"canvases:read"},
    "conversations.canvases.create": {"canvases:write"},
    "conversations.archive": {"channels:manage", "groups:write"},
    "conversations.create": {"channels:manage", "groups:write"},
    "conversations.invite": {"channels:manage", "groups:write"},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.setTopic": {"channels:manage", "groups:write"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.join": {"channels:join"},
    "conversations.members": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history"},
    "functions.completeError": set(),
    "functions.completeSuccess": set(),
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "usergroups.list": {"usergroups:read"},
    "users.info": {"users:read"},
    "users.list": {"users:read", "users:read.email"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
# Slack's page of each event.
EVENT_SCOPES: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_uninstalled": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_left": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "function_executed": set(),
    "group_archive": {"groups:read"},
    "group_deleted": {"groups:read"},
    "group_left": {"groups:read"},
    "group_rename": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "subteam_created": {"usergroups:read"},
    "subteam_members_changed": {"usergroups:read"},
    "subteam_updated": {"usergroups:read"},
    "team_join": {"users:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}
# Python's name of each Web API method: `chat_postMessage` is `chat.postMessage`.
METHODS = {name: name.replace("_", ".") for name in dir(WebClient) if re.fullmatch(r"[a-z]+(_[a-zA-Z]+)+", name)}


class Listening:
    """Stands where Bolt's `App` stands and notes what is registered with it."""

    def __init__(self) -> None:
        self.events: set[str] = set()
        self.commands: set[str] = set()
        self.shortcuts: set[tuple[str, str]] = set()
        self.steps: set[str] = set()
        wiring.register(cast(Any, self), cast(Any, None))

    def event(self, name: str) -> Callable[..., Any]:
        self.events.add(name)
        return lambda listener: listener

    def command(self, name: str) -> Callable[..., Any]:
        self.commands.add(name)
        return lambda listener: listener

    def message_shortcut(self, callback_id: str) -> Callable[..., Any]:
        self.shortcuts.add(("message", callback_id))
        return lambda listener: listener

    def global_shortcut(self, callback_id: str) -> Callable[..., Any]:
        self.shortcuts.add(("global", callback_id))
        return lambda listener: listener

    def function(self, callback_id: str) -> Callable[..., Any]:
        """Each is told of by the same event."""
        self.steps.add(callback_id)
        return self.event("function_executed")

    def error(self, listener: Any) -> Any:
        return listener

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Actions, views and options are not in a manifest."""
        assert name in {"action", "block_action", "block_suggestion", "middleware", "options", "use"} or "view" in name
        return lambda *arguments, **more: lambda listener: listener


@pytest.fixture(scope="module")
def listening() -> Listening:
    return Listening()


def methods_called() -> set[str]:
    """Attributes with the name of a Web API method, and what is given to ``api_call``."""
    return {method for path in SOURCES for method in methods_in(ast.parse(path.read_text(encoding="utf-8")))}


def methods_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            yield METHODS[node.attr]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "api_call":
            assert isinstance(node.args[0], ast.Constant), f"line {node.lineno}: which method?"
            yield str(node.args[0].value)


def bot_events() -> set[str]:
    return set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])


def test_every_method_called_is_in_the_table() -> None:
    assert methods_called() <= set(METHOD_SCOPES), "add the method and its scopes to METHOD_SCOPES"


def test_the_scopes_are_those_that_methods_and_events_need() -> None:
    needed = {"commands"}
    for method in methods_called():
        needed |= METHOD_SCOPES[method]
    for event in bot_events():
        needed |= EVENT_SCOPES[event]
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed


def test_the_events_are_those_that_are_listened_to(listening: Listening) -> None:
    assert {event.partition(".")[0] for event in bot_events()} == listening.events


def test_messages_are_heard_wherever_people_write() -> None:
    assert {event for event in bot_events() if event.startswith("message.")} == {
        f"message.{kind}" for kind in ("channels", "groups", "im", "mpim")
    }


def test_the_commands_are_those_that_are_listened_to(listening: Listening) -> None:
    assert {command["command"] for command in MANIFEST["features"]["slash_commands"]} == listening.commands


def test_names_typed_in_commands_arrive_as_ids() -> None:
    assert all(command["should_escape"] for command in MANIFEST["features"]["slash_commands"])


def test_the_shortcuts_are_those_that_are_listened_to(listening: Listening) -> None:
    shortcuts = MANIFEST["features"]["shortcuts"]
    assert {(shortcut["type"], shortcut["callback_id"]) for shortcut in shortcuts} == listening.shortcuts


def test_the_steps_are_those_that_are_listened_to(listening: Listening) -> None:
    assert set(MANIFEST["functions"]) == listening.steps == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_a_step_takes_and_gives_what_the_code_knows(name: str) -> None:
    form, declared = FORMS[name], MANIFEST["functions"][name]
    taken = {one: spec["is_required"] for one, spec in declared["input_parameters"].items()}
    assert taken == dict.fromkeys(form.needs, True) | dict.fromkeys(form.may, False)
    assert tuple(declared["output_parameters"]) == form.gives
    assert declared["input_parameters"]["run_as"]["type"] == "slack#/types/user_id"


def test_slack_offers_the_steps_to_workflows() -> None:
    """Slack's page "Custom steps for Workflow Builder": an app that an organization can install, running elsewhere."""
    assert MANIFEST["settings"]["org_deploy_enabled"] is True
    assert MANIFEST["settings"]["function_runtime"] == "remote"


def test_people_can_press_buttons_open_the_home_and_write_to_casebook() -> None:
    home = MANIFEST["features"]["app_home"]
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert home["home_tab_enabled"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]


def test_what_cannot_be_taken_back_is_left_off() -> None:
    """Token rotation can never be switched off again, and Casebook does not rotate."""
    assert MANIFEST["settings"]["token_rotation_enabled"] is False


# -- the structure, as Slack has it: an unknown key is an error at import ----------------------------------------------

Check = Callable[[Any], bool]


def text(least: int, most: int, form: str = r"(?s).*") -> Check:
    return lambda value: isinstance(value, str) and least <= len(value) <= most and bool(re.fullmatch(form, value))


def number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def several(least: int, most: int, item: Check) -> Check:
    return lambda value: (
        isinstance(value, list)
        and least <= len(value) <= most
        and all(item(entry) for entry in value)
        and len({repr(entry) for entry in value}) == len(value)
    )


def keys(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    known = required | (optional or {})
    return lambda value: (
        isinstance(value, dict)
        and set(required) <= set(value) <= set(known)
        and all(known[name](entry) for name, entry in value.items())
    )


TYPES = r"string|integer|number|boolean|slack#/types/(user_id|channel_id|message_ts)"
PARAMETERS: Check = lambda value: (  # noqa: E731
    isinstance(value, dict)
    and len(value) <= 50
    and all(re.fullmatch(r"[a-z_]+", name) and PARAMETER(spec) for name, spec in value.items())
)
PARAMETER = keys({"type": text(1, 50, TYPES), "title": text(1, 255), "description": text(1, 255), "is_required": flag})
FUNCTION = keys(
    {
        "title": text(1, 255),
        "description": text(1, 255),
        "input_parameters": PARAMETERS,
        "output_parameters": PARAMETERS,
    }
)


def functions(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= 50
        and all(len(name) <= 100 and FUNCTION(entry) for name, entry in value.items())
    )


SHAPE = keys(
    {
        "display_information": keys(
            {"name": text(1, 35)},
            {
                "description": text(1, 140),
                "long_description": text(175, 4000),
                "background_color": text(4, 7, "#([0-9a-f]{3}|[0-9a-f]{6})"),
            },
        )
    },
    {
        "_metadata": keys({}, {"major_version": number, "minor_version": number}),
        "features": keys(
            {},
            {
                "app_home": keys(
                    {},
                    {
                        "home_tab_enabled": flag,
                        "messages_tab_enabled": flag,
                        "messages_tab_read_only_enabled": flag,
                    },
                ),
                "bot_user": keys({"display_name": text(1, 80, "[a-z0-9._-]+")}, {"always_online": flag}),
                "slash_commands": several(
                    1,
                    50,
                    keys(
                        {"command": text(2, 32, "/.+"), "description": text(1, 2000)},
                        {"usage_hint": text(1, 1000), "should_escape": flag},
                    ),
                ),
                "shortcuts": several(
                    1,
                    10,
                    keys(
                        {
                            "name": text(1, 24),
                            "type": text(1, 7, "message|global"),
                            "callback_id": text(1, 255),
                            "description": text(1, 150),
                        }
                    ),
                ),
            },
        ),
        "oauth_config": keys({}, {"scopes": keys({}, {"bot": several(1, 255, text(1, 50))})}),
        "settings": keys(
            {},
            {
                "event_subscriptions": keys({}, {"bot_events": several(1, 100, text(1, 100))}),
                "interactivity": keys({"is_enabled": flag}),
                "org_deploy_enabled": flag,
                "socket_mode_enabled": flag,
                "token_rotation_enabled": flag,
                "function_runtime": text(6, 6, "remote"),
            },
        ),
        "functions": functions,
    },
)


def test_slack_would_take_the_manifest() -> None:
    assert SHAPE(MANIFEST)


@pytest.mark.parametrize(
    "path",
    [
        ("display_information", "nmae"),
        ("features", "app_home", "home_tab"),
        ("settings", "socket_mode"),
        ("features", "slash_commands", 0, "escape"),
    ],
)
def test_a_typing_error_would_be_noticed(path: tuple[str | int, ...]) -> None:
    broken = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    inner = broken
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = True
    assert not SHAPE(broken)
