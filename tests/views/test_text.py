"""People's text can neither ping, link nor break the layout, and is never cut through the middle of a character."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.entry import Kind
from bot.sandbox.text import pings
from bot.views.limits import clip, clip_marked, size
from bot.views.text import (
    Mrkdwn,
    day,
    escape,
    link,
    literal,
    mrkdwn,
    person,
    said,
    told,
    told_mrkdwn,
    told_plain,
    web_url,
    when,
    when_plain,
)
from tests.views.samples import NAMES, TEXTS, entry


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_escaped_text_holds_no_markup_and_reads_the_same(text):
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert pings(escaped) == []
    assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("snake_case and 2*3", "snake_case and 2*3"),
        ("*all* _of_ ~it~", "∗all∗ ＿of＿ ∼it∼"),
        ("`down`", "ˋdownˋ"),
        ("__init__", "＿＿init＿＿"),
        ("two\nlines", "two lines"),
        ("> quoted", "› quoted"),
        ("a > b & c", "a &gt; b &amp; c"),
        ("<!channel>", "&lt;!channel&gt;"),
    ],
)
def test_literal_text_formats_nothing(text, shown):
    assert literal(text) == shown


def test_a_template_escapes_whatever_is_not_markup():
    assert mrkdwn("*{}* {}", "<b>", Mrkdwn("<@U1>")) == "*&lt;b&gt;* <@U1>"
    assert mrkdwn("{}", "{0}") == "{0}"


def test_a_sentence_of_ours_keeps_code_and_mentions_only():
    assert said("Ask <@U0DANA>: `/case` in <#C0OPS>, not <!channel>") == (
        "Ask <@U0DANA>: `/case` in <#C0OPS>, not &lt;!channel&gt;"
    )


@given(TEXTS, st.integers(2, 400))
@settings(max_examples=80, deadline=None)
def test_clipped_text_fits_and_begins_as_before(text, limit):
    short = clip(text, limit)
    assert size(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    short.encode("utf-8", "surrogatepass")


@given(TEXTS, st.integers(10, 400))
@settings(max_examples=80, deadline=None)
def test_clipped_markup_is_still_markup(text, limit):
    short = clip_marked(escape(text), limit)
    assert size(short) <= limit
    assert all(piece.startswith(("amp;", "lt;", "gt;")) for piece in short.split("&")[1:])


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("aé\u0301\u0301bcdef", 4, "a…"),
        ("ab👩‍👩‍👧c", 8, "ab…"),
        ("🇩🇪🇫🇷🇮🇹", 8, "🇩🇪…"),
        ("👍🏽👍🏽👍🏽", 8, "👍🏽…"),
        ("word another", 7, "word a…"),
    ],
)
def test_a_cut_is_made_between_characters(text, limit, short):
    assert clip(text, limit) == short


def test_a_cut_never_halves_markup():
    assert clip_marked("see <https://example.com|the graph> now", 20) == "see…"
    assert clip_marked("ab &amp; cd", 6) == "ab…"


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.com/a|b c", "https://example.com/a%7Cb%20c"),
        ("HTTP://example.com", "HTTP://example.com"),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://" + "x" * 3000, None),
    ],
)
def test_only_addresses_become_links(url, safe):
    assert web_url(url) == safe


def test_a_link_with_a_hostile_label():
    assert link("https://example.com?a=1&b=2", "<!here|x>") == "<https://example.com?a=1&amp;b=2|&lt;!here|x&gt;>"
    assert link(None, "a*b*") == "a*b∗"


def test_people_by_name_or_by_mention():
    assert person("U0ANN", NAMES) == "Ann"
    assert person("U0DANA", NAMES) == "<@U0DANA>"
    assert person("U1", {"U1": "<!here> *x*"}) == "&lt;!here&gt; ∗x∗"
    assert person(None, NAMES) == "nobody"
    assert person("casebook", NAMES) == "Casebook"


def test_moments():
    at = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    assert when_plain(at) == "23 Nov 2026 04:00 UTC"
    assert when(at) == "<!date^1795406400^{date_short_pretty} at {time}|23 Nov 2026 04:00 UTC>"
    assert day(date(2026, 12, 1)) == "1 Dec 2026"


def test_in_a_line_people_are_mentioned_and_their_text_is_not():
    changed = entry(Kind.EDITED, changes={"title": ["<@U0BOB>", "<!channel>"], "assignee": [None, "U0DANA"]})
    assert told_mrkdwn(changed, {"U0ANN": "Ann"}) == (
        "Ann changed the title from “&lt;@U0BOB&gt;” to “&lt;!channel&gt;” and the assignee from nobody to <@U0DANA>"
    )
    assert told_plain(changed, NAMES) is None
    everybody = NAMES | {"U0DANA": "Dana"}
    assert told_plain(changed, everybody).endswith("to “<!channel>” and the assignee from nobody to Dana")
    assert [who for _, who in told(changed)] == ["U0ANN", None, "U0DANA"]
