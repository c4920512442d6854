"""A local PagerDuty: Events API v2 as its pages describe it, strictly.

Sources: PagerDuty/api-schema, `reference/events-v2/openapiv3.json`; PagerDuty/developer-docs, "Events API v2 Overview"
and "Send an Alert Event".
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from aiohttp import web

from .endpoint import Endpoint
from .wire import Json

LARGEST_EVENT = 512 * 1024
SEVERITIES = ("critical", "error", "warning", "info")
ACTIONS = ("trigger", "acknowledge", "resolve")

Check = Callable[[Any], str]
State = Literal["triggered", "acknowledged", "resolved"]


@dataclass
class Alert:
    """`log`: every event that was applied to it, in order."""

    service: str
    dedup_key: str
    state: State = "triggered"
    log: list[Json] = field(default_factory=list)

    @property
    def payload(self) -> Json:
        """Of the last trigger."""
        return dict(next(event["payload"] for event in reversed(self.log) if event["event_action"] == "trigger"))


class LocalPagerDuty(Endpoint):
    """`with LocalPagerDuty() as pagerduty:`; events go to `events_url`, with a key of `add_service`."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.services: dict[str, str] = {}
        self.alerts: list[Alert] = []

    @property
    def events_url(self) -> str:
        return f"{self.url}/v2/enqueue"

    def add_service(self, name: str) -> str:
        """Its integration key."""
        key = secrets.token_hex(16)
        self.services[key] = name
        return key

    def remove_service(self, key: str) -> None:
        del self.services[key]

    def open_alerts(self) -> list[Alert]:
        return [alert for alert in self.alerts if alert.state != "resolved"]

    def answer(self, request: web.Request, raw: bytes) -> web.Response:
        if (request.method, request.path) != ("POST", "/v2/enqueue"):
            return web.Response(status=404)
        if len(raw) > LARGEST_EVENT:
            return web.Response(status=413)
        try:
            event = json.loads(raw)
        except ValueError:
            return refused("Unrecognized object", "Event object format is unrecognized", ["JSON parse error"])
        if errors := mistakes(event):
            return refused("invalid event", "Event object is invalid", errors)
        if event["routing_key"] not in self.services:
            # That it is refused is known from those it has happened to; no page says in which words.
            return refused("invalid key", "Invalid routing key", ["No integration has this routing key"])
        key = event.get("dedup_key") or secrets.token_hex(16)
        self._apply(event, key)
        return web.json_response({"status": "success", "message": "Event processed", "dedup_key": key}, status=202)

    def _apply(self, event: Json, key: str) -> None:
        """To the open alert with this key; without one a trigger opens it, and anything else is dropped."""
        service = self.services[event["routing_key"]]
        fitting = [alert for alert in self.open_alerts() if (alert.service, alert.dedup_key) == (service, key)]
        action = event["event_action"]
        if not fitting and action == "trigger":
            fitting = [Alert(service, key)]
            self.alerts += fitting
        for alert in fitting:
            alert.log.append(event)
            if action != "trigger":
                alert.state = "acknowledged" if action == "acknowledge" else "resolved"


def refused(status: str, message: str, errors: list[str]) -> web.Response:
    return web.json_response({"status": status, "message": message, "errors": errors}, status=400)


def mistakes(event: Any) -> list[str]:
    if not isinstance(event, dict):
        return ["Event is not an object"]
    if event.get("event_action") != "trigger":
        return missing(event, "routing_key", "event_action", "dedup_key") + wrong(event, FIELDS)
    errors = missing(event, "routing_key", "payload") + wrong(event, FIELDS)
    payload = event.get("payload")
    if not isinstance(payload, dict):
        return errors
    within = missing(payload, "summary", "source", "severity") + wrong(payload, PAYLOAD)
    return errors + [f"payload: {error}" for error in within]


def missing(values: Json, *names: str) -> list[str]:
    return [f"'{name}' is missing or blank" for name in names if not values.get(name)]


def wrong(values: Json, known: dict[str, Check]) -> list[str]:
    """The real one lets pass what it does not know; here it is taken for a mistake in spelling."""
    errors = {name: known[name](value) if name in known else "is not known" for name, value in values.items()}
    return [f"'{name}' {words}" for name, words in errors.items() if words]


def text(most: int | None = None) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "must be a string"
        return f"is too long (maximum is {most} characters)" if most and len(value) > most else ""

    return check


def one_of(choices: tuple[str, ...]) -> Check:
    return lambda value: "" if value in choices else f"is invalid (must be one of: {', '.join(choices)})"


def routing_key(value: Any) -> str:
    return "" if isinstance(value, str) and len(value) == 32 else "has an incorrect length (should be 32 characters)"


def moment(value: Any) -> str:
    try:
        return "" if datetime.fromisoformat(value).tzinfo else "has no time zone"
    except (TypeError, ValueError):
        return "is not an ISO 8601 date-time"


def objects(required: str, *optional: str) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return "must be an array of objects"
        for item in value:
            if not item.get(required) or not set(item) <= {required, *optional}:
                return f"must have {required} and may have {', '.join(optional)}"
            if not str(item[required]).startswith(("http://", "https://")):
                return f"has a {required} that is not a URL"
        return ""

    return check


def an_object(value: Any) -> str:
    return "" if isinstance(value, dict) else "must be an object"


FIELDS: dict[str, Check] = {
    "routing_key": routing_key,
    "event_action": one_of(ACTIONS),
    "dedup_key": text(255),
    "payload": an_object,
    "client": text(),
    "client_url": text(),
    "links": objects("href", "text"),
    "images": objects("src", "href", "alt"),
}
PAYLOAD: dict[str, Check] = {
    "summary": text(1024),
    "source": text(),
    "severity": one_of(SEVERITIES),
    "timestamp": moment,
    "component": text(),
    "group": text(),
    "class": text(),
    "custom_details": an_object,
}
