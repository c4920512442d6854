"""Who may do what: every role, and what somebody without a right is told."""

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.rights import (
    Right,
    Role,
    is_admin,
    may,
    may_with_team,
    require_admin,
    role_in,
    role_to,
    why_not,
    why_not_team,
)
from tests.domain.samples import person, project

WHO = {
    "member": {},
    "admin": {"is_admin": True},
    "guest": {"is_guest": True},
    "outsider": {"is_outside": True},
    "admin who is a guest": {"is_admin": True, "is_guest": True},
    "bot": {"is_bot": True, "is_admin": True},
    "gone": {"is_gone": True, "is_admin": True},
}
PROJECTS = {
    "public": {},
    "with guests": {"guests_allowed": True},
    "private": {"is_private": True},
    "private with guests": {"is_private": True, "guests_allowed": True},
}
OUT, IN = "not in its channel", "in its channel"
NOBODY, GUEST, MEMBER, ADMIN = Role.NOBODY, Role.GUEST, Role.MEMBER, Role.ADMIN
# who: public, with guests, private (out, in), private with guests (out, in)
TABLE = {
    "member": (MEMBER, MEMBER, NOBODY, MEMBER, NOBODY, MEMBER),
    "admin": (ADMIN, ADMIN, NOBODY, ADMIN, NOBODY, ADMIN),
    "guest": (NOBODY, GUEST, NOBODY, NOBODY, NOBODY, GUEST),
    "outsider": (NOBODY, GUEST, NOBODY, NOBODY, NOBODY, GUEST),
    "admin who is a guest": (NOBODY, GUEST, NOBODY, NOBODY, NOBODY, GUEST),
    "bot": (NOBODY,) * 6,
    "gone": (NOBODY,) * 6,
}
WHERE = [
    ("public", OUT), ("with guests", OUT), ("private", OUT), ("private", IN), ("private with guests", OUT),
    ("private with guests", IN),
]  # fmt: skip
RIGHTS = {
    NOBODY: set(),
    GUEST: {Right.SEE, Right.CONTRIBUTE},
    MEMBER: {Right.SEE, Right.CONTRIBUTE},
    ADMIN: {Right.SEE, Right.CONTRIBUTE, Right.MANAGE},
}


@pytest.mark.parametrize(
    ("who", "kind", "where", "role"),
    [(who, *place, role) for who, roles in TABLE.items() for place, role in zip(WHERE, roles, strict=True)],
)
def test_the_table(who: str, kind: str, where: str, role: Role) -> None:
    somebody, shelf = person("pat", **WHO[who]), project(**PROJECTS[kind])
    assert role_in(somebody, shelf, where == IN) == role
    assert {right for right in Right if may(right, somebody, shelf, where == IN)} == RIGHTS[role]


PRIVATE = "OPS belongs to the members of its private channel. Ask one of them, or @dana, to let you in."
GUESTS = (
    "Guests and people from outside this workspace have no access to OPS. Ask @dana to let guests in."
)  # fmt: skip


@pytest.mark.parametrize(
    ("who", "kind", "sentence"),
    [
        ("member", "private", PRIVATE),
        ("admin", "private", PRIVATE),
        ("guest", "public", GUESTS),
        ("outsider", "private", GUESTS),
        ("guest", "private with guests", PRIVATE),
        ("member", "public", "Only Casebook's admins manage projects. Ask @dana."),
        ("bot", "public", "Apps cannot work on cases. Ask a person to do it."),
        ("gone", "public", "This account is switched off in Slack. Ask @dana if that is wrong."),
    ],
)
def test_a_refusal_says_why_and_who_can_help(who: str, kind: str, sentence: str) -> None:
    assert why_not(person("pat", **WHO[who]), project(**PROJECTS[kind]), False, "@dana") == sentence


def test_only_admins_of_this_workspace_manage_projects() -> None:
    assert [who for who in WHO if is_admin(person("pat", **WHO[who]))] == ["admin"]
    require_admin(person("dana", is_admin=True), "@dana")
    with pytest.raises(NotAllowed, match=r"Only Casebook's admins manage projects. Ask @dana."):
        require_admin(person("ann"), "@dana")


# who: outside the team, in it
TEAM_TABLE = {
    "member": (Role.BESIDE_TEAM, Role.TEAM_MEMBER),
    "admin": (Role.TEAM_ADMIN, Role.TEAM_ADMIN),
    "guest": (NOBODY, NOBODY),
    "outsider": (NOBODY, NOBODY),
    "admin who is a guest": (NOBODY, NOBODY),
    "bot": (NOBODY, NOBODY),
    "gone": (NOBODY, NOBODY),
}
TEAM_RIGHTS = {
    NOBODY: set(),
    Role.BESIDE_TEAM: {Right.SEE},
    Role.TEAM_MEMBER: {Right.SEE, Right.EDIT_MEMBERS},
    Role.TEAM_ADMIN: {Right.SEE, Right.EDIT_MEMBERS, Right.MANAGE},
}


@pytest.mark.parametrize(
    ("who", "is_in", "role"), [(w, i, r) for w, rs in TEAM_TABLE.items() for i, r in enumerate(rs)]
)
def test_the_table_of_teams(who: str, is_in: int, role: Role) -> None:
    somebody = person("pat", **WHO[who])
    assert role_to(somebody, bool(is_in)) == role
    assert {right for right in Right if may_with_team(right, somebody, bool(is_in))} == TEAM_RIGHTS[role]


@pytest.mark.parametrize(
    ("who", "right", "words"),
    [
        ("guest", Right.SEE, "Guests and people from outside"),
        ("member", Right.EDIT_MEMBERS, "Only its members and Casebook's admins"),
        ("member", Right.MANAGE, "Only Casebook's admins create, change and delete teams. Ask @dana."),
        ("bot", Right.SEE, "Only people of this workspace"),
    ],
)
def test_who_may_do_nothing_with_a_team_is_told_why(who: str, right: Right, words: str) -> None:
    assert words in why_not_team(right, person("pat", **WHO[who]), "@dana")
