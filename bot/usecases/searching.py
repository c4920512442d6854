"""Building a search: what can be chosen, the query that it makes, and what that finds."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.query import QueryError, Viewer, parse
from bot.domain.query_building import Choices, Known, query_text
from bot.domain.query_choices import read_choices
from bot.domain.query_meaning import understand
from bot.domain.query_values import Asking
from bot.domain.reading import PREVIEW_LIMIT, PREVIEWED, Preview, SearchForm
from bot.storage.database import Database, Work
from bot.usecases.access import person_of, projects_for
from bot.usecases.looking import viewer_for

TEAM = re.compile(r"(?<=:)<!subteam\^([A-Z0-9]+)(?:\|[^<>]*)?>(?=[\s)]|$)")
PERSON = re.compile(r"(?<=:)<@([A-Z0-9]+)(?:\|[^<>]*)?>(?=[\s)]|$)")


def preview(work: Work, viewer: Viewer, query: str) -> Preview:
    """How many match and the first five, or what is wrong with the query."""
    try:
        parsed = parse(query)
        total = work.search.count(parsed, viewer, limit=PREVIEW_LIMIT + 1)
        return Preview(query, work.search.page(parsed, viewer, size=PREVIEWED), total)
    except QueryError as error:
        return Preview(query, problem=error.fields["query"])


def found_by(db: Database, person_id: str, query: str, now: datetime, size: int) -> Iterator[list[Case]]:
    """All cases that the query finds for that person, a batch at a time, each in a unit of work of its own.

    None if the person has left or the query means nothing any more.
    """
    cursor = None
    while True:
        with db.read() as work:
            person = work.people.by_id(person_id)
            if person is None or person.is_gone:
                return
            try:
                found = work.search.after(parse(query), viewer_for(work, person, now), cursor, size=size)
            except QueryError:
                return
        yield list(found.cases)
        cursor = found.cursor
        if cursor is None:
            return


def checked_query(db: Database, act: Act, query: str) -> str:
    """The same. Raises ``QueryError`` for one that means nothing to this person."""
    with db.read() as work:
        viewer = viewer_for(work, person_of(work, act.actor), act.at)
        understand(parse(query), viewer, work.search.names)
        return query


def start_search(db: Database, act: Act, query: str) -> SearchForm:
    """The form with what it can say of this query chosen, and the rest as text."""
    with db.read() as work:
        viewer = viewer_for(work, person_of(work, act.actor), act.at)
        known = known_to(work, act)
        chosen = read_choices(with_handles(work, query), known, Asking(viewer, work.search.names))
        return search_form(work, act, viewer, known, replace(chosen, rest=with_names(work, chosen.rest)))


def with_handles(work: Work, query: str) -> str:
    """Mentioned teams by their handles, which is how a form names them."""

    def handle(found: re.Match[str]) -> str:
        team = work.teams.from_slack(found[1])
        return f'"{team.handle}"' if team else found[0]

    return TEAM.sub(handle, query)


def with_names(work: Work, query: str) -> str:
    """Mentioned people by name where nobody else is called so: a field that is typed into shows mentions as ids."""

    def name(found: re.Match[str]) -> str:
        person = work.people.by_id(found[1])
        is_only = person is not None and list(work.search.names.people(person.name)) == [person.id]
        return f'"{person.name}"' if person and is_only and '"' not in person.name else found[0]

    return PERSON.sub(name, query)


def choose_search(db: Database, act: Act, chosen: Choices) -> SearchForm:
    with db.read() as work:
        viewer = viewer_for(work, person_of(work, act.actor), act.at)
        return search_form(work, act, viewer, known_to(work, act), chosen)


def search_form(work: Work, act: Act, viewer: Viewer, known: Known, chosen: Choices) -> SearchForm:
    projects = [project for project in projects_for(work, person_of(work, act.actor)) if project.key in chosen.projects]
    try:
        found = preview(work, viewer, query_text(chosen))
    except QueryError as error:
        found = Preview("", problem=error.fields["query"])
    return SearchForm(chosen, known, projects, found)


def known_to(work: Work, act: Act) -> Known:
    types = work.search.names.types()
    return Known(
        projects=[project.key for project in projects_for(work, person_of(work, act.actor))],
        statuses=list(dict.fromkeys(row["name"] for kind in types for row in kind.statuses)),
        types=[kind.name for kind in types],
    )
