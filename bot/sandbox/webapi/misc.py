"""auth, apps, team, functions, reactions, pins and bookmarks."""

from ..functions import wrong_values
from ..records import Post
from ..wire import Json, Refused
from .method import Call, method


@method("auth.test", "special")
def auth_test(call: Call) -> Json:
    workspace, platform = call.platform.workspace, call.platform
    return {
        "url": workspace.team_url,
        "team": workspace.team_name,
        "user": workspace.users[platform.bot_user].name,
        "team_id": workspace.team_id,
        "user_id": platform.bot_user,
        "bot_id": platform.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", "t3", caller="app")
def open_connection(call: Call) -> Json:
    if not call.platform.manifest.socket_mode:
        raise Refused("forbidden_team", "[ERROR] Socket Mode is not enabled in the manifest")
    ticket = call.platform.sockets.new_ticket()
    return {"url": f"ws{call.platform.url.removeprefix('http')}/link/?ticket={ticket}&app_id={call.platform.app_id}"}


@method("team.info", "t3", "team:read", "", "team domain")
def team_info(call: Call) -> Json:
    workspace = call.platform.workspace
    team = {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.team_domain, "email_domain": ""}
    return {"team": team | {"url": workspace.team_url, "icon": {"image_default": True}}}


@method("bots.info", "t3", "users:read", "", "bot")
def bot_info(call: Call) -> Json:
    platform, wanted = call.platform, call.text("bot")
    if wanted == platform.bot_id:
        return {"bot": platform.bot_profile() | {"user_id": platform.bot_user}}
    bot = platform.workspace.bots.get(wanted)
    if bot is None:
        raise Refused("bot_not_found")
    return {"bot": {"id": bot.id, "name": bot.name, "user_id": bot.user, "deleted": False, "icons": {}}}


# -- workflow steps -----------------------------------------------------------------------------------------------
def _running_step(call: Call) -> Json:
    step = call.platform.steps.get(call.text("function_execution_id"))
    if step is None:
        raise Refused("access_denied")
    if step["state"] != "running":
        raise Refused("execution_not_in_running_state")
    return step


@method("functions.completeSuccess", "t3", "", "function_execution_id outputs")
def complete_success(call: Call) -> Json:
    step, outputs = _running_step(call), call.args["outputs"]
    declared = step["output_parameters"]
    if not isinstance(outputs, dict):
        raise Refused("invalid_arguments", "[ERROR] must be an object [json-pointer:/outputs]")
    missing = [name for name, spec in declared.items() if spec.get("is_required") and name not in outputs]
    if wrong := [*missing, *wrong_values(declared, outputs)]:
        raise Refused("parameter_validation_failed", f"[ERROR] missing or of another type: {', '.join(wrong)}")
    return _finish(call, step, {"state": "done", "outputs": outputs})


@method("functions.completeError", "t3", "", "function_execution_id error")
def complete_error(call: Call) -> Json:
    if not call.text("error").strip():
        raise Refused("invalid_arguments", "[ERROR] must say something [json-pointer:/error]")
    return _finish(call, _running_step(call), {"state": "failed", "error": call.text("error")})


def _finish(call: Call, step: Json, outcome: Json) -> Json:
    step |= outcome
    call.platform.step_tokens.pop(step["token"], None)
    call.platform.workspace.changed("step", step=call.text("function_execution_id"))
    return {}


# -- on messages --------------------------------------------------------------------------------------------------
def _message(call: Call) -> Post:
    conversation = call.channel(member=True)
    post = call.platform.workspace.post(conversation.id, call.text("timestamp"))
    if post is None or post.only_for:
        raise Refused("message_not_found")
    if conversation.archived:
        raise Refused("is_archived")
    return post


@method("reactions.add", "t3", "reactions:write", "channel timestamp name")
def add_reaction(call: Call) -> Json:
    post = _message(call)
    react(call, post, call.text("name").strip(":"))
    return {}


def react(call: Call, post: Post, name: str) -> None:
    me = call.platform.bot_user
    reactions = post.body.setdefault("reactions", [])
    entry = next((entry for entry in reactions if entry["name"] == name), None)
    if entry is None:
        entry = {"name": name, "users": [], "count": 0}
        reactions.append(entry)
    if me in entry["users"]:
        raise Refused("already_reacted")
    entry["users"].append(me)
    entry["count"] += 1
    call.platform.workspace.changed("message", channel=post.channel, ts=post.ts, only_for="")
    call.platform.events.reaction("reaction_added", me, name, post)


@method("reactions.remove", "t2", "reactions:write", "channel timestamp name")
def remove_reaction(call: Call) -> Json:
    post, me, name = _message(call), call.platform.bot_user, call.text("name").strip(":")
    entry = next((e for e in post.body.get("reactions", []) if e["name"] == name and me in e["users"]), None)
    if entry is None:
        raise Refused("no_reaction")
    entry["users"].remove(me)
    entry["count"] -= 1
    post.body["reactions"] = [e for e in post.body["reactions"] if e["count"]]
    call.platform.workspace.changed("message", channel=post.channel, ts=post.ts, only_for="")
    call.platform.events.reaction("reaction_removed", me, name, post)
    return {}


@method("pins.add", "t2", "pins:write", "channel timestamp")
def add_pin(call: Call) -> Json:
    post = _message(call)
    conversation = call.platform.workspace.conversations[post.channel]
    if post.ts in conversation.pins:
        raise Refused("already_pinned")
    conversation.pins.append(post.ts)
    call.platform.workspace.changed("channel", channel=conversation.id)
    return {}


@method("bookmarks.add", "t2", "bookmarks:write", "channel_id title type", "link emoji entity_id")
def add_bookmark(call: Call) -> Json:
    conversation = call.channel("channel_id", member=True)
    if call.text("type") != "link":
        raise Refused("invalid_bookmark_type")
    if not call.text("link").startswith(("http://", "https://")):
        raise Refused("invalid_link")
    if len(conversation.bookmarks) >= 100:
        raise Refused("too_many_bookmarks")
    bookmark = {
        "id": call.platform.workspace.new_id("Bk"),
        "channel_id": conversation.id,
        "title": call.text("title"),
        "link": call.text("link"),
        "emoji": call.text("emoji"),
        "type": "link",
    }
    conversation.bookmarks.append(bookmark)
    call.platform.workspace.changed("channel", channel=conversation.id)
    return {"bookmark": bookmark}
