"""PagerDuty is told in its own form, and what it answers is understood. The local PagerDuty refuses any other form."""

from typing import Any

import pytest

from bot.domain.errors import Invalid
from bot.domain.priority import Priority
from bot.integrations import pagerduty as client
from bot.integrations.errors import AskedToWait, Declined, Trouble, Unanswered
from bot.integrations.notice import Event, Notice, Told
from bot.sandbox import LocalPagerDuty
from tests.integrations.samples import NOW, URL, notice, told
from tests.views.samples import NASTY, huge_case, small_case


@pytest.fixture
def key(pagerduty: LocalPagerDuty) -> str:
    return pagerduty.add_service("shop")


def send(pagerduty: LocalPagerDuty, key: str, *notices: Notice) -> None:
    for one in notices:
        client.send(pagerduty.events_url, key, client.events(one), NOW)


def test_a_case_is_an_alert(pagerduty: LocalPagerDuty, key: str) -> None:
    send(pagerduty, key, notice())
    (alert,) = pagerduty.alerts
    assert (alert.service, alert.state, alert.dedup_key) == ("shop", "triggered", "casebook/7/12")
    assert alert.payload == {
        "summary": "OPS-12: Checkout is down",
        "severity": "error",
        "source": "checkout",
        "component": "checkout",
        "group": "Operations",
        "class": "Standard",
        "timestamp": "2026-11-23T04:00:00.125Z",
        "custom_details": {
            "status": "Open",
            "priority": "P2",
            "type": "Standard",
            "teams": ["sre"],
            "due": "2026-11-30",
            "attributes": {"service": "checkout", "env": "prod"},
            "description": "500s since 02:55",
            "assignee": "Bob",
            "reporter": "Ann",
            "inbox": "Checkout",
            "query": "service:checkout priority:>=P2",
            "owner": "Dana",
            "why": "A new case matches the inbox",
        },
    }
    (event,) = alert.log
    assert (event["client"], event["client_url"]) == ("Casebook", URL)
    assert event["links"] == [{"href": URL, "text": "OPS-12 in Slack"}]


@pytest.mark.parametrize(
    ("priority", "severity"),
    [("P1", "critical"), ("P2", "error"), ("P3", "warning"), ("P4", "info"), ("P5", "info"), ("none", "info")],
)
def test_severities(pagerduty: LocalPagerDuty, key: str, priority: str, severity: str) -> None:
    assert Priority(priority)
    send(pagerduty, key, notice(told=[told(priority=priority)]))
    assert pagerduty.alerts[0].payload["severity"] == severity


@pytest.mark.parametrize("case", [small_case(), *map(huge_case, NASTY)])
def test_pagerduty_takes_whatever_a_case_says(pagerduty: LocalPagerDuty, key: str, case: Any) -> None:
    send(pagerduty, key, notice(told=[Told(case, "")], names={}, inbox="x" * 300))
    assert pagerduty.alerts[0].state == "triggered"


def test_an_alert_is_opened_once_and_resolved_when_the_case_has_left(pagerduty: LocalPagerDuty, key: str) -> None:
    send(pagerduty, key, notice(), notice(), notice(Event.STAYED))
    (alert,) = pagerduty.alerts
    assert [event["event_action"] for event in alert.log] == ["trigger"] * 3
    send(pagerduty, key, notice(Event.LEFT), notice(Event.LEFT))
    assert alert.state == "resolved"
    send(pagerduty, key, notice(Event.ENTERED))
    assert [one.state for one in pagerduty.alerts] == ["resolved", "triggered"]


def test_inboxes_and_cases_do_not_resolve_each_others_alerts(pagerduty: LocalPagerDuty, key: str) -> None:
    send(pagerduty, key, notice(), notice(inbox_id=8), notice(told=[told(id=13, key="OPS-13")]))
    send(pagerduty, key, notice(Event.LEFT))
    assert sorted(alert.dedup_key for alert in pagerduty.open_alerts()) == ["casebook/7/13", "casebook/8/12"]


def test_a_test_wakes_nobody_for_long(pagerduty: LocalPagerDuty, key: str) -> None:
    send(pagerduty, key, notice(Event.TEST, told=[]))
    (alert,) = pagerduty.alerts
    assert (alert.state, alert.payload["severity"]) == ("resolved", "info")
    assert "nothing is wrong" in alert.payload["summary"]


def test_digests_are_not_for_pagerduty() -> None:
    with pytest.raises(Declined, match="no digests") as declined:
        client.events(notice(Event.DIGEST))
    assert declined.value.remedy.endswith(".")


# -- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["0123456789abcdef0123456789ABCDEF", "R" + "0" * 31, "  " + "a" * 32 + "\n"])
def test_a_key_has_32_letters_and_digits(key: str) -> None:
    assert client.checked_key(key) == key.strip()


