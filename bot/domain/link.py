"""A case's link to a ticket: what both had when they were last alike, how it fares, and each project's terms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from bot.domain.base import Base, BigId
from bot.domain.casetype import Group
from bot.domain.evidence import CASE
from bot.domain.ticket import Account, Part, Standing, Way

KEY_LIMIT = 80
LABELS = {"jira": "Jira", "servicenow": "ServiceNow"}
DEFAULT_WAYS: Mapping[Part, Way] = {
    Part.TITLE: Way.ONCE,
    Part.DESCRIPTION: Way.ONCE,
    Part.STATUS: Way.BOTH,
    Part.PRIORITY: Way.BOTH,
    Part.ASSIGNEE: Way.BOTH,
    Part.NOTES: Way.BOTH,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A ticket to be created, as the form was left. ``kind``: a Jira project's key or a ServiceNow table.

    ``subtype``: Jira's issue type id; elsewhere empty. ``extra``: what the partner asks for besides, by its own names.
    """

    kind: str
    subtype: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)


def label_of(partner: str) -> str:
    """A partner's name as people know it."""
    return LABELS.get(partner, partner.capitalize())


class Health(StrEnum):
    """How a ticket fares."""

    CREATING = "creating"  # asked for, not there yet
    LINKING = "linking"  # an existing one, not read yet
    IN_STEP = "in step"
    PENDING = "pending"  # something waits to be told to it
    FAILING = "failing"  # it could not be told: `problem` says why, `problem_at` since when
    OUT_OF_STEP = "out of step"  # both can be reached, and differ: `problem` says in what
    GONE = "gone"  # deleted over there


