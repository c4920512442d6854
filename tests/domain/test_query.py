"""The grammar: what is typed, and the tree it becomes or the sentence that says what is wrong with it."""

import pytest

from bot.domain.query import All, Any, Node, Not, Query, QueryError, Term, Value, parse


def drawn(node: Node | None) -> str:
    """A tree as text, without spans."""
    match node:
        case None:
            return "everything"
        case Term():
            return f"{node.field}{node.op}{'|'.join(value(one) for one in node.values)}"
        case Not():
            return f"not {drawn(node.part)}"
        case All():
            return f"({' & '.join(drawn(part) for part in node.parts)})"
        case Any():
            return f"({' / '.join(drawn(part) for part in node.parts)})"


def value(one: Value | None) -> str:
    if one is None:
        return ""
    if one.person or one.team:
        return f"<{one.person or one.team}>"
    text = f'"{one.text}"' if one.exact else one.text
    return f"{text}*" if one.prefix else text


UNDERSTOOD = {
    "": "everything",
    "   ": "everything",
    "checkout": ":checkout",
    "a b": "(:a & :b)",
    "a AND b": "(:a & :b)",
    "a OR b": "(:a / :b)",
    "a b OR c d": "((:a & :b) / (:c & :d))",
    "a (b OR c) d": "(:a & (:b / :c) & :d)",
    "a or b and not c": "(:a & :or & :b & :and & :not & :c)",
    "NOT a": "not :a",
    "-a": "not :a",
    "--a": "not not :a",
    "-(a b)": "not (:a & :b)",
    '"a"-b': '(:"a" & not :b)',
    '"a"*-b': '(:"a"* & not :b)',
    "(a)-b": "(:a & not :b)",
    "a-b": ":a-b",
    '-"a b"': 'not :"a b"',
    "follow-up": ":follow-up",
    '"a OR b"': ':"a OR b"',
    '"check out"*': ':"check out"*',
    "check*": ":check*",
    "*": ":*",
    "status:open": "status:open",
    "STATUS:Open": "status:Open",
    "status: open": "status:open",
    'status:"in progress"': 'status:"in progress"',
    "status:(open OR closed)": "(status:open / status:closed)",
    "status:(NOT closed)": "not status:closed",
    "title:(a b)": "(title:a & title:b)",
    'title:("a b" OR c*)': '(title:"a b" / title:c*)',
    "-status:open": "not status:open",
    "priority:>=P2": "priority>=P2",
    "priority:>= P2": "priority>=P2",
    "priority:≥P2": "priority>=P2",
    "updated:<7d": "updated<7d",
    "updated:&lt;7d": "updated<7d",
    "created:&gt;2026-01-01": "created>2026-01-01",
    "created:2026-01-01..2026-02-01": "created..2026-01-01|2026-02-01",
    "created:2026-01-01…2026-02-01": "created..2026-01-01|2026-02-01",
    "created:2026-01-01..": "created..2026-01-01|",
    "created:..2026-01-01": "created..|2026-01-01",
    "created:(>2026-01-01 <2026-02-01)": "(created>2026-01-01 & created<2026-02-01)",
    "due:-7d": "due:-7d",
    "assignee:<@U1|ann>": "assignee:<U1>",
    "assignee:<@U1>": "assignee:<U1>",
    "assignee:(<@U1|ann> OR @me)": "(assignee:<U1> / assignee:@me)",
    "team:<!subteam^S1|@sre>": "team:<S1>",
    "<#C1|ops>": ":#ops",
    "<http://x.io|x.io>": ":x.io",
    "<https://x.io/a?b=1&amp;c>": ":https://x.io/a?b=1&c",
    "https://x.io/a": ":https://x.io/a",
    "service:<http://x.io|x.io>": "service:x.io",
    "<mailto:a@x.io|a@x.io>": ":a@x.io",
    "<!here>": ":@here",
    "“a b”": ':"a b"',
    "title:“a b”": 'title:"a b"',
    "a\u00a0b": "(:a & :b)",
    "—a": "not :a",
    "10:30": ":10:30",
    "a &amp;&amp; b": "(:a & :&& & :b)",
    "a\x00b": ":ab",
    "\u202eשלום\u202c": ":שלום",
    "region:eu": "region:eu",
    "x:a:b": "x:a:b",
    "service:(a:b OR c)": "(service:a:b / service:c)",
}


@pytest.mark.parametrize(("text", "tree"), UNDERSTOOD.items())
def test_what_is_typed_becomes_a_tree(text: str, tree: str) -> None:
    assert drawn(parse(text).where) == tree


