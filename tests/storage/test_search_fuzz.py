"""No text that somebody types breaks a database."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.query import QueryError, Viewer, parse
from bot.storage.database import Database
from tests.domain.test_query_fuzz import texts
from tests.storage.searching import plain, put, queries, settle


@pytest.fixture
def viewer(database: Database) -> Viewer:
    viewer = settle(database)
    with database.write() as work:
        put(work, plain(attributes={"service": "checkout"}), 1)
    return viewer


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts | st.builds("{}{}".format, queries, texts))
def test_any_text_is_answered_or_refused_in_words(database: Database, viewer: Viewer, text: str) -> None:
    with database.read() as work:
        work.search.suggest(text, viewer)
        try:
            found = work.search.page(parse(text), viewer)
        except QueryError as error:
            assert error.sentence.endswith((".", "?"))  # noqa: PT017
        else:
            assert work.search.count(parse(text), viewer) == len(found)
