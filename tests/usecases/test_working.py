"""Working a case: what each use-case changes, refuses and repeats."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.errors import Invalid, NotAllowed, NotFound
from bot.domain.evidence import Note, Relation, RelationKind, Watcher
from bot.domain.priority import Priority
from bot.storage.database import Database
from bot.usecases import looking, people, working
from bot.usecases.people import Group
from bot.usecases.verb import Outcome
from tests.usecases.world import START, Acts, at_once, fresh, losing_the_connection, open_case, rows

Verb = Callable[[Database, Act, int], Outcome]
VERBS: dict[str, tuple[str, Verb]] = {
    "take": ("CaseAssigned", working.take_case),
    "assign": ("CaseAssigned", lambda db, act, ref: working.assign_case(db, act, ref, person="carol")),
    "team": ("CaseAssigned", lambda db, act, ref: working.assign_case(db, act, ref, team="sre")),
    "priority": ("PriorityChanged", lambda db, act, ref: working.prioritize_case(db, act, ref, Priority.P1)),
    "status": ("StatusChanged", lambda db, act, ref: working.set_status(db, act, ref, "IN_PROGRESS")),
    "close": ("CaseClosed", lambda db, act, ref: working.close_case(db, act, ref, "resolved")),
    "due": ("DueChanged", lambda db, act, ref: working.set_due(db, act, ref, date(2026, 3, 9))),
    "archive": ("CaseArchived", working.archive_case),
    "watch": ("WatcherAdded", working.watch_case),
    "relate": ("CaseRelated", lambda db, act, ref: working.relate_case(db, act, ref, RelationKind.BLOCKS, "OPS-2")),
}


def test_one_entry_a_verb_and_none_when_nothing_changes(db: Database, act: Acts, case: Case, other: Case) -> None:
    for kind, verb in VERBS.values():
        case = open_case(db, act("ann")).case
        first = act("bob")
        outcome = verb(db, first, case.id)
        assert outcome.entry, kind
        assert (outcome.entry.kind, outcome.entry.actor, outcome.entry.version) == (kind, "bob", 2)
        assert (outcome.repeated, fresh(db, case).version) == (False, 2)

        repeated = verb(db, replace(first, at=act("bob").at), case.id)
        assert repeated.entry
        assert (repeated.repeated, repeated.entry.id) == (True, outcome.entry.id)

        again = verb(db, act("bob"), case.id)
        assert (again.entry, again.repeated, fresh(db, case).version) == (None, False, 2)
        assert len(rows(db, Entry, Entry.case_id == case.id)) == 2


def test_the_same_click_from_many_threads_is_one_entry(db: Database, act: Acts) -> None:
    for name, (kind, verb) in VERBS.items():
        case = open_case(db, act("ann")).case
        open_case(db, act("ann"))
        clicks = [act("bob", origin=f"click/{name}") for _ in range(5)]
        outcomes = at_once(5, lambda index, case=case, verb=verb, clicks=clicks: verb(db, clicks[index], case.id))
        assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 4, name
        assert {outcome.entry.kind for outcome in outcomes} == {kind}
        assert len(rows(db, Entry, Entry.case_id == case.id)) == 2


@pytest.fixture
def other(db: Database, case: Case, act: Acts) -> Case:
    """OPS-2, beside OPS-1."""
    return open_case(db, act("ann"), "Search is slow").case


def test_nothing_stays_of_a_change_whose_commit_failed(db: Database, act: Acts, case: Case) -> None:
    before = len(rows(db, Delivery))
    with losing_the_connection(), pytest.raises(ConnectionError):
        working.take_case(db, act("bob"), case.id)
    assert (fresh(db, case).assignee, fresh(db, case).version) == (None, 1)
    assert (len(rows(db, Entry)), len(rows(db, Delivery))) == (1, before)


def test_what_is_told_of_a_change(db: Database, act: Acts, case: Case) -> None:
    before = len(rows(db, Delivery))
    people.open_home(db, act("ann"))
    outcome = working.take_case(db, act("bob"), case.key)
    told = rows(db, Delivery)[before + 1 :]
    assert [(row.kind, row.target) for row in told] == [
        ("line", "COPS"), ("card", "COPS"), ("dm", "ann"), ("home", "ann")
    ]  # fmt: skip
    assert outcome.entry
    assert {row.entry_id for row in told[:3]} == {outcome.entry.id}


def test_nobody_is_told_of_a_case_that_they_may_not_see(db: Database, act: Acts, vault: str) -> None:
    case = open_case(db, act("ann"), "Odd login", key=vault, assignee="dana").case
    people.keep_channel(
        db, "CSEC", START, name="sec", is_private=True, is_archived=False, is_member=True, members=["dana"]
    )
    working.prioritize_case(db, act("dana"), case.id, Priority.P1)
    assert [row.target for row in rows(db, Delivery, Delivery.kind == Tell.DM)] == ["dana"]


def test_assigning(db: Database, act: Acts, case: Case) -> None:
    outcome = working.assign_case(db, act("ann"), case.id, person="bob", team="@SRE")
    assert outcome.entry
    assert outcome.entry.kind == "CaseAssigned"
    assert outcome.entry.changes == {"assignee": [None, "bob"], "teams": [[], ["sre"]]}
    outcome = working.assign_case(db, act("ann"), case.id, nobody=True)
    assert outcome.entry
    assert outcome.entry.changes == {"assignee": ["bob", None], "teams": [["sre"], []]}
    outcome = working.assign_case(db, act("bob"), case.id, person="bob", team="SSRE")
    assert fresh(db, case).status == "In progress", "as if taken"
    team = fresh(db, case).teams[0].id
    assert working.assign_case(db, act("bob"), case.id, team=team).entry is None
    with pytest.raises(Invalid) as refused:
        working.assign_case(db, act("bob"), case.id)
    assert refused.value.fields == {"assignee": "Choose a person or a team, or tick that nobody has it."}


def test_a_case_is_not_given_to_somebody_who_cannot_have_it(db: Database, act: Acts, case: Case) -> None:
    for who in ("gus", "olga", "gone", "robot", "zed"):
        with pytest.raises(Invalid) as refused:
            working.assign_case(db, act("ann"), case.id, person=who, team="sre")
        assert list(refused.value.fields) == ["assignee"]
    assert fresh(db, case).version == 1


def test_somebody_who_has_the_case_may_keep_it_without_access(db: Database, act: Acts, case: Case) -> None:
    working.assign_case(db, act("ann"), case.id, person="bob")
    people.keep_people(db, [people.Profile("bob", "Bob", is_gone=True)], frozenset())
    assert working.assign_case(db, act("ann"), case.id, person="bob", team="sre").entry
    edits = working.Edits("Checkout is up", "", Priority.NOT_SET, "bob", None)
    assert working.edit_case(db, act("ann"), case.id, edits).entry


def test_teams_that_are_not_there(db: Database, act: Acts, case: Case) -> None:
    for team, named in (("dba", "@dba"), ("@db\x00a", "@db\x00a"), (99, "of that name any more")):
        with pytest.raises(Invalid) as refused:
            working.assign_case(db, act("ann"), case.id, team=team)
        assert refused.value.fields == {
            "teams": f"There is no team {named}. `/case team` lists them all."
        }  # fmt: skip


def test_a_team_that_is_gone_keeps_its_cases_and_gets_no_new_ones(db: Database, act: Acts, case: Case) -> None:
    working.assign_case(db, act("ann"), case.id, team="sre")
    sre = fresh(db, case).teams[0].id
    people.keep_groups(db, [], START)
    edits = working.Edits("Checkout is up", "", Priority.NOT_SET, None, None, teams=[sre])
    assert working.edit_case(db, act("ann"), case.id, edits).entry
    assert [team.handle for team in fresh(db, case).teams] == ["sre"]
    for team in ("sre", "SSRE", sre):
        with pytest.raises(Invalid, match="gets no new ones"):
            working.assign_case(db, act("ann"), case.id, team=team)
    people.keep_groups(db, [Group("SSRE", "sre", "SRE", ())], START)
    assert working.assign_case(db, act("ann"), case.id, team="sre").entry is None


def test_closing_with_a_note_is_one_entry(db: Database, act: Acts, case: Case) -> None:
    outcome = working.close_case(db, act("bob"), case.id, "Resolved", None, " it was DNS ")
    (note,) = rows(db, Note)
    assert outcome.entry
    assert (outcome.entry.kind, outcome.entry.data, note.text) == ("CaseClosed", {"note": note.id}, "it was DNS")
    late = working.close_case(db, act("ann"), case.id, "Duplicate", None, "seen before")
    assert late.entry
    assert late.entry.kind == "NoteAdded", "what somebody wrote is not lost because somebody else was faster"
    assert fresh(db, case).reason == "Resolved"


def test_a_refused_closing_leaves_no_note(db: Database, act: Acts, case: Case) -> None:
    for wrong in ({"reason": "because"}, {"status": "Open"}, {"status": "nonsense"}):
        with pytest.raises(Invalid):
            working.close_case(db, act("bob"), case.id, text="it was DNS", **wrong)
    assert (rows(db, Note), fresh(db, case).status) == ([], "Open")


def test_reopening_and_bringing_back(db: Database, act: Acts, case: Case) -> None:
    working.close_case(db, act("bob"), case.id)
    working.archive_case(db, act("bob"), case.id)
    assert working.reopen_case(db, act("ann"), case.id).case.status == "Open"
    assert working.unarchive_case(db, act("ann"), case.id).entry
    assert working.unarchive_case(db, act("ann"), case.id).entry is None
    assert working.reopen_case(db, act("ann"), case.id).entry is None


def test_watching(db: Database, act: Acts, case: Case) -> None:
    working.watch_case(db, act("bob"), case.id)
    working.toggle_watching(db, act("carol"), case.id)
    assert [row.person_id for row in rows(db, Watcher)] == ["bob", "carol"]
    assert working.unwatch_case(db, act("bob"), case.id).entry
    assert working.unwatch_case(db, act("bob"), case.id).entry is None
    again = act("carol", origin="click/9")
    working.toggle_watching(db, again, case.id)
    assert working.toggle_watching(db, again, case.id).repeated, "a click that Slack repeats does not turn it back"
    assert rows(db, Watcher) == []


def test_notes(db: Database, act: Acts, case: Case) -> None:
    outcome = working.note_case(db, act("bob"), case.key, " the disk is full\x00 ")
    (note,) = rows(db, Note)
    assert outcome.entry
    assert outcome.entry.data == {"note": note.id, "evidence": [], "thread": None}
    assert (note.text, note.author, note.case_id) == ("the disk is full", "bob", case.id)
    for nothing in ("", " \n", "\u200b", "\x00"):
        with pytest.raises(Invalid) as refused:
            working.note_case(db, act("bob"), case.key, nothing)
        assert refused.value.fields == {"text": "A note needs some text."}
    long = "x" * 40_000
    working.note_case(db, act("bob"), case.key, long)
    assert rows(db, Note)[-1].text == long


def test_relating(db: Database, act: Acts, case: Case, other: Case) -> None:
    working.relate_case(db, act("bob"), case.id, RelationKind.RELATES, "ops-2")
    assert working.relate_case(db, act("bob"), case.id, RelationKind.RELATES, other.id).entry is None
    assert working.relate_case(db, act("bob"), other.id, RelationKind.RELATES, case.id).entry is None, "the same"
    assert working.relate_case(db, act("bob"), other.id, RelationKind.BLOCKS, case.id).entry
    assert working.relate_case(db, act("bob"), case.id, RelationKind.BLOCKS, other.id).entry, "the other way round"
    assert fresh(db, other).version == 2
    seen = looking.show_details(db, act("bob"), other.id).relations
    assert [(relation.case_id, relation.kind, end.key) for relation, end in seen] == [
        (case.id, "relates", "OPS-1"), (other.id, "blocks", "OPS-1"), (case.id, "blocks", "OPS-1"),
    ]  # fmt: skip
    with pytest.raises(Invalid, match="cannot be related to itself"):
        working.relate_case(db, act("bob"), case.id, RelationKind.BLOCKS, case.key)
    for missing in ("OPS-9", "\x00", 999):
        with pytest.raises(NotFound):
            working.relate_case(db, act("bob"), case.id, RelationKind.BLOCKS, missing)


def test_a_relation_to_a_case_that_somebody_may_not_see(db: Database, act: Acts, case: Case, vault: str) -> None:
    secret = open_case(db, act("ann"), "Odd login", key=vault).case
    with pytest.raises(NotAllowed) as refused:
        working.relate_case(db, act("bob"), case.id, RelationKind.CAUSES, secret.key)
    assert "Odd login" not in refused.value.sentence
    assert rows(db, Relation) == []
    working.relate_case(db, act("ann"), case.id, RelationKind.CAUSES, secret.key)
    assert [end.key for _, end in looking.show_details(db, act("ann"), case.id).relations] == ["SEC-1"]
    assert looking.show_details(db, act("bob"), case.id).relations == []


def test_what_a_card_shows_can_be_drawn_afterwards(db: Database, act: Acts, case: Case) -> None:
    changes: list[Any] = [
        working.take_case(db, act("bob"), case.id),
        working.take_case(db, act("bob"), case.id),
        working.take_case(db, act("bob", origin="click/3"), case.id),
        working.close_case(db, act("bob", origin="click/4"), case.id),
        working.close_case(db, act("bob", origin="click/4"), case.id),
    ]
    for outcome in changes:
        assert (outcome.case.teams, outcome.case.posts, outcome.case.project.key) == ([], [], "OPS")
        assert outcome.case.type.reasons
