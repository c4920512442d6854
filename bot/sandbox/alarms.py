"""What sends alerts over HTTP: the bodies and headers in which Datadog, Alertmanager, Sentry and PagerDuty really do.

Shapes: chapter 8 of the integrations reference; Datadog's template is the one of Casebook's README.
"""

import hashlib
import hmac
import http.client
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .wire import Json


@dataclass(frozen=True)
class Answered:
    status: int
    text: str

    @property
    def did(self) -> list[str]:
        """What became of each alert, in Casebook's words."""
        return [one["did"] for one in json.loads(self.text)["alerts"]]

    @property
    def cases(self) -> list[str]:
        return [one["case"] for one in json.loads(self.text)["alerts"]]


@dataclass
class Alarms:
    """Sends to `url`, the address that Casebook gave out. `secret`: what Sentry and PagerDuty sign with."""

    url: str
    secret: str = ""
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def datadog(self, name: str, transition: str = "Triggered", **more: Any) -> Answered:
        number = next(self._numbers)
        body = {
            "source": "datadog", "title": f"[{transition} on {{host:web-1}}] {name}", "alert_title": name,
            "text": f"{name} for 10 minutes", "link": "https://app.datadoghq.eu/monitors/4711?group=host%3Aweb-1",
            "alert_id": "4711", "cycle": "7", "aggreg": "a1b2", "transition": transition, "type": "error",
            "priority": "P2", "scope": "host:web-1", "metric": "system.cpu.user", "query": "avg(last_5m):…",
            "status": "avg > 90", "host": "web-1", "tags": "env:prod,service:web,team:sre,monitor",
            "snapshot": "$SNAPSHOT", "event_id": str(8_000_000 + number), "date": str(int(time.time() * 1000)),
            "signal_id": "$SECURITY_SIGNAL_ID", "rule": "$SECURITY_RULE_NAME", "severity": "$SECURITY_SIGNAL_SEVERITY",
        }  # fmt: skip
        return self.send(body | more)

    def alertmanager(self, name: str, status: str = "firing", **more: Any) -> Answered:
        alert = {
            "status": status, "labels": {"alertname": name, "instance": "web-1", "severity": "critical"},
            "annotations": {"summary": f"{name} on web-1"}, "startsAt": "2026-11-23T04:00:00Z",
            "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-23T05:00:00Z",
            "generatorURL": "http://prom:9090/graph?g0.expr=up", "fingerprint": "c0ffee0123456789",
        }  # fmt: skip
        body = {
            "version": "4", "groupKey": f'{{}}:{{alertname="{name}"}}', "truncatedAlerts": 0, "status": status,
            "receiver": "casebook", "groupLabels": {"alertname": name},
            "commonLabels": {"alertname": name, "severity": "critical", "env": "prod"},
            "commonAnnotations": {"summary": f"{name} on web-1", "runbook_url": "https://runbook.example/7"},
            "externalURL": "http://am:9093", "alerts": [alert],
        }  # fmt: skip
        return self.send(body | more)

    def sentry(self, title: str, action: str = "created", number: str = "123", **headers: str) -> Answered:
        issue = {
            "id": number, "shortId": f"SHOP-{number}", "title": title, "culprit": "shop.views.checkout",
            "permalink": f"https://acme.sentry.io/issues/{number}/", "level": "error", "status": "unresolved",
            "project": {"id": "1", "slug": "shop", "name": "Shop"}, "count": "3", "userCount": 2,
        }  # fmt: skip
        body = {
            "action": action,
            "installation": {"uuid": "u"},
            "data": {"issue": issue},
            "actor": {"type": "application"},
        }
        raw = json.dumps(body).encode()
        signed = {
            "Sentry-Hook-Resource": "issue", "Sentry-Hook-Timestamp": f"{time.time():.3f}",
            "Request-ID": f"request-{next(self._numbers)}", "Sentry-Hook-Signature": self._signature(raw),
        }  # fmt: skip
        return self.post(raw, signed | headers)

    def pagerduty(
        self, title: str, event_type: str = "incident.triggered", number: str = "PGR0VU2", **headers: str
    ) -> Answered:
        data = {
            "id": number, "type": "incident", "html_url": f"https://acme.pagerduty.com/incidents/{number}", "number": 2,
            "incident_key": "d3640fbd", "title": title, "urgency": "high", "priority": {"id": "P1", "summary": "P1"},
            "service": {"id": "PF9KMXH", "summary": "Checkout"}, "teams": [{"id": "PFCVPS0", "summary": "Engineering"}],
        }  # fmt: skip
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{time.time_ns() // 1_000_000 % 1000:03}Z"
        event = {
            "id": f"01{next(self._numbers)}", "event_type": event_type, "resource_type": "incident", "occurred_at": at,
            "agent": None, "client": None, "data": data,
        }  # fmt: skip
        raw = json.dumps({"event": event}).encode()
        return self.post(raw, {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={self._signature(raw)}"} | headers)

    def generic(self, key: str, title: str, state: str = "triggered", **more: Any) -> Answered:
        return self.send({"key": key, "title": title, "state": state} | more)

    def send(self, body: Json | list[Json]) -> Answered:
        return self.post(json.dumps(body).encode(), {})

    def post(self, raw: bytes, headers: Mapping[str, str], method: str = "POST") -> Answered:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        try:
            connection.request(method, parts.path, raw, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return Answered(answer.status, answer.read().decode())
        finally:
            connection.close()

    def _signature(self, raw: bytes) -> str:
        return hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