class Ticket(Base):
    """``foreign_id``: the partner's lasting id, ``None`` until it is known; one ticket belongs to one case.

    ``foreign_kind``: a Jira project's key or a ServiceNow table. ``wanted``: what was asked for, until it is there.
    ``base``: part → ``{"ours", "theirs", "at", "wrote_at"}`` when both were last alike; ``conflicts``: part →
    ``{"ours", "theirs", "by", "at", "won"}`` where both changed and a person may choose the other; there both values
    are the case's. ``problem_in``: what a success heals it. ``unlinked_at``: it is left as it is, and nobody follows it
    any more; the row stays, so that what comes late finds out.
    """

    __tablename__ = "tickets"
    __table_args__ = (UniqueConstraint("partner", "foreign_id", "case_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), index=True)
    partner: Mapped[str] = mapped_column(String(16))
    foreign_id: Mapped[str | None] = mapped_column(String(64), index=True)
    foreign_kind: Mapped[str] = mapped_column(String(80), default="")
    key: Mapped[str] = mapped_column(String(KEY_LIMIT), default="")
    folded_key: Mapped[str] = mapped_column(String(KEY_LIMIT), default="", index=True)
    url: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(String(300), default="")
    status: Mapped[str] = mapped_column(String(80), default="")
    assignee: Mapped[str] = mapped_column(String(120), default="")
    health: Mapped[str] = mapped_column(String(16))
    problem: Mapped[str | None] = mapped_column(Text)
    problem_at: Mapped[datetime | None]
    problem_in: Mapped[str] = mapped_column(String(16), default="")
    wanted: Mapped[dict[str, Any]] = mapped_column(default=dict)
    base: Mapped[dict[str, Any]] = mapped_column(default=dict)
    conflicts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    linked_by: Mapped[str] = mapped_column(String(32))
    linked_at: Mapped[datetime]
    unlinked_at: Mapped[datetime | None]

    @validates("key")
    def _folded(self, _: str, key: str) -> str:
        """As it is searched for."""
        self.folded_key = " ".join(key.lower().split())
        return key

    @property
    def is_followed(self) -> bool:
        """Whether anything is still told to it, or heard from it."""
        return self.unlinked_at is None and self.health != Health.GONE

    @property
    def is_there(self) -> bool:
        return self.is_followed and self.foreign_id is not None

    @property
    def name(self) -> str:
        """As people call it: "Jira ABC-1"; without a key "a Jira ticket"."""
        return called(self.partner, self.key)


def called(partner: str, key: str) -> str:
    return f"{label_of(partner)} {key}" if key else f"a {label_of(partner)} ticket"


class TicketNote(Base):
    """A note that is a comment there as well. ``is_theirs``: it was written there. ``digest``: of the words that both
    had when they were last alike."""

    __tablename__ = "ticket_notes"
    __table_args__ = (UniqueConstraint("ticket_id", "foreign_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("tickets.id", ondelete="CASCADE"))
    note_id: Mapped[int] = mapped_column(BigId, ForeignKey("notes.id", ondelete="CASCADE"), index=True)
    foreign_id: Mapped[str] = mapped_column(String(64))
    is_theirs: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str] = mapped_column(String(64), default="")


class Terms(Base):
    """How a project and a partner are kept in step. Without a row, the defaults hold.

    ``ways``: part → `Way`; parts that are missing go the default way. ``statuses`` and ``priorities``: lines of the
    maps, ``{"case", "ticket", "via"}`` and ``{"case", "ticket"}``, of which the first that fits counts, either way.
    ``internal``: notes are for those who work on the ticket alone; ``None``: as the partner does by itself.
    ``kind`` and ``subtype``: what the form for a new ticket begins with.
    """

    __tablename__ = "ticket_terms"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    partner: Mapped[str] = mapped_column(String(16), primary_key=True)
    ways: Mapped[dict[str, Any]] = mapped_column(default=dict)
    statuses: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    priorities: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    internal: Mapped[bool | None]
    kind: Mapped[str] = mapped_column(String(80), default="")
    subtype: Mapped[str] = mapped_column(String(80), default="")
    changed_by: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime]

    @classmethod
    def default(cls, project_id: int, partner: str, at: datetime) -> "Terms":
        return cls(
            project_id=project_id, partner=partner, ways={}, statuses=[], priorities=[], internal=None, kind="",
            subtype="", changed_by="", changed_at=at,
        )  # fmt: skip

    def way(self, part: Part) -> Way:
        return Way(self.ways.get(part.value, DEFAULT_WAYS[part].value))


class NewsMark(Base):
    """How far each partner's news have been read, who we are there, and why they cannot be read just now."""

    __tablename__ = "ticket_news"

    partner: Mapped[str] = mapped_column(String(16), primary_key=True)
    mark: Mapped[str] = mapped_column(Text, default="")
    account: Mapped[str] = mapped_column(String(120), default="")
    read_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
    problem_at: Mapped[datetime | None]


class KindStatuses(Base):
    """The statuses that a partner has for one kind of its tickets. ``known``: ``{"id", "name", "group"}`` of each."""

    __tablename__ = "ticket_statuses"

    partner: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    known: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    asked_at: Mapped[datetime]

    @classmethod
    def of(cls, partner: str, kind: str, standings: Iterable[Standing], at: datetime) -> "KindStatuses":
        known = [{"id": one.id, "name": one.name, "group": one.group.value} for one in standings]
        return cls(partner=partner, kind=kind, known=known, asked_at=at)

    @property
    def standings(self) -> list[Standing]:
        return [Standing(one["name"], Group(one["group"]), one["id"]) for one in self.known]


class PersonAccount(Base):
    """Somebody's account at a partner, found by the address that Slack knows; ``account`` is empty if there is none."""

    __tablename__ = "ticket_accounts"

    partner: Mapped[str] = mapped_column(String(16), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    account: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]

    @classmethod
    def of(cls, partner: str, email: str, account: Account | None, at: datetime) -> "PersonAccount":
        id_, name = (account.id, account.name) if account else ("", "")
        return cls(partner=partner, email=email, account=id_, name=name, asked_at=at)

    @property
    def known(self) -> Account | None:
        return Account(self.account, self.name, self.email) if self.account else None
