"""Every verb of a case: one entry or none, and what it says of before and after."""

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Invalid
from bot.domain.evidence import Evidence, Note, RelationKind
from bot.domain.priority import Priority
from tests.domain.samples import NOON, act, case_type, logged, many_statuses, opened, project, security, team


def note(id_: int = 7, text: str = "seen") -> Note:
    return Note(id=id_, case_id=1, author="ann", text=text, created_at=NOON)


def piece(id_: int) -> Evidence:
    return Evidence(id=id_, case_id=1, kind="link", title="Graph", url="https://graphs.example", text="", author="")


def test_a_new_case_has_its_number_and_its_first_entry() -> None:
    ops = project(last_number=11)
    case, entry = Case.open(
        act("ann", after=0), ops, case_type(), title="  Checkout\n is down ", description=" since 9 ",
        priority=Priority.P2, teams=[team(1, "sre")], due=date(2026, 3, 9), attributes={"service": " web ", "env": " "},
    )  # fmt: skip
    assert (case.key, case.number, ops.last_number) == ("OPS-12", 12, 12)
    assert (case.title, case.description) == ("Checkout is down", "since 9")
    assert (case.status, case.group, case.priority, case.assignee) == ("Open", "open", "P2", None)
    assert (case.attributes, case.reporter, case.source) == ({"service": "web"}, "ann", "person")
    assert (case.created_at, case.updated_at, case.closed_at, case.version) == (NOON, NOON, None, 1)
    assert (entry.kind, entry.version, entry.actor, entry.changes) == ("CaseOpened", 1, "ann", {})


def test_whoever_opens_a_case_for_themselves_is_at_work_on_it() -> None:
    assert opened(assignee="ann").status == "In progress"
    assert opened(assignee="bob").status == "Open"


def test_a_refused_case_uses_no_number() -> None:
    ops = project()
    with pytest.raises(Invalid):
        Case.open(act(), ops, case_type(), title="")
    assert ops.last_number == 0


