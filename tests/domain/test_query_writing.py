"""A tree written as text is read as the same tree."""

import pytest
from hypothesis import HealthCheck, given, reject, settings

from bot.domain.query import QueryError, parse
from bot.domain.query_writing import written
from tests.domain.test_query import UNDERSTOOD, drawn
from tests.domain.test_query_fuzz import texts
from tests.storage.searching import queries


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_what_is_typed_is_written_again(text: str) -> None:
    node = parse(text).where
    assert drawn(parse(written(node)).where) == drawn(node)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(texts | queries)
def test_anything_that_is_a_query_is_written_again(text: str) -> None:
    try:
        node = parse(text).where
    except QueryError:
        reject()
    assert drawn(parse(written(node)).where) == drawn(node), written(node)
