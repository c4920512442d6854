"""What a parsed query means for the person who asks: names become ids, days become moments, words become folded."""

import re
from collections.abc import Collection, Sequence
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
IS = ("open", "closed", "archived", "overdue")


def understand(query: Query, viewer: Viewer, resolver: Resolver) -> Meaning:
    """Raises ``QueryError`` at the first word that means nothing."""
    reader = _Reader(Asking(viewer, resolver))
    where = reader.condition(query.where) if query.where else Both()
    chosen = read_sort(query.sort) if query.sort else default_sort(where)
    return Meaning(unless_archived(where), viewer.projects, chosen)


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
                found = tuple(self.condition(part) for part in node.parts)
                refuse_contradictions(node.parts, found)
                return Both(found)

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


def refuse_contradictions(nodes: Sequence[Node], conditions: Sequence[Condition]) -> None:
    """Dates that exclude each other, and two values for a field that has one."""
    windows: dict[Field, Between] = {}
    values: dict[Field, frozenset[Any]] = {}
    for node, condition in zip(nodes, conditions, strict=True):
        if not isinstance(node, Term) or not isinstance(condition, Between | OneOf) or condition.negated:
            continue
        if isinstance(condition, Between):
            window = overlap(windows.get(condition.field, Between(condition.field, None, None)), condition)
            windows[condition.field] = window
            if window.low and window.high and window.low >= window.high:
                raise QueryError(
                    f"No case can meet this and the other condition on {condition.field.name}. "
                    "Turn one of them round, or put OR between them.",
                    node.span,
                )
        elif not condition.field.many:
            left = values.get(condition.field, condition.values) & condition.values
            values[condition.field] = left
            if not left:
                name = node.field if node.field != "is" else "status"
                raise QueryError(
                    f"A case has only one {name}, and it cannot be this and the other. Put OR between them, "
                    f"as in {name}:(… OR …).",
                    node.span,
                )


def overlap(one: Between, other: Between) -> Between:
    low = max((at for at in (one.low, other.low) if at), default=None)
    high = min((at for at in (one.high, other.high) if at), default=None)
    return Between(one.field, low, high)
