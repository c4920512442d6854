"""Which inboxes a case is in, out of very many, without asking each of them.

An inbox that names an assignee, a team, a project and so on is only asked of the cases that have it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.case import Case
from bot.domain.matching import Asked
from bot.domain.query_conditions import Condition, Contains, OneOf, leaves, parts
from bot.domain.query_fields import ASSIGNEE, KEY, PROJECT, REPORTER, TEAM, TYPE, WATCHER, Field, Kind

# From what few cases have in common to what many have.
TELLING = (KEY, ASSIGNEE, TEAM, REPORTER, WATCHER, PROJECT, TYPE)


@dataclass(frozen=True, slots=True)
class Listener:
    """An inbox with its query understood, as its owner means it."""

    inbox_id: int
    owner: str
    where: Condition


@dataclass(slots=True)
class Listeners:
    """``by_value``: those that only a case with this value in this field can meet; ``anywhere``: all the others."""

    by_value: dict[tuple[Field, Any], list[Listener]] = field(default_factory=dict)
    anywhere: list[Listener] = field(default_factory=list)
    fields: dict[Field, None] = field(default_factory=dict)
    reads_notes: bool = False

    def __init__(self, listeners: Iterable[Listener]) -> None:
        self.by_value, self.anywhere, self.fields, self.reads_notes = {}, [], {}, False
        for listener in listeners:
            self.add(listener)

    def add(self, listener: Listener) -> None:
        self.reads_notes = self.reads_notes or reads_notes(listener.where)
        found = handle(listener.where)
        if found is None:
            self.anywhere.append(listener)
            return
        self.fields[found.field] = None
        for value in found.values:
            self.by_value.setdefault((found.field, value), []).append(listener)

    def candidates(self, case: Case) -> Iterator[Listener]:
        """Each once: a listener is filed under one field, and a case of many values may meet it under several."""
        for one in self.fields:
            values = set(one.values(case))
            filed = [self.by_value.get((one, value), ()) for value in values]
            if len(values) == 1:
                yield from filed[0]
            else:
                yield from {listener.inbox_id: listener for some in filed for listener in some}.values()
        yield from self.anywhere

    def heard(self, case: Case, notes: Sequence[str]) -> list[Listener]:
        """Those whose query the case meets. ``notes``: as for ``matching.matches``; needed if ``reads_notes``."""
        asked = Asked(case, notes)
        return [listener for listener in self.candidates(case) if asked.holds(listener.where)]


def handle(where: Condition) -> OneOf | None:
    """The condition by which a listener is filed: the most telling one that every case it hears must meet."""
    needed = [part for part in parts(where) if isinstance(part, OneOf) and not part.negated]
    return min((part for part in needed if rank(part) is not None), key=lambda part: rank(part) or 0, default=None)


def rank(part: OneOf) -> int | None:
    if part.field.kind == Kind.ATTRIBUTE:
        return len(TELLING)
    return TELLING.index(part.field) if part.field in TELLING else None


def reads_notes(where: Condition) -> bool:
    return any(isinstance(leaf, Contains) and "notes" in leaf.columns for leaf in leaves(where))
