"""Who is told of an entry: the one table from a change to its deliveries."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.domain.case import Case
from bot.domain.delivery import CHORES, SLACK, Delivery, Tell
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import PostRole
from bot.domain.person import Notify, Person
from bot.domain.step import Step

CONCERNS_PEOPLE = {
    Kind.OPENED,
    Kind.EDITED,
    Kind.ASSIGNED,
    Kind.PRIORITY,
    Kind.STATUS,
    Kind.CLOSED,
    Kind.REOPENED,
    Kind.DUE,
    Kind.NOTE_ADDED,
    Kind.ARCHIVED,
    Kind.UNARCHIVED,
    Kind.MOVED,
    Kind.INCIDENT_DECLARED,
    Kind.WOKEN,
}
UPDATES = f"{SLACK}/update"
EXPORTS = f"{SLACK}/export"
NOTEBOOKS = f"{SLACK}/notebook"
STATISTICS = f"{SLACK}/statistics"
REDRAWING = f"{CHORES}/redraw"
# A thousand changes at once take Slack half an hour; what people do meanwhile goes first.
LATER = "/bulk"


def tell(
    kind: Tell, key: str, at: datetime, *, stream: str, lane: str, target: str = "", case_id: int | None = None,
    entry_id: int | None = None, data: Mapping[str, Any] | None = None, partner: str = SLACK,
) -> Delivery:  # fmt: skip
    return Delivery(
        kind=kind.value, key=key, partner=partner, stream=stream, lane=lane, target=target, case_id=case_id,
        entry_id=entry_id, data=dict(data or {}), not_before=at, created_at=at, attempts=0, state="due",
    )  # fmt: skip


def lane_of(target: str) -> str:
    """Slack takes about one message a second in each channel or direct message."""
    return f"{SLACK}/{target}"


def unhurried(lane: str, entry: Entry) -> str:
    """What a bulk edit has to say goes in a lane of its own beside the usual one."""
    return f"{lane}{LATER}" if entry.is_one_of_many else lane


def deliveries_for(case: Case, entry: Entry, people: Mapping[str, Person]) -> list[Delivery]:
    """Everything that ``entry`` causes. ``people`` holds everyone with an interest in the case, by id.

    The line comes before the refreshed card: of five quick changes each has its line, and the card is drawn once.
    """
    told = [] if entry.kind == Kind.OPENED else lines(case, entry)
    told += incident_steps(case, entry) + notebook_steps(case, entry)
    if entry.is_one_of_many:
        return told + cards(case, entry)  # people are told of all their cases at once: see `bulk_telling`
    return told + cards(case, entry) + direct_messages(case, entry, people) + homes(case, entry, people)


def card_channels(case: Case) -> list[str]:
    """Where the case's card stands or will stand: the home channel first, then those of its teams.

    A card that stands elsewhere, since the project or the case has moved, is kept true. Of a private project nothing
    is shown but in its own channel.
    """
    elsewhere = [] if case.project.is_private else [*team_channels(case), *standing(case)]
    incident = [case.incident_channel] if case.incident_channel else []
    return list(dict.fromkeys([case.project.home_channel, *incident, *elsewhere]))


def team_channels(case: Case) -> list[str]:
    return [team.home_channel for team in case.teams if team.home_channel]


def standing(case: Case) -> list[str]:
    return [post.channel for post in case.posts if post.role == PostRole.CARD]


def line_channels(case: Case, entry: Entry) -> list[str]:
    """Where ``entry`` is told. Where a team that has the case no longer was at home, only who has it now is."""
    left = {post.channel for post in case.posts if post.for_team} - set(team_channels(case))
    left -= {case.project.home_channel, case.incident_channel}
    return [channel for channel in card_channels(case) if channel not in left or "teams" in entry.changes]


def cards(case: Case, entry: Entry) -> list[Delivery]:
    there = standing(case)
    # A card that the case has left behind has to say so, even where nothing else may be said any more.
    left = there if entry.kind == Kind.MOVED else []
    return [
        tell(
            Tell.CARD,
            f"card/{case.id}/{channel}/{entry.version}",
            entry.at,
            stream=f"case/{case.id}/{channel}",
            lane=unhurried(UPDATES if channel in there else lane_of(channel), entry),
            target=channel,
            case_id=case.id,
            entry_id=entry.id,
        )
        for channel in dict.fromkeys([*card_channels(case), *left])
    ]


def lines(case: Case, entry: Entry) -> list[Delivery]:
    """One line a change in each card's thread, except in the thread that the change itself was written in."""
    written_in = entry.data.get("thread")
    return [
        tell(
            Tell.LINE,
            f"line/{entry.id}/{channel}",
            entry.at,
            stream=f"case/{case.id}/{channel}",
            lane=unhurried(lane_of(channel), entry),
            target=channel,
            case_id=case.id,
            entry_id=entry.id,
        )
        for channel in line_channels(case, entry)
        if channel != written_in
    ]


