"""What a query asks for once everything in it is known: plain conditions that a case meets or not."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.domain.query_fields import ARCHIVED, Field


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field's value is one of these. None among them is the field's way to say that it is empty."""

    field: Field
    values: frozenset[Any]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """From ``low`` up to, not including, ``high``; an empty field lies nowhere."""

    field: Field
    low: date | datetime | None
    high: date | datetime | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class StartsWith:
    field: Field
    prefix: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Contains:
    """The words stand in this order, side by side, in one of the ``columns`` of the case's document.

    ``prefix``: the last one may be only the beginning of a word.
    """

    columns: tuple[str, ...]
    words: tuple[str, ...]
    prefix: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """All of them; with no parts every case."""

    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """Any of them; with no parts no case."""

    parts: tuple["Condition", ...] = ()


Leaf = OneOf | Between | StartsWith | Contains
Condition = Leaf | Both | Either


@dataclass(frozen=True, slots=True)
class Sort:
    field: Field
    descending: bool


@dataclass(frozen=True, slots=True)
class Meaning:
    """``projects``: the ids of those that may be seen. ``sort`` is ``None`` when the best matches come first."""

    where: Condition
    projects: frozenset[int]
    sort: Sort | None


def negation(condition: Condition) -> Condition:
    """Pushed down to the leaves, where an empty field counts as not matching."""
    if isinstance(condition, Both):
        return Either(tuple(negation(part) for part in condition.parts))
    if isinstance(condition, Either):
        return Both(tuple(negation(part) for part in condition.parts))
    return replace(condition, negated=not condition.negated)


def leaves(condition: Condition) -> list[Leaf]:
    if isinstance(condition, Both | Either):
        return [leaf for part in condition.parts for leaf in leaves(part)]
    return [condition]


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The conditions that must all be met, without the nesting."""
    if isinstance(condition, Both):
        return tuple(inner for part in condition.parts for inner in parts(part))
    return (condition,)


def is_text(condition: Condition) -> bool:
    """Whether every case that meets this has some words in common with it, and nothing else is asked of them."""
    if isinstance(condition, Contains):
        return not condition.negated
    if isinstance(condition, Either):
        return bool(condition.parts) and all(is_text(part) for part in condition.parts)
    if isinstance(condition, Both):
        return any(is_text(part) for part in condition.parts) and all(
            is_text(part) or is_text(negation(part)) for part in condition.parts
        )
    return False


def unless_archived(condition: Condition) -> Condition:
    """Archived cases appear only when asked for."""
    if any(isinstance(leaf, OneOf) and leaf.field is ARCHIVED for leaf in leaves(condition)):
        return condition
    return Both((*parts(condition), OneOf(ARCHIVED, frozenset({None}))))
