"""What the inbox form is filled with."""

from dataclasses import replace

from bot.domain.act import Act
from bot.domain.inbox import Inbox, Medium, Recipient
from bot.domain.person import Person
from bot.domain.query import Viewer
from bot.domain.reading import InboxForm
from bot.storage.database import Database, Work
from bot.usecases.access import person_of, projects_for
from bot.usecases.inboxes import InboxFields, editable, loaded
from bot.usecases.looking import viewer_for
from bot.usecases.shelves import preview, previewed


def new_form(db: Database, act: Act, query: str = "") -> InboxForm:
    with db.read() as work:
        person = person_of(work, act.actor)
        return filled(work, viewer_for(work, person, act.at), person, query)


def edit_form(db: Database, act: Act, inbox_id: int) -> InboxForm:
    """Raises ``NotAllowed`` saying who may, and ``NotFound``. The preview shows what the editor may see."""
    with db.read() as work:
        person, inbox = editable(work, act, inbox_id)
        owner = person if inbox.owner == person.id else person_of(work, inbox.owner)
        return filled(work, viewer_for(work, person, act.at), owner, inbox.query, loaded(inbox))


def draft_form(db: Database, act: Act, inbox_id: int, fields: InboxFields) -> InboxForm:
    """As somebody has filled it in so far. ``inbox_id``: 0 for a new one."""
    found = edit_form(db, act, inbox_id) if inbox_id else new_form(db, act)
    told = [(Medium.CHANNEL, id_) for id_ in fields.channels] + [(Medium.PERSON, id_) for id_ in fields.people]
    draft = Inbox(
        id=inbox_id or None,
        name=fields.name,
        query=fields.query,
        team_id=fields.team,
        project_id=fields.project,
        events=list(fields.events),
        stay_minutes=fields.stay_minutes,
        digest=fields.digest,
        digest_minute=fields.digest_minute,
        recipients=[Recipient(medium=medium.value, target=target) for medium, target in told],
    )
    return replace(found, inbox=draft, preview=preview(db, act, fields.query))


def filled(work: Work, viewer: Viewer, owner: Person, query: str, inbox: Inbox | None = None) -> InboxForm:
    """With the teams and projects of the owner, whose meaning the query has."""
    mine = work.teams.of_person(owner.id) | ({inbox.team_id} if inbox and inbox.team_id else set())
    projects = projects_for(work, owner)
    if inbox and inbox.project_id and all(project.id != inbox.project_id for project in projects):
        projects += [project for project in work.projects.all() if project.id == inbox.project_id]
    return InboxForm(
        preview=previewed(work, viewer, query),
        teams=[team for team in work.teams.by_ids(mine) if not team.gone_at or (inbox and team.id == inbox.team_id)],
        projects=projects,
        tz=owner.tz,
        owner="" if owner.id == viewer.actor else owner.name,
        inbox=inbox,
    )
