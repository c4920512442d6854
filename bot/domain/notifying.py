"""Whom an inbox tells of what: from something that happened to its notifications, and from those to deliveries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from bot.domain.case import Case
from bot.domain.delivery import CHORES, SLACK, Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.evidence import PostRole
from bot.domain.inbox import IN_SLACK, Event, Inbox, Medium, Notification, Recipient
from bot.domain.person import Notify, Person
from bot.domain.telling import UPDATES, lane_of, tell, unhurried

KINDS = {Medium.PAGERDUTY: Tell.PAGE, Medium.WEBHOOK: Tell.HOOK}


@dataclass(frozen=True, slots=True)
class Happening:
    """An event between an inbox and a case. ``occasion`` tells it from another time that the same happens to both."""

    inbox: Inbox
    event: Event
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Audience:
    """``people``: those among the recipients who may see the case, by id. ``muted``: (inbox, person) pairs.

    ``actors``: whoever did what happened; nobody is told of what they did themselves.
    """

    people: Mapping[str, Person]
    muted: frozenset[tuple[int, str]]
    actors: frozenset[str]

    def wants(self, inbox: Inbox, person_id: str) -> bool:
        person = self.people.get(person_id)
        if person is None or person.is_bot or person.is_gone or person.notify == Notify.NOTHING:
            return False
        return person_id not in self.actors and (inbox.id, person_id) not in self.muted


def notifications(happening: Happening, case: Case, audience: Audience, at: datetime) -> list[Notification]:
    inbox, event = happening.inbox, happening.event
    if event != Event.STAYED and event not in inbox.events:
        return []
    return [
        notification(recipient, case, event, happening.occasion, at)
        for recipient in inbox.recipients
        if reaches(recipient, inbox, case, event, audience)
    ]


def reaches(recipient: Recipient, inbox: Inbox, case: Case, event: Event, audience: Audience) -> bool:
    match recipient.medium:
        case Medium.CHANNEL:
            # Who is in a channel Slack alone knows: a private project's cases stay in its own.
            return not case.project.is_private or recipient.target == case.project.home_channel
        case Medium.PERSON:
            return not case.is_snoozed and audience.wants(inbox, recipient.target)
        case Medium.PAGERDUTY:
            return event != Event.LEFT  # there, that is told by resolving
    return True


def notification(recipient: Recipient, case: Case, event: Event, occasion: str, at: datetime) -> Notification:
    return Notification(
        key=f"{recipient.id}/{case.id}/{event}/{occasion}",
        inbox_id=recipient.inbox_id,
        recipient_id=recipient.id,
        case_id=case.id,
        medium=recipient.medium,
        target=recipient.target or str(recipient.id),
        event=event.value,
        at=at,
    )


def resolutions(raised: Sequence[Notification], inside: Iterable[int], case: Case, at: datetime) -> list[Notification]:
    """For PagerDuty: what was raised is over once the case is closed or has left the inbox.

    ``raised``: what PagerDuty was told of the case, oldest first. ``inside``: the inboxes that the case is in.
    """
    last = {row.recipient_id: row for row in raised}
    over = [
        row
        for row in last.values()
        if row.event != Event.RESOLVED and (not case.is_open or case.is_archived or row.inbox_id not in inside)
    ]
    return [
        Notification(
            key=f"{row.recipient_id}/{case.id}/{Event.RESOLVED}/{row.id}",
            inbox_id=row.inbox_id,
            recipient_id=row.recipient_id,
            case_id=case.id,
            medium=row.medium,
            target=row.target,
            event=Event.RESOLVED.value,
            at=at,
        )
        for row in over
    ]


def deliveries_for(rows: Sequence[tuple[int, Notification]], case: Case, at: datetime) -> list[Delivery]:
    """``rows``: new notifications with their ids. Those for one channel or person make one post."""
    in_slack = sorted(
        ((row.target, id_) for id_, row in rows if row.medium in IN_SLACK), key=lambda found: (found[0], found[1])
    )
    told = [
        tell(
            Tell.NOTIFY,
            f"notify/{ids[0]}",
            at,
            stream=stream_of(case.id, target),
            lane=lane_of(target),
            target=target,
            case_id=case.id,
            data={"notifications": ids},
        )
        for target, found in groupby(in_slack, key=lambda pair: pair[0])
        if (ids := [id_ for _, id_ in found])
    ]
    return told + [outside(id_, row, at) for id_, row in rows if row.medium not in IN_SLACK]


def outside(id_: int, row: Notification, at: datetime) -> Delivery:
    return tell(
        KINDS[Medium(row.medium)],
        f"{row.medium}/{id_}",
        at,
        stream=f"{row.medium}/{row.recipient_id}/{row.case_id}",
        lane=f"{row.medium}/{row.recipient_id}",
        partner=row.medium,
        case_id=row.case_id,
        data={"notification": id_},
    )


def trial(recipient: Recipient, occasion: str, at: datetime) -> Delivery:
    """Whether a recipient outside Slack can be told at all."""
    return tell(
        KINDS[Medium(recipient.medium)],
        f"test/{recipient.id}/{occasion}"[:160],
        at,
        stream=f"test/{recipient.id}",
        lane=f"{recipient.medium}/{recipient.id}",
        partner=recipient.medium,
        data={"recipient": recipient.id},
    )


def stream_of(case_id: int, target: str) -> str:
    """The same as that of a card in that channel, which may be there already."""
    return f"case/{case_id}/{target}"


def changed(case: Case, entry: Entry, *, listened_to: bool) -> list[Delivery]:
    """What a change causes besides the case's own telling: posts that inboxes have put up are kept true, and the
    inboxes are asked about the case, if any listens at all."""
    put_up = [post for post in case.posts if post.role == PostRole.INBOX]
    lane = unhurried(UPDATES, entry)
    refreshed = [refresh(case.id, post.target, str(entry.version), entry.at, lane) for post in put_up]
    return [*refreshed, match_later(case.id, str(entry.id), entry.at, entry.id)] if listened_to else refreshed


def refresh(case_id: int, target: str, occasion: str, at: datetime, lane: str = UPDATES) -> Delivery:
    """Has what an inbox has put up there drawn as the case is by then."""
    return tell(
        Tell.INBOX,
        f"inbox/{case_id}/{target}/{occasion}",
        at,
        stream=stream_of(case_id, target),
        lane=lane,
        target=target,
        case_id=case_id,
    )


def match_later(case_id: int, occasion: str, at: datetime, entry: int | None = None) -> Delivery:
    """The chore of asking the inboxes about a case. Those of one case are done in order, waiting ones at once."""
    return tell(
        Tell.MATCH,
        f"match/{case_id}/{occasion}",
        at,
        stream=f"match/{case_id}",
        lane=f"{CHORES}/match",
        partner=CHORES,
        case_id=case_id,
        entry_id=entry,
    )


def chore(kind: Tell, inbox: Inbox, occasion: str, at: datetime) -> Delivery:
    """``Tell.SEED`` or ``Tell.SWEEP``."""
    return tell(
        kind,
        f"{kind}/{inbox.id}/{occasion}",
        at,
        stream=f"{kind}/{inbox.id}",
        lane=f"{CHORES}/{kind}",
        partner=CHORES,
        data={"inbox": inbox.id},
    )


def join(channel: str, at: datetime) -> Delivery:
    """So that replies below an inbox's posts are heard."""
    return tell(
        Tell.JOIN,
        f"join/{channel}/{at.isoformat()}",
        at,
        stream=f"join/{channel}",
        lane=f"{SLACK}/{Tell.JOIN}",
        target=channel,
    )


def digests(inbox: Inbox, slot: datetime, at: datetime) -> list[Delivery]:
    """One for each recipient; PagerDuty takes alarms only."""
    return [
        tell(
            Tell.HOOK if recipient.medium == Medium.WEBHOOK else Tell.DIGEST,
            f"digest/{recipient.id}/{slot.isoformat()}",
            at,
            stream=f"digest/{recipient.id}",
            lane=lane_of(recipient.target) if recipient.target else f"{recipient.medium}/{recipient.id}",
            partner=SLACK if recipient.target else recipient.medium,
            target=recipient.target,
            data={"recipient": recipient.id, "slot": slot.isoformat()},
        )
        for recipient in inbox.recipients
        if recipient.medium != Medium.PAGERDUTY
    ]
