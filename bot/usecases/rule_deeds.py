"""What a rule can do to a case: the use-cases of a single one, done by Casebook for the admin who made the rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain import ruling
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Invalid
from bot.domain.incident import severity_named, suggested_name
from bot.domain.link import Wanted, label_of
from bot.domain.priority import Priority
from bot.domain.project import Project
from bot.domain.rule import Action, Rule, Then
from bot.domain.wording import team_name
from bot.storage.database import Work
from bot.usecases import incidents, working
from bot.usecases.access import those_who_may_see
from bot.usecases.bulk_deeds import give_ticket


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fires for a case. ``occasion``: why now; once and no more."""

    work: Work
    rule: Rule
    case: Case
    occasion: str
    at: datetime


Do = Callable[[Firing, Act, Action], Entry | None]


def assign(firing: Firing, act: Act, action: Action) -> Entry | None:
    return working.assign_case.body(firing.work, firing.case, act, person=action.person)


def give_to_team(firing: Firing, act: Act, action: Action) -> Entry | None:
    return working.assign_case.body(firing.work, firing.case, act, team=action.team)


def assign_next(firing: Firing, act: Act, action: Action) -> Entry | None:
    """Whoever is next is noted on the rule, whose row is locked: two cases at once get two people."""
    person = next_in_turn(firing, action.team or 0)
    firing.rule.turn = person
    return working.assign_case.body(firing.work, firing.case, act, person=person)


def next_in_turn(firing: Firing, team_id: int) -> str:
    """Of the team's members who can have the case, by their ids; raises ``Invalid`` if nobody can."""
    team = working.team_of(firing.work, team_id)
    people = firing.work.people.by_ids(team.member_ids).values()
    there = [person for person in people if not (person.is_bot or person.is_gone)]
    able = sorted(person.id for person in those_who_may_see(firing.work, firing.case.project, there))
    if not able:
        raise Invalid(f"Nobody in {team_name(team)} can have cases of {firing.case.project.key}.")
    last = firing.rule.turn or ""
    return next((person for person in able if person > last), able[0])


def prioritize(firing: Firing, act: Act, action: Action) -> Entry | None:
    return working.prioritize_case.body(firing.work, firing.case, act, Priority(action.priority))


def set_status(firing: Firing, act: Act, action: Action) -> Entry | None:
    return working.set_status.body(firing.work, firing.case, act, action.status)


def note(firing: Firing, act: Act, action: Action) -> Entry | None:
    return working.note_case.body(firing.work, firing.case, act, action.text)


def tell_channel(firing: Firing, act: Act, action: Action) -> None:
    """Who is in a channel Slack alone knows: a private project's cases stay in its own."""
    project, channel = firing.case.project, action.channel or ""
    if project.is_private and channel != project.home_channel:
        raise Invalid(f"Cases of {project.key} are private: they are told in the project's own channel only.")
    tell(firing, channel, action.text)


def tell_person(firing: Firing, act: Act, action: Action) -> None:
    person = firing.work.people.by_id(action.person or "")
    if problem := working.cannot_have(firing.work, firing.case, person):
        raise Invalid(problem)
    tell(firing, action.person or "", action.text)


def tell_assignee(firing: Firing, act: Act, action: Action) -> None:
    """Nobody, if nobody has the case."""
    person = firing.work.people.by_id(firing.case.assignee or "")
    if person and not working.cannot_have(firing.work, firing.case, person):
        tell(firing, person.id, action.text)


def tell(firing: Firing, target: str, text: str) -> None:
    delivery = ruling.told(firing.rule, firing.case, target, text, firing.occasion, firing.at)
    if not firing.work.deliveries.has_key(delivery.key):
        firing.work.enqueue([delivery])


def declare(firing: Firing, act: Act, action: Action) -> Entry | None:
    """Led by whoever has the case, else by whom the rule names, else by its owner."""
    case, rule = firing.case, firing.rule
    declared = incidents.Declared(
        severity=severity_named(action.severity),
        commander=case.assignee or action.person or rule.owner,
        name=suggested_name(case.key, case.title),
    )
    return incidents.declare_incident.body(firing.work, case, act, declared)


def open_ticket(firing: Firing, act: Act, action: Action) -> Entry | None:
    """Where the project creates its tickets, unless the case has one of that partner already."""
    wanted = wanted_ticket(firing.work, firing.case.project, action, firing.at)
    return give_ticket.body(firing.work, firing.case, act, action.partner, wanted)


def wanted_ticket(work: Work, project: Project, action: Action, at: datetime) -> Wanted:
    """Raises ``Invalid`` if the project has not said where."""
    terms = work.tickets.terms(project.id, [action.partner], at)[action.partner]
    kind = terms.kind or action.kind
    if not kind:
        where, how = label_of(action.partner), f"`/case project {project.key} tickets`"
        raise Invalid(f"{project.key} has not said where in {where} its tickets are created: {how} does.")
    return Wanted(kind, terms.subtype)


# What a new kind of action needs besides its fields in the form.
DEEDS: Mapping[Then, Do] = {
    Then.ASSIGN: assign,
    Then.TEAM: give_to_team,
    Then.TURN: assign_next,
    Then.PRIORITY: prioritize,
    Then.STATUS: set_status,
    Then.NOTE: note,
    Then.CHANNEL: tell_channel,
    Then.PERSON: tell_person,
    Then.ASSIGNEE: tell_assignee,
    Then.INCIDENT: declare,
    Then.TICKET: open_ticket,
}
