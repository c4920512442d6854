"""A moment that lies ahead, as people write it: "2h", "tomorrow 9:00", "monday", "2026-12-24". Days are theirs."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.domain.digest import DAY_NAMES, WEEKDAYS
from bot.domain.errors import Invalid
from bot.domain.query_dates import DAY, MINUTE, NAMED_DAYS, UNITS
from bot.domain.retention import kept_for
from bot.domain.text import kept_line

# What is meant by a day without a time.
MORNING = time(9)
LATEST = timedelta(days=366)
SPAN = re.compile(r"(?:\d{1,5}(?:min|mo|[mhdwy]))+", re.IGNORECASE)
PART = re.compile(r"(\d{1,5})(min|mo|[mhdwy])", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?(am|pm)?", re.IGNORECASE)
DAYS = {**{name: n for n, name in enumerate(WEEKDAYS)}, **{DAY_NAMES[d].lower(): n for n, d in enumerate(WEEKDAYS)}}
EXAMPLES = "30m, 2h, 3d, 1w, tomorrow 9:00, monday, or a day such as 2026-12-24"


def is_span(word: str) -> bool:
    """Whether it is a length of time, such as 2h."""
    return SPAN.fullmatch(word) is not None


def is_clock(word: str) -> bool:
    return ":" in word and CLOCK.fullmatch(word) is not None


def moment_ahead(typed: str, now: datetime, zone: tzinfo, *, latest: timedelta = LATEST) -> datetime:
    """In UTC. Raises ``Invalid`` for what is no time, has passed, or lies more than ``latest`` ahead."""
    words = kept_line(typed).casefold().split()
    while words and words[0] in {"until", "for", "till", "on", "at"}:
        words = words[1:]
    try:
        at = read(words, now, zone)
    except (ValueError, OverflowError):
        raise Invalid.field("until", f"“{typed.strip()[:60]}” is no time. Write {EXAMPLES}.") from None
    if at <= now:
        raise Invalid.field("until", f"That has passed already. Write a time ahead: {EXAMPLES}.")
    if at > now + latest:
        raise Invalid.field("until", f"That is more than {longest(latest)} ahead. Write an earlier time.")
    return at


def longest(latest: timedelta) -> str:
    years = round(latest.days / 365)
    return "a year" if years == 1 else f"{years} years" if years else f"{latest.days} days"


def read(words: list[str], now: datetime, zone: tzinfo) -> datetime:
    """Raises ``ValueError``."""
    here = now.astimezone(zone)
    if len(words) == 1 and is_span(words[0]):
        return after(words[0], now)
    if len(words) == 1 and (found := MINUTE.fullmatch(words[0])):
        return placed(date.fromisoformat(found[1]), time.fromisoformat(found[2]), zone)
    if len(words) == 1 and is_clock(words[0]):
        today = placed(here.date(), read_clock(words[0]), zone)
        return today if today > now else placed(here.date() + timedelta(1), read_clock(words[0]), zone)
    if not 1 <= len(words) <= 3 or (len(words) == 3 and words[1] != "at"):
        raise ValueError
    at = read_clock(words[-1]) if len(words) > 1 else MORNING
    day = read_day(words[0], here.date())
    if words[0] in DAYS and placed(day, at, zone) <= now:
        day += timedelta(7)
    return placed(day, at, zone)


def after(span: str, now: datetime) -> datetime:
    for number, unit in PART.findall(span):
        if unit in {"mo", "y"}:
            now = kept_for(now, int(number) * (12 if unit == "y" else 1))
        else:
            now += int(number) * (timedelta(minutes=1) if unit in {"m", "min"} else UNITS[unit])
    return now


def read_day(word: str, today: date) -> date:
    if word in NAMED_DAYS:
        return today + timedelta(NAMED_DAYS[word])
    if word in DAYS:
        return today + timedelta((DAYS[word] - today.weekday()) % 7)
    found = DAY.fullmatch(word)
    if not found or not found[3]:
        raise ValueError(word)
    return date(int(found[1]), int(found[2]), int(found[3]))


def read_clock(word: str) -> time:
    found = CLOCK.fullmatch(word)
    if not found or not (found[2] or found[3]):
        raise ValueError(word)
    hour, half = int(found[1]), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError(word)
    return time(hour % 12 + (12 if half == "pm" else 0) if half else hour, int(found[2] or 0))


def placed(day: date, at: time, zone: tzinfo) -> datetime:
    """A time that the clocks skip comes when they have been put forward."""
    return datetime.combine(day, at, zone).astimezone(UTC)
