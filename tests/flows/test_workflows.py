"""Workflows take Casebook's steps: each is done once, under the rights of whoever it runs as, and Slack hears of it."""

import pytest

from bot.domain.evidence import EvidenceKind
from tests.flows.conftest import create_project, running, settings_for


def finished(slack, execution):
    """The step once Slack knows what came of it."""
    slack.wait_for(lambda: slack.step(execution)["state"] != "running", timeout=20, what="the step to end")
    return slack.step(execution)


def run(slack, name, **inputs):
    return finished(slack, slack.run_step(name, {one: value for one, value in inputs.items() if value is not None}))


def case_in(casebook, key):
    with casebook.db.read() as work:
        case = work.cases.by_key(key)
        return case, work.cases.evidence(case), work.cases.timeline(case, page=1, size=50)


def test_a_case_is_created_with_all_that_the_workflow_knows(town, project, casebook, card, slack):
    step = run(
        slack, "create_case", run_as=town.ann.id, title="Checkout &amp; search are down", project="ops",
        type="security", description="since 02:55", priority="p2", assignee=town.bob.id,
        links="https://example.com/a?b=1&amp;c=2, <https://example.org/x|graph> and words",
    )  # fmt: skip
    assert step["state"] == "done", step["error"]
    post = card("Checkout & search are down")
    assert step["outputs"] == {
        "key": "OPS-1", "channel": town.ops.id, "message": post.ts, "link": slack.permalink(post),
    }  # fmt: skip
    case, evidence, timeline = case_in(casebook, "OPS-1")
    assert (case.reporter, case.assignee, case.priority, case.type.name) == (
        town.ann.id, town.bob.id, "P2", "Security",
    )  # fmt: skip
    assert {one.kind for one in evidence} == {EvidenceKind.LINK}
    assert {one.url for one in evidence} == {"https://example.com/a?b=1&c=2", "https://example.org/x"}
    assert [entry.via for entry in timeline] == ["workflow"]
    assert case.description == "since 02:55"


def test_a_case_is_moved_along(town, open_case, casebook, slack):
    open_case("search is slow")
    step = run(slack, "assign_case", run_as=town.ann.id, case="ops-1", assignee=town.bob.id)
    assert (step["state"], step["outputs"]["key"], step["outputs"]["status"]) == ("done", "OPS-1", "Open")
    step = run(slack, "update_case_status", run_as=town.bob.id, case="OPS-1", status="in progress")
    assert step["outputs"]["status"] == "In progress"
    assert step["outputs"]["link"].startswith("https://")
    step = run(slack, "add_case_note", run_as=town.bob.id, case="OPS-1", note="the index &lt;is&gt; small")
    assert step["state"] == "done"
    step = run(slack, "update_case_status", run_as=town.bob.id, case="OPS-1", status="closed", reason="resolved")
    assert step["outputs"]["status"] == "Closed"
    case, _, timeline = case_in(casebook, "OPS-1")
    assert (case.assignee, case.reason) == (town.bob.id, "Resolved")
    assert [entry.via for entry in timeline] == ["workflow"] * 4 + ["command"]
    # What is so already is no mistake.
    assert run(slack, "assign_case", run_as=town.ann.id, case="OPS-1", assignee=town.bob.id)["state"] == "done"


def test_cases_are_found(town, open_case, slack):
    for words in ("search is slow", "checkout is down", "search is wrong"):
        open_case(words)
    step = run(slack, "find_cases", run_as=town.bob.id, query="search sort:created")
    assert step["outputs"] == {"count": 2, "keys": "OPS-1, OPS-3"}
    mine = run(slack, "find_cases", run_as=town.bob.id, query="reporter:@me")
    assert mine["outputs"]["count"] == 3
    assert run(slack, "find_cases", run_as=town.gus.id, query="search")["outputs"] == {"count": 0, "keys": ""}


@pytest.mark.parametrize(
    ("name", "inputs", "words"),
    [
        ("create_case", {"title": "x", "project": "NOPE"}, "There is no project NOPE. You can use OPS."),
        ("create_case", {"title": "x", "type": "Odd"}, "no case type “Odd”. There are Standard, Security."),
        ("create_case", {"title": "x", "priority": "p9"}, "“p9” is not a priority"),
        ("create_case", {"title": "  "}, "title"),
        ("update_case_status", {"case": "OPS-1", "status": "blue"}, "blue"),
        ("update_case_status", {"case": "OPS-99", "status": "closed"}, "There is no case OPS-99"),
        ("assign_case", {"case": "", "assignee": "U0NOBODY"}, "case"),
        ("assign_case", {"case": "OPS-1", "assignee": "U0NOBODY"}, "Casebook"),
        ("add_case_note", {"case": "OPS-1", "note": ""}, "note"),
        ("find_cases", {"query": "status:"}, "status"),
    ],
)
def test_what_cannot_be_done_is_said_in_words_that_help(town, open_case, slack, name, inputs, words):
    open_case("search is slow")
    step = run(slack, name, run_as=town.bob.id, **inputs)
    assert step["state"] == "failed"
    assert words in step["error"]
    assert "`" not in step["error"]


