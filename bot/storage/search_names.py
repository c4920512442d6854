"""Who and what is meant by the names in a query."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from bot.domain.case import Case
from bot.domain.casetype import CaseType
from bot.domain.evidence import FormerKey
from bot.domain.person import Person, Team
from bot.domain.project import Project
from bot.domain.query_words import folded, words
from bot.storage.search_tables import ATTRIBUTES
from bot.storage.teams import FIRST_MEANT, called

T = TypeVar("T")

# A wrong name is compared with so many of the right ones.
NEAR_LIMIT = 2000
TYPES = select(CaseType).order_by(CaseType.id)
# Put together once: with SQLAlchemy that takes longer than the answer.
KEY_NOW = select(Case.key).join(FormerKey, FormerKey.case_id == Case.id).where(FormerKey.key == bindparam("key"))


class Names:
    """The ``Resolver`` of a database. It asks once for each name: thousands of queries may be read in one go."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[str, str], Any] = {}

    def _once(self, what: str, name: str, ask: Callable[[], T]) -> T:
        if (what, name) not in self._known:
            self._known[what, name] = ask()
        found: T = self._known[what, name]
        return found

    def key_now(self, key: str) -> str:
        return self._session.scalar(KEY_NOW, {"key": key}) or key

    def projects(self) -> Mapping[str, int]:
        query = select(Project.key, Project.id).order_by(Project.key)
        return self._once("projects", "", lambda: dict(self._session.execute(query).all()))

    def people(self, name: str) -> Mapping[str, str]:
        """By id or full name; if nobody is called that, by any one of the names that somebody has."""
        return self._once("people", name, lambda: self._called(name))

    def _called(self, name: str) -> Mapping[str, str]:
        named = or_(Person.id == name, func.lower(Person.name) == name.lower())
        if exactly := self._people(named):
            return exactly
        wanted = words(name)
        everybody = self._people(Person.is_bot.is_(False)) if wanted else {}
        called = {id_: words(full) for id_, full in everybody.items()}
        same = {id_: everybody[id_] for id_, said in called.items() if said == wanted}
        return same or {id_: everybody[id_] for id_, said in called.items() if set(wanted) <= set(said)}

    def _people(self, condition: ColumnElement[bool]) -> dict[str, str]:
        return dict(self._session.execute(select(Person.id, Person.name).where(condition)).all())

    def people_names(self, name: str) -> Collection[str]:
        """Full names, and their parts."""
        query = select(Person.name).where(Person.is_gone.is_(False)).order_by(Person.name)
        if first := folded(name)[:1]:
            same_letter = func.lower(Person.name).contains(first, autoescape=True)
            query = query.where(same_letter) if first.isascii() else query
        full = self._session.scalars(query.limit(NEAR_LIMIT)).all()
        return {*full, *(part for name in full for part in name.split())}

    def team_with(self, handle: str) -> int | None:
        return self._once("team", handle, lambda: self._team_called(handle))

    def _team_called(self, handle: str) -> int | None:
        """SQLite's ``lower`` knows ASCII only, and accents are no matter."""
        exactly = self._session.scalar(select(Team.id).where(called(handle)).order_by(*FIRST_MEANT).limit(1))
        if exactly or not (wanted := folded(handle)):
            return exactly
        teams = self._session.execute(select(Team.id, Team.handle).order_by(*FIRST_MEANT)).all()
        return next((id_ for id_, known in teams if folded(known) == wanted), None)

    def team_of_slack(self, slack_id: str) -> int | None:
        return self._session.scalar(select(Team.id).where(Team.slack_id == slack_id))

    def team_handles(self) -> Collection[str]:
        return self._session.scalars(select(Team.handle).order_by(Team.handle).limit(NEAR_LIMIT)).all()

    def types(self) -> Sequence[CaseType]:
        return self._once("types", "", lambda: self._session.scalars(TYPES).all())

    def has_attribute(self, name: str) -> bool:
        query = select(ATTRIBUTES.c.name).where(ATTRIBUTES.c.name == name).limit(1)
        return self._once("attribute", name, lambda: self._session.scalar(query) is not None)

    def attribute_names(self) -> Collection[str]:
        """Each found by a step into the index, since there may be a million values of a few names."""
        first = select(func.min(ATTRIBUTES.c.name).label("name")).cte("names", recursive=True)
        after = select(func.min(ATTRIBUTES.c.name)).where(ATTRIBUTES.c.name > first.c.name).scalar_subquery()
        steps = first.union_all(select(after).where(first.c.name.is_not(None)))
        found = self._session.scalars(select(steps.c.name).limit(NEAR_LIMIT))
        return [name for name in found if name]
