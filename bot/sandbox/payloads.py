"""What the app is sent when a person does something (chapter 5 of the platform reference)."""

from copy import deepcopy
from typing import TYPE_CHECKING

from .records import Conversation, Post, View
from .shapes import message_json
from .wire import Json

if TYPE_CHECKING:
    from .platform import Platform

_NAMES = {"im": "directmessage", "mpim": "mpdm", "private": "privategroup"}


def _base(platform: "Platform", kind: str, person: str) -> Json:
    user = platform.workspace.users[person]
    team = platform.workspace.team_id
    return {
        "type": kind,
        "team": {"id": team, "domain": platform.workspace.team_domain},
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": platform.workspace.team_of(person),
        },
        "api_app_id": platform.app_id,
        "token": "x",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def channel_name(conversation: Conversation) -> str:
    return _NAMES.get(conversation.kind, conversation.name)


def command(platform: "Platform", person: str, word: str, text: str, conversation: Conversation) -> Json:
    """Form fields, hence strings only."""
    user = platform.workspace.users[person]
    return {
        "token": "x",
        "team_id": platform.workspace.team_id,
        "team_domain": platform.workspace.team_domain,
        "channel_id": conversation.id,
        "channel_name": channel_name(conversation),
        "user_id": user.id,
        "user_name": user.name,
        "command": word,
        "text": text,
        "api_app_id": platform.app_id,
        "is_enterprise_install": "false",
        "response_url": platform.response_address(platform.tickets.new_url(person, conversation.id)),
        "trigger_id": platform.tickets.new_trigger(person, channel=conversation.id),
    }


def shortcut(platform: "Platform", person: str, callback_id: str) -> Json:
    payload = _base(platform, "shortcut", person)
    trigger = platform.tickets.new_trigger(person)
    ts = platform.workspace.new_ts()
    return payload | {"callback_id": callback_id, "trigger_id": trigger, "action_ts": ts}


def message_action(platform: "Platform", person: str, callback_id: str, post: Post) -> Json:
    conversation = platform.workspace.conversations[post.channel]
    url = platform.tickets.new_url(person, post.channel, post.ts)
    return _base(platform, "message_action", person) | {
        "callback_id": callback_id,
        "trigger_id": platform.tickets.new_trigger(person, channel=post.channel),
        "response_url": platform.response_address(url),
        "message_ts": post.ts,
        "message": message_json(post, platform.workspace),
        "channel": {"id": conversation.id, "name": channel_name(conversation)},
        "action_ts": platform.workspace.new_ts(),
    }


def message_actions(platform: "Platform", person: str, post: Post, values: Json, action: Json) -> Json:
    """block_actions from a message; an ephemeral one comes without its body."""
    conversation = platform.workspace.conversations[post.channel]
    ephemeral = bool(post.only_for)
    url = platform.tickets.new_url(person, post.channel, post.ts, ephemeral)
    payload = _base(platform, "block_actions", person) | {
        "container": message_container(post),
        "trigger_id": platform.tickets.new_trigger(person, channel=post.channel),
        "channel": {"id": conversation.id, "name": channel_name(conversation)},
        "state": {"values": deepcopy(values)},
        "response_url": platform.response_address(url),
        "actions": [action],
    }
    if not ephemeral:
        payload["message"] = message_json(post, platform.workspace, with_metadata=True)
    return payload


def message_container(post: Post) -> Json:
    container: Json = {
        "type": "message",
        "message_ts": post.ts,
        "channel_id": post.channel,
        "is_ephemeral": bool(post.only_for),
    }
    return container | {"thread_ts": post.thread_ts} if post.thread_ts else container


def message_source(platform: "Platform", post: Post) -> Json:
    """What a block_suggestion says of the message it comes from."""
    conversation = platform.workspace.conversations[post.channel]
    channel = {"id": conversation.id, "name": channel_name(conversation)}
    source: Json = {"container": message_container(post), "channel": channel}
    return source if post.only_for else source | {"message": message_json(post, platform.workspace)}


def view_actions(platform: "Platform", person: str, view: View, action: Json) -> Json:
    source = view.id if view.kind == "modal" else ""
    return _base(platform, "block_actions", person) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": platform.tickets.new_trigger(person, source, view.opened_from),
        "view": platform.view_json(view),
        "actions": [action],
    }


def suggestion(platform: "Platform", person: str, block_id: str, action_id: str, query: str) -> Json:
    """The caller adds `container` and `view`, or `container`, `message` and `channel`."""
    payload = _base(platform, "block_suggestion", person)
    return payload | {"block_id": block_id, "action_id": action_id, "value": query}


def submission(platform: "Platform", person: str, view: View, response_urls: list[Json]) -> Json:
    return _base(platform, "view_submission", person) | {
        "trigger_id": platform.tickets.new_trigger(person, view.id, view.opened_from),
        "view": platform.view_json(view),
        "response_urls": response_urls,
    }


def closed(platform: "Platform", person: str, view: View, cleared: bool) -> Json:
    payload = _base(platform, "view_closed", person)
    return payload | {"view": platform.view_json(view), "is_cleared": cleared}
