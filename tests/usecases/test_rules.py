"""A rule fires once for a case on an occasion, come what may; it never goes round in a circle."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry, Kind
from bot.domain.errors import Invalid, NotAllowed
from bot.domain.evidence import Note
from bot.domain.incident import Incident
from bot.domain.link import Ticket
from bot.domain.priority import Priority
from bot.domain.query_text import QueryError
from bot.domain.rule import BROADEST, MOST, Action, Rule, RuleRun, Then, When
from bot.domain.wording import sentence
from bot.storage.database import Database
from bot.usecases import people, rule_running, rule_trials, rules, working
from bot.usecases.people import Group, Profile
from tests.usecases.ruling import as_now, by_rules, fields, rule, settle
from tests.usecases.world import START, Acts, at_once, fresh, losing_the_connection, open_case, project, rows

NOW = START + timedelta(hours=1)
NAMES = {"ann": "Ann", "bob": "Bob"}


def sre(db: Database) -> int:
    with db.read() as work:
        team = work.teams.with_handle("sre")
        assert team
        return team.id


def urgent(db: Database, act: Acts, actor: str = "carol", **more: Any) -> Case:
    made = open_case(db, act(actor), priority=Priority.P1, **more).case
    settle(db, NOW)
    return fresh(db, made)


def test_a_rule_does_what_it_is_to_do_and_the_timeline_says_so(db: Database, act: Acts) -> None:
    made = rule(
        db, act("dana"), When.CREATED, Action(Then.ASSIGN, person="bob"),
        Action(Then.STATUS, status="in progress"), query="priority:P1",
    )  # fmt: skip
    case = urgent(db, act)
    assert (case.assignee, case.status) == ("bob", "In progress")
    assert [sentence(entry, NAMES) for entry in by_rules(db)] == [
        "Rule “Page SRE” assigned this case to Bob",
        "Rule “Page SRE” changed the status from Open to In progress",
    ]
    assert (as_now(db, made).fired, as_now(db, made).fired_at) == (1, NOW)
    assert [row.target for row in rows(db, Delivery, Delivery.kind == Tell.DM)].count("bob") == 2
    other = open_case(db, act("carol"), priority=Priority.P2).case
    settle(db, NOW)
    assert fresh(db, other).assignee is None


@pytest.mark.parametrize(
    ("when", "change"),
    [
        (When.STATUS, lambda db, act, case: working.close_case(db, act("bob"), case.id)),
        (When.PRIORITY, lambda db, act, case: working.prioritize_case(db, act("bob"), case.id, Priority.P2)),
        (When.ASSIGNEE, lambda db, act, case: working.take_case(db, act("bob"), case.id)),
        (When.NOTE, lambda db, act, case: working.note_case(db, act("bob"), case.id, "seen")),
        (When.NOTE, lambda db, act, case: working.close_case(db, act("bob"), case.id, text="it was the cache")),
    ],
)
def test_each_change_sets_off_its_rules(db: Database, act: Acts, when: When, change: Any) -> None:
    made = rule(db, act("dana"), when)
    case = urgent(db, act)
    assert as_now(db, made).fired == 0
    change(db, act, case)
    settle(db, NOW)
    assert as_now(db, made).fired == 1
    assert len(rows(db, Note, Note.author == "casebook")) == 1


def test_a_chore_done_again_and_by_many_at_once_fires_once(db: Database, act: Acts) -> None:
    made = rule(db, act("dana"))
    case = open_case(db, act("carol")).case
    (chore,) = rows(db, Delivery, Delivery.kind == Tell.RULE)
    again = lambda _: rule_running.follow_change(db, case.id, chore.entry_id, NOW)  # noqa: E731
    assert [one for one in at_once(5, again) if one] == []
    again(0)
    assert len(by_rules(db)) == 1
    assert as_now(db, made).fired == 1
    assert len(rows(db, RuleRun)) == 1


def test_a_commit_that_fails_leaves_nothing_half_done(db: Database, act: Acts) -> None:
    made = rule(db, act("dana"), When.CREATED, Action(Then.ASSIGN, person="bob"))
    case = open_case(db, act("carol")).case
    (chore,) = rows(db, Delivery, Delivery.kind == Tell.RULE)
    with losing_the_connection(), pytest.raises(ConnectionError):
        rule_running.follow_change(db, case.id, chore.entry_id, NOW)
    assert (as_now(db, made).fired, by_rules(db), rows(db, RuleRun)) == (0, [], [])
    rule_running.follow_change(db, case.id, chore.entry_id, NOW)
    assert fresh(db, case).assignee == "bob"


def test_two_cases_at_once_get_two_people_in_turn(db: Database, act: Acts) -> None:
    rule(db, act("dana"), When.CREATED, Action(Then.TURN, team=sre(db)))
    cases = [open_case(db, act("carol")).case for _ in range(4)]
    chores = rows(db, Delivery, Delivery.kind == Tell.RULE)
    failed = at_once(4, lambda n: rule_running.follow_change(db, cases[n].id, chores[n].entry_id, NOW))
    assert [one for one in failed if one] == []
    assert sorted(str(fresh(db, case).assignee) for case in cases) == ["ann", "ann", "bob", "bob"]


def test_who_has_left_is_passed_over_in_turn(db: Database, act: Acts) -> None:
    people.keep_groups(db, [Group("SSRE", "sre", "SRE", ("ann", "bob", "gone", "robot"))], START)
    rule(db, act("dana"), When.CREATED, Action(Then.TURN, team=sre(db)))
    assert [urgent(db, act).assignee for _ in range(3)] == ["ann", "bob", "ann"]


def test_rules_do_not_go_round_in_a_circle(db: Database, act: Acts) -> None:
    """Each undoes what the other did."""
    rule(db, act("dana"), When.PRIORITY, Action(Then.PRIORITY, priority="P1"), name="Up", query="priority:P2")
    rule(db, act("dana"), When.PRIORITY, Action(Then.PRIORITY, priority="P2"), name="Down", query="priority:P1")
    case = open_case(db, act("carol")).case
    working.prioritize_case(db, act("bob"), case.id, Priority.P1)
    settle(db, NOW)
    said = [(entry.rule_name, entry.after("priority"), entry.data["chain"]) for entry in by_rules(db)]
    assert said == [("Down", "P2", [2]), ("Up", "P1", [2, 1])]


def test_after_five_rules_in_a_row_there_is_an_end(db: Database, act: Acts) -> None:
    """Each is set off by the note of the one before."""
    for step in range(7):
        note, query = Action(Then.NOTE, text=f"step {step}"), f'"step {step - 1}"' if step else ""
        rule(db, act("dana"), When.NOTE if step else When.CREATED, note, name=f"{step}", query=query)
    open_case(db, act("carol"))
    settle(db, NOW)
    assert [len(entry.data["chain"]) for entry in by_rules(db)] == [1, 2, 3, 4, 5]
    assert [row.name for row in rows(db, Rule) if "5 rules" in str(row.last_error)] == ["5"]


def test_rules_that_set_off_each_other_in_every_order_come_to_an_end(db: Database, act: Acts) -> None:
    """Six of them would write some five hundred notes, twenty more than a million."""
    for name in "abcdef":
        rule(db, act("dana"), When.NOTE, Action(Then.NOTE, text=f"note of {name}"), name=name)
    case = open_case(db, act("carol")).case
    for number in (1, 2):
        working.note_case(db, act("carol"), case.id, "the disk is full")
        settle(db, NOW)
        assert len(by_rules(db)) == number * BROADEST, "each thing that happens counts for itself"
    assert any("25 times" in str(row.last_error) for row in rows(db, Rule))


def test_what_cannot_be_done_is_kept_told_once_and_the_rest_is_done(db: Database, act: Acts) -> None:
    made = rule(
        db, act("dana"), When.CREATED, Action(Then.ASSIGN, person="bob"), Action(Then.PRIORITY, priority="P4")
    )  # fmt: skip
    people.keep_people(db, [Profile("bob", "Bob", is_gone=True)], frozenset())
    for _ in range(3):
        assert urgent(db, act).priority == "P4"
    found = as_now(db, made)
    assert found.last_error == "OPS-3: Bob is no longer in this workspace. Choose somebody else."
    assert found.fired == 3
    assert [row.target for row in rows(db, Delivery, Delivery.kind == Tell.RULE_PROBLEM)] == ["dana"]
    mended = fields(When.CREATED, Action(Then.ASSIGN, person="ann"))
    rules.change_rule(db, act("dana"), made.id, mended)
    assert as_now(db, made).last_error is None
    assert urgent(db, act).assignee == "ann"


def test_a_query_that_means_nothing_any_more_is_an_error_of_the_rule(db: Database, act: Acts) -> None:
    people.keep_people(db, [Profile("u9", "Zoe")], frozenset())
    made = rule(db, act("dana"), query="reporter:zoe")
    people.keep_people(db, [Profile("u9", "Ida")], frozenset())
    urgent(db, act)
    assert as_now(db, made).fired == 0
    assert "means nothing any more" in str(as_now(db, made).last_error)


def test_telling_and_declaring(db: Database, act: Acts) -> None:
    rule(
        db, act("dana"), When.CREATED, Action(Then.CHANNEL, channel="CWAR", text="all hands"),
        Action(Then.PERSON, person="bob"),
    )  # fmt: skip
    rule(db, act("dana"), When.CREATED, Action(Then.INCIDENT, severity="SEV1"), Action(Then.ASSIGNEE), name="War")
    case = urgent(db, act, assignee="ann")
    told = rows(db, Delivery, Delivery.kind == Tell.RULE_TOLD)
    assert [(row.target, row.data["text"]) for row in told] == [("CWAR", "all hands"), ("bob", ""), ("ann", "")]
    (declared,) = rows(db, Incident)
    assert (declared.case_id, declared.commander, declared.declared_by) == (case.id, "ann", "casebook")
    assert [row.kind for row in by_rules(db)] == [Kind.INCIDENT_DECLARED]


def test_a_ticket_is_created_where_the_project_says(db: Database, act: Acts) -> None:
    with pytest.raises(Invalid, match="has not said where in Jira"):
        rules.create_rule(db, act("dana"), "OPS", fields(When.CREATED, Action(Then.TICKET, partner="jira")))
    rule(db, act("dana"), When.CREATED, Action(Then.TICKET, partner="jira", kind="OPS"))
    case = urgent(db, act)
    (ticket,) = rows(db, Ticket)
    assert (ticket.case_id, ticket.partner, ticket.wanted["kind"], ticket.linked_by) == (
        case.id, "jira", "OPS", "casebook",
    )  # fmt: skip
    assert [row.kind for row in by_rules(db)] == [Kind.TICKET_ASKED]


def test_a_private_projects_cases_stay_where_they_are(db: Database, act: Acts, vault: str) -> None:
    elsewhere = fields(When.CREATED, Action(Then.CHANNEL, channel="COPS"))
    with pytest.raises(Invalid, match="told in its own channel only"):
        rules.create_rule(db, act("dana"), vault, elsewhere)
    made = rule(db, act("dana"), When.CREATED, Action(Then.PERSON, person="bob"), project=vault)
    urgent(db, act, "ann", key=vault)
    assert rows(db, Delivery, Delivery.kind == Tell.RULE_TOLD) == []
    assert "Bob has no access to SEC" in str(as_now(db, made).last_error)


def test_other_projects_and_the_past_are_left_alone(db: Database, act: Acts) -> None:
    old = open_case(db, act("carol")).case
    made = rule(db, act("dana"))
    project(db, act("dana"), "NET")
    urgent(db, act, key="NET")
    (entry_of_old,) = [entry for entry in rows(db, Entry) if entry.case_id == old.id]
    rule_running.follow_change(db, old.id, entry_of_old.id, NOW)
    assert as_now(db, made).fired == 0


def test_a_rule_that_is_off_or_deleted_does_nothing(db: Database, act: Acts) -> None:
    made = rule(db, act("dana"))
    rules.switch_rule(db, act("dana"), made.id, on=False)
    urgent(db, act)
    rules.switch_rule(db, act("dana"), made.id, on=True)
    urgent(db, act)
    assert as_now(db, made).fired == 1
    assert rules.delete_rule(db, act("dana"), made.id) == "Page SRE"
    urgent(db, act)
    assert rules.list_rules(db, act("dana")).rules == []
    assert rows(db, RuleRun) == []


# -- who may, and how many ----------------------------------------------------------------------------------------
def test_rules_are_for_admins(db: Database, act: Acts, vault: str) -> None:
    made = rule(db, act("dana"))
    people.keep_people(db, [Profile("erin", "Erin", is_admin=True)], frozenset())
    for who in ("bob", "gus", "olga"):
        for attempt in (
            lambda who=who: rules.create_rule(db, act(who), "OPS", fields()),
            lambda who=who: rules.change_rule(db, act(who), made.id, fields()),
            lambda who=who: rules.switch_rule(db, act(who), made.id, on=False),
            lambda who=who: rules.delete_rule(db, act(who), made.id),
            lambda who=who: rules.list_rules(db, act(who)),
            lambda who=who: rule_trials.try_rule(db, act(who), "OPS", fields()),
        ):
            with pytest.raises(NotAllowed):
                attempt()
    hidden = rule(db, act("dana"), project=vault)
    with pytest.raises(NotAllowed):
        rules.change_rule(db, act("erin"), hidden.id, fields())
    assert [one.id for one in rules.list_rules(db, act("erin")).rules] == [made.id]
    assert [one.id for one in rules.list_rules(db, act("dana"), "sec").rules] == [hidden.id]


def test_there_are_few_rules(db: Database, act: Acts) -> None:
    for number in range(MOST):
        rules.create_rule(db, act("dana"), "OPS", fields(name=f"{number}"))
    with pytest.raises(Invalid, match="20 rules already"):
        rules.create_rule(db, act("dana"), "OPS", fields())
    assert rules.list_rules(db, act("dana"), page=3).pages == 3


def test_a_form_sent_twice_makes_one_rule(db: Database, act: Acts) -> None:
    same = act("dana", origin="view/1")
    assert rules.create_rule(db, same, "OPS", fields()).id == rules.create_rule(db, same, "OPS", fields()).id


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"actions": ()}, "then0"),
        ({"when": When.IDLE}, "minutes"),
        ({"when": When.UNTAKEN}, "level/P1"),
        ({"actions": (Action(Then.ASSIGN),)}, "then0/assign"),
        ({"actions": (Action(Then.NOTE, text="x"), Action(Then.ASSIGN, person="gone"))}, "then1/assign"),
        ({"actions": (Action(Then.TURN, team=99),)}, "then0/turn"),
    ],
)
def test_what_could_never_be_done_is_refused_at_its_field(db: Database, act: Acts, wrong: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rules.create_rule(db, act("dana"), "OPS", fields(**({"when": When.CREATED} | wrong)))
    assert list(refused.value.fields) == [field]


def test_a_wrong_query_is_pointed_at(db: Database, act: Acts) -> None:
    with pytest.raises(QueryError):
        rules.create_rule(db, act("dana"), "OPS", fields(query="priority:P9"))


# -- trying -------------------------------------------------------------------------------------------------------
def test_trying_says_how_often_and_changes_nothing(db: Database, act: Acts) -> None:
    for _ in range(7):
        open_case(db, act("carol"), priority=Priority.P1)
    open_case(db, act("carol"), priority=Priority.P2)
    working.take_case(db, act("bob"), "OPS-3")
    before = len(rows(db, Delivery))
    found = rule_trials.try_rule(db, act("dana"), "OPS", fields(query="priority:P1"))
    assert (found.asked, found.fired, [case.key for case in found.first], found.is_all) == (
        8, 7, ["OPS-7", "OPS-6", "OPS-5", "OPS-4", "OPS-3"], True,
    )  # fmt: skip
    assert [case.key for case in rule_trials.try_rule(db, act("dana"), "OPS", fields(When.ASSIGNEE)).first] == ["OPS-3"]
    later = act("dana", at=START + timedelta(days=2))
    idle = fields(When.UNASSIGNED, minutes=1440)
    assert rule_trials.try_rule(db, later, "OPS", idle).fired == 7
    assert rule_trials.try_rule(db, act("dana", at=START + timedelta(days=91)), "OPS", fields()).asked == 0
    tell = fields(When.CREATED, Action(Then.CHANNEL, channel="CWAR"))
    assert rule_trials.try_rule(db, act("dana"), "OPS", tell).fired == 8
    assert (len(rows(db, Delivery)), rows(db, Rule)) == (before, [])
