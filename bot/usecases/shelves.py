"""The inboxes that a person can look into: those that everybody has, and those that people have made."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.act import Act
from bot.domain.errors import NotFound
from bot.domain.inbox import Inbox
from bot.domain.person import Person
from bot.domain.project import Project
from bot.domain.query import Viewer, parse
from bot.domain.query_text import QueryError
from bot.domain.reading import PREVIEW_LIMIT, PREVIEWED, HomePage, Listing, Preview, Shelf
from bot.domain.rights import is_admin
from bot.domain.text import alike
from bot.storage.database import Database, Work
from bot.usecases.access import helpers, person_of, projects_for
from bot.usecases.looking import listing, viewer_for

FOR_EVERYBODY = (
    Shelf("mine", "Assigned to me", "assignee:@me is:open"),
    Shelf("created", "Created by me", "reporter:@me is:open"),
    Shelf("teams", "My teams", "team:@me is:open"),
    Shelf("open", "Open", "is:open"),
)
FIRST = FOR_EVERYBODY[0]
# So many are counted when they are listed together.
COUNTED = 24
LOOKING_BACK = timedelta(days=7)


def my_cases(db: Database, act: Act, *, page: int = 1) -> Listing:
    return open_shelf(db, act, FIRST.id, page=page)


def shelves_of(work: Work, person: Person, viewer: Viewer) -> list[Shelf]:
    """Uncounted."""
    projects = projects_for(work, person)
    shared = [open_in(project) for project in projects] if len(projects) > 1 else []
    muted = work.inboxes.muted_by(person.id)
    made = work.inboxes.seen_by(person.id, viewer.teams, viewer.projects)
    return [*FOR_EVERYBODY, *shared, *(shelf_of(inbox, person, viewer, inbox.id in muted) for inbox in made)]


def open_in(project: Project) -> Shelf:
    return Shelf(f"open/{project.key}", f"Open in {project.key}", f"project:{project.key} is:open")


def shelf_of(inbox: Inbox, person: Person, viewer: Viewer, is_muted: bool) -> Shelf:
    return Shelf(
        f"inbox/{inbox.id}",
        inbox.name,
        inbox.query,
        inbox=inbox,
        is_muted=is_muted,
        can_edit=inbox.may_edit(person, viewer.teams),
    )


def counted(work: Work, viewer: Viewer, shelf: Shelf) -> Shelf:
    try:
        return replace(shelf, count=work.search.count(parse(shelf.query), viewer, limit=PREVIEW_LIMIT + 1))
    except QueryError as error:
        return replace(shelf, problem=error.sentence)


def list_shelves(db: Database, act: Act) -> list[Shelf]:
    """All of them; the first ones with how many cases each holds."""
    with db.read() as work:
        person = person_of(work, act.actor)
        viewer = viewer_for(work, person, act.at)
        found = shelves_of(work, person, viewer)
        return [*(counted(work, viewer, shelf) for shelf in found[:COUNTED]), *found[COUNTED:]]


def find_shelf(db: Database, act: Act, words: str) -> Shelf:
    """By its id or its name. Raises ``NotFound``."""
    with db.read() as work:
        person = person_of(work, act.actor)
        return shelf_called(shelves_of(work, person, viewer_for(work, person, act.at)), words)


def shelf_called(shelves: Sequence[Shelf], words: str) -> Shelf:
    wanted = alike(words)
    named = [shelf for shelf in shelves if words == shelf.id or alike(shelf.name) == wanted]
    begun = [shelf for shelf in shelves if wanted and alike(shelf.name).startswith(wanted)]
    if not named and len(begun) != 1:
        names = ", ".join(shelf.name for shelf in (begun or shelves)[:12])
        raise NotFound(f"There is no inbox “{words[:80]}”. There are {names}.")
    return (named or begun)[0]


def open_shelf(db: Database, act: Act, words: str, *, page: int = 1) -> Listing:
    """The cases of an inbox by its id or name. Raises ``QueryError`` if its query means nothing any more."""
    with db.read() as work:
        person = person_of(work, act.actor)
        viewer = viewer_for(work, person, act.at)
        shelf = shelf_called(shelves_of(work, person, viewer), words)
        return listing(work, viewer, shelf.name, shelf.query, page)


def preview(db: Database, act: Act, query: str) -> Preview:
    """What an inbox with this query would hold, for its maker to see."""
    with db.read() as work:
        viewer = viewer_for(work, person_of(work, act.actor), act.at)
        try:
            parsed = parse(query)
            return Preview(
                query=query,
                cases=work.search.page(parsed, viewer, size=PREVIEWED),
                total=work.search.count(parsed, viewer, limit=PREVIEW_LIMIT + 1),
                opened=work.search.count_opened(parsed, viewer, act.at - LOOKING_BACK, limit=PREVIEW_LIMIT + 1),
            )
        except QueryError as error:
            return Preview(query=query, problem=pointed_at(query, error))


def pointed_at(query: str, error: QueryError) -> str:
    """The sentence with the word at fault before it."""
    word = query[error.span.start : error.span.end].strip()
    return f"At “{word[:60]}”: {error.sentence}" if word and word not in error.sentence else error.sentence


def home_page(db: Database, person_id: str, now: datetime) -> HomePage:
    """The App Home as this person left it: the inbox and page they chose last."""
    with db.read() as work:
        person = person_of(work, person_id)
        viewer = viewer_for(work, person, now)
        found = shelves_of(work, person, viewer)
        shown = next((shelf for shelf in found if shelf.id == person.home_inbox), FIRST)
        return HomePage(
            person=person,
            listing=safely_listed(work, viewer, shown, person.home_page),
            inbox=shown.id,
            shelves=[*(counted(work, viewer, shelf) for shelf in found[:COUNTED]), *found[COUNTED:]],
            projects=projects_for(work, person),
            is_admin=is_admin(person),
            helpers=helpers(work),
        )


def safely_listed(work: Work, viewer: Viewer, shelf: Shelf, page: int) -> Listing:
    """Nothing where the query means nothing any more: the inbox itself says so."""
    try:
        return listing(work, viewer, shelf.name, shelf.query, page)
    except QueryError:
        return Listing(heading=shelf.name, query=shelf.query, cases=(), page=1, total=0)
