"""Several people at one case: nobody writes over what they have not seen, and nothing is lost."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Conflict
from bot.domain.evidence import Relation, RelationKind, Watcher
from bot.domain.priority import Priority
from bot.storage.database import Database
from bot.usecases import evidence, looking, opening, people, working
from bot.usecases.people import Group
from bot.usecases.working import Edits
from tests.usecases.world import START, WORKSPACE, Acts, at_once, fresh, open_case, post, rows

SEEN = 1

STALE: dict[str, tuple[Callable[[Database, Act, int], Any], Callable[[Database, Act, int], Any], str]] = {
    "take": (
        working.take_case, working.take_case, "Bob took this case and moved it to In progress",
    ),
    "assign": (
        lambda db, act, ref: working.assign_case(db, act, ref, person="carol"),
        lambda db, act, ref: working.assign_case(db, act, ref, person="ann"), "Bob assigned this case to Carol",
    ),
    "team": (
        lambda db, act, ref: working.assign_case(db, act, ref, team="sre"),
        lambda db, act, ref: working.assign_case(db, act, ref, nobody=True), "Bob assigned this case to @sre",
    ),
    "priority": (
        lambda db, act, ref: working.prioritize_case(db, act, ref, Priority.P1),
        lambda db, act, ref: working.prioritize_case(db, act, ref, Priority.P2),
        "Bob changed the priority from Not set to P1 Critical",
    ),
    "status": (
        lambda db, act, ref: working.set_status(db, act, ref, "in progress"),
        lambda db, act, ref: working.set_status(db, act, ref, "open"),
        "Bob changed the status from Open to In progress",
    ),
    "close": (
        working.close_case, working.close_case, "Bob closed this case",
    ),
    "reopen": (
        working.close_case, working.reopen_case, "Bob closed this case",
    ),
    "due": (
        lambda db, act, ref: working.set_due(db, act, ref, START.date()),
        lambda db, act, ref: working.set_due(db, act, ref, None), "Bob set the due date to 2 Mar 2026",
    ),
}  # fmt: skip


def test_what_somebody_else_has_changed_is_not_written_over(db: Database, act: Acts) -> None:
    for first, second, said in STALE.values():
        case = open_case(db, act("ann")).case
        first(db, act("bob", seen=SEEN), case.id)
        with pytest.raises(Conflict) as stale:
            second(db, act("carol", seen=SEEN), case.id)
        assert stale.value.sentence == (
            f"{case.key} has changed since you looked: {said}. Look again before you change it."
        )  # fmt: skip
        assert fresh(db, case).version == 2
        second(db, act("carol", seen=2), case.id)


def test_what_nobody_has_changed_is_no_conflict(db: Database, act: Acts) -> None:
    """Others' changes to something else, one's own changes, and changes by key, which nobody looked at."""
    for first, second, _ in STALE.values():
        case = open_case(db, act("ann")).case
        working.note_case(db, act("bob"), case.id, "seen")
        working.watch_case(db, act("bob"), case.id)
        working.edit_case(db, act("bob"), case.id, Edits("Search is down", "", Priority.NOT_SET, None, None))
        first(db, act("carol", seen=SEEN), case.id)
        second(db, act("carol", seen=SEEN), case.id)
        first(db, act("bob"), case.id)
        second(db, act("carol"), case.id)


def test_a_conflict_names_everything_that_happened(db: Database, act: Acts, case: Case) -> None:
    working.take_case(db, act("bob"), case.id)
    working.note_case(db, act("bob"), case.id, "seen")
    working.assign_case(db, act("dana"), case.id, person="ann")
    with pytest.raises(Conflict) as stale:
        working.take_case(db, act("carol", seen=SEEN), case.id)
    assert stale.value.sentence == (
        "OPS-1 has changed since you looked: Bob took this case and moved it to In progress; "
        "Dana assigned this case to Ann (was Bob). Look again before you change it."
    )


FORM = Edits("Checkout is down", "since 9", Priority.P2, "ann", START.date(), attributes={"service": "web", "env": ""})


@pytest.fixture
def full(db: Database, act: Acts) -> Case:
    """A case as the Edit form shows it at version 1."""
    return open_case(
        db, act("ann"), FORM.title, description=FORM.description, priority=FORM.priority, assignee="ann",
        due=FORM.due, attributes={"service": "web", "region": "eu"},
    ).case  # fmt: skip


def test_an_edit_leaves_alone_what_the_person_left_alone(db: Database, act: Acts, full: Case) -> None:
    """Meanwhile others change every other field; the old values stand in the form still."""
    meanwhile = replace(
        FORM, description="since 8", priority=Priority.P1, assignee="bob", due=None,
        attributes={"service": "shop", "env": "prod"},
    )  # fmt: skip
    working.edit_case(db, act("bob", seen=SEEN), full.id, meanwhile)
    working.assign_case(db, act("dana"), full.id, team="sre")
    outcome = working.edit_case(db, act("carol", seen=SEEN), full.id, replace(FORM, title="Checkout is slow"))
    assert outcome.entry
    assert outcome.entry.changes == {"title": ["Checkout is down", "Checkout is slow"]}
    case = fresh(db, full)
    assert (case.priority, case.assignee, case.due, case.description) == ("P1", "bob", None, "since 8")
    assert case.attributes == {"service": "shop", "env": "prod", "region": "eu"}
    assert [team.handle for team in case.teams] == ["sre"]


def test_an_edit_of_what_somebody_else_has_edited_is_a_conflict(db: Database, act: Acts, full: Case) -> None:
    working.edit_case(db, act("bob", seen=SEEN), full.id, replace(FORM, title="Checkout is slow"))
    with pytest.raises(Conflict, match="Bob changed the title from “Checkout is down” to “Checkout is slow”"):
        working.edit_case(db, act("carol", seen=SEEN), full.id, replace(FORM, title="Checkout is gone"))
    working.prioritize_case(db, act("dana"), full.id, Priority.P1)
    with pytest.raises(Conflict, match="Dana changed the priority"):
        working.edit_case(db, act("carol", seen=SEEN), full.id, replace(FORM, priority=Priority.P5))
    assert fresh(db, full).title == "Checkout is slow"


def test_an_edit_does_not_undo_ones_own_click_meanwhile(db: Database, act: Acts, full: Case) -> None:
    working.take_case(db, act("carol"), full.id)
    working.edit_case(db, act("carol", seen=SEEN), full.id, replace(FORM, title="Checkout is slow"))
    assert (fresh(db, full).assignee, fresh(db, full).title) == ("carol", "Checkout is slow")


def test_an_edit_with_nothing_new_is_none(db: Database, act: Acts, full: Case) -> None:
    working.prioritize_case(db, act("bob"), full.id, Priority.P1)
    assert working.edit_case(db, act("carol", seen=SEEN), full.id, FORM).entry is None
    assert working.edit_case(db, act("carol", seen=2), full.id, replace(FORM, priority=Priority.P1)).entry is None


def test_an_edit_that_takes_the_case_starts_the_work(db: Database, act: Acts, case: Case) -> None:
    edits = Edits(case.title, "", Priority.NOT_SET, "bob", None)
    outcome = working.edit_case(db, act("bob", seen=SEEN), case.id, edits)
    assert outcome.entry
    assert (outcome.entry.kind, outcome.case.status) == ("CaseEdited", "In progress")


def test_many_changes_at_once_are_all_on_the_timeline(db: Database, act: Acts, case: Case) -> None:
    acts = [[act("ann" if index % 2 else "bob") for _ in range(10)] for index in range(6)]

    def change(index: int) -> None:
        for number, one in enumerate(acts[index]):
            if index % 3 == 0:
                working.note_case(db, one, case.id, f"note {index} {number}")
            elif index % 3 == 1:
                working.prioritize_case(db, one, case.id, Priority(f"P{number % 5 + 1}"))
            else:
                evidence.add_to_case(db, one, case.id, post(f"{index}.{number}"), "", WORKSPACE)

    assert at_once(6, change) == [None] * 6
    timeline = rows(db, Entry, Entry.case_id == case.id)
    assert [entry.version for entry in timeline] == list(range(1, len(timeline) + 1))
    assert fresh(db, case).version == len(timeline)
    assert fresh(db, case).evidence_count == 20
    priorities = [entry.changes["priority"] for entry in timeline if entry.kind == "PriorityChanged"]
    assert all(before[1] == after[0] for before, after in pairwise(priorities))


def test_whoever_waits_for_a_case_sees_its_teams_and_watchers_as_they_are_then(
    db: Database, act: Acts, case: Case
) -> None:
    groups = [Group(f"S{index}", f"team-{index}", "Team", ()) for index in range(6)]
    people.keep_groups(db, groups, START)
    acts = [[act(who) for _ in range(8)] for who in ("ann", "bob", "carol", "dana", "ann", "bob")]

    def change(index: int) -> None:
        for one in acts[index]:
            working.assign_case(db, one, case.id, team=f"team-{index}")
            working.toggle_watching(db, replace(one, origin=None), case.id)

    assert at_once(6, change) == [None] * 6
    timeline = rows(db, Entry, Entry.case_id == case.id)
    assert [entry.version for entry in timeline] == list(range(1, len(timeline) + 1))
    moves = [entry.changes["teams"] for entry in timeline if "teams" in entry.changes]
    assert all(before[1] == after[0] for before, after in pairwise(moves))
    assert [[team.handle] for team in fresh(db, case).teams] == [moves[-1][1]]
    assert rows(db, Watcher) == [], "each watched and stopped as often"


def test_cases_that_are_related_to_each_other_at_once(db: Database, act: Acts, case: Case) -> None:
    other = open_case(db, act("ann")).case
    acts = [act("ann") for _ in range(8)]
    ends = [(case, other), (other, case)]

    def relate(index: int) -> None:
        one, two = ends[index % 2]
        working.relate_case(db, acts[index], one.id, RelationKind.BLOCKS, two.id)

    assert at_once(8, relate) == [None] * 8
    assert len(rows(db, Relation)) == 2


def test_opening_and_working_do_not_block_each_other(db: Database, act: Acts) -> None:
    """Escalating again locks the project and refers to the case that others are working on."""
    new = opening.NewCase(title="Search is down", post=post())
    case = opening.open_case(db, act("ann"), new, WORKSPACE, project_key="OPS").case
    acts = [[act("ann") for _ in range(6)] for _ in range(6)]

    def work(index: int) -> None:
        for number, one in enumerate(acts[index]):
            if index % 3 == 0:
                again = replace(new, post=evidence.again(post()))
                opening.open_case(db, one, again, WORKSPACE, project_key="OPS")
            elif index % 3 == 1:
                working.note_case(db, one, case.id, f"note {index} {number}")
            else:
                open_case(db, one)

    assert at_once(6, work) == [None] * 6
    assert sorted(row.number for row in rows(db, Case)) == list(range(1, 26))
    assert len(looking.show_details(db, act("ann"), case.id).relations) >= 1