@pytest.mark.parametrize("key", ["", "a" * 31, "a" * 33, "u+kQr8bDrkQ-wxs_zq4H", "ä" * 32, "a" * 16 + " " + "a" * 15])
def test_another_is_refused_with_the_place_to_find_it(key: str) -> None:
    with pytest.raises(Invalid, match=r"32 letters and digits.*\*Integrations\*") as refused:
        client.checked_key(key)
    assert set(refused.value.fields) == {"key"}
    assert not key or key not in refused.value.sentence


def test_a_key_that_pagerduty_does_not_know_is_refused_in_its_words(pagerduty: LocalPagerDuty, key: str) -> None:
    pagerduty.remove_service(key)
    with pytest.raises(Declined, match="invalid event") as declined:
        send(pagerduty, key, notice())
    assert "“Invalid routing key: No integration has this routing key”" in declined.value.remedy
    assert key not in declined.value.remedy


# -- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "trouble", "words"),
    [
        ("status", 500, Unanswered, "500"),
        ("status", 503, Unanswered, "503"),
        ("ratelimited", None, AskedToWait, "429"),
        ("drop_before", None, Unanswered, "connection broken"),
        ("drop_after", None, Unanswered, "connection broken"),
        ("error", "Too odd <!channel> `x`", Declined, "“Too odd !channel x”"),
        ("status", 400, Declined, "“invalid event”"),
        ("status", 404, Declined, "PAGERDUTY_EVENTS_URL (404)"),
        ("status", 302, Declined, "PAGERDUTY_EVENTS_URL (302)"),
        ("html", None, Declined, "PAGERDUTY_EVENTS_URL (200)"),
    ],
)
def test_answers(
    pagerduty: LocalPagerDuty, key: str, kind: Any, value: Any, trouble: type[Trouble], words: str
) -> None:
    pagerduty.faults.add(kind=kind, value=value, times=1)
    with pytest.raises(trouble) as raised:
        send(pagerduty, key, notice())
    assert words in raised.value.problem + getattr(raised.value, "remedy", "")
    assert len(pagerduty.calls) == 1
    send(pagerduty, key, notice())
    assert len(pagerduty.alerts) == 1, "also where the first one had come through"


def test_pauses(pagerduty: LocalPagerDuty, key: str) -> None:
    for value, seconds in ((120, 120), (None, client.ASKED_TOO_OFTEN), ("Mon, 23 Nov 2026 04:02:02 GMT", 120)):
        pagerduty.faults.add(kind="ratelimited", value=value, times=1)
        with pytest.raises(AskedToWait) as raised:
            send(pagerduty, key, notice())
        assert raised.value.seconds == pytest.approx(seconds, abs=0.2)


@pytest.mark.parametrize("text", ["", "[]", '{"errors": 5}', '{"message": null, "errors": [null, {"a": 1}]}', "<html>"])
def test_odd_answers_are_not_stumbled_over(text: str) -> None:
    assert client.words(client.Answer(400, {}, text), "k" * 32)


def test_the_key_is_cut_out_of_pagerdutys_words() -> None:
    answer = client.Answer(400, {}, '{"message": "no service for KKKK", "errors": ["KKKK is odd"]}')
    assert client.words(answer, "KKKK") == "no service for (the key): (the key) is odd"


# -- the stand-in itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"routing_key": "short"}, "'routing_key' has an incorrect length"),
        ({"event_action": "close"}, "'event_action' is invalid"),
        ({"event_action": "resolve", "dedup_key": ""}, "'dedup_key' is missing"),
        ({"dedup_key": "x" * 256}, "'dedup_key' is too long"),
        ({"payload": None}, "'payload' is missing or blank"),
        ({"payload": {"severity": "P1"}}, "'severity' is invalid"),
        ({"payload": {"source": ""}}, "'source' is missing or blank"),
        ({"payload": {"summary": "x" * 1025}}, "'summary' is too long"),
        ({"payload": {"timestamp": "yesterday"}}, "'timestamp' is not an ISO 8601"),
        ({"payload": {"timestamp": "2026-11-23T04:00:00"}}, "'timestamp' has no time zone"),
        ({"payload": {"custom_details": []}}, "'custom_details' must be an object"),
        ({"payload": {"colour": "red"}}, "'colour' is not known"),
        ({"links": [{"text": "x"}]}, "'links' must have href"),
        ({"links": [{"href": "x"}]}, "'links' has a href that is not a URL"),
        ({"images": {}}, "'images' must be an array"),
        ({"description": "x"}, "'description' is not known"),
    ],
)
def test_the_stand_in_refuses_other_forms(
    pagerduty: LocalPagerDuty, key: str, change: dict[str, Any], words: str
) -> None:
    (event,) = client.events(notice())
    payload = event["payload"] | change["payload"] if change.get("payload") else change.get("payload", event["payload"])
    with pytest.raises(Declined) as declined:
        client.send(pagerduty.events_url, change.get("routing_key", key), [event | change | {"payload": payload}], NOW)
    assert words in declined.value.remedy
    assert not pagerduty.alerts
