"""Statements that read a part of a result. Each is written once for all queries that differ only in their values."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    cast,
    exists,
    false,
    func,
    literal_column,
    not_,
    select,
    true,
    tuple_,
    union,
    union_all,
)

from bot.domain.case import Case
from bot.domain.casetype import Group
from bot.domain.query_conditions import (
    Between,
    Both,
    Condition,
    Contains,
    Meaning,
    OneOf,
    StartsWith,
    is_text,
    negation,
)
from bot.domain.query_fields import ARCHIVED, CLOSED, GROUP, KEY, UPDATED, Field, Kind
from bot.storage.search_needs import LISTED, Few, Needs, about
from bot.storage.search_sql import CASES, Dialect, column_of_field, one_of, owners
from bot.storage.search_tables import DOCUMENTS, WORDS
from bot.storage.search_words import document_has

REMEMBERED = 500
# A few pages: asked for many more, PostgreSQL rather reads all the cases with the words.
HASTE = 40
After = tuple[Any, int]
Found = Select[Any]
ARCHIVED_ONLY, LIVE_ONLY = CASES.archived_at.is_not(None), CASES.archived_at.is_(None)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a result, and how it is read.

    ``field`` gives its order; ``None`` stands for words, the newest case first. ``few``: the cases are among these.
    ``text`` and ``without``: what the full-text index is asked for instead of the meaning's own words.
    ``lists_text``: the cases with the words are listed once instead of asking each case for them. ``ways``: parts in
    the same order that hold the cases together, some in several. ``hasty``: of the cases with the words, only the next
    ``HASTE`` are looked at.
    """

    meaning: Meaning
    field: Field | None
    descending: bool = True
    few: Few | None = None
    text: Condition | None = None
    without: Condition | None = None
    lists_text: bool = False
    ways: tuple["Part", ...] = ()
    hasty: bool = False

    @property
    def is_listed_by_words(self) -> bool:
        return self.field is None and self.few is None


@dataclass(frozen=True, slots=True)
class Source:
    """Finds ids with what they are ordered by, ``at``. ``asked``: of the cases of the first ``HASTE`` of them."""

    found: Found
    at: ColumnElement[Any]
    id: ColumnElement[int]
    asked: tuple[ColumnElement[bool], ...] | None = None

    def beyond(self, after: After, *, descending: bool) -> "Source":
        place, end = (self.id, after[1]) if self.at is self.id else (tuple_(self.at, self.id), self._typed(after))
        return replace(self, found=self.found.where(place < end if descending else place > end))

    def _typed(self, after: After) -> Any:
        return tuple_(*after, types=[self.at.type, self.id.type])

    def first(self, limit: int, *, descending: bool) -> Found:
        # SQLite would sort what it reads in order anyway if the same column were named twice.
        by = [self.id] if self.at is self.id else [self.at, self.id]
        ordered = self.found.order_by(*(column.desc() if descending else column for column in by))
        if self.asked is None:
            return ordered.limit(limit)
        each = ordered.limit(HASTE).subquery()
        joined = select(each).join_from(each, Case.__table__, CASES.id == each.c.id).where(*self.asked)
        return Source(joined, each.c.at, each.c.id).first(limit, descending=descending)


@lru_cache(REMEMBERED)
def page_of(part: Part, limit: int, *, sqlite: bool) -> Found:
    return merged(part, _Reading(sqlite=sqlite, stops_soon=True).sources(part), limit)


def page_after(part: Part, limit: int, after: After, *, sqlite: bool) -> Found:
    """Going on behind this place in the order and this id."""
    sources = _Reading(sqlite=sqlite, stops_soon=True).sources(part)
    return merged(part, [source.beyond(after, descending=part.descending) for source in sources], limit)


def merged(part: Part, sources: Sequence[Source], limit: int) -> Found:
    found = [source.first(limit, descending=part.descending) for source in sources]
    if len(found) == 1:
        return found[0]
    all_ = together(part, [select(one.subquery()) for one in found]).subquery()
    return Source(select(all_), all_.c.at, all_.c.id).first(limit, descending=part.descending)


def together(part: Part, found: Sequence[Found]) -> Any:
    return union(*found) if part.ways else union_all(*found)


@lru_cache(REMEMBERED)
def page_of_both(first: Part, then: Part, limit: int) -> Found:
    """For SQLite, which answers a compound from left to right and no longer than its limit wants."""
    pages = [page_of(part, limit, sqlite=True).subquery() for part in (first, then)]
    numbered = [select(literal_column(str(number)).label("part"), page) for number, page in enumerate(pages)]
    return union_all(*numbered).limit(limit)  # type: ignore[return-value]


