"""What counts as a word, and which words of a case are kept."""

import pytest

from bot.domain.matching import occurs
from bot.domain.query_conditions import Contains
from bot.domain.query_words import COLUMNS, GAP, NOTE_WORDS_LIMIT, REPEAT_LIMIT, words, written

SPLIT = {
    "Checkout is DOWN": "checkout is down",
    "Café, déjà-vu!": "cafe deja vu",
    "Straße İstanbul": "strasse istanbul",
    "c++ C# .NET": "c c net",
    "it's x_y a.b": "it s x y a b",
    "OPS-12": "ops 12",
    "障害が発生": "障 害 が 発 生",
    "がか": "が か",
    "🔥👍🏽 ok": "🔥 👍 ok",
    "שָׁלוֹם עולם": "שלום עולם",
    "مُحَمَّد": "محمد",
    "मराठी": "मराठी",
    "한국어": "한국어",
    "co\u00adoperate": "cooperate",
    "½ ① ﬁx": "1 2 1 fix",
    "a" * 70: "a" * 64,
    " \t\n": "",
}


@pytest.mark.parametrize(("text", "expected"), SPLIT.items())
def test_words(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


@pytest.mark.parametrize(
    ("wanted", "prefix", "text", "found"),
    [
        ("a", False, "b a", True),
        ("a b", False, "x a b", True),
        ("a b", False, "a x b", False),
        ("a b", False, "b a", False),
        ("che", False, "checkout", False),
        ("che", True, "checkout", True),
        ("the che", True, "the checkout", True),
        ("the che", True, "them checkout", False),
        ("a a b", False, "a a a b", True),
        ("a", False, "", False),
    ],
)
def test_a_phrase_stands_side_by_side(wanted: str, prefix: bool, text: str, found: bool) -> None:
    assert occurs(Contains(COLUMNS, tuple(wanted.split()), prefix), text.split()) is found


def test_notes_are_apart_and_empty_ones_are_nothing() -> None:
    assert written("OPS-1", "a", "", ["one two", "", "three"]).notes == [GAP, "one", "two", GAP, "three"]


def test_of_very_many_notes_the_newest_are_kept() -> None:
    notes = [f"note{number} " + " ".join(f"w{number}x{word}" for word in range(99)) for number in range(150)]
    kept = written("OPS-1", "a", "", notes).notes
    assert len(kept) == NOTE_WORDS_LIMIT
    assert kept[-1] == "w149x98"
    assert "note0" not in kept


def test_a_word_has_no_more_places_than_postgresql_keeps() -> None:
    document = written("OPS-1", "a", "a " * 300 + "b", [])
    assert [*document.title, *document.description].count("a") == REPEAT_LIMIT
    assert document.description[-2:] == [GAP, "b"]
