"""The local Jira is as strict as Atlassian's pages say, in Cloud and in Data Center."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from bot.sandbox import LocalJira, WebhookReceiver
from bot.sandbox.jira_site import BUG, TASK
from tests.integrations.jiras import NOW, Clock, filled


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def cloud(clock: Clock) -> Iterator[LocalJira]:
    with filled(LocalJira(now=clock.seconds)) as local:
        yield local


@pytest.fixture
def center(clock: Clock) -> Iterator[LocalJira]:
    with filled(LocalJira(cloud=False, now=clock.seconds)) as local:
        yield local


def ask(jira: LocalJira, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
    signed = {"auth": (jira.email, jira.token)} if jira.cloud else {"headers": {"Authorization": f"Bearer {jira.pat}"}}
    return requests.request(method, f"{jira.url}/rest/api/2/{path}", json=body, timeout=10, **(signed | options))


def made(jira: LocalJira, **over: Any) -> requests.Response:
    fields = {"project": {"key": "OPS"}, "issuetype": {"id": TASK.id}, "summary": "Checkout is down"}
    return ask(jira, "POST", "issue", {"fields": {name: v for name, v in (fields | over).items() if v is not ...}})


def test_an_issue_is_created_read_changed_and_deleted(cloud: LocalJira) -> None:
    answer = made(cloud, description="500s", priority={"name": "High"}).json()
    assert answer["key"] == "OPS-1"
    assert answer["self"].startswith("https://api.atlassian.com/ex/jira/")
    fields = ask(cloud, "GET", "issue/OPS-1?fields=summary,status,priority,updated").json()["fields"]
    assert set(fields) == {"summary", "status", "priority", "updated"}
    assert fields["status"]["statusCategory"]["key"] == "new"
    assert fields["updated"] == "2026-11-23T05:00:02.000+0100"
    assert ask(cloud, "PUT", "issue/OPS-1", {"fields": {"summary": "Up"}}).status_code == 204
    assert cloud.issue("OPS-1").summary == "Up"
    assert ask(cloud, "DELETE", "issue/OPS-1").status_code == 204
    assert ask(cloud, "GET", "issue/OPS-1").status_code == 404


@pytest.mark.parametrize(
    ("over", "field", "words"),
    [
        ({"summary": ...}, "summary", "Summary is required."),
        ({"summary": "a\nb"}, "summary", "newline"),
        ({"summary": "x" * 256}, "summary", "less than 255"),
        ({"project": {"key": "NO"}}, "project", "valid project"),
        ({"issuetype": {"name": "Epic"}}, "issuetype", "issue type"),
        ({"description": {"type": "doc", "version": 1, "content": []}}, "description", "must be a string"),
        ({"description": "x" * 32768}, "description", "too long"),
        ({"priority": {"name": "P1"}}, "priority", "Priority"),
        ({"assignee": {"name": "mia"}}, "assignee", "accountId"),
        ({"assignee": {"accountId": "mia"}}, "assignee", "cannot be assigned"),
        ({"labels": ["a b"]}, "labels", "spaces"),
        ({"colour": "red"}, "colour", "cannot be set"),
        ({"status": {"name": "Done"}}, "status", "cannot be set"),
        ({"issuetype": {"id": BUG.id}}, "customfield_10050", "Environment is required."),
        ({"issuetype": {"id": BUG.id}, "customfield_10050": "Production"}, "customfield_10050", "not valid"),
        ({"issuetype": {"id": BUG.id}, "customfield_10052": "3"}, "customfield_10052", "must be a number"),
    ],
)
def test_what_is_wrong_with_a_new_issue_is_told_by_field(
    cloud: LocalJira, over: dict[str, Any], field: str, words: str
) -> None:
    answer = made(cloud, **over)
    assert answer.status_code == 400
    assert words in answer.json()["errors"][field]
    assert not cloud.issues


def test_data_center_knows_people_by_their_names(center: LocalJira) -> None:
    assert made(center, assignee={"name": "mia"}).status_code == 201
    said = ask(center, "GET", "issue/OPS-1").json()["fields"]["assignee"]
    assert (said["name"], said["emailAddress"]) == ("mia", "mia@example.com")
    assert "accountId" not in said
    assert made(center, assignee={"accountId": "mia"}).status_code == 400


def test_who_comes_with_wrong_credentials_is_not_let_in(cloud: LocalJira, center: LocalJira) -> None:
    assert ask(cloud, "GET", "myself", auth=(cloud.email, "wrong")).status_code == 401
    assert ask(cloud, "GET", "myself", auth=None, headers={"Authorization": f"Bearer {cloud.pat}"}).status_code == 401
    assert ask(center, "GET", "myself", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert ask(center, "GET", "myself").json()["name"] == "casebook"
    assert ask(cloud, "GET", "serverInfo", auth=None).json()["deploymentType"] == "Cloud"
    cloud.anonymous = True
    answer = ask(cloud, "GET", "issue/OPS-1", auth=None)
    assert (answer.status_code, answer.headers["X-Seraph-LoginReason"]) == (404, "AUTHENTICATED_FAILED")
    cloud.locked_out = True
    assert "CAPTCHA" in ask(cloud, "GET", "myself").headers["X-Authentication-Denied-Reason"]


@pytest.mark.parametrize(
    ("act", "method", "path", "body", "status"),
    [
        ("browse", "GET", "issue/OPS-1", None, 404),
        ("create", "POST", "issue", {"fields": {"project": {"key": "OPS"}, "issuetype": {"id": TASK.id}}}, 403),
        ("edit", "PUT", "issue/OPS-1", {"fields": {}}, 403),
        ("edit", "PUT", "issue/OPS-1/properties/x", {}, 403),
        ("comment", "POST", "issue/OPS-1/comment", {"body": "x"}, 403),
        ("delete", "DELETE", "issue/OPS-1", None, 403),
        ("transition", "POST", "issue/OPS-1/transitions", {"transition": {"id": "11"}}, 400),
    ],
)
def test_permissions(cloud: LocalJira, act: str, method: str, path: str, body: Any, status: int) -> None:
    made(cloud)
    cloud.site.projects["OPS"].barred.add(act)
    assert ask(cloud, method, path, body).status_code == status


def test_a_workflow_lets_pass_only_what_it_names(cloud: LocalJira) -> None:
    made(cloud)
    path = "issue/OPS-1/transitions"
    told = ask(cloud, "GET", path).json()["transitions"]
    assert [(one["id"], one["name"], one["to"]["name"]) for one in told] == [("11", "Start work", "In Progress")]
    assert "fields" not in told[0]
    for body in ({}, {"transition": {"name": "Start work"}}, {"transition": {"id": 11}}, {"transition": {"id": "31"}}):
        assert ask(cloud, "POST", path, body).status_code == 400
    for id_ in ("11", "21"):
        assert ask(cloud, "POST", path, {"transition": {"id": id_}}).status_code == 204
    (approve, _) = ask(cloud, "GET", f"{path}?expand=transitions.fields").json()["transitions"][::-1]
    assert approve["fields"]["resolution"]["required"]
    refused = ask(cloud, "POST", path, {"transition": {"id": "31"}})
    assert refused.json()["errors"] == {"resolution": "Resolution is required."}
    resolved = {"transition": {"id": "31"}, "fields": {"resolution": {"name": "Done"}}}
    assert ask(cloud, "POST", path, resolved).status_code == 204
    issue = cloud.issue("OPS-1")
    assert (issue.status.name, issue.resolution) == ("Done", "Done")
    both = ask(cloud, "GET", "issue/OPS-1?fields=status&expand=transitions.fields").json()
    assert [one["to"]["name"] for one in both["transitions"]] == ["To Do"]


def test_comments_have_ids_and_may_be_internal(cloud: LocalJira) -> None:
    made(cloud)
    hidden = {"body": "psst", "properties": [{"key": "sd.public.comment", "value": {"internal": True}}]}
    first = ask(cloud, "POST", "issue/OPS-1/comment", hidden).json()
    second = ask(cloud, "POST", "issue/OPS-1/comment", {"body": "hello"}).json()
    assert (first["jsdPublic"], second["jsdPublic"]) == (False, True)
    listed = ask(cloud, "GET", "issue/OPS-1/comment?orderBy=-created").json()
    assert [one["body"] for one in listed["comments"]] == ["hello", "psst"]
    path = f"issue/OPS-1/comment/{second['id']}"
    assert ask(cloud, "PUT", path, {"body": "hi"}).json()["body"] == "hi"
    assert ask(cloud, "DELETE", path).status_code == 204
    assert ask(cloud, "PUT", path, {"body": "hi"}).status_code == 404
    for body in ({"body": ""}, {"body": {"type": "doc"}}, {}):
        assert ask(cloud, "POST", "issue/OPS-1/comment", body).status_code == 400


def test_properties_and_links(cloud: LocalJira) -> None:
    made(cloud)
    path = "issue/OPS-1/properties/casebook"
    assert ask(cloud, "GET", path).status_code == 404
    assert [ask(cloud, "PUT", path, {"mark": "m"}).status_code for _ in "ab"] == [201, 200]
    assert ask(cloud, "GET", path).json() == {"key": "casebook", "value": {"mark": "m"}}
    assert ask(cloud, "GET", "issue/OPS-1?properties=casebook").json()["properties"] == {"casebook": {"mark": "m"}}
    assert [ask(cloud, "DELETE", path).status_code for _ in "ab"] == [204, 404]
    link = {"globalId": "casebook=m", "object": {"url": "https://example.com", "title": "OPS-12"}}
    assert [ask(cloud, "POST", "issue/OPS-1/remotelink", link).status_code for _ in "ab"] == [201, 200]
    assert len(cloud.issue("OPS-1").links) == 1
    assert ask(cloud, "POST", "issue/OPS-1/remotelink", {"object": {"url": "x"}}).status_code == 400


def test_search_in_cloud(cloud: LocalJira, clock: Clock) -> None:
    for number in range(5):
        made(cloud, summary=f"n{number}")
    assert ask(cloud, "GET", "search?jql=project=OPS").status_code == 410
    path = "search/jql?jql=project=OPS ORDER BY key DESC&maxResults=2"
    first = ask(cloud, "GET", path).json()
    assert [set(one) for one in first["issues"]] == [{"id"}, {"id"}], "ids, unless fields are asked for"
    keys, token = [], ""
    while True:
        page = ask(cloud, "GET", f"{path}&fields=summary&nextPageToken={token}").json()
        keys += [one["key"] for one in page["issues"]]
        if not (token := page.get("nextPageToken", "")):
            break
    assert keys == ["OPS-5", "OPS-4", "OPS-3", "OPS-2", "OPS-1"]
    assert ask(cloud, "GET", f"search/jql?jql=project=WEB&nextPageToken={first['nextPageToken']}").status_code == 400
    assert ask(cloud, "GET", f"{path}&startAt=1").status_code == 400


def test_search_in_data_center(center: LocalJira) -> None:
    for number in range(5):
        made(center, summary=f"n{number}")
    assert ask(center, "GET", "search/jql?jql=project=OPS").status_code == 404
    said = ask(center, "GET", "search?jql=project=OPS ORDER BY key&startAt=3&maxResults=5").json()
    assert (said["total"], [one["key"] for one in said["issues"]]) == (5, ["OPS-4", "OPS-5"])
    assert "properties" not in ask(center, "GET", "search?jql=project=OPS&properties=casebook").json()["issues"][0]


@pytest.mark.parametrize(
    "jql",
    ["", "ORDER BY updated", "updated >= ", "updated >= yesterday", "updated > -5m", "project = NO", "id in (99999)",
     "colour = red", "project = OPS OR project = WEB", "project = OPS ORDER BY colour", "project = OPS AND"],
)  # fmt: skip
def test_jql_that_is_refused(cloud: LocalJira, jql: str) -> None:
    made(cloud)
    assert ask(cloud, "POST", "search/jql", {"jql": jql}).status_code == 400


def test_times_in_jql_are_in_the_accounts_zone_and_minutes(cloud: LocalJira, clock: Clock) -> None:
    made(cloud)
    clock.add(minutes=10)
    made(cloud)

    def found(when: str) -> int:
        return len(ask(cloud, "POST", "search/jql", {"jql": f'updated >= "{when}"'}).json()["issues"])

    assert [found(when) for when in ("-15m", "-5m", "2026-11-23 05:00", "2026-11-23 05:10", "2026-11-23 05:11")] == [
        2, 1, 2, 1, 0
    ]  # fmt: skip


def test_search_learns_late(cloud: LocalJira, clock: Clock) -> None:
    cloud.lag = 10
    made(cloud)
    asked = {"jql": "creator = currentUser() AND created >= -5m"}
    assert ask(cloud, "POST", "search/jql", asked).json()["issues"] == []
    clock.add(seconds=10)
    assert len(ask(cloud, "POST", "search/jql", asked).json()["issues"]) == 1


def test_users(cloud: LocalJira, center: LocalJira) -> None:
    cloud.add_person("zoe", "Zoe", hidden=True)
    (zoe,) = ask(cloud, "GET", "user/search?query=zoe").json()
    assert "emailAddress" not in zoe
    assert ask(cloud, "GET", "user/search?username=zoe").status_code == 400
    assert [one["name"] for one in ask(center, "GET", "user/search?username=mia").json()] == ["mia"]


def test_createmeta_is_called_differently(cloud: LocalJira, center: LocalJira) -> None:
    path = "issue/createmeta/OPS/issuetypes"
    assert [one["name"] for one in ask(cloud, "GET", path).json()["issueTypes"]] == ["Task", "Bug", "Sub-task"]
    assert len(ask(center, "GET", path).json()["values"]) == 3
    assert "customfield_10050" in {one["fieldId"] for one in ask(cloud, "GET", f"{path}/{BUG.id}").json()["fields"]}
    assert ask(cloud, "GET", "project/search?query=web").json()["values"][0]["key"] == "WEB"
    assert ask(center, "GET", "project/search").status_code == 404
    assert [one["key"] for one in ask(center, "GET", "project").json()] == ["OPS", "WEB"]


def test_a_moved_issue_has_another_key_and_answers_to_both(cloud: LocalJira) -> None:
    made(cloud)
    cloud.move("OPS-1", "WEB", by="mia")
    said = ask(cloud, "GET", "issue/OPS-1?expand=changelog").json()
    assert said["key"] == "WEB-1"
    assert [item["field"] for item in said["changelog"]["histories"][0]["items"]] == ["project", "Key"]


# -- webhooks ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def hooked(cloud: LocalJira) -> Iterator[WebhookReceiver]:
    with Ear("s3cret") as ear:
        cloud.add_hook(ear.url, "s3cret", retries=2)
        yield ear


class Ear(WebhookReceiver):
    """Takes whatever comes."""

    def answer(self, request: Any, raw: bytes) -> Any:
        from aiohttp import web

        return web.Response(status=204)


def events(cloud: LocalJira, count: int) -> list[dict[str, Any]]:
    cloud.wait_for(lambda: [one.attempts for one in cloud.hooks.deliveries].count(0) == 0)
    assert len(cloud.hooks.deliveries) == count
    return [json.loads(one.raw) for one in cloud.hooks.deliveries]


def test_every_change_is_told_in_order_and_signed(cloud: LocalJira, hooked: WebhookReceiver) -> None:
    cloud.create("OPS", "Checkout is down", by="mia")
    cloud.set_status("OPS-1", "In Progress", by="mia")
    cloud.assign("OPS-1", "bob", by="mia")
    cloud.set_priority("OPS-1", "High", by="mia")
    note = cloud.comment("OPS-1", "hello", by="bob")
    cloud.edit_comment("OPS-1", note, "hello!", by="bob")
    cloud.delete_comment("OPS-1", note, by="bob")
    cloud.move("OPS-1", "WEB", by="mia")
    cloud.delete("WEB-1", by="mia")
    told = events(cloud, 9)
    assert [one["webhookEvent"] for one in told] == [
        "jira:issue_created", *["jira:issue_updated"] * 3, "comment_created", "comment_updated", "comment_deleted",
        "jira:issue_updated", "jira:issue_deleted",
    ]  # fmt: skip
    assert told[1]["changelog"]["items"][0]["toString"] == "In Progress"
    cloud.wait_for(lambda: len(hooked.calls) == 9)
    for call, delivery in zip(hooked.calls, cloud.hooks.deliveries, strict=True):
        digest = hmac.new(b"s3cret", call.raw, hashlib.sha256).hexdigest()
        assert call.headers["x-hub-signature"] == f"sha256={digest}"
        assert call.headers["x-atlassian-webhook-identifier"] == delivery.id


def test_what_is_not_taken_is_sent_again(cloud: LocalJira, hooked: WebhookReceiver) -> None:
    hooked.faults.add(kind="status", value=503, times=2)
    cloud.create("OPS", "Checkout is down", by="mia")
    cloud.wait_for(lambda: [one.status for one in cloud.hooks.deliveries] == [204])
    (delivery,) = cloud.hooks.deliveries
    assert delivery.attempts == 3
    assert len({call.headers["x-atlassian-webhook-identifier"] for call in hooked.calls}) == 1
    cloud.deliver_again(delivery)
    cloud.wait_for(lambda: len(hooked.calls) == 4)


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_shows_issues_and_changes_them(cloud: LocalJira) -> None:
    cloud.create("OPS", "<b>Checkout</b> & co", by="mia")
    page = requests.get(cloud.url, timeout=10)
    assert "&lt;b&gt;Checkout&lt;/b&gt; &amp; co" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for act, value in (("status", "In Progress"), ("assignee", "bob"), ("priority", "High"), ("title", "Up again"),
                       ("comment", "It was DNS")):  # fmt: skip
        said = {"value": value, "by": "mia"}
        assert requests.post(f"{cloud.url}/act/OPS-1/{act}", data=said, timeout=10).url == f"{cloud.url}/#OPS-1"
    issue = cloud.issue("OPS-1")
    assert (issue.status.name, issue.priority, issue.summary) == ("In Progress", "High", "Up again")
    assert issue.assignee is not None
    assert (issue.assignee.name, issue.notes[0].body) == ("Bob", "It was DNS")
    assert "It was DNS" in requests.get(cloud.browse("OPS-1"), timeout=10).text
    refused = requests.post(f"{cloud.url}/act/OPS-1/status", data={"value": "Done", "by": "mia"}, timeout=10)
    assert (refused.status_code, 'role="alert"' in refused.text) == (400, True)
    requests.post(f"{cloud.url}/act/new/create", data={"project": "WEB", "value": "New", "by": "bob"}, timeout=10)
    assert cloud.issue("WEB-1").summary == "New"


def test_another_site_cannot_press_its_buttons(cloud: LocalJira) -> None:
    cloud.create("OPS", "Checkout", by="mia")
    said, origin = {"value": "Gone", "by": "mia"}, {"Origin": "https://example.com"}
    assert requests.post(f"{cloud.url}/act/OPS-1/title", data=said, headers=origin, timeout=10).status_code == 404
    assert cloud.issue("OPS-1").summary == "Checkout"
