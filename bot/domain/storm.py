"""An alert storm: more new kinds of alerts from one source than anybody wants cases of, collected on one case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base, BigId
from bot.domain.facts import DESCRIPTION_LIMIT
from bot.domain.intake import INTAKE_LIMIT, STORM_WITHIN
from bot.domain.priority import is_more_urgent

MINUTES = int(STORM_WITHIN / timedelta(minutes=1))
NAMES = 200
LABEL_LIMIT = 100


class Storm(Base):
    """``is_raging`` is ``None`` once it is over. ``label``: where it comes from, within a sentence. ``most``:
    cases that the source could open before. ``priority``: the most urgent that any alert had. ``recovered_at``: when
    the end of the last alert was noted, until one begins again.

    ``kinds`` and what follows is counted once a minute, from the alerts themselves.
    """

    __tablename__ = "storms"
    __table_args__ = (UniqueConstraint("intake", "is_raging"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    intake: Mapped[str] = mapped_column(String(INTAKE_LIMIT))
    is_raging: Mapped[bool | None]
    label: Mapped[str] = mapped_column(String(LABEL_LIMIT))
    most: Mapped[int]
    resolves: Mapped[bool]
    priority: Mapped[str] = mapped_column(String(8))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    recovered_at: Mapped[datetime | None]
    kinds: Mapped[int] = mapped_column(default=1)
    recovered: Mapped[int] = mapped_column(default=0)
    repeats: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]

    @property
    def title(self) -> str:
        return f"Alert storm from {self.label}"

    @property
    def final_title(self) -> str:
        return f"Alert storm: {kinds_words(self.kinds)} from {self.label}"

    @property
    def explanation(self) -> str:
        return (
            f"{self.most} new kinds of alerts from {self.label} had opened cases within {MINUTES} minutes. "
            "Further kinds are collected here until fewer come."
        )

    def told_with(self, names: Iterable[str]) -> str:
        """The explanation with the kinds, as many as there is room for, so that their words can be searched for."""
        said, told = f"{self.explanation}\n\nThe kinds:", 0
        room = DESCRIPTION_LIMIT - len("\n• and 1,000,000 more")
        for name in names:
            line = f"\n• {name}"
            if len(said) + len(line) > room:
                break
            said, told = said + line, told + 1
        more = self.kinds - told
        return f"{said}\n• and {more:,} more" if more > 0 else said

    def is_outdone_by(self, priority: str) -> bool:
        return is_more_urgent(priority, self.priority)

    @property
    def figures(self) -> "Figures":
        """As they were counted last."""
        return Figures(self.kinds, self.recovered, self.repeats, self.last_at)

    def keep(self, figures: "Figures") -> None:
        self.kinds, self.recovered = figures.kinds, figures.recovered
        self.repeats, self.last_at = figures.repeats, figures.last_at

    def end(self, now: datetime) -> None:
        self.is_raging, self.ended_at = None, now


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the alerts of a storm. ``recovered``: kinds. ``repeats``: how often any came again. ``last_at``: the last."""

    kinds: int
    recovered: int
    repeats: int
    last_at: datetime

    def are_quiet(self, now: datetime) -> bool:
        """Every alert has recovered, and none has come for a while."""
        return self.recovered >= self.kinds and now - self.last_at >= STORM_WITHIN


def kinds_words(kinds: int) -> str:
    return f"{kinds:,} more {'kind' if kinds == 1 else 'kinds'}"
