"""Silences: for a time, an inbox tells nobody, or no inbox tells of the cases that a query finds."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import silence_telling
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.errors import Invalid, NotAllowed, NotFound
from bot.domain.matching import matches
from bot.domain.moments import moment_ahead
from bot.domain.person import Person
from bot.domain.query import parse
from bot.domain.query_meaning import understand
from bot.domain.query_text import QueryError
from bot.domain.reading import SilenceList
from bot.domain.silence import AT_ONCE, Silence, reason_of
from bot.domain.text import is_blank, kept
from bot.domain.zone import zone_named
from bot.storage.database import Database, Work
from bot.usecases.access import helpers, person_of
from bot.usecases.inboxes import editable
from bot.usecases.looking import viewer_for
from bot.usecases.silence_ends import announce
from bot.usecases.verb import once

Check = Callable[[Work, Person], int | None]
OVER = "This silence is over already. `/case silence` lists those that last."
TOO_MANY = f"There are {AT_ONCE} silences already, and each is asked of every case. End one first: `/case silence`."


@dataclass(frozen=True, slots=True)
class Quiet:
    """Which silences hold: ``everywhere`` the one that a case is silenced by, ``inboxes`` those of single inboxes."""

    everywhere: int | None = None
    inboxes: Mapping[int, int] = field(default_factory=dict)

    @property
    def ids(self) -> set[int]:
        return {*self.inboxes.values(), *([self.everywhere] if self.everywhere else [])}

    def among(self, lasting: Collection[int]) -> "Quiet":
        """``lasting``: the ids of those that have not been told to be over meanwhile."""
        inboxes = {inbox: one for inbox, one in self.inboxes.items() if one in lasting}
        return Quiet(self.everywhere if self.everywhere in lasting else None, inboxes)

    def by(self, inbox_id: int) -> int | None:
        """The id of the silence that keeps this inbox from telling."""
        return self.everywhere or self.inboxes.get(inbox_id)


def silence_query(db: Database, act: Act, query: str, until: str, reason: str = "") -> Silence:
    """Raises ``QueryError`` pointing at the word that is wrong, and ``Invalid``."""

    def check(work: Work, person: Person) -> int | None:
        if is_blank(query):
            raise Invalid.field("query", "Say which cases: `/case silence service:checkout 2h`.")
        understand(parse(kept(query)), viewer_for(work, person, act.at), work.search.names)
        return None

    return once(db, lambda work: silenced(work, act, check, until, reason, kept(query)))


def silence_inbox(db: Database, act: Act, inbox_id: int, until: str, reason: str = "") -> Silence:
    """For whoever may change it."""

    def check(work: Work, person: Person) -> int | None:
        editable(work, act, inbox_id)
        return inbox_id

    return once(db, lambda work: silenced(work, act, check, until, reason))


def silenced(work: Work, act: Act, check: Check, until: str, reason: str, query: str = "") -> Silence:
    if act.origin and (repeated := work.silences.from_origin(act.origin)):
        return repeated
    person = colleague(work, act)
    inbox_id, ends_at = check(work, person), moment_ahead(until, act.at, zone_named(person.tz))
    if len(work.silences.lasting(act.at)) >= AT_ONCE:
        raise Invalid(TOO_MANY)
    silence = Silence(
        inbox_id=inbox_id, query=query, reason=reason_of(reason), made_by=person.id, made_at=act.at, ends_at=ends_at,
        withheld=0, origin=act.origin,
    )  # fmt: skip
    work.add(silence)
    work.enqueue([silence_telling.posts(silence, "begun", act.at)])
    return silence


def end_silence(db: Database, act: Act, silence_id: int) -> Silence:
    """Any colleague may: it makes Casebook louder, not quieter."""

    def attempt(work: Work) -> Silence:
        person = colleague(work, act)
        silence = work.silences.by_id(silence_id, lock=True)
        if silence is None or (silence.ends_at <= act.at and silence.ended_by != person.id):
            raise NotFound(OVER)
        if silence.ends_at > act.at:
            silence.ends_at, silence.ended_by = act.at, person.id
            announce(work, silence, act.at)
        return silence

    return once(db, attempt)


def list_silences(db: Database, act: Act) -> SilenceList:
    with db.read() as work:
        colleague(work, act)
        found = work.silences.lasting(act.at)
        return SilenceList(found, work.inboxes.by_ids(one.inbox_id for one in found if one.inbox_id))


def colleague(work: Work, act: Act) -> Person:
    """Guests and people from outside silence nothing: it concerns everybody."""
    person = person_of(work, act.actor)
    if person.is_guest or person.is_outside or person.is_bot or person.is_gone:
        raise NotAllowed(f"Only people of this workspace silence inboxes. Ask {helpers(work)}.")
    return person


def quiet_for(work: Work, case: Case, inboxes: Collection[int], now: datetime) -> Quiet:
    """What keeps these inboxes from telling of the case."""
    found = work.silences.concerning(inboxes, now)
    alone = {one.inbox_id: one.id for one in found if one.inbox_id}
    return Quiet(next((one.id for one in found if not one.inbox_id and covers(work, one, case, now)), None), alone)


def covers(work: Work, silence: Silence, case: Case, now: datetime) -> bool:
    """A query that means nothing any more silences nothing."""
    maker = work.people.by_id(silence.made_by)
    if maker is None or maker.is_gone:
        return False
    try:
        query, viewer = parse(silence.query), viewer_for(work, maker, now)
        return matches(query, case, viewer, work.search.names, work.cases.note_texts(case))
    except QueryError:
        return False