def test_a_step_may_do_what_the_person_may(town, open_case, casebook, slack):
    open_case("search is slow")
    den = slack.add_channel("den", members=[town.dana], private=True, bot=True)
    create_project(town, casebook, "DEN", "The den", den)
    step = run(slack, "create_case", run_as=town.bob.id, title="let me in", project="DEN")
    assert "DEN belongs to the members of its private channel" in step["error"]
    step = run(slack, "add_case_note", run_as=town.gus.id, case="OPS-1", note="hello")
    assert "Guests and people from outside" in step["error"]
    step = run(slack, "add_case_note", run_as="U0STRANGER", case="OPS-1", note="hello")
    assert "Casebook does not know the person whom this step runs as" in step["error"]
    assert [entry.kind for entry in case_in(casebook, "OPS-1")[2]] == ["CaseOpened"]


def test_what_slack_tells_twice_is_done_once(town, open_case, casebook, slack):
    open_case("search is slow")
    slack.faults.add(delivery="events_api", kind="duplicate", times=3)
    note = run(slack, "add_case_note", run_as=town.bob.id, case="OPS-1", note="once")
    made = run(slack, "create_case", run_as=town.bob.id, title="once", project="OPS")
    failed = run(slack, "update_case_status", run_as=town.bob.id, case="OPS-9", status="closed")
    assert (note["state"], made["outputs"]["key"], failed["state"]) == ("done", "OPS-2", "failed")
    slack.settle()
    assert casebook.worker.wait_until_idle(30)
    assert [entry.kind for entry in case_in(casebook, "OPS-1")[2]] == ["NoteAdded", "CaseOpened"]
    with casebook.db.read() as work:
        assert work.cases.by_key("OPS-3") is None
        assert len([one for one in work.deliveries.list(None, 100) if one.kind == "step"]) == 3


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_slack_is_dead_while_the_step_ends(town, open_case, casebook, slack, kind):
    """After ``drop_after`` Slack has heard it already, and says so."""
    open_case("search is slow")
    slack.faults.add("functions.completeSuccess", kind, times=2 if kind == "drop_before" else 1)
    step = run(slack, "add_case_note", run_as=town.bob.id, case="OPS-1", note="once")
    assert step["state"] == "done"
    with casebook.db.read() as work:
        rows = [one for one in work.deliveries.list(None, 100) if one.kind == "step"]
    slack.wait_for(lambda: not due_steps(casebook), timeout=20, what="the delivery to be done")
    assert len(rows) == 1
    assert len(case_in(casebook, "OPS-1")[2]) == 2


def due_steps(casebook):
    with casebook.db.read() as work:
        return [one for one in work.deliveries.list(None, 100) if one.kind == "step" and one.state != "done"]


def test_a_workflows_token_is_neither_kept_nor_used(town, open_case, casebook, slack):
    open_case("search is slow")
    execution = slack.run_step("add_case_note", {"run_as": town.bob.id, "case": "OPS-1", "note": "hello"})
    token = slack.step(execution)["token"]
    finished(slack, execution)
    with casebook.db.read() as work:
        assert not [one for one in work.deliveries.list(None, 100) if token in str(one.data)]


def test_the_help_says_how_to_use_them_and_what_a_plan_needs(town, casebook):
    said = town.ann.command("/case help workflows", channel=town.general).shown
    assert "Create a case" in said
    assert "Run as" in said
    assert "paid plans" in said


@pytest.mark.parametrize("database", ["sqlite_url", "postgres_url"])
def test_each_step_over_signed_http(town, slack, database, request):
    """Told of twice, each of them."""
    url = request.getfixturevalue(database)
    with running(settings_for(slack, url, CASEBOOK_MODE="http")) as casebook:
        slack.deliver_to(f"http://127.0.0.1:{casebook.server.port}/slack/events")
        create_project(town, casebook, "OPS", "Operations", town.ops)
        slack.faults.add(delivery="events_api", kind="duplicate", times=20)
        made = run(slack, "create_case", run_as=town.ann.id, title="over the wire", project="OPS")
        assert (made["outputs"]["key"], made["outputs"]["channel"]) == ("OPS-1", town.ops.id), made["error"]
        for name, more in (
            ("assign_case", {"assignee": town.bob.id}),
            ("update_case_status", {"status": "in progress"}),
            ("add_case_note", {"note": "hello"}),
        ):
            step = run(slack, name, run_as=town.ann.id, case="OPS-1", **more)
            assert (step["state"], step["outputs"]["key"]) == ("done", "OPS-1")
        assert run(slack, "find_cases", run_as=town.ann.id, query="assignee:@bob")["outputs"]["count"] == 1
        assert "no case OPS-9" in run(slack, "add_case_note", run_as=town.ann.id, case="OPS-9", note="x")["error"]
        slack.settle()
        assert [entry.kind for entry in case_in(casebook, "OPS-1")[2]] == [
            "NoteAdded", "StatusChanged", "CaseAssigned", "CaseOpened",
        ]  # fmt: skip


def test_an_event_that_could_not_be_kept_is_told_again(town, open_case, casebook, slack):
    open_case("search is slow")
    casebook.db.wait_seconds = 0.2
    with casebook.db.write():  # nobody else can write
        execution = slack.run_step("add_case_note", {"run_as": town.bob.id, "case": "OPS-1", "note": "in the end"})
        slack.wait_for(
            lambda: [one for one in slack.traffic.records() if "function_executed" in str(one.request)],
            what="Slack to tell of it",
        )
    assert finished(slack, execution)["state"] == "done"
    assert [entry.kind for entry in case_in(casebook, "OPS-1")[2]] == ["NoteAdded", "CaseOpened"]
