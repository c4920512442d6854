"""What is counted of cases is what a plain reckoning of them says, on both databases, whichever way they are found."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.case import Case
from bot.domain.matching import meets
from bot.domain.query import QueryError, Viewer, parse
from bot.domain.query_meaning import understand
from bot.domain.statistics import Spread, Statistics, Week, mondays
from bot.domain.zone import zone_named
from bot.storage import search_plan
from bot.storage.database import Database
from tests.storage.searching import DAYS, NOW, ZONE, fields_of_a_case, plain, put, queries, settle
from tests.storage.test_search_same import undone

MICROSECONDS = st.integers(0, 999_999).map(lambda number: timedelta(microseconds=number))
SHAKEN = ("created_at", "taken_at", "closed_at")


@pytest.fixture
def viewer(database: Database) -> Viewer:
    return settle(database)


@st.composite
def cases_to_count(draw: st.DrawFn) -> dict[str, Any]:
    """Times of all kinds: just before a second is over, before the case was opened, never."""
    fields = draw(fields_of_a_case())
    fields["taken_at"] = draw(st.none() | st.sampled_from(DAYS))
    return {name: value + draw(MICROSECONDS) if name in SHAKEN and value else value for name, value in fields.items()}


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    cases=st.lists(cases_to_count(), max_size=12),
    asked=st.lists(queries | st.sampled_from(["", "is:closed", "sort:created"]), min_size=1, max_size=6),
    rare=st.sampled_from([0, 1, 2000]),
)
def test_sql_and_plain_reckoning_agree(
    database: Database, viewer: Viewer, cases: list[dict[str, Any]], asked: list[str], rare: int
) -> None:
    with undone(database) as work, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_plan, "RARE", rare)
        there = [put(work, fields, number) for number, fields in enumerate(cases, 1)]
        for text in asked:
            with suppress(QueryError):
                meaning = understand(parse(text), viewer, work.search.names)
                found = [case for case, notes in there if meets(meaning, case, notes)]
                assert work.statistics.of(parse(text), viewer) == reckoned(found), text


def reckoned(cases: list[Case]) -> Statistics:
    begun = mondays(NOW, ZONE)
    return Statistics(
        total=len(cases),
        statuses=Counter((case.group, case.status) for case in cases),
        priorities=Counter(case.priority for case in cases),
        assignees=Counter(case.assignee for case in cases),
        teams=Counter(team for case in cases for team in ([team.id for team in case.teams] or [None])),
        sources=Counter(case.source for case in cases),
        weeks=[
            Week(
                monday.astimezone(zone_named(ZONE)).date(),
                opened=sum(monday <= case.created_at < end for case in cases),
                closed=sum(monday <= case.closed_at < end for case in cases if case.closed_at),
            )
            for monday, end in pairwise(begun)
        ],
        to_take=spread(took(case, case.taken_at) for case in cases if case.taken_at),
        to_close=spread(took(case, case.closed_at) for case in cases if case.closed_at),
    )


def took(case: Case, end: datetime) -> timedelta:
    return max(timedelta(), end.replace(microsecond=0) - case.created_at.replace(microsecond=0))


def spread(found: Iterable[timedelta]) -> Spread | None:
    """The nearest rank as the textbook has it."""
    times = sorted(found)
    if not times:
        return None
    return Spread(len(times), times[ceil(len(times) * 0.5) - 1], times[ceil(len(times) * 0.9) - 1])


def test_of_ten_cases_the_fifth_and_the_ninth(database: Database, viewer: Viewer) -> None:
    with database.write() as work:
        for hours in range(1, 11):
            done = NOW + timedelta(hours=hours)
            put(work, plain(status="Closed", group="closed", taken_at=done, closed_at=done), hours)
    with database.read() as work:
        found = work.statistics.of(parse(""), viewer)
    assert found.to_take == found.to_close == Spread(10, timedelta(hours=5), timedelta(hours=9))


def test_nobody_sees_figures_of_what_they_may_not_see(database: Database, viewer: Viewer) -> None:
    with database.write() as work:
        put(work, plain(project="SECRET"), 1)
        put(work, plain(), 2)
    with database.read() as work:
        assert work.statistics.of(parse(""), viewer).total == 1
        assert work.statistics.of(parse("project:OPS"), viewer).total == 1


def test_a_week_begins_on_monday_where_the_person_lives_whatever_their_clocks_do() -> None:
    spring = datetime.fromisoformat("2026-04-01T12:00+00:00")
    *_, before, this, end = mondays(spring, "Europe/Berlin")
    assert this - before == timedelta(days=7) - timedelta(hours=1)
    assert end - this == timedelta(days=7)
    sunday_night = datetime.fromisoformat("2026-03-01T23:30+00:00")
    assert mondays(sunday_night, "Europe/Berlin")[-2] == datetime.fromisoformat("2026-03-01T23:00+00:00")
    assert mondays(sunday_night, "UTC")[-2] == datetime.fromisoformat("2026-02-23T00:00+00:00")
