"""Rules: the form that changes with what is chosen in it, the list, and what a rule says."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.domain.delivery import Delivery
from bot.domain.person import Team
from bot.domain.reading import RuleForm, RulePage, Trial
from bot.domain.rule import Action, Rule, Then, When
from bot.views import forms, rules
from bot.views.clicks import read_value
from bot.views.forms.rules import Chosen
from tests.views.filling import click, sent
from tests.views.samples import (
    NOW,
    WORDS,
    WORKSPACE,
    case,
    fits_message,
    fits_modal,
    huge_case,
    project,
    shown,
    small_case,
    types,
    wide_type,
)

EVERY_ACTION = [
    Action(Then.ASSIGN, person="U0BOB"),
    Action(Then.TEAM, team=3, handle="sre"),
    Action(Then.TURN, team=3, handle="sre"),
    Action(Then.PRIORITY, priority="P1"),
    Action(Then.STATUS, status="In progress"),
    Action(Then.NOTE, text="look at the dashboard"),
    Action(Then.CHANNEL, channel="C0GEN", text="all hands"),
    Action(Then.PERSON, person="U0BOB", text="have a look"),
    Action(Then.ASSIGNEE, text="how is it going?"),
    Action(Then.INCIDENT, severity="SEV2", person="U0BOB"),
    Action(Then.TICKET, partner="jira", kind="OPS"),
]


def form(**over):
    return RuleForm(**({"projects": [project()], "types": types(), "project": "OPS"} | over))


def rule(*done, **over):
    values = {
        "id": 3, "project_id": 1, "name": "Page SRE", "owner": "U0DANA", "when": "created", "minutes": None,
        "levels": {}, "query": "priority:P1", "actions": [action.kept() for action in done or EVERY_ACTION[2:3]],
        "is_on": True, "fired": 0, "fired_at": None, "last_error": None, "last_error_at": None,
    }  # fmt: skip
    return Rule(**(values | over))


def full_rule(text, **over):
    """Everything set, and as much of it as there may be."""
    done = [Action(Then.CHANNEL, channel="C000000001", text=text[:3000]), Action(Then.NOTE, text=text[:3000])]
    values = {
        "name": text[:60], "query": text[:2000], "when": "unclosed",
        "levels": dict.fromkeys(("P1", "P2", "P3", "P4", "P5", "none"), 2400), "is_on": False, "fired": 1_000_000,
        "fired_at": NOW, "last_error": text[:3000], "last_error_at": NOW,
    }  # fmt: skip
    return rule(*done, **(values | over))


# -- the form -----------------------------------------------------------------------------------------------------
def test_a_new_rule_is_filled_in_and_read_back():
    view = forms.rule_form(form())
    fits_modal(view)
    assert "A rule looks at what happens from now on." in shown(view)
    chosen = Chosen(0, "OPS", When.UNTAKEN, (Then.TURN, Then.CHANNEL))
    view = forms.rule_form(form(), chosen=chosen)
    fits_modal(view)
    filled = sent(
        view, name=" In time ", query="priority:P1",
        **{"level/P1": "30", "level/P2": "480", "then0/turn": "3", "then1/channel": "C0GEN", "then1/channel/text": "!"},
    )  # fmt: skip
    assert forms.read_rule(filled) == forms.RuleFormFields(
        rule=0, project="OPS", name="In time", when=When.UNTAKEN, query="priority:P1", minutes=None,
        levels={"P1": 30, "P2": 480},
        actions=(Action(Then.TURN, team=3), Action(Then.CHANNEL, channel="C0GEN", text="!")),
    )  # fmt: skip
    assert forms.read_chosen(filled) == chosen


@pytest.mark.parametrize("action", EVERY_ACTION, ids=lambda action: action.what)
def test_every_action_survives_the_form(action):
    saved = rule(EVERY_ACTION[3], action)
    view = forms.rule_form(form(), rule=saved)
    fits_modal(view)
    read = forms.read_rule(sent(view))
    assert (read.rule, read.project, read.name, read.query) == (3, "OPS", "Page SRE", "priority:P1")
    known = Action(action.what, team=3) if action.team else action
    assert read.actions == (EVERY_ACTION[3], known)


@pytest.mark.parametrize("when", list(When))
def test_every_when_survives_the_form(when):
    saved = rule(when=when.value, minutes=90, levels={"P1": 45, "none": 4800})
    view = forms.rule_form(form(), rule=saved)
    fits_modal(view)
    read = forms.read_rule(sent(view))
    waits = when in {When.IDLE, When.DUE, When.UNASSIGNED}
    levels = {"P1": 45, "none": 4800} if when in {When.UNTAKEN, When.UNCLOSED} else {}
    assert (read.when, read.minutes, read.levels) == (when, 90 if waits else None, levels)


def test_what_is_chosen_otherwise_begins_empty():
    saved = rule(EVERY_ACTION[0], when="idle", minutes=60)
    chosen = Chosen(3, "OPS", When.DUE, (Then.NOTE, None))
    read = forms.read_rule(sent(forms.rule_form(form(), rule=saved, chosen=chosen)))
    assert (read.minutes, read.actions) == (None, (Action(Then.NOTE),))


def test_trying_names_the_first_ones():
    tried = Trial(40, 7, [case(id=n, key=f"OPS-{n}") for n in range(1, 6)], is_all=True)
    said = shown(forms.rule_form(form(), tried=tried))
    assert "*It would have fired for 7 of the 40 cases* of the last 90 days." in said
    assert "*OPS-5* Checkout is down\nand 2 more" in said
    assert "of the newest 2,000 cases" in shown(forms.rule_form(form(), tried=Trial(2000, 0, [], is_all=False)))
    assert "No case was opened" in shown(forms.rule_form(form(), tried=Trial(0, 0, [], is_all=True)))


@given(WORDS)
@settings(max_examples=5, deadline=None)
def test_the_largest_form_fits(text):
    many = [project(id=n, key=f"P{n}", name=text[:80]) for n in range(150)]
    wide = form(projects=many, types=[wide_type(90, text)] * 3, project="P149")
    tried = Trial(10**6, 10**6, [huge_case(text)] * 5, is_all=False)
    for pair in zip(EVERY_ACTION, reversed(EVERY_ACTION), strict=True):
        for when in (When.UNCLOSED, When.IDLE):
            chosen = Chosen(0, "P149", when, tuple(action.what for action in pair))
            fits_modal(forms.rule_form(wide, chosen=chosen, tried=tried))
    fits_modal(forms.rule_form(wide, rule=full_rule(text), tried=tried))
    fits_modal(rules.saved_view(full_rule(text), "ABCDEFGHIJ", created=True))


# -- the list -----------------------------------------------------------------------------------------------------
def page(*found, number=1, total=0, project=""):
    return RulePage(found, {1: "OPS"}, number, total or len(found), project)


def test_the_list_says_what_each_rule_does_and_has_done():
    other = rule(
        EVERY_ACTION[0], id=4, name="Old", is_on=False, fired=2, fired_at=NOW, last_error="OPS-3: Bob has left.",
        last_error_at=NOW, query="", when="idle", minutes=2880,
    )  # fmt: skip
    level = rule(id=5, name="In time", when="untaken", levels={"P1": 30, "P2": 480}, query="")
    for drawn, fits in (
        (rules.rules_message(page(rule(), other, level)), fits_message),
        (rules.rules_view(page(rule(), other, level)), fits_modal),
    ):
        fits(drawn)
        said = shown(drawn)
        for words in (
            "*Page SRE* · OPS · by <@U0DANA>",
            "When a case is opened, if `priority:P1`: assign it to the next of @sre in turn.",
            "Has not fired yet.",
            "*Old* · OPS *(off)*",
            "When nobody does anything for 2 days: assign it to <@U0BOB>.",
            "Fired 2 times, last on",
            "*Problem* on",
            "OPS-3: Bob has left.",
            "When it is not taken in working time (P1 Critical 30 minutes, P2 High 1 working day): warn at 80 %",
        ):
            assert words in said
        rows = {block["block_id"]: block for block in drawn["blocks"] if "block_id" in block}
        assert [one["action_id"] for one in rows["rule/4"]["elements"]] == ["rule.edit", "rule.on", "rule.delete"]
        assert read_value(click(rows["rule/3"], "rule.off")) == "3/1/"


@pytest.mark.parametrize("action", EVERY_ACTION, ids=lambda action: action.what)
@pytest.mark.parametrize("when", list(When))
def test_every_rule_is_a_sentence(action, when):
    said = rules.sentence(rule(action, when=when.value, minutes=60, levels={"P1": 60}))
    assert said.startswith("When ")
    assert said.endswith(".")
    assert "None" not in said


def test_a_list_without_rules_says_what_a_rule_is():
    fits_message(rules.rules_message(page()))
    assert "NET has no rule yet. A rule does something" in shown(rules.rules_view(page(project="NET")))


def test_the_list_turns_its_pages():
    row = rules.rules_message(page(rule(), number=2, total=20, project="OPS"))["blocks"][-1]
    assert read_value(click(row, "rule.page")) == "3/OPS"
    assert read_value(click(row, "rule.page.back")) == "1/OPS"


@given(WORDS)
@settings(max_examples=15, deadline=None)
def test_the_largest_list_fits(text):
    found = page(*(full_rule(text, id=n) for n in range(8)), number=2, total=200, project="ABCDEFGHIJ")
    fits_message(rules.rules_message(found))
    fits_modal(rules.rules_view(found))


# -- what a rule says ---------------------------------------------------------------------------------------------
def test_a_rule_tells_of_a_case_and_says_why():
    said = rules.told_message(case(), {"name": "Page SRE", "when": "created", "text": "all hands"}, WORKSPACE)
    fits_message(said)
    assert "all hands" in shown(said)
    assert "Told by rule “Page SRE” of OPS, since this case was opened." in shown(said)
    assert said["text"] == "OPS-12 Checkout is down: all hands"
    quiet = rules.told_message(small_case(), {"name": "x", "when": "due", "text": ""}, WORKSPACE)
    fits_message(quiet)


@given(WORDS)
@settings(max_examples=15, deadline=None)
def test_the_largest_messages_fit_and_ping_nobody(text):
    for when in When:
        fits_message(rules.told_message(huge_case(text), {"name": text[:60], "when": when, "text": text}, WORKSPACE))
    failed = {"name": text[:60], "project": "OPS", "key": "OPS-12", "sentence": text}
    fits_message(rules.problem_message(Delivery(target="U0DANA", data=failed, created_at=NOW - timedelta(hours=1))))


def test_teams_are_named_by_their_handles():
    team = Team(id=3, handle="<!channel>", name="")
    said = rules.sentence(rule(Action(Then.TEAM, team=3, handle=team.handle)))
    assert "&lt;!channel&gt;" in said
