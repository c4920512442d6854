"""What people type: limits, strange characters, and the spellings that are understood."""

import pytest

from bot.domain.errors import Invalid
from bot.domain.evidence import Evidence, Note
from bot.domain.priority import Priority, priority_named
from bot.domain.text import alike, is_blank, kept, kept_line
from tests.domain.samples import NOON, act, case_type, many_statuses, opened, security

FAMILY = "👩‍👩‍👧‍👦"


@pytest.mark.parametrize(
    "title",
    [
        "x" * 200,
        "🔥" * 200,
        f"{FAMILY} cannot log in",
        "הקופה אינה עובדת",
        "cafe\u0301 is closed",
        "زر الدفع لا يعمل",
        "支払いができない",
    ],
)
def test_titles_in_any_script_are_kept_as_they_are(title: str) -> None:
    assert opened(title=title).title == title
    assert opened(title=f" \n{title}\t").title == title


@pytest.mark.parametrize("title", ["", "  \n ", "\u200b", "\x00", "\u202e\u200d", "\ufeff"])
def test_a_title_that_nobody_can_see_is_none(title: str) -> None:
    with pytest.raises(Invalid) as refused:
        opened(title=title)
    assert refused.value.fields == {"title": "A case needs a title, in a few words: what is wrong, and where?"}


def test_every_field_that_is_too_long_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        opened(title="x" * 201, description="y" * 3001, attributes={"service": "z" * 201})
    assert refused.value.fields == {
        "title": "A title has up to 200 characters; this one has 201.",
        "description": "A description has up to 3,000 characters; this one has 3,001. Put the rest in a note.",
        "service": "Service has up to 200 characters; this one has 201.",
    }
    assert refused.value.sentence == " ".join(refused.value.fields.values())
    case = opened(description="y" * 3000)
    with pytest.raises(Invalid, match="3,001"):
        case.edit(act(), description="y" * 3001)
    assert case.version == 1


def test_what_a_database_refuses_is_left_out() -> None:
    case = opened(
        title="Check\x00out\ud800 is down", description="\x1b[31mred\x00\r\nnext", attributes={"env": "pr\x00od"}
    )
    assert (case.title, case.description, case.attributes) == ("Checkout is down", "[31mred\nnext", {"env": "prod"})
    entry = case.edit(act(), title="Search\x00")
    assert entry
    assert entry.after("title") == "Search"
    assert Note(text="a\x00b ", case_id=1, author="ann", created_at=NOON).text == "ab"
    piece = Evidence(title="T\x00\n" + "x" * 400, author="A" * 90, url="https://a\x00", text="\x00")
    assert (piece.title, piece.author, piece.url, piece.text) == ("T " + "x" * 298, "A" * 80, "https://a", "")


def test_a_text_keeps_its_lines_and_a_line_has_one() -> None:
    assert kept(" a\r\n\tb\rc \n") == "a\n\tb\nc"
    assert kept_line(" a\r\n\tb\u2028c ") == "a b c"


def test_blank_is_what_shows_nothing() -> None:
    assert is_blank("\u200b \u2060\n")
    assert not is_blank("👍")
    assert not is_blank(".")


def test_names_are_alike_whatever_the_keyboard_made_of_them() -> None:
    assert alike(" IN_Progress ") == alike("in-progress") == "in progress"
    assert alike("Won’t fix") == alike("won't  FIX")
    assert alike("ﬁxing") == "fixing"


@pytest.mark.parametrize(
    ("words", "priority"),
    [
        ("p1", Priority.P1), ("P2", Priority.P2), (" p3 ", Priority.P3), ("LOW", Priority.P4), ("p5 info", Priority.P5),
        ("P1-critical", Priority.P1), ("none", Priority.NOT_SET), ("Not set", Priority.NOT_SET),
    ],
)  # fmt: skip
def test_priorities_as_people_spell_them(words: str, priority: Priority) -> None:
    assert priority_named(words) == priority


@pytest.mark.parametrize("words", ["", "p6", "set", "urgent", "1"])
def test_no_other_word_is_a_priority(words: str) -> None:
    with pytest.raises(Invalid) as refused:
        priority_named(words)
    assert refused.value.fields == {
        "priority": f"“{words}” is not a priority. Choose p1, p2, p3, p4, p5 or none."
    }  # fmt: skip


def test_a_status_by_its_name_or_its_groups() -> None:
    incident = many_statuses()
    assert [incident.status_named(words) for words in ("WAITING", "open", "in_progress", "closed", "won’t do")] == [
        "Waiting", "New", "Analysis", "Done", "Won't do",
    ]  # fmt: skip
    with pytest.raises(Invalid) as refused:
        incident.status_named("doing")
    assert refused.value.fields == {
        "status": "“doing” is not a status of Incident cases. "
        "Choose one of: New, Waiting, Analysis, Fixing, Done, Won't do."
    }
    assert incident.closes("done")
    with pytest.raises(Invalid):
        incident.closes("Gone since the card was drawn")


def test_reasons_as_people_spell_them() -> None:
    assert case_type().reason_named(None) is None
    assert case_type().reason_named("  ") is None
    assert security().reason_named("FALSE_positive") == "False positive"
    assert security().reason_named("one time exception") == "One-time exception"
    with pytest.raises(Invalid, match=r"“done” is not a closing reason here. Choose one of: Resolved, Duplicate."):
        case_type().reason_named("done")
    with pytest.raises(Invalid, match=r"Standard cases are closed without a reason. Leave “done” out."):
        case_type(reasons=[]).reason_named("done")
