"""What is counted of cases: how many of each kind, how many came and went, and how long they took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from bot.domain.zone import zone_named

WEEKS = 12
# Of people, teams and the like so many are named, the others counted together.
SHOWN = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Week:
    """``begins``: its Monday. ``closed``: cases that were closed last in this week and are closed still."""

    begins: date
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Of ``count`` cases half took no longer than ``median``, and nine in ten no longer than ``ninetieth``.

    Both are times that some case really took (nearest rank), in whole seconds.
    """

    count: int
    median: timedelta
    ninetieth: timedelta


@dataclass(frozen=True, slots=True)
class Statistics:
    """``statuses``: by group and name. In ``assignees`` and ``teams`` ``None`` stands for nobody and for no team.

    A case of two teams counts for both. ``to_take``: from opening to when somebody first had it or work began;
    ``to_close``: from opening to the last closing, of those that are closed. ``None`` where there is no such case.
    """

    total: int
    statuses: Mapping[tuple[str, str], int]
    priorities: Mapping[str, int]
    assignees: Mapping[str | None, int]
    teams: Mapping[int | None, int]
    sources: Mapping[str, int]
    weeks: Sequence[Week]
    to_take: Spread | None
    to_close: Spread | None

    def in_group(self, group: str) -> int:
        return sum(count for (of, _), count in self.statuses.items() if of == group)


@dataclass(frozen=True, slots=True)
class Figures:
    """The statistics of a query with what is needed to say them. ``names`` of people, ``handles`` of teams, by id."""

    query: str
    statistics: Statistics
    names: Mapping[str, str]
    handles: Mapping[int, str]
    tz: str


def mondays(now: datetime, tz: str, weeks: int = WEEKS) -> list[datetime]:
    """When each of the last weeks began where the clocks are those of ``tz``, and when the present one ends."""
    zone = zone_named(tz)
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(weeks=number) for number in range(1 - weeks, 2)]
    return [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]


def most(counts: Mapping[T, int]) -> list[tuple[T, int]]:
    """The greatest first, as many as are named; those that stand for nobody last, however many they are."""
    known = sorted((pair for pair in counts.items() if pair[0] is not None), key=lambda pair: (-pair[1], str(pair[0])))
    return known[:SHOWN] + [pair for pair in counts.items() if pair[0] is None]
