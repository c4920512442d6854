"""What people do: commands, shortcuts, messages, visits. Everything that can be clicked or typed in is in `acting`.

Each function takes ids and gives an Outcome or a Post; it raises Impossible where Slack's client would not let them.
"""

import base64
import uuid
from typing import TYPE_CHECKING

from . import channels, payloads
from .outcome import Outcome
from .posting import Content, delete_post, post_as_app, read_content
from .records import Conversation, Post, User
from .shapes import file_json, message_json
from .text import pings, rich_text, typed
from .wire import Impossible, Json, Refused

if TYPE_CHECKING:
    from .platform import Platform

_ANSWER_KEYS = {
    "text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "unfurl_links",
    "unfurl_media", "thread_ts", "metadata", "mrkdwn", "parse", "link_names",
}  # fmt: skip


def person(platform: "Platform", person_id: str) -> User:
    user = platform.workspace.users.get(person_id)
    if user is None or user.is_bot:
        raise Impossible(f"there is nobody with the id {person_id}")
    if user.deleted:
        raise Impossible(f"{user.name} is deactivated")
    return user


def place(platform: "Platform", person_id: str, channel: str) -> Conversation:
    """The conversation in which a person types; "" = the direct messages with the app."""
    user = person(platform, person_id)
    if not channel:
        return platform.app_dm(person_id)
    conversation = platform.workspace.conversations.get(channel)
    if conversation is None:
        raise Impossible(f"there is no channel {channel}")
    if person_id not in conversation.members:
        raise Impossible(
            f"{user.name} is not in #{conversation.name or channel}, and can type there only after joining"
        )
    return conversation


# -- commands and shortcuts ---------------------------------------------------------------------------------------
async def command(platform: "Platform", person_id: str, line: str, channel: str = "") -> Outcome:
    """`line` as typed, `/case new db down`. Text is everything after the first space."""
    conversation = place(platform, person_id, channel)
    word, _, rest = line.partition(" ")
    declared = platform.manifest.commands.get(word)
    if declared is None or "commands" not in platform.manifest.scopes:
        raise Impossible(f"{word} is not a valid command")
    if conversation.archived:
        raise Impossible(f"#{conversation.name} is archived")
    text = typed(rest, platform.workspace, labels=True) if declared.should_escape else rest
    payload = payloads.command(platform, person_id, word, text, conversation)
    ack = await platform.deliveries.ask("slash_commands", payload)
    outcome = Outcome.of(ack)
    if ack.reason:
        failure = "operation_timeout" if ack.timed_out else "dispatch_failed"
        outcome.error = f"{word} failed with the error “{failure}”"
        platform.workspace.show(person_id, outcome.error)
    elif ack.payload:
        _show_answer(platform, person_id, conversation, ack.payload, outcome)
    return outcome


def _show_answer(
    platform: "Platform", person_id: str, conversation: Conversation, answer: Json, outcome: Outcome
) -> None:
    """The answer that came with the acknowledgement, ephemeral unless `response_type` is in_channel."""
    try:
        content = read_answer(platform, answer)
    except Refused as refused:
        platform.traffic.refuse("command_response", str(refused), answer)
        outcome.error = "invalid_command_response"
        platform.workspace.show(person_id, outcome.error)
        return
    public = answer.get("response_type") == "in_channel"
    post = post_as_app(platform, conversation, content, only_for="" if public else person_id)
    outcome.text, outcome.blocks = content.text or "", content.blocks or []
    outcome.attachments = content.attachments or []
    outcome.channel, outcome.ts = post.channel, post.ts


def read_answer(platform: "Platform", answer: Json) -> Content:
    """The message in the answer to a command or in a post to a response URL. Raises Refused."""
    unknown = set(answer) - _ANSWER_KEYS
    if unknown:
        raise Refused("invalid_arguments", f"[ERROR] unknown: {', '.join(sorted(unknown))} [json-pointer:/]")
    if answer.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        raise Refused("invalid_arguments", "[ERROR] response_type is ephemeral or in_channel")
    return read_content(platform, answer)


