"""conversations.* and users.conversations."""

from .. import channels
from ..records import Conversation, Post
from ..shapes import conversation_json, message_json
from ..wire import Json, Refused
from .method import HISTORY, INVITE, MANAGE, READ, TOPIC, Call, cursor_json, method

_TYPES = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": "mpim"}


def _shape(call: Call, conversation: Conversation) -> Json:
    return conversation_json(conversation, call.platform.workspace.team_id, call.platform.bot_user)


@method("conversations.info", "t3", "", "channel", "include_locale include_num_members", READ)
def info(call: Call) -> Json:
    return {"channel": _shape(call, call.channel())}


def _wanted_kinds(call: Call) -> set[str]:
    wanted = call.names("types") or ["public_channel"]
    if set(wanted) - set(_TYPES):
        raise Refused("invalid_types")
    kinds = {_TYPES[name] for name in wanted}
    for kind in sorted(kinds):
        call.need(READ[kind])
    return kinds


def _listed(call: Call, conversations: list[Conversation]) -> Json:
    kinds, skip_archived = _wanted_kinds(call), call.flag("exclude_archived")
    chosen = [c for c in conversations if c.kind in kinds and not (skip_archived and c.archived)]
    page, cursor = call.page(chosen, 100, 1000)
    return {"channels": [_shape(call, c) for c in page], **cursor_json(cursor)}


@method("conversations.list", "t2", "", "", "types exclude_archived limit cursor")
def list_all(call: Call) -> Json:
    everything = call.platform.workspace.conversations.values()
    return _listed(call, [c for c in everything if c.kind == "public" or call.platform.bot_in(c)])


@method("users.conversations", "t3", "", "", "user types exclude_archived limit cursor")
def of_user(call: Call) -> Json:
    user = call.user().id if call.text("user") else call.platform.bot_user
    everything = call.platform.workspace.conversations.values()
    seen = [c for c in everything if c.kind == "public" or call.platform.bot_in(c)]
    return _listed(call, [c for c in seen if user in c.members])


@method("conversations.members", "t4", "", "channel", "limit cursor", READ)
def members(call: Call) -> Json:
    page, cursor = call.page(call.channel().members, 100, 1000)
    return {"members": page, **cursor_json(cursor)}


@method("conversations.open", "t3", "", "", "users channel return_im prevent_creation")
def open_direct(call: Call) -> Json:
    workspace = call.platform.workspace
    if call.text("channel"):
        return {"channel": _shape(call, call.channel())}
    users = call.names("users")
    if not 1 <= len(users) <= 8:
        raise Refused("users_list_not_supplied" if not users else "too_many_users")
    call.need("im:write" if len(users) == 1 else "mpim:write")
    for user in users:
        if user not in workspace.users:
            raise Refused("user_not_found")
        if workspace.users[user].deleted:
            raise Refused("user_disabled")
    before = len(workspace.conversations)
    conversation = workspace.direct(call.platform.bot_user, *users)
    if len(workspace.conversations) > before:
        return {"channel": _opened(call, conversation)}
    return {"no_op": True, "already_open": True, "channel": _opened(call, conversation)}


def _opened(call: Call, conversation: Conversation) -> Json:
    return _shape(call, conversation) if call.flag("return_im") else {"id": conversation.id}


@method("conversations.join", "t3", "channels:join", "channel")
def join(call: Call) -> Json:
    conversation = call.channel()
    if conversation.kind != "public":
        raise Refused("method_not_supported_for_channel_type")
    if conversation.archived:
        raise Refused("is_archived")
    if not channels.join(call.platform, conversation, call.platform.bot_user):
        call.warnings.append("already_in_channel")
    return {"channel": _shape(call, conversation)}


@method("conversations.leave", "t3", "", "channel", "", MANAGE)
def leave(call: Call) -> Json:
    conversation = call.channel()
    if conversation.kind not in ("public", "private"):
        raise Refused("method_not_supported_for_channel_type")
    if not channels.leave(call.platform, conversation, call.platform.bot_user):
        return {"not_in_channel": True}
    return {}


@method("conversations.create", "t2", "", "name", "is_private")
def create(call: Call) -> Json:
    private = call.flag("is_private")
    call.need(MANAGE["private" if private else "public"])
    conversation = channels.create(call.platform, call.text("name"), private, call.platform.bot_user)
    return {"channel": _shape(call, conversation)}


