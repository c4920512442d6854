"""Opening a case: from a form, from one line, in which project, with which number."""

from datetime import date

import pytest

from bot.domain.case import Case
from bot.domain.delivery import Delivery
from bot.domain.entry import Entry
from bot.domain.errors import Invalid, NotAllowed
from bot.domain.priority import Priority
from bot.domain.project import Project
from bot.storage.database import Database
from bot.usecases import opening, people, working
from bot.usecases.opening import NewCase, NoProject
from bot.usecases.people import Group
from tests.usecases.world import START, WORKSPACE, Acts, at_once, fresh, losing_the_connection, open_case, project, rows


def team_id(db: Database) -> int:
    with db.read() as work:
        found = work.teams.with_handle("sre")
        assert found
        return found.id


def test_a_case_its_entry_and_its_deliveries(db: Database, act: Acts) -> None:
    done = act("ann", via="form")
    outcome = open_case(
        db, done, priority=Priority.P1, assignee="bob", teams=[team_id(db)], due=date(2026, 3, 9),
        attributes={"service": "web", "env": ""}, description="since 9",
    )  # fmt: skip
    case = fresh(db, outcome.case)
    assert (case.key, case.project.key, case.type.name, case.version) == ("OPS-1", "OPS", "Standard", 1)
    assert (case.priority, case.assignee, case.reporter, case.due) == ("P1", "bob", "ann", date(2026, 3, 9))
    assert [team.handle for team in case.teams] == ["sre"]
    assert case.attributes == {"service": "web"}
    (entry,) = rows(db, Entry)
    assert outcome.entry
    assert (entry.id, entry.kind, entry.origin, entry.at) == (outcome.entry.id, "CaseOpened", done.origin, done.at)
    told = [(row.kind, row.target) for row in rows(db, Delivery, Delivery.case_id == case.id)]
    assert told == [("card", "COPS"), ("dm", "bob")]
    assert db.deliveries_waiting.is_set()


def test_the_same_form_twice_is_one_case(db: Database, act: Acts) -> None:
    first, again = act("ann", origin="view/V1/hash"), act("ann", origin="view/V1/hash")
    opened = open_case(db, first)
    repeated = open_case(db, again, "Another title by then")
    assert (repeated.repeated, repeated.case.id) == (True, opened.case.id)
    assert repeated.entry
    assert opened.entry
    assert repeated.entry.id == opened.entry.id
    assert len(rows(db, Entry)) == 1


def test_the_same_form_from_many_threads_is_one_case(db: Database, act: Acts) -> None:
    acts = [act("ann", origin="view/V1/hash") for _ in range(8)]
    outcomes = at_once(8, lambda index: open_case(db, acts[index]))
    assert {outcome.case.key for outcome in outcomes} == {"OPS-1"}
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 7
    assert (len(rows(db, Case)), len(rows(db, Entry))) == (1, 1)


def test_many_at_once_number_their_cases_without_gaps_or_repeats(db: Database, act: Acts) -> None:
    """Half of them name the project; the others have it suggested, which reads it before it is locked."""
    acts = [[act("ann") for _ in range(25)] for _ in range(8)]

    def open_some(index: int) -> None:
        for one in acts[index]:
            if index % 2:
                open_case(db, one)
            else:
                opening.open_case(db, one, NewCase(title="Search is down"), WORKSPACE, channel="COPS")

    assert at_once(8, open_some) == [None] * 8
    cases = rows(db, Case)
    assert sorted(case.number for case in cases) == list(range(1, 201))
    assert {case.key for case in cases} == {f"OPS-{number}" for number in range(1, 201)}
    assert rows(db, Project)[0].last_number == 200


def test_nothing_stays_of_a_case_whose_commit_failed(db: Database, act: Acts) -> None:
    before = len(rows(db, Delivery))
    db.deliveries_waiting.clear()
    with losing_the_connection(), pytest.raises(ConnectionError):
        open_case(db, act("ann"))
    assert (rows(db, Case), rows(db, Entry), len(rows(db, Delivery))) == ([], [], before)
    assert not db.deliveries_waiting.is_set()
    assert open_case(db, act("ann")).case.key == "OPS-1", "no number was lost"


def test_a_refused_case_leaves_no_gap(db: Database, act: Acts) -> None:
    for wrong in ({"title": " "}, {"assignee": "gus"}, {"assignee": "nobody"}, {"teams": [99]}):
        with pytest.raises(Invalid):
            open_case(db, act("ann"), **wrong)
    assert open_case(db, act("ann")).case.key == "OPS-1"


