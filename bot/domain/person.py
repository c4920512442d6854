"""People and teams, mirrored from Slack so that no click has to wait for a look-up."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.base import Base


class Notify(StrEnum):
    """Which cases a person wants direct messages about."""

    ALL = "all"
    MINE = "mine"
    NOTHING = "nothing"


class Person(Base):
    """A Slack account. ``is_outside``: from another workspace (Slack Connect) or unknown to the directory."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    tz: Mapped[str] = mapped_column(String(64), default="UTC")
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


class Team(Base):
    """A Slack user group (``slack_id`` set). ``gone_at``: it was switched off in Slack; its cases stay."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    slack_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    handle: Mapped[str] = mapped_column(String(80), index=True)
    name: Mapped[str] = mapped_column(String(120))
    gone_at: Mapped[datetime | None]
    members: Mapped[list[TeamMember]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