async def shortcut(platform: "Platform", person_id: str, callback_id: str) -> Outcome:
    """`callback_id`: that, or the name in the menu."""
    person(platform, person_id)
    payload = payloads.shortcut(platform, person_id, _declared(platform, callback_id, "global"))
    return await interact(platform, person_id, payload)


async def message_shortcut(platform: "Platform", person_id: str, callback_id: str, channel: str, ts: str) -> Outcome:
    declared = _declared(platform, callback_id, "message")
    post = visible_post(platform, person_id, channel, ts)
    if post.only_for:
        raise Impossible("message shortcuts are not offered on messages only visible to you")
    payload = payloads.message_action(platform, person_id, declared, post)
    return await interact(platform, person_id, payload)


def _declared(platform: "Platform", wanted: str, kind: str) -> str:
    """The callback id of the shortcut with this callback id or name."""
    if "commands" in platform.manifest.scopes:
        for shortcut in platform.manifest.shortcuts.values():
            if shortcut.kind == kind and wanted in (shortcut.callback_id, shortcut.name):
                return shortcut.callback_id
    raise Impossible(f"there is no {kind} shortcut {wanted}")


async def interact(platform: "Platform", person_id: str, payload: Json) -> Outcome:
    """Delivers an interaction; when the app fails, the person sees so."""
    if not platform.manifest.interactivity:
        raise Impossible("interactivity is not enabled in the manifest")
    ack = await platform.deliveries.ask("interactive", payload)
    outcome = Outcome.of(ack)
    if ack.reason:
        outcome.error = "operation_timeout" if ack.timed_out else "dispatch_failed"
        platform.workspace.show(person_id, f"{platform.manifest.name} did not respond: {outcome.error}")
    elif ack.payload and payload["type"] not in ("view_submission", "block_suggestion"):
        platform.traffic.warn("ack_payload", f"{payload['type']} takes no response payload", ack.payload)
    return outcome


# -- messages -----------------------------------------------------------------------------------------------------
def visible_post(platform: "Platform", person_id: str, channel: str, ts: str) -> Post:
    user = person(platform, person_id)
    conversation, post = platform.workspace.conversations.get(channel), platform.workspace.post(channel, ts)
    if conversation is None or not platform.workspace.may_see(person_id, conversation):
        raise Impossible(f"{user.name} cannot see {channel}")
    if post is None or post.only_for not in ("", person_id):
        raise Impossible(f"{user.name} sees no message {ts} in #{conversation.name or channel}")
    return post


def post(
    platform: "Platform",
    person_id: str,
    channel: str,
    text: str,
    thread_ts: str = "",
    broadcast: bool = False,
    files: list[Json] | None = None,
) -> Post:
    """`files`: `{"name", "content"}` with base64 content."""
    workspace, conversation = platform.workspace, place(platform, person_id, channel)
    _check_typing(platform, conversation)
    if not text and not files:
        raise Impossible("an empty message cannot be sent")
    kept, ts = typed(text, workspace, labels=False), workspace.new_ts()
    body: Json = {"user": person_id, "type": "message", "ts": ts, "client_msg_id": str(uuid.uuid4()), "text": kept}
    body["team"] = workspace.team_of(person_id)
    if kept:
        body["blocks"] = [rich_text(kept) | {"block_id": workspace.new_id("b")}]
    if thread_ts:
        body |= _reply_fields(platform, person_id, channel, thread_ts, broadcast)
    if files:
        body |= {"files": _attach(platform, person_id, conversation.id, files), "upload": False}
        body["subtype"] = "file_share"
    added = workspace.add_post(Post(conversation.id, ts, body, person_id, pings=pings(kept)))
    platform.events.message_posted(added)
    return added


def _check_typing(platform: "Platform", conversation: Conversation) -> None:
    if conversation.archived:
        raise Impossible(f"#{conversation.name} is archived")
    closed = not platform.manifest.messages_tab or platform.manifest.messages_tab_read_only
    if closed and conversation.kind == "im" and platform.bot_in(conversation):
        raise Impossible("sending messages to this app has been turned off")


