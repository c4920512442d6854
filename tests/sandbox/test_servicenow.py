"""The local ServiceNow is as strict as the Table API, or stricter."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests

from bot.sandbox import LocalServiceNow, WebhookReceiver
from bot.sandbox.endpoint import Endpoint
from bot.sandbox.servicenow_calling import sign

NOW = 1_795_406_400.0  # 2026-11-23 04:00:00 UTC
Answer = requests.Response


@pytest.fixture
def sn() -> Iterator[LocalServiceNow]:
    with LocalServiceNow(now=lambda: NOW) as local:
        local.add_user("mia", "Mia Meyer", "mia@example.com")
        yield local


def call(sn: LocalServiceNow, method: str, path: str, body: Any = None, **parameters: Any) -> Answer:
    named = {f"sysparm_{name}": str(value) for name, value in parameters.items()}
    return requests.request(
        method, f"{sn.url}/api/now/table/{path}", params=named, auth=(sn.user, sn.password), timeout=5,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        data=None if body is None else json.dumps(body),
    )  # fmt: skip


def result(answer: Answer) -> Any:
    assert answer.ok, answer.text
    return answer.json()["result"]


def refused(answer: Answer) -> tuple[int, str, str]:
    body = answer.json()
    assert body["status"] == "failure"
    return answer.status_code, body["error"]["message"], body["error"]["detail"] or ""


def incident(sn: LocalServiceNow, **values: str) -> Any:
    return result(call(sn, "POST", "incident", {"short_description": "Disk full"} | values))


# -- who may do what --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", [None, ("casebook", "wrong"), ("mia", ""), ("nobody", "let-me-in")])
def test_strangers_are_turned_away(sn: LocalServiceNow, auth: Any) -> None:
    answer = requests.get(f"{sn.url}/api/now/table/incident", auth=auth, timeout=5)
    assert refused(answer) == (401, "User Not Authenticated", "Required to provide Auth information")


def test_what_is_not_there(sn: LocalServiceNow) -> None:
    assert refused(call(sn, "GET", "incidents")) == (400, "Invalid table incidents", "")
    missing = (404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")
    assert refused(call(sn, "GET", "incident/" + "0" * 32)) == missing
    assert refused(call(sn, "PATCH", "incident/" + "0" * 32, {"state": "2"})) == missing
    assert refused(requests.get(f"{sn.url}/api/now/import/x", timeout=5))[0] == 400


def test_closed_tables(sn: LocalServiceNow) -> None:
    record = incident(sn)
    sn.close("incident", "write")
    acl = "ACL Exception {} Failed due to security constraints"
    path = f"incident/{record['sys_id']}"
    assert refused(call(sn, "PATCH", path, {"state": "2"})) == (403, "Operation Failed", acl.format("Update"))
    assert refused(call(sn, "POST", "incident", {})) == (403, "Operation Failed", acl.format("Insert"))
    assert refused(call(sn, "DELETE", path)) == (403, "Operation Failed", acl.format("Delete"))
    sn.close("incident", "read")
    assert refused(call(sn, "GET", path))[0] == 404
    assert refused(call(sn, "GET", "incident"))[:2] == (403, "Insufficient rights to query records")
    sn.open("incident", "read")
    assert call(sn, "GET", path).ok
    assert refused(call(sn, "POST", "sys_user", {"name": "x"}))[0] == 403, "not ours to write"


# -- what is written --------------------------------------------------------------------------------------------------


def test_a_new_record(sn: LocalServiceNow) -> None:
    answer = call(sn, "POST", "incident", {"short_description": "Disk full", "impact": "1", "priority": "5"})
    record = result(answer)
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/api/now/table/incident/{record['sys_id']}")
    assert (record["number"], record["state"], record["active"]) == ("INC0010001", "1", "true")
    assert (record["impact"], record["urgency"], record["priority"]) == ("1", "3", "3"), "it is computed"
    assert record["sys_updated_on"] == "2026-11-23 04:00:00"
    assert (record["sys_created_by"], record["sys_mod_count"]) == ("casebook", "0")
    assert record["opened_by"]["link"].endswith(f"/api/now/table/sys_user/{record['opened_by']['value']}")
    assert incident(sn)["number"] == "INC0010002"
    assert result(call(sn, "POST", "problem", {}))["number"] == "PRB0010001"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"shrt_description": "x"}, "'shrt_description' is no field of incident"),
        ({"short_description": "x" * 161}, "'short_description' is longer than 160 characters"),
        ({"short_description": None}, "'short_description' is not a string"),
        ({"assigned_to": "mia"}, "'assigned_to' is no sys_id of sys_user"),
        ({"state": "5"}, "'state' is no choice: 5"),
        ({"close_code": "Done"}, "'close_code' is no choice: Done"),
    ],
)
def test_mistakes_are_not_let_pass(sn: LocalServiceNow, values: Any, words: str) -> None:
    status, _, detail = refused(call(sn, "POST", "incident", values))
    assert (status, detail) == (400, words)


def test_the_body_is_json(sn: LocalServiceNow) -> None:
    assert refused(call(sn, "POST", "incident", ["x"]))[:2] == (400, "Exception while reading request")
    answer = requests.post(
        f"{sn.url}/api/now/table/incident", data="{}", auth=(sn.user, sn.password), timeout=5
    )  # fmt: skip
    assert answer.status_code == 415


def test_data_policies(sn: LocalServiceNow) -> None:
    path = f"incident/{incident(sn)['sys_id']}"
    wants = "Data Policy Exception: The following fields are mandatory: "
    assert refused(call(sn, "PATCH", path, {"state": "6"}))[2] == f"{wants}Resolution code, Resolution notes"
    assert refused(call(sn, "PATCH", path, {"state": "3"}))[2] == f"{wants}On hold reason"
    closing = {"state": "6", "close_code": "Solution provided", "close_notes": "Emptied"}
    assert result(call(sn, "PATCH", path, closing))["state"] == "6"
    sn.require("incident", "caller_id")
    assert refused(call(sn, "POST", "incident", {})) == (403, "Operation Failed", f"{wants}Caller")


def test_business_rules_abort(sn: LocalServiceNow) -> None:
    path = f"incident/{incident(sn)['sys_id']}"
    sn.abort_when(lambda before, after: "Only forwards" if after["state"] < before.get("state", "") else "")
    assert call(sn, "PATCH", path, {"state": "2"}).ok
    assert "aborted by Business Rule 'Only forwards^" in refused(call(sn, "PATCH", path, {"state": "1"}))[2]


def test_an_update_is_counted_if_it_is_one(sn: LocalServiceNow) -> None:
    path = f"incident/{incident(sn)['sys_id']}"
    assert result(call(sn, "PATCH", path, {"short_description": "Disk full"}))["sys_mod_count"] == "0"
    assert result(call(sn, "PUT", path, {"short_description": "Disk full again"}))["sys_mod_count"] == "1"
    assert result(call(sn, "PATCH", path, {"state": "8"}))["active"] == "false"


def test_deleted_is_gone(sn: LocalServiceNow) -> None:
    record = incident(sn)
    assert call(sn, "DELETE", f"incident/{record['sys_id']}").status_code == 204
    assert refused(call(sn, "GET", f"incident/{record['sys_id']}"))[0] == 404
    (row,) = result(call(sn, "GET", "sys_audit_delete"))
    assert (row["tablename"], row["documentkey"]) == ("incident", record["sys_id"])


def test_journals_are_written_into_and_empty_when_raw(sn: LocalServiceNow) -> None:
    path = f"incident/{incident(sn, work_notes='first')['sys_id']}"
    call(sn, "PATCH", path, {"work_notes": "second", "comments": "for all"})
    raw = result(call(sn, "GET", path))
    assert (raw["work_notes"], raw["comments"]) == ("", "")
    shown = result(call(sn, "GET", path, display_value="true"))
    assert shown["work_notes"].index("second") < shown["work_notes"].index("first"), "the newest comes first"
    assert "2026-11-23 04:00:00 - casebook (Additional comments)\nfor all" in shown["comments"]
    entries = result(call(sn, "GET", "sys_journal_field", query="element=work_notes^ORDERBYsys_created_on"))
    assert [(entry["value"], entry["sys_created_by"]) for entry in entries] == [
        ("first", "casebook"), ("second", "casebook"),
    ]  # fmt: skip


# -- what is read -----------------------------------------------------------------------------------------------------


@pytest.fixture
def three(sn: LocalServiceNow) -> LocalServiceNow:
    mia = sn.ask(lambda: sn.records.user("mia")["sys_id"])
    sn.insert("incident", "mia", short_description="Disk full", impact="1", assigned_to=mia)
    sn.insert("incident", "mia", short_description="disk slow", state="2")
    sn.insert("problem", "mia", short_description="Why disks", correlation_id="7")
    return sn


@pytest.mark.parametrize(
    ("table", "query", "numbers"),
    [
        ("incident", "", ["INC0010001", "INC0010002"]),
        ("task", "", ["INC0010001", "INC0010002", "PRB0010001"]),
        ("task", "sys_class_name=problem", ["PRB0010001"]),
        ("task", "short_descriptionLIKEdisk^ORDERBYDESCnumber", ["PRB0010001", "INC0010002", "INC0010001"]),
        ("task", "short_descriptionSTARTSWITHDISK", ["INC0010001", "INC0010002"]),
        ("task", "numberINPRB0010001,INC0010001", ["INC0010001", "PRB0010001"]),
        ("task", "numberNOT INPRB0010001,INC0010001", ["INC0010002"]),
        ("task", "state=2^ORimpact=1^urgency=3", ["INC0010001", "INC0010002"]),
        ("task", "state=2^impact=1^NQcorrelation_id=7", ["PRB0010001"]),
        ("task", "correlation_idISNOTEMPTY", ["PRB0010001"]),
        ("task", "assigned_to.email=MIA@example.com", ["INC0010001"]),
        ("task", "state!=1^sys_class_name=incident^EQ", ["INC0010002"]),
        ("task", "sys_updated_on>=2026-11-23 04:00:00^sys_updated_on<=2026-11-23 04:00:00^impact<2", ["INC0010001"]),
        ("task", "sys_updated_on>2026-11-23 04:00:00", []),
    ],
)
def test_queries(three: LocalServiceNow, table: str, query: str, numbers: list[str]) -> None:
    assert [row["number"] for row in result(call(three, "GET", table, query=query))] == numbers


def test_pages(three: LocalServiceNow) -> None:
    answer = call(three, "GET", "task", query="ORDERBYnumber", limit=1, offset=1, fields="number")
    assert (answer.json()["result"], answer.headers["X-Total-Count"]) == ([{"number": "INC0010002"}], "3")


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": "numberr=1"}, {"query": "number~1"}, {"query": "ORDERBYnumberr"}, {"limit": "x"}, {"fields": "nr"},
        {"display_value": "maybe"}, {"sort": "number"},
    ],
)  # fmt: skip
def test_what_the_real_one_ignores_is_refused(sn: LocalServiceNow, parameters: dict[str, str]) -> None:
    assert refused(call(sn, "GET", "incident", **parameters))[0] == 400


def test_values_and_what_is_displayed(three: LocalServiceNow) -> None:
    def shown(**parameters: Any) -> Any:
        return result(call(three, "GET", "task", query="number=INC0010001", **parameters))[0]

    wanted = "state,assigned_to,assigned_to.email,sys_updated_on,sys_class_name"
    raw = shown(fields=wanted)
    assert set(raw["assigned_to"]) == {"link", "value"}
    assert (raw["state"], raw["assigned_to.email"], raw["sys_class_name"]) == ("1", "mia@example.com", "incident")
    assert shown(fields=wanted, exclude_reference_link="True")["assigned_to"] == raw["assigned_to"]["value"]
    display = shown(fields=wanted, display_value="true", exclude_reference_link="true")
    assert (display["state"], display["assigned_to"], display["sys_class_name"]) == ("New", "Mia Meyer", "Incident")
    assert display["sys_updated_on"] == "2026-11-22 20:00:00", "in the user's zone, never to be taken for UTC"
    both = shown(fields=wanted, display_value="all", exclude_reference_link="true")
    assert both["state"] == {"display_value": "New", "value": "1"}
    assert both["assigned_to"] == {"display_value": "Mia Meyer", "value": raw["assigned_to"]["value"]}
    assert "link" in shown(fields=wanted, display_value="all")["assigned_to"]
    assert set(raw) == set(wanted.split(","))


# -- misfortunes and calls --------------------------------------------------------------------------------------------


def test_misfortunes_have_servicenows_words(sn: LocalServiceNow) -> None:
    sn.faults.add(kind="error", value="Too odd", times=1)
    assert refused(call(sn, "GET", "incident")) == (403, "Operation Failed", "Too odd")
    sn.faults.add(kind="ratelimited", value=7, times=1)
    answer = call(sn, "GET", "incident")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.headers["Date"] == "Mon, 23 Nov 2026 04:00:00 GMT"
    assert [one.status for one in sn.calls] == [403, 429]


def test_the_business_rule_calls(sn: LocalServiceNow) -> None:
    with WebhookReceiver("s3cret") as receiver:
        sn.hook(f"{receiver.url}/hooks/servicenow", "s3cret")
        number = sn.insert("incident", "mia", short_description="Disk full")
        assert not sn.hooks.bodies, "it has no case"
        sn.edit(number, "casebook", correlation_id="OPS-1", correlation_display="Casebook")
        sn.set_state(number, "6", by="mia")
        sn.comment(number, "Déjà vu", "mia", internal=True)
        sn.assign(number, "mia", "mia")
        sn.delete(number, "mia")
        with pytest.raises(LookupError):
            sn.record(number)
        sn.wait_for(lambda: len(sn.hooks.answers) == 5)
        calls = receiver.calls
    linked, resolved, noted, assigned, deleted = sn.hooks.bodies
    assert (linked["changed"], linked["updated_by"]["user_name"]) == ([], "casebook")
    assert (resolved["changed"], resolved["state"]) == (["state"], {"value": "6", "display": "Resolved"})
    (entry,) = noted["comments"]
    assert (entry["type"], entry["value"], entry["by"]["email"]) == ("work_notes", "Déjà vu", "mia@example.com")
    assert assigned["assigned_to"]["display"] == "Mia Meyer"
    assert deleted["operation"] == "delete"
    assert [json.loads(one.raw) for one in calls] == sn.hooks.bodies
    assert all(one.headers["x-hmac-signature"] == sign("s3cret", one.raw) for one in calls)
    assert all(one.raw.isascii() for one in calls)


def test_a_call_that_nobody_takes_is_lost(sn: LocalServiceNow) -> None:
    class Gone(Endpoint):
        def answer(self, request: Any, raw: bytes) -> Any:
            raise AssertionError

    with Gone() as gone:
        url = gone.url
    sn.hook(url, "s")
    sn.insert("incident", "mia", correlation_display="Casebook")
    sn.wait_for(lambda: sn.hooks.answers == [0])


# -- the page ---------------------------------------------------------------------------------------------------------


def form(page: str) -> dict[str, str]:
    """What the first form would send as it is."""
    body = page[page.index("<form") : page.index("</form>")]
    fields = dict(re.findall(r'<input type="(?:text|hidden)" name="([^"]+)" value="([^"]*)"', body))
    fields |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\n([^<]*)</textarea>', body))
    for name, options in re.findall(r'<select name="([^"]+)">(.*?)</select>', body):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in fields.items()}


def test_the_page_shows_and_changes_records(sn: LocalServiceNow) -> None:
    answer = requests.post(
        sn.url, data={"table": "incident", "short_description": "<b>Disk</b> & co", "by": "mia"}, timeout=5
    )
    assert "INC0010001" in answer.text
    assert "<b>Disk" not in answer.text
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    filled = form(answer.text)
    assert filled["short_description"] == "<b>Disk</b> & co"
    sn.edit("INC0010001", "casebook", description="Written meanwhile")
    changed = requests.post(answer.url, data=filled | {"state": "2", "work_notes": "Looking"}, timeout=5)
    assert "Looking" in changed.text
    record = sn.record("INC0010001")
    assert (record["state"], record["description"], record["sys_updated_by"]) == ("2", "Written meanwhile", "mia")
    assert sn.journal("INC0010001", internal=True) == ["Looking"]
    assert "INC0010001" in requests.get(sn.url, timeout=5).text
    assert not sn.calls, "the page is none of the API's business"


def test_the_page_says_why_not_and_keeps_what_was_typed(sn: LocalServiceNow) -> None:
    sn.insert("incident", "mia", short_description="Disk")
    link = re.search(r'href="(/nav_to[^"]+)"', requests.get(sn.url, timeout=5).text)
    assert link
    address = sn.url + unescape(link[1])
    filled = form(requests.get(address, timeout=5).text)
    answer = requests.post(address, data=filled | {"state": "6", "comments": "Kept words"}, timeout=5)
    assert answer.status_code == 403
    assert 'role="alert">Operation Failed: Data Policy' in answer.text
    assert "Kept words" in answer.text
    assert sn.record("INC0010001")["state"] == "1"
    crossed = requests.post(address, data=filled, headers={"Sec-Fetch-Site": "cross-site"}, timeout=5)
    assert crossed.status_code == 403
    gone = requests.post(address, data=filled | {"delete": "yes"}, timeout=5)
    assert "No records." in gone.text
    assert requests.get(address, timeout=5).status_code == 404
    assert requests.get(f"{sn.url}/nav_to.do", timeout=5).status_code == 400
    assert requests.get(f"{sn.url}/elsewhere", timeout=5).status_code == 404
