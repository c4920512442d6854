"""Projects, and the little that Casebook must know of their channels."""

import re
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.act import Act
from bot.domain.base import Base
from bot.domain.errors import Invalid
from bot.domain.text import is_blank, kept_line

KEY_FORM = re.compile(r"[A-Z][A-Z0-9]{0,9}")
RETENTION_CHOICES = (3, 6, 12, 15, 24, 36, 60)
DEFAULT_RETENTION = 15
CLOSE_CHOICES = (7, 14, 30, 90, 180)
# Before a case closes by itself.
CLOSING_WARNING = timedelta(days=3)
NAME_LIMIT = 80


class Channel(Base):
    """A home channel, of projects or teams. ``is_private`` starts true: until Slack has said, nobody is let in."""

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
    """A team's shelf of cases. ``retention_months``: ``None`` keeps closed cases for ever.

    ``copy_first``: what goes is uploaded to the home channel before. ``close_after_days``: cases that nobody works on
    close by themselves; ``None``: they never do.
    """

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(10), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    home_channel: Mapped[str] = mapped_column(ForeignKey("channels.id"), index=True)
    is_private: Mapped[bool] = mapped_column(default=True)
    guests_allowed: Mapped[bool] = mapped_column(default=False)
    retention_months: Mapped[int | None] = mapped_column(default=DEFAULT_RETENTION)
    copy_first: Mapped[bool] = mapped_column(default=False)
    close_after_days: Mapped[int | None]
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(32))

    @classmethod
    def start(
        cls,
        act: Act,
        *,
        key: str,
        name: str,
        home_channel: str,
        retention_months: int | None,
        guests_allowed: bool,
        copy_first: bool = False,
        close_after_days: int | None = None,
    ) -> "Project":
        """Raises ``Invalid`` naming each field that is wrong."""
        key, name = key.strip().upper(), kept_line(name)
        wrong = problems(name, home_channel, retention_months, close_after_days)
        if not KEY_FORM.fullmatch(key) or key == "CASE":
            wrong["key"] = (
                "A key has 1–10 letters A–Z and digits, starts with a letter and is not CASE, for example OPS."
            )
        if wrong:
            raise Invalid(f"The project was not created. {' '.join(wrong.values())}", wrong)
        return cls(
            key=key,
            name=name,
            home_channel=home_channel,
            retention_months=retention_months,
            guests_allowed=guests_allowed,
            copy_first=copy_first,
            close_after_days=close_after_days,
            created_at=act.at,
            created_by=act.actor,
            is_private=True,
            last_number=0,
        )

    def is_like(self, other: "Project") -> bool:
        """Whether the same person asked for the same."""
        fields = ("key", *SETTINGS, "created_by")
        return all(getattr(self, field) == getattr(other, field) for field in fields)

    @property
    def settings(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in SETTINGS)

    def next_number(self) -> int:
        self.last_number += 1
        return self.last_number

    def change(
        self,
        *,
        name: str,
        home_channel: str,
        retention_months: int | None,
        guests_allowed: bool,
        copy_first: bool = False,
        close_after_days: int | None = None,
    ) -> bool:
        """Whether anything changed; a new home channel is private until Slack has said otherwise."""
        name = kept_line(name)
        if wrong := problems(name, home_channel, retention_months, close_after_days):
            raise Invalid(f"The project was not changed. {' '.join(wrong.values())}", wrong)
        before = self.settings
        if home_channel != self.home_channel:
            self.is_private = True
        self.name, self.home_channel = name, home_channel
        self.retention_months, self.guests_allowed = retention_months, guests_allowed
        self.copy_first, self.close_after_days = copy_first, close_after_days
        return before != self.settings


SETTINGS = ("name", "home_channel", "retention_months", "guests_allowed", "copy_first", "close_after_days")


def problems(
    name: str, home_channel: str, retention_months: int | None, close_after_days: int | None
) -> dict[str, str]:
    """A sentence for each field that is wrong."""
    wrong = {}
    if is_blank(name):
        wrong["name"] = "A project needs a name, for example Operations."
    elif len(name) > NAME_LIMIT:
        wrong["name"] = f"A project's name has up to {NAME_LIMIT} characters; this one has {len(name)}."
    if not home_channel:
        wrong["home_channel"] = "Choose the channel in which this project's cases are posted."
    if retention_months is not None and retention_months < 1:
        wrong["retention"] = "Closed cases are kept for a month or longer."
    if close_after_days is not None and close_after_days < min(CLOSE_CHOICES):
        wrong["close_after"] = f"Cases close by themselves after {min(CLOSE_CHOICES)} days or later."
    return wrong
