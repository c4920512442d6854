"""The rule form: when, if and then, and on which cases of the past the rule would have fired."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import Invalid
from bot.domain.evidence import NOTE_LIMIT
from bot.domain.incident import SEVERITY_WORDS
from bot.domain.link import label_of
from bot.domain.priority import PRIORITY_WORDS
from bot.domain.reading import RuleForm, Trial
from bot.domain.rule import (
    ACTIONS,
    LEVEL_MINUTES,
    LEVELS,
    MINUTES,
    NAME_LIMIT,
    QUERY_LIMIT,
    WAITING,
    Action,
    Rule,
    Then,
    When,
    field_name,
    level_field,
)
from bot.views.blocks import Block, View, actions, context, divider, field_input, modal, section
from bot.views.cards import PRIORITIES
from bot.views.elements import (
    button,
    channel_select,
    external_select,
    grouped_select,
    option,
    select,
    text_input,
    users_select,
)
from bot.views.forms import state
from bot.views.forms.bulk import status_choices
from bot.views.forms.metadata import pack, unpack
from bot.views.inbox_posts import stay_words
from bot.views.limits import OPTIONS, clip, one_line
from bot.views.pickers import project_keys
from bot.views.rules import THEN, WHEN, level_words
from bot.views.text import Mrkdwn, joined, mrkdwn
from bot.views.words import plural, priority_words

NOTHING = "none"
TRIED = "tried"
TITLE = 80
WHENS = [option(words[0].upper() + words[1:], when.value) for when, words in WHEN.items()]
THENS = [option(words, then.value) for then, words in THEN.items()]
WAITS = {
    When.IDLE: ("For how long", "What people do counts, what Casebook does by itself not."),
    When.DUE: ("How long before", "Before 17:00 of the due day, by the clocks of whoever has the case."),
    When.UNASSIGNED: ("For how long", "A team without a person counts as nobody."),
}
LEVEL_HINT = Mrkdwn(
    "Working time is 9–17 on Mondays to Fridays, by the clocks of whoever has the case, else in UTC. It counts from "
    "when the case was opened, or opened again, or got its priority. At 80 % there is a warning, and at the end an "
    "entry on the timeline; then the rule does what is chosen below."
)
QUERY_HINT = "Only cases that this finds. For example priority:P1 service:checkout. Empty: every case of the project."
FROM_NOW = "A rule looks at what happens from now on."


@dataclass(frozen=True, slots=True)
class RuleFormFields:
    """As ``usecases.rules.RuleFields`` has them. ``rule``: the id of the one that is edited, else 0."""

    rule: int
    project: str
    name: str
    when: When
    query: str
    minutes: int | None
    levels: Mapping[str, int]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What decides on the fields that the form has."""

    rule: int
    project: str
    when: When
    thens: tuple[Then | None, ...]


def rule_form(
    form: RuleForm, *, rule: Rule | None = None, chosen: Chosen | None = None, tried: Trial | None = None
) -> View:
    """``rule``: as it was saved; ``chosen``: as it is being filled in. Fields keep what was typed while they stay."""
    when = chosen.when if chosen else When(rule.when) if rule else When.CREATED
    saved = rule.chosen if rule else []
    thens = chosen.thens if chosen else tuple(action.what for action in saved)
    name = text_input("name", value=rule.name if rule else "", placeholder="Page SRE", limit=NAME_LIMIT)
    query = text_input(
        "query", value=rule.query if rule else "", placeholder="priority:P1", lines=True, limit=QUERY_LIMIT
    )
    blocks = [
        *_project(form, rule, chosen),
        field_input("name", "Name", name),
        field_input("when", "When", select("rule.when", "Choose", WHENS, chosen=when.value), live=True),
        *_time(when, rule),
        field_input("query", "If", query, optional=True, hint=QUERY_HINT),
        divider(),
    ]
    for number in range(ACTIONS):
        blocks += _action(form, number, when, thens, saved)
    blocks += [divider(), actions([button("Try it on past cases", "rule.try")], block_id="rule/try"), _tried(tried)]
    project = rule and form.project
    title, submit = ("Edit rule", "Save") if rule else ("New rule", "Create")
    metadata = pack(rule=rule.id if rule else 0, project=project)
    return modal("rule.edit" if rule else "rule.new", title, blocks, submit=submit, metadata=metadata)


def _project(form: RuleForm, rule: Rule | None, chosen: Chosen | None) -> list[Block]:
    if rule:
        return [context(mrkdwn("Rule of project {}", form.project))]
    first = chosen.project if chosen else form.project
    ordered = sorted(form.projects, key=lambda project: project.key != first)
    menu = select("project", "Choose", project_keys(ordered[:OPTIONS]), chosen=first)
    return [field_input("project", "Project", menu)]


