"""Who may do what: one table, asked by every use-case."""

from enum import StrEnum

from bot.domain.errors import NotAllowed
from bot.domain.person import Person
from bot.domain.project import Project


class Right(StrEnum):
    SEE = "see"
    CONTRIBUTE = "contribute"
    MANAGE = "manage"


class Role(StrEnum):
    """What a person is to one project."""

    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"
    NOBODY = "nobody"


GRANTED: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.MEMBER: frozenset({Right.SEE, Right.CONTRIBUTE}),
    Role.GUEST: frozenset({Right.SEE, Right.CONTRIBUTE}),
    Role.NOBODY: frozenset(),
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
