"""A time that lies ahead, as people write it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Invalid
from bot.domain.moments import LATEST, moment_ahead
from bot.domain.retention import kept_for, months_before
from bot.domain.timed import FOR_EVER

BERLIN = ZoneInfo("Europe/Berlin")
# A Thursday, 10:30 in Berlin.
NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "meant"),
    {
        "2h": "2026-11-26T11:30",
        "30m": "2026-11-26T10:00",
        "1h30m": "2026-11-26T11:00",
        "3d": "2026-11-29T09:30",
        "for 1w": "2026-12-03T09:30",
        "2mo": "2027-01-26T09:30",
        "tomorrow": "2026-11-27T08:00",
        "Tomorrow 9:00": "2026-11-27T08:00",
        "tomorrow at 14:15": "2026-11-27T13:15",
        "tomorrow 2pm": "2026-11-27T13:00",
        "today 17:00": "2026-11-26T16:00",
        "17:00": "2026-11-26T16:00",
        "10:00": "2026-11-27T09:00",
        "monday": "2026-11-30T08:00",
        "thu 9:00": "2026-12-03T08:00",
        "thursday 11:00": "2026-11-26T10:00",
        "until 2026-12-24": "2026-12-24T08:00",
        "2026-12-24 14:00": "2026-12-24T13:00",
        "2026-12-24T14:00": "2026-12-24T13:00",
    }.items(),
)
def test_what_is_meant(typed: str, meant: str) -> None:
    assert moment_ahead(typed, NOW, BERLIN) == datetime.fromisoformat(meant + "+00:00")


@pytest.mark.parametrize(
    "typed", ["", "soon", "2", "h", "2x", "tomorrow 25:00", "13pm", "2026-13-01", "2026-12", "until", "9", "<!channel>"]
)
def test_what_is_no_time(typed: str) -> None:
    with pytest.raises(Invalid, match="is no time"):
        moment_ahead(typed, NOW, BERLIN)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("0h", "passed"),
        ("yesterday", "passed"),
        ("2020-01-01", "passed"),
        ("today 9:00", "passed"),
        ("99999y", "no time"),
        ("2y", "more than a year"),
        ("9999d", "more than a year"),
        ("2999-01-01", "more than a year"),
    ],
)
def test_what_is_not_ahead_or_too_far(typed: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        moment_ahead(typed, NOW, BERLIN)


def test_the_night_in_which_the_clocks_change() -> None:
    """On 29 March 2026 Berlin has no 2:30; on 25 October it has two."""
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert moment_ahead("tomorrow 2:30", spring, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert moment_ahead("tomorrow 9:00", spring, BERLIN) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert moment_ahead("tomorrow 2:30", autumn, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert moment_ahead("24h", autumn, BERLIN) == autumn + timedelta(hours=24)


@given(st.text(max_size=40), st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)))
def test_whatever_is_typed_is_a_time_ahead_or_refused(typed: str, now: datetime) -> None:
    at = now.replace(tzinfo=UTC)
    try:
        found = moment_ahead(typed, at, BERLIN)
    except Invalid:
        return
    assert at < found <= at + LATEST


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(1, 120))
def test_months(at: datetime, months: int) -> None:
    moment = at.replace(tzinfo=UTC)
    before = months_before(moment, months)
    assert before < moment
    assert (moment.year * 12 + moment.month) - (before.year * 12 + before.month) == months
    assert months_before(moment + timedelta(days=1), months) >= before
    assert kept_for(moment, None) == FOR_EVER
