"""Finding cases by a query. The same answer as ``domain.matching`` gives of each case, from an index."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, selectinload

import bot.storage.search_index  # noqa: F401 - keeps the index in step
from bot.domain.case import Case
from bot.domain.query import Query, Viewer
from bot.domain.query_conditions import Both, Contains, Meaning, Sort, unless_archived
from bot.domain.query_fields import UPDATED
from bot.domain.query_meaning import understand
from bot.domain.query_words import words
from bot.storage.search_names import Names
from bot.storage.search_plan import After, Planner, Segment
from bot.storage.search_sql import CASES
from bot.storage.search_words import IN_TITLE

COUNT_LIMIT = 1001
# What is typed into a picker is looked for among so many recent cases before the whole index is asked.
RECENT = 1000


@dataclass(frozen=True, slots=True)
class Slice:
    """Some cases in order. ``cursor`` leads on from the last one; ``None`` if there is no more."""

    cases: Sequence[Case]
    cursor: str | None


class Search:
    """Every question raises ``QueryError`` at the first word of a query that means nothing to this person."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._planner = Planner(session)
        self.names = Names(session)

    def page(self, query: Query, viewer: Viewer, *, page: int = 1, size: int = 10) -> Sequence[Case]:
        """``page`` counts from 1. The cases come with teams, posts, project and type."""
        end = page * size
        found = [id_ for _, _, id_ in self._found(self._meaning(query, viewer), end)]
        return self._cases(found[end - size :])

    def after(self, query: Query, viewer: Viewer, cursor: str | None = None, *, size: int = 10) -> Slice:
        """Going on where the last slice ended, whatever has changed since: no case twice, none left out."""
        found = list(self._found(self._meaning(query, viewer), size + 1, cursor))
        cases = self._cases([id_ for _, _, id_ in found[:size]])
        return Slice(cases, written(*found[size - 1]) if len(found) > size else None)

    def count(self, query: Query, viewer: Viewer, limit: int = COUNT_LIMIT) -> int:
        """How many there are; counting stops at ``limit``."""
        sources = self._planner.everything(self._meaning(query, viewer))
        found = union_all(*sources) if len(sources) > 1 else sources[0]
        return self._session.scalar(select(func.count()).select_from(found.limit(limit).subquery())) or 0

    def suggest(self, typed: str, viewer: Viewer, limit: int = 20) -> Sequence[Case]:
        """For pickers: cases with these words in key or title, the last perhaps unfinished; recent ones first."""
        wanted = words(typed)
        exact = self._exactly(typed, viewer)
        recent = self._recent(viewer, wanted, limit)
        if wanted and len(recent) < limit:
            recent = self._titled(wanted, viewer, limit)
        return self._cases(list(dict.fromkeys([*exact, *recent]))[:limit])

    def _exactly(self, typed: str, viewer: Viewer) -> list[int]:
        query = select(CASES.id).where(CASES.key == typed.strip().upper(), CASES.archived_at.is_(None))
        return list(self._session.scalars(query.where(CASES.project_id.in_(viewer.projects))))

    def _recent(self, viewer: Viewer, wanted: Sequence[str], limit: int) -> list[int]:
        """What is typed first is short and common: the cases in mind are among the last changed."""
        segment = self._first_segment(Meaning(unless_archived(Both()), viewer.projects, LAST_CHANGED))
        if not wanted:
            return list(self._session.scalars(segment.statement(limit)))
        newest = segment.statement(RECENT).subquery()
        rows = self._session.execute(
            select(CASES.id, CASES.key, CASES.title)
            .join_from(newest, Case.__table__, newest.c.id == CASES.id)
            .order_by(newest.c.at.desc(), newest.c.id.desc())
        )
        return [row.id for row in rows if begun(wanted, [*words(row.key), *words(row.title)])][:limit]

    def _titled(self, wanted: Sequence[str], viewer: Viewer, limit: int) -> list[int]:
        *first, last = (Contains(IN_TITLE, (word,)) for word in wanted)
        unfinished = Contains(IN_TITLE, last.words, prefix=True)
        meaning = Meaning(unless_archived(Both((*first, unfinished))), viewer.projects, None)
        return list(self._session.scalars(self._first_segment(meaning).statement(limit)))

    def _first_segment(self, meaning: Meaning) -> Segment:
        return self._planner.segments(meaning)[0]()

    def _meaning(self, query: Query, viewer: Viewer) -> Meaning:
        return understand(query, viewer, self.names)

    def _found(self, meaning: Meaning, limit: int, cursor: str | None = None) -> Iterator[tuple[int, After, int]]:
        """Segment, place in it, and id of the first ``limit`` cases."""
        start, after = read(cursor) if cursor else (0, None)
        for number, segment in enumerate(self._planner.segments(meaning)):
            if number < start or limit <= 0:
                continue
            rows = self._session.execute(segment().statement(limit, after)).all()
            after = None
            limit -= len(rows)
            for row in rows:
                yield number, (row.at, row.id), row.id

    def _cases(self, ids: Sequence[int]) -> list[Case]:
        """In this order."""
        if not ids:
            return []
        query = select(Case).where(Case.id.in_(ids)).options(selectinload(Case.teams), selectinload(Case.posts))
        found = {case.id: case for case in self._session.scalars(query)}
        return [found[id_] for id_ in ids if id_ in found]


LAST_CHANGED = Sort(UPDATED, descending=True)


def begun(wanted: Sequence[str], text: Sequence[str]) -> bool:
    *first, last = wanted
    return set(first) <= set(text) and any(word.startswith(last) for word in text)


def written(segment: int, place: After, _id: int) -> str:
    """A cursor, short enough for a button's value."""
    at, id_ = place
    kind = "i" if isinstance(at, int) else "t" if isinstance(at, datetime) else "d"
    return f"{segment}/{id_}/{kind}{at if isinstance(at, int) else at.isoformat()}"


def read(cursor: str) -> tuple[int, After]:
    """Raises ``ValueError`` for what was not written here."""
    segment, id_, place = cursor.split("/", 2)
    readers: dict[str, Callable[[str], Any]] = {"i": int, "t": datetime.fromisoformat, "d": date.fromisoformat}
    return int(segment), (readers[place[:1]](place[1:]), int(id_))


__all__ = ["Search", "Slice"]
