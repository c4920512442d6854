"""The one table of what can be asked of a case: each field's name, kind, values, and where to read it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy.orm import QueryableAttribute

from bot.domain.case import Case
from bot.domain.evidence import CaseTeam, Watcher
from bot.domain.facts import ATTRIBUTE_LIMIT
from bot.domain.link import Ticket
from bot.domain.priority import Priority
from bot.domain.query_words import folded


class Kind(Enum):
    """How a field's values are typed. The value says what is expected, for an error's sentence."""

    TEXT = 'words, such as checkout, check* or "a phrase"'
    KEY = "a case's key, such as OPS-12 or OPS-1*"
    PROJECT = "a project's key, such as OPS"
    STATUS = 'a status, such as open, "in progress" or closed'
    PRIORITY = "p1, p2, p3, p4, p5 or none, or a comparison such as >=P2"
    TYPE = "a case type, such as Security"
    PERSON = "a person: @name, @me, none or any"
    TEAM = "a team: @handle, @me for your own, none or any"
    SOURCE = "person, monitor, signal, error, alert or storm"
    ATTRIBUTE = "a value, such as checkout, check*, none or any"
    TICKET = "a ticket's key, none or any"
    MOMENT = "a day such as 2026-01-31, a range such as 2026-01-01..2026-01-31, or an age such as <7d"
    DAY = "a day such as 2026-01-31 or today, a range such as today..2026-01-31, or a time ahead such as <7d"
    FACT = "any"


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """``of`` reads a case: one value, or for ``many`` a collection. ``empty`` is what stands for none there.

    ``column`` holds the same in the database, and ``owner`` beside it the case's id where it is another table;
    attributes have neither. ``optional``: a case may be without.
    """

    name: str
    kind: Kind
    of: Callable[[Case], Any]
    column: QueryableAttribute[Any] | None = None
    owner: QueryableAttribute[Any] | None = None
    optional: bool = False
    empty: Any = None

    @property
    def many(self) -> bool:
        return self.owner is not None

    def values(self, case: Case) -> Collection[Any]:
        """What a condition can be compared with; none is one of them when the case has nothing here."""
        found = self.of(case)
        return (found or (None,)) if self.many else (found,)


TITLE = Field("title", Kind.TEXT, lambda case: case.title, Case.title)
KEY = Field("key", Kind.KEY, lambda case: case.key, Case.key)
PROJECT = Field("project", Kind.PROJECT, lambda case: case.project_id, Case.project_id)
STATUS = Field("status", Kind.STATUS, lambda case: case.status, Case.status)
PRIORITY = Field(
    "priority", Kind.PRIORITY, lambda case: case.priority, Case.priority, optional=True, empty=Priority.NOT_SET.value
)
TYPE = Field("type", Kind.TYPE, lambda case: case.type_id, Case.type_id)
ASSIGNEE = Field("assignee", Kind.PERSON, lambda case: case.assignee, Case.assignee, optional=True)
TEAM = Field(
    "team", Kind.TEAM, lambda case: [team.id for team in case.teams], CaseTeam.team_id, CaseTeam.case_id, optional=True
)
REPORTER = Field("reporter", Kind.PERSON, lambda case: case.reporter, Case.reporter)
WATCHER = Field(
    "watcher",
    Kind.PERSON,
    lambda case: [watcher.person_id for watcher in case.watchers],
    Watcher.person_id,
    Watcher.case_id,
    optional=True,
)
SOURCE = Field("source", Kind.SOURCE, lambda case: case.source, Case.source)
TICKET = Field(
    "ticket",
    Kind.TICKET,
    lambda case: [ticket.folded_key for ticket in case.tickets],
    Ticket.folded_key,
    Ticket.case_id,
    optional=True,
)
CREATED = Field("created", Kind.MOMENT, lambda case: case.created_at, Case.created_at)
UPDATED = Field("updated", Kind.MOMENT, lambda case: case.updated_at, Case.updated_at)
CLOSED = Field("closed", Kind.MOMENT, lambda case: case.closed_at, Case.closed_at, optional=True)
DUE = Field("due", Kind.DAY, lambda case: case.due, Case.due, optional=True)

# Asked for through is: and has: only.
GROUP = Field("group", Kind.FACT, lambda case: case.group, Case.group)
ARCHIVED = Field("archived", Kind.FACT, lambda case: case.archived_at, Case.archived_at, optional=True)
SNOOZED = Field("snoozed", Kind.FACT, lambda case: case.snoozed_until, Case.snoozed_until, optional=True)
DESCRIPTION = Field("description", Kind.FACT, lambda case: case.description, Case.description, optional=True, empty="")
EVIDENCE = Field("evidence", Kind.FACT, lambda case: case.evidence_count, Case.evidence_count, optional=True, empty=0)


@cache
def attribute(name: str) -> Field:
    """A key of ``Case.attributes``, which every case may or may not have."""
    return Field(name, Kind.ATTRIBUTE, lambda case: comparable_attributes(case.attributes).get(name), optional=True)


def comparable_attributes(values: Mapping[str, str]) -> dict[str, str]:
    """As they are compared and indexed: without the difference of case and accents."""
    return {comparable(name): comparable(value) for name, value in values.items()}


def comparable(value: str) -> str:
    """Cut to what an index takes: folding makes some signs longer."""
    return " ".join(folded(value).split())[:ATTRIBUTE_LIMIT]


FIELDS = {
    field.name: field
    for field in (
        PROJECT, KEY, TITLE, STATUS, PRIORITY, TYPE, ASSIGNEE, TEAM, REPORTER, WATCHER, SOURCE, attribute("service"),
        attribute("env"), TICKET, CREATED, UPDATED, CLOSED, DUE,
    )
}  # fmt: skip
HAS = {field.name: field for field in (*FIELDS.values(), DESCRIPTION, EVIDENCE) if field.optional}
SORTS = {field.name: field for field in (CREATED, UPDATED, CLOSED, DUE, PRIORITY)}
