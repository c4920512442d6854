"""A local Slack, a small real Bolt app against it, and people."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox import Channel, LocalSlack, Person

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Tester"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "tester", "always_online": True},
        "slash_commands": [
            {"command": "/case", "description": "Open the case menu", "should_escape": True},
            {"command": "/raw", "description": "Text as typed"},
        ],
        "shortcuts": [
            {"name": "New case", "type": "global", "callback_id": "case.new", "description": "Create a case"},
            {"name": "Escalate", "type": "message", "callback_id": "case.escalate", "description": "Make a case"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "commands", "chat:write", "app_mentions:read", "channels:read", "groups:read", "im:read", "mpim:read",
                "channels:history", "groups:history", "im:history", "im:write", "channels:join", "channels:manage",
                "groups:write", "users:read", "users:read.email", "usergroups:read", "files:read", "files:write",
                "reactions:write", "pins:write", "bookmarks:write", "team:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened", "app_mention", "message.channels", "message.groups", "message.im",
                "member_joined_channel", "member_left_channel", "channel_rename", "channel_archive",
                "channel_unarchive", "subteam_created", "subteam_updated", "subteam_members_changed", "user_change",
                "team_join", "tokens_revoked", "app_uninstalled", "function_executed",
            ]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
        "function_runtime": "remote",
    },
    "functions": {
        "create_case": {
            "title": "Create a case",
            "input_parameters": {"title": {"type": "string", "title": "Title", "is_required": True}},
            "output_parameters": {"key": {"type": "string", "title": "Key", "is_required": True}},
        }
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK warns before a message without text is sent; here the server is to answer that."""
    monkeypatch.setenv("SKIP_SLACK_SDK_WARNING", "1")


@pytest.fixture
def slack(request: pytest.FixtureRequest) -> Iterator[LocalSlack]:
    """An indirect parameter is the time for acknowledgements."""
    patience = getattr(request, "param", 3.0)
    with LocalSlack(
        manifest=MANIFEST, rate_limits=False, ack_timeout=patience, retry_delays=(0.0, 0.02, 0.05)
    ) as slack:
        yield slack


@contextmanager
def silent(slack: LocalSlack) -> Iterator[None]:
    """An app that is connected and never acknowledges anything."""
    stop = threading.Event()

    async def listen() -> None:
        url = WebClient(base_url=slack.api_url).apps_connections_open(app_token=slack.app_token)["url"]
        async with ClientSession() as session, session.ws_connect(url):
            await asyncio.get_running_loop().run_in_executor(None, stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(listen(),))
    thread.start()
    slack.wait_connected()
    yield
    stop.set()
    thread.join()


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return WebClient(token=slack.bot_token, base_url=slack.api_url, timeout=10, retry_handlers=[])


@pytest.fixture
def ann(slack: LocalSlack) -> Person:
    return slack.add_person("ann", real_name="Ann Archer")


@pytest.fixture
def bob(slack: LocalSlack) -> Person:
    return slack.add_person("bob", real_name="Bob Baker")


@pytest.fixture
def ops(slack: LocalSlack, ann: Person, bob: Person) -> Channel:
    return slack.add_channel("ops", members=[ann, bob], bot=True)


def make_app(slack: LocalSlack) -> App:
    client = WebClient(token=slack.bot_token, base_url=slack.api_url, timeout=10)
    return App(client=client, listener_executor=ThreadPoolExecutor(max_workers=10))


@pytest.fixture
def app(slack: LocalSlack) -> App:
    return make_app(slack)


@pytest.fixture
def connect(slack: LocalSlack) -> Iterator[Callable[[App], SocketModeHandler]]:
    """Connects an app by Socket Mode; everything is closed after the test."""
    handlers: list[SocketModeHandler] = []

    def connect(app: App) -> SocketModeHandler:
        handler = SocketModeHandler(app, slack.app_token, ping_interval=0.2)
        handler.connect()
        handlers.append(handler)
        slack.wait_connected(len(handlers))
        return handler

    yield connect
    for handler in handlers:
        close(handler)


def close(handler: SocketModeHandler) -> None:
    """Wakes the client's threads, which else notice within 3 s that they are to end."""
    client = handler.client
    client.closed = True
    client.current_session_state.terminated = True
    client.current_session.ping("the end")
    client.enqueue_message("")
    handler.close()
