"""Mirroring Slack's people, user groups and home channels; what people choose for themselves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.delivery import Delivery, Tell
from bot.domain.person import Notify, Person, Team
from bot.domain.project import ChannelMember
from bot.domain.text import kept_line
from bot.domain.wording import team_name
from bot.storage.database import Database, Work
from bot.usecases.access import person_of
from bot.usecases.verb import once

EMAIL_LIMIT = 254


@dataclass(frozen=True, slots=True)
class Profile:
    """What Casebook keeps of a Slack account."""

    id: str
    name: str
    tz: str = "UTC"
    email: str = ""
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
    person.email = kept_line(profile.email).lower()[:EMAIL_LIMIT] or None
    person.is_admin = profile.is_admin or profile.id in admins
    person.is_guest, person.is_outside = profile.is_guest, profile.is_outside
    person.is_bot, person.is_gone = profile.is_bot, profile.is_gone


def knows_anybody(db: Database) -> bool:
    with db.read() as work:
        return work.people.any()


def keep_groups(db: Database, groups: Sequence[Group], now: datetime) -> None:
    """All user groups of the workspace: one that is missing here is gone in Slack, and keeps its cases."""

    def attempt(work: Work) -> None:
        known = {team.slack_id: team for team in work.teams.all() if team.slack_id}
        before = {team.id: team_name(team) for team in known.values()}
        for group in groups:
            team = known.get(group.id)
            if team is None:
                team = Team(slack_id=group.id, members=[])
                work.session.add(team)
            update_team(team, group, now)
        for slack_id in known.keys() - {group.id for group in groups}:
            known[slack_id].gone_at = known[slack_id].gone_at or now
        renamed = [team for team in known.values() if team_name(team) != before[team.id]]
        enqueue_absent(work, [telling.redraw(team.id, now.isoformat(), now) for team in renamed])

    if are_news(db, groups):
        once(db, attempt)


def are_news(db: Database, groups: Sequence[Group]) -> bool:
    """Asked before: every hour and every start brings all groups, and a writer keeps others waiting."""
    with db.read() as work:
        known = {team.slack_id: mirrored(team) for team in work.teams.all() if team.slack_id}
    present = {group.id: kept_of(group) for group in groups}
    missing = [facts for slack_id, facts in known.items() if slack_id not in present and not facts[-1]]
    return bool(missing) or any(known.get(slack_id) != facts for slack_id, facts in present.items())


def mirrored(team: Team) -> tuple[str, str, set[str], bool]:
    return team.handle, team.name, team.member_ids, team.gone_at is not None


def kept_of(group: Group) -> tuple[str, str, set[str], bool]:
    """The same of a group, as it is kept."""
    return kept_line(group.handle)[:80], kept_line(group.name)[:120], set(group.members), group.is_gone


def update_team(team: Team, group: Group, now: datetime) -> None:
    team.handle, team.name, members, is_gone = kept_of(group)
    team.gone_at = (team.gone_at or now) if is_gone else None
    team.keep_members(members)


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