def test_a_case_is_given_only_to_somebody_who_can_have_it(db: Database, act: Acts) -> None:
    why = {
        "gus": "Gus has no access to OPS. Choose somebody who has.",
        "gone": "Gone is no longer in this workspace. Choose somebody else.",
        "robot": "Robot is an app. Choose somebody else.",
        "zed": "Casebook does not know this person yet. Please try again in a minute.",
    }
    for who, sentence in why.items():
        with pytest.raises(Invalid) as refused:
            open_case(db, act("ann"), assignee=who)
        assert refused.value.fields == {"assignee": sentence}


def test_a_team_that_is_gone_gets_nothing_new(db: Database, act: Acts) -> None:
    sre = team_id(db)
    people.keep_groups(db, [Group("SSRE", "sre", "SRE", (), is_gone=True)], START)
    with pytest.raises(Invalid) as refused:
        open_case(db, act("ann"), teams=[sre])
    assert refused.value.fields == {"teams": "One of these teams no longer exists. Choose again."}


def test_strange_characters_reach_both_databases(db: Database, act: Acts) -> None:
    title = "\x00👩‍👩‍👧‍👦 הקופה cafe\u0301 \ud83d is\x00 down"
    case = open_case(db, act("ann"), title, description="\x00\ud800", attributes={"env": "\x00"}).case
    assert fresh(db, case).title == "👩‍👩‍👧‍👦 הקופה cafe\u0301 is down"
    assert (fresh(db, case).description, fresh(db, case).attributes) == ("", {})
    working.edit_case(
        db, act("ann"), case.id,
        working.Edits(title="🔥" * 200, description="\x00é", priority=Priority.P1, assignee=None, due=None),
    )  # fmt: skip
    assert (fresh(db, case).title, fresh(db, case).description) == ("🔥" * 200, "é")
    assert rows(db, Entry)[-1].changes["description"] == ["", "é"]
    working.note_case(db, act("ann"), case.id, "a\x00b\ud800")


def test_the_project_is_suggested(db: Database, act: Acts) -> None:
    def opened(**more: str) -> str:
        return opening.open_case(db, act("ann"), NewCase(title="Search is down"), WORKSPACE, **more).case.key

    assert opened() == "OPS-1", "the only one"
    project(db, act("dana"), "WEB")
    assert opened(channel="CWEB") == "WEB-1", "the channel's own"
    assert opened() == "WEB-2", "the one used last"
    assert opened(project_key=" ops ") == "OPS-2"
    with pytest.raises(Invalid) as refused:
        opening.open_case(db, act("bob"), NewCase(title="x"), WORKSPACE)
    assert refused.value.fields == {
        "project": "Say which project the case belongs to: add `in` and one of OPS, WEB."
    }  # fmt: skip


def test_a_project_that_is_not_there(db: Database, act: Acts) -> None:
    with pytest.raises(Invalid, match=r"There is no project NOPE. You can use OPS."):
        open_case(db, act("ann"), key="nope")
    with pytest.raises(Invalid, match="That project no longer exists"):
        opening.open_case(db, act("ann"), NewCase(title="x", project=99), WORKSPACE)


def test_a_private_project_is_neither_named_nor_used(db: Database, act: Acts, vault: str) -> None:
    assert [shelf.key for shelf in opening.case_form(db, act("bob"), channel="CSEC").projects] == ["OPS"]
    with pytest.raises(Invalid) as refused:
        open_case(db, act("bob"), key="NOPE")
    assert "SEC" not in refused.value.sentence
    with pytest.raises(NotAllowed):
        open_case(db, act("bob"), key=vault)
    assert open_case(db, act("ann"), key=vault).case.key == "SEC-1"


def test_the_form_starts_with_what_is_known(db: Database, act: Acts) -> None:
    form = opening.case_form(db, act("ann"), title="Search is down")
    assert (form.title, form.project and form.project.key) == ("Search is down", "OPS")
    assert [kind.name for kind in form.types] == ["Standard", "Security"]


def test_without_a_project_an_admin_is_led_to_make_one_and_others_are_told_whom_to_ask(
    database: Database, act: Acts
) -> None:
    people.keep_people(database, [people.Profile("ann", "Ann")], frozenset())
    with pytest.raises(NoProject, match=r"There is no project yet. Ask a workspace admin to create one.") as missing:
        opening.case_form(database, act("ann"))
    assert not missing.value.can_create
    people.keep_people(database, [people.Profile("dana", "Dana")], frozenset({"dana"}))
    with pytest.raises(NoProject, match=r"There is no project yet. Ask @Dana to create one."):
        opening.case_form(database, act("ann"))
    with pytest.raises(NoProject, match="Create one with `/case project new`") as missing:
        opening.case_form(database, act("dana"))
    assert missing.value.can_create
    project(database, act("dana"), "SEC", members=())
    with pytest.raises(NoProject, match=r"no project that you may use. Ask @Dana to let you in."):
        opening.case_form(database, act("ann"))
    with pytest.raises(NoProject, match=r"no project that you may use. Create one") as missing:
        opening.case_form(database, act("dana"))
    assert missing.value.can_create
