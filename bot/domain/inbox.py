"""Inboxes: saved queries with an owner, and whom to tell of what happens to their cases."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bot.domain.base import Base, BigId
from bot.domain.digest import Rhythm
from bot.domain.errors import Invalid
from bot.domain.evidence import CASE
from bot.domain.person import Person
from bot.domain.rights import is_admin
from bot.domain.text import is_blank, kept_line

INBOX = "inboxes.id"
NAME_LIMIT = 80
QUERY_LIMIT = 2000
RECIPIENT_LIMIT = 50
# Deliveries and buttons name these rows by id long after they are gone; SQLite would give the id to another.
NEVER_REUSED = {"sqlite_autoincrement": True}
STAYS = (30, 60, 240, 480, 1440, 4320, 10080)


class Event(StrEnum):
    """What may happen between a case and an inbox."""

    CREATED = "created"  # a case is opened that matches
    ENTERED = "entered"  # a case comes to match later
    LEFT = "left"  # it no longer matches
    STAYED = "stayed"  # it still matches after the inbox's time
    RESOLVED = "resolved"  # what was raised at PagerDuty is over


CHOSEN = (Event.CREATED, Event.ENTERED, Event.LEFT)


class Medium(StrEnum):
    """Where a recipient is reached."""

    CHANNEL = "channel"
    PERSON = "person"
    PAGERDUTY = "pagerduty"
    WEBHOOK = "webhook"


IN_SLACK = (Medium.CHANNEL, Medium.PERSON)


class Recipient(Base):
    """``target``: a channel's or person's id; elsewhere empty. ``sealed``: the encrypted address and key of the others.

    ``label`` is what people may see of those: never a secret. ``problem``: why it cannot be reached at the moment.
    """

    __tablename__ = "inbox_recipients"
    __table_args__ = (Index("ix_inbox_recipients_medium_target", "medium", "target"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey(INBOX, ondelete="CASCADE"), index=True)
    medium: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(32), default="")
    label: Mapped[str] = mapped_column(String(120), default="")
    sealed: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)
    problem_at: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(255))


class Mute(Base):
    """Somebody who wants no direct messages of an inbox."""

    __tablename__ = "inbox_mutes"

    inbox_id: Mapped[int] = mapped_column(ForeignKey(INBOX, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class Inbox(Base):
    """Personal unless it belongs to a team or to a project.

    ``events``: which of ``CHOSEN`` are told. ``stay_minutes``: also tell of cases that still match after so long.
    ``knows_cases``: rows of ``Match`` are complete for the present query; until then nothing can come to match or
    stop matching. ``is_timely``: the mere passing of time can change what matches.
    """

    __tablename__ = "inboxes"
    __table_args__ = NEVER_REUSED

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    query: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(32), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    events: Mapped[list[str]]
    stay_minutes: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(String(8))
    digest_minute: Mapped[int] = mapped_column(default=540)
    digest_tz: Mapped[str] = mapped_column(String(64), default="UTC")
    digest_at: Mapped[datetime | None] = mapped_column(index=True)
    knows_cases: Mapped[bool] = mapped_column(default=False)
    is_timely: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str | None] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    recipients: Mapped[list[Recipient]] = relationship(
        order_by=Recipient.id, cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def holds_cases(self) -> bool:
        """Whether it must be known which cases match: to tell of those that come, go or stay."""
        return bool({Event.ENTERED, Event.LEFT} & set(self.events)) or self.stay_minutes is not None

    @property
    def rhythm(self) -> Rhythm | None:
        return Rhythm(self.digest, self.digest_minute, self.digest_tz) if self.digest else None

    def may_edit(self, person: Person, teams: frozenset[int]) -> bool:
        """Its owner, the people of its team, and admins. ``teams``: the person's own."""
        return person.id == self.owner or is_admin(person) or self.team_id in teams


class Match(Base):
    """A case that matches an inbox which ``holds_cases``. ``stay_at``: when it will have stayed; then ``None``."""

    __tablename__ = "inbox_cases"
    __table_args__ = (Index("ix_inbox_cases_stay_at", "stay_at"),)

    inbox_id: Mapped[int] = mapped_column(ForeignKey(INBOX, ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), primary_key=True, index=True)
    since: Mapped[datetime]
    stay_at: Mapped[datetime | None]


class Notification(Base):
    """One recipient is told of one event of one case, once: ``key`` is unique.

    ``target`` is the recipient's, or for those outside Slack its id. These rows also say why a post is where it is.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_notifications_case_id_target", "case_id", "target"),
        NEVER_REUSED,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(160))
    inbox_id: Mapped[int] = mapped_column(ForeignKey(INBOX, ondelete="CASCADE"), index=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("inbox_recipients.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"))
    medium: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(32))
    event: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]


class Revision(Base):
    """A number that moves with every change to what processes keep in memory: ``inboxes``, and ``names`` in queries."""

    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)


def check(name: str, query: str, events: Sequence[str], recipients: int) -> None:
    """Raises ``Invalid`` naming each field that is wrong; what the query means is checked elsewhere."""
    wrong = {}
    if is_blank(name):
        wrong["name"] = "An inbox needs a name, for example Urgent checkouts."
    elif len(kept_line(name)) > NAME_LIMIT:
        wrong["name"] = f"An inbox's name has up to {NAME_LIMIT} characters; this one has {len(kept_line(name)):,}."
    if is_blank(query):
        wrong["query"] = "An inbox needs a query, for example: is:open priority:>=P2. `/case help search` shows more."
    if not set(events) <= set(CHOSEN):
        wrong["events"] = "Choose when to tell: created, comes to match, stops matching."
    if recipients > RECIPIENT_LIMIT:
        wrong["channels"] = f"An inbox has up to {RECIPIENT_LIMIT} recipients; this one has {recipients}."
    if wrong:
        raise Invalid(" ".join(wrong.values()), wrong)
