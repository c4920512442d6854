"""Who may do what: one table, asked by every use-case."""

from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.person import Person
from bot.domain.project import Project


class Right(StrEnum):
    """``EDIT_MEMBERS`` is a right to a team, the others are to projects; ``SEE`` and ``MANAGE`` are to both."""

    SEE = "see"
    CONTRIBUTE = "contribute"
    EDIT_MEMBERS = "edit members"
    MANAGE = "manage"


class Role(StrEnum):
    """What a person is to one project, or to one team."""

    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"
    NOBODY = "nobody"
    TEAM_ADMIN = "admin of a team"
    TEAM_MEMBER = "member of a team"
    BESIDE_TEAM = "colleague of a team"


GRANTED: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset({Right.SEE, Right.CONTRIBUTE, Right.MANAGE}),
    Role.MEMBER: frozenset({Right.SEE, Right.CONTRIBUTE}),
    Role.GUEST: frozenset({Right.SEE, Right.CONTRIBUTE}),
    Role.NOBODY: frozenset(),
    Role.TEAM_ADMIN: frozenset({Right.SEE, Right.EDIT_MEMBERS, Right.MANAGE}),
    Role.TEAM_MEMBER: frozenset({Right.SEE, Right.EDIT_MEMBERS}),
    Role.BESIDE_TEAM: frozenset({Right.SEE}),
}


ADMINS_ONLY = "Only Casebook's admins manage projects. Ask {}."


def role_in(person: Person, project: Project, in_channel: bool) -> Role:
    """``in_channel``: whether the person is in the project's private home channel; of no account if it is public.

    An admin has no way into a private project whose channel they are not in, as in Slack itself.
    """
    if person.is_gone or person.is_bot or (project.is_private and not in_channel):
        return Role.NOBODY
    if person.is_guest or person.is_outside:
        return Role.GUEST if project.guests_allowed else Role.NOBODY
    return Role.ADMIN if person.is_admin else Role.MEMBER


def may(right: Right, person: Person, project: Project, in_channel: bool) -> bool:
    return right in GRANTED[role_in(person, project, in_channel)]


def role_to(person: Person, is_in_team: bool) -> Role:
    """What a person is to a team; guests and people from outside see none of them."""
    if is_admin(person):
        return Role.TEAM_ADMIN
    if person.is_gone or person.is_bot or person.is_guest or person.is_outside:
        return Role.NOBODY
    return Role.TEAM_MEMBER if is_in_team else Role.BESIDE_TEAM


def may_with_team(right: Right, person: Person, is_in_team: bool) -> bool:
    """Of a mirrored team nobody edits the members but Slack, whatever this says."""
    return right in GRANTED[role_to(person, is_in_team)]


def why_not_team(right: Right, person: Person, helpers: str) -> str:
    """For somebody who lacks a right to a team. ``helpers``: words for the end of a sentence."""
    if person.is_bot or person.is_gone:
        return "Only people of this workspace have to do with its teams."
    if right == Right.SEE:
        return f"Guests and people from outside this workspace do not see its teams. Ask {helpers}."
    if right == Right.EDIT_MEMBERS:
        return f"Only its members and Casebook's admins change who is in this team. Ask {helpers}."
    return f"Only Casebook's admins create, change and delete teams. Ask {helpers}."


def why_not(person: Person, project: Project, in_channel: bool, helpers: str) -> str:
    """For somebody who lacks a right: why, and who can help. ``helpers``: words for the end of a sentence."""
    if person.is_bot:
        return "Apps cannot work on cases. Ask a person to do it."
    if person.is_gone:
        return f"This account is switched off in Slack. Ask {helpers} if that is wrong."
    if (person.is_guest or person.is_outside) and not project.guests_allowed:
        return (
            f"Guests and people from outside this workspace have no access to {project.key}. "
            f"Ask {helpers} to let guests in."
        )
    if project.is_private and not in_channel:
        return (
            f"{project.key} belongs to the members of its private channel. "
            f"Ask one of them, or {helpers}, to let you in."
        )
    return ADMINS_ONLY.format(helpers)


def is_admin(person: Person) -> bool:
    return person.is_admin and not (person.is_gone or person.is_bot or person.is_guest or person.is_outside)


def require_admin(person: Person, helpers: str) -> None:
    """``helpers``: who can help, as words for the end of a sentence."""
    if not is_admin(person):
        raise NotAllowed(ADMINS_ONLY.format(helpers))
