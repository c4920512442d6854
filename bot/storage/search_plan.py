"""How a query's cases are found: from a small set if it has one, else along an index in the wanted order.

Databases guess which index is best, SQLite without any statistics, and a wrong guess reads a million rows. So each
condition that may be rare is counted first, up to ``RARE``. If one is, its cases are fetched and sorted. If none is,
matches are so frequent that reading in the wanted order meets a page of them soon.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any, TypeGuard

from sqlalchemy import ColumnElement, Select, exists, func, not_, select, tuple_, union, union_all
from sqlalchemy.orm import Session

from bot.domain.case import Case, Priority
from bot.domain.casetype import Group
from bot.domain.query_conditions import (
    Between,
    Both,
    Condition,
    Contains,
    Either,
    Leaf,
    Meaning,
    OneOf,
    StartsWith,
    is_text,
    negation,
    parts,
)
from bot.domain.query_fields import (
    ARCHIVED,
    ASSIGNEE,
    CLOSED,
    GROUP,
    KEY,
    PRIORITY,
    PROJECT,
    REPORTER,
    SOURCE,
    STATUS,
    TYPE,
    UPDATED,
    Field,
    Kind,
)
from bot.storage.search_sql import CASES, Dialect, column_of_field, owners
from bot.storage.search_tables import DOCUMENTS, WORDS
from bot.storage.search_words import in_title

RARE = 2000
# So many values of a field are read side by side, each along its index.
BRANCHES = 8
# Fields with an index (field, group, time of the last change), the most telling first.
LISTED = (ASSIGNEE, REPORTER, PROJECT, STATUS, PRIORITY, TYPE, SOURCE)
GROUPS = frozenset(group.value for group in Group)

Found = Select[Any]
After = tuple[Any, int]
ARCHIVED_ONLY, LIVE_ONLY = CASES.archived_at.is_not(None), CASES.archived_at.is_(None)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the result. ``sources`` have no case in common; each finds ids with what they are ordered by."""

    sources: Sequence[Found]
    at: ColumnElement[Any]
    id: ColumnElement[int]
    descending: bool

    def statement(self, limit: int, after: After | None = None) -> Found:
        """``after``: where the page before ended."""
        found = [
            self._ordered(source if after is None else self._beyond(source, after), limit) for source in self.sources
        ]
        if len(found) == 1:
            return found[0]
        merged = union_all(*(select(one.subquery()) for one in found)).subquery()
        return self._ordered(select(merged), limit, merged.c.at, merged.c.id)

    def _ordered(self, source: Found, limit: int, *columns: ColumnElement[Any]) -> Found:
        by = columns or (self.at, self.id)
        return source.order_by(*(column.desc() if self.descending else column for column in by)).limit(limit)

    def _beyond(self, source: Found, after: After) -> Found:
        if self.at is self.id:
            last: Any = after[1]
            return source.where(self.id < last if self.descending else self.id > last)
        place, last = tuple_(self.at, self.id), tuple_(*after, types=[self.at.type, self.id.type])
        return source.where(place < last if self.descending else place > last)