def _reply_fields(platform: "Platform", person_id: str, channel: str, thread_ts: str, broadcast: bool) -> Json:
    parent = visible_post(platform, person_id, channel, thread_ts)
    root = visible_post(platform, person_id, channel, parent.thread_ts) if parent.is_reply else parent
    if root.only_for:
        raise Impossible("there are no replies to a message only visible to you")
    fields: Json = {"thread_ts": root.ts, "parent_user_id": root.body.get("user", "")}
    return fields | {"subtype": "thread_broadcast"} if broadcast else fields


def _attach(platform: "Platform", person_id: str, channel: str, files: list[Json]) -> list[Json]:
    return [store_file(platform, person_id, entry, channel) for entry in files]


def store_file(platform: "Platform", person_id: str, entry: Json, channel: str = "") -> Json:
    """Keeps an uploaded file, `{"name", "content"}` with base64 content; gives Slack's file object."""
    stored = platform.workspace.add_file(entry["name"], person_id, base64.b64decode(entry["content"]))
    if channel:
        stored.channels.append(channel)
    return file_json(stored, platform.url)


def edit(platform: "Platform", person_id: str, channel: str, ts: str, text: str) -> Post:
    changed, workspace = _own(platform, person_id, channel, ts), platform.workspace
    before = message_json(changed, workspace)
    kept = typed(text, workspace, labels=False)
    body = dict(changed.body) | {"text": kept, "blocks": [rich_text(kept) | {"block_id": workspace.new_id("b")}]}
    body["edited"] = {"user": person_id, "ts": workspace.new_ts()}
    changed.body, changed.pings = body, pings(kept)
    workspace.changed("message", channel=channel, ts=ts, only_for="")
    platform.events.message_changed(changed, before)
    return changed


def delete(platform: "Platform", person_id: str, channel: str, ts: str) -> None:
    """Ephemeral messages are only dismissed, for oneself."""
    gone = visible_post(platform, person_id, channel, ts)
    if gone.only_for:
        platform.workspace.remove_post(gone)
        return
    delete_post(platform, _own(platform, person_id, channel, ts))


def _own(platform: "Platform", person_id: str, channel: str, ts: str) -> Post:
    found = visible_post(platform, person_id, channel, ts)
    if found.owner != person_id:
        raise Impossible("only their author can change messages")
    return found


def seen_in(platform: "Platform", person_id: str, channel: str) -> list[Post]:
    """The channel as the person sees it, oldest first: no replies, but what is only visible to them."""
    conversation = platform.workspace.conversations.get(channel)
    if conversation is None or not platform.workspace.may_see(person_id, conversation):
        raise Impossible(f"{person(platform, person_id).name} cannot see {channel}")
    posts = platform.workspace.posts.get(channel, {}).values()
    return [p for p in posts if p.only_for == person_id or (not p.only_for and p.in_channel)]


def seen_thread(platform: "Platform", person_id: str, channel: str, ts: str) -> list[Post]:
    """The parent and its replies as the person sees them."""
    root = visible_post(platform, person_id, channel, ts)
    posts = platform.workspace.posts[channel].values()
    return [root, *(p for p in posts if p.thread_ts == ts and p.ts != ts and p.only_for in ("", person_id))]


def join(platform: "Platform", person_id: str, channel: str) -> None:
    """Public channels only; guests and people from outside are invited instead."""
    user, conversation = person(platform, person_id), platform.workspace.conversations.get(channel)
    if conversation is None or conversation.kind != "public" or user.guest or user.stranger:
        raise Impossible(f"{user.name} cannot join {channel} without being invited")
    channels.join(platform, conversation, person_id)


# -- the app's page -----------------------------------------------------------------------------------------------
def open_home(platform: "Platform", person_id: str, tab: str = "home") -> int:
    """Visits the app. Returns the version of the Home view before the visit; 0 = there was none."""
    person(platform, person_id)
    if tab == "home" and not platform.manifest.home_tab:
        raise Impossible("this app has no Home tab")
    home = platform.workspace.home(person_id)
    platform.events.home_opened(person_id, tab)
    return home.version if home else 0
