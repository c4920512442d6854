"""What sources send, payload in and alerts out: a file of fixtures/<source>/ a line."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.alert import Alert
from bot.domain.intake import System
from bot.integrations import alertmanager_alerts, datadog_alerts, generic_alerts, pagerduty_alerts, sentry_alerts
from bot.integrations.alert_reading import moment, signature
from bot.integrations.hooks import Rejected

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
SECRET = "s3cret"
READ: dict[str, Any] = {
    "datadog": datadog_alerts.read, "alertmanager": alertmanager_alerts.read, "sentry": sentry_alerts.read,
    "pagerduty": pagerduty_alerts.read, "generic": generic_alerts.read,
}  # fmt: skip
CPU, HOST = "CPU is high on web-1", "env:prod host:web-1 service:web"
GROUP = '{}/{severity="critical"}:{alertname="HighErr"}'
TYPE, ERROR = "TypeError: x is undefined", "error tracking issue"
RUBBISH = (
    b"", b"{", b"[]", b"1", b"null", b"{}", b"[[[[", b"\xff\xfe", b'{"event": [], "alerts": {}}', b"[" * 9000,
)  # fmt: skip
# key | state | title | priority | kind | tags, of each alert
GIVES: dict[str, list[str]] = {
    "datadog/triggered": [f"monitor/4711/host:web-1 | triggered | {CPU} | P2 | monitor | {HOST}"],
    "datadog/recovered": [f"monitor/4711/host:web-1 | recovered | {CPU} | P2 | monitor | {HOST}"],
    "datadog/no_data": [f"monitor/4711/ | no data | {CPU} | none | monitor | {HOST}"],
    "datadog/warn": [f"monitor/4711/host:web-1 | warning | {CPU} | P2 | monitor | {HOST}"],
    "datadog/signal": [
        "signal/AAAAA-1 | triggered | Brute force log-ins by root | P2 | security signal | env:prod source:auth"
    ],
    "datadog/default": [f"title/{CPU} | warning | {CPU} | P1 | monitor |"],
    "alertmanager/firing": [f"{GROUP} | triggered | HighErr | P1 | monitor | env:prod severity:critical"],
    "alertmanager/resolved": [f"{GROUP} | recovered | HighErr | P1 | monitor | env:prod severity:critical"],
    "alertmanager/newer": [f"{GROUP} | triggered | HighErr | P1 | monitor | env:prod severity:critical"],
    "sentry/issue_created": [f"issue/123 | triggered | {TYPE} | none | {ERROR} | level:error service:shop"],
    "sentry/issue_resolved": [f"issue/123 | recovered | {TYPE} | none | {ERROR} | level:error service:shop"],
    "sentry/issue_assigned": [],
    "sentry/event_alert": [f"issue/123 | triggered | {TYPE} | P1 | {ERROR} | env:prod server_name:web-1"],
    "sentry/metric_critical": ["rule/99 | triggered | Checkout error rate | P1 | monitor | env:prod"],
    "sentry/metric_resolved": ["rule/99 | recovered | Checkout error rate | none | monitor | env:prod"],
    "pagerduty/triggered": [
        "incident/PGR0VU2 | triggered | Checkout is down | P1 | other alert | "
        "pagerduty_team:Engineering service:Checkout urgency:high"
    ],
    "pagerduty/resolved": [
        "incident/PGR0VU2 | recovered | Checkout is down | none | other alert | service:Checkout urgency:high"
    ],
    "pagerduty/acknowledged": [],
    "pagerduty/ours": [],
    "pagerduty/ping": [],
    "generic/least": ["disk/web-1 | triggered | Disk is full | none | other alert |"],
    "generic/most": ["disk/web-1 | recovered | Disk is full | P2 | monitor | env:prod service:web"],
    "generic/several": [
        "a | triggered | A | none | other alert | env:prod host:a",
        "b | warning | B | none | other alert | env:dev",
    ],
}


def facts(alert: Alert) -> str:
    tags = " ".join(f"{name}:{alert.tags[name]}" for name in sorted(alert.tags))
    return " | ".join([alert.key, alert.state.value, alert.title, alert.priority.value, alert.kind.value, tags]).strip()


def read(name: str, raw: bytes | None = None, secret: str = SECRET, **headers: str) -> list[Alert]:
    source, _, case = name.partition("/")
    raw = (FIXTURES / f"{name}.json").read_bytes() if raw is None else raw
    resource = case.partition("_")[0] if case.partition("_")[0] == "issue" else case
    signed = {
        "sentry-hook-resource": "metric_alert" if resource.startswith("metric") else resource,
        "sentry-hook-timestamp": "1795406400", "request-id": "r1", "sentry-hook-signature": signature(SECRET, raw),
        "x-pagerduty-signature": f"v1={'0' * 64}, v1={signature(SECRET, raw)}",
    }  # fmt: skip
    return list(READ[source](signed | headers, raw, secret, NOW))


def test_every_fixture_is_read() -> None:
    there = {str(path.relative_to(FIXTURES).with_suffix("")) for path in FIXTURES.rglob("*.json")}
    assert set(GIVES) == {name for name in there if name.partition("/")[0] in READ}


@pytest.mark.parametrize("name", GIVES)
def test_payload_in_alerts_out(name: str) -> None:
    found = read(name)
    assert [facts(one) for one in found] == GIVES[name]
    assert all(a.source == System(name.partition("/")[0]) and a.at.tzinfo for a in found)
    assert all("$" not in f"{a.title}{a.text}{a.cycle}{a.delivery}{a.link}" for a in found)


def test_when_and_which_time() -> None:
    (one,) = read("datadog/triggered")
    assert (one.at, one.cycle, one.delivery) == (
        datetime(2026, 8, 28, 4, 31, 40, tzinfo=UTC), "6186213420000000001", "8000000000000000001",
    )  # fmt: skip
    (firing,), (resolved,) = read("alertmanager/firing"), read("alertmanager/resolved")
    assert firing.at == resolved.at == datetime(2026, 11, 23, 4, 2, 0, 123456, tzinfo=UTC)
    assert read("generic/most")[0].at == datetime(2026, 11, 23, 4, tzinfo=UTC)
    assert read("generic/least")[0].at == NOW


def test_what_a_group_holds_is_listed_up_to_ten() -> None:
    (one,) = read("alertmanager/newer")
    assert one.text.count("•") == 10
    assert one.text.endswith("and 4 more")
    assert one.link == "http://prom:9090/graph?g0.expr=up"


@pytest.mark.parametrize("source", READ)
@pytest.mark.parametrize("raw", RUBBISH)
def test_rubbish_is_answered_with_what_was_expected(source: str, raw: bytes) -> None:
    with pytest.raises(Rejected) as rejected:
        read(f"{source}/x", raw)
    assert rejected.value.status == 400
    assert "Casebook" in rejected.value.sentence


@pytest.mark.parametrize("name", ["sentry/issue_created", "pagerduty/triggered"])
@pytest.mark.parametrize(
    ("secret", "headers"),
    [
        ("", {}),
        ("another", {}),
        (SECRET, {"sentry-hook-signature": "", "x-pagerduty-signature": ""}),
        (SECRET, {"sentry-hook-signature": "ü", "x-pagerduty-signature": "v1=ü"}),
        (SECRET, {"sentry-hook-signature": "v0=x", "x-pagerduty-signature": "v0=x"}),
    ],
)
def test_what_is_not_signed_is_not_read(name: str, secret: str, headers: dict[str, str]) -> None:
    with pytest.raises(Rejected) as rejected:
        read(name, secret=secret, **headers)
    assert rejected.value.status == 401


def test_odd_values_in_the_right_places_break_nothing() -> None:
    odd: list[Any] = [None, 1, 1.5, True, [], {}, [1], "x" * 5000, "\ud800"]
    for name in GIVES:
        found = json.loads((FIXTURES / f"{name}.json").read_text())
        shapes = [found] if isinstance(found, dict) else found
        for shape in shapes:
            for key in list(shape):
                for value in odd:
                    raw = json.dumps({**shape, key: value}).encode()
                    try:
                        [one.fitting(NOW) for one in read(name, raw)]
                    except Rejected as rejected:
                        assert rejected.status == 400  # noqa: PT017


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("1787891500", datetime(2026, 8, 28, 4, 31, 40, tzinfo=UTC)),
        (1787891500000, datetime(2026, 8, 28, 4, 31, 40, tzinfo=UTC)),
        ("2026-08-28T06:31:40+02:00", datetime(2026, 8, 28, 4, 31, 40, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", NOW), ("nan", NOW), ("1e300", NOW), ("-1e18", NOW), (None, NOW), (True, NOW),
    ],
)  # fmt: skip
def test_moments(value: Any, at: datetime) -> None:
    assert moment(value, NOW) == at
