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


def role_in(person: Person, project: Project, in_channel: bool) -> Role:
    """``in_channel``: whether the person is in the project's private home channel; of no account if it is public.

    An admin has no way into a private project whose channel they are not in, as in Slack itself.
    """
    if person.is_gone or person.is_bot or (project.is_private and not in_channel):
        return Role.NOBODY
    if person.is_guest or person.is_outside:
        return Role.GUEST if project.guests_allowed else Role.NOBODY
    return Role.ADMIN if person.is_admin else Role.MEMBER


def is_admin(person: Person) -> bool:
    return person.is_admin and not (person.is_gone or person.is_bot or person.is_guest or person.is_outside)


def require_admin(person: Person, helpers: str) -> None:
    """``helpers``: who can help, as words for the end of a sentence."""
    if not is_admin(person):
        raise NotAllowed(f"Only Casebook's admins manage projects. Ask {helpers}.")


def require(right: Right, person: Person, project: Project, in_channel: bool, helpers: str) -> None:
    """Raises ``NotAllowed`` with the reason and who can help."""
    if right in GRANTED[role_in(person, project, in_channel)]:
        return
    if person.is_guest or person.is_outside:
        raise NotAllowed(
            f"Guests and people from outside this workspace have no access to {project.key}. "
            f"Ask {helpers} to let guests in."
        )
    raise NotAllowed(f"{project.key} belongs to the members of its private channel. Ask {helpers} to invite you there.")
