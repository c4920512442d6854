"""The inboxes that a person can look into: those that everybody has, and those that people have made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.act import Act
from bot.domain.errors import NotFound
from bot.domain.inbox import Inbox
from bot.domain.person import Person
from bot.domain.project import Project
from bot.domain.query import Viewer, parse
from bot.domain.query_text import QueryError
from bot.domain.reading import PREVIEW_LIMIT, SHELVES, HomePage, Listing, Preview, Shelf, ShelfPage
from bot.domain.rights import is_admin
from bot.domain.silence import Silence
from bot.domain.text import alike
from bot.storage.database import Database, Work
from bot.usecases import searching
from bot.usecases.access import helpers, person_of, projects_for
from bot.usecases.inboxes import NO_INBOX
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


@dataclass(frozen=True, slots=True)
class Looker:
    """Whoever looks, and what they know the inboxes' shelves by: handles of teams and keys of projects, by id."""

    person: Person
    viewer: Viewer
    projects: Sequence[Project]
    teams: Mapping[int, str]

    def whose(self, inbox: Inbox) -> str:
        if inbox.team_id:
            return f"@{self.teams.get(inbox.team_id, 'a team')}"
        return next((project.key for project in self.projects if project.id == inbox.project_id), "")


def looker(work: Work, person: Person, now: datetime) -> Looker:
    viewer = viewer_for(work, person, now)
    teams = work.teams.by_ids(viewer.teams)
    return Looker(person, viewer, projects_for(work, person), {team.id: team.handle for team in teams})


def my_cases(db: Database, act: Act, *, page: int = 1) -> Listing:
    return open_shelf(db, act, FIRST.id, page=page)


def shelves_of(work: Work, who: Looker) -> list[Shelf]:
    """Uncounted."""
    shared = [open_in(project) for project in who.projects] if len(who.projects) > 1 else []
    muted, silent = work.inboxes.muted_by(who.person.id), work.silences.of_inboxes(who.viewer.now)
    made = work.inboxes.seen_by(who.person.id, who.viewer.teams, who.viewer.projects)
    return [*FOR_EVERYBODY, *shared, *(shelf_of(inbox, who, inbox.id in muted, silent.get(inbox.id)) for inbox in made)]


def open_in(project: Project) -> Shelf:
    return Shelf(f"open/{project.key}", f"Open in {project.key}", f"project:{project.key} is:open")


def shelf_of(inbox: Inbox, who: Looker, is_muted: bool, silence: Silence | None) -> Shelf:
    return Shelf(
        f"inbox/{inbox.id}",
        inbox.name,
        inbox.query,
        inbox=inbox,
        is_muted=is_muted,
        can_edit=inbox.may_edit(who.person, who.viewer.teams),
        whose=who.whose(inbox),
        silence=silence,
    )


def counted(work: Work, viewer: Viewer, shelf: Shelf) -> Shelf:
    try:
        return replace(shelf, count=work.search.count(parse(shelf.query), viewer, limit=PREVIEW_LIMIT + 1))
    except QueryError as error:
        return replace(shelf, problem=error.fields["query"])


def first_counted(work: Work, viewer: Viewer, shelves: Sequence[Shelf], shown: Shelf | None = None) -> list[Shelf]:
    """Very many would take long; the one that is shown is always counted."""
    return [
        counted(work, viewer, shelf) if place < COUNTED or shelf is shown else shelf
        for place, shelf in enumerate(shelves)
    ]


def list_shelves(db: Database, act: Act, *, page: int = 1) -> ShelfPage:
    with db.read() as work:
        who = looker(work, person_of(work, act.actor), act.at)
        found = shelves_of(work, who)
        page = min(max(page, 1), -(-len(found) // SHELVES))
        shown = found[(page - 1) * SHELVES : page * SHELVES]
        return ShelfPage([counted(work, who.viewer, shelf) for shelf in shown], page, len(found))


def suggest_shelves(db: Database, act: Act, typed: str) -> list[Shelf]:
    """Those whose name holds what was typed; the first ones counted."""
    wanted = alike(typed)
    with db.read() as work:
        who = looker(work, person_of(work, act.actor), act.at)
        found = [shelf for shelf in shelves_of(work, who) if wanted in alike(shelf.name)]
        return first_counted(work, who.viewer, found)


def shelf_called(shelves: Sequence[Shelf], words: str) -> Shelf:
    """By its id or its name. Raises ``NotFound``."""
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
        who = looker(work, person_of(work, act.actor), act.at)
        shelf = shelf_called(shelves_of(work, who), words)
        found = listing(work, who.viewer, shelf.name, shelf.query, page)
        return replace(found, inbox=shelf.inbox.id) if shelf.inbox else found


def open_inbox(db: Database, act: Act, inbox_id: int, *, page: int = 1, on: str = "", back: str = "") -> Listing:
    """For whoever was shown something of it, be it theirs or not: as its owner means it, of what they may see."""
    with db.read() as work:
        person = person_of(work, act.actor)
        inbox = work.inboxes.by_id(inbox_id)
        if inbox is None:
            raise NotFound(NO_INBOX)
        viewer = viewer_for(work, person, act.at)
        owner = work.people.by_id(inbox.owner)
        if owner and not is_seen(inbox, viewer):
            meant = viewer_for(work, owner, act.at)
            viewer = replace(meant, projects=meant.projects & viewer.projects)
        found = listing(work, viewer, inbox.name, inbox.query, page, on=on, back=back)
        return replace(found, inbox=inbox.id)


def is_seen(inbox: Inbox, viewer: Viewer) -> bool:
    """Whether it is among the inboxes of the person."""
    return viewer.actor == inbox.owner or inbox.team_id in viewer.teams or inbox.project_id in viewer.projects


def preview(db: Database, act: Act, query: str) -> Preview:
    """What an inbox with this query would hold, for its maker to see."""
    with db.read() as work:
        return previewed(work, viewer_for(work, person_of(work, act.actor), act.at), query)


def previewed(work: Work, viewer: Viewer, query: str) -> Preview:
    found = searching.preview(work, viewer, query)
    if found.problem:
        return found
    since = viewer.now - LOOKING_BACK
    return replace(found, opened=work.search.count_opened(parse(query), viewer, since, limit=PREVIEW_LIMIT + 1))


def home_page(db: Database, person_id: str, now: datetime) -> HomePage:
    """The App Home as this person left it: the inbox and page they chose last."""
    with db.read() as work:
        person = person_of(work, person_id)
        who = looker(work, person, now)
        found = shelves_of(work, who)
        shown = next((shelf for shelf in found if shelf.id == person.home_inbox), FIRST)
        return HomePage(
            person=person,
            listing=safely_listed(work, who.viewer, shown, person.home_page),
            inbox=shown.id,
            shelves=first_counted(work, who.viewer, found, shown),
            projects=who.projects,
            is_admin=is_admin(person),
            helpers=helpers(work),
        )


def safely_listed(work: Work, viewer: Viewer, shelf: Shelf, page: int) -> Listing:
    """Nothing where the query means nothing any more: the inbox itself says so."""
    try:
        return listing(work, viewer, shelf.name, shelf.query, page)
    except QueryError:
        return Listing(heading=shelf.name, query=shelf.query, cases=(), page=1, total=0)
