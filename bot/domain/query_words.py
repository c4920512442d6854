"""What counts as a word. Both databases index these words and no others, so that they find the same cases."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.case import Case

WORD_LIMIT = 64
# PostgreSQL keeps 256 places of a word and counts them up to 16,383 in one text.
REPEAT_LIMIT = 255
DESCRIPTION_WORDS_LIMIT = 6_000
NOTE_LIMIT = 200
NOTE_WORDS_LIMIT = 8_000
# A place that no query can ask for: keeps phrases from reaching over it.
GAP = "\u2016"

# Combining marks that only vary a letter: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel signs.
ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1-\u05c7\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# Written without spaces: every sign is a word, and what is asked for becomes a phrase.
UNSPACED = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
JOINERS = "\u00ad\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f"


class _Letters(dict[int, str]):
    """For ``str.translate``: what becomes of each character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _letter(chr(code))
        return found


def _letter(character: str) -> str:
    if character in JOINERS:
        return ""
    category = unicodedata.category(character)
    if UNSPACED.match(character) or (category == "So" and ord(character) >= 0x2600):
        return f" {character} "
    return character if category[0] in "LNM" else " "


_LETTERS = _Letters()


def folded(text: str) -> str:
    """Without the difference of case and accents."""
    if text.isascii():
        return text.lower()
    bare = ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", ACCENTS.sub("", unicodedata.normalize("NFKD", bare.casefold())))


def words(text: str) -> list[str]:
    """In order, folded, cut to 64 characters. No stop words and no stems: what is written can be found."""
    return [word[:WORD_LIMIT] for word in folded(text).translate(_LETTERS).split()]


@dataclass(frozen=True, slots=True)
class Document:
    """The words of one case that can be searched. The fields' names are the columns of the index."""

    key: Sequence[str]
    title: Sequence[str]
    description: Sequence[str]
    notes: Sequence[str]

    def column(self, name: str) -> Sequence[str]:
        found: Sequence[str] = getattr(self, name)
        return found


COLUMNS = ("key", "title", "description", "notes")


def document(case: Case, notes: Sequence[str] = ()) -> Document:
    """``notes``: texts, oldest first. Of very many only the newest are searched."""
    return written(case.key, case.title, case.description, notes)


def written(key: str, title: str, description: str, notes: Sequence[str]) -> Document:
    seen: Counter[str] = Counter()
    parts = (words(key), words(title), words(description)[:DESCRIPTION_WORDS_LIMIT], said(notes))
    return Document(*(_within_limits(part, seen) for part in parts))


def said(notes: Sequence[str]) -> list[str]:
    """The words of the newest notes, each note apart from the next."""
    newest_first: list[list[str]] = []
    room = NOTE_WORDS_LIMIT
    for text in reversed(notes[-NOTE_LIMIT:]):
        if text and room > 0:
            newest_first.append([GAP, *words(text)])
            room -= len(newest_first[-1])
    return [word for note in reversed(newest_first) for word in note][-NOTE_WORDS_LIMIT:]


def _within_limits(part: Iterable[str], seen: Counter[str]) -> list[str]:
    """The 256th place of a word and those after it become gaps: PostgreSQL would not keep them."""
    kept = []
    for word in part:
        seen[word] += 1
        kept.append(word if seen[word] <= REPEAT_LIMIT else GAP)
    return kept