VERBS: dict[str, tuple[str, Callable[[Case], Entry | None]]] = {
    "edit": ("CaseEdited", lambda case: case.edit(act(), title="Search is down")),
    "assign": ("CaseAssigned", lambda case: case.assign(act(), "bob")),
    "assign to a team": ("CaseAssigned", lambda case: case.assign(act(), None, [team(1, "sre")])),
    "prioritize": ("PriorityChanged", lambda case: case.prioritize(act(), Priority.P1)),
    "set_status": ("StatusChanged", lambda case: case.set_status(act(), "in progress")),
    "close": ("CaseClosed", lambda case: case.close(act(), "resolved")),
    "set_due": ("DueChanged", lambda case: case.set_due(act(), date(2026, 3, 9))),
    "archive": ("CaseArchived", lambda case: case.archive(act())),
    "watch": ("WatcherAdded", lambda case: case.watch(act())),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_logs_once_and_again_only_when_something_changes(verb: str, case: Case) -> None:
    kind, do = VERBS[verb]
    entry = logged(case, do(case), kind)
    assert json.loads(json.dumps(entry.changes)) == entry.changes
    assert case.updated_at == NOON + timedelta(seconds=60)
    assert do(case) is None
    assert case.version == 2


@pytest.mark.parametrize("verb", ["unassign", "reopen", "unarchive", "unwatch"])
def test_what_is_so_already_is_not_logged(verb: str, case: Case) -> None:
    assert getattr(case, verb)(act()) is None
    assert (case.version, case.updated_at) == (1, NOON)


def test_an_edit_is_one_entry_of_everything_that_changed(case: Case) -> None:
    entry = logged(
        case,
        case.edit(
            act(), title="Search is down", description="", priority="P1", due=date(2026, 3, 9),
            attributes={"env": "prod", "service": ""}, teams=[team(1, "sre")],
        ),
        "CaseEdited",
    )  # fmt: skip
    assert entry.changes == {
        "title": ["Checkout is down", "Search is down"],
        "priority": ["none", "P1"],
        "due": [None, "2026-03-09"],
        "attributes": [{}, {"env": "prod"}],
        "teams": [[], ["sre"]],
    }


def test_an_edit_in_white_space_only_is_none(case: Case) -> None:
    assert case.edit(act(), title=" Checkout  is\tdown ", description="\n", attributes={"env": " "}) is None


def test_an_edit_that_takes_the_case_starts_the_work(case: Case) -> None:
    entry = logged(case, case.edit(act("bob"), assignee="bob"), "CaseEdited")
    assert entry.changes == {
        "assignee": [None, "bob"], "status": ["Open", "In progress"], "group": ["open", "in progress"]
    }  # fmt: skip


def test_taking_an_open_case_starts_the_work(case: Case) -> None:
    entry = logged(case, case.assign(act("bob"), "bob"), "CaseAssigned")
    assert entry.changes["assignee"] == [None, "bob"]
    assert (case.status, case.group) == ("In progress", "in progress")
    logged(case, case.assign(act("carol"), "carol"), "CaseAssigned", 3)
    assert case.status == "In progress"


def test_being_given_a_case_does_not_start_the_work_nor_does_taking_a_closed_one(case: Case) -> None:
    case.assign(act("ann"), "bob")
    assert case.status == "Open"
    case.close(act("ann"), None)
    case.assign(act("carol"), "carol")
    assert case.status == "Closed"


def test_a_person_and_a_team_at_once(case: Case) -> None:
    entry = logged(case, case.assign(act("bob"), "bob", [team(1, "sre")]), "CaseAssigned")
    assert entry.changes["teams"] == [[], ["sre"]]
    assert case.status == "In progress"
    entry = logged(case, case.unassign(act("bob")), "CaseAssigned", 3)
    assert entry.changes == {"assignee": ["bob", None], "teams": [["sre"], []]}


def test_one_team_takes_the_place_of_the_others_and_leaves_the_person(case: Case) -> None:
    sre, dba = team(1, "sre"), team(2, "dba")
    case.edit(act(), teams=[sre, dba], assignee="bob")
    assert case.edit(act(), teams=[dba, sre]) is None, "order says nothing"
    entry = logged(case, case.assign(act(), "bob", [dba]), "CaseAssigned", 3)
    assert entry.changes == {"teams": [["sre", "dba"], ["dba"]]}
    assert case.assignee == "bob"


def test_closing_sets_when_and_why_and_reopening_clears_both(case: Case) -> None:
    entry = logged(case, case.close(act(after=60), "DUPLICATE", note=note()), "CaseClosed")
    assert entry.changes == {
        "status": ["Open", "Closed"], "group": ["open", "closed"],
        "closed_at": [None, "2026-03-02T12:01:00+00:00"], "reason": [None, "Duplicate"],
    }  # fmt: skip
    assert entry.data == {"note": 7}
    assert case.close(act(), "Resolved") is None
    entry = logged(case, case.reopen(act(after=120)), "CaseReopened", 3)
    assert entry.changes["closed_at"] == ["2026-03-02T12:01:00+00:00", None]
    assert (case.status, case.closed_at, case.reason) == ("Open", None, None)


def test_a_reopened_case_that_somebody_has_is_in_progress(case: Case) -> None:
    case.assign(act(), "bob")
    case.close(act(), None)
    case.reopen(act())
    assert case.status == "In progress"


def test_a_security_case_asks_for_its_reason() -> None:
    case = opened(security())
    for close in (lambda: case.close(act(), " "), lambda: case.set_status(act(), "closed")):
        with pytest.raises(Invalid) as refused:
            close()
        assert refused.value.fields == {
            "reason": "Security cases are closed with a reason: Testing, False positive, One-time exception, Resolved."
        }
    with pytest.raises(Invalid, match=r"“because” is not a closing reason here. Choose one of: Testing"):
        case.close(act(), "because")
    assert case.version == 1
    case.set_status(act(), "closed", "one time exception")
    assert (case.reason, case.closed_at) == ("One-time exception", NOON + timedelta(seconds=60))


def test_a_status_of_the_closed_group_closes_and_one_outside_reopens() -> None:
    case = opened(many_statuses())
    logged(case, case.set_status(act(), "won’t do", "Duplicate"), "CaseClosed")
    assert (case.status, case.group, case.reason) == ("Won't do", "closed", "Duplicate")
    entry = logged(case, case.set_status(act(), "Done"), "StatusChanged", 3)
    assert entry.changes == {"status": ["Won't do", "Done"]}
    assert case.reason == "Duplicate"
    logged(case, case.set_status(act(), "Waiting"), "CaseReopened", 4)
    assert (case.status, case.closed_at, case.reason) == ("Waiting", None, None)


def test_with_several_statuses_a_group_the_first_is_meant_by_default() -> None:
    case = opened(many_statuses())
    assert case.status == "New"
    case.set_status(act(), "Waiting")
    case.assign(act("bob"), "bob")
    assert case.status == "Analysis"
    case.set_status(act(), "Fixing")
    case.close(act(), None)
    assert case.status == "Done"


def test_a_status_that_does_not_close_is_no_way_to_close() -> None:
    case = opened(many_statuses())
    with pytest.raises(Invalid, match=r"“Fixing” does not close a case. Choose one of: Done, Won't do."):
        case.close(act(), None, "fixing")
    assert (case.group, case.version) == ("open", 1)
    case.close(act(), None, "Won't do")
    assert case.status == "Won't do"


def test_archiving_and_back(case: Case) -> None:
    entry = logged(case, case.archive(act(after=60)), "CaseArchived")
    assert entry.changes == {"archived_at": [None, "2026-03-02T12:01:00+00:00"]}
    assert case.is_archived
    logged(case, case.unarchive(act()), "CaseUnarchived", 3)
    assert not case.is_archived


def test_a_due_date_can_be_taken_away(case: Case) -> None:
    case.set_due(act(), date(2026, 3, 9))
    assert logged(case, case.set_due(act(), None), "DueChanged", 3).changes == {"due": ["2026-03-09", None]}


def test_watching_is_each_persons_own(case: Case) -> None:
    assert logged(case, case.watch(act("ann")), "WatcherAdded").data == {"person": "ann"}
    case.watch(act("bob"))
    assert logged(case, case.unwatch(act("ann")), "WatcherRemoved", 4).data == {"person": "ann"}
    assert [watcher.person_id for watcher in case.watchers] == ["bob"]


def test_a_note_and_its_files(case: Case) -> None:
    entry = logged(case, case.add_note(act(), note(), [piece(3), piece(4)], "COPS"), "NoteAdded")
    assert entry.data == {"note": 7, "evidence": [3, 4], "thread": "COPS"}
    assert case.evidence_count == 2


def test_the_timeline_never_holds_a_notes_words(case: Case) -> None:
    written = note(text="the password is hunter2")
    entry = logged(case, case.edit_note(act(), written, "the password is ***", "COPS"), "NoteEdited")
    assert (entry.changes, entry.data) == ({}, {"note": 7, "thread": "COPS"})
    assert (written.text, written.edited_at) == ("the password is ***", NOON + timedelta(seconds=60))
    entry = logged(case, case.delete_note(act(), written), "NoteDeleted", 3)
    assert (written.text, written.deleted_at, entry.changes) == ("", NOON + timedelta(seconds=60), {})


def test_of_a_notes_edits_the_latest_stands_whichever_arrives_last(case: Case) -> None:
    written = note()
    assert case.edit_note(act(), written, " seen\x00 ") is None
    case.edit_note(act(after=90), written, "the second edit")
    assert case.edit_note(act(after=30), written, "the first edit") is None
    assert written.text == "the second edit"
    case.delete_note(act(after=95), written)
    assert case.delete_note(act(after=96), written) is None
    assert case.edit_note(act(after=99), written, "back again") is None
    assert written.text == ""


def test_evidence_is_counted(case: Case) -> None:
    entry = logged(case, case.add_evidence(act(), [piece(3), piece(4)], note()), "EvidenceAdded")
    assert (entry.data, case.evidence_count) == ({"evidence": [3, 4], "note": 7}, 2)


def test_relations_name_the_other_case(case: Case) -> None:
    other = opened()
    other.id, other.key = 2, "OPS-2"
    relation, entry = case.relate(act(), RelationKind.BLOCKS, other)
    assert (relation.case_id, relation.kind, relation.other_id) == (1, "blocks", 2)
    assert logged(case, entry, "CaseRelated").data == {"relation": "blocks", "other": "OPS-2"}
    with pytest.raises(Invalid, match="OPS-1 cannot be related to itself"):
        case.relate(act(), RelationKind.BLOCKS, case)


def test_a_change_that_is_told_late_does_not_turn_the_clock_back(case: Case) -> None:
    case.prioritize(act(after=90), Priority.P1)
    entry = case.add_note(act(after=30), note())
    assert case.updated_at == NOON + timedelta(seconds=90)
    assert entry.at == NOON + timedelta(seconds=30)


def test_an_entry_knows_before_and_after(case: Case) -> None:
    entry = logged(case, case.assign(act(), "bob"), "CaseAssigned")
    assert (entry.before("assignee"), entry.after("assignee"), entry.after("title")) == (None, "bob", None)
