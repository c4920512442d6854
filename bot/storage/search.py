"""Finding cases by a query. The same answer as ``domain.matching`` gives of each case, from an index."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select
from sqlalchemy.orm import Session, selectinload

import bot.storage.search_index  # noqa: F401 - keeps the index in step
from bot.domain.case import Case
from bot.domain.query import Query, Viewer
from bot.domain.query_conditions import Between, Both, Contains, Meaning, Sort, parts, unless_archived
from bot.domain.query_fields import CREATED, UPDATED
from bot.domain.query_meaning import understand
from bot.domain.query_values import CASE_KEY
from bot.domain.query_words import words
from bot.storage.search_names import Names
from bot.storage.search_plan import Plan
from bot.storage.search_reading import HASTE, After, Part, count_of, page_after, page_of, rows_of
from bot.storage.search_sql import CASES
from bot.storage.search_words import IN_TITLE

COUNT_LIMIT = 1001
# The first letters typed into a picker are looked for among so many recent cases before the whole index is asked.
FIRST_LETTERS = 2
RECENT = 500
# Put together once: with SQLAlchemy that takes as long as a quick question.
DRAWN = (
    select(Case)
    .where(Case.id.in_(bindparam("ids", expanding=True)))
    .options(selectinload(Case.teams), selectinload(Case.posts))
)


@dataclass(frozen=True, slots=True)
class Slice:
    """Some cases in order. ``cursor`` leads on from the last one, ``back`` to those before the first.

    ``None`` if there are none.
    """

    cases: Sequence[Case]
    cursor: str | None
    back: str | None = None


class Search:
    """Every question raises ``QueryError`` at the first word of a query that means nothing to this person."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sqlite = session.get_bind().dialect.name == "sqlite"
        self.names = Names(session)

    def page(self, query: Query, viewer: Viewer, *, page: int = 1, size: int = 10) -> Sequence[Case]:
        """``page`` counts from 1. The cases come with teams, posts, project and type."""
        return self.numbered(query, viewer, page, size=size).cases

    def numbered(self, query: Query, viewer: Viewer, page: int, *, size: int = 10) -> Slice:
        first = (page - 1) * size
        found = list(self._found(self._meaning(query, viewer), first + size + 1))[first:]
        return self._slice(found, size, behind=page > 1)

    def after(self, query: Query, viewer: Viewer, cursor: str | None = None, *, size: int = 10) -> Slice:
        """Going on where the last slice ended, whatever has changed since: no case twice, none left out.

        Raises ``ValueError`` for a cursor that was not given out here.
        """
        found = list(self._found(self._meaning(query, viewer), size + 1, cursor))
        return self._slice(found, size, behind=cursor is not None)

    def before(self, query: Query, viewer: Viewer, cursor: str, *, size: int = 10) -> Slice:
        """The other way: what stands right before a slice, whose ``back`` this is."""
        found = list(self._found(self._meaning(query, viewer), size + 1, cursor, back=True))
        kept = found[:size][::-1]
        return Slice(
            self._cases([place[1] for _, place in kept]),
            written(*kept[-1]) if kept else None,
            written(*kept[0]) if len(found) > size else None,
        )

    def _slice(self, found: Sequence[tuple[int, After]], size: int, *, behind: bool) -> Slice:
        """``found``: one more than wanted, if there is one."""
        return Slice(
            self._cases([place[1] for _, place in found[:size]]),
            written(*found[size - 1]) if len(found) > size else None,
            written(*found[0]) if behind and found else None,
        )

    def ids(self, query: Query, viewer: Viewer, limit: int) -> list[int]:
        """Of the first ``limit`` cases, in order."""
        return [place[1] for _, place in self._found(self._meaning(query, viewer), limit)]

    def count(self, query: Query, viewer: Viewer, limit: int = COUNT_LIMIT) -> int:
        """How many there are; counting stops at ``limit``."""
        plan = self._plan(self._meaning(query, viewer))
        return self._session.scalar(count_of(plan.whole(), limit, sqlite=self._sqlite), plan.values) or 0

    def count_opened(self, query: Query, viewer: Viewer, since: datetime, limit: int = COUNT_LIMIT) -> int:
        """The same of those that were opened since then."""
        meaning = self._meaning(query, viewer)
        opened = Both((*parts(meaning.where), Between(CREATED, since, None)))
        plan = self._plan(replace(meaning, where=opened))
        return self._session.scalar(count_of(plan.whole(), limit, sqlite=self._sqlite), plan.values) or 0

    def rows(
        self, query: Query, viewer: Viewer, columns: Sequence[ColumnElement[Any]]
    ) -> tuple[Any, Mapping[str, Any]]:
        """What reads these columns, an id among them, of every case there is; and what belongs into its slots."""
        plan = self._plan(self._meaning(query, viewer))
        return rows_of(plan.whole(), columns, sqlite=self._sqlite), plan.values

    def suggest(self, typed: str, viewer: Viewer, limit: int = 20) -> Sequence[Case]:
        """For pickers: cases with these words in key or title, the last perhaps unfinished; recent ones first."""
        wanted = words(typed)
        exact = self._exactly(typed, viewer)
        begun = not wanted or (len(wanted) == 1 and len(wanted[0]) <= FIRST_LETTERS)
        found = self._recent(viewer, wanted, limit) if begun else []
        if wanted and len(found) < limit:
            found = [*found, *self._titled(wanted, viewer, limit)]
        chosen = self._cases(list(dict.fromkeys([*exact, *found]))[:limit])
        return sorted(chosen, key=lambda case: (case.id in exact, case.updated_at, case.id), reverse=True)

    def _exactly(self, typed: str, viewer: Viewer) -> list[int]:
        key = typed.strip().upper()
        if not CASE_KEY.fullmatch(key):
            return []
        query = select(CASES.id).where(CASES.key == self.names.key_now(key), CASES.archived_at.is_(None))
        return list(self._session.scalars(query.where(CASES.project_id.in_(viewer.projects))))

    def _recent(self, viewer: Viewer, wanted: Sequence[str], limit: int) -> list[int]:
        """A letter or two are in many titles: the case in mind is among the last changed."""
        plan = self._plan(Meaning(unless_archived(Both()), viewer.projects, LAST_CHANGED))
        part = plan.in_order(UPDATED)
        if not wanted:
            return list(self._session.scalars(page_of(part, limit, sqlite=self._sqlite), plan.values))
        newest = page_of(part, RECENT, sqlite=self._sqlite).subquery()
        rows = self._session.execute(
            select(CASES.id, CASES.key, CASES.title)
            .join_from(newest, Case.__table__, newest.c.id == CASES.id)
            .order_by(newest.c.at.desc(), newest.c.id.desc()),
            plan.values,
        )
        return [row.id for row in rows if fits(wanted, [*words(row.key), *words(row.title)])][:limit]

    def _titled(self, wanted: Sequence[str], viewer: Viewer, limit: int) -> list[int]:
        *first, last = (Contains(IN_TITLE, (word,)) for word in wanted)
        unfinished = Contains(IN_TITLE, last.words, prefix=True)
        meaning = Meaning(unless_archived(Both((*first, unfinished))), viewer.projects, None)
        return [place[1] for _, place in self._found(meaning, limit)]

    def _meaning(self, query: Query, viewer: Viewer) -> Meaning:
        return understand(query, viewer, self.names)

    def _plan(self, meaning: Meaning) -> Plan:
        return Plan(self._session, meaning, sqlite=self._sqlite)

    def _found(
        self, meaning: Meaning, limit: int, cursor: str | None = None, *, back: bool = False
    ) -> Iterator[tuple[int, After]]:
        """Of the next ``limit`` cases: the part of the result, and the place in its order with the id."""
        plan = self._plan(meaning)
        if cursor is None and (best := plan.best_at_once(limit)) is not None:
            yield from ((row.part, (row.at, row.id)) for row in best)
            return
        start, after = read(cursor) if cursor else (0, None)
        parts = list(enumerate(plan.parts()))
        for number, drawn in parts[start::-1] if back else parts[start:]:
            part = drawn()
            if back:
                part = replace(part, descending=not part.descending)
            rows = self._rows(part, plan.values, limit, after)
            yield from ((number, (row.at, row.id)) for row in rows)
            after = None
            limit -= len(rows)
            if limit <= 0:
                return

    def _rows(self, part: Part, values: Mapping[str, Any], limit: int, after: After | None) -> Sequence[Row[Any]]:
        """PostgreSQL may ask every case with the words before it sorts them; mostly the first hold a page."""
        if not self._sqlite and part.is_listed_by_words and not part.hasty and limit <= HASTE:
            rows = self._rows(replace(part, hasty=True), values, limit, after)
            if len(rows) == limit:
                return rows
        if after:
            statement = page_after(part, limit, after, sqlite=self._sqlite)
        else:
            statement = page_of(part, limit, sqlite=self._sqlite)
        return self._session.execute(statement, values).all()

    def _cases(self, ids: Sequence[int]) -> list[Case]:
        """In this order."""
        if not ids:
            return []
        found = {case.id: case for case in self._session.scalars(DRAWN, {"ids": ids})}
        return [found[id_] for id_ in ids if id_ in found]


LAST_CHANGED = Sort(UPDATED, descending=True)


def fits(wanted: Sequence[str], text: Sequence[str]) -> bool:
    *first, last = wanted
    return set(first) <= set(text) and any(word.startswith(last) for word in text)


def written(part: int, place: After) -> str:
    """A cursor, short enough for a button's value."""
    at, id_ = place
    kind = "i" if isinstance(at, int) else "t" if isinstance(at, datetime) else "d"
    return f"{part}/{id_}/{kind}{at if isinstance(at, int) else at.isoformat()}"


def read(cursor: str) -> tuple[int, After]:
    """Raises ``ValueError`` for what was not written here."""
    readers: dict[str, Callable[[str], Any]] = {"i": int, "t": datetime.fromisoformat, "d": date.fromisoformat}
    part, id_, place = cursor.split("/", 2)
    reader = readers.get(place[:1])
    if reader is None:
        raise ValueError(f"not a cursor: {cursor!r}")
    return int(part), (reader(place[1:]), int(id_))


__all__ = ["Search", "Slice"]
