"""The query language: text to a tree, by recursive descent. What the words mean is ``query_meaning``'s business.

query   = any, and sort:field anywhere outside parentheses
any     = all { OR all }
all     = one { [AND] one }
one     = (NOT | -) one | ( any ) | field:value | field:( any of values ) | word | word* | "a phrase"
value   = [> >= < <=] word | word..word | word* | "a phrase"
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from bot.domain.query_text import MENTIONED, PERSON, TEAM, Mark, QueryError, Span, Token, Typed, as_typed, tokens
from bot.domain.zone import zone_named

LENGTH_LIMIT = 2000
DEPTH_LIMIT = 30
TERM_LIMIT = 100
OPERATORS = (">=", "<=", ">", "<")
FIELD = re.compile(r"([^\W\d_][\w.-]*):(?!//)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and when. ``tz``: whose days are meant. ``projects``: the ids of those that they may see."""

    actor: str
    now: datetime
    tz: str
    projects: frozenset[int]
    teams: frozenset[int] = frozenset()

    @property
    def zone(self) -> tzinfo:
        return zone_named(self.tz)


@dataclass(frozen=True, slots=True)
class Value:
    """``person`` and ``team`` are Slack ids from a mention; ``exact`` was in quotes; ``prefix`` ended in ``*``."""

    text: str
    span: Span
    exact: bool = False
    prefix: bool = False
    person: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. ``field`` is empty for bare words. ``op``: ``:``, a comparison, or ``..`` with two values."""

    field: str
    op: str
    values: tuple[Value | None, ...]
    span: Span
    field_span: Span

    @property
    def value(self) -> Value:
        found = self.values[0] or self.values[-1]
        assert found, "a term has at least one value"  # noqa: S101
        return found


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple["Node", ...]


Node = Term | Not | All | Any


@dataclass(frozen=True, slots=True)
class Query:
    """``where`` is ``None`` when everything is wanted. ``sort`` is the ``sort:`` term, if there is one."""

    text: str
    where: Node | None = None
    sort: Term | None = field(default=None)


def parse(text: str) -> Query:
    """Raises ``QueryError``. Only the grammar is checked here: fields, people and dates need to know who asks."""
    try:
        return _Parser(limited(text)).query(text)
    except QueryError as error:
        raise error.within(text) from None


def limited(text: str) -> Typed:
    if len(text) > LENGTH_LIMIT:
        raise QueryError(
            f"A query has up to {LENGTH_LIMIT:,} characters; this one has {len(text):,}. "
            "Shorten it from here on, or make two of it.",
            Span(LENGTH_LIMIT, len(text)),
        )
    return as_typed(text)


class _Parser:
    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.tokens: Sequence[Token] = list(tokens(typed))
        self.at = 0
        self.depth = 0
        self.terms = 0
        self.sort: Term | None = None

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        self.at += token.mark != Mark.END
        return token

    def span(self, token: Token) -> Span:
        return self.typed.span(token.start, token.end)

    def error(self, sentence: str, token: Token) -> QueryError:
        return QueryError(sentence, self.span(token))

    def query(self, text: str) -> Query:
        where = None if self.next.mark == Mark.END else self.any_of("")
        if self.next.mark == Mark.CLOSE:
            raise self.error("This “)” closes nothing. Leave it out, or add “(” before it.", self.next)
        return Query(text, where, self.sort)

    def any_of(self, field: str) -> Node | None:
        """``field`` is the one whose values stand in these parentheses; empty elsewhere."""
        parts = [self.all_of(field)]
        while self.next.mark == Mark.OR:
            sign = self.take()
            self.expect_operand(sign, "OR")
            parts.append(self.all_of(field))
        if len(parts) > 1 and self.sort and None in parts:
            raise QueryError("sort: is no condition. Put it at the end of the query, after a space.", self.sort.span)
        return joined(Any, parts)

    def all_of(self, field: str) -> Node | None:
        parts = [self.one(field)]
        while self.next.mark not in {Mark.OR, Mark.CLOSE, Mark.END}:
            if self.next.mark == Mark.AND:
                self.expect_operand(self.take(), "AND")
            parts.append(self.one(field))
        return joined(All, parts)

    def expect_operand(self, sign: Token, name: str) -> None:
        if self.next.mark in {Mark.OR, Mark.AND, Mark.CLOSE, Mark.END}:
            raise self.error(
                f"{name} stands between two conditions, and there is none after it. "
                f'Add one, or write "{name}" in quotes to search for the word.',
                sign,
            )

    def one(self, field: str) -> Node | None:
        token = self.take()
        match token.mark:
            case Mark.NOT | Mark.MINUS:
                return self.negated(token, field)
            case Mark.OPEN:
                return self.group(token, field)
            case Mark.PHRASE:
                return self.term(field, ":", (self.value(token),), self.span(token), self.span(token))
            case Mark.WORD:
                return self.value_term(token, field) if field else self.word(token)
            case Mark.CLOSE:
                raise self.error(
                    "There is nothing between these parentheses. Add a condition, or leave them out.", token
                )
        raise self.error(
            f"{token.mark.value} stands between two conditions, and there is none before it. "
            f'Add one, or write "{token.mark.value}" in quotes to search for the word.',
            token,
        )

    def negated(self, sign: Token, field: str) -> Node:
        if self.next.mark in {Mark.OR, Mark.AND, Mark.CLOSE, Mark.END}:
            example = "NOT status:closed" if sign.mark == Mark.NOT else "-status:closed"
            raise self.error(f"{sign.text} needs a condition after it. Add one, as in {example}.", sign)
        self.deeper(sign)
        before, part = self.sort, self.one(field)
        self.depth -= 1
        if part is None or self.sort is not before:
            raise self.error("sort: cannot be excluded. To turn the order round write sort:-updated.", sign)
        return Not(part)

    def deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self.error(f"This is nested more than {DEPTH_LIMIT} deep. Take some parentheses away.", token)

    def group(self, opening: Token, field: str) -> Node:
        self.deeper(opening)
        if self.next.mark == Mark.END:
            raise self.error("This “(” is never closed. Add a condition and “)”.", opening)
        before, inside = self.sort, self.any_of(field)
        self.depth -= 1
        if self.sort is not before and self.sort:
            raise QueryError("sort: stands outside parentheses. Put it at the end of the query.", self.sort.span)
        if self.next.mark != Mark.CLOSE:
            raise self.error("This “(” is never closed. Add “)” where it ends.", opening)
        self.take()
        assert inside, "only sort: leaves nothing behind"  # noqa: S101
        return inside

    def word(self, token: Token) -> Node | None:
        found = FIELD.fullmatch(token.text)
        if not found:
            return self.term("", ":", (self.value(token),), self.span(token), self.span(token))
        name, rest = found[1].casefold(), found[2]
        field_span = self.typed.span(token.start, token.start + len(found[1]))
        if rest:
            return self.field_term(name, field_span, token, token.end - len(rest))
        return self.separate(name, field_span, token)

    def separate(self, name: str, field_span: Span, token: Token) -> Node | None:
        """The value is a token of its own: a phrase, a group, or a word after a space."""
        if self.next.mark == Mark.OPEN:
            return self.group(self.take(), name)
        if self.next.mark == Mark.PHRASE:
            phrase = self.take()
            return self.term(name, ":", (self.value(phrase),), field_span.to(self.span(phrase)), field_span)
        if self.next.mark in {Mark.WORD, Mark.MINUS} and not (
            self.next.mark == Mark.WORD and FIELD.match(self.next.text)
        ):
            if self.next.mark == Mark.MINUS and name != "sort":
                raise self.error(f"{name}: needs a value right after it, before “-”.", token)
            start = self.take().start
            value = self.take() if self.tokens[self.at - 1].mark == Mark.MINUS else self.tokens[self.at - 1]
            return self.field_term(name, field_span, value, start)
        raise self.error(
            f'{name}: needs a value after it, as in {name}:any. To search for the word itself write "{name}:".', token
        )

    def field_term(self, name: str, field_span: Span, token: Token, start: int) -> Node | None:
        """``start``: where the value begins within ``token``."""
        span = field_span.to(self.typed.span(start, token.end))
        term = self.comparison(name, token, start, span, field_span)
        if name != "sort":
            return term
        if self.sort:
            raise QueryError("One sort: is enough. Leave out this one or the first.", span)
        self.terms -= 1
        self.sort = term
        return None

    def value_term(self, token: Token, field: str) -> Node:
        """A word between the parentheses of ``field:( )``."""
        return self.comparison(field, token, token.start, self.span(token), self.span(token))

    def comparison(self, name: str, token: Token, start: int, span: Span, field_span: Span) -> Term:
        text = self.typed.text[start : token.end]
        op = next((sign for sign in OPERATORS if text.startswith(sign)), ":")
        if op != ":":
            start += len(op)
            if start == token.end:
                token = self.operand(name, op, token)
                start, span = token.start, span.to(self.span(token))
            return self.term(name, op, (self.value(token, start),), span, field_span)
        low, dots, high = text.partition("..")
        if dots and name not in {"", "sort"} and (low or high):
            middle = start + len(low)
            ends = (self.part(start, middle), self.part(middle + 2, token.end))
            return self.term(name, "..", ends, span, field_span)
        return self.term(name, ":", (self.value(token, start),), span, field_span)

    def operand(self, name: str, op: str, token: Token) -> Token:
        if self.next.mark not in {Mark.WORD, Mark.PHRASE}:
            raise self.error(f"{name}:{op} needs a value after it, as in priority:>=P2 or updated:<7d.", token)
        return self.take()

    def term(self, name: str, op: str, values: tuple[Value | None, ...], span: Span, field_span: Span) -> Term:
        self.terms += 1
        if self.terms > TERM_LIMIT:
            raise QueryError(f"A query has up to {TERM_LIMIT} conditions. Leave some out from here on.", span)
        return Term(name, op, values, span, field_span)

    def value(self, token: Token, start: int | None = None) -> Value:
        if token.mark == Mark.PHRASE:
            if not token.text.strip():
                raise self.error("There is nothing between these quotation marks. Add words, or leave them out.", token)
            return Value(token.text, self.span(token), exact=True, prefix=token.prefix)
        found = self.part(token.start if start is None else start, token.end)
        assert found, "a word is not empty"  # noqa: S101
        return found

    def part(self, start: int, end: int) -> Value | None:
        """What is typed from ``start`` to ``end``, as a value; ``None`` if that is nothing."""
        text, span = self.typed.text[start:end], self.typed.span(start, end)
        if not text:
            return None
        if text[0] in {PERSON, TEAM} and MENTIONED in text:
            id_ = text[1 : text.index(MENTIONED)]
            return Value(text, span, person=id_) if text[0] == PERSON else Value(text, span, team=id_)
        prefix = text.endswith("*") and len(text) > 1
        return Value(text[:-1] if prefix else text, span, prefix=prefix)


def joined(kind: type[All] | type[Any], parts: Sequence[Node | None]) -> Node | None:
    """A list of one is that one; ``None`` stands where ``sort:`` was."""
    present = tuple(part for part in parts if part is not None)
    if not present:
        return None
    return present[0] if len(present) == 1 else kind(present)


__all__ = ["All", "Any", "Node", "Not", "Query", "QueryError", "Span", "Term", "Value", "Viewer", "parse"]
