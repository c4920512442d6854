"""The workspace as one person sees it, as JSON for a page."""

from typing import TYPE_CHECKING

from . import acting, people
from .blockkit import interactive
from .inputs import initial_values
from .records import Conversation, Post, View
from .shapes import conversation_json, message_json, user_json, usergroup_json
from .wire import Json

if TYPE_CHECKING:
    from .platform import Platform

RECENT = 50


def overview(platform: "Platform", person_id: str = "") -> Json:
    """Team, app, people, groups, bots, commands, shortcuts, steps; channels as `person_id` sees them, or all."""
    workspace, manifest = platform.workspace, platform.manifest
    team = workspace.team_id
    dm = platform.app_dm(person_id).id if person_id else ""
    return {
        "team": {"id": team, "name": workspace.team_name, "domain": workspace.team_domain, "url": workspace.team_url},
        "app": {
            "id": platform.app_id,
            "name": manifest.name,
            "bot_id": platform.bot_id,
            "user_id": platform.bot_user,
            "home_tab": manifest.home_tab,
            "messages_tab": manifest.messages_tab,
            "messages_tab_read_only": manifest.messages_tab_read_only,
            "connections": platform.sockets.count,
            "connected": platform.deliveries.transport is not platform.sockets or platform.sockets.count > 0,
        },
        "people": [user_json(user, team, with_email=True) for user in workspace.users.values()],
        "groups": [usergroup_json(g, team, with_users=True, with_count=True) for g in workspace.usergroups.values()],
        "bots": [{"id": bot.id, "name": bot.name, "user": bot.user} for bot in workspace.bots.values()],
        "commands": [vars(command) for command in manifest.commands.values()],
        "shortcuts": [vars(shortcut) for shortcut in manifest.shortcuts.values()],
        "steps": [_step(callback_id, declared) for callback_id, declared in manifest.functions.items()],
        "channels": [channel(platform, c, person_id) for c in _visible(platform, person_id)],
        "dm": dm,
    }


def _step(callback_id: str, declared: Json) -> Json:
    """A function of the manifest; its inputs in the order in which it declares them."""
    inputs = [{"name": name, **spec} for name, spec in (declared.get("input_parameters") or {}).items()]
    return {
        "callback_id": callback_id,
        "title": declared["title"],
        "description": declared.get("description", ""),
        "input_parameters": inputs,
    }


def _visible(platform: "Platform", person_id: str) -> list[Conversation]:
    everything = list(platform.workspace.conversations.values())
    return [c for c in everything if not person_id or platform.workspace.may_see(person_id, c)]


def channel(platform: "Platform", conversation: Conversation, person_id: str) -> Json:
    """Slack's channel object with `kind`, `members`, `bookmarks`, `last`: the ts of the newest message seen, and
    `recent`: `ts`, `by` and `pings` of the newest ones in the channel itself, for telling what is unread."""
    shape = conversation_json(conversation, platform.workspace.team_id, person_id)
    posts = [p for p in platform.workspace.posts[conversation.id].values() if p.only_for in ("", person_id)]
    return shape | {
        "kind": conversation.kind,
        "members": list(conversation.members),
        "bookmarks": list(conversation.bookmarks),
        "last": posts[-1].ts if posts else "",
        "recent": [
            {"ts": post.ts, "by": post.body.get("user", ""), "pings": post.pings}
            for post in [p for p in posts if p.in_channel][-RECENT:]
        ],
    }


def message(platform: "Platform", post: Post, person_id: str) -> Json:
    """Slack's message object with `channel`, `ephemeral`, `pings`, `permalink`, and `values`: what the person chose."""
    body = post.body
    chosen = platform.message_values.get((person_id, post.channel, post.ts), {})
    initial = initial_values(body.get("blocks") or [], "", body.get("attachments") or [])
    values = {block: actions | chosen.get(block, {}) for block, actions in initial.items()}
    return message_json(post, platform.workspace, with_metadata=True) | {
        "channel": post.channel,
        "ephemeral": bool(post.only_for),
        "pings": post.pings,
        "permalink": platform.workspace.permalink(post),
        "values": values,
    }


def messages(platform: "Platform", person_id: str, channel_id: str, limit: int = 0) -> list[Json]:
    """The channel itself, oldest first, without replies; all lasting messages when nobody is named.

    `limit`: only the newest so many; 0 = all.
    """
    if not person_id:
        posts = [post for post in platform.workspace.lasting(channel_id) if post.in_channel]
    else:
        posts = people.seen_in(platform, person_id, channel_id)
    return [message(platform, post, person_id) for post in posts[-limit:]]


def thread(platform: "Platform", person_id: str, channel_id: str, ts: str) -> list[Json]:
    posts = people.seen_thread(platform, person_id, channel_id, ts)
    return [message(platform, post, person_id) for post in posts]


def view(platform: "Platform", shown: View) -> Json:
    """Slack's view object with `values`, `errors`, `trouble`, and `labels`: the names of its interactive elements."""
    labels = [
        {"block_id": found.block_id, "action_id": found.action_id, "type": found.element["type"], "names": names}
        for found in interactive(shown.body["blocks"])
        for names in [acting.labels(platform, found)]
    ]
    return platform.view_json(shown) | {
        "person": shown.person,
        "version": shown.version,
        "values": shown.values,
        "errors": shown.errors,
        "trouble": shown.trouble,
        "labels": labels,
    }


def modals(platform: "Platform", person_id: str) -> list[Json]:
    """The stack, the top one last."""
    return [view(platform, shown) for shown in platform.workspace.stack(person_id)]


def home(platform: "Platform", person_id: str) -> Json | None:
    shown = platform.workspace.home(person_id)
    return view(platform, shown) if shown else None