def incident_steps(case: Case, entry: Entry) -> list[Delivery]:
    """What an incident's beginning and end cause in Slack, one after the other."""
    kinds = {Kind.INCIDENT_DECLARED: Tell.INCIDENT, Kind.CLOSED: Tell.INCIDENT_OVER}
    kind = kinds.get(Kind(entry.kind))
    if kind is None or case.severity is None:
        return []
    return [
        tell(
            kind,
            f"{kind}/{entry.id}",
            entry.at,
            stream=f"{Tell.INCIDENT}/{case.id}",
            lane=f"{SLACK}/{Tell.INCIDENT}/{case.id}",
            case_id=case.id,
            entry_id=entry.id,
        )
    ]


def notebook_steps(case: Case, entry: Entry) -> list[Delivery]:
    """A notebook is begun, or what Casebook keeps in it is brought up to date."""
    kind = Tell.NOTEBOOK if entry.kind == Kind.NOTEBOOK else Tell.NOTEBOOK_KEPT
    if kind == Tell.NOTEBOOK_KEPT and (case.notebook is None or not entry.changes):
        return []
    return [
        tell(
            kind,
            f"{kind}/{entry.id}",
            entry.at,
            stream=f"{Tell.NOTEBOOK}/{case.id}",
            lane=unhurried(NOTEBOOKS, entry),
            case_id=case.id,
            entry_id=entry.id,
        )
    ]


def following(case: Case) -> set[str]:
    """Everyone with an interest in the case as it is now."""
    watching = (watcher.person_id for watcher in case.watchers)
    return {person for person in (case.assignee, case.reporter, *watching) if person}


def interested(case: Case, entry: Entry) -> dict[str, bool]:
    """Person → whether the case is theirs (assigned or reported) rather than watched. Never who did it."""
    theirs = {case.assignee, case.reporter, entry.before("assignee")}
    return {person: person in theirs for person in (theirs | following(case)) - {None, entry.actor} if person}


def direct_messages(case: Case, entry: Entry, people: Mapping[str, Person]) -> list[Delivery]:
    return [
        tell(
            Tell.DM,
            f"dm/{entry.id}/{person_id}",
            entry.at,
            stream=f"dm/{person_id}",
            lane=lane_of(person_id),
            target=person_id,
            case_id=case.id,
            entry_id=entry.id,
        )
        for person_id in concerned(case, entry, people)
    ]


def concerned(case: Case, entry: Entry, people: Mapping[str, Person]) -> list[str]:
    """Whom it is told in a direct message."""
    if entry.kind not in CONCERNS_PEOPLE or case.is_snoozed:
        return []
    return [who for who, theirs in interested(case, entry).items() if wants(people.get(who), theirs)]


def wants(person: Person | None, theirs: bool) -> bool:
    """Bots, people who left and people unknown to the directory are not written to."""
    if person is None or person.is_bot or person.is_gone:
        return False
    return person.notify == Notify.ALL or (person.notify == Notify.MINE and theirs)


def homes(case: Case, entry: Entry, people: Mapping[str, Person]) -> list[Delivery]:
    """The App Homes that show this case as somebody's own and have been opened at all."""
    return [home(person, f"{entry.id}", entry.at) for person in showing(case, entry, people)]


def showing(case: Case, entry: Entry, people: Mapping[str, Person]) -> list[Person]:
    """Those on whose App Home the case is, or was until now."""
    shown = {case.assignee, case.reporter, entry.before("assignee"), entry.actor}
    return [person for id_ in shown if id_ and (person := people.get(id_)) and person.home_opened_at]


def home(person: Person, occasion: str, at: datetime) -> Delivery:
    """``occasion`` makes the key unique; several waiting ones are drawn once."""
    return tell(
        Tell.HOME,
        f"home/{person.id}/{occasion}",
        at,
        stream=f"home/{person.id}",
        lane=f"{SLACK}/home",
        target=person.id,
    )


def people_wanted(case: Case, entry: Entry) -> Iterable[str]:
    """Whose rows `deliveries_for` needs."""
    return {*interested(case, entry), entry.actor}


