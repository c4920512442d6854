"""Searching for people who know the language, who learn it, and who have it built for them."""

import pytest

from bot.domain.case import Case
from bot.domain.person import Team
from bot.domain.priority import Priority
from bot.domain.query import QueryError
from bot.domain.query_building import NOT_CLOSED, Choices, Window
from bot.storage.database import Database
from bot.usecases import looking, searching, shelves, working
from bot.usecases.access import Stranger
from bot.views.query_help import QUERY_EXAMPLES
from tests.usecases.world import Acts, open_case


@pytest.mark.parametrize("query", [query for query, _ in QUERY_EXAMPLES])
def test_every_example_of_the_help_runs(db: Database, act: Acts, case: Case, query: str) -> None:
    assert looking.list_cases(db, act("ann"), query).query == query


FOUND = {
    "checkout slow": ["OPS-2"],
    '"card payments"': ["OPS-3"],
    "check*": ["OPS-1", "OPS-2"],
    "priority:(P1 OR P2)": ["OPS-2"],
    "assignee:@me": ["OPS-1"],
    "reporter:@me is:closed": ["OPS-3"],
    "project:OPS env:prod": ["OPS-2"],
    "is:open sort:priority": ["OPS-2", "OPS-1"],
    "team:@me": ["OPS-3"],
}


def test_the_examples_find_what_they_say(db: Database, act: Acts, case: Case) -> None:
    working.assign_case(db, act("bob"), case.id, person="ann")
    open_case(db, act("bob"), "The checkout is slow", priority=Priority.P2, attributes={"env": "prod"})
    with db.read() as work:
        sre = work.teams.with_handle("sre")
        assert sre
    third = open_case(db, act("ann"), "Card payments fail", teams=(sre.id,)).case
    working.close_case(db, act("bob"), third.id, "resolved")
    assert {query for query, _ in QUERY_EXAMPLES} >= FOUND.keys()
    for query, keys in FOUND.items():
        assert sorted(found.key for found in looking.list_cases(db, act("ann"), query).cases) == sorted(keys), query
    ranked = looking.list_cases(db, act("ann"), "is:open sort:priority").cases
    assert [found.key for found in ranked] == ["OPS-2", "OPS-1"]


def test_a_preview_counts_and_shows_the_first(db: Database, act: Acts, vault: str) -> None:
    for number in range(7):
        open_case(db, act("ann"), f"Printer {number}", key="SEC" if number == 6 else "OPS")
    found = shelves.preview(db, act("ann"), "printer")
    assert (found.total, [case.key for case in found.cases]) == (7, ["SEC-1", "OPS-6", "OPS-5", "OPS-4", "OPS-3"])
    assert shelves.preview(db, act("bob"), "printer").total == 6
    wrong = shelves.preview(db, act("bob"), "printer project:SEC")
    assert (wrong.total, list(wrong.cases)) == (0, [])
    assert wrong.problem.startswith("There is no project “SEC” that you can see.")
    assert wrong.problem.endswith("Here: printer project:»SEC«")
    with pytest.raises(Stranger):
        shelves.preview(db, act("nobody"), "printer")


def test_a_query_becomes_choices(db: Database, act: Acts, case: Case, vault: str) -> None:
    form = searching.start_search(db, act("ann"), "checkout is:open project:SEC -reporter:<@bob> assignee:@carol")
    assert (form.chosen.words, form.chosen.statuses, form.chosen.projects) == ("checkout", (NOT_CLOSED,), ("SEC",))
    assert [project.name for project in form.projects] == ["SEC team"]
    assert (form.known.projects, form.known.types) == (["OPS", "SEC"], ["Standard", "Security"])
    assert searching.start_search(db, act("bob"), "project:SEC").chosen == Choices(rest="project:SEC")
    assert searching.start_search(db, act("bob"), "team:<!subteam^SSRE|@sre>").chosen.team == "sre"


def test_choices_become_a_query_and_what_it_finds(db: Database, act: Acts, case: Case) -> None:
    chosen = Choices(words="Checkout", due=Window("none"), rest="-status:closed")
    form = searching.choose_search(db, act("bob"), chosen)
    assert form.preview.query == "Checkout due:none -status:closed"
    assert [found.key for found in form.preview.cases] == ["OPS-1"]
    broken = searching.choose_search(db, act("bob"), Choices(rest="(a"))
    assert "never closed" in broken.preview.problem
    unknown = searching.choose_search(db, act("bob"), Choices(rest="colour:red"))
    assert "“colour” is not a field." in unknown.preview.problem


def test_a_query_is_checked_for_the_person(db: Database, act: Acts, vault: str) -> None:
    assert searching.checked_query(db, act("ann"), "project:SEC") == "project:SEC"
    with pytest.raises(QueryError, match="that you can see"):
        searching.checked_query(db, act("bob"), "project:SEC")


def test_case_and_accents_are_no_matter_to_pickers(db: Database, act: Acts, case: Case) -> None:
    with db.write() as work:
        work.add(Team(slack_id="SDOC", handle="Ärzte", name="Über uns", members=[]))
    for typed in ("ärz", "arzte", "@ÄRZTE", "uber"):
        assert [team.handle for team in looking.suggest_teams(db, act("ann"), typed)] == ["Ärzte"], typed
    for query in ("team:ärzte", "team:@ARZTE", 'team:"Ärzte"'):
        assert looking.list_cases(db, act("ann"), query).total == 0
    assert [project.key for project in looking.suggest_projects(db, act("ann"), "ÔPS")] == ["OPS"]


def test_pages_are_turned_while_cases_change(db: Database, act: Acts) -> None:
    for number in range(22):
        open_case(db, act("ann"), f"Printer {number}")

    def page(**turn: object) -> looking.Listing:
        return looking.list_cases(db, act("bob"), "printer is:open", **turn)  # type: ignore[arg-type]

    first = page()
    assert ([case.number for case in first.cases], first.back) == (list(range(22, 12, -1)), "")
    for case in first.cases[:5]:
        working.close_case(db, act("bob"), case.id, "resolved")
    open_case(db, act("ann"), "Printer new")
    second = page(page=2, on=first.on)
    assert [case.number for case in second.cases] == list(range(12, 2, -1))
    third = page(page=3, on=second.on)
    assert ([case.number for case in third.cases], third.on) == ([2, 1], "")
    back = page(page=2, back=third.back)
    assert [case.number for case in back.cases] == list(range(12, 2, -1))
    start = page(page=1, back=back.back)
    assert ([case.number for case in start.cases][:2], start.page, start.back) == ([23, 17], 1, "")
