"""Working a case: who has it, how urgent it is, where it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Invalid
from bot.domain.evidence import Note, RelationKind
from bot.domain.facts import filled, plain
from bot.domain.person import Person, Team
from bot.domain.priority import Priority
from bot.domain.rights import Right
from bot.domain.text import is_blank, kept, kept_line
from bot.domain.wording import team_name
from bot.storage.database import Work
from bot.usecases.access import case_for, those_who_may_see
from bot.usecases.verb import as_seen, refuse_stale, verb


@verb("assignee", "status")
def take_case(work: Work, case: Case, act: Act) -> Entry | None:
    return case.assign(act, act.actor)


@verb("assignee", "teams")
def assign_case(
    work: Work, case: Case, act: Act, *, person: str | None = None, team: str | int | None = None, nobody: bool = False
) -> Entry | None:
    """``team``: an id, a handle or a Slack user group's id. A person and a team may both be given."""
    if nobody:
        return case.unassign(act)
    teams = [team_of(work, team)] if team is not None else None
    if person:
        return case.assign(act, kept_or_able(work, case, person), teams)
    if teams is None:
        raise Invalid.field("assignee", "Choose a person or a team, or tick that nobody has it.")
    return case.assign(act, case.assignee, teams)


@verb("priority")
def prioritize_case(work: Work, case: Case, act: Act, priority: Priority) -> Entry | None:
    return case.prioritize(act, priority)


@verb("status")
def set_status(work: Work, case: Case, act: Act, status: str, reason: str | None = None) -> Entry | None:
    """``status``: a name of the case's type or a group's name, in any spelling of capitals."""
    return case.set_status(act, status, reason)


@verb("status")
def close_case(
    work: Work, case: Case, act: Act, reason: str | None = None, status: str | None = None, text: str = ""
) -> Entry | None:
    """``status``: one of the closed group's, else its default. ``text``: a closing note, kept in any case."""
    if is_blank(text):
        return case.close(act, reason, status)
    note = new_note(case, act, text)
    work.add(note)
    return case.close(act, reason, status, note) or case.add_note(act, note)


@verb("status")
def reopen_case(work: Work, case: Case, act: Act) -> Entry | None:
    return case.reopen(act)


@verb("due")
def set_due(work: Work, case: Case, act: Act, due: date | None) -> Entry | None:
    return case.set_due(act, due)


@verb()
def archive_case(work: Work, case: Case, act: Act) -> Entry | None:
    return case.archive(act)


@verb()
def unarchive_case(work: Work, case: Case, act: Act) -> Entry | None:
    return case.unarchive(act)


@verb()
def watch_case(work: Work, case: Case, act: Act) -> Entry | None:
    return case.watch(act)


@verb()
def unwatch_case(work: Work, case: Case, act: Act) -> Entry | None:
    return case.unwatch(act)


@verb()
def toggle_watching(work: Work, case: Case, act: Act) -> Entry | None:
    return case.watch(act) or case.unwatch(act)


@dataclass(frozen=True, slots=True)
class Edits:
    """What the Edit modal was left with. ``teams`` holds team ids."""

    title: str
    description: str
    priority: Priority
    assignee: str | None
    due: date | None
    teams: Sequence[int] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@verb()
def edit_case(work: Work, case: Case, act: Act, edits: Edits) -> Entry | None:
    """The form holds every field: one that the person left as they saw it stays as it is now."""
    others = {name: value for name, value in case.attributes.items() if name not in edits.attributes}
    fields: dict[str, Any] = {
        "title": edits.title,
        "description": edits.description,
        "priority": edits.priority.value,
        "assignee": edits.assignee,
        "due": edits.due,
        "attributes": others | dict(edits.attributes),
        "teams": teams_of(work, edits.teams, case.teams),
    }
    for name in left_alone(edits, fields["teams"], as_seen(work, case, act)):
        del fields[name]
    refuse_stale(work, case, act, fields)
    if "assignee" in fields:
        fields["assignee"] = kept_or_able(work, case, edits.assignee)
    return case.edit(act, **fields)