def answer(case: Case, entry: Entry, channel: str, thread_ts: str) -> Delivery:
    """In the thread of an escalated post: which case it became."""
    return tell(
        Tell.ANSWER,
        f"answer/{entry.id}",
        entry.at,
        stream=f"case/{case.id}/{channel}/source",
        lane=lane_of(channel),
        target=channel,
        case_id=case.id,
        entry_id=entry.id,
        data={"thread_ts": thread_ts},
    )


def reply_again(channel: str, ts: str, at: datetime, data: Mapping[str, Any]) -> Delivery:
    """A reply below a post of ours of which Casebook does not know yet which case it belongs to."""
    return tell(
        Tell.REPLY,
        f"reply/{channel}/{ts}",
        at,
        stream=f"reply/{channel}/{ts}",
        lane=f"{SLACK}/reply",
        target=channel,
        data=data,
    )


def whisper(key: str, at: datetime, *, person: str, channel: str, thread_ts: str | None, sentence: str) -> Delivery:
    """A sentence that only one person sees, where they are."""
    return tell(
        Tell.WHISPER,
        f"whisper/{key}",
        at,
        stream=f"whisper/{person}",
        lane=lane_of(person),
        target=person,
        data={"channel": channel, "thread_ts": thread_ts, "sentence": sentence},
    )


def mirror(kind: Tell, at: datetime, occasion: str, target: str = "") -> Delivery:
    """Ask Slack for people, user groups or a channel; ``occasion`` makes the key unique."""
    return tell(
        kind, f"{kind}/{target}/{occasion}", at, stream=f"{kind}/{target}", lane=f"{SLACK}/{kind}", target=target
    )


def redraw(team_id: int, occasion: str, at: datetime, *, after: int = 0) -> Delivery:
    """Bring the cards of a team's open cases up to date, a few at a time. ``after``: the id of the last case done."""
    return tell(
        Tell.REDRAW,
        f"redraw/{team_id}/{occasion}/{after}",
        at,
        stream=f"redraw/{team_id}",
        lane=REDRAWING,
        partner=CHORES,
        data={"team": team_id, "occasion": occasion, "after": after},
    )


def redrawn(case: Case, occasion: str, at: datetime) -> list[Delivery]:
    """The cards of a case that stand, drawn anew without an entry."""
    there = standing(case)
    return [
        tell(
            Tell.CARD,
            f"card/{case.id}/{channel}/{occasion}",
            at,
            stream=f"case/{case.id}/{channel}",
            lane=UPDATES,
            target=channel,
            case_id=case.id,
        )
        for channel in card_channels(case)
        if channel in there
    ]


def export(person: str, occasion: str, at: datetime, *, query: str, kind: str) -> Delivery:
    """A file of the cases that ``query`` finds, for one person."""
    return tell(
        Tell.EXPORT,
        f"export/{person}/{occasion}",
        at,
        stream=f"export/{person}",
        lane=EXPORTS,
        target=person,
        data={"query": query, "format": kind},
    )


def statistics(person: str, occasion: str, at: datetime, *, query: str) -> Delivery:
    """Figures of the cases that ``query`` finds, for one person."""
    return tell(
        Tell.STATISTICS,
        f"statistics/{person}/{occasion}",
        at,
        stream=f"statistics/{person}",
        lane=STATISTICS,
        target=person,
        data={"query": query},
    )


def weekly(weekly_id: int, channel: str, slot: datetime, at: datetime) -> Delivery:
    """The same for a channel, once for each time that it was due."""
    return tell(
        Tell.WEEKLY,
        f"weekly/{weekly_id}/{slot.isoformat()}",
        at,
        stream=f"weekly/{weekly_id}",
        lane=STATISTICS,
        target=channel,
        data={"weekly": weekly_id},
    )


def step_key(execution: str) -> str:
    return f"step/{execution}"


def step_done(step: Step, at: datetime, *, case: Case | None, outputs: Mapping[str, Any]) -> Delivery:
    """After the case's card has been posted: the answer says where it is."""
    stream = f"case/{case.id}/{case.project.home_channel}" if case else step_key(step.execution)
    return tell(
        Tell.STEP,
        step_key(step.execution),
        at,
        stream=stream,
        lane=f"{SLACK}/{Tell.STEP}",
        case_id=case.id if case else None,
        data={"step": step.name, "execution": step.execution, "outputs": dict(outputs)},
    )


def step_failed(step: Step, at: datetime, sentence: str) -> Delivery:
    """``sentence``: for whoever builds the workflow."""
    return tell(
        Tell.STEP,
        step_key(step.execution),
        at,
        stream=step_key(step.execution),
        lane=f"{SLACK}/{Tell.STEP}",
        data={"step": step.name, "execution": step.execution, "error": sentence[:1000]},
    )
