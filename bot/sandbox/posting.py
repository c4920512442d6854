"""Messages of the app, however they arrive: chat.*, a response URL or the answer to a command."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import blockkit
from .records import Conversation, Post
from .shapes import message_json
from .text import pings, stored
from .wire import Json, Refused

if TYPE_CHECKING:
    from .platform import Platform

TEXT_LIMIT = 40_000
UPDATE_TEXT_LIMIT = 4_000
BLOCKS_TEXT_LIMIT = 13_200
ATTACHMENTS_LIMIT = 100


@dataclass
class Content:
    """Checked and in the form in which it is kept; None = not given."""

    text: str | None
    blocks: list[Json] | None
    attachments: list[Json] | None
    metadata: Json | None
    pings: list[str]


def read_content(platform: "Platform", args: Json, update: bool = False) -> Content:
    """Raises Refused for what Slack would refuse. `update`: the rules of chat.update."""
    text, blocks, attachments = args.get("text"), args.get("blocks"), args.get("attachments")
    metadata = args.get("metadata")
    if args.get("markdown_text") is not None:
        if text or blocks:
            raise Refused("markdown_text_conflict")
        blocks = [{"type": "markdown", "text": args["markdown_text"]}]
    empty = not text or (isinstance(text, str) and not text.strip())
    if empty and not blocks and not attachments and not (update and metadata is not None):
        raise Refused("no_text")
    if text is not None and not isinstance(text, str):
        raise Refused("invalid_arguments", "[ERROR] text must be a string [json-pointer:/text]")
    if text and update and len(text) > UPDATE_TEXT_LIMIT:
        raise Refused("msg_too_long")
    blocks, attachments = _checked_blocks(blocks), _checked_attachments(attachments)
    if blocks and not text and not attachments:
        platform.traffic.warn("no_fallback_text", "blocks without text: nothing is notified or read aloud", dict(args))
    _check_metadata(metadata)
    found = pings(text or "", verbatim=True) + blockkit.pings(blocks or []) if text or blocks else []
    kept = None if text is None else stored(text[:TEXT_LIMIT], link_urls=args.get("parse") != "none")
    return Content(kept, blocks, attachments, metadata, list(dict.fromkeys(found)))


def _checked_blocks(blocks: Any) -> list[Json] | None:
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format", "[ERROR] blocks must be an array [json-pointer:/blocks]")
    problems = blockkit.problems(blocks, "message")
    if problems:
        raise Refused("invalid_blocks", *problems)
    if blockkit.length(blocks) > BLOCKS_TEXT_LIMIT:
        raise Refused("msg_blocks_too_long")
    return blockkit.with_ids(blocks)


def _checked_attachments(attachments: Any) -> list[Json] | None:
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(entry, dict) for entry in attachments):
        raise Refused("invalid_attachments")
    if len(attachments) > ATTACHMENTS_LIMIT:
        raise Refused("too_many_attachments")
    return [
        entry | {"blocks": _checked_blocks(entry["blocks"])} if "blocks" in entry else entry for entry in attachments
    ]


def _check_metadata(metadata: Any) -> None:
    if metadata is None or metadata == {}:
        return
    if not isinstance(metadata, dict) or set(metadata) - {"event_type", "event_payload", "entities"}:
        raise Refused("invalid_metadata_format")
    if "event_type" in metadata and not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")


def app_body(platform: "Platform", content: Content, ts: str) -> Json:
    body: Json = {
        "user": platform.bot_user,
        "type": "message",
        "ts": ts,
        "bot_id": platform.bot_id,
        "app_id": platform.app_id,
        "text": content.text or "",
        "team": platform.workspace.team_id,
        "bot_profile": platform.bot_profile(),
    }
    if content.blocks:
        body["blocks"] = content.blocks
    if content.attachments:
        body["attachments"] = content.attachments
    return body


def post_as_app(
    platform: "Platform",
    conversation: Conversation,
    content: Content,
    thread_ts: str = "",
    broadcast: bool = False,
    only_for: str = "",
    extra: Json | None = None,
) -> Post:
    """Stores the message and tells the app of it, as Slack does, unless it is ephemeral. `extra`: more of its body."""
    ts = platform.workspace.new_ts()
    body = app_body(platform, content, ts) | (extra or {})
    if thread_ts:
        body |= _thread_fields(platform, conversation, thread_ts, broadcast and not only_for)
    post = Post(conversation.id, ts, body, platform.bot_id, only_for, content.metadata or None, content.pings)
    platform.workspace.add_post(post)
    if only_for:
        platform.workspace.show(only_for, content.text or "a message without text")
    else:
        platform.events.message_posted(post)
    return post


def _thread_fields(platform: "Platform", conversation: Conversation, thread_ts: str, broadcast: bool) -> Json:
    """Slack puts a reply to a message that is gone into the channel itself (slackapi/python-slack-events-api#87)."""
    parent = platform.workspace.post(conversation.id, thread_ts)
    if parent is None:
        detail = {"channel": conversation.id, "thread_ts": thread_ts}
        platform.traffic.warn("reply_without_parent", "the message is gone: posted in the channel itself", detail)
        return {}
    if parent.is_reply:
        raise Refused("cannot_reply_to_message", "[ERROR] thread_ts is a reply's ts, use its parent's")
    fields: Json = {"thread_ts": thread_ts, "parent_user_id": parent.body.get("user", "")}
    return fields | {"subtype": "thread_broadcast"} if broadcast else fields


def change_post(platform: "Platform", post: Post, content: Content, edited_by: str) -> None:
    """Fields that were not given stay (chat.update); an empty list removes. Tells the app what changed."""
    before = message_json(post, platform.workspace)
    body = dict(post.body)
    if content.text is not None:
        body["text"] = content.text
    for key, value in (("blocks", content.blocks), ("attachments", content.attachments)):
        if value:
            body[key] = value
        elif value is not None:
            body.pop(key, None)
    if content.metadata is not None:
        post.metadata = content.metadata or None
    body["edited"] = {"user": edited_by, "ts": platform.workspace.new_ts()}
    post.body, post.pings = body, content.pings
    platform.workspace.changed("message", channel=post.channel, ts=post.ts, only_for=post.only_for)
    if not post.only_for:
        platform.events.message_changed(post, before)


def delete_post(platform: "Platform", post: Post) -> None:
    """A parent with replies leaves a tombstone, anything else is gone."""
    workspace = platform.workspace
    before = message_json(post, workspace)
    if post.only_for or not workspace.replies(post.channel, post.ts) or post.is_reply:
        workspace.remove_post(post)
        if not post.only_for:
            platform.events.message_deleted(post, before)
        return
    keep = {key: post.body[key] for key in ("type", "ts") if key in post.body}
    gone = {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "hidden": True}
    post.body, post.metadata, post.owner = keep | gone | {"thread_ts": post.ts}, None, ""
    workspace.changed("message", channel=post.channel, ts=post.ts, only_for="")
    platform.events.message_changed(post, before)
