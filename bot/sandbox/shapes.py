"""Records as Slack hands them out (field names: reference pages of the methods and events)."""

from copy import deepcopy
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from .records import Conversation, Post, StoredFile, User, Usergroup, View
from .wire import Json
from .workspace import Workspace


def user_json(user: User, team_id: str, with_email: bool) -> Json:
    zone = datetime.now(UTC).astimezone(ZoneInfo(user.tz))
    offset = zone.utcoffset()
    profile: Json = {
        "real_name": user.real_name,
        "display_name": user.name,
        "real_name_normalized": user.real_name,
        "display_name_normalized": user.name,
        "team": team_id,
        "image_48": "",
    }
    if with_email and user.email:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"bot_id": user.bot_id, "api_app_id": user.app_id}
    return {
        "id": user.id,
        "team_id": "T0STRANGE" if user.stranger else team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": zone.tzname() or user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": user.admin or user.owner,
        "is_owner": user.owner,
        "is_primary_owner": False,
        "is_restricted": user.guest,
        "is_ultra_restricted": False,
        "is_stranger": user.stranger,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
    }


def conversation_json(conversation: Conversation, team_id: str, viewer: str) -> Json:
    common: Json = {
        "id": conversation.id,
        "created": conversation.created,
        "is_archived": conversation.archived,
        "is_im": conversation.kind == "im",
        "is_mpim": conversation.kind == "mpim",
        "is_org_shared": False,
        "context_team_id": team_id,
        "updated": conversation.created * 1000,
    }
    if conversation.kind == "im":
        other = next((m for m in conversation.members if m != viewer), viewer)
        return common | {"user": other, "is_user_deleted": False}
    return common | {
        "name": conversation.name,
        "name_normalized": conversation.name,
        "is_channel": conversation.kind == "public",
        "is_group": conversation.kind == "private",
        "is_private": conversation.kind != "public",
        "is_general": False,
        "is_shared": conversation.ext_shared,
        "is_ext_shared": conversation.ext_shared,
        "is_pending_ext_shared": False,
        "is_member": viewer in conversation.members,
        "creator": conversation.creator,
        "num_members": len(conversation.members),
        "topic": {"value": conversation.topic, "creator": conversation.creator, "last_set": 0},
        "purpose": {"value": conversation.purpose, "creator": conversation.creator, "last_set": 0},
        "shared_team_ids": [team_id],
    }


def usergroup_json(group: Usergroup, team_id: str, with_users: bool, with_count: bool) -> Json:
    shape: Json = {
        "id": group.id,
        "team_id": team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.updated,
        "date_delete": group.updated if group.disabled else 0,
        "auto_type": None,
        "prefs": {"channels": [], "groups": []},
    }
    if with_users:
        shape["users"] = list(group.members)
    if with_count:
        shape["user_count"] = len(group.members)
    return shape


def message_json(post: Post, workspace: Workspace, with_metadata: bool = False) -> Json:
    """As conversations.history and the interaction payloads show it, thread counts included."""
    shape = dict(post.body)
    replies = workspace.replies(post.channel, post.ts) if not post.is_reply and not post.only_for else []
    if replies:
        users = list(dict.fromkeys(str(r.body.get("user", r.body.get("bot_id", ""))) for r in replies))
        shape |= {
            "thread_ts": post.ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts,
            "reply_users": users,
            "is_locked": False,
            "subscribed": False,
        }
    if with_metadata and post.metadata is not None:
        shape["metadata"] = post.metadata
    return shape


def file_json(stored: StoredFile, base_url: str) -> Json:
    private = f"{base_url}/files/{stored.id}/{stored.name}"
    return {
        "id": stored.id,
        "created": stored.created,
        "timestamp": stored.created,
        "name": stored.name,
        "title": stored.title,
        **({"alt_txt": stored.alt} if stored.alt else {}),
        "mimetype": stored.mimetype,
        "filetype": stored.name.rsplit(".", 1)[-1] if "." in stored.name else "text",
        "user": stored.user,
        "size": stored.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "url_private": private,
        "url_private_download": private,
        "permalink": private,
        "channels": list(stored.channels),
        "file_access": "visible",
    }


def view_json(view: View, workspace: Workspace, app_id: str, bot_id: str) -> Json:
    body = view.body
    shape: Json = {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": view.kind,
        "blocks": body.get("blocks", []),
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": deepcopy(view.values)},
        "hash": view.hash,
        "title": body.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": body.get("clear_on_close", False),
        "notify_on_close": body.get("notify_on_close", False),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "previous_view_id": view.previous_id or None,
        "root_view_id": view.root_id,
        "app_id": app_id,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": workspace.team_id,
        "bot_id": bot_id,
    }
    return shape
