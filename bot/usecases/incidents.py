"""Declaring an incident, and what its channel has become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Conflict, Invalid
from bot.domain.evidence import PostRole
from bot.domain.inbox import Medium
from bot.domain.incident import Incident, Severity, Step, checked_name
from bot.domain.incident_paging import page
from bot.domain.person import Person
from bot.domain.rights import Right
from bot.domain.telling import following
from bot.storage.database import Database, Work
from bot.usecases.access import case_for, person_of, projects_for, those_who_may_see
from bot.usecases.verb import Ref, loaded, record, verb
from bot.usecases.working import cannot_have

INVITED = 100  # as many as one call of Slack's takes


@dataclass(frozen=True, slots=True)
class Declared:
    """What the form was left with. A private project's incident is private whatever it says."""

    severity: Severity
    commander: str
    name: str
    is_private: bool = False
    archives: bool = False
    pager: int | None = None


@dataclass(frozen=True, slots=True)
class ToDeclare:
    """For the form. ``pagers``: services of PagerDuty that may be called, by the ids of the recipients they are."""

    case: Case
    pagers: Mapping[int, str]


def case_to_declare(db: Database, act: Act, ref: Ref) -> ToDeclare:
    """Raises ``Conflict`` if the case is led as an incident already."""
    with db.read() as work:
        case = loaded(case_for(work, act, ref, Right.CONTRIBUTE))
        refuse_second(work, case)
        return ToDeclare(case, pagers_for(work, act))


def pagers_for(work: Work, act: Act) -> dict[int, str]:
    """Those of the inboxes that the person sees: whoever may be told of a case may be called for it."""
    person = person_of(work, act.actor)
    projects = [project.id for project in projects_for(work, person)]
    inboxes = work.inboxes.seen_by(person.id, work.teams.of_person(person.id), projects)
    return {
        recipient.id: f"{recipient.label or 'PagerDuty'} ({inbox.name})"
        for inbox in inboxes
        for recipient in inbox.recipients
        if recipient.medium == Medium.PAGERDUTY
    }


def refuse_second(work: Work, case: Case) -> None:
    if work.incidents.running(case.id):
        raise Conflict(f"{case.key} is being led as an incident already. Its card says where.")


@verb("severity")
def declare_incident(work: Work, case: Case, act: Act, declared: Declared) -> Entry:
    """Raises ``Invalid`` naming each field that is wrong, ``Conflict`` if the case is led as one already."""
    refuse_second(work, case)
    if problem := cannot_have(work, case, work.people.by_id(declared.commander)):
        raise Invalid.field("commander", problem)
    if declared.pager is not None and declared.pager not in pagers_for(work, act):
        raise Invalid.field("pager", "This service is not among your inboxes' recipients any more. Choose again.")
    name = checked_name(declared.name)
    entry = case.declare_incident(act, declared.severity.value, declared.commander)
    incident = Incident(
        case_id=case.id,
        severity=declared.severity.value,
        commander=declared.commander,
        name=name,
        is_private=declared.is_private or case.project.is_private,
        archives=declared.archives,
        pager=declared.pager,
        done=[],
        declared_by=act.actor,
        declared_at=act.at,
    )
    work.add(incident)
    work.enqueue(page(incident, act.at, is_over=False))
    return entry


def keep_channel(db: Database, act: Act, case_id: int, channel: str, name: str) -> None:
    """The channel is there. From now on the case has a card in it."""
    with db.write() as work:
        case, incident = led(work, case_id)
        if case and incident and incident.channel is None:
            incident.channel = channel
            record(work, case, case.meet_in(act, channel, name))


def keep_step(db: Database, case_id: int, step: Step) -> None:
    with db.write() as work:
        _, incident = led(work, case_id)
        if incident and not incident.has_done(step):
            incident.done = [*incident.done, step.value]


def end(db: Database, act: Act, case_id: int, *, archived: bool) -> None:
    with db.write() as work:
        case, incident = led(work, case_id)
        if case and incident:
            incident.ended_at = act.at
            work.enqueue(page(incident, act.at, is_over=True))
            if archived and incident.channel and (post := work.cases.standing_post(case.id, incident.channel)):
                post.role = PostRole.SOURCE.value  # nothing can be changed there any more
            record(work, case, case.end_incident(act, archived=archived))


def led(work: Work, case_id: int) -> tuple[Case | None, Incident | None]:
    case = work.cases.by_id(case_id, lock=True)
    return case, work.incidents.running(case_id) if case else None


def concerned(work: Work, case: Case, incident: Incident) -> Sequence[Person]:
    """Whoever has to do with the case and may see it: those who are asked into the channel."""
    first = [incident.commander, incident.declared_by, case.assignee, case.reporter]
    teams = sorted({member.person_id for team in case.teams for member in team.members})
    ids = dict.fromkeys(id_ for id_ in [*first, *sorted(following(case)), *teams] if id_)
    people = work.people.by_ids(ids)
    there = [people[id_] for id_ in ids if id_ in people and not (people[id_].is_bot or people[id_].is_gone)]
    may_see = {person.id for person in those_who_may_see(work, case.project, there)}
    return [person for person in there if person.id in may_see][:INVITED]
