"""What a parsed query means for the person who asks: names become ids, days become moments, words become folded."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from bot.domain.casetype import Group
from bot.domain.query import All, Node, Not, Query, Term, Viewer
from bot.domain.query import Any as AnyOf
from bot.domain.query_conditions import (
    Between,
    Both,
    Condition,
    Either,
    Meaning,
    OneOf,
    Sort,
    is_text,
    negation,
    parts,
    unless_archived,
)
from bot.domain.query_fields import (
    ARCHIVED,
    CLOSED,
    CREATED,
    DUE,
    FIELDS,
    GROUP,
    HAS,
    SNOOZED,
    SORTS,
    UPDATED,
    Field,
    Kind,
    attribute,
    comparable,
)
from bot.domain.query_text import QueryError, quoted
from bot.domain.query_values import READERS, Asking, Resolver, contains, nearest
from bot.domain.query_words import COLUMNS

FORGOTTEN_COLON = re.compile(r"(\w+)(>=|<=|>|<|=)(.+)")
EXCLUDED = "No case can meet this and the other condition on {0}. Turn one of them round, or put OR between them."
ONE_VALUE = "A case has only one {0}, and it cannot be this and the other. Put OR between them, as in {0}:(… OR …)."
IS = ("open", "closed", "archived", "overdue", "snoozed")


def understand(query: Query, viewer: Viewer, resolver: Resolver) -> Meaning:
    """Raises ``QueryError`` at the first word that means nothing."""
    reader = _Reader(Asking(viewer, resolver))
    try:
        where = reader.condition(query.where) if query.where else Both()
        chosen = read_sort(query.sort) if query.sort else default_sort(where)
    except QueryError as error:
        raise error.within(query.text) from None
    return Meaning(unless_archived(where), viewer.projects, chosen)


def condition_of(term: Term, asking: Asking) -> Condition:
    """What one term asks for. Raises ``QueryError``."""
    return _Reader(asking).term(term)


def read_sort(term: Term) -> Sort:
    text = term.value.text.casefold()
    descending, name = text.startswith("-"), text.lstrip("-+")
    if term.op != ":" or term.value.prefix or name not in SORTS:
        raise QueryError(
            f"{quoted(term.value.text)} is no order. Write {', '.join(f'sort:{one}' for one in SORTS)}, "
            f"or with a minus for the other way round.{nearest(name, SORTS)}",
            term.value.span,
        )
    return Sort(SORTS[name], descending)


def default_sort(where: Condition) -> Sort | None:
    """Best matches for words; a question about one date in its order, soonest due or else newest; else last updated."""
    needed = parts(where)
    if any(is_text(part) for part in needed):
        return None
    dates = {part.field for part in needed if isinstance(part, Between) and not part.negated}
    if len(dates) == 1 and dates <= {CREATED, CLOSED, DUE}:
        field = dates.pop()
        return Sort(field, descending=field is not DUE)
    return Sort(UPDATED, descending=True)


class _Reader:
    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.resolver = asking.resolver

    def condition(self, node: Node) -> Condition:
        match node:
            case Term():
                return self.term(node)
            case Not():
                return negation(self.condition(node.part))
            case AnyOf():
                return Either(tuple(self.condition(part) for part in node.parts))
            case All():
                found = [(part, self.condition(part)) for part in node.parts]
                refuse_contradictions([asked for part, one in found for asked in together(part, one)])
                return Both(tuple(one for _, one in found))

    def term(self, term: Term) -> Condition:
        if not term.field:
            return self.bare(term)
        if term.field in {"is", "has"}:
            return self.fact(term)
        field = self.field(term)
        if not term.value.exact and term.op == ":" and field.kind != Kind.TEXT:
            special = comparable(term.value.text)
            if special in {"none", "any"} and not term.value.prefix:
                return self.emptiness(term, field, special)
        if term.op != ":" and field.kind not in {Kind.PRIORITY, Kind.MOMENT, Kind.DAY}:
            raise QueryError(
                f"Only priority and dates can be compared. Write {field.name}: and {field.kind.value}.",
                term.span,
            )
        return READERS[field.kind](self.asking, term, field)

    def field(self, term: Term) -> Field:
        if field := FIELDS.get(term.field):
            return field
        if term.field == "sort":
            raise QueryError(f"sort: takes one of {', '.join(SORTS)}, as in sort:-updated.", term.span)
        if self.resolver.has_attribute(comparable(term.field)):
            return attribute(comparable(term.field))
        names = {*FIELDS, "is", "has", "sort", *self.resolver.attribute_names()}
        near = nearest(term.field, names) or f" There are {', '.join(FIELDS)}, is, has and sort."
        raise QueryError(
            f"{quoted(term.field)} is not a field.{near} To search for the words, put them in quotes.", term.field_span
        )

    def bare(self, term: Term) -> Condition:
        value = term.value
        if value.person:
            raise QueryError(
                "Say what this person has to do with the case: assignee:, reporter: or watcher: before the name.",
                value.span,
            )
        if value.team:
            raise QueryError("Write team: before a team.", value.span)
        forgotten = None if value.exact else FORGOTTEN_COLON.fullmatch(value.text)
        if forgotten and forgotten[1].casefold() in FIELDS:
            name, sign, rest = forgotten.groups()
            raise QueryError(
                f"{quoted(value.text)} lacks its colon. Write {name}:{sign if sign != '=' else ''}{rest}, "
                "or put it in quotes to search for it.",
                value.span,
            )
        return contains(COLUMNS, value)

    def fact(self, term: Term) -> Condition:
        """``is:`` and ``has:``."""
        known: Collection[str] = IS if term.field == "is" else HAS
        name = comparable(term.value.text)
        if term.op != ":" or term.value.prefix or (name not in known and not self.has_attribute(term.field, name)):
            raise QueryError(
                f"{quoted(term.value.text)} is nothing that {term.field}: knows.{nearest(name, known)} "
                f"Write one of {', '.join(known)}.",
                term.value.span,
            )
        if term.field == "has":
            return has(HAS.get(name) or attribute(name))
        return self.state(name)

    def has_attribute(self, asked: str, name: str) -> bool:
        return asked == "has" and self.resolver.has_attribute(name)

    def state(self, name: str) -> Condition:
        closed = OneOf(GROUP, frozenset({Group.CLOSED.value}))
        if name == "archived":
            return OneOf(ARCHIVED, frozenset({None}), negated=True)
        if name == "snoozed":
            return OneOf(SNOOZED, frozenset({None}), negated=True)
        if name == "overdue":
            today = self.asking.viewer.now.astimezone(self.asking.viewer.zone).date()
            return Both((Between(DUE, None, today), negation(closed)))
        return closed if name == "closed" else negation(closed)

    def emptiness(self, term: Term, field: Field, which: str) -> Condition:
        if which == "any":
            return has(field) if field.optional else Both()
        if not field.optional:
            raise QueryError(f"Every case has a value for {field.name}. Write {field.kind.value}.", term.value.span)
        return negation(has(field))


def has(field: Field) -> Condition:
    return OneOf(field, frozenset({field.empty}), negated=True)


def together(node: Node, condition: Condition) -> Iterator[tuple[Term, Condition]]:
    """What must be met, each with the words that ask for it, also from within parentheses and ``is:overdue``."""
    if isinstance(node, All) and isinstance(condition, Both):
        for part, one in zip(node.parts, condition.parts, strict=True):
            yield from together(part, one)
    while isinstance(node, Not):
        node = node.part
    if isinstance(node, Term):
        yield from ((node, one) for one in parts(condition))


def refuse_contradictions(asked: Iterable[tuple[Term, Condition]]) -> None:
    """Dates that exclude each other, and values that a field with one value cannot have together."""
    windows: dict[Field, Between] = {}
    values: dict[Field, frozenset[Any]] = {}
    excluded: dict[Field, frozenset[Any]] = defaultdict(frozenset)
    for term, condition in asked:
        field = condition.field if isinstance(condition, Between | OneOf) else None
        name = "status" if field is GROUP else field.name if field else ""
        if isinstance(condition, Between) and not condition.negated:
            windows[condition.field] = window = overlap(windows.get(condition.field), condition)
            if window.low and window.high and window.low >= window.high:
                raise QueryError(EXCLUDED.format(name), term.span)
        elif isinstance(condition, OneOf) and not condition.field.many:
            if condition.negated:
                excluded[condition.field] |= condition.values
            else:
                values[condition.field] = values.get(condition.field, condition.values) & condition.values
            left = values.get(condition.field)
            if left is not None and not left:
                raise QueryError(ONE_VALUE.format(name), term.span)
            if left is not None and not left - excluded[condition.field]:
                raise QueryError(EXCLUDED.format(name), term.span)


def overlap(one: Between | None, other: Between) -> Between:
    if one is None:
        return other
    low = max((at for at in (one.low, other.low) if at), default=None)
    high = min((at for at in (one.high, other.high) if at), default=None)
    return Between(one.field, low, high)
