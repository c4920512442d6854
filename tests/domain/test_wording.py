"""What every entry says, to be read aloud."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.act import Together
from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import Evidence, Note, RelationKind
from bot.domain.priority import Priority
from bot.domain.wording import DEEDS, deed, relation_words, sentence
from tests.domain.samples import NOON, act, case_type, opened, project, team

NAMES = {"ann": "Ann", "bob": "Bob", "carol": "Carol"}


def said(entry: Entry | None) -> str:
    assert entry
    return sentence(entry, NAMES)


def note() -> Note:
    return Note(id=1, case_id=1, author="ann", text="seen", created_at=NOON)


def pieces(number: int) -> list[Evidence]:
    return [
        Evidence(id=n, case_id=1, kind="link", title="Graph", url="https://a.example", text="", author="")
        for n in range(number)
    ]


def test_opening() -> None:
    _, entry = Case.open(act("ann"), project(), case_type(), title="Checkout is down")
    assert said(entry) == "Ann opened this case"


def test_assigning(case: Case) -> None:
    sre, dba = team(1, "sre"), team(2, "dba")
    assert said(case.assign(act("bob"), "bob")) == "Bob took this case and moved it to In progress"
    assert said(case.assign(act("ann"), "carol")) == "Ann assigned this case to Carol (was Bob)"
    assert said(case.assign(act("ann"), "ann")) == "Ann took this case (was Carol)"
    assert said(case.assign(act("bob"), None)) == "Bob unassigned Ann from this case"
    assert said(case.assign(act("ann"), "bob")) == "Ann assigned this case to Bob"
    assert said(case.assign(act("ann"), "bob", [sre])) == "Ann assigned this case to @sre"
    assert said(case.assign(act("ann"), "bob", [dba])) == "Ann assigned this case to @dba (was @sre)"
    assert said(case.unassign(act("ann"))) == "Ann unassigned Bob and @dba from this case"
    assert said(case.assign(act("ann"), "bob", [sre, dba])) == (
        "Ann assigned this case to Bob and assigned it to @sre and @dba"
    )
    assert said(case.assign(act("ann"), "bob", [])) == "Ann unassigned @sre and @dba from this case"


def test_taking_with_a_team(case: Case) -> None:
    assert said(case.assign(act("bob"), "bob", [team(1, "sre")])) == (
        "Bob took this case, assigned it to @sre and moved it to In progress"
    )


def test_editing(case: Case) -> None:
    assert said(case.edit(act("ann"), title="Search is down")) == (
        "Ann changed the title from “Checkout is down” to “Search is down”"
    )
    assert said(case.edit(act("ann"), description="since 9", priority="P2")) == (
        "Ann changed the priority from Not set to P2 High and the description"
    )
    assert said(case.edit(act("ann"), attributes={"service": "web", "env": "prod"})) == (
        "Ann changed the service from nothing to “web” and the environment from nothing to “prod”"
    )
    assert said(case.edit(act("ann"), attributes={"service": "web"}, due=date(2026, 3, 9), teams=[team(1, "sre")])) == (
        "Ann changed the environment from “prod” to nothing, the due date from no date to 9 Mar 2026 "
        "and the teams from no team to @sre"
    )
    assert said(case.edit(act("bob"), assignee="bob")) == (
        "Bob changed the assignee from nobody to Bob and the status from Open to In progress"
    )


def test_working(case: Case) -> None:
    assert said(case.prioritize(act("bob"), Priority.P1)) == "Bob changed the priority from Not set to P1 Critical"
    assert said(case.set_status(act("bob"), "in progress")) == "Bob changed the status from Open to In progress"
    assert said(case.set_due(act("bob"), date(2026, 12, 24))) == "Bob set the due date to 24 Dec 2026"
    assert said(case.set_due(act("bob"), None)) == "Bob removed the due date"
    assert said(case.close(act("bob"), "resolved")) == "Bob closed this case as Resolved"
    assert said(case.reopen(act("bob"))) == "Bob reopened this case as Open"
    assert said(case.close(act("bob"), None)) == "Bob closed this case"
    assert said(case.archive(act("bob"))) == "Bob archived this case"
    assert said(case.unarchive(act("bob"))) == "Bob brought this case back from the archive"


def test_notes_and_evidence(case: Case) -> None:
    written = note()
    assert said(case.add_note(act("bob"), written)) == "Bob added a note"
    assert said(case.edit_note(act("bob"), written, "changed")) == "Bob edited a note"
    assert said(case.delete_note(act("bob"), written)) == "Bob deleted a note"
    assert said(case.add_evidence(act("bob"), pieces(1))) == "Bob added 1 piece of evidence"
    assert said(case.add_evidence(act("bob"), pieces(3))) == "Bob added 3 pieces of evidence"


def test_watching(case: Case) -> None:
    assert said(case.watch(act("bob"))) == "Bob watches this case"
    assert said(case.unwatch(act("bob"))) == "Bob no longer watches this case"


@pytest.mark.parametrize(
    ("kind", "here", "there"),
    [
        ("blocks", "blocks", "is blocked by"),
        ("causes", "causes", "is caused by"),
        ("duplicates", "duplicates", "is duplicated by"),
        ("relates", "relates to", "relates to"),
        ("parent", "is the parent of", "is a child of"),
    ],
)
def test_relations_read_from_both_ends(case: Case, kind: str, here: str, there: str) -> None:
    other = opened()
    other.id, other.key = 2, "OPS-2"
    _, entry = case.relate(act("bob"), RelationKind(kind), other)
    assert said(entry) == f"Bob noted that this case {here} OPS-2"
    assert relation_words(kind, backwards=True) == there


def test_people_without_a_known_name_are_mentioned_and_casebook_is_itself(case: Case) -> None:
    assert said(case.assign(act("U9"), "U8")) == "<@U9> assigned this case to <@U8>"
    assert said(case.archive(act("casebook"))) == "Casebook archived this case"
    assert deed(case.unarchive(act("ann")) or Entry(), {}) == "brought this case back from the archive"


def test_a_move_says_from_where_and_both_keys(case: Case) -> None:
    net = project("NET", id=2)
    assert said(case.move(act("ann"), net)) == "Ann moved this case from OPS to NET: OPS-1 is NET-1 now"
    assert case.move(act("ann"), net) is None


@pytest.mark.parametrize(
    ("together", "words"),
    [
        (Together(7, 40), "(bulk edit of 40 cases)"),
        (Together(7, 1), "(bulk edit of 1 case)"),
        (Together(7, 1200, undo=True), "(undo of a bulk edit of 1,200 cases)"),
    ],
)
def test_a_change_names_the_bulk_edit_that_it_is_a_part_of(case: Case, together: Together, words: str) -> None:
    entry = case.close(replace(act("ann"), together=together), "Resolved")
    assert said(entry) == f"Ann closed this case as Resolved {words}"


def test_there_are_words_for_every_kind() -> None:
    assert set(DEEDS) == set(Kind)


def test_braces_and_quotes_in_peoples_words_are_theirs(case: Case) -> None:
    odd: dict[str, Any] = {"title": "{0} “quoted” %s"}
    assert said(case.edit(act("ann"), **odd)) == (
        "Ann changed the title from “Checkout is down” to “{0} “quoted” %s”"
    )  # fmt: skip