def _time(when: When, rule: Rule | None) -> list[Block]:
    same = rule if rule and rule.when == when else None
    if when in WAITING:
        label, hint = WAITS[when]
        minutes = sorted({*MINUTES, *([same.minutes] if same and same.minutes else [])})
        options = [option(stay_words(one), str(one)) for one in minutes]
        chosen = str(same.minutes) if same else None
        return [field_input("minutes", label, select(f"minutes/{when}", "Choose", options, chosen=chosen), hint=hint)]
    if when not in LEVELS:
        return []
    return [context(LEVEL_HINT), *(_level(priority, same) for priority in PRIORITY_WORDS)]


def _level(priority: str, rule: Rule | None) -> Block:
    known = rule.levels.get(priority) if rule else None
    options = [option("No limit", NOTHING)]
    options += [option(level_words(one), str(one)) for one in sorted({*LEVEL_MINUTES, *([known] if known else [])})]
    menu = select(level_field(priority), "Choose", options, chosen=str(known or NOTHING))
    return field_input(level_field(priority), priority_words(priority), menu)


def _action(
    form: RuleForm, number: int, when: When, thens: Sequence[Then | None], saved: Sequence[Action]
) -> list[Block]:
    then = thens[number] if number < len(thens) else None
    is_needed = number == 0 and when not in LEVELS
    offered = THENS if form.systems or then == Then.TICKET else [one for one in THENS if one["value"] != Then.TICKET]
    options = offered if is_needed else [option("Nothing else", NOTHING), *offered]
    start = then.value if then else None if is_needed else NOTHING
    menu = select(f"rule.then/{number}", "Choose", options, chosen=start)
    blocks = [field_input(f"then{number}", "Then" if number == 0 else "And then", menu, live=True)]
    if then is None:
        return blocks
    was = saved[number] if number < len(saved) and saved[number].what == then else Action(then)
    return [*blocks, *PARTS[then](form, field_name(number, then), was)]


Part = Callable[[RuleForm, str, Action], list[Block]]


def _person(label: str) -> Part:
    return lambda _, id_, was: [field_input(id_, label, users_select(id_, "Choose a person", chosen=was.person))]


def _team(_: RuleForm, id_: str, was: Action) -> list[Block]:
    known = option(f"@{was.handle}", str(was.team)) if was.team else None
    return [field_input(id_, "Team", external_select("form.teams", "Type a part of its name", chosen=known))]


def _priority(_: RuleForm, id_: str, was: Action) -> list[Block]:
    return [field_input(id_, "Priority", select(id_, "Choose", PRIORITIES, chosen=was.priority or None))]


def _status(form: RuleForm, id_: str, was: Action) -> list[Block]:
    menu = grouped_select(id_, "Choose", status_choices(form.types), chosen=was.status or None)
    return [field_input(id_, "Status", menu, hint="A case that has no such status stays as it is.")]


def _text(id_: str, was: Action) -> Block:
    return text_input(id_, value=was.text, lines=True, limit=NOTE_LIMIT)


def _note(_: RuleForm, id_: str, was: Action) -> list[Block]:
    return [field_input(id_, "Note", _text(id_, was))]


def _saying(id_: str, was: Action) -> Block:
    return field_input(f"{id_}/text", "Saying", _text(f"{id_}/text", was), optional=True, hint="Beside the case itself")


def _channel(_: RuleForm, id_: str, was: Action) -> list[Block]:
    menu = channel_select(id_, "Choose a channel", chosen=was.channel)
    hint = "Into a private channel, /invite @casebook first. A private project's cases are told in its own only."
    return [field_input(id_, "Channel", menu, hint=hint), _saying(id_, was)]


def _told(_: RuleForm, id_: str, was: Action) -> list[Block]:
    who = users_select(id_, "Choose a person", chosen=was.person)
    return [field_input(id_, "Person", who), _saying(id_, was)]


def _assignee(_: RuleForm, id_: str, was: Action) -> list[Block]:
    return [_saying(id_, was)]


def _incident(_: RuleForm, id_: str, was: Action) -> list[Block]:
    severities = [option(words, severity.value) for severity, words in SEVERITY_WORDS.items()]
    menu = select(id_, "How bad is it?", severities, chosen=was.severity or None)
    leads = users_select(f"{id_}/person", "You", chosen=was.person)
    hint = "Whoever has the case leads the incident; this person if nobody has it, else you."
    return [
        field_input(id_, "Severity", menu),
        field_input(f"{id_}/person", "Commander", leads, optional=True, hint=hint),
    ]


