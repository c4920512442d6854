"""What `/case help search` teaches is true."""

from datetime import UTC, datetime

import pytest

from bot.domain.query import Viewer, parse
from bot.domain.query_meaning import understand
from bot.views.help import help_message
from bot.views.query_help import QUERY_EXAMPLES
from tests.views.samples import fits_message, shown


class Anybody:
    """Knows one project and one type, and every attribute."""

    def projects(self):
        return {"OPS": 1}

    def types(self):
        return []

    def has_attribute(self, name):
        return True


@pytest.mark.parametrize("query", [query for query, _ in QUERY_EXAMPLES])
def test_every_example_means_something(query):
    viewer = Viewer("U1", datetime(2026, 11, 23, tzinfo=UTC), "UTC", frozenset({1}), frozenset({1}))
    parsed = parse(query)
    if "status:" not in query:
        understand(parsed, viewer, Anybody())
    assert parsed.where or parsed.sort


@pytest.mark.parametrize("topic", ["search", "list", "query"])
def test_the_topic_is_found(topic):
    message = help_message(topic)
    fits_message(message)
    assert "priority:(P1 OR P2)" in shown(message)
