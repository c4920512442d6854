"""The rules of projects: each in words, their list, and what they have to say to channels and people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.domain.case import Case
from bot.domain.delivery import Delivery
from bot.domain.incident import Severity
from bot.domain.link import label_of
from bot.domain.reading import RulePage, Workspace
from bot.domain.rule import Action, Rule, Then, When
from bot.views.blocks import Block, Message, View, actions, context, message, modal, section
from bot.views.cards import take_button, title_line
from bot.views.clicks import case_block
from bot.views.elements import button, confirm
from bot.views.inbox_posts import stay_words
from bot.views.limits import BUTTON, clip, clip_marked, one_line, size
from bot.views.queries import query_code
from bot.views.text import NOBODY, Mrkdwn, bold, joined, literal, mrkdwn, person, said, when
from bot.views.words import case_name, plural, priority_words

LIST = "rule.list"
ABOUT = 1000  # a page of them must fit into a message
TEXT = 120
ERROR = 300
SAID = 1500
WORKING_DAY = 480

WHEN: Mapping[When, str] = {
    When.CREATED: "a case is opened",
    When.STATUS: "its status changes",
    When.PRIORITY: "its priority changes",
    When.ASSIGNEE: "it is given to somebody else",
    When.NOTE: "a note is added",
    When.IDLE: "nobody does anything for a time",
    When.DUE: "its due date is near",
    When.UNASSIGNED: "nobody has it for a time",
    When.UNTAKEN: "nobody takes it in time (service level)",
    When.UNCLOSED: "it is not closed in time (service level)",
}
THEN: Mapping[Then, str] = {
    Then.ASSIGN: "Assign it to a person",
    Then.TEAM: "Give it to a team",
    Then.TURN: "Assign it to the next of a team in turn",
    Then.PRIORITY: "Set the priority",
    Then.STATUS: "Set the status",
    Then.NOTE: "Add a note",
    Then.CHANNEL: "Tell a channel",
    Then.PERSON: "Tell a person",
    Then.ASSIGNEE: "Tell whoever has it",
    Then.INCIDENT: "Declare an incident",
    Then.TICKET: "Create a ticket",
}
# Why somebody is told of a case.
BECAUSE: Mapping[When, str] = {
    When.CREATED: "this case was opened",
    When.STATUS: "its status has changed",
    When.PRIORITY: "its priority has changed",
    When.ASSIGNEE: "it was given to somebody else",
    When.NOTE: "a note was added",
    When.IDLE: "nobody has done anything for a time",
    When.DUE: "its due date is near",
    When.UNASSIGNED: "nobody has had it for a time",
    When.UNTAKEN: "nobody has taken it in time",
    When.UNCLOSED: "it was not closed in time",
}


# -- one rule in words --------------------------------------------------------------------------------------------
def level_words(minutes: int) -> str:
    """Working time: eight hours are a day."""
    if minutes >= WORKING_DAY and minutes % WORKING_DAY == 0:
        return plural(minutes // WORKING_DAY, "working day")
    return stay_words(minutes)


def when_words(rule: Rule) -> str:
    """The first half of a sentence: "When a case is opened"."""
    time = stay_words(rule.minutes or 0)
    match rule.when:
        case When.IDLE:
            return f"When nobody does anything for {time}"
        case When.DUE:
            return f"When its due date is {time} away"
        case When.UNASSIGNED:
            return f"When nobody has it for {time}"
        case When.UNTAKEN | When.UNCLOSED:
            done = "taken" if rule.when == When.UNTAKEN else "closed"
            levels = [f"{priority_words(one)} {level_words(minutes)}" for one, minutes in sorted(rule.levels.items())]
            return f"When it is not {done} in working time ({', '.join(levels)})"
    return f"When {WHEN[When(rule.when)]}"


Words = Callable[[Action], Mrkdwn]
THEN_WORDS: Mapping[Then, Words] = {
    Then.ASSIGN: lambda one: mrkdwn("assign it to {}", person(one.person, NOBODY)),
    Then.TEAM: lambda one: mrkdwn("give it to @{}", one.handle),
    Then.TURN: lambda one: mrkdwn("assign it to the next of @{} in turn", one.handle),
    Then.PRIORITY: lambda one: mrkdwn("set the priority to {}", priority_words(one.priority)),
    Then.STATUS: lambda one: mrkdwn("set the status to {}", one.status),
    Then.NOTE: lambda one: mrkdwn("add the note “{}”", clip(one_line(one.text), TEXT)),
    Then.CHANNEL: lambda one: mrkdwn("tell {}{}", Mrkdwn(f"<#{one.channel}>"), telling(one)),
    Then.PERSON: lambda one: mrkdwn("tell {}{}", person(one.person, NOBODY), telling(one)),
    Then.ASSIGNEE: lambda one: mrkdwn("tell whoever has it{}", telling(one)),
    Then.INCIDENT: lambda one: mrkdwn("declare an incident, {}", Severity(one.severity).value),
    Then.TICKET: lambda one: mrkdwn("create a ticket in {}, unless it has one there", label_of(one.partner)),
}


def telling(action: Action) -> Mrkdwn:
    return mrkdwn(" “{}”", clip(one_line(action.text), TEXT)) if action.text else Mrkdwn("")


def sentence(rule: Rule) -> Mrkdwn:
    """What it does, in one sentence."""
    done = [THEN_WORDS[action.what](action) for action in rule.chosen]
    if rule.is_level:
        done.insert(0, Mrkdwn("warn at 80 % of the time, and note on the timeline that it is over"))
    asked = mrkdwn(", if {}", query_code(rule.query)) if rule.query else Mrkdwn("")
    return mrkdwn("{}{}: {}.", when_words(rule), asked, joined(done, "; "))


def about(rule: Rule, key: str) -> Mrkdwn:
    """Name, what it does, how often it has, and what went wrong."""
    off = Mrkdwn(" *(off)*") if not rule.is_on else Mrkdwn("")
    head = mrkdwn("{} · {}{} · by {}", bold(rule.name), key, off, person(rule.owner, NOBODY))
    fired = Mrkdwn("Has not fired yet.")
    if rule.fired and rule.fired_at:
        fired = mrkdwn("Fired {}, last on {}.", plural(rule.fired, "time"), when(rule.fired_at))
    lines = [head, sentence(rule), fired]
    if rule.last_error and rule.last_error_at:
        wrong = Mrkdwn(clip_marked(said(rule.last_error), ERROR))
        lines.append(mrkdwn("*Problem* on {}: {}", when(rule.last_error_at), wrong))
    return clip_lines(lines)


def clip_lines(lines: Sequence[Mrkdwn]) -> Mrkdwn:
    """The sentence of a rule is what may be long."""
    head, sentence_, *rest = lines
    room = ABOUT - sum(size(line) + 1 for line in (head, *rest))
    return joined([head, Mrkdwn(clip_marked(sentence_, room)), *rest], "\n")


# -- the list -----------------------------------------------------------------------------------------------------
def rules_message(found: RulePage) -> Message:
    names = ", ".join(rule.name for rule in found.rules)
    return message(f"Rules: {names}" if names else "There is no rule yet.", rule_blocks(found))


def rules_view(found: RulePage) -> View:
    return modal(LIST, "Rules", rule_blocks(found), close="Close")


def rule_blocks(found: RulePage) -> list[Block]:
    blocks: list[Block] = []
    for rule in found.rules:
        blocks.append(section(about(rule, found.keys.get(rule.project_id, "?"))))
        blocks.append(actions(rule_buttons(rule, found), block_id=f"rule/{rule.id}"))
    if not found.rules:
        none = f"{found.project} has no rule yet." if found.project else "There is no rule yet."
        blocks.append(section(f"{none} A rule does something with a case by itself, for example when one is opened."))
    if found.pages > 1:
        blocks.append(context(f"Page {found.page} of {found.pages}"))
    row = [button("New rule", "rule.new", value=found.project, style="primary")]
    if found.page > 1:
        row.append(button("Previous", "rule.page.back", value=page_value(found.page - 1, found)))
    if found.page < found.pages:
        row.append(button("Next", "rule.page", value=page_value(found.page + 1, found)))
    return [*blocks, actions(row, block_id="rule/list")]


def page_value(page: int, found: RulePage) -> str:
    return f"{page}/{found.project}"


def rule_buttons(rule: Rule, found: RulePage) -> list[Block]:
    """Their values say which rule and where in the list it stands."""
    value = f"{rule.id}/{page_value(found.page, found)}"
    sure = confirm(
        "Delete this rule?",
        mrkdwn("*{}* does nothing any more. What it has done stays.", rule.name),
        "Delete", "Keep it", danger=True,
    )  # fmt: skip
    turn = ("Switch off", "rule.off") if rule.is_on else ("Switch on", "rule.on")
    return [
        button("Edit", "rule.edit", value=value, label=clip(f"Edit {rule.name}", BUTTON)),
        button(*turn, value=value, label=clip(f"{turn[0]} {rule.name}", BUTTON)),
        button("Delete", "rule.delete", value=value, sure=sure, label=clip(f"Delete {rule.name}", BUTTON)),
    ]


def saved_view(rule: Rule, key: str, *, created: bool) -> View:
    done = "is created" if created else "is saved"
    off = "" if rule.is_on else " It is switched off: `/case rule` switches it on."
    blocks = [
        section(mrkdwn("Rule *{}* of {} {}.{}", rule.name, key, done, Mrkdwn(off))),
        section(sentence(rule)),
        context("It looks at what happens from now on. /case rule lists all rules and says how often each has fired."),
    ]
    return modal("rule.done", "Rule", blocks, close="Close")


# -- what a rule says ---------------------------------------------------------------------------------------------
def told_message(case: Case, data: Mapping[str, Any], workspace: Workspace) -> Message:
    """``data``: of the delivery."""
    why = mrkdwn("Told by rule “{}” of {}, since {}.", data["name"], case.project.key, BECAUSE[When(data["when"])])
    row = [button("Details", "case.details", label=f"Details of {case.key}")]
    if case.is_open and not case.is_archived:
        row.insert(0, take_button(case))
    blocks: list[Block] = [title_line(case, workspace)]
    if text := data.get("text"):
        blocks.append(section(literal(clip(text, SAID))))
    blocks += [context(why), actions(row, block_id=case_block(case.id, case.version))]
    words = clip(one_line(data.get("text") or ""), TEXT)
    return message(mrkdwn("{}: {}", case_name(case), words or why), blocks)


def problem_message(delivery: Delivery) -> Message:
    """To the owner of a rule, once until it is changed."""
    data = delivery.data
    text = mrkdwn(
        "*Your rule “{}” of {} could not do all that it should.*\n{}",
        data["name"], data["project"], said(clip(data["sentence"] or "", ERROR)),
    )  # fmt: skip
    hint = Mrkdwn(
        "It goes on with other cases. `/case rule` shows its last problem; you are told again only after you change it."
    )
    return message(text, [section(text), context(hint)])
