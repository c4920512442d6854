"""Statistics that a channel gets every week: setting them up, listing and ending them, and sending what is due."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import notifying, telling
from bot.domain.act import Act
from bot.domain.errors import Invalid, NotAllowed
from bot.domain.inbox import QUERY_LIMIT
from bot.domain.query import parse
from bot.domain.query_meaning import understand
from bot.domain.reading import WEEKLIES, WeeklyForm, WeeklyList
from bot.domain.rights import is_admin
from bot.domain.text import kept
from bot.domain.weekly import Weekly, check
from bot.domain.zone import zones
from bot.storage.database import Database, Work
from bot.usecases.access import person_of
from bot.usecases.looking import viewer_for
from bot.usecases.people import enqueue_absent
from bot.usecases.verb import once

BATCH = 200
TOO_LONG = f"This query is too long to be kept: it has more than {QUERY_LIMIT:,} characters. Make it shorter."
NO_PROJECT = "There is no project whose cases you may see, so there is nothing to count. Ask an admin to let you in."


@dataclass(frozen=True, slots=True)
class WeeklyFields:
    """``day``: one of ``domain.digest.WEEKDAYS``; ``minute``: after midnight by the clocks of ``tz``."""

    query: str
    channel: str
    day: str
    minute: int
    tz: str


def weekly_form(db: Database, act: Act, query: str) -> WeeklyForm:
    """Raises ``QueryError`` for what means nothing to this person."""
    with db.read() as work:
        refuse_unmeant(work, act, kept(query))
        return WeeklyForm(kept(query), person_of(work, act.actor).tz)


def refuse_unmeant(work: Work, act: Act, query: str) -> None:
    viewer = viewer_for(work, person_of(work, act.actor), act.at)
    understand(parse(query), viewer, work.search.names)
    if not viewer.projects:
        raise NotAllowed(NO_PROJECT)
    if len(query) > QUERY_LIMIT:
        raise Invalid.field("query", TOO_LONG)


def send_weekly(db: Database, act: Act, fields: WeeklyFields) -> Weekly:
    """From now on. Raises ``Invalid`` naming each field that is wrong."""
    check(fields.channel, fields.day, fields.minute)

    def attempt(work: Work) -> Weekly:
        if act.origin and (repeated := work.weeklies.from_origin(act.origin)):
            return repeated
        person, query = person_of(work, act.actor), kept(fields.query)
        refuse_unmeant(work, act, query)
        if fields.tz != person.tz and fields.tz not in zones():
            raise Invalid.field("tz", "Choose a time zone from the list, for example Europe/Berlin.")
        weekly = Weekly(
            query=query,
            channel=fields.channel,
            owner=person.id,
            day=fields.day,
            minute=fields.minute,
            tz=fields.tz,
            origin=act.origin,
            created_at=act.at,
        )
        weekly.due_at = weekly.rhythm.after(act.at)
        work.add(weekly)
        enqueue_absent(work, [notifying.join(fields.channel, act.at)])
        return weekly

    return once(db, attempt)


def list_weeklies(db: Database, act: Act) -> WeeklyList:
    """A person's own; those of everybody for an admin."""
    with db.read() as work:
        person = person_of(work, act.actor)
        found = work.weeklies.of(None if is_admin(person) else person.id, WEEKLIES + 1)
        names = work.people.by_ids(weekly.owner for weekly in found)
        return WeeklyList(
            found[:WEEKLIES], {one.id: one.name for one in names.values()}, len(found) > WEEKLIES, is_admin(person)
        )


def stop_weekly(db: Database, act: Act, weekly_id: int) -> None:
    """Its owner and admins may. One that is gone already is no mistake of theirs."""

    def attempt(work: Work) -> None:
        person = person_of(work, act.actor)
        weekly = work.weeklies.by_id(weekly_id, lock=True)
        if weekly is None:
            return
        if not weekly.may_remove(person):
            owner = work.people.by_id(weekly.owner)
            raise NotAllowed(
                f"These statistics are {owner.name if owner else 'somebody'}'s. Ask them or one of Casebook's admins "
                "to end them."
            )
        work.weeklies.remove(weekly_id)

    once(db, attempt)


def send_due(db: Database, now: datetime) -> None:
    """Called every minute."""
    with db.read() as work:
        due = work.weeklies.due(now, BATCH)
    for weekly_id in due:
        send_one(db, weekly_id, now)


def send_one(db: Database, weekly_id: int, now: datetime) -> None:
    """Once however long nobody looked; the next time is after now."""
    with db.write() as work:
        weekly = work.weeklies.by_id(weekly_id, lock=True)
        if weekly is None or weekly.due_at > now:
            return
        slot, weekly.due_at = weekly.due_at, weekly.rhythm.after(now)
        work.enqueue([telling.weekly(weekly.id, weekly.channel, slot, now)])
