"""Projects, and the little that Casebook must know of their channels."""

import re
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.act import Act
from bot.domain.base import Base
from bot.domain.errors import Invalid

KEY_FORM = re.compile(r"[A-Z][A-Z0-9]{0,9}")
RETENTION_CHOICES = (3, 6, 12, 15, 24, 36, 60)
DEFAULT_RETENTION = 15


class Channel(Base):
    """A project's home channel, mirrored. ``is_private`` starts true: until Slack has said, nobody is let in."""

    __tablename__ = "channels"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), default="")
    is_private: Mapped[bool] = mapped_column(default=True)
    is_archived: Mapped[bool] = mapped_column(default=False)
    is_member: Mapped[bool] = mapped_column(default=False)
    mirrored_at: Mapped[datetime | None]


class ChannelMember(Base):
    """Who is in a private home channel; not kept for public ones."""

    __tablename__ = "channel_members"

    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class Project(Base):
    """A team's shelf of cases. ``retention_months``: ``None`` keeps closed cases for ever."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(10), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    home_channel: Mapped[str] = mapped_column(ForeignKey("channels.id"), index=True)
    is_private: Mapped[bool] = mapped_column(default=True)
    guests_allowed: Mapped[bool] = mapped_column(default=False)
    retention_months: Mapped[int | None] = mapped_column(default=DEFAULT_RETENTION)
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(32))

    @classmethod
    def start(
        cls, act: Act, *, key: str, name: str, home_channel: str, retention_months: int | None, guests_allowed: bool
    ) -> "Project":
        """Raises ``Invalid`` naming each field that is wrong."""
        key = key.strip().upper()
        wrong = {}
        if not KEY_FORM.fullmatch(key) or key == "CASE":
            wrong["key"] = (
                "A key has 1–10 letters A–Z and digits, starts with a letter and is not CASE, for example OPS."
            )
        if problem := name_problem(name):
            wrong["name"] = problem
        if wrong:
            raise Invalid("The project was not created.", wrong)
        return cls(
            key=key,
            name=name.strip(),
            home_channel=home_channel,
            retention_months=retention_months,
            guests_allowed=guests_allowed,
            created_at=act.at,
            created_by=act.actor,
            is_private=True,
            last_number=0,
        )

    def next_number(self) -> int:
        self.last_number += 1
        return self.last_number

    def change(self, *, name: str, home_channel: str, retention_months: int | None, guests_allowed: bool) -> bool:
        """Whether anything changed; a new home channel is private until Slack has said otherwise."""
        if problem := name_problem(name):
            raise Invalid("The project was not changed.", {"name": problem})
        before = (self.name, self.home_channel, self.retention_months, self.guests_allowed)
        if home_channel != self.home_channel:
            self.is_private = True
        self.name, self.home_channel = name.strip(), home_channel
        self.retention_months, self.guests_allowed = retention_months, guests_allowed
        return before != (self.name, self.home_channel, self.retention_months, self.guests_allowed)


def name_problem(name: str) -> str | None:
    if not name.strip():
        return "A project needs a name, for example Operations."
    if len(name.strip()) > 80:
        return "A project's name has up to 80 characters."
    return None
