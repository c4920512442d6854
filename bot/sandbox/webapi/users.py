"""users.* and usergroups.*."""

from ..records import User
from ..shapes import user_json, usergroup_json
from ..wire import Json, Refused
from .method import Call, cursor_json, method


def _shape(call: Call, user: User) -> Json:
    with_email = "users:read.email" in call.platform.manifest.scopes
    return user_json(user, call.platform.workspace.team_id, with_email)


@method("users.info", "t4", "users:read", "user", "include_locale")
def info(call: Call) -> Json:
    shape = _shape(call, call.user())
    return {"user": shape | {"locale": "en-US"} if call.flag("include_locale") else shape}


@method("users.list", "t2", "users:read", "", "include_locale limit cursor")
def list_all(call: Call) -> Json:
    page, cursor = call.page(list(call.platform.workspace.users.values()), 1000, 1000)
    answer: Json = {"members": [_shape(call, user) for user in page], "cache_ts": int(call.platform.now())}
    return answer | cursor_json(cursor)


@method("users.lookupByEmail", "t3", "users:read.email", "email")
def lookup_by_email(call: Call) -> Json:
    wanted = call.text("email").casefold()
    for user in call.platform.workspace.users.values():
        if user.email and user.email.casefold() == wanted and not user.deleted:
            return {"user": _shape(call, user)}
    raise Refused("users_not_found")


@method("usergroups.list", "t2", "usergroups:read", "", "include_users include_count include_disabled")
def list_groups(call: Call) -> Json:
    with_disabled = call.flag("include_disabled")
    groups = [g for g in call.platform.workspace.usergroups.values() if with_disabled or not g.disabled]
    team = call.platform.workspace.team_id
    shapes = [usergroup_json(g, team, call.flag("include_users"), call.flag("include_count")) for g in groups]
    return {"usergroups": shapes}


@method("usergroups.users.list", "t2", "usergroups:read", "usergroup", "include_disabled")
def group_users(call: Call) -> Json:
    group = call.platform.workspace.usergroups.get(call.text("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    if group.disabled and not call.flag("include_disabled"):
        raise Refused("subteam_disabled")
    return {"users": list(group.members)}