@pytest.mark.parametrize(
    ("text", "tree", "order"),
    [
        ("sort:-updated", "everything", "-updated"),
        ("a sort:created", ":a", "created"),
        ("sort:due a OR b", "(:a / :b)", "due"),
        ("sort: -due", "everything", "-due"),
    ],
)
def test_sort_is_not_a_condition(text: str, tree: str, order: str) -> None:
    query = parse(text)
    assert drawn(query.where) == tree
    assert query.sort
    assert query.sort.value.text == order


WRONG = {
    "a OR": ("OR", "OR stands between two conditions, and there is none after it. Add one, or write \"OR\" in quotes"),
    "OR a": ("OR", "OR stands between two conditions, and there is none before it."),
    "a AND OR b": ("AND", "AND stands between two conditions"),
    "NOT": ("NOT", "NOT needs a condition after it. Add one, as in NOT status:closed."),
    "-": ("-", "This “-” stands alone. Put it right before what it excludes, as in -status:closed, or leave it out."),
    "a - b": ("-", "This “-” stands alone."),
    '"a"-': ("-", "This “-” stands alone."),
    "a)": (")", "This “)” closes nothing. Leave it out, or add “(” before it."),
    "status:open) b": (")", "This “)” closes nothing."),
    "(a": ("(", "This “(” is never closed. Add “)” where it ends."),
    "(": ("(", "This “(” is never closed."),
    "()": (")", "There is nothing between these parentheses."),
    "status:()": (")", "There is nothing between these parentheses."),
    'a "b': ('"', "This quotation mark is never closed. Add the second one, or leave it out."),
    "a “b": ("“", "This quotation mark is never closed."),
    '""': ('""', "There is nothing between these quotation marks."),
    "status:": ("status:", "status: needs a value after it, as in status:any. To search for the word itself write"),
    "status: priority:p1": ("status:", "status: needs a value after it"),
    "status: -open": ("status:", "status: needs a value right after it, before “-”."),
    "created:>": ("created:>", "created:> needs a value after it, as in priority:>=P2 or updated:<7d."),
    "-sort:x": ("-", "sort: cannot be excluded. To turn the order round write sort:-updated."),
    "(a sort:due)": ("sort:due", "sort: stands outside parentheses. Put it at the end of the query."),
    "a OR sort:due": ("sort:due", "sort: is no condition. Put it at the end of the query, after a space."),
    "sort:due sort:created": ("sort:created", "One sort: is enough. Leave out this one or the first."),
    "(" * 200 + "a" + ")" * 200: ("(", "This is nested more than 30 deep. Take some parentheses away."),
    "-" * 50 + "a": ("-", "This is nested more than 30 deep."),
    " ".join(["a"] * 150): ("a", "A query has up to 100 conditions. Leave some out from here on."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "word", "sentence"), [(text, *said) for text, said in WRONG.items()])
def test_an_error_points_at_the_word_and_says_what_to_do(text: str, word: str, sentence: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse(text)
    span = raised.value.span
    assert text[span.start : span.end] == word
    assert raised.value.sentence.startswith(sentence)
    assert raised.value.fields["query"].startswith(raised.value.sentence)


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("status:open) b", " Here: status:open»)« b"),
        ("(assignee:<@U1|ann> b", " Here: »(«assignee:@U1 b"),
        ("x" * 60 + " OR", f" Here: …{'x' * 22} »OR«"),
        ("OR", ""),
    ],
)
def test_the_sentence_under_a_field_points_at_the_word(text: str, here: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse(text)
    assert raised.value.fields["query"] == raised.value.sentence + here


def test_four_thousand_characters_are_refused_at_the_limit() -> None:
    with pytest.raises(QueryError, match=r"^A query has up to 2,000 characters; this one has 4,000\.") as raised:
        parse("x" * 4000)
    assert (raised.value.span.start, raised.value.span.end) == (2000, 4000)


def test_spans_are_places_in_the_text_as_it_arrived() -> None:
    text = "“a” assignee:<@U1|ann> created:&gt;2026-01-01"
    query = parse(text)
    assert isinstance(query.where, All)
    spans = [part.span for part in query.where.parts if isinstance(part, Term)]
    assert [text[span.start : span.end] for span in spans] == ["“a”", "assignee:<@U1|ann>", "created:&gt;2026-01-01"]
    values = [part.value.span for part in query.where.parts if isinstance(part, Term)]
    assert [text[span.start : span.end] for span in values] == ["“a”", "<@U1|ann>", "2026-01-01"]


def test_queries_can_be_compared() -> None:
    assert parse("a OR b") == parse("a OR b") != parse("a b")
    assert isinstance(parse("a"), Query)
