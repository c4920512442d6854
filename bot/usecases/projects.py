"""Projects: only admins make and change them."""

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.delivery import Tell
from bot.domain.errors import Invalid, NotFound
from bot.domain.project import Channel, ChannelMember, Project
from bot.domain.rights import Right, is_admin
from bot.domain.text import kept
from bot.storage.database import Database, Work
from bot.usecases.access import admin_of, authorize, person_of, projects_for
from bot.usecases.retention import call_off
from bot.usecases.verb import once


def require_admin(db: Database, act: Act) -> None:
    """Before a form is shown that only an admin may submit."""
    with db.read() as work:
        admin_of(work, act)


def create_project(
    db: Database,
    act: Act,
    *,
    key: str,
    name: str,
    home_channel: str,
    retention_months: int | None,
    guests_allowed: bool = False,
    copy_first: bool = False,
    close_after_days: int | None = None,
) -> Project:
    """The project and its home channel, private until Slack has said what it is.

    Made twice alike by the same person, it is made once: Slack may repeat a form.
    """

    def attempt(work: Work) -> Project:
        admin_of(work, act)
        project = Project.start(
            act,
            key=key,
            name=name,
            home_channel=home_channel,
            retention_months=retention_months,
            guests_allowed=guests_allowed,
            copy_first=copy_first,
            close_after_days=close_after_days,
        )
        known = work.projects.by_key(project.key)
        if known and known.is_like(project):
            return known
        if known:
            raise Invalid.field("key", f"{project.key} is taken. Choose another key.")
        adopt_channel(work, act, project)
        work.add(project)
        return project

    return once(db, attempt)


def change_project(
    db: Database,
    act: Act,
    key: str,
    *,
    name: str,
    home_channel: str,
    retention_months: int | None,
    guests_allowed: bool,
    copy_first: bool = False,
    close_after_days: int | None = None,
) -> tuple[Project, bool]:
    """The project, and whether anything changed."""

    def attempt(work: Work) -> tuple[Project, bool]:
        project = managed(work, act, key, lock=True)
        before, kept_months, idle_days = project.home_channel, project.retention_months, project.close_after_days
        changed = project.change(
            name=name,
            home_channel=home_channel,
            retention_months=retention_months,
            guests_allowed=guests_allowed,
            copy_first=copy_first,
            close_after_days=close_after_days,
        )
        if project.home_channel != before:
            adopt_channel(work, act, project)
        if project.retention_months != kept_months:
            call_off(work, project, act)
        if project.close_after_days != idle_days:
            work.cases.forget_closings(project)
        return project, changed

    return once(db, attempt)


def managed(work: Work, act: Act, key: str, *, lock: bool = False) -> Project:
    """A project for an admin to manage. A private one is its members' alone, unless Casebook was put out of it too."""
    person = admin_of(work, act)
    project = work.projects.by_key(kept(key), lock=lock)
    if project is None:
        raise NotFound(f"There is no project {key.upper()}. `/case project` lists them all.")
    home = work.projects.channel(project.home_channel)
    if home and home.is_member and not home.is_archived:
        authorize(work, Right.MANAGE, person, project)
    return project


def adopt_channel(work: Work, act: Act, project: Project) -> None:
    channel = home_channel(work, act, project.home_channel)
    if channel.mirrored_at:
        project.is_private = channel.is_private


def home_channel(work: Work, act: Act, channel_id: str) -> Channel:
    """The channel as Slack has described it; until then it is private, with nobody in it but who has named it."""
    channel = work.projects.channel(channel_id)
    if channel is None:
        channel = Channel(id=channel_id, name="", is_private=True, is_archived=False, is_member=False)
        work.add(channel)
        work.add(ChannelMember(channel_id=channel.id, person_id=act.actor))
    work.enqueue([telling.mirror(Tell.CHANNEL, act.at, act.at.isoformat(), channel.id)])
    return channel


def list_projects(db: Database, act: Act) -> tuple[list[Project], bool]:
    """The projects that the person may see, and whether they may make new ones."""
    with db.read() as work:
        person = person_of(work, act.actor)
        return projects_for(work, person), is_admin(person)
