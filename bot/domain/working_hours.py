"""Working time: from 9 to 17 o'clock on Mondays to Fridays, by the clocks of one place.

A day is measured between the two moments at which its clocks show 9 and 17, so that a change to or from summer time
neither loses nor adds anything.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

OPENS, CLOSES = time(9), time(17)
SATURDAY = 5
DAY = timedelta(days=1)


def days(since: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Each working day that is not over at ``since``, from when to when, in UTC; without end."""
    day = since.astimezone(zone).date()
    while True:
        if found := working_day(day, zone):
            opens, closes = found
            if closes > since:
                yield max(opens, since), closes
        day += DAY


def working_day(day: date, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """``None`` on weekends, and where the day was left out: Samoa had no 30 December 2011."""
    if day.weekday() >= SATURDAY:
        return None
    opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in (OPENS, CLOSES))
    return (opens, closes) if opens.astimezone(zone).date() == day else None


def after(since: datetime, minutes: float, zone: tzinfo) -> datetime:
    """The first moment at which so much time has been worked since then."""
    left = timedelta(minutes=minutes)
    since = since.astimezone(UTC)
    if left <= timedelta():
        return since
    for opens, closes in days(since, zone):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise AssertionError("there is always another working day")


def worked(since: datetime, until: datetime, zone: tzinfo) -> timedelta:
    """How much of the time between the two was working time."""
    total = timedelta()
    if until <= since:
        return total
    for opens, closes in days(since.astimezone(UTC), zone):
        if opens >= until:
            return total
        total += min(closes, until) - opens
    raise AssertionError("there is always another working day")


def closing_time(day: date, zone: tzinfo) -> datetime:
    """When that day's work is over, be it a weekend or not."""
    return datetime.combine(day, CLOSES, zone).astimezone(UTC)
