"""What the control API can do: a table from verbs to the functions that the Python driver uses."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from . import acting, bots, channels, people, seen, steps, submitting
from .acting import Where, Which
from .outcome import Outcome
from .records import AlertBot, User
from .wire import Json

if TYPE_CHECKING:
    from .platform import Platform

Result = Json | list[Json] | None
PersonVerb = Callable[["Platform", str, Json], Awaitable[Result]]
Verb = Callable[["Platform", str, Json], Result]


def _where(body: Json) -> Where:
    return Where(body.get("channel", ""), body.get("ts", ""), body.get("view", ""))


def _which(body: Json) -> Which:
    return Which(body["name"], body.get("within", ""), body.get("button_value", ""), body.get("block", ""))


async def _outcome(work: Awaitable[Outcome]) -> Json:
    return (await work).as_json()


async def _command(platform: "Platform", who: str, body: Json) -> Result:
    return await _outcome(people.command(platform, who, body["line"], body.get("channel", "")))


async def _shortcut(platform: "Platform", who: str, body: Json) -> Result:
    return await _outcome(people.shortcut(platform, who, body["callback_id"]))


async def _message_shortcut(platform: "Platform", who: str, body: Json) -> Result:
    work = people.message_shortcut(platform, who, body["callback_id"], body["channel"], body["ts"])
    return await _outcome(work)


async def _post(platform: "Platform", who: str, body: Json) -> Result:
    given = (body.get("text", ""), body.get("thread_ts", ""), body.get("broadcast", False), body.get("files"))
    return seen.message(platform, people.post(platform, who, body.get("channel", ""), *given), who)


async def _edit(platform: "Platform", who: str, body: Json) -> Result:
    return seen.message(platform, people.edit(platform, who, body["channel"], body["ts"], body["text"]), who)


async def _delete(platform: "Platform", who: str, body: Json) -> Result:
    people.delete(platform, who, body["channel"], body["ts"])
    return {}


async def _click(platform: "Platform", who: str, body: Json) -> Result:
    work = acting.click(platform, who, _where(body), _which(body), body.get("confirm", True))
    return await _outcome(work)


async def _choose(platform: "Platform", who: str, body: Json) -> Result:
    work = acting.choose(platform, who, _where(body), _which(body), body["value"], body.get("confirm", True))
    return await _outcome(work)


async def _fill(platform: "Platform", who: str, body: Json) -> Result:
    return await _outcome(acting.fill(platform, who, body["view"], _which(body), body["value"]))


async def _suggest(platform: "Platform", who: str, body: Json) -> Result:
    return await _outcome(acting.suggest(platform, who, _where(body), _which(body), body.get("query", "")))


async def _submit(platform: "Platform", who: str, body: Json) -> Result:
    return await _outcome(submitting.submit(platform, who, body["view"]))


async def _close(platform: "Platform", who: str, body: Json) -> Result:
    return await _outcome(submitting.close(platform, who, body["view"], body.get("everything", False)))


async def _open_home(platform: "Platform", who: str, body: Json) -> Result:
    before = people.open_home(platform, who, body.get("tab", "home"))
    return {"version": before}


async def _join(platform: "Platform", who: str, body: Json) -> Result:
    people.join(platform, who, body["channel"])
    return {}


async def _leave(platform: "Platform", who: str, body: Json) -> Result:
    channels.leave(platform, platform.workspace.conversations[body["channel"]], who)
    return {}


async def _direct(platform: "Platform", who: str, body: Json) -> Result:
    return seen.channel(platform, platform.workspace.direct(who, *body["with"]), who)


async def _change(platform: "Platform", who: str, body: Json) -> Result:
    channels.change_user(platform, platform.workspace.users[who], body)
    return {}


PERSON_VERBS: dict[str, PersonVerb] = {
    "command": _command,
    "shortcut": _shortcut,
    "message_shortcut": _message_shortcut,
    "post": _post,
    "edit": _edit,
    "delete": _delete,
    "click": _click,
    "choose": _choose,
    "fill": _fill,
    "suggest": _suggest,
    "submit": _submit,
    "close": _close,
    "open_home": _open_home,
    "join": _join,
    "leave": _leave,
    "direct": _direct,
    "change": _change,
}


# -- the workspace ------------------------------------------------------------------------------------------------
def add_person(platform: "Platform", body: Json) -> Json:
    """Fields of `records.User`; `name` is needed."""
    name = body["name"]
    given = {"real_name": name.title(), "email": f"{name}@acme.example"} | body
    user = platform.workspace.add_user(User(id=platform.workspace.new_id("U"), **given))
    platform.events.team_join(user)
    return {"id": user.id}


def add_channel(platform: "Platform", body: Json) -> Json:
    everyone = list(body.get("members", [])) + ([platform.bot_user] if body.get("bot") else [])
    kind: Any = "private" if body.get("private") else "public"
    creator = everyone[0] if everyone else platform.bot_user
    conversation = platform.workspace.add_conversation(body["name"], kind, creator, everyone)
    conversation.ext_shared = bool(body.get("ext_shared"))
    platform.events.channel_created(conversation)
    return {"id": conversation.id}


def add_group(platform: "Platform", body: Json) -> Json:
    handle = body["handle"]
    group = channels.create_group(platform, handle, body.get("name") or handle.upper(), body.get("members", []))
    return {"id": group.id}


def add_bot(platform: "Platform", body: Json) -> Json:
    """`as_user`: its messages carry `user` and `bot_id` instead of a username."""
    workspace, name, user = platform.workspace, body["name"], ""
    bot_id = workspace.new_id("B")
    if body.get("as_user"):
        user = workspace.new_id("U")
        workspace.add_user(User(user, name.lower().replace(" ", "_"), name, tz="Etc/UTC", bot_id=bot_id))
    workspace.bots[bot_id] = AlertBot(bot_id, name, user)
    workspace.changed("person", person=user or bot_id)
    return {"id": bot_id}


def change_channel(platform: "Platform", channel_id: str, verb: str, body: Json) -> None:
    """`verb`: archive, unarchive, rename (name), invite or kick (user; without one the app's bot)."""
    conversation = platform.workspace.conversations[channel_id]
    by, user = conversation.creator, body.get("user") or platform.bot_user
    actions: dict[str, Callable[[], object]] = {
        "archive": lambda: channels.archive(platform, conversation, by),
        "unarchive": lambda: channels.unarchive(platform, conversation, by),
        "rename": lambda: channels.rename(platform, conversation, body["name"]),
        "invite": lambda: channels.join(platform, conversation, user, by),
        "kick": lambda: channels.leave(platform, conversation, user),
    }
    actions[verb]()


def change_group(platform: "Platform", group_id: str, body: Json) -> None:
    """Any of `members`, `name`, `handle`, `disabled`."""
    group = platform.workspace.usergroups[group_id]
    if "members" in body:
        channels.set_members(platform, group, body["members"])
    if set(body) - {"members"}:
        name, handle = body.get("name", ""), body.get("handle", "")
        channels.change_group(platform, group, name, handle, body.get("disabled"))


def post_as_bot(platform: "Platform", bot_id: str, body: Json) -> Json:
    given = (body.get("text", ""), body.get("blocks"), body.get("attachments"), body.get("thread_ts", ""))
    return seen.message(platform, bots.post(platform, bot_id, body["channel"], *given), "")


def change_app(platform: "Platform", verb: str) -> None:
    {"revoke_tokens": steps.revoke_tokens, "uninstall": steps.uninstall, "reinstall": steps.reinstall}[verb](platform)
