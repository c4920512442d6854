"""No input breaks the parser, and every error has a place in it and a sentence."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.query import QueryError, parse
from bot.domain.query_meaning import understand
from bot.domain.query_words import folded, words
from tests.domain.querying import VIEWER, Town

PIECES = [
    *(
        "status",
        "priority",
        "created",
        "due",
        "assignee",
        "team",
        "title",
        "is",
        "has",
        "sort",
        "key",
        "service",
        "nothing",
    ),
    *(
        ":",
        "(",
        ")",
        '"',
        "-",
        " ",
        "*",
        "..",
        "OR",
        "AND",
        "NOT",
        ">",
        ">=",
        "<",
        "<=",
        "&gt;",
        "&lt;",
        "<@U1|ann>",
        "<@",
    ),
    *(
        "<!subteam^S1|@sre>",
        "<#C1|ops>",
        "<http://x.io|x.io>",
        "“",
        "”",
        "…",
        "@me",
        "none",
        "any",
        "P1",
        "7d",
        "2026-01-01",
    ),
    *(
        "\u202e",
        "שלום",
        "🔥",
        "\x00",
        "\ud800",
        "\ue000",
        "\ue000U1\ue002",
        "é",
        "’",
        "99999y",
        "9999-12-31",
        "0d",
        "=",
        "/",
    ),
]
MARKS = "\ue000\ue001\ue002"
SHOWN = 300  # of a sentence under a field
WAY_OUT = re.compile(
    r"\b(Write|write|Add|add|Leave|leave|Put|put|Shorten|Take|Turn|Say|Choose|choose|Did you mean|It takes|takes one of"
    r"|needs a value)\b"
)
texts = st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join)


@settings(max_examples=1000, deadline=None)
@given(texts)
@example("")
@example(":")
@example("a" * 2001)
@example("x:" * 999)
@example("…")
@example("due:0001-01-01..9999-12-31")
@example("created:9999-12-31..")
def test_no_input_breaks_it(text: str) -> None:
    error = refusal(text)
    if error:
        assert 0 <= error.span.start < error.span.end <= len(text)
        assert error.sentence.endswith((".", "?"))
        assert WAY_OUT.search(error.sentence), error.sentence
        assert len(error.sentence) <= SHOWN, error.sentence
        assert not set(error.fields["query"]) & set(MARKS)


def refusal(text: str) -> QueryError | None:
    try:
        understand(parse(text), VIEWER, Town())
    except QueryError as error:
        return error
    return None


@settings(deadline=None)
@given(st.text())
def test_words_are_what_both_databases_take(text: str) -> None:
    for word in words(text):
        assert word
        assert not set(word) & set(" '\"\\\u2016\t\n")
        assert len(word) <= 64
        word.encode()


@settings(deadline=None)
@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