class Planner:
    def __init__(self, session: Session) -> None:
        self._session = session
        self.sqlite = session.get_bind().dialect.name == "sqlite"
        self.dialect = Dialect(sqlite=self.sqlite)

    def segments(self, meaning: Meaning) -> list[Callable[[], Segment]]:
        """One after the other they hold the result in order; each is worked out when it is needed."""
        needed = Needed(meaning)
        if meaning.sort is None:
            return self.best_first(needed)
        field, descending = meaning.sort.field, meaning.sort.descending
        if field is PRIORITY:
            return [partial(self.in_order, needed.also(rank), UPDATED, True) for rank in ranks(needed, descending)]
        if not field.optional:
            return [partial(self.in_order, needed, field, descending)]
        dated = partial(self.in_order, needed.also(OneOf(field, frozenset({None}), negated=True)), field, descending)
        if needed.has(field):
            return [dated]
        return [dated, partial(self.in_order, needed.also(OneOf(field, frozenset({None}))), UPDATED, True)]

    def everything(self, meaning: Meaning) -> Sequence[Select[Any]]:
        """The same cases in no order."""
        needed = Needed(meaning)
        if needed.text:
            return self.with_text(needed, needed.text).sources
        return self.in_order(needed, UPDATED, True).sources

    def best_first(self, needed: "Needed") -> list[Callable[[], Segment]]:
        """Those with the words in title or key, then those with the words anywhere; each the newest first."""
        assert needed.text, "only words have best matches"  # noqa: S101
        near = in_title(needed.text)
        if near == needed.text:
            return [partial(self.with_text, needed, near)]
        return [
            partial(self.with_text, needed, Both((near, needed.text))),
            partial(self.with_text, needed, needed.text, near),
        ]

    def with_text(self, needed: "Needed", text: Condition, without: Condition | None = None) -> Segment:
        if (rare := self.rarest(needed.rest, needed)) is not None:
            found = self.among(rare, needed, CASES.id).where(self.meets_text(text, without))
            return Segment([found], CASES.id, CASES.id, descending=True)
        id_ = WORDS.c.rowid if self.sqlite else DOCUMENTS.c.case_id
        listed = self.dialect.listing(text, without)
        joined = listed.join_from(WORDS if self.sqlite else DOCUMENTS, Case.__table__, CASES.id == id_)
        found = joined.add_columns(id_.label("at")).where(*self.filters(needed, needed.rest))
        return Segment([found], id_, id_, descending=True)

    def in_order(self, needed: "Needed", field: Field, descending: bool) -> Segment:
        at = column_of_field(field)
        candidates = [*needed.rest, *([needed.text] if needed.text else [])]
        if (rare := self.rarest(candidates, needed, along=field)) is not None:
            found = self.among(rare, needed, at)
            if needed.text:
                found = found.where(self.meets_text(needed.text))
            return Segment([found], self.dialect.unindexed(at), CASES.id, descending)
        return Segment(list(self.along(needed, field)), at, CASES.id, descending)

    def among(self, ids: Select[Any], needed: "Needed", at: ColumnElement[Any]) -> Found:
        return select(CASES.id, at.label("at")).where(CASES.id.in_(ids), *self.filters(needed, needed.rest))

    def filters(self, needed: "Needed", conditions: Iterable[Condition]) -> Iterator[ColumnElement[bool]]:
        """Of cases that something else has found."""
        yield self.dialect.unindexed(CASES.project_id).in_(sorted(needed.projects))
        yield from (self.filter(condition) for condition in conditions)

    def filter(self, condition: Condition) -> ColumnElement[bool]:
        if isinstance(condition, Contains) and condition.negated:
            return not_(self.meets_text(replace(condition, negated=False)))
        return self.dialect.filter(condition)

    def meets_text(self, text: Condition, without: Condition | None = None) -> ColumnElement[bool]:
        """Asked of one case after the other: right for few of them."""
        id_ = WORDS.c.rowid if self.sqlite else DOCUMENTS.c.case_id
        asked = self.dialect.listing(text, without).where(id_ == CASES.id)
        return exists(asked.correlate(Case.__table__))

    def along(self, needed: "Needed", field: Field) -> Iterator[Found]:
        """Reading an index in order; several places of it at once where the query leaves a choice."""
        at = column_of_field(field)
        found = select(CASES.id, at.label("at"))
        within = [
            part for part in needed.rest if isinstance(part, Between) and part.field is field and not part.negated
        ]
        found = found.where(*(self.dialect.indexed(part) for part in within))
        if needed.text:
            found = found.where(self.meets_text(needed.text))
        left = [part for part in needed.rest if part not in within and not about(part, ARCHIVED)]
        if needed.archived is not False:
            yield found.where(ARCHIVED_ONLY, *self.filters(needed, left))
        if needed.archived is not True:
            yield from self.live(found.where(LIVE_ONLY), needed, field, left)

    def live(self, found: Found, needed: "Needed", field: Field, left: list[Condition]) -> Iterator[Found]:
        at = column_of_field(field)
        if field.optional:
            found = found.where(at.is_not(None))
        if field is CLOSED:
            yield found.where(*self.filters(needed, left))
            return
        left = [part for part in left if not about(part, GROUP)]
        chosen = needed.listed() if field is UPDATED else None
        places: list[list[ColumnElement[bool]]] = [[CASES.status_group == group] for group in sorted(needed.groups)]
        if chosen:
            left = [part for part in left if part is not chosen]
            values = [self.dialect.indexed(OneOf(chosen.field, frozenset({value}))) for value in chosen.values]
            places = [[value, *place] for value, place in product(values, places)]
        for place in places or [[CASES.status_group.in_([])]]:
            yield found.where(*place, *self.filters(needed, left))

    def rarest(self, conditions: Iterable[Condition], needed: "Needed", along: Field | None = None) -> Any:
        """The ids that meet the rarest of the conditions, if that is rare at all."""
        best: tuple[int, Any] | None = None
        for condition in conditions:
            plain = isinstance(condition, OneOf) and condition.field in LISTED and along is UPDATED
            found = None if plain else self.rare(condition, needed)
            if found and (best is None or found[0] < best[0]):
                best = found
        return best[1] if best else None

    def rare(self, condition: Condition, needed: "Needed") -> tuple[int, Any] | None:
        """How many cases meet it, and which, unless they are more than ``RARE`` or no index lists them."""
        if is_text(condition):
            return self.counted(self.dialect.listing(condition))
        if isinstance(condition, Both):
            found = [one for part in condition.parts if (one := self.rare(part, needed))]
            return min(found, key=lambda one: one[0], default=None)
        if isinstance(condition, Either):
            return self.rare_union(condition.parts, needed)
        listed = self.listed(condition, needed)
        return None if listed is None else self.counted(listed)

    def rare_union(self, conditions: Sequence[Condition], needed: "Needed") -> tuple[int, Any] | None:
        sets = []
        for condition in conditions:
            one = self.rare(condition, needed)
            if one is None:
                return None
            sets.append(one)
        if not sets:
            return None
        return sum(count for count, _ in sets), union(*(ids for _, ids in sets))

    def counted(self, ids: Select[Any]) -> tuple[int, Any] | None:
        count = self._session.scalar(select(func.count()).select_from(ids.limit(RARE + 1).subquery()))
        return (count, ids) if count is not None and count <= RARE else None

    def listed(self, leaf: Leaf, needed: "Needed") -> Select[Any] | None:
        """The ids of the cases that meet it, if an index has them together."""
        if leaf.negated or isinstance(leaf, Between | Contains):
            return None
        if leaf.field.owner is not None or leaf.field.kind == Kind.ATTRIBUTE:
            return None if isinstance(leaf, OneOf) and None in leaf.values else owners(leaf)
        if isinstance(leaf, StartsWith):
            return None
        if leaf.field is KEY or (leaf.field in LISTED and needed.archived is False):
            live = [] if leaf.field is KEY else [LIVE_ONLY]
            return select(CASES.id).where(*live, self.dialect.indexed(leaf))
        return None


