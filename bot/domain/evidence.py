"""What hangs on a case: notes, evidence, relations, watchers, former keys, and the Slack posts it lives in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from bot.domain.base import Base, BigId
from bot.domain.text import kept, kept_line

CASE = "cases.id"
NOTE_LIMIT = 3000
TITLE_LIMIT = 300
AUTHOR_LIMIT = 80


class EvidenceKind(StrEnum):
    MESSAGE = "message"
    LINK = "link"
    FILE = "file"


class Note(Base):
    """A note. ``channel`` and ``ts`` name the thread reply it came from, if it did; a deleted one has no text."""

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("channel", "ts"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), index=True)
    author: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    channel: Mapped[str | None] = mapped_column(String(32))
    ts: Mapped[str | None] = mapped_column(String(32))

    @validates("text")
    def _kept(self, _: str, words: str) -> str:
        return kept(words)


class Evidence(Base):
    """A Slack message, a link or a file. ``author`` is a name as it was shown; ``said_at`` when it was written."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    url: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(String(AUTHOR_LIMIT), default="")
    said_at: Mapped[datetime | None]
    added_by: Mapped[str] = mapped_column(String(32))
    added_at: Mapped[datetime]

    @validates("url", "text")
    def _kept(self, _: str, words: str) -> str:
        return kept(words)

    @validates("title", "author")
    def _kept_line(self, field: str, words: str) -> str:
        return kept_line(words)[: TITLE_LIMIT if field == "title" else AUTHOR_LIMIT]


class Watcher(Base):
    __tablename__ = "watchers"

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class CaseTeam(Base):
    __tablename__ = "case_teams"

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True, index=True)


class FormerKey(Base):
    """A key that a case had before it was moved: it keeps finding the case, and is given to no other."""

    __tablename__ = "former_keys"

    key: Mapped[str] = mapped_column(String(24), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), index=True)


class RelationKind(StrEnum):
    """Read from the first case to the second: "OPS-1 blocks OPS-2"."""

    BLOCKS = "blocks"
    CAUSES = "causes"
    DUPLICATES = "duplicates"
    RELATES = "relates"
    PARENT = "parent"


class Relation(Base):
    __tablename__ = "relations"
    __table_args__ = (UniqueConstraint("case_id", "kind", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    other_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), index=True)


class PostRole(StrEnum):
    """``CARD``: Casebook's own post, kept up to date. ``SOURCE``: a post that somebody made into a case.

    ``INBOX``: a card that an inbox posted, kept up to date; its thread does not tell of every change.
    """

    CARD = "card"
    SOURCE = "source"
    INBOX = "inbox"


class Post(Base):
    """A Slack message that belongs to a case. ``thread_ts``: the root of the thread whose replies are notes.

    ``person_id``: whose direct messages with Casebook it is in, if it is in some.
    ``for_team``: a card that stands there only because a team of the case is at home there.
    """

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("channel", "ts"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(32))
    ts: Mapped[str] = mapped_column(String(32))
    thread_ts: Mapped[str] = mapped_column(String(32), index=True)
    person_id: Mapped[str | None] = mapped_column(String(32))
    for_team: Mapped[bool] = mapped_column(default=False)

    @property
    def target(self) -> str:
        """What a delivery about it is addressed to."""
        return self.person_id or self.channel
