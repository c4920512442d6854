"""From what Slack hands over to the words of a query. Every word keeps its place in the text as it arrived."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Invalid

# A mention is carried through the words as one of the first two, its id and the third; people cannot type them.
PERSON, TEAM, MENTIONED = "\ue000", "\ue001", "\ue002"

ENTITY = re.compile(
    r"&(?P<escape>lt|gt|amp);"
    r"|<@(?P<person>[A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|<!subteam\^(?P<team>[A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|<#[A-Z0-9]+\|(?P<channel>[^<>]*)>"
    r"|<!date\^[^<>|]*\|(?P<date>[^<>]*)>"
    r"|<!(?P<special>here|channel|everyone)(?:\|[^<>]*)?>"
    r"|<(?P<url>(?:https?://|mailto:|tel:)[^<>|]*)(?:\|(?P<label>[^<>]*))?>"
)
# What keyboards and Slack's own clients put in place of what was typed; None vanishes (directions, joiners).
PLAIN = {
    **dict.fromkeys("“”„‟«»＂", '"'),
    **dict.fromkeys("‘’‚‛", "'"),
    **dict.fromkeys("\u2010\u2011\u2012–—−", "-"),
    **dict.fromkeys("\u00a0\u1680\u2002\u2003\u2009\u202f\u3000\u200b\r\n\t", " "),
    **dict.fromkeys("\u00ad\u200c\u200d\u200e\u200f\u2060\ufeff", ""),
    **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", ""),
    "…": "..",
    "≥": ">=",
    "≤": "<=",
    "：": ":",
    "（": "(",
    "）": ")",
    **dict.fromkeys((PERSON, TEAM, MENTIONED), "\ufffd"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` up to, not including, ``end``: places in the text as it arrived."""

    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        return Span(self.start, other.end)


class QueryError(Invalid):
    """A query that cannot be understood. ``span`` is the word at fault; the sentence says what to write instead.

    Who knows the whole ``text`` adds it: then the sentence of the field points at the word within it.
    """

    def __init__(self, sentence: str, span: Span) -> None:
        sentence = without_marks(sentence)
        super().__init__(sentence, {"query": sentence})
        self.span = span

    def within(self, text: str) -> "QueryError":
        before, word, after = pieces(text, self.span)
        if before.strip() or after.strip():
            self.fields["query"] = f"{self.sentence} Here: {before}»{word}«{after}"
        return self


def quoted(words: str) -> str:
    """What somebody typed, within a sentence."""
    return f"“{shortened(words, 40)}”"


def without_marks(words: str) -> str:
    return words.replace(PERSON, "@").replace(TEAM, "@").replace(MENTIONED, "")


def shortened(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[: limit - 1] + "…"


def pieces(text: str, span: Span) -> tuple[str, str, str]:
    """What stands before a word, the word, and what stands after it, all as typed and short enough for a sentence."""
    parts = (text[: span.start], text[span.start : span.end], text[span.end :])
    before, word, after = (without_marks(as_typed(part).text) for part in parts)
    return shortened(before[::-1], 24)[::-1], shortened(word, 24), shortened(after, 24)


@dataclass(frozen=True, slots=True)
class Typed:
    """``text`` is what the person typed; ``places[i]`` is where its i-th character came from."""

    text: str
    places: tuple[Span, ...]

    def span(self, start: int, end: int) -> Span:
        """Never empty unless the text is: the very end is shown by the last character."""
        if not self.places:
            return Span(0, 0)
        start = min(start, len(self.places) - 1)
        return self.places[start].to(self.places[max(start, min(end, len(self.places)) - 1)])


def as_typed(text: str) -> Typed:
    """Undo what Slack did to the text: escapes, mentions, links, smart quotes."""
    written: list[str] = []
    places: list[Span] = []
    position = 0
    while position < len(text):
        entity = ENTITY.match(text, position) if text[position] in "<&" else None
        end = entity.end() if entity else position + 1
        words = meant_by(entity) if entity else plain(text[position])
        written.append(words)
        places.extend([Span(position, end)] * len(words))
        position = end
    return Typed("".join(written), tuple(places))


def plain(character: str) -> str:
    if character in PLAIN:
        return PLAIN[character]
    # A database refuses NUL and half a surrogate pair, and nobody types the other control characters.
    return "" if unicodedata.category(character) in {"Cc", "Cs"} else character


def meant_by(entity: re.Match[str]) -> str:
    name = str(entity.lastgroup)
    found = entity.group(name)
    match name:
        case "escape":
            return unescaped(entity[0])
        case "person":
            return f"{PERSON}{found}{MENTIONED}"
        case "team":
            return f"{TEAM}{found}{MENTIONED}"
        case "url":
            found = found.removeprefix("mailto:").removeprefix("tel:")
    return {"channel": "#", "special": "@"}.get(name, "") + "".join(plain(one) for one in unescaped(found))


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


class Mark(StrEnum):
    WORD = "word"
    PHRASE = "phrase"
    OPEN = "("
    CLOSE = ")"
    MINUS = "-"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """``glued``: no space between it and the token before. ``start`` and ``end`` are places in what was typed."""

    mark: Mark
    text: str
    start: int
    end: int
    glued: bool
    prefix: bool = False


WORD = re.compile(r'[^\s()"]+')
PHRASE = re.compile(r'"([^"]*)"(\*?)')
KEYWORDS = {mark.value: mark for mark in (Mark.AND, Mark.OR, Mark.NOT)}


def tokens(typed: Typed) -> Iterator[Token]:
    """The words and signs of a query, ended by one END. Raises ``QueryError`` for an unclosed quote or a lone minus."""
    text, position = typed.text, 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        glued = position > 0 and not text[position - 1].isspace()
        token = READERS.get(text[position], word)(typed, position, glued)
        yield token
        position = token.end
    yield Token(Mark.END, "", len(text), len(text), False)


def parenthesis(typed: Typed, start: int, glued: bool) -> Token:
    return Token(Mark(typed.text[start]), typed.text[start], start, start + 1, glued)


def phrase(typed: Typed, start: int, glued: bool) -> Token:
    found = PHRASE.match(typed.text, start)
    if not found:
        raise QueryError(
            "This quotation mark is never closed. Add the second one, or leave it out.", typed.span(start, start + 1)
        )
    return Token(Mark.PHRASE, found[1], start, found.end(), glued, bool(found[2]))


def minus(typed: Typed, start: int, glued: bool) -> Token:
    if start + 1 == len(typed.text) or typed.text[start + 1] in " )":
        raise QueryError(
            "This “-” stands alone. Put it right before what it excludes, as in -status:closed, or leave it out.",
            typed.span(start, start + 1),
        )
    return Token(Mark.MINUS, "-", start, start + 1, glued)


def word(typed: Typed, start: int, glued: bool) -> Token:
    found = WORD.match(typed.text, start)
    assert found, "every other character has its own reader"  # noqa: S101
    return Token(KEYWORDS.get(found[0], Mark.WORD), found[0], start, found.end(), glued)


READERS: dict[str, Callable[[Typed, int, bool], Token]] = {"(": parenthesis, ")": parenthesis, '"': phrase, "-": minus}