@method("conversations.invite", "t3", "", "channel users", "force", INVITE)
def invite(call: Call) -> Json:
    conversation = call.channel(member=True)
    if conversation.archived:
        raise Refused("is_archived")
    users, errors = call.names("users"), []
    if len(users) > 100:
        raise Refused("too_many_users")
    for user in users:
        error = _invite_error(call, conversation, user)
        if error:
            errors.append({"user": user, "ok": False, "error": error})
    if errors and not call.flag("force"):
        raise Refused(str(errors[0]["error"]), errors=errors)
    refused = {entry["user"] for entry in errors}
    for user in users:
        if user not in refused:
            channels.join(call.platform, conversation, user, call.platform.bot_user)
    answer: Json = {"channel": _shape(call, conversation)}
    return answer | {"errors": errors} if errors else answer


def _invite_error(call: Call, conversation: Conversation, user: str) -> str:
    workspace = call.platform.workspace
    if user == call.platform.bot_user:
        return "cant_invite_self"
    if user not in workspace.users or workspace.users[user].deleted:
        return "user_not_found"
    return "already_in_channel" if user in conversation.members else ""


@method("conversations.archive", "t2", "", "channel", "", MANAGE)
def archive(call: Call) -> Json:
    conversation = call.channel(member=True)
    channels.archive(call.platform, conversation, call.platform.bot_user)
    channels.leave(call.platform, conversation, call.platform.bot_user)
    return {}


@method("conversations.unarchive", "t2", "", "channel", "", MANAGE)
def unarchive(call: Call) -> Json:
    conversation = call.channel(member=True)
    channels.unarchive(call.platform, conversation, call.platform.bot_user)
    return {}


@method("conversations.setTopic", "t2", "", "channel topic", "", TOPIC)
def set_topic(call: Call) -> Json:
    conversation = call.channel(member=True)
    if conversation.archived:
        raise Refused("is_archived")
    if len(call.text("topic")) > 250:
        raise Refused("too_long")
    conversation.topic = call.text("topic")
    call.platform.workspace.changed("channel", channel=conversation.id)
    return {"channel": _shape(call, conversation)}


_WINDOW = "oldest latest inclusive include_all_metadata limit cursor"


@method("conversations.history", "t3", "", "channel", _WINDOW, HISTORY)
def history(call: Call) -> Json:
    conversation = call.channel(member=True)
    posts = [post for post in call.platform.workspace.lasting(conversation.id) if post.in_channel]
    page, cursor = call.page(list(reversed(_within(call, posts))), 100, 999)
    shapes = [_message(call, post) for post in page]
    return {"messages": shapes, "has_more": bool(cursor), "pin_count": len(conversation.pins), **cursor_json(cursor)}


@method("conversations.replies", "t3", "", "channel ts", _WINDOW, HISTORY)
def replies(call: Call) -> Json:
    """The whole thread, oldest first; `ts` may be any message of it."""
    conversation, workspace = call.channel(member=True), call.platform.workspace
    asked = workspace.post(conversation.id, call.text("ts"))
    if asked is None or asked.only_for:
        raise Refused("thread_not_found")
    root = workspace.post(conversation.id, asked.thread_ts) if asked.is_reply else asked
    posts = [post for post in (root, *workspace.replies(conversation.id, root.ts if root else "")) if post]
    within = [post for post in posts if post is root or post in _within(call, posts)]
    page, cursor = call.page(within, 1000, 1000)
    return {"messages": [_message(call, post) for post in page], "has_more": bool(cursor), **cursor_json(cursor)}


def _within(call: Call, posts: list[Post]) -> list[Post]:
    oldest, latest, inclusive = call.text("oldest"), call.text("latest"), call.flag("inclusive")
    if oldest and oldest != "0":
        posts = [p for p in posts if float(p.ts) > float(oldest) or (inclusive and p.ts == oldest)]
    if latest:
        posts = [p for p in posts if float(p.ts) < float(latest) or (inclusive and p.ts == latest)]
    return posts


def _message(call: Call, post: Post) -> Json:
    return message_json(post, call.platform.workspace, with_metadata=call.flag("include_all_metadata"))
