"""How long closed cases are kept, and the cases of a project that are to be deleted together."""

from calendar import monthrange
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base, BigId
from bot.domain.case import Case
from bot.domain.evidence import CASE
from bot.domain.timed import FOR_EVER

WARNING = timedelta(weeks=2)
KEEP_CHOICES = (3, 6, 12, None)


class State(StrEnum):
    GATHERING = "gathering"  # which cases are to go
    WARNING = "warning"  # the project's channel is still to be told
    WAITING = "waiting"  # for `leaves_at`
    LEAVING = "leaving"
    KEEPING = "keeping"  # somebody keeps all that are left
    OVER = "over"
    CALLED_OFF = "called off"  # the project's retention was changed


AT_WORK = (State.GATHERING, State.WARNING, State.WAITING, State.LEAVING, State.KEEPING)


class Departure(Base):
    """``months``: the retention that it was begun under. ``total``: of how many cases the channel was warned.

    ``leaves_at``: nothing is deleted before; unknown until the warning stands in the channel, at ``channel`` and
    ``ts``. ``last_id``: how far the gathering is. ``copied_at``: when an export of what goes was uploaded.
    ``kept_by`` keeps what is left until ``kept_until``.
    """

    __tablename__ = "departures"
    __table_args__ = (UniqueConstraint("project_id", "slot_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    slot_at: Mapped[datetime]
    months: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default=State.GATHERING)
    last_id: Mapped[int] = mapped_column(BigId, default=0)
    total: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    leaves_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    kept_by: Mapped[str | None] = mapped_column(String(32))
    kept_until: Mapped[datetime | None]
    channel: Mapped[str | None] = mapped_column(String(32))
    ts: Mapped[str | None] = mapped_column(String(32))

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    def may_leave(self, now: datetime) -> bool:
        waited = self.leaves_at is not None and self.leaves_at <= now
        return waited and self.state in {State.WAITING, State.LEAVING}

    def end(self, state: State, at: datetime) -> None:
        self.state, self.ended_at = state.value, at


class Departing(Base):
    """A case that is to be deleted, unless somebody keeps it."""

    __tablename__ = "departing"

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), primary_key=True)
    departure_id: Mapped[int] = mapped_column(ForeignKey("departures.id", ondelete="CASCADE"), index=True)


class Tombstone(Base):
    """All that is left of a case that was deleted: a key that it had, and when it went."""

    __tablename__ = "tombstones"

    key: Mapped[str] = mapped_column(String(24), primary_key=True)
    deleted_at: Mapped[datetime]


def months_before(at: datetime, months: int) -> datetime:
    """The same day and time so many months earlier, or the last day of a month that is shorter."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def kept_for(at: datetime, months: int | None) -> datetime:
    """Until when a case is kept for so many months from then on; ``None``: for ever."""
    return FOR_EVER if months is None else months_before(at, -months)


def is_due(case: Case, at: datetime) -> bool:
    """Whether its time is over: closed, or archived, longer ago than its project keeps such cases."""
    months, ended = case.project.retention_months, case.closed_at or case.archived_at
    is_kept = case.kept_until is not None and case.kept_until > at
    return months is not None and ended is not None and not is_kept and ended <= months_before(at, months)
