"""chat.*: messages of the app."""

from ..posting import Content, change_post, delete_post, post_as_app, read_content
from ..records import Conversation, Post
from ..shapes import message_json
from ..wire import Json, Refused
from .method import Call, method

_CONTENT = "text blocks attachments metadata markdown_text parse link_names mrkdwn unfurl_links unfurl_media"


@method(
    "chat.postMessage", "special", "chat:write", "channel",
    f"{_CONTENT} thread_ts reply_broadcast username icon_emoji icon_url",
)  # fmt: skip
def post_message(call: Call) -> Json:
    conversation = _destination(call)
    if any(call.text(name) for name in ("username", "icon_emoji", "icon_url")):
        call.need("chat:write.customize")
    content = read_content(call.platform, call.args)
    wait = call.platform.limits.refuse_message(conversation.id)
    if wait:
        raise Refused("ratelimited", retry_after=wait)
    _warn_about_text(call, content)
    post = post_as_app(
        call.platform, conversation, content, call.text("thread_ts"), call.flag("reply_broadcast")
    )  # fmt: skip
    message = message_json(post, call.platform.workspace, with_metadata=True)
    return {"channel": conversation.id, "ts": post.ts, "message": message}


def _warn_about_text(call: Call, content: Content) -> None:
    if content.text is not None and len(call.text("text")) > 40_000:
        call.warnings.append("message_truncated")


def _destination(call: Call) -> Conversation:
    """A channel the app may post to; a user id opens the direct conversation with that person."""
    workspace, platform, wanted = call.platform.workspace, call.platform, call.text("channel")
    if wanted in workspace.users:
        user = workspace.users[wanted]
        if user.deleted or user.is_bot:
            raise Refused("channel_not_found" if not user.is_bot else "cannot_dm_bot")
        conversation = platform.app_dm(wanted)
    else:
        named = workspace.find_conversation(wanted)
        if named is None or (named.kind != "public" and not platform.bot_in(named)):
            raise Refused("channel_not_found")
        conversation = named
    if conversation.archived:
        raise Refused("is_archived")
    if conversation.kind == "im" and not platform.manifest.messages_tab:
        raise Refused("messages_tab_disabled")
    if not platform.bot_in(conversation) and "chat:write.public" not in platform.manifest.scopes:
        raise Refused("not_in_channel")
    return conversation


def _own_message(call: Call, error: str) -> Post:
    conversation = call.channel()
    post = call.platform.workspace.post(conversation.id, call.text("ts"))
    if post is None or post.only_for:
        raise Refused("message_not_found")
    if post.owner != call.platform.bot_id:
        raise Refused(error)
    if conversation.archived:
        raise Refused("is_archived")
    return post


@method("chat.update", "t3", "chat:write", "channel ts", f"{_CONTENT} reply_broadcast file_ids")
def update(call: Call) -> Json:
    post = _own_message(call, "cant_update_message")
    content = read_content(call.platform, call.args, update=True)
    change_post(call.platform, post, content, call.platform.bot_user)
    message = message_json(post, call.platform.workspace, with_metadata=True)
    return {"channel": post.channel, "ts": post.ts, "text": post.body.get("text", ""), "message": message}


@method("chat.delete", "t3", "chat:write", "channel ts")
def delete(call: Call) -> Json:
    post = _own_message(call, "cant_delete_message")
    delete_post(call.platform, post)
    return {"channel": post.channel, "ts": post.ts}


@method("chat.postEphemeral", "t4", "chat:write", "channel user", f"{_CONTENT} thread_ts username icon_emoji icon_url")
def post_ephemeral(call: Call) -> Json:
    conversation = call.channel(member=True)
    if conversation.archived:
        raise Refused("is_archived")
    person = call.user()
    if person.id not in conversation.members:
        raise Refused("user_not_in_channel")
    content = read_content(call.platform, call.args)
    post = post_as_app(call.platform, conversation, content, call.text("thread_ts"), only_for=person.id)
    return {"message_ts": post.ts}


@method("chat.getPermalink", "special", "", "channel message_ts")
def get_permalink(call: Call) -> Json:
    conversation = call.channel()
    post = call.platform.workspace.post(conversation.id, call.text("message_ts"))
    if post is None or post.only_for:
        raise Refused("message_not_found")
    return {"channel": conversation.id, "permalink": call.platform.workspace.permalink(post)}
