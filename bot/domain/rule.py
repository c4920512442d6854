"""Rules: what a project does with its cases by itself when something happens to them, or when time has passed."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.act import Because
from bot.domain.base import Base, BigId
from bot.domain.entry import Entry, Kind
from bot.domain.errors import Invalid
from bot.domain.evidence import CASE, NOTE_LIMIT
from bot.domain.priority import Priority
from bot.domain.text import is_blank, kept_line

RULE = "rules.id"
NAME_LIMIT = 60
QUERY_LIMIT = 2000
# A rule is to be seen at a glance, and so are all rules of a project.
MOST = 20
ACTIONS = 2
# So many rules may fire one after the other, each because of the one before.
DEEPEST = 5
# So many times may rules fire for a case because of one thing that happened there.
BROADEST = 25
# Buttons and clocks name a rule by its id long after it is gone; SQLite would give the id to another.
NEVER_REUSED = {"sqlite_autoincrement": True}
MINUTES = (15, 30, 60, 120, 240, 480, 1440, 2880, 4320, 10080, 20160, 43200)
# Working time: eight hours are a day, forty a week.
LEVEL_MINUTES = (15, 30, 60, 120, 240, 480, 960, 1440, 2400, 4800)


class When(StrEnum):
    """What sets a rule off. The second half goes by the clock."""

    CREATED = "created"
    STATUS = "status"
    PRIORITY = "priority"
    ASSIGNEE = "assignee"
    NOTE = "note"
    IDLE = "idle"  # nobody has done anything for so long
    DUE = "due"  # the due date is so near
    UNASSIGNED = "unassigned"  # nobody has had it for so long
    UNTAKEN = "untaken"  # a service level: nobody has taken it in time
    UNCLOSED = "unclosed"  # a service level: it was not closed in time


LEVELS = (When.UNTAKEN, When.UNCLOSED)
WAITING = (When.IDLE, When.DUE, When.UNASSIGNED)
BY_CLOCK = (*WAITING, *LEVELS)


class Then(StrEnum):
    """What a rule does."""

    ASSIGN = "assign"
    TEAM = "team"
    TURN = "turn"  # the next member of a team
    PRIORITY = "priority"
    STATUS = "status"
    NOTE = "note"
    CHANNEL = "channel"
    PERSON = "person"
    ASSIGNEE = "assignee"  # tell whoever has the case
    INCIDENT = "incident"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Action:
    """``team``: an id, named by ``handle``. ``person``: who is meant or, of an incident, who leads it if nobody has
    the case. ``severity``: of an incident. ``partner``: where a ticket is created; ``kind``: where there, if the
    project does not say it."""

    what: Then
    person: str | None = None
    team: int | None = None
    handle: str = ""
    priority: str = ""
    status: str = ""
    text: str = ""
    channel: str | None = None
    severity: str = ""
    partner: str = ""
    kind: str = ""

    def kept(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Action":
        return cls(**{**kept, "what": Then(kept["what"])})


class Rule(Base):
    """``minutes``: of those that wait; ``levels``: minutes of working time by priority. ``query``: empty for any case.

    ``since``: what happened before is none of its business. ``turn``: who was the last to be assigned in turn.
    ``last_error`` stands until the rule is changed; ``error_told``: its owner knows.
    """

    __tablename__ = "rules"
    __table_args__ = (Index("ix_rules_project_id_is_on", "project_id", "is_on"), NEVER_REUSED)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    owner: Mapped[str] = mapped_column(String(32))
    when: Mapped[str] = mapped_column("happening", String(16))
    minutes: Mapped[int | None]
    levels: Mapped[dict[str, int]] = mapped_column(JSON)
    query: Mapped[str] = mapped_column(Text, default="")
    actions: Mapped[list[dict[str, Any]]]
    is_on: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime]
    fired: Mapped[int] = mapped_column(default=0)
    fired_at: Mapped[datetime | None]
    turn: Mapped[str | None] = mapped_column(String(32))
    last_error: Mapped[str | None] = mapped_column(Text)
    last_error_at: Mapped[datetime | None]
    error_told: Mapped[bool] = mapped_column(default=False)
    origin: Mapped[str | None] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime]

    @property
    def chosen(self) -> list[Action]:
        return [Action.read(kept) for kept in self.actions]

    @property
    def goes_by_clock(self) -> bool:
        return self.when in BY_CLOCK

    @property
    def is_level(self) -> bool:
        return self.when in LEVELS

    def begin(self, at: datetime) -> None:
        """Switch it on, for what happens from now on."""
        self.is_on, self.since = True, at
        self.last_error = self.last_error_at = None
        self.error_told = False

    def fail(self, sentence: str, at: datetime) -> bool:
        """Keep what went wrong; whether its owner is still to be told."""
        self.last_error, self.last_error_at = sentence, at
        is_news, self.error_told = not self.error_told, True
        return is_news

    def because(self, entry: Entry | None) -> Because:
        """``entry``: what set it off, unless the clock did."""
        if entry is None:
            return Because(self.id, self.name, (self.id,))
        return Because(self.id, self.name, (*chain_of(entry), self.id), root_of(entry))


class RuleRun(Base):
    """A rule has fired for a case on an occasion, once: the three are unique together."""

    __tablename__ = "rule_runs"
    __table_args__ = (UniqueConstraint("rule_id", "case_id", "occasion"), Index("ix_rule_runs_at", "at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey(RULE, ondelete="CASCADE"))
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), index=True)
    occasion: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class RuleClock(Base):
    """When a rule that goes by the clock has to look at a case again; ``None`` once that was asked for."""

    __tablename__ = "rule_clocks"
    __table_args__ = (Index("ix_rule_clocks_due_at", "due_at"),)

    rule_id: Mapped[int] = mapped_column(ForeignKey(RULE, ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), primary_key=True, index=True)
    due_at: Mapped[datetime | None]


WITH_NOTE = (Kind.NOTE_ADDED, Kind.CLOSED, Kind.EVIDENCE_ADDED)


def is_set_off(when: When, entry: Entry, *, has_assignee: bool = False) -> bool:
    """Whether the change is what a rule waits for. ``has_assignee``: of the case that was opened."""
    kind = Kind(entry.kind)
    match when:
        case When.CREATED:
            return kind == Kind.OPENED
        case When.STATUS:
            return "status" in entry.changes
        case When.PRIORITY:
            return "priority" in entry.changes
        case When.ASSIGNEE:
            return "assignee" in entry.changes or "teams" in entry.changes or (kind == Kind.OPENED and has_assignee)
        case When.NOTE:
            return kind == Kind.NOTE_ADDED or (
                kind in {Kind.CLOSED, Kind.EVIDENCE_ADDED} and bool(entry.data.get("note"))
            )
    return False


def chain_of(entry: Entry) -> list[int]:
    """The rules that led to the entry; empty for what people do."""
    return [int(rule) for rule in entry.data.get("chain", ())]


def root_of(entry: Entry) -> int:
    """The entry with which it all began, that one itself if nothing led to it."""
    return int(entry.data.get("root", entry.id))


def occasion_of(entry: Entry) -> str:
    return f"entry/{root}/{entry.id}" if (root := root_of(entry)) != entry.id else f"entry/{root}"


# What an action needs: its field, and what is said if it is missing.
NEEDS: Mapping[Then, tuple[str, str]] = {
    Then.ASSIGN: ("person", "Choose whom the case is assigned to."),
    Then.TEAM: ("team", "Choose the team that gets the case."),
    Then.TURN: ("team", "Choose the team whose members take turns."),
    Then.PRIORITY: ("priority", "Choose the priority."),
    Then.STATUS: ("status", "Choose the status."),
    Then.NOTE: ("text", "Write what the note says."),
    Then.CHANNEL: ("channel", "Choose the channel that is told."),
    Then.PERSON: ("person", "Choose who is told."),
    Then.INCIDENT: ("severity", "Choose how bad it is."),
    Then.TICKET: ("partner", "Choose where the ticket is created."),
}


def check(
    name: str, when: When, minutes: int | None, levels: Mapping[str, int], query: str, actions: Sequence[Action]
) -> None:
    """Raises ``Invalid`` naming each field that is wrong; what the query means is checked elsewhere."""
    wrong = problems_of_name(name) | problems_of_time(when, minutes, levels)
    if len(query) > QUERY_LIMIT:
        wrong["query"] = f"A query has up to {QUERY_LIMIT:,} characters; this one has {len(query):,}."
    if not actions and when not in LEVELS:
        wrong["then0"] = "Choose what the rule does."
    for number, action in enumerate(actions):
        wrong |= problems_of_action(number, action)
    if wrong:
        raise Invalid(" ".join(wrong.values()), wrong)


def problems_of_name(name: str) -> dict[str, str]:
    if is_blank(name):
        return {"name": "A rule needs a name, for example Page SRE."}
    if len(kept_line(name)) > NAME_LIMIT:
        return {"name": f"A rule's name has up to {NAME_LIMIT} characters; this one has {len(kept_line(name))}."}
    return {}


def problems_of_time(when: When, minutes: int | None, levels: Mapping[str, int]) -> dict[str, str]:
    if when in WAITING and not minutes:
        return {"minutes": "Choose how long."}
    if when in LEVELS and not levels:
        return {level_field(Priority.P1): "Choose a time for at least one priority."}
    return {}


def problems_of_action(number: int, action: Action) -> dict[str, str]:
    field, sentence = NEEDS.get(action.what, ("", ""))
    if field and not getattr(action, field):
        return {field_name(number, action.what): sentence}
    if len(action.text) > NOTE_LIMIT:
        return {field_name(number, action.what): f"A text has up to {NOTE_LIMIT:,} characters."}
    return {}


def level_field(priority: str) -> str:
    return f"level/{priority}"


def field_name(number: int, what: Then) -> str:
    """The form's field for what the action with this number needs."""
    return f"then{number}/{what}"
