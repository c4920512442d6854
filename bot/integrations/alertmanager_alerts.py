"""Alerts of Prometheus' Alertmanager: version 4 of its webhook. A group is one alert, so `group_by` says what one is.

Source: prometheus.io, "Alerting: Configuration", webhook_config.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.alert import Alert, tags_of
from bot.domain.facts import Source
from bot.domain.intake import AlertState, System
from bot.integrations.alert_reading import Headers, Shape, json_object, moment, priority, rows, shape, words
from bot.integrations.hooks import Rejected

EXPECTED = "Casebook takes version 4 of Alertmanager's webhook, without a payload template of your own."
STATES = {"firing": AlertState.TRIGGERED, "resolved": AlertState.RECOVERED}
LISTED = 10


def read(headers: Headers, raw: bytes, secret: str, now: datetime) -> Sequence[Alert]:
    """``secret`` is of no account: Alertmanager does not sign."""
    found = json_object(raw, EXPECTED)
    key, state, alerts = (
        words(found.get("groupKey")),
        STATES.get(words(found.get("status"))),
        [*rows(found.get("alerts"))],
    )
    if words(found.get("version")) != "4" or not key or state is None or not alerts:
        raise Rejected(400, f"It needs version, groupKey, status and alerts. {EXPECTED}")
    common, group = labels(found.get("commonLabels")), labels(found.get("groupLabels"))
    firing = [alert for alert in alerts if alert.get("status") == "firing"] or alerts
    tags = {**group, **common}
    name = tags.get("alertname") or labels(firing[0].get("labels")).get("alertname", "")
    notes = labels(found.get("commonAnnotations")) or labels(firing[0].get("annotations"))
    return [
        Alert(
            source=System.ALERTMANAGER,
            key=key,
            state=state,
            title=title_of(name, group, notes),
            # What ends a group began when its last alert did: a later beginning is another time.
            at=max(moment(alert.get("startsAt"), now) for alert in firing),
            kind=Source.MONITOR,
            name=name,
            text=text_of(notes, firing, words(found.get("truncatedAlerts"))),
            link=next(filter(None, (words(alert.get("generatorURL")) for alert in firing)), "")
            or words(found.get("externalURL")),
            tags=tags_of((label, value) for label, value in tags.items() if label != "alertname"),
            priority=priority(tags.get("severity") or tags.get("priority")),
        )
    ]


def labels(found: Any) -> dict[str, str]:
    return {str(name): words(value) for name, value in shape(found).items() if words(value)}


def title_of(name: str, group: Mapping[str, str], notes: Mapping[str, str]) -> str:
    said = notes.get("summary") or notes.get("title")
    if said:
        return said
    others = ", ".join(value for label, value in group.items() if label != "alertname")
    return " ".join(filter(None, [name, f"({others})" if others else ""]))


def text_of(notes: Mapping[str, str], firing: Sequence[Shape], truncated: str) -> str:
    parts = [notes.get("description") or notes.get("message") or ""]
    parts += [f"Runbook: {notes['runbook_url']}"] if "runbook_url" in notes else []
    lines = [line_of(alert) for alert in firing[:LISTED]]
    more = len(firing) - len(lines) + (int(truncated) if truncated.isdigit() else 0)
    return "\n\n".join(filter(None, [*parts, "\n".join([*lines, *([f"and {more} more"] if more else [])])]))


def line_of(alert: Shape) -> str:
    said = labels(alert.get("annotations")).get("summary", "")
    named = ", ".join(f"{label}={value}" for label, value in labels(alert.get("labels")).items())
    return f"• {said} ({named})" if said else f"• {named}"
