"""A query means the same as SQL, on both databases and whichever way it is run, and asked of a case in memory."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.case import Case
from bot.domain.listening import Listener, Listeners
from bot.domain.matching import Asked, meets
from bot.domain.priority import Priority
from bot.domain.query import QueryError, Viewer, parse
from bot.domain.query_conditions import Both, Meaning
from bot.domain.query_fields import PRIORITY
from bot.domain.query_meaning import understand
from bot.storage import search_plan
from bot.storage.database import Database, Work
from bot.storage.search_needs import Needs
from bot.storage.search_words import in_title
from tests.storage.searching import fields_of_a_case, put, queries, settle


class Undone(Exception):
    pass


@contextmanager
def undone(database: Database) -> Iterator[Work]:
    """A unit of work that leaves nothing behind."""
    with suppress(Undone), database.write() as work:
        yield work
        raise Undone


@pytest.fixture
def viewer(database: Database) -> Viewer:
    return settle(database)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    cases=st.lists(fields_of_a_case(), min_size=1, max_size=6),
    asked=st.lists(queries, min_size=1, max_size=12),
    rare=st.sampled_from([0, 1, 2000]),
    listable=st.sampled_from([0, 30_000]),
)
def test_sql_and_memory_agree(
    database: Database, viewer: Viewer, cases: list[dict[str, Any]], asked: list[str], rare: int, listable: int
) -> None:
    with undone(database) as work, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_plan, "RARE", rare)
        patch.setattr(search_plan, "LISTABLE", listable)
        there = [put(work, fields, number) for number, fields in enumerate(cases, 1)]
        for text in asked:
            agree(work, viewer, there, text)
        hear_the_same(work, viewer, there, asked)


def hear_the_same(work: Work, viewer: Viewer, there: list[tuple[Case, list[str]]], asked: list[str]) -> None:
    """Inboxes are filed by what they need; the ones that are never asked would not have matched."""
    known = {}
    for number, text in enumerate(asked):
        with suppress(QueryError):
            known[number] = understand(parse(text), viewer, work.search.names).where
    listeners = Listeners(Listener(number, viewer.actor, where) for number, where in known.items())
    for case, notes in there:
        heard = [listener.inbox_id for listener in listeners.heard(case, notes if listeners.reads_notes else ())]
        expected = {number for number, where in known.items() if Asked(case, notes).holds(where)}
        assert len(heard) == len(set(heard))
        assert set(heard) == expected, asked


def agree(work: Work, viewer: Viewer, there: list[tuple[Case, list[str]]], text: str) -> None:
    query = parse(text)
    try:
        meaning = understand(query, viewer, work.search.names)
    except QueryError:
        return
    expected = [
        case.key for case in in_order([(case, notes) for case, notes in there if meets(meaning, case, notes)], meaning)
    ]
    found = [case.key for case in work.search.page(query, viewer, size=20)]
    assert found == expected, text
    assert work.search.count(query, viewer) == len(expected), text
    assert work.search.count(query, viewer, limit=2) == min(2, len(expected))
    assert paged(work, viewer, text) == expected, text
    turned = [case.key for page in (1, 2, 3) for case in work.search.page(query, viewer, page=page, size=2)]
    assert turned == expected[:6], text
    assert paged_back(work, viewer, text, len(expected)) == expected[:-1], text


def paged(work: Work, viewer: Viewer, text: str) -> list[str]:
    keys: list[str] = []
    cursor = None
    while True:
        part = work.search.after(parse(text), viewer, cursor, size=2)
        keys += [case.key for case in part.cases]
        cursor = part.cursor
        if cursor is None:
            return keys


def paged_back(work: Work, viewer: Viewer, text: str, total: int) -> list[str]:
    """What stands before the last case, from there to the first."""
    if total < 2:
        return []
    keys: list[str] = []
    cursor = work.search.numbered(parse(text), viewer, total, size=1).back
    while cursor is not None:
        part = work.search.before(parse(text), viewer, cursor, size=2)
        keys = [*(case.key for case in part.cases), *keys]
        cursor = part.back
    return keys


def in_order(found: list[tuple[Case, list[str]]], meaning: Meaning) -> list[Case]:
    """What the order means, said in the plainest way."""
    if meaning.sort is None:
        whole = Needs(meaning).text
        assert whole
        near = Meaning(Both((in_title(whole),)), meaning.projects, None)
        return [case for case, notes in sorted(found, key=lambda one: (not meets(near, *one), -one[0].id))]
    sort = meaning.sort
    cases = sorted((case for case, _ in found), key=lambda case: (case.updated_at, case.id), reverse=True)
    if sort.field is PRIORITY:
        ranks = [priority.value for priority in Priority][:-1]
        order = [*(ranks[::-1] if sort.descending else ranks), Priority.NOT_SET.value]
        return sorted(cases, key=lambda case: order.index(case.priority))
    dated = [case for case in cases if sort.field.of(case) is not None]
    dated.sort(key=lambda case: (sort.field.of(case), case.id), reverse=sort.descending)
    return dated + [case for case in cases if sort.field.of(case) is None]
