"""What a change of a case means to the inboxes: each recipient is told of each event once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.inbox import Event, Inbox, Match, Notification
from bot.domain.notifying import Audience, Happening, deliveries_for, notifications, resolutions
from bot.storage.database import Database, Work
from bot.usecases.access import those_who_may_see
from bot.usecases.listening import Listening
from bot.usecases.silence_posts import name_silences
from bot.usecases.silencing import Quiet, quiet_for
from bot.usecases.verb import once


@dataclass(frozen=True, slots=True)
class Found:
    """A case beside the inboxes. ``inside``: the ids of those it is in. ``paged``: what PagerDuty knows of it."""

    case: Case
    entries: Sequence[Entry]
    inboxes: Mapping[int, Inbox]
    inside: frozenset[int]
    paged: Sequence[Notification]
    quiet: Quiet

    @property
    def is_new(self) -> bool:
        return any(entry.kind == Kind.OPENED for entry in self.entries)


def match_case(db: Database, listening: Listening, case_id: int, entries: Sequence[int], now: datetime) -> None:
    """``entries``: ids of the changes; none when only time has passed. Doing it twice tells nobody twice."""
    with db.read() as work:  # very many inboxes may be asked, and others must be able to write meanwhile
        case = work.cases.by_id(case_id)
        if case is None:
            return
        inside = frozenset(listening.inboxes_of(work, case, now))
        held, paged = work.inboxes.matches_of(case_id), work.inboxes.paged(case_id)
        concerned = inside | held.keys() | {row.inbox_id for row in paged}
        inboxes = work.inboxes.by_ids(concerned) if concerned else {}
        quiet = quiet_for(work, case, inboxes, now) if inboxes else Quiet()
        found = Found(case, work.cases.entries(entries), inboxes, inside, paged, quiet)
        _ = case.posts
    if inboxes:
        once(db, lambda work: tell_recipients(work, found, now))
    name_silences(db, case_id, now)


def tell_recipients(work: Work, found: Found, now: datetime) -> None:
    held = work.inboxes.matches_of(found.case.id)
    happened = list(happenings(work, found, held, now))
    audience = audience_of(work, found, happened)
    rows = [row for one in happened for row in notifications(one, found.case, audience, now)]
    rows = not_silenced(work, found.quiet, rows)
    rows += resolutions(found.paged, found.inside, found.case, now)
    ids = work.inboxes.told(rows)
    fresh = [(ids[row.key], row) for row in rows if row.key in ids]
    work.enqueue(deliveries_for(fresh, found.case, now))


def not_silenced(work: Work, quiet: Quiet, rows: Sequence[Notification]) -> list[Notification]:
    """What a silence keeps back is written down, so that its end can be told with it."""
    quiet = quiet.among(work.silences.still(quiet.ids))
    work.silences.hold_back([(silence, row) for row in rows if (silence := quiet.by(row.inbox_id))])
    return [row for row in rows if not quiet.by(row.inbox_id)]


def happenings(work: Work, found: Found, held: Mapping[int, Match], now: datetime) -> Iterable[Happening]:
    """What happened between the case and each inbox; which inboxes hold it is written down on the way."""
    case_id, occasion = found.case.id, now.isoformat()
    seeing = owners_who_see(work, found)
    newly = work.inboxes.hold([held_since(one, case_id, now) for one in to_hold(found, held)])
    for inbox_id, inbox in found.inboxes.items():
        if inbox_id not in found.inside:
            if work.inboxes.let_go(inbox_id, case_id) and inbox.owner in seeing:
                yield Happening(inbox, Event.LEFT, occasion)
        elif found.is_new:
            yield Happening(inbox, Event.CREATED)
        elif inbox_id in held:
            rests = found.case.is_snoozed  # asked again when it wakes
            if is_over(held[inbox_id], now) and not rests and work.inboxes.stayed(inbox_id, case_id, now):
                yield Happening(inbox, Event.STAYED, occasion)
        elif inbox_id in newly and inbox.knows_cases:
            yield Happening(inbox, Event.ENTERED, occasion)


def to_hold(found: Found, held: Mapping[int, Match]) -> list[Inbox]:
    return [found.inboxes[id_] for id_ in found.inside if id_ not in held and found.inboxes[id_].holds_cases]


def held_since(inbox: Inbox, case_id: int, now: datetime) -> dict[str, object]:
    """A row of ``Match``."""
    stay = inbox.stay_minutes
    stay_at = None if stay is None else now + timedelta(minutes=stay)
    return {"inbox_id": inbox.id, "case_id": case_id, "since": now, "stay_at": stay_at}


def is_over(match: Match, now: datetime) -> bool:
    return match.stay_at is not None and match.stay_at <= now


def owners_who_see(work: Work, found: Found) -> set[str]:
    owners = work.people.by_ids(inbox.owner for inbox in found.inboxes.values())
    return {person.id for person in those_who_may_see(work, found.case.project, owners.values())}


def audience_of(work: Work, found: Found, happened: Sequence[Happening]) -> Audience:
    inboxes = {one.inbox.id: one.inbox for one in happened}
    people = work.people.by_ids(
        recipient.target for inbox in inboxes.values() for recipient in inbox.recipients if recipient.target
    )
    may_see = those_who_may_see(work, found.case.project, people.values())
    return Audience(
        people={person.id: person for person in may_see},
        muted=frozenset(work.inboxes.mutes(inboxes)) if inboxes else frozenset(),
        actors=frozenset(entry.actor for entry in found.entries),
    )
