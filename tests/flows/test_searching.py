"""Somebody who does not know the query language builds a search."""

from collections.abc import Callable

import pytest


@pytest.fixture
def cases(town, project):
    for number in range(3):
        town.ann.command(f"/case quick printer {number} jams p3 in OPS", channel=town.ops)
    town.ann.command("/case quick database is slow p1 in OPS", channel=town.ops)
    town.bob.command("/case take OPS-4", channel=town.ops)
    town.bob.command("/case close OPS-3 resolved", channel=town.ops)


@pytest.fixture
def previewed(slack) -> Callable[..., None]:
    def wait(person, *words: str) -> None:
        slack.wait_for(lambda: all(word in person.modal.text for word in words), what=f"a preview with {words}")

    return wait


def test_a_search_is_built_from_the_menu_and_shown(town, cases, previewed, slack):
    town.ann.command("/case", channel=town.ops)
    town.ann.modal.click("Build a search")
    previewed(town.ann, "Build a search", "is:open", "3 cases", "OPS-4")
    modal = town.ann.modal
    assert modal.value("statuses") == ["not closed"]

    modal.fill({"Words": "printer"})
    previewed(town.ann, "printer is:open", "2 cases")
    modal.choose("Status", ["not closed", "closed"])
    previewed(town.ann, "printer (is:open OR status:closed)", "3 cases")
    modal.choose("Priority", ["P1", "P3"])
    previewed(town.ann, "priority:(P1 OR P3)")
    modal.fill({"Words": ""})
    previewed(town.ann, "4 cases")
    assert modal.value("Priority") == ["P1", "P3"]

    modal.choose("Assignee", "A person …")
    slack.wait_for(lambda: "Assignee: who" in town.ann.modal.text, what="a field for the person")
    modal.fill({"Assignee: who": town.bob})
    previewed(town.ann, "assignee:@bob", "1 case", "OPS-4")
    assert not modal.submit().errors
    assert "database is slow" in town.ann.modal.text
    assert town.ann.modal.stack_depth == 2
    town.ann.choose(town.ann.modal, "case.row", "Details", within="OPS-4")
    assert town.ann.modal.stack_depth == 3


def test_a_list_opens_it_with_what_it_asks_for(town, cases, previewed, slack):
    answer = town.bob.command(
        "/case list printer priority:>=P3 team:none -reporter:@bob sort:created", channel=town.ops
    )
    town.bob.click(answer, "Build a search")
    modal = town.bob.modal
    assert (modal.value("Words"), modal.value("Priority")) == ("printer", ["P1", "P2", "P3"])
    assert (modal.value("Team"), modal.value("Order")) == ("none", "created")
    assert modal.value("Anything else") == '-reporter:"bob"'
    assert "3 cases" in modal.text
    modal.choose("Team", "A team …")
    slack.wait_for(lambda: "Team: which" in town.bob.modal.text, what="a field for the team")
    modal.choose("Team: which", "@sre")
    previewed(town.bob, "team:@sre", "0 cases")
    assert not modal.submit().errors
    assert "No case matches" in town.bob.modal.text

    town.bob.modal.click("Build a search")
    previewed(town.bob, "Anything else")
    assert town.bob.modal.stack_depth == 2
    town.bob.modal.choose("Team", "Any team or none")
    previewed(town.bob, "3 cases")
    town.bob.modal.submit()
    assert town.bob.modal.stack_depth == 2
    assert "printer 2 jams" in town.bob.modal.text


def test_windows_projects_and_facts(town, cases, previewed):
    town.ann.command("/case", channel=town.ops)
    town.ann.modal.fill({"search": "is:overdue service:x"})
    town.ann.modal.click("Build a search")
    previewed(town.ann, "is:overdue service:x", "0 cases")
    modal = town.ann.modal
    assert (modal.value("Due"), modal.value("Service")) == ("overdue", "x")
    modal.choose("Due", "It has no due date")
    modal.fill({"Service": ""})
    modal.choose("Project", ["OPS"])
    modal.choose("Created", "From … to …")
    previewed(town.ann, "project:OPS", "due:none", "Created from")
    modal.choose("Created from", "2026-01-01")
    previewed(town.ann, "created:2026-01-01..")
    modal.choose("Has", ["assignee"])
    modal.choose("Has no", ["team", "evidence"])
    previewed(town.ann, "has:assignee -has:team -has:evidence")


def test_what_is_wrong_is_said_while_typing_and_when_sent(town, cases, previewed):
    town.ann.command("/case", channel=town.ops)
    town.ann.modal.click("Build a search")
    previewed(town.ann, "Anything else")
    town.ann.modal.fill({"Anything else": "status:opne"})
    previewed(town.ann, "“opne” does not fit status", "Did you mean Open?")
    errors = town.ann.modal.submit().errors
    assert "Did you mean Open?" in errors["query"]
    town.ann.modal.fill({"Anything else": "(a"})
    previewed(town.ann, "This “(” is never closed.")
    assert "never closed" in town.ann.modal.submit().errors["query"]


def test_an_inbox_form_gets_back_the_query_that_was_built_for_it(town, cases, previewed, slack):
    town.ann.command("/case inbox new", channel=town.ops)
    form = town.ann.modal
    form.fill({"Name": "Printers", "people": [town.bob], "stay": "4 hours"})
    form.click("Build a search")
    assert town.ann.modal.stack_depth == 2
    town.ann.modal.fill({"Words": "printer"})
    town.ann.modal.choose("Priority", ["P3"])
    previewed(town.ann, "printer priority:P3", "3 cases")
    assert "Use it" in town.ann.modal.text
    assert town.ann.modal.submit().closed
    slack.wait_for(lambda: form.value("Query") == "printer priority:P3", what="the query in its field")
    kept = (form.value("Name"), form.value("people"), form.value("stay"))
    assert kept == ("Printers", [town.bob.id], "240")

    form.fill({"Query": "printer -priority:P3"})
    form.click("Build a search")
    assert town.ann.modal.value("Anything else") == "-priority:P3"
    town.ann.modal.fill({"Words": "database"})
    town.ann.modal.submit()
    slack.wait_for(lambda: form.value("Query") == "database -priority:P3", what="the new query in the field")
    assert not form.submit().errors
    assert "database -priority:P3" in town.ann.command("/case inbox", channel=town.ops).shown