def _ticket(form: RuleForm, id_: str, was: Action) -> list[Block]:
    known = {system.name: option(system.label, f"{system.name}/{system.default_kind}") for system in form.systems}
    if was.partner:
        known.setdefault(was.partner, option(label_of(was.partner), f"{was.partner}/{was.kind}"))
    if not known:
        return [context("No ticketing system is connected any more. Choose something else.")]
    start = str(known[was.partner]["value"]) if was.partner else None
    menu = select(id_, "Choose", list(known.values()), chosen=start)
    return [field_input(id_, "Ticketing system", menu, hint="Created where the project's tickets are.")]


PARTS: Mapping[Then, Part] = {
    Then.ASSIGN: _person("Person"),
    Then.TEAM: _team,
    Then.TURN: _team,
    Then.PRIORITY: _priority,
    Then.STATUS: _status,
    Then.NOTE: _note,
    Then.CHANNEL: _channel,
    Then.PERSON: _told,
    Then.ASSIGNEE: _assignee,
    Then.INCIDENT: _incident,
    Then.TICKET: _ticket,
}


def _tried(found: Trial | None) -> Block:
    """One block whatever is found, so that the form keeps its place."""
    return section(_trial_words(found) if found else Mrkdwn(FROM_NOW), block_id=TRIED)


def _trial_words(found: Trial) -> Mrkdwn:
    if not found.asked:
        return Mrkdwn("*No case was opened in the last 90 days*, so there is nothing to try it on.")
    asked = plural(found.asked, "case") if found.is_all else f"newest {found.asked:,} cases"
    words = mrkdwn("*It would have fired for {} of the {}* of the last 90 days.", f"{found.fired:,}", asked)
    rows = [mrkdwn("*{}* {}", case.key, clip(one_line(case.title), TITLE)) for case in found.first]
    more = found.fired - len(rows)
    last = [mrkdwn("and {} more", f"{more:,}")] if more > 0 else []
    note = [Mrkdwn("_The query was asked of each case as it is now._")]
    return joined([words, *rows, *last, *note], "\n")


# -- reading ------------------------------------------------------------------------------------------------------
def read_chosen(view: Mapping[str, Any]) -> Chosen:
    """Of a form in any state."""
    kept = unpack(view)
    return Chosen(
        rule=int(kept.get("rule", 0)),
        project=str(kept.get("project") or state.choice(view, "project") or ""),
        when=read_when(view),
        thens=tuple(read_then(view, number) for number in range(ACTIONS)),
    )


def read_when(view: Mapping[str, Any]) -> When:
    try:
        return When(state.choice(view, "when") or When.CREATED)
    except ValueError:
        raise Invalid.field("when", "Choose what sets the rule off.") from None


def read_then(view: Mapping[str, Any], number: int) -> Then | None:
    found = state.choice(view, f"then{number}")
    return Then(found) if found in set(Then) else None


def read_rule(view: Mapping[str, Any]) -> RuleFormFields:
    chosen = read_chosen(view)
    minutes = state.choice(view, "minutes") or ""
    levels = {priority.value: state.choice(view, level_field(priority)) or "" for priority in PRIORITY_WORDS}
    done = [read_action(view, number, then) for number, then in enumerate(chosen.thens) if then]
    return RuleFormFields(
        rule=chosen.rule,
        project=chosen.project,
        name=state.text(view, "name"),
        when=chosen.when,
        query=state.text(view, "query"),
        minutes=int(minutes) if minutes.isdecimal() and chosen.when in WAITING else None,
        levels={one: int(found) for one, found in levels.items() if found.isdecimal() and chosen.when in LEVELS},
        actions=tuple(done),
    )


def read_action(view: Mapping[str, Any], number: int, then: Then) -> Action:
    id_ = field_name(number, then)
    team = state.choice(view, id_) if then in {Then.TEAM, Then.TURN} else None
    leads = then == Then.INCIDENT
    partner, _, kind = (state.choice(view, id_) or "").partition("/") if then == Then.TICKET else ("", "", "")
    return Action(
        what=then,
        person=state.person(view, f"{id_}/person" if leads else id_),
        team=int(team) if team and team.isdecimal() else None,
        priority=(state.choice(view, id_) or "") if then == Then.PRIORITY else "",
        status=(state.choice(view, id_) or "") if then == Then.STATUS else "",
        text=state.text(view, id_ if then == Then.NOTE else f"{id_}/text"),
        channel=state.channel(view, id_),
        severity=(state.choice(view, id_) or "") if leads else "",
        partner=partner,
        kind=kind,
    )