@lru_cache(REMEMBERED)
def page_of_rare(part: Part, near: Condition, most: int, limit: int) -> Found:
    """For PostgreSQL: those that are ``near`` are part 0, the others part 1. ``listed`` stands in every row, of which
    there is one at least: how many have the words. If these are more than ``most``, they are not looked at."""
    assert part.text, "only words can be near"  # noqa: S101
    reading, needs = _Reading(sqlite=False), Needs(part.meaning)
    found = reading.dialect.listing(part.text).limit(most + 1).cte("found").prefix_with("MATERIALIZED")
    listed = select(func.count().label("listed")).select_from(found)
    is_far = not_(document_has(near)).label("is_far")
    page = (
        select(CASES.id, CASES.id.label("at"), is_far)
        .join_from(found, Case.__table__, CASES.id == found.c.id)
        .join(DOCUMENTS, DOCUMENTS.c.case_id == CASES.id)
        .where(listed.scalar_subquery() <= most, *reading.filters(needs, needs.rest))
        .order_by(is_far, CASES.id.desc())
        .limit(limit)
        .subquery()
    )
    counted = listed.subquery()
    number = cast(page.c.is_far, Integer).label("part")
    return select(counted.c.listed, number, page.c.at, page.c.id).join_from(counted, page, true(), isouter=True)


@lru_cache(REMEMBERED)
def count_of(part: Part, limit: int, *, sqlite: bool) -> Select[Any]:
    sources = _Reading(sqlite=sqlite).sources(part)
    found: list[Any] = [source.found.with_only_columns(source.found.selected_columns.id) for source in sources]
    if part.ways:
        found = [select(one.limit(limit).subquery()) for one in found]
    whole = together(part, found) if len(found) > 1 else found[0]
    return select(func.count()).select_from(whole.limit(limit).subquery())


def rows_of(part: Part, columns: Sequence[ColumnElement[Any]], *, sqlite: bool) -> Any:
    """These columns of all of it. They tell one case from another where there are several ways."""
    reading = _Reading(sqlite=sqlite)
    needs = Needs(part.meaning)
    if is_most(part, needs):  # the rows as they lie, rather than each of them by way of an index
        return select(*columns).where(*reading.filters(needs, needs.rest))
    found = [source.found.with_only_columns(*columns) for source in reading.sources(part)]
    return together(part, found) if len(found) > 1 else found[0]


def is_most(part: Part, needs: Needs) -> bool:
    """Whether it may be a great part of all cases: most are closed, and nothing that an index lists is asked for."""
    narrow = any(about(condition, *LISTED) and not condition.negated for condition in needs.rest)
    read_along = part.field is UPDATED and not (part.few or part.ways or needs.text)
    return read_along and Group.CLOSED.value in needs.groups and not narrow


@lru_cache(REMEMBERED)
def count_listed(condition: Condition, limit: int, *, sqlite: bool) -> Select[Any]:
    reading = _Reading(sqlite=sqlite)
    return select(func.count()).select_from(reading.dialect.once(reading.listing(condition)).limit(limit).subquery())


def is_listed(condition: Condition, *, live: bool) -> bool:
    """Whether an index has the cases together that meet this. ``live``: archived ones are not wanted."""
    if is_text(condition):
        return True
    if isinstance(condition, OneOf) and not condition.negated:
        if condition.field.owner is not None or condition.field.kind == Kind.ATTRIBUTE:
            return None not in condition.values
        return condition.field is KEY or (live and condition.field in LISTED)
    return isinstance(condition, StartsWith) and not condition.negated and condition.field.kind == Kind.ATTRIBUTE