class Needed:
    """What every case of the result meets, sorted by how it can be found.

    ``text`` is what the full-text index can list; ``rest`` are the other conditions. ``archived`` is ``None`` if
    archived cases and others may both be wanted.
    """

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self.projects = meaning.projects
        conditions = parts(meaning.where)
        texts = [part for part in conditions if is_text(part)]
        texts += [part for part in conditions if texts and is_text(negation(part))]
        self.text = Both(tuple(texts)) if len(texts) > 1 else texts[0] if texts else None
        self.rest = [part for part in conditions if part not in texts]
        self.archived = self._archived()
        self.groups = GROUPS
        for part in self.rest:
            if about(part, GROUP):
                self.groups = self.groups - part.values if part.negated else self.groups & part.values

    def _archived(self) -> bool | None:
        for part in self.rest:
            if about(part, ARCHIVED):
                return part.negated
        return None

    def also(self, condition: Condition) -> "Needed":
        return Needed(replace(self.meaning, where=Both((*parts(self.meaning.where), condition))))

    def has(self, field: Field) -> bool:
        """Whether the field cannot be empty."""
        return any(
            isinstance(part, Between | OneOf)
            and part.field is field
            and (part.negated if isinstance(part, OneOf) else not part.negated)
            for part in self.rest
        )

    def listed(self) -> OneOf | None:
        """The condition whose index is read along, if there is a fitting one."""
        chosen = [
            part
            for field in LISTED
            for part in self.rest
            if isinstance(part, OneOf) and part.field is field and not part.negated and len(part.values) <= BRANCHES
        ]
        if chosen:
            return chosen[0]
        return OneOf(PROJECT, self.projects) if 0 < len(self.projects) <= BRANCHES else None


def about(condition: Condition, field: Field) -> TypeGuard[OneOf]:
    return isinstance(condition, OneOf) and condition.field is field


def ranks(needed: Needed, descending: bool) -> list[OneOf]:
    """Every priority as a condition, the highest first, not set always last."""
    known = [priority.value for priority in Priority if priority != Priority.NOT_SET]
    order = [*(reversed(known) if descending else known), Priority.NOT_SET.value]
    wanted = [part.values for part in needed.rest if about(part, PRIORITY) and not part.negated]
    return [OneOf(PRIORITY, frozenset({rank})) for rank in order if all(rank in values for values in wanted)]
