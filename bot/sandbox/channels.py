"""What happens to channels, groups and people, whoever does it; the app hears of it by events."""

import re
from typing import TYPE_CHECKING

from .records import Conversation, Kind, User, Usergroup
from .wire import Json, Refused

if TYPE_CHECKING:
    from .platform import Platform


def create(platform: "Platform", name: str, private: bool, creator: str) -> Conversation:
    """Raises Refused: names are lower case, digits, - and _, at most 80, and archived channels keep theirs."""
    if not name:
        raise Refused("invalid_name_required")
    if len(name) > 80:
        raise Refused("invalid_name_maxlength")
    if re.search(r"[^\w-]", name) or name != name.lower():
        raise Refused("invalid_name_specials")
    if platform.workspace.find_conversation(f"#{name}"):
        raise Refused("name_taken")
    kind: Kind = "private" if private else "public"
    conversation = platform.workspace.add_conversation(name, kind, creator, [creator])
    platform.events.channel_created(conversation)
    return conversation


def join(platform: "Platform", conversation: Conversation, user: str, inviter: str = "") -> bool:
    """False when they were in it already."""
    if user in conversation.members:
        return False
    conversation.members.append(user)
    platform.workspace.changed("channel", channel=conversation.id)
    platform.events.member_joined(conversation, user, inviter)
    return True


def leave(platform: "Platform", conversation: Conversation, user: str) -> bool:
    if user not in conversation.members:
        return False
    conversation.members.remove(user)
    platform.workspace.changed("channel", channel=conversation.id)
    platform.events.member_left(conversation, user)
    return True


def archive(platform: "Platform", conversation: Conversation, user: str) -> None:
    """The event goes out while the bot is still a member; then archiving drops it from the channel."""
    if conversation.archived:
        raise Refused("already_archived")
    conversation.archived = True
    platform.events.channel_archived(conversation, user)
    platform.workspace.changed("channel", channel=conversation.id)


def unarchive(platform: "Platform", conversation: Conversation, user: str) -> None:
    if not conversation.archived:
        raise Refused("not_archived")
    conversation.archived = False
    platform.events.channel_unarchived(conversation, user)
    platform.workspace.changed("channel", channel=conversation.id)


def rename(platform: "Platform", conversation: Conversation, name: str) -> None:
    if platform.workspace.find_conversation(f"#{name}"):
        raise Refused("name_taken")
    conversation.name = name
    platform.events.channel_renamed(conversation)
    platform.workspace.changed("channel", channel=conversation.id)


def create_group(platform: "Platform", handle: str, name: str, members: list[str]) -> Usergroup:
    workspace, now = platform.workspace, int(platform.now())
    group = Usergroup(workspace.new_id("S"), handle, name, list(members), created=now, updated=now)
    workspace.usergroups[group.id] = group
    workspace.changed("group", group=group.id)
    platform.events.subteam("subteam_created", group)
    return group


def set_members(platform: "Platform", group: Usergroup, members: list[str]) -> None:
    added = [member for member in members if member not in group.members]
    removed = [member for member in group.members if member not in members]
    previous, group.updated = group.updated, int(platform.now())
    group.members = list(members)
    platform.workspace.changed("group", group=group.id)
    if added or removed:
        platform.events.subteam_members(group, added, removed, previous)


def change_group(
    platform: "Platform", group: Usergroup, name: str = "", handle: str = "", disabled: bool | None = None
) -> None:
    group.name, group.handle = name or group.name, handle or group.handle
    group.disabled = group.disabled if disabled is None else disabled
    group.updated = int(platform.now())
    platform.workspace.changed("group", group=group.id)
    platform.events.subteam("subteam_updated", group)


def change_user(platform: "Platform", user: User, fields: Json) -> None:
    """Raises ValueError for a field that a user doesn't have."""
    unknown = [name for name in fields if not hasattr(user, name)]
    if unknown:
        raise ValueError(f"a user has no {', '.join(unknown)}")
    for name, value in fields.items():
        setattr(user, name, value)
    user.updated = int(platform.now())
    platform.workspace.changed("person", person=user.id)
    platform.events.user_change(user)
