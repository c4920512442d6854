"""Queries that differ only in their values share one statement: the values leave the conditions and become parameters.

Writing a statement with SQLAlchemy takes longer than most of them run.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from bot.domain.query_conditions import Between, Both, Condition, Either, Meaning, OneOf, StartsWith
from bot.domain.query_fields import PRIORITY as PRIORITIES
from bot.domain.query_fields import Kind

# So many values of a field have a parameter, and an index's place, each; more are one list.
SEVERAL = 8
# Sorts after every character that can stand in a value.
LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Stands in a condition for a value, or for a list of them."""

    name: str
    many: bool = False

    @property
    def end(self) -> "Slot":
        """The end of the stretch that a prefix begins."""
        return Slot(f"{self.name}_end")


def template(meaning: Meaning) -> tuple[Meaning, dict[str, Any]]:
    """The meaning with slots, and what belongs into them. Words stay: they decide how the index is asked."""
    values: dict[str, Any] = {}
    names = (f"v{number}" for number in count())
    where = emptied(meaning.where, values, names)
    return Meaning(where, slots(meaning.projects, values, names), meaning.sort), values


def emptied(condition: Condition, values: dict[str, Any], names: Iterator[str]) -> Condition:
    match condition:
        case Both():
            return Both(tuple(emptied(part, values, names) for part in condition.parts))
        case Either():
            return Either(tuple(emptied(part, values, names) for part in condition.parts))
        case OneOf() if condition.field.kind != Kind.FACT and condition.field is not PRIORITIES:
            return replace(condition, values=slots(condition.values, values, names))
        case Between():
            low, high = (slot(limit, values, names) for limit in (condition.low, condition.high))
            return replace(condition, low=low, high=high)
        case StartsWith():
            prefix = slot(condition.prefix, values, names)
            values[prefix.end.name] = condition.prefix + LAST
            return replace(condition, prefix=prefix)
    return condition


def slot(value: Any, values: dict[str, Any], names: Iterator[str]) -> Any:
    if value is None:
        return None
    taken = Slot(next(names))
    values[taken.name] = value
    return taken


def slots(found: frozenset[Any], values: dict[str, Any], names: Iterator[str]) -> frozenset[Any]:
    """None stays, since it is asked for in another way."""
    known = sorted(value for value in found if value is not None)
    if len(known) <= SEVERAL:
        return frozenset(slot(value, values, names) for value in known) | (found & {None})
    taken = Slot(next(names), many=True)
    values[taken.name] = known
    return frozenset({taken}) | (found & {None})
