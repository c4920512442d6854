"""Jira is asked in its own form, Cloud and Data Center, over real sockets; the local Jira refuses any other form."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.casetype import Group
from bot.domain.ticket import Account, CaseLink, Part, Standing, Step
from bot.integrations.errors import Declined, Gone, Unanswered
from bot.sandbox import LocalJira
from bot.sandbox.jira_site import BUG, TASK
from tests.integrations.jiras import CASE, NOW, Clock, draft
from tests.integrations.samples import unasked

DONE = Step(["Done"], Group.CLOSED)


def count(local: LocalJira, act: Callable[[], Any]) -> tuple[Any, int]:
    """What it gives, and by how many requests."""
    before = len(local.asked)
    return act(), len(local.asked) - before


# -- creating ---------------------------------------------------------------------------------------------------------


def test_an_issue_is_created_by_two_requests(both: LocalJira, made: Any, clock: Clock) -> None:
    jira = made(both)
    mia = jira.account("mia@example.com")
    values = {**draft(NOW).values, Part.ASSIGNEE: mia, Part.STATUS: Standing("Done", Group.CLOSED)}
    seen, requests = count(both, lambda: jira.create(draft(clock(), values=values)))
    assert requests == 2
    issue = both.issue("OPS-1")
    assert (issue.summary, issue.description, issue.priority, issue.status.name) == (
        "Checkout is down", "500s", "High", "To Do"
    )  # fmt: skip
    assert issue.assignee is not None
    assert issue.assignee.name == "Mia"
    assert issue.properties == {"casebook": {"mark": "case:12"}}
    assert list(issue.links) == ["casebook=case:12"]
    assert (seen.id, seen.key, seen.kind, seen.mark) == (issue.id, "OPS-1", "OPS", "case:12")
    assert seen.url == f"{both.url}/browse/OPS-1"
    assert Part.STATUS not in seen.values
    read, requests = count(both, lambda: jira.read(seen.id, seen.kind))
    assert requests == 1
    assert read.values[Part.STATUS] == Standing("To Do", Group.OPEN)
    assert (read.mark, read.label, read.updated) == ("case:12", "High", NOW)


def test_without_a_post_in_slack_there_is_no_link_yet(cloud: LocalJira, made: Any) -> None:
    seen, requests = count(cloud, lambda: made(cloud).create(draft(NOW, case=CaseLink("OPS-12", "x", ""))))
    assert requests == 1
    made(cloud).attach(seen.id, "OPS", "case:12", CASE)
    made(cloud).attach(seen.id, "OPS", "case:12", CASE)
    assert [link["object"]["title"] for link in cloud.issue("OPS-1").links.values()] == ["OPS-12: Checkout is down"]


@pytest.mark.parametrize("kind", ["status", "drop_before", "drop_after", "html", "ratelimited", "error"])
def test_a_link_that_fails_costs_nothing(cloud: LocalJira, made: Any, kind: Any) -> None:
    cloud.faults.add(f"/rest/api/2/issue/{cloud.site.count + 1}/remotelink", kind, 500)
    assert made(cloud).create(draft(NOW)).key == "OPS-1"
    assert len(cloud.issues) == 1


def test_what_jira_requires_is_said_in_its_words(cloud: LocalJira, made: Any) -> None:
    with pytest.raises(Declined) as declined:
        made(cloud).create(draft(NOW, subtype=BUG.id))
    assert declined.value.remedy == "Jira refused with “Environment is required.”."
    with pytest.raises(Declined, match="400"):
        made(cloud).create(draft(NOW, kind="NO"))
    assert not cloud.issues


def test_fields_that_were_asked_come_in_jiras_form(both: LocalJira, made: Any) -> None:
    asked = {one.label: one for one in made(both).asked("OPS", BUG.id)}
    assert [(one.label, one.required, one.many) for one in asked.values()] == [
        ("Environment", True, False), ("Labels", False, True), ("Affected teams", False, True), ("Effort", False, False)
    ]  # fmt: skip
    assert [choice.name for choice in asked["Environment"].choices] == ["Production", "Staging"]
    extra = {
        asked["Environment"].name: asked["Environment"].choices[1].id,
        asked["Affected teams"].name: [choice.id for choice in asked["Affected teams"].choices],
        asked["Effort"].name: "2,5",
        asked["Labels"].name: "down, checkout",
    }
    made(both).create(draft(NOW, subtype=BUG.id, extra=extra))
    kept = both.issue("OPS-1").extra
    assert kept["customfield_10050"] == {"id": "10101", "value": "Staging"}
    assert [one["value"] for one in kept["customfield_10051"]] == ["Shop", "Payments"]
    assert (kept["customfield_10052"], kept["labels"]) == (2.5, ["down", "checkout"])


@pytest.mark.parametrize("title", ["x" * 4000, "a\n\nb\r\n", "<!channel> 👩‍👩‍👧‍👦", "\x00[~mia] \ud800"])
def test_jira_takes_whatever_a_case_says(both: LocalJira, made: Any, title: str) -> None:
    values = {Part.TITLE: title, Part.DESCRIPTION: title * 20}
    seen = made(both).create(draft(NOW, values=values))
    made(both).change(seen.id, "OPS", values)
    made(both).comment(seen.id, "OPS", title * 20, internal=None)
    assert "[~" not in (both.issue("OPS-1").description or "") + both.issue("OPS-1").notes[0].body


# -- found again ------------------------------------------------------------------------------------------------------


def test_an_issue_nobody_learned_of_is_found_by_its_mark(both: LocalJira, made: Any, clock: Clock) -> None:
    both.faults.add("/rest/api/2/issue", "drop_after", times=1)
    with pytest.raises(Unanswered) as unanswered:
        made(both).create(draft(NOW))
    assert unanswered.value.perhaps_sent
    made(both).create(draft(NOW, mark="case:13"))
    both.move("OPS-1", "WEB", by="mia")
    found = made(both).created(draft(NOW))
    assert (found.key, found.kind, found.mark) == ("WEB-1", "WEB", "case:12")
    assert found.values[Part.TITLE] == "Checkout is down"


def test_it_is_too_early_to_tell_as_long_as_a_search_may_not_know(cloud: LocalJira, made: Any, clock: Clock) -> None:
    cloud.lag = 30
    made(cloud).create(draft(NOW))
    for tried in (None, NOW):
        with pytest.raises(Unanswered, match="too early"):
            made(cloud).created(draft(NOW - timedelta(hours=1) if tried else NOW, tried=tried))
    clock.add(seconds=60)
    assert made(cloud).created(draft(NOW)).key == "OPS-1"
    assert made(cloud).created(draft(NOW, mark="case:13")) is None
    with pytest.raises(Unanswered, match="too early"):
        made(cloud).created(draft(NOW, mark="case:13", tried=clock()))


def test_many_that_were_created_are_looked_through(both: LocalJira, made: Any, clock: Clock) -> None:
    drafts = [draft(NOW, mark=f"case:{n}", case=CaseLink("", "", "")) for n in range(120)]
    jira = made(both)
    for one in drafts:
        jira.create(one)
    assert jira.created(drafts[-1]).key == "OPS-120"


# -- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["OPS-1", " ops-1 ", "{url}/browse/OPS-1", "<{url}/browse/OPS-1?filter=5#x>", "<{url}/browse/ops-1|OPS-1>",
     "{url}/jira/software/projects/OPS/boards/1?selectedIssue=OPS-1", "{url}/projects/OPS/issues/OPS-1/"],
)  # fmt: skip
def test_people_point_at_issues_in_many_ways(cloud: LocalJira, made: Any, words: str) -> None:
    cloud.create("OPS", "Checkout is down", by="mia")
    seen = made(cloud).look_up(words.format(url=cloud.url))
    assert (seen.key, seen.mark, seen.values[Part.ASSIGNEE]) == ("OPS-1", "", None)


@pytest.mark.parametrize("words", ["", "12", "checkout", "https://example.com/browse/OPS-1", "{url}/browse/", "OPS-01"])
def test_what_names_no_issue_is_declined_without_asking(cloud: LocalJira, made: Any, words: str) -> None:
    with pytest.raises(Declined) as declined:
        made(cloud).look_up(words.format(url=cloud.url))
    assert declined.value.remedy.endswith(".")
    assert not cloud.asked


def test_a_deleted_issue_is_gone_and_a_moved_one_is_not(both: LocalJira, made: Any) -> None:
    seen = made(both).create(draft(NOW))
    both.move("OPS-1", "WEB", by="mia")
    assert made(both).read(seen.id, "OPS").key == "WEB-1"
    both.delete("WEB-1", by="mia")
    jira = made(both)
    for act in (
        lambda: jira.read(seen.id, "OPS"),
        lambda: jira.look_up("OPS-1"),
        lambda: jira.attach(seen.id, "OPS", "case:12", CASE),
        lambda: jira.change(seen.id, "OPS", {Part.TITLE: "x"}),
        lambda: jira.move(seen.id, "OPS", DONE, unasked),
        lambda: jira.comment(seen.id, "OPS", "x", internal=None),
        lambda: jira.commented(seen.id, "OPS", "x", NOW),
        lambda: jira.rewrite(seen.id, "OPS", "1", "x"),
        lambda: jira.rewrite(seen.id, "OPS", "1", None),
    ):
        with pytest.raises(Gone) as gone:
            act()
        assert gone.value.remedy.endswith("see.")
    jira.detach(seen.id, "OPS", "case:12")


def test_the_mark_is_taken_away_only_if_it_is_ours(cloud: LocalJira, made: Any) -> None:
    seen = made(cloud).create(draft(NOW))
    made(cloud).detach(seen.id, "OPS", "case:99")
    assert cloud.issue("OPS-1").properties
    for _ in "ab":
        made(cloud).detach(seen.id, "OPS", "case:12")
        assert (cloud.issue("OPS-1").properties, cloud.issue("OPS-1").links) == ({}, {})


# -- changing ---------------------------------------------------------------------------------------------------------


def test_fields_are_changed_by_one_request(both: LocalJira, made: Any) -> None:
    seen = made(both).create(draft(NOW))
    jira = made(both)
    mia = jira.account("MIA@example.com")
    values = {Part.TITLE: "Up", Part.DESCRIPTION: "", Part.PRIORITY: "Lowest", Part.ASSIGNEE: mia}
    _, requests = count(both, lambda: jira.change(seen.id, "OPS", values))
    issue = both.issue("OPS-1")
    assert (requests, issue.summary, issue.description, issue.priority) == (1, "Up", None, "Lowest")
    assert issue.assignee is not None
    assert (mia.name, mia.email, issue.assignee.handle) == ("Mia", "mia@example.com", "mia")
    jira.change(seen.id, "OPS", {Part.ASSIGNEE: None})
    assert both.issue("OPS-1").assignee is None
    _, requests = count(both, lambda: jira.change(seen.id, "OPS", {Part.STATUS: Standing("Done", Group.CLOSED)}))
    assert requests == 0, "a status is for `move`"
    with pytest.raises(Declined) as declined:
        jira.change(seen.id, "OPS", {Part.ASSIGNEE: Account("nobody")})
    assert "“User 'nobody' cannot be assigned issues.”" in declined.value.remedy


def test_a_status_is_reached_by_two_requests(both: LocalJira, made: Any) -> None:
    both.create("WEB", "Checkout", by="mia")
    id_ = both.issue("WEB-1").id
    jira = made(both)
    standing, requests = count(both, lambda: jira.move(id_, "WEB", DONE, unasked))
    assert (standing, requests, both.issue("WEB-1").status.name) == (Standing("Done", Group.CLOSED), 2, "Done")
    standing, requests = count(both, lambda: jira.move(id_, "WEB", Step(["done"], Group.CLOSED), unasked))
    assert (standing.name, requests) == ("Done", 1), "it was there"
    assert jira.move(id_, "WEB", Step(["Closed", "In progress"], Group.CLOSED), unasked).name == "In Progress"
    assert jira.move(id_, "WEB", Step(["Closed"], Group.IN_PROGRESS), unasked).name == "In Progress", (
        "its group will do"
    )
    assert jira.move(id_, "WEB", Step([], Group.OPEN), unasked).name == "To Do"


def test_a_status_that_the_workflow_forbids(both: LocalJira, made: Any) -> None:
    both.create("OPS", "Checkout", by="mia")
    id_, jira = both.issue("OPS-1").id, made(both)
    with pytest.raises(Declined, match="no transition") as declined:
        jira.move(id_, "OPS", DONE, unasked)
    assert declined.value.remedy.startswith(
        "Jira's workflow does not lead from “To Do” to “Done”. From here it leads to “In Progress”."
    )
    assert both.issue("OPS-1").status.name == "To Do"
    by_way_of = Step(["Done"], Group.CLOSED, via=["In Progress", "In Review"])
    standing, requests = count(both, lambda: jira.move(id_, "OPS", by_way_of, unasked))
    assert (standing.name, requests, both.issue("OPS-1").resolution) == ("Done", 6, "Done")
    both.set_status("OPS-1", "To Do", by="mia")
    both.site.projects["OPS"].barred.add("transition")
    with pytest.raises(Declined) as declined:
        jira.move(id_, "OPS", by_way_of, unasked)
    assert "nowhere from “To Do”" in declined.value.remedy


def test_screens_are_asked_for_where_the_issue_does_not_tell_of_them(cloud: LocalJira, made: Any) -> None:
    cloud.deep = False
    cloud.create("OPS", "Checkout", by="mia")
    for status in ("In Progress", "In Review"):
        cloud.set_status("OPS-1", status, by="mia")
    standing, requests = count(cloud, lambda: made(cloud).move(cloud.issue("OPS-1").id, "OPS", DONE, unasked))
    assert (standing.name, requests, cloud.issue("OPS-1").resolution) == ("Done", 3, "Done")


def test_way_stops_where_it_was_not_told_to_go_on(cloud: LocalJira, made: Any) -> None:
    cloud.create("OPS", "Checkout", by="mia")
    id_ = cloud.issue("OPS-1").id
    with pytest.raises(Declined) as declined:
        made(cloud).move(id_, "OPS", Step(["Done"], Group.CLOSED, via=["In Progress"]), unasked)
    assert "from “In Progress” to “Done”" in declined.value.remedy


def test_a_screen_that_asks_for_more_is_told_in_jiras_words(cloud: LocalJira, made: Any) -> None:
    from bot.sandbox.jira_site import DONE as OVER
    from bot.sandbox.jira_site import TO_DO, Arrow, Workflow

    asking = Workflow((TO_DO, OVER), (Arrow("11", "Finish", "To Do", "Done", ("resolution", "cause")),))
    cloud.add_project("HR", "People", asking)
    cloud.create("HR", "Checkout", by="mia")
    with pytest.raises(Declined) as declined:
        made(cloud).move(cloud.issue("HR-1").id, "HR", DONE, unasked)
    assert "“Cause is required.”" in declined.value.remedy


# -- comments ---------------------------------------------------------------------------------------------------------


def test_comments_are_added_found_changed_and_deleted(both: LocalJira, made: Any, clock: Clock) -> None:
    seen, jira = made(both).create(draft(NOW)), made(both)
    added, requests = count(both, lambda: jira.comment(seen.id, "OPS", "It was\nDNS, [~mia]", internal=None))
    assert (requests, added.text, added.internal, added.at) == (1, "It was\nDNS, [~mia]", False, NOW)
    assert added.by == jira.me()
    both.comment("OPS-1", "Really", by="mia")
    assert jira.commented(seen.id, "OPS", "It was\nDNS, [~mia]", NOW).id == added.id
    assert jira.commented(seen.id, "OPS", "Really", NOW) is None, "it is not ours"
    assert jira.commented(seen.id, "OPS", "It was\nDNS, [~mia]", NOW + timedelta(hours=1)) is None
    jira.rewrite(seen.id, "OPS", added.id, "It was not")
    assert both.issue("OPS-1").note(added.id).body == "It was not"
    for _ in "ab":
        jira.rewrite(seen.id, "OPS", added.id, None)
    assert [note.body for note in both.issue("OPS-1").notes] == ["Really"]
    with pytest.raises(Declined, match="no such comment"):
        jira.rewrite(seen.id, "OPS", added.id, "x")


def test_internal_comments_stay_internal(cloud: LocalJira, made: Any) -> None:
    seen, jira = made(cloud).create(draft(NOW)), made(cloud)
    assert jira.comment(seen.id, "OPS", "psst", internal=True).internal
    assert not jira.comment(seen.id, "OPS", "hello", internal=False).internal
    cloud.comment("OPS-1", "for admins", by="mia", role="Administrators")
    changes = jira.news((NOW - timedelta(minutes=5)).isoformat(), [seen.id], NOW).changes
    told = [(one.comment.text, one.comment.internal) for one in changes if one.comment]
    assert told == [("psst", True), ("hello", False), ("for admins", True)]


# -- people and lists -------------------------------------------------------------------------------------------------


def test_nobody_is_guessed(both: LocalJira, made: Any) -> None:
    both.add_person("ann", "Ann", hidden=True)
    both.add_person("old", "Old", active=False)
    both.add_person("anna", "ann@example.com", "anna@example.com")
    both.add_person("twin", "Twin", "bob@example.com")
    if both.cloud:
        both.add_person("bot", "Bot", kind="app")
    jira = made(both)
    assert jira.account("mia@example.com").name == "Mia"
    for email in ("ann@example.com", "old@example.com", "bob@example.com", "bot@example.com", "mia@example.co"):
        assert jira.account(email) is None, email


def test_lists_of_the_form(both: LocalJira, made: Any) -> None:
    jira = made(both)
    assert [(one.id, one.name) for one in jira.kinds("web")] == [("WEB", "Website (WEB)")]
    assert [one.id for one in jira.kinds("")] == ["OPS", "WEB"]
    assert [one.name for one in jira.subtypes("OPS")] == ["Task", "Bug"]
    assert [one.label for one in jira.asked("OPS", TASK.id)] == ["Labels"]
    assert [(one.name, one.group) for one in jira.statuses("OPS")] == [
        ("To Do", Group.OPEN), ("In Progress", Group.IN_PROGRESS), ("In Review", Group.IN_PROGRESS),
        ("Done", Group.CLOSED),
    ]  # fmt: skip
    for ask in (lambda: jira.subtypes("NO"), lambda: jira.asked("OPS", "9"), lambda: list(jira.statuses("NO/../OPS"))):
        with pytest.raises(Declined, match="404") as declined:
            ask()
        assert "project or issue type" in declined.value.remedy
