"""A bulk edit: one deed for many cases, what became of each, and how it is taken back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.act import Together
from bot.domain.base import Base, BigId
from bot.domain.casetype import CaseType
from bot.domain.project import Project
from bot.domain.reading import Listing

# So many cases can be ticked and changed in one go.
MOST = 10_000
UNDO_FOR = timedelta(minutes=10)
# What a change of one of these means without the others nobody could say.
GO_TOGETHER = ("status", "group", "closed_at", "reason")


class State(StrEnum):
    """In order. Only what somebody has confirmed leaves ``CHOOSING``."""

    CHOOSING = "choosing"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class What(StrEnum):
    STATUS = "status"
    ASSIGN = "assign"
    PRIORITY = "priority"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    MOVE = "move"
    NOTE = "note"
    TICKET = "ticket"


class Became(StrEnum):
    """Of one case. The last two are of one that was changed, after *Undo*."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    BACK = "back"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done to each case. ``team`` and ``project``: ids; ``handle`` and ``key`` name them.

    ``partner``: where each gets a ticket, of that ``kind`` and ``subtype``, with the same ``extra`` as in `Wanted`.
    """

    what: What
    status: str = ""
    reason: str | None = None
    person: str | None = None
    team: int | None = None
    handle: str = ""
    nobody: bool = False
    priority: str = ""
    project: int | None = None
    key: str = ""
    text: str = ""
    partner: str = ""
    kind: str = ""
    subtype: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Deed":
        return cls(**{**kept, "what": What(kept["what"])})


class Bulk(Base):
    """``total``: of how many cases; ``done``: how many have had their turn. ``back_total`` and ``back_done``: the same
    of taking it back. ``channel`` and ``ts``: the message that says how far it is."""

    __tablename__ = "bulks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor: Mapped[str] = mapped_column(String(32))
    query: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default=State.CHOOSING)
    deed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    back_total: Mapped[int] = mapped_column(default=0)
    back_done: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    channel: Mapped[str | None] = mapped_column(String(32))
    ts: Mapped[str | None] = mapped_column(String(32))

    @property
    def undo_until(self) -> datetime | None:
        return self.ended_at + UNDO_FOR if self.ended_at else None

    def can_be_undone(self, now: datetime) -> bool:
        return self.state == State.DONE and self.undo_until is not None and now < self.undo_until

    def together(self, *, undo: bool = False) -> Together:
        return Together(self.id, self.total, undo)

    def origin(self, case_id: int, *, undo: bool = False) -> str:
        """Of its entry on a case: whoever does it again finds that it is done."""
        return f"bulk/{self.id}/{case_id}{'/undo' if undo else ''}"

    @property
    def chosen(self) -> Deed | None:
        """``None`` as long as nothing has been chosen."""
        return Deed.read(self.deed) if self.deed else None


class BulkCase(Base):
    """One of its cases. ``key``: as it was ticked. ``became`` and ``back``: a ``Became``, ``None`` until its turn.

    ``why``: the sentence of a refusal; ``back_why``: what was left alone, and why. ``concerns``: whom the change
    concerns, who are told of all their cases at once.
    """

    __tablename__ = "bulk_cases"

    bulk_id: Mapped[int] = mapped_column(BigId, ForeignKey("bulks.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(24))
    became: Mapped[str | None] = mapped_column(String(16))
    why: Mapped[str | None] = mapped_column(Text)
    entry_id: Mapped[int | None] = mapped_column(BigId)
    concerns: Mapped[list[str] | None]
    back: Mapped[str | None] = mapped_column(String(16))
    back_why: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became, or would become, of one case."""

    key: str
    became: str
    why: str = ""


@dataclass(slots=True)
class Report:
    """Keys by what became of their cases and why, each in the order of the keys."""

    keys: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, fates: Iterable[Fate]) -> "Report":
        report = cls()
        for fate in sorted(fates, key=lambda fate: in_order(fate.key)):
            report.keys.setdefault((fate.became, fate.why), []).append(fate.key)
        return report

    def count(self, became: Became) -> int:
        return sum(len(keys) for (what, _), keys in self.keys.items() if what == became)

    def reasons(self, became: Became) -> list[tuple[str, list[str]]]:
        """Each reason with its keys, the most frequent first; an empty reason for what needs none."""
        found = [(why, keys) for (what, why), keys in self.keys.items() if what == became]
        return sorted(found, key=lambda reason: (-len(reason[1]), reason[0]))

    @property
    def total(self) -> int:
        return sum(map(len, self.keys.values()))


def in_order(key: str) -> tuple[str, int]:
    """OPS-2 before OPS-12."""
    project, _, number = key.partition("-")
    return project, int(number) if number.isdecimal() else 0


def parts(changes: Iterable[str]) -> list[frozenset[str]]:
    """The fields of an entry in groups of which each is taken back as a whole."""
    fields = set(changes)
    groups = [fields & set(GO_TOGETHER), *({field} for field in sorted(fields - set(GO_TOGETHER)))]
    return [frozenset(group) for group in groups if group]


@dataclass(frozen=True, slots=True)
class BulkForm:
    """A page of what the query finds, to tick. ``ticked``: of this page; ``count``: of all of them.

    ``matching``: how many the query finds, counted up to one more than ``MOST``. ``projects``: where they may go.
    """

    bulk: Bulk
    listing: Listing
    ticked: Collection[int]
    count: int
    matching: int
    types: Sequence[CaseType]
    projects: Sequence[Project]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of the first cases; ``total`` counts all of them."""

    bulk: Bulk
    report: Report
    total: int

    @property
    def unknown(self) -> int:
        return self.total - self.report.total

    @property
    def changes_nothing(self) -> bool:
        return not (self.unknown or self.report.count(Became.CHANGED))