class _Reading:
    def __init__(self, *, sqlite: bool, stops_soon: bool = False) -> None:
        self.sqlite = sqlite
        self.dialect = Dialect(sqlite=sqlite, stops_soon=stops_soon)
        self.words_id: ColumnElement[int] = WORDS.c.rowid if sqlite else DOCUMENTS.c.case_id

    def sources(self, part: Part) -> list[Source]:
        """They have no case in common, unless there are several ways."""
        needs = Needs(part.meaning)
        if part.ways:
            return [source for way in part.ways for source in self.sources(way)]
        if part.few:
            return [self.among(part.few, needs, part)]
        if part.field is None:
            return [self.with_words(needs, part)]
        at = column_of_field(part.field)
        return [Source(found, at, CASES.id) for found in self.along(needs, part)]

    def among(self, few: Few, needs: Needs, part: Part) -> Source:
        """Fetched one by one, then sorted: no index is to be read in order."""
        listings = [self.listing(condition) for condition in few.any_of]
        ids = self.dialect.once(union_all(*listings) if len(listings) > 1 else listings[0])
        by = CASES.id if part.field is None else column_of_field(part.field)
        asked = [condition for condition in needs.beyond(few) if condition is not needs.text or part.field]
        found = select(CASES.id, by.label("at")).where(CASES.id.in_(ids), *self.filters(needs, asked))
        if part.field is None and (part.text, None) != (*few.any_of, part.without):
            assert part.text, "words are ordered by where they stand"  # noqa: S101
            found = found.where(self.meets_text(part.text, part.without))
        at = self.dialect.sorted_by(by)
        return Source(found, at, at if part.field is None else CASES.id)

    def with_words(self, needs: Needs, part: Part) -> Source:
        """As the full-text index lists them: by id."""
        assert part.text, "only words are listed by themselves"  # noqa: S101
        listed = self.dialect.listing(part.text, part.without).add_columns(self.words_id.label("at"))
        asked = tuple(self.filters(needs, needs.rest))
        if part.hasty:
            return Source(listed, self.words_id, self.words_id, asked)
        joined = listed.join_from(WORDS if self.sqlite else DOCUMENTS, Case.__table__, CASES.id == self.words_id)
        return Source(joined.where(*asked), self.words_id, self.words_id)

    def listing(self, condition: Condition) -> Found:
        """The ids of the cases that meet this, from an index."""
        if is_text(condition):
            return self.dialect.listing(condition)
        if isinstance(condition, Both):
            place = [self.dialect.indexed(part) for part in condition.parts if isinstance(part, OneOf)]
            return select(CASES.id).where(LIVE_ONLY, *place)
        assert isinstance(condition, OneOf | StartsWith), condition  # noqa: S101
        if condition.field.owner is not None or condition.field.kind == Kind.ATTRIBUTE:
            return owners(condition)
        assert isinstance(condition, OneOf), condition  # noqa: S101
        live = [] if condition.field is KEY else [LIVE_ONLY]
        return select(CASES.id).where(*live, self.dialect.indexed(condition))

    def filters(self, needs: Needs, conditions: Iterable[Condition]) -> Iterator[ColumnElement[bool]]:
        """Asked of cases that something else has found."""
        yield one_of(self.dialect.unindexed(CASES.project_id), needs.projects)
        yield from (self.filter(condition) for condition in conditions)

    def filter(self, condition: Condition) -> ColumnElement[bool]:
        if is_text(condition):
            return self.meets_text(condition)
        if isinstance(condition, Contains):
            return not_(self.meets_text(negation(condition)))
        return self.dialect.filter(condition)

    def meets_text(self, text: Condition, without: Condition | None = None) -> ColumnElement[bool]:
        """Asked of one case after the other: right for few of them."""
        asked = self.dialect.listing(text, without).where(self.words_id == CASES.id)
        return exists(asked.correlate(Case.__table__))

    def along(self, needs: Needs, part: Part) -> Iterator[Found]:
        """Reading an index in order; several places of it at once where the query leaves a choice."""
        field = part.field
        assert field, "words are not read along"  # noqa: S101
        at = column_of_field(field)
        within = [one for one in needs.rest if isinstance(one, Between) and one.field is field and not one.negated]
        found = select(CASES.id, at.label("at")).where(*(self.dialect.indexed(one) for one in within))
        if needs.text and part.lists_text:
            found = found.where(self.dialect.unindexed(CASES.id).in_(self.dialect.listing(needs.text)))
        elif needs.text:
            found = found.where(self.meets_text(needs.text))
        left = [one for one in needs.rest if one not in within and not about(one, ARCHIVED)]
        if needs.archived is not False:
            yield found.where(ARCHIVED_ONLY, *self.filters(needs, left))
        if needs.archived is not True:
            yield from self.live(found.where(LIVE_ONLY), needs, field, left)

    def live(self, found: Found, needs: Needs, field: Field, left: list[Condition]) -> Iterator[Found]:
        if field.optional:
            found = found.where(column_of_field(field).is_not(None))
        if field is CLOSED:
            yield found.where(*self.filters(needs, left))
            return
        chosen = needs.read_along() if field is UPDATED else None
        filters = [*self.filters(needs, (part for part in left if not about(part, GROUP) and part != chosen))]
        for place in self.places(needs, chosen) or [false()]:
            yield found.where(place, *filters)

    def places(self, needs: Needs, chosen: OneOf | None) -> list[ColumnElement[bool]]:
        """Where in an index the cases of a group, or of a group and a value, begin."""
        groups = [CASES.status_group == group for group in sorted(needs.groups)]
        if chosen is None:
            return groups
        values = [self.dialect.indexed(OneOf(chosen.field, frozenset({value}))) for value in chosen.values]
        return [and_(value, group) for value, group in product(values, groups)]