def left_alone(edits: Edits, teams: Sequence[Team], seen: Mapping[str, Any]) -> list[str]:
    """Of the fields that have changed since the person looked, those that the form still holds as they were then."""
    held = {
        "title": kept_line(edits.title),
        "description": kept(edits.description),
        "priority": edits.priority.value,
        "assignee": edits.assignee,
        "due": plain(edits.due),
        "attributes": filled(edits.attributes),
        "teams": sorted(team.handle for team in teams),
    }
    before = dict(seen)
    if "attributes" in seen:
        before["attributes"] = {name: was for name, was in seen["attributes"].items() if name in edits.attributes}
    if "teams" in seen:
        before["teams"] = sorted(seen["teams"])
    return [name for name, value in held.items() if name in before and before[name] == value]


@verb()
def relate_case(work: Work, case: Case, act: Act, kind: RelationKind, other: str | int) -> Entry | None:
    """Raises ``NotFound`` or ``NotAllowed`` for the other case as for the first."""
    target = case_for(work, act, other, Right.SEE)
    known = work.cases.relation(case, kind.value, target)
    if known or (kind == RelationKind.RELATES and work.cases.relation(target, kind.value, case)):
        return None
    relation, entry = case.relate(act, kind, target)
    work.add(relation)
    return entry


@verb()
def note_case(work: Work, case: Case, act: Act, text: str) -> Entry:
    note = new_note(case, act, text)
    work.add(note)
    return case.add_note(act, note)


def new_note(case: Case, act: Act, text: str) -> Note:
    if is_blank(text):
        raise Invalid.field("text", "A note needs some text.")
    return Note(case_id=case.id, author=act.actor, text=text, created_at=act.at)


def kept_or_able(work: Work, case: Case, person_id: str | None) -> str | None:
    """Somebody who has the case already keeps it, even if they could not get it today."""
    return person_id if person_id in {None, case.assignee} else able(work, case, str(person_id))


def able(work: Work, case: Case, person_id: str) -> str:
    """The id of somebody who can have this case; ``Invalid`` says why not."""
    person = work.people.by_id(person_id)
    if problem := cannot_have(work, case, person):
        raise Invalid.field("assignee", problem)
    return person_id


def cannot_have(work: Work, case: Case, person: Person | None) -> str | None:
    if person is None:
        return "Casebook does not know this person yet. Please try again in a minute."
    if person.is_bot or person.is_gone:
        return f"{person.name} is {'an app' if person.is_bot else 'no longer in this workspace'}. Choose somebody else."
    if not those_who_may_see(work, case.project, [person]):
        return f"{person.name} has no access to {case.project.key}. Choose somebody who has."
    return None


def team_of(work: Work, team: str | int) -> Team:
    """A team by its id, its Slack user group's id or its handle; ``Invalid`` if there is none."""
    if isinstance(team, int):
        found = work.teams.by_id(team)
    else:
        found = work.teams.from_slack(kept(team)) or work.teams.with_handle(kept(team))
    if found is None:
        named = f"@{team.lstrip('@')}" if isinstance(team, str) else "of that name any more"
        raise Invalid.field("teams", f"There is no team {named}. `/case team` lists them all.")
    if found.gone_at:
        raise Invalid.field("teams", f"{team_name(found)} keeps its cases but gets no new ones. Choose another team.")
    return found


def teams_of(work: Work, ids: Sequence[int], present: Sequence[Team] = ()) -> Sequence[Team]:
    """Teams by their ids. One that is gone in Slack may stay among ``present`` ones, but is given nothing new."""
    found = work.teams.by_ids(ids) if ids else []
    if len(found) < len(set(ids)) or any(team.gone_at and team not in present for team in found):
        raise Invalid.field("teams", "One of these teams no longer exists. Choose again.")
    return found
