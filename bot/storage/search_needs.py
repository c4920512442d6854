"""What every case of a result meets, sorted by how it can be found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from bot.domain.casetype import Group
from bot.domain.priority import Priority
from bot.domain.query_conditions import Between, Both, Condition, Either, Meaning, OneOf, is_text, negation, parts
from bot.domain.query_fields import (
    ARCHIVED,
    ASSIGNEE,
    GROUP,
    PRIORITY,
    PROJECT,
    REPORTER,
    SOURCE,
    STATUS,
    TYPE,
    UPDATED,
    Field,
)
from bot.storage.search_slots import SEVERAL, Slot

# Fields with an index (field, group, time of the last change), the most telling first.
LISTED = (ASSIGNEE, REPORTER, PROJECT, STATUS, PRIORITY, TYPE, SOURCE)
GROUPS = frozenset(group.value for group in Group)


@dataclass(frozen=True, slots=True)
class Few:
    """So few cases that they can all be fetched: those that meet any of these conditions."""

    count: int = field(compare=False)
    any_of: tuple[Condition, ...]


class Needs:
    """``text`` is what the full-text index can list; ``rest`` are the other conditions.

    ``archived`` is ``None`` if archived cases and others may both be wanted.
    """

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self.projects = meaning.projects
        conditions = parts(meaning.where)
        texts = [part for part in conditions if is_text(part)]
        texts += [part for part in conditions if texts and is_text(negation(part))]
        self.text = Both(tuple(texts)) if len(texts) > 1 else texts[0] if texts else None
        self.rest = [part for part in conditions if part not in texts]

    @property
    def archived(self) -> bool | None:
        return next((part.negated for part in self.rest if about(part, ARCHIVED)), None)

    @property
    def groups(self) -> frozenset[str]:
        groups = GROUPS
        for part in self.rest:
            if about(part, GROUP):
                groups = groups - part.values if part.negated else groups & part.values
        return groups

    def placed(self, condition: Condition) -> Condition:
        """With the groups, if not all are wanted: where an index lists a field, it holds both together."""
        if about(condition, *LISTED) and not condition.negated and self.groups != GROUPS:
            return Both((condition, OneOf(GROUP, self.groups)))
        return condition

    def ways(self) -> list[Meaning]:
        """The same, once for each side of an OR; empty if there is none, or it has too many sides."""
        for either in self.rest:
            if isinstance(either, Either) and len(either.parts) <= SEVERAL:
                others = tuple(part for part in parts(self.meaning.where) if part != either)
                return [replace(self.meaning, where=Both((*others, side))) for side in either.parts]
        return []

    def dated(self) -> Field:
        """The date that is asked about, whose index then holds the cases together; else the last change."""
        asked = (part.field for part in self.rest if isinstance(part, Between) and not part.negated)
        return next((date for date in asked if date is not UPDATED), UPDATED)

    def beyond(self, few: Few) -> Iterator[Condition]:
        """What is still to be asked of these few."""
        asked = [*self.rest, *([self.text] if self.text else [])]
        return (part for part in asked if few.any_of != (part,))

    def cannot_lack(self, wanted: Field) -> bool:
        return any(
            (about(part, wanted) and part.negated)
            or (isinstance(part, Between) and part.field is wanted and not part.negated)
            for part in self.rest
        )

    def read_along(self) -> OneOf | None:
        """The condition whose index is read in order, if one fits."""
        for listed in LISTED:
            for part in self.rest:
                if about(part, listed) and not part.negated and are_single(part.values):
                    return part
        return OneOf(PROJECT, self.projects) if self.projects and are_single(self.projects) else None


def narrowed(meaning: Meaning, condition: Condition) -> Meaning:
    return replace(meaning, where=Both((*parts(meaning.where), condition)))


def about(condition: Condition, *fields: Field) -> TypeGuard[OneOf]:
    return isinstance(condition, OneOf) and condition.field in fields


def are_single(values: frozenset[object]) -> bool:
    """Few values, and no slot among them that holds a list."""
    return len(values) <= SEVERAL and not any(isinstance(value, Slot) and value.many for value in values)


def ranks(needs: Needs, *, descending: bool) -> Sequence[OneOf]:
    """Every priority that is wanted, as a condition: the highest first, not set always last."""
    known = [priority.value for priority in Priority if priority != Priority.NOT_SET]
    order = [*(reversed(known) if descending else known), Priority.NOT_SET.value]
    wanted = [part.values for part in needs.rest if about(part, PRIORITY) and not part.negated]
    return [OneOf(PRIORITY, frozenset({rank})) for rank in order if all(rank in values for values in wanted)]
