"""Posts to a response URL (docs.slack.dev, "Handling user interaction")."""

import json
from typing import TYPE_CHECKING

from aiohttp import web

from .people import read_answer
from .posting import change_post, delete_post, post_as_app
from .records import Post
from .tickets import ResponseUrl
from .wire import Json, Refused

if TYPE_CHECKING:
    from .platform import Platform


async def handle(platform: "Platform", request: web.Request) -> web.StreamResponse:
    url_id = request.match_info["id"]
    body: Json = {}
    try:
        body = json.loads(await request.text())
        if not isinstance(body, dict):
            raise Refused("invalid_payload")
        respond(platform, url_id, body)
    except ValueError:
        return _refuse(platform, url_id, body, Refused("invalid_payload"))
    except Refused as refused:
        return _refuse(platform, url_id, body, refused)
    platform.traffic.add("response_url", url_id, body, {"ok": True})
    return web.Response(text="ok")


def _refuse(platform: "Platform", url_id: str, body: Json, refused: Refused) -> web.Response:
    platform.traffic.add("response_url", url_id, body, refused.answer())
    platform.traffic.refuse("response_url", str(refused), body)
    status = 404 if refused.error in ("invalid_url", "expired_url", "used_url", "message_not_found") else 400
    return web.json_response(refused.answer(), status=status)


def respond(platform: "Platform", url_id: str, body: Json) -> None:
    """Raises Refused. A use counts even when the body is refused."""
    url = platform.tickets.use_url(url_id)
    if body.get("delete_original"):
        if set(body) - {"delete_original", "response_type"}:
            raise Refused("invalid_payload", "[ERROR] delete_original stands alone")
        delete_post(platform, _original(platform, url))
        return
    content = read_answer(platform, body)
    if body.get("replace_original"):
        original = _original(platform, url)
        _check_same_audience(body, original)
        change_post(platform, original, content, platform.bot_user)
        return
    conversation = platform.workspace.conversations.get(url.channel)
    if conversation is None:
        raise Refused("channel_not_found")
    if conversation.archived:
        raise Refused("is_archived")
    only_for = "" if body.get("response_type") == "in_channel" else url.person
    post_as_app(platform, conversation, content, str(body.get("thread_ts", "")), only_for=only_for)


def _original(platform: "Platform", url: ResponseUrl) -> Post:
    """The message that was clicked on; a command has none."""
    post = platform.workspace.post(url.channel, url.ts) if url.ts else None
    if post is None:
        raise Refused("message_not_found", "[ERROR] there is no original message")
    if post.owner != platform.bot_id:
        raise Refused("cant_update_message", "[ERROR] the original is not the app's")
    return post


def _check_same_audience(body: Json, original: Post) -> None:
    wanted = body.get("response_type")
    if (wanted == "in_channel" and original.only_for) or (wanted == "ephemeral" and not original.only_for):
        raise Refused("invalid_payload", "[ERROR] an ephemeral message stays ephemeral, a public one public")
