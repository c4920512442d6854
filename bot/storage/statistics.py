"""Counting cases. One statement: the cases that a query finds are read once, whatever is then counted of them.

Its cost grows with their number, to some fifteen seconds for a million, so it is never asked while a click waits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from bot.domain.evidence import CaseTeam
from bot.domain.query import Query, Viewer
from bot.domain.statistics import Spread, Statistics, Week, mondays
from bot.domain.zone import zone_named
from bot.storage.search import Search
from bot.storage.search_sql import CASES

TEAMS = CaseTeam.__table__.c
SHARES = MEDIAN, NINETIETH = 50, 90
Rows = Mapping[str, Sequence[Row[Any]]]


class Reckoning:
    def __init__(self, session: Session, search: Search) -> None:
        self._session = session
        self._search = search
        self._sqlite = session.get_bind().dialect.name == "sqlite"

    def of(self, query: Query, viewer: Viewer) -> Statistics:
        """Of every case that the query finds. Raises ``QueryError``. Weeks are those of the viewer's zone."""
        begun = mondays(viewer.now, viewer.tz)
        found, values = self._search.rows(query, viewer, self.columns(begun))
        # Once, and not again for each of the questions that follow.
        cases = found.cte("found").prefix_with("MATERIALIZED")
        rows: dict[str, list[Row[Any]]] = {}
        for row in self._session.execute(union_all(*questions(cases)), values):
            rows.setdefault(row.what, []).append(row)
        return answer(rows, [monday.astimezone(zone_named(viewer.tz)).date() for monday in begun[:-1]])

    def columns(self, begun: Sequence[datetime]) -> list[ColumnElement[Any]]:
        opened = self.seconds(CASES.created_at)
        return [
            CASES.id,
            CASES.status,
            CASES.status_group,
            CASES.priority,
            CASES.source,
            CASES.assignee,
            week_of(CASES.created_at, begun).label("opened"),
            week_of(CASES.closed_at, begun).label("closed"),
            at_least_0(self.seconds(CASES.taken_at) - opened).label("to_take"),
            at_least_0(self.seconds(CASES.closed_at) - opened).label("to_close"),
        ]

    def seconds(self, column: ColumnElement[datetime]) -> ColumnElement[int]:
        """Whole ones since 1970. SQLite would round to the next one what it is not kept from reading."""
        if self._sqlite:
            return cast(func.strftime("%s", func.substr(column, 1, 19)), Integer)
        return cast(func.floor(func.extract("epoch", column)), BigInteger)


def week_of(column: ColumnElement[datetime], begun: Sequence[datetime]) -> ColumnElement[int | None]:
    """Counted from the first one; null for what lies outside of them."""
    steps = [(column < monday, number - 1 if number else null()) for number, monday in enumerate(begun)]
    return case(*steps, else_=null())


def at_least_0(seconds: ColumnElement[int]) -> ColumnElement[int]:
    """Slack may tell late of what was done."""
    return case((seconds < 0, 0), else_=seconds)


def questions(cases: CTE) -> list[Select[Any]]:
    """Each row says what it is about, of which of them, and how many or how much."""
    found = cases.c
    in_teams = cases.outerjoin(CaseTeam.__table__, TEAMS.case_id == found.id)
    return [
        counted("kind", cases, found.status, found.status_group, found.priority, found.source),
        counted("assignee", cases, found.assignee),
        counted("team", in_teams, cast(TEAMS.team_id, Text)),
        counted("opened", cases, cast(found.opened, Text)),
        counted("closed", cases, cast(found.closed, Text)),
        *took("take", cases, found.to_take),
        *took("close", cases, found.to_close),
    ]


def asked(what: str, of: Sequence[ColumnElement[Any]], amount: ColumnElement[Any]) -> Select[Any]:
    names = [*of, *(cast(null(), Text) for _ in range(4 - len(of)))]
    return select(
        literal(what, Text).label("what"),
        *(name.label(label) for name, label in zip(names, "abcd", strict=True)),
        cast(amount, BigInteger).label("amount"),
    )


def counted(what: str, source: Any, *of: ColumnElement[Any]) -> Select[Any]:
    return asked(what, of, func.count()).select_from(source).group_by(*of)


def took(what: str, cases: CTE, seconds: ColumnElement[int]) -> list[Select[Any]]:
    """How many there are, and the times of nearest rank: the shortest that so many in a hundred did not exceed.

    Equal times are counted before anything is put into order, which would cost far more than all the rest.
    """
    alike = select(seconds.label("seconds"), func.count().label("many")).where(seconds.is_not(None)).group_by(seconds)
    times = alike.subquery().c
    within = func.sum(times.many).over(order_by=times.seconds)
    ranked = select(times.seconds, within.label("within"), func.sum(times.many).over().label("all")).cte(what)
    of = ranked.c
    amounts = {
        what: func.max(of.all),
        **{f"{what}/{share}": func.min(of.seconds).filter(of.within * 100 >= of.all * share) for share in SHARES},
    }
    return [asked(name, [], amount).select_from(ranked) for name, amount in amounts.items()]


def answer(rows: Rows, begun: Sequence[date]) -> Statistics:
    statuses: Counter[tuple[str, str]] = Counter()
    priorities: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    for row in rows.get("kind", ()):
        statuses[row.b, row.a] += row.amount
        priorities[row.c] += row.amount
        sources[row.d] += row.amount
    opened, closed = (dict(of_weeks(rows.get(name, ()))) for name in ("opened", "closed"))
    return Statistics(
        total=priorities.total(),
        statuses=statuses,
        priorities=priorities,
        assignees={row.a: row.amount for row in rows.get("assignee", ())},
        teams={int(row.a) if row.a else None: row.amount for row in rows.get("team", ())},
        sources=sources,
        weeks=[Week(monday, opened.get(place, 0), closed.get(place, 0)) for place, monday in enumerate(begun)],
        to_take=spread(rows, "take"),
        to_close=spread(rows, "close"),
    )


def of_weeks(rows: Iterable[Row[Any]]) -> Iterable[tuple[int, int]]:
    return ((int(row.a), row.amount) for row in rows if row.a is not None)


def spread(rows: Rows, name: str) -> Spread | None:
    names = (name, f"{name}/{MEDIAN}", f"{name}/{NINETIETH}")
    count, median, ninetieth = (rows[one][0].amount for one in names)
    return Spread(count, timedelta(seconds=median), timedelta(seconds=ninetieth)) if count else None
