"""Making, changing and looking through rules: only admins do, in the projects that they manage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain import notifying, ruling
from bot.domain.act import Act
from bot.domain.errors import Invalid, NotFound
from bot.domain.person import Person
from bot.domain.project import Project
from bot.domain.query import Viewer, parse
from bot.domain.query_meaning import understand
from bot.domain.reading import RULES_PAGE, RuleForm, RulePage
from bot.domain.rights import Right
from bot.domain.rule import MOST, Action, Rule, Then, When, check, field_name
from bot.domain.text import kept, kept_line
from bot.storage.database import Database, Work
from bot.usecases.access import admin_of, authorize, projects_for
from bot.usecases.people import enqueue_absent
from bot.usecases.projects import managed
from bot.usecases.rule_deeds import wanted_ticket
from bot.usecases.verb import once
from bot.usecases.working import team_of

NO_RULE = "This rule no longer exists. `/case rule` lists the others."
NO_PROJECT = "There is no project yet whose rules you could make. `/case project new` creates one."


@dataclass(frozen=True, slots=True)
class RuleFields:
    """What the rule form was left with. ``minutes``: to wait; ``levels``: minutes of working time by priority."""

    name: str
    when: When
    query: str = ""
    minutes: int | None = None
    levels: Mapping[str, int] = field(default_factory=dict)
    actions: Sequence[Action] = ()


def create_rule(db: Database, act: Act, project_key: str, fields: RuleFields) -> Rule:
    """Raises ``Invalid`` naming each field that is wrong, and ``QueryError`` pointing at the word."""

    def attempt(work: Work) -> Rule:
        person, project = admin_of(work, act), managed(work, act, project_key, lock=True)
        if act.origin and (repeated := work.rules.from_origin(act.origin)):
            return repeated
        if work.rules.count(project.id) >= MOST:
            raise Invalid.field(
                "name", f"{project.key} has {MOST} rules already, as many as can be kept in mind. Delete one first."
            )
        rule = Rule(
            project_id=project.id, owner=person.id, origin=act.origin, created_at=act.at, fired=0, levels={}, actions=[]
        )
        fill(work, act, person, project, rule, fields)
        work.add(rule)
        start(work, act, rule)
        return rule

    return once(db, attempt)


def change_rule(db: Database, act: Act, rule_id: int, fields: RuleFields) -> Rule:
    """From now on it is the changed rule, on behalf of whoever has changed it; its count goes on."""

    def attempt(work: Work) -> Rule:
        person, project, rule = editable(work, act, rule_id)
        rule.owner = person.id
        was_on = rule.is_on
        fill(work, act, person, project, rule, fields)
        rule.is_on = was_on
        work.flush()
        start(work, act, rule)
        return rule

    return once(db, attempt)


def fill(work: Work, act: Act, person: Person, project: Project, rule: Rule, fields: RuleFields) -> None:
    query = kept(fields.query)
    check(fields.name, fields.when, fields.minutes, fields.levels, query, fields.actions)
    if query:
        teams = frozenset(work.teams.of_person(person.id))
        viewer = Viewer(person.id, act.at, person.tz, frozenset({project.id}), teams)
        understand(parse(query), viewer, work.search.names)
    rule.name, rule.query, rule.when = kept_line(fields.name), query, fields.when.value
    rule.minutes, rule.levels = fields.minutes, dict(fields.levels)
    rule.actions = [named(work, project, number, action, act.at).kept() for number, action in enumerate(fields.actions)]
    rule.begin(act.at)


def named(work: Work, project: Project, number: int, action: Action, at: datetime) -> Action:
    """With what names its team. Raises ``Invalid`` for what could never be done."""
    where = field_name(number, action.what)
    if action.what == Then.CHANNEL and project.is_private and action.channel != project.home_channel:
        raise Invalid.field(where, f"{project.key} is private: its cases are told in its own channel only.")
    if action.person:
        refuse_unreachable(work, where, action.person)
    try:
        if action.what == Then.TICKET:
            wanted_ticket(work, project, action, at)
        if action.team is None:
            return action
        team = team_of(work, action.team)
    except Invalid as invalid:
        raise Invalid.field(where, invalid.sentence) from None
    return Action(action.what, team=team.id, handle=team.handle)


def refuse_unreachable(work: Work, where: str, person_id: str) -> None:
    person = work.people.by_id(person_id)
    if person is None:
        raise Invalid.field(where, "Casebook does not know this person yet. Please try again in a minute.")
    if person.is_bot or person.is_gone:
        what = "an app" if person.is_bot else "no longer in this workspace"
        raise Invalid.field(where, f"{person.name} is {what}. Choose somebody else.")


def start(work: Work, act: Act, rule: Rule) -> None:
    """Its clocks are wound anew, and Casebook goes where it will have something to say."""
    channels = dict.fromkeys(action.channel for action in rule.chosen if action.channel)
    enqueue_absent(work, [notifying.join(channel, act.at) for channel in channels])
    work.rules.stop_clocks(rule.id)
    if rule.is_on and rule.goes_by_clock:
        enqueue_absent(work, [ruling.seed(rule.id, act.at.isoformat(), act.at)])


def switch_rule(db: Database, act: Act, rule_id: int, *, on: bool) -> Rule:
    """Switched on again, what happened meanwhile is none of its business."""

    def attempt(work: Work) -> Rule:
        _, _, rule = editable(work, act, rule_id)
        if rule.is_on != on:
            rule.begin(act.at)
            rule.is_on = on
            work.flush()
            start(work, act, rule)
        return rule

    return once(db, attempt)


def delete_rule(db: Database, act: Act, rule_id: int) -> str:
    """Its name. What it has done stays."""

    def attempt(work: Work) -> str:
        _, _, rule = editable(work, act, rule_id)
        work.session.delete(rule)
        return rule.name

    return once(db, attempt)


def editable(work: Work, act: Act, rule_id: int) -> tuple[Person, Project, Rule]:
    person = admin_of(work, act)
    rule = work.rules.by_id(rule_id, lock=True)
    project = work.projects.by_id(rule.project_id) if rule else None
    if rule is None or project is None:
        raise NotFound(NO_RULE)
    authorize(work, Right.MANAGE, person, project)
    return person, project, rule


def list_rules(db: Database, act: Act, project_key: str = "", *, page: int = 1) -> RulePage:
    """Of one project, or of all that the admin manages."""
    with db.read() as work:
        person = admin_of(work, act)
        projects = [managed(work, act, project_key)] if project_key else projects_for(work, person, Right.MANAGE)
        found = work.rules.of_projects([project.id for project in projects])
        page = min(max(page, 1), max(1, -(-len(found) // RULES_PAGE)))
        shown = found[(page - 1) * RULES_PAGE : page * RULES_PAGE]
        keys = {project.id: project.key for project in projects}
        return RulePage(shown, keys, page, len(found), projects[0].key if project_key else "")


def new_form(db: Database, act: Act, project_key: str = "", channel: str | None = None) -> RuleForm:
    """``channel``: where the admin is; a project that is at home there is suggested."""
    with db.read() as work:
        person = admin_of(work, act)
        projects = projects_for(work, person, Right.MANAGE)
        if project_key:
            key = managed(work, act, project_key).key
        elif not projects:
            raise Invalid(NO_PROJECT)
        else:
            key = next((one.key for one in projects if one.home_channel == channel), projects[0].key)
        return RuleForm(projects, work.cases.types(), key)


def edit_form(db: Database, act: Act, rule_id: int) -> tuple[RuleForm, Rule]:
    with db.read() as work:
        _, project, rule = editable(work, act, rule_id)
        return RuleForm([project], work.cases.types(), project.key), rule
