"""Events to the app: what happened in the workspace, if subscribed and if the bot can see it.

Shapes: docs.slack.dev, reference page of each event; chapter 5.5 of the platform reference.
"""

from typing import TYPE_CHECKING

from .records import Conversation, Post, User, Usergroup
from .shapes import conversation_json, message_json, user_json, usergroup_json
from .wire import Json

if TYPE_CHECKING:
    from .platform import Platform

_SUBSCRIPTION = {"public": "message.channels", "private": "message.groups", "im": "message.im", "mpim": "message.mpim"}
_CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


class Events:
    def __init__(self, platform: "Platform") -> None:
        self._platform = platform

    def _send(self, subscription: str, event: Json) -> None:
        platform = self._platform
        if not platform.manifest.subscribed(subscription):
            return
        now = platform.now()
        event.setdefault("event_ts", f"{now:.6f}")
        platform.deliveries.tell(
            {
                "token": "x",
                "team_id": platform.workspace.team_id,
                "context_team_id": platform.workspace.team_id,
                "api_app_id": platform.app_id,
                "event": event,
                "type": "event_callback",
                "event_id": platform.workspace.new_id("Ev"),
                "event_time": int(now),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": platform.workspace.team_id,
                        "user_id": platform.bot_user,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": self._shared(event),
                "event_context": f"4-{event['type']}",
            }
        )

    def _shared(self, event: Json) -> bool:
        conversation = self._platform.workspace.conversations.get(str(event.get("channel", "")))
        return bool(conversation and conversation.ext_shared)

    # -- messages -------------------------------------------------------------------------------------------------
    def _message(self, conversation: Conversation, event: Json) -> None:
        if self._platform.bot_in(conversation):
            event |= {"channel": conversation.id, "channel_type": _CHANNEL_TYPE[conversation.kind]}
            self._send(_SUBSCRIPTION[conversation.kind], event)

    def message_posted(self, post: Post) -> None:
        platform = self._platform
        conversation = platform.workspace.conversations[post.channel]
        event = dict(post.body) | {"event_ts": post.ts}
        if post.is_reply:
            parent = platform.workspace.post(post.channel, post.thread_ts)
            if parent is not None:
                event["parent_user_id"] = parent.body.get("user", "")
                if event.get("subtype") == "thread_broadcast":
                    event["root"] = message_json(parent, platform.workspace)
        self._message(conversation, event)
        if platform.bot_user in post.pings and conversation.kind != "im" and platform.bot_in(conversation):
            mention = {k: v for k, v in event.items() if k not in ("subtype", "channel_type", "hidden")}
            self._send("app_mention", mention | {"type": "app_mention", "channel": conversation.id})

    def message_changed(self, post: Post, before: Json) -> None:
        conversation = self._platform.workspace.conversations[post.channel]
        ts = self._platform.workspace.new_ts()
        message = message_json(post, self._platform.workspace)
        event: Json = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": ts, "event_ts": ts}
        self._message(conversation, event | {"message": message, "previous_message": before})

    def message_deleted(self, post: Post, before: Json) -> None:
        conversation = self._platform.workspace.conversations[post.channel]
        ts = self._platform.workspace.new_ts()
        event: Json = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": ts, "event_ts": ts}
        self._message(conversation, event | {"deleted_ts": post.ts, "previous_message": before})

    def reaction(self, kind: str, user: str, name: str, post: Post) -> None:
        """`kind`: reaction_added or reaction_removed."""
        if self._platform.bot_in(self._platform.workspace.conversations[post.channel]):
            item = {"type": "message", "channel": post.channel, "ts": post.ts}
            owner = post.body.get("user", "")
            self._send(kind, {"type": kind, "user": user, "reaction": name, "item_user": owner, "item": item})

    # -- channels -------------------------------------------------------------------------------------------------
    def member_joined(self, conversation: Conversation, user: str, inviter: str = "") -> None:
        event = self._membership("member_joined_channel", conversation, user)
        if inviter:
            event["inviter"] = inviter
        if self._platform.bot_in(conversation):
            self._send("member_joined_channel", event)

    def member_left(self, conversation: Conversation, user: str) -> None:
        """The bot hears of its own leaving by another event: channel_left or group_left."""
        if user == self._platform.bot_user:
            kind = "channel_left" if conversation.kind == "public" else "group_left"
            self._send(kind, {"type": kind, "channel": conversation.id})
        elif self._platform.bot_in(conversation):
            self._send("member_left_channel", self._membership("member_left_channel", conversation, user))

    def _membership(self, kind: str, conversation: Conversation, user: str) -> Json:
        letter = "C" if conversation.kind == "public" else "G"
        team = self._platform.workspace.team_id
        return {"type": kind, "user": user, "channel": conversation.id, "channel_type": letter, "team": team}

    def channel_created(self, conversation: Conversation) -> None:
        if conversation.kind == "public":
            channel = conversation_json(conversation, self._platform.workspace.team_id, self._platform.bot_user)
            self._send("channel_created", {"type": "channel_created", "channel": channel})

    def channel_renamed(self, conversation: Conversation) -> None:
        channel = {"id": conversation.id, "name": conversation.name, "created": conversation.created}
        self._channel("rename", conversation, {"channel": channel})

    def channel_archived(self, conversation: Conversation, user: str) -> None:
        self._channel("archive", conversation, {"channel": conversation.id, "user": user})

    def channel_unarchived(self, conversation: Conversation, user: str) -> None:
        self._channel("unarchive", conversation, {"channel": conversation.id, "user": user})

    def _channel(self, what: str, conversation: Conversation, detail: Json) -> None:
        """Public channels are everybody's news, private ones only their members'."""
        if conversation.kind == "public":
            self._send(f"channel_{what}", {"type": f"channel_{what}", **detail})
        elif self._platform.bot_in(conversation):
            self._send(f"group_{what}", {"type": f"group_{what}", **detail})

    # -- people, groups, app --------------------------------------------------------------------------------------
    def team_join(self, user: User) -> None:
        self._send("team_join", {"type": "team_join", "user": self._user(user)})

    def user_change(self, user: User) -> None:
        now = int(self._platform.now())
        self._send("user_change", {"type": "user_change", "user": self._user(user), "cache_ts": now})

    def _user(self, user: User) -> Json:
        with_email = "users:read.email" in self._platform.manifest.scopes
        return user_json(user, self._platform.workspace.team_id, with_email)

    def subteam(self, kind: str, group: Usergroup) -> None:
        """`kind`: subteam_created or subteam_updated."""
        shape = usergroup_json(group, self._platform.workspace.team_id, with_users=True, with_count=True)
        self._send(kind, {"type": kind, "subteam": shape})

    def subteam_members(self, group: Usergroup, added: list[str], removed: list[str], previous: int) -> None:
        event = {
            "type": "subteam_members_changed",
            "subteam_id": group.id,
            "team_id": self._platform.workspace.team_id,
            "date_previous_update": previous,
            "date_update": group.updated,
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
        }
        self._send("subteam_members_changed", event)

    def home_opened(self, person: str, tab: str) -> None:
        platform = self._platform
        event: Json = {"type": "app_home_opened", "user": person, "tab": tab, "channel": platform.app_dm(person).id}
        home = platform.workspace.home(person)
        if tab == "home" and home is not None:
            event["view"] = platform.view_json(home)
        self._send("app_home_opened", event)

    def function_executed(self, event: Json) -> None:
        self._send("function_executed", event)

    def tokens_revoked(self) -> None:
        bot = [self._platform.bot_user]
        self._send("tokens_revoked", {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": bot}})

    def app_uninstalled(self) -> None:
        self._send("app_uninstalled", {"type": "app_uninstalled"})
