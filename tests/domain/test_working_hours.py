"""Working time is nobody's loss: over nights, weekends and the change to and from summer time."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.working_hours import after, closing_time, worked, working_day

ZONES = st.sampled_from(
    [
        UTC,
        *map(
            ZoneInfo,
            (
                "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo",
                "Pacific/Apia", "Asia/Kathmandu", "Pacific/Kiritimati",
            ),
        ),
    ]
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2007, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))
MINUTES = st.integers(1, 10_000)
BERLIN = ZoneInfo("Europe/Berlin")


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type, misc]


@given(MOMENTS, MINUTES, ZONES)
def test_so_much_has_been_worked_then_and_not_a_moment_before(since, minutes, zone):
    until = after(since, minutes, zone)
    assert worked(since, until, zone) == timedelta(minutes=minutes)
    assert worked(since, until - timedelta(seconds=1), zone) < timedelta(minutes=minutes)


@given(MOMENTS, MINUTES, ZONES)
def test_it_ends_while_people_work(since, minutes, zone):
    local = after(since, minutes, zone).astimezone(zone)
    assert local.weekday() < 5
    assert (9, 0) <= (local.hour, local.minute) <= (17, 0)


@given(MOMENTS, MINUTES, MINUTES, ZONES)
def test_parts_add_up(since, one, other, zone):
    assert after(after(since, one, zone), other, zone) == after(since, one + other, zone)


@given(MOMENTS, MOMENTS, MINUTES, ZONES)
def test_who_begins_later_ends_no_earlier(one, other, minutes, zone):
    first, second = sorted((one, other))
    assert after(first, minutes, zone) <= after(second, minutes, zone)


@given(st.dates(date(2007, 1, 1), date(2031, 1, 1)), ZONES)
def test_a_day_has_eight_hours_whatever_the_clocks_do(day, zone):
    found = working_day(day, zone)
    assert found is None or found[1] - found[0] == timedelta(hours=8)


@pytest.mark.parametrize(
    ("since", "minutes", "until"),
    [
        ((2026, 11, 23, 10), 30, (2026, 11, 23, 10, 30)),  # a Monday
        ((2026, 11, 23, 16, 50), 30, (2026, 11, 24, 9, 20)),  # over night
        ((2026, 11, 27, 16, 50), 30, (2026, 11, 30, 9, 20)),  # over the weekend
        ((2026, 11, 28, 12), 480, (2026, 11, 30, 17)),  # from a Saturday: all of Monday
        ((2026, 3, 27, 16), 120, (2026, 3, 30, 10)),  # summer time begins on Sunday
        ((2026, 10, 23, 16), 120, (2026, 10, 26, 10)),  # and ends
        ((2026, 11, 23, 5), 60, (2026, 11, 23, 10)),  # before work
    ],
)
def test_nights_weekends_and_summer_time(since, minutes, until):
    assert after(berlin(*since), minutes, BERLIN) == berlin(*until)


def test_a_day_that_was_left_out_is_none():
    assert working_day(date(2011, 12, 30), ZoneInfo("Pacific/Apia")) is None


def test_nothing_has_been_worked_backwards():
    assert worked(berlin(2026, 11, 24, 10), berlin(2026, 11, 23, 10), BERLIN) == timedelta()
    assert after(berlin(2026, 11, 28, 12), 0, BERLIN) == berlin(2026, 11, 28, 12)


def test_the_due_day_ends_when_its_work_does():
    assert closing_time(date(2026, 11, 28), timezone(timedelta(hours=2))) == datetime(2026, 11, 28, 15, tzinfo=UTC)
