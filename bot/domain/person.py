"""People and teams: mirrored from Slack so that no click has to wait for a look-up, or, some teams, kept here."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.base import Base
from bot.domain.errors import Invalid
from bot.domain.text import kept_line


class Notify(StrEnum):
    """Which cases a person wants direct messages about."""

    ALL = "all"
    MINE = "mine"
    NOTHING = "nothing"


class Person(Base):
    """A Slack account. ``is_outside``: from another workspace (Slack Connect) or unknown to the directory.

    ``email``: in small letters; ``None`` where Slack does not show it.
    """

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    tz: Mapped[str] = mapped_column(String(64), default="UTC")
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_guest: Mapped[bool] = mapped_column(default=False)
    is_outside: Mapped[bool] = mapped_column(default=False)
    is_bot: Mapped[bool] = mapped_column(default=False)
    is_gone: Mapped[bool] = mapped_column(default=False)
    notify: Mapped[str] = mapped_column(String(16), default=Notify.ALL)
    home_inbox: Mapped[str] = mapped_column(String(64), default="mine")
    home_page: Mapped[int] = mapped_column(default=1)
    home_opened_at: Mapped[datetime | None]


class TeamMember(Base):
    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


HANDLE_LIMIT = 40
NAME_LIMIT = 120
MEMBERS_LIMIT = 200
RESERVED = {"me", "none", "any", "new", "here", "channel", "everyone"}
ALIVE_HERE = text("slack_id IS NULL AND gone_at IS NULL")


class Team(Base):
    """A Slack user group (``slack_id`` set), which Slack alone changes, or people whom Casebook keeps together.

    ``gone_at``: switched off in Slack, or deleted here; its cases stay. ``home_channel``: where its cases have a card
    as well. ``version`` counts what was changed here.
    """

    __tablename__ = "teams"
    __table_args__ = (
        Index("uq_teams_handle_here", "handle", unique=True, sqlite_where=ALIVE_HERE, postgresql_where=ALIVE_HERE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slack_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    handle: Mapped[str] = mapped_column(String(80), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    home_channel: Mapped[str | None] = mapped_column(ForeignKey("channels.id"), index=True)
    gone_at: Mapped[datetime | None]
    created_by: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=0)
    members: Mapped[list[TeamMember]] = relationship(cascade="all, delete-orphan", passive_deletes=True)

    @classmethod
    def start(cls, actor: str, *, handle: str, name: str, members: Iterable[str], home_channel: str | None) -> "Team":
        """A team kept here. Raises ``Invalid`` naming each field that is wrong."""
        team = cls(created_by=actor, members=[], version=0)
        team.change(handle=handle, name=name, members=members, home_channel=home_channel)
        return team

    @property
    def is_mirrored(self) -> bool:
        return self.slack_id is not None

    @property
    def member_ids(self) -> set[str]:
        return {member.person_id for member in self.members}

    def facts(self) -> tuple[str, str, str | None, set[str]]:
        return self.handle, self.name, self.home_channel, self.member_ids

    def change(self, *, handle: str, name: str, members: Iterable[str], home_channel: str | None) -> bool:
        """Whether anything changed; for a team kept here."""
        handle, wanted = as_handle(handle), set(members)
        name = kept_line(name) or handle
        if wrong := problems(handle, name, wanted):
            raise Invalid(f"The team was not saved. {' '.join(wrong.values())}", wrong)
        before = self.facts() if self.handle else None
        self.handle, self.name, self.home_channel = handle, name, home_channel
        self.keep_members(wanted)
        return self._counted(before != self.facts())

    def change_members(self, members: Iterable[str]) -> bool:
        """What a member of a team kept here may do."""
        return self.change(handle=self.handle, name=self.name, members=members, home_channel=self.home_channel)

    def change_home(self, home_channel: str | None) -> bool:
        """What can be changed of a team whatever Slack says of it."""
        before, self.home_channel = self.home_channel, home_channel
        return self._counted(before != home_channel)

    def keep_members(self, wanted: set[str]) -> None:
        present = self.member_ids
        if wanted != present:
            self.members = [member for member in self.members if member.person_id in wanted]
            self.members += [TeamMember(person_id=person) for person in sorted(wanted - present)]

    def delete(self, at: datetime) -> bool:
        """Its cases keep it, and those who were in it still find them under their teams."""
        if self.gone_at:
            return False
        self.gone_at, self.home_channel = at, None
        return self._counted(True)

    def _counted(self, changed: bool) -> bool:
        self.version += changed
        return changed


def as_handle(typed: str) -> str:
    """A handle as it is kept."""
    return kept_line(typed).lstrip("@").casefold()


def problems(handle: str, name: str, members: set[str]) -> dict[str, str]:
    """A sentence for each field that is wrong."""
    wrong = {}
    if not handle or not all(char.isalnum() or char in "._-" for char in handle) or not handle[0].isalnum():
        wrong["handle"] = "A handle is one word of letters, digits, dots, dashes and underscores, for example dba."
    elif len(handle) > HANDLE_LIMIT:
        wrong["handle"] = f"A handle has up to {HANDLE_LIMIT} characters; this one has {len(handle)}."
    elif handle in RESERVED:
        wrong["handle"] = f"@{handle} means something else. Choose another handle."
    if len(name) > NAME_LIMIT:
        wrong["name"] = f"A team's name has up to {NAME_LIMIT} characters; this one has {len(name)}."
    if not members:
        wrong["members"] = "Choose at least one person."
    elif len(members) > MEMBERS_LIMIT:
        wrong["members"] = f"A team kept here has up to {MEMBERS_LIMIT} people. Make a user group of it in Slack."
    return wrong
