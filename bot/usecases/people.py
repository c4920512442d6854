"""Mirroring Slack's people, user groups and home channels; what people choose for themselves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.delivery import Delivery, Tell
from bot.domain.person import Notify, Person, Team, TeamMember
from bot.domain.project import ChannelMember
from bot.domain.text import kept_line
from bot.storage.database import Database, Work
from bot.usecases.access import person_of
from bot.usecases.verb import once


@dataclass(frozen=True, slots=True)
class Profile:
    """What Casebook keeps of a Slack account."""

    id: str
    name: str
    tz: str = "UTC"
    is_admin: bool = False
    is_guest: bool = False
    is_outside: bool = False
    is_bot: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A Slack user group; ``members`` are person ids."""

    id: str
    handle: str
    name: str
    members: tuple[str, ...]
    is_gone: bool = False


def keep_people(db: Database, profiles: Iterable[Profile], admins: frozenset[str]) -> None:
    """``admins``: Slack ids that the operator made admins of Casebook."""
    rows = {profile.id: profile for profile in profiles}

    def attempt(work: Work) -> None:
        known = work.people.by_ids(rows)
        for profile in rows.values():
            person = known.get(profile.id)
            if person is None:
                person = Person(id=profile.id)
                work.session.add(person)
            update_person(person, profile, admins)

    once(db, attempt)


def update_person(person: Person, profile: Profile, admins: frozenset[str]) -> None:
    person.name, person.tz = kept_line(profile.name)[:80] or profile.id, profile.tz[:64]
    person.is_admin = profile.is_admin or profile.id in admins
    person.is_guest, person.is_outside = profile.is_guest, profile.is_outside
    person.is_bot, person.is_gone = profile.is_bot, profile.is_gone


def knows_anybody(db: Database) -> bool:
    with db.read() as work:
        return work.people.any()


def keep_groups(db: Database, groups: Sequence[Group], now: datetime) -> None:
    """All user groups of the workspace: one that is missing here is gone in Slack, and keeps its cases."""

    def attempt(work: Work) -> None:
        known = {team.slack_id: team for team in work.people.all_teams() if team.slack_id}
        for group in groups:
            team = known.pop(group.id, None)
            if team is None:
                team = Team(slack_id=group.id, members=[])
                work.session.add(team)
            update_team(team, group, now)
        for team in known.values():
            team.gone_at = team.gone_at or now

    once(db, attempt)


def update_team(team: Team, group: Group, now: datetime) -> None:
    team.handle, team.name = kept_line(group.handle)[:80], kept_line(group.name)[:120]
    team.gone_at = (team.gone_at or now) if group.is_gone else None
    wanted, present = set(group.members), {member.person_id for member in team.members}
    if wanted != present:
        team.members = [member for member in team.members if member.person_id in wanted]
        team.members += [TeamMember(person_id=person) for person in sorted(wanted - present)]


def keep_channel(
    db: Database,
    channel_id: str,
    now: datetime,
    *,
    name: str,
    is_private: bool,
    is_archived: bool,
    is_member: bool,
    members: Sequence[str],
) -> None:
    """``members`` are kept only of a private channel: they are who may see its projects."""
    with db.write() as work:
        channel = work.projects.channel(channel_id)
        if channel is None:
            return
        channel.name, channel.mirrored_at = kept_line(name)[:80], now
        channel.is_private, channel.is_archived, channel.is_member = is_private, is_archived, is_member
        for project in work.projects.of_channel(channel_id):
            project.is_private = is_private
        present = {row.person_id: row for row in work.projects.members(channel_id)}
        wanted = set(members) if is_private else set()
        for person_id, row in present.items():
            if person_id not in wanted:
                work.session.delete(row)
        for person_id in sorted(wanted - set(present)):
            work.session.add(ChannelMember(channel_id=channel_id, person_id=person_id))


def lose_channel(db: Database, channel_id: str, now: datetime) -> None:
    """Slack will not show us the channel any more: it counts as private, with the members last known."""
    with db.write() as work:
        channel = work.projects.channel(channel_id)
        if channel:
            channel.is_member, channel.is_private, channel.mirrored_at = False, True, now
            for project in work.projects.of_channel(channel_id):
                project.is_private = True


def is_home_channel(db: Database, channel_id: str) -> bool:
    with db.read() as work:
        return work.projects.channel(channel_id) is not None


def ask(db: Database, deliveries: Sequence[Delivery]) -> None:
    """Enqueue what is not enqueued already; two replicas asking at once are as good as one."""
    once(db, lambda work: enqueue_absent(work, deliveries))


def enqueue_absent(work: Work, deliveries: Iterable[Delivery]) -> None:
    work.enqueue(delivery for delivery in deliveries if not work.deliveries.has_key(delivery.key))


def ask_for_directory(db: Database, now: datetime, occasion: str) -> None:
    """Mirror people, user groups and every home channel again."""
    with db.read() as work:
        channels = [channel.id for channel in work.projects.channels()]
    ask(
        db,
        [
            telling.mirror(Tell.PEOPLE, now, occasion),
            telling.mirror(Tell.TEAMS, now, occasion),
            *(telling.mirror(Tell.CHANNEL, now, occasion, channel) for channel in channels),
        ],
    )


def ask_for(db: Database, kind: Tell, now: datetime, occasion: str, target: str = "") -> None:
    ask(db, [telling.mirror(kind, now, occasion, target)])


def open_home(db: Database, act: Act) -> None:
    """Somebody looks at the App Home: draw it now, and keep it true from now on."""

    def opened(person: Person) -> None:
        person.home_opened_at = act.at

    at_home(db, act, opened)


def turn_home(db: Database, act: Act, *, inbox: str | None = None, page: int = 1) -> None:
    """Another inbox or page of it."""

    def turned(person: Person) -> None:
        person.home_inbox, person.home_page = inbox or person.home_inbox, page

    at_home(db, act, turned)


def choose_notify(db: Database, act: Act, notify: Notify) -> None:
    """Which direct messages the person wants."""

    def chosen(person: Person) -> None:
        person.notify = notify.value

    at_home(db, act, chosen)


def redraw_home(work: Work, person: Person, act: Act) -> None:
    """The App Home of somebody who has opened it shows what they have just done elsewhere."""
    delivery = telling.home(person, act.origin or act.at.isoformat(), act.at)
    if person.home_opened_at and not work.deliveries.has_key(delivery.key):
        work.enqueue([delivery])


def at_home(db: Database, act: Act, change: Callable[[Person], None]) -> None:
    """Somebody changes their own App Home, which is drawn anew; a repeated click does nothing."""

    def attempt(work: Work) -> None:
        person = person_of(work, act.actor)
        delivery = telling.home(person, act.origin or act.at.isoformat(), act.at)
        if not work.deliveries.has_key(delivery.key):
            change(person)
            work.enqueue([delivery])

    once(db, attempt)
