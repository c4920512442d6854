"""Silences: for a time, an inbox tells nobody, or all inboxes tell nobody of the cases that a query finds."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base, BigId
from bot.domain.errors import Invalid
from bot.domain.evidence import CASE
from bot.domain.inbox import INBOX, NEVER_REUSED
from bot.domain.text import kept_line

REASON_LIMIT = 200
SILENCE = "silences.id"
# Each is asked of every case that an inbox would tell of.
AT_ONCE = 50


class Silence(Base):
    """Of an inbox, or of a ``query`` as ``made_by`` means it, who sees nothing more by it than they may.

    ``withheld``: how many notifications were not sent because of it; they are not sent afterwards either.
    ``told_at``: when it was said that it is over; from then on it keeps back nothing more.
    """

    __tablename__ = "silences"
    __table_args__ = NEVER_REUSED

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey(INBOX, ondelete="CASCADE"), index=True)
    query: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(String(REASON_LIMIT), default="")
    made_by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    ended_by: Mapped[str | None] = mapped_column(String(32))
    withheld: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(255), unique=True)


class SilencedCase(Base):
    """A case that an inbox has posted, and whose posts say that a silence lasts."""

    __tablename__ = "silenced_cases"
    __table_args__ = (Index("ix_silenced_cases_case_id", "case_id"),)

    silence_id: Mapped[int] = mapped_column(ForeignKey(SILENCE, ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), primary_key=True)


class HeldBack(Base):
    """A case that was not told because of a silence. ``channel``: empty for whoever is reached elsewhere."""

    __tablename__ = "held_back"
    __table_args__ = (Index("ix_held_back_case_id", "case_id"),)

    silence_id: Mapped[int] = mapped_column(ForeignKey(SILENCE, ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), primary_key=True)


def reason_of(typed: str) -> str:
    """Raises ``Invalid`` if it is too long."""
    reason = kept_line(typed)
    if len(reason) > REASON_LIMIT:
        raise Invalid.field("reason", f"A reason has up to {REASON_LIMIT} characters; this one has {len(reason)}.")
    return reason
