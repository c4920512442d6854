"""Rows of the intake: alerts and the cases they are behind, watched channels, addresses that alerts are sent to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base, BigId
from bot.domain.facts import Source

KEY_LIMIT = 200
NAME_LIMIT = 200
LINK_LIMIT = 2000
DELIVERY_LIMIT = 128
SECRET_LIMIT = 200
WORDS_LIMIT = 200
# Of one alert within `MOVES_WITHIN`: one that goes up and down faster is counted, and its case stays open.
MOST_MOVES = 10
MOVES_WITHIN = timedelta(hours=1)
REOPENING = (0, 15, 60, 240, 1440, 10_080)
DEFAULT_REOPENING = 60
# So many new cases of one source within `STORM_WITHIN`; what comes beyond is a storm.
MOST_CASES = (5, 10, 20, 50, 100, 200)
DEFAULT_MOST = 50
STORM_WITHIN = timedelta(minutes=10)
INTAKE_LIMIT = 24


class System(StrEnum):
    """Who raises alerts."""

    DATADOG = "datadog"
    ALERTMANAGER = "alertmanager"
    SENTRY = "sentry"
    PAGERDUTY = "pagerduty"
    GENERIC = "generic"
    OTHER = "other"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    System.DATADOG: "Datadog",
    System.ALERTMANAGER: "Alertmanager",
    System.SENTRY: "Sentry",
    System.PAGERDUTY: "PagerDuty",
    System.GENERIC: "Generic JSON",
    System.OTHER: "another bot",
}
# Those that send to an address of ours, and those that sign what they send.
SENDING = (System.DATADOG, System.ALERTMANAGER, System.SENTRY, System.PAGERDUTY, System.GENERIC)
SIGNING = frozenset({System.SENTRY, System.PAGERDUTY})
POSTING = (System.DATADOG, System.ALERTMANAGER, System.SENTRY, System.PAGERDUTY, System.OTHER)


class AlertState(StrEnum):
    TRIGGERED = "triggered"
    WARNING = "warning"
    NO_DATA = "no data"
    RECOVERED = "recovered"


STALE_ONLY, CASELESS = text("is_stale"), text("case_id IS NULL")


class KnownAlert(Base):
    """An alert by its source's own key, and the case it belongs to; ``None`` if it was over before it was heard of.

    ``is_current`` is ``None`` for what an earlier case was about: another case is the alert's now. ``repeats``: how
    often it came again. ``moved_at``: the source's time of what last set the state. ``cycle``: the source's name for
    the time from trigger to recovery. ``moves``: how often it began or ended since ``moves_since``. ``is_stale``: the
    card tells less than the row. ``intake``: the hook or watch that it came by when it was given its case.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("project_id", "source", "key", "is_current"),
        Index("ix_alerts_is_stale", "id", sqlite_where=STALE_ONLY, postgresql_where=STALE_ONLY),
        Index("ix_alerts_caseless", "last_at", sqlite_where=CASELESS, postgresql_where=CASELESS),
        Index("ix_alerts_intake", "intake", "first_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(KEY_LIMIT))
    is_current: Mapped[bool | None]
    case_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    link: Mapped[str] = mapped_column(Text)
    tags: Mapped[dict[str, str]]
    repeats: Mapped[int] = mapped_column(default=0)
    cycle: Mapped[str] = mapped_column(String(KEY_LIMIT), default="")
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    moves: Mapped[int] = mapped_column(default=0)
    moves_since: Mapped[datetime]
    is_stale: Mapped[bool] = mapped_column(default=False)
    intake: Mapped[str] = mapped_column(String(INTAKE_LIMIT), default="")

    @property
    def is_over(self) -> bool:
        return self.state == AlertState.RECOVERED

    @property
    def label(self) -> str:
        """Who raised it, within a sentence."""
        return "another system" if self.source == System.GENERIC else System(self.source).label

    def is_flapping(self, now: datetime) -> bool:
        return now - self.moves_since < MOVES_WITHIN and self.moves >= MOST_MOVES

    def note_move(self, now: datetime) -> None:
        if now - self.moves_since >= MOVES_WITHIN:
            self.moves, self.moves_since = 0, now
        self.moves += 1


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the case of an alert stands, without all that it carries. ``group``: its status's."""

    group: str
    closed_at: datetime | None
    archived_at: datetime | None
    key: str
    source: str

    @property
    def is_storm(self) -> bool:
        return self.source == Source.STORM


class Arrival(Base):
    """What a source calls one of its deliveries: the same again is none."""

    __tablename__ = "alert_arrivals"
    __table_args__ = (Index("ix_alert_arrivals_at", "at"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    delivery: Mapped[str] = mapped_column(String(DELIVERY_LIMIT), primary_key=True)
    at: Mapped[datetime]


class Watch(Base):
    """A project takes the alerts that bots post in a channel, those that meet the condition.

    ``systems``: any if there is none; ``words``: all of them, or one with ``any_word``; ``tags``: every ``name=value``;
    ``query``: finds the case that it would open, asked on behalf of ``changed_by``.
    ``reopen_minutes``: after closing, in which a new trigger reopens the case. ``most_cases``: before it is a storm.
    """

    __tablename__ = "watches"
    __table_args__ = (UniqueConstraint("channel", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(ForeignKey("channels.id"))
    systems: Mapped[list[str]]
    words: Mapped[str] = mapped_column(String(WORDS_LIMIT), default="")
    any_word: Mapped[bool] = mapped_column(default=False)
    tags: Mapped[dict[str, str]]
    query: Mapped[str] = mapped_column(Text, default="")
    resolves: Mapped[bool] = mapped_column(default=True)
    reopen_minutes: Mapped[int] = mapped_column(default=DEFAULT_REOPENING)
    most_cases: Mapped[int] = mapped_column(default=DEFAULT_MOST)
    changed_by: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime]

    @property
    def intake(self) -> str:
        return f"watch/{self.id}"

    def takes(self, system: System, said: str, tags: Mapping[str, str]) -> bool:
        """All but the query."""
        if self.systems and system not in self.systems:
            return False
        wanted, text_ = self.words.casefold().split(), said.casefold()
        if wanted and not (any if self.any_word else all)(word in text_ for word in wanted):
            return False
        return all(value.casefold() in listed(tags.get(name, "")) for name, value in self.tags.items())


def listed(value: str) -> Sequence[str]:
    """A tag that comes twice has its values with commas."""
    return [one.strip() for one in value.casefold().split(",")]


class Hook(Base):
    """The address to which a source sends a project's alerts. Its token is known to whoever was shown it, not to us.

    ``sealed``: the secret that the source signs with, if it does and somebody has entered it.
    """

    __tablename__ = "hooks"
    __table_args__ = (UniqueConstraint("project_id", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sealed: Mapped[str | None] = mapped_column(Text)
    resolves: Mapped[bool] = mapped_column(default=True)
    reopen_minutes: Mapped[int] = mapped_column(default=DEFAULT_REOPENING)
    most_cases: Mapped[int] = mapped_column(default=DEFAULT_MOST)
    changed_by: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime]

    @property
    def intake(self) -> str:
        return f"hook/{self.id}"
