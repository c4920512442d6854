"""Bots that are not the app: alert bots in the forms in which they really post (integrations reference, 8.3)."""

from typing import TYPE_CHECKING

from .blockkit import with_ids
from .records import Post
from .text import pings
from .wire import Impossible, Json

if TYPE_CHECKING:
    from .platform import Platform


def post(
    platform: "Platform",
    bot_id: str,
    channel: str,
    text: str = "",
    blocks: list[Json] | None = None,
    attachments: list[Json] | None = None,
    thread_ts: str = "",
) -> Post:
    """A legacy bot posts with `subtype: bot_message` and a username, a modern one with `user` and `bot_id`.

    The content is kept as given: what others post is not checked, broken links included.
    """
    workspace = platform.workspace
    bot, conversation = workspace.bots[bot_id], workspace.find_conversation(channel)
    if conversation is None or conversation.archived:
        raise Impossible(f"{bot.name} cannot post in {channel}")
    ts = workspace.new_ts()
    body: Json = {"type": "message", "ts": ts, "text": text, "bot_id": bot.id, "team": workspace.team_id}
    if bot.user:
        body |= {"user": bot.user, "bot_profile": {"id": bot.id, "name": bot.name, "deleted": False}}
    else:
        body |= {"subtype": "bot_message", "username": bot.name}
    if blocks:
        body["blocks"] = with_ids(blocks)
    if attachments:
        body["attachments"] = [_numbered(entry, number) for number, entry in enumerate(attachments, start=1)]
    if thread_ts:
        body["thread_ts"] = thread_ts
    added = workspace.add_post(Post(conversation.id, ts, body, bot.id, pings=pings(text)))
    platform.events.message_posted(added)
    return added


def _numbered(attachment: Json, number: int) -> Json:
    shape = {"id": number, "fallback": attachment.get("title", "[no preview available]")} | attachment
    return shape | {"blocks": with_ids(attachment["blocks"])} if attachment.get("blocks") else shape
