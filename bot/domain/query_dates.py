"""Days and ages in a query, as half-open stretches of time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Generic, TypeVar

from bot.domain.query import Term, Value
from bot.domain.query_text import QueryError, Span, quoted

FIRST, LAST = date(1970, 1, 1), date(2999, 12, 31)
DAY = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?")
MINUTE = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)", re.IGNORECASE)
AGE = re.compile(r"(-?)(\d{1,5})(h|d|w|mo|y)", re.IGNORECASE)
UNITS = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "mo": timedelta(30),
    "y": timedelta(365),
}
NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
INSTANT = timedelta(microseconds=1)

T = TypeVar("T", date, datetime)


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """``start`` belongs to it, ``end`` does not. ``age``: so long ago, so that "less" is later."""

    start: T
    end: T
    age: bool = False


def moments(term: Term, expects: str, now: datetime, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """From and up to, not including; ``None`` is no limit. Days are the days of ``zone``. Ages lie in the past."""

    def read(value: Value) -> Stretch[datetime]:
        if age := AGE.fullmatch(value.text):
            if age[1]:
                raise QueryError(f"Leave out the “-”: {value.text[1:]} already lies in the past.", value.span)
            at = _back(now, age)
            return Stretch(at, at + INSTANT, age=True)
        if minute := MINUTE.fullmatch(value.text):
            return _minute(minute, value, expects, zone)
        start, end = _days(value, expects, now.astimezone(zone).date())
        return Stretch(midnight(start, zone), midnight(end, zone))

    return _limits(term, read, expects)


def days(term: Term, expects: str, now: datetime, zone: tzinfo) -> tuple[date | None, date | None]:
    """The same for dates without a time, where ``7d`` lies ahead and ``-7d`` has gone."""
    today = now.astimezone(zone).date()

    def read(value: Value) -> Stretch[date]:
        if ahead := AGE.fullmatch(value.text):
            if ahead[3].casefold() == "h":
                raise QueryError(f"{term.field}: counts in days. Write 1d instead of {quoted(value.text)}.", value.span)
            day = _ahead(today, ahead)
            return Stretch(day, day + timedelta(1), age=False)
        return Stretch(*_days(value, expects, today))

    return _limits(term, read, expects)


def _limits(term: Term, read: Callable[[Value], Stretch[T]], expects: str) -> tuple[T | None, T | None]:
    if term.op == "..":
        low, high = (read(value) if value else None for value in term.values)
        if low and high and low.age and high.age and low.start > high.start:
            low, high = high, low
        return _forward(low.start if low else None, high.end if high else None, term)
    at = read(term.value)
    if term.op == ":":
        if AGE.fullmatch(term.value.text):
            raise QueryError(
                f"Write {term.field}:<{term.value.text} for less, or {term.field}:>{term.value.text} for more, "
                f"than {quoted(term.value.text)}.",
                term.value.span,
            )
        return at.start, at.end
    op = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}[term.op] if at.age else term.op
    return {
        ">": (at.end, None),
        ">=": (at.start, None),
        "<": (None, at.start),
        "<=": (None, at.end),
    }[op]


def _forward(low: T | None, high: T | None, term: Term) -> tuple[T | None, T | None]:
    if low and high and low >= high:
        raise QueryError("This range ends before it begins. Turn it round: the earlier day comes first.", term.span)
    return low, high


def _days(value: Value, expects: str, today: date) -> tuple[date, date]:
    """A day, a month or a year: its first day, and the first one after it."""
    if (offset := NAMED_DAYS.get(value.text.casefold())) is not None:
        return today + timedelta(offset), today + timedelta(offset + 1)
    found = DAY.fullmatch(value.text) if value.text.isascii() else None
    try:
        if not found:
            raise ValueError
        year, month, day = (int(part) if part else None for part in found.groups())
        start = date(year or 0, month or 1, day or 1)
        if not FIRST <= start < LAST:
            raise ValueError
    except ValueError:
        raise _no_date(value, value.span, expects) from None
    if day:
        return start, start + timedelta(1)
    if month:
        return start, (start + timedelta(32)).replace(day=1)
    return start, start.replace(year=start.year + 1)


def _minute(found: re.Match[str], value: Value, expects: str, zone: tzinfo) -> Stretch[datetime]:
    try:
        day, at = date.fromisoformat(found[1]), time.fromisoformat(found[2])
    except ValueError:
        raise _no_date(value, value.span, expects) from None
    if not FIRST <= day < LAST:
        raise _no_date(value, value.span, expects)
    start = datetime.combine(day, at, zone).astimezone(UTC)
    return Stretch(start, start + timedelta(minutes=1))


def _no_date(value: Value, span: Span, expects: str) -> QueryError:
    return QueryError(f"{quoted(value.text)} is no date. Write {expects}.", span)


def midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _back(now: datetime, age: re.Match[str]) -> datetime:
    try:
        at = now - int(age[2]) * UNITS[age[3].casefold()]
    except OverflowError:
        return midnight(FIRST, UTC)
    return max(at, midnight(FIRST, UTC))


def _ahead(today: date, ahead: re.Match[str]) -> date:
    try:
        day = today + int(ahead[2]) * UNITS[ahead[3].casefold()] * (-1 if ahead[1] else 1)
    except OverflowError:
        day = FIRST if ahead[1] else LAST
    return min(max(day, FIRST), LAST)
