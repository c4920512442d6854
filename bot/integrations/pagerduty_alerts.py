"""Incidents of PagerDuty's webhooks, version 3, signed with the subscription's secret.

Sources: PagerDuty/developer-docs, "Webhooks Overview" and "Verifying Signatures".
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.alert import Alert, tags_of
from bot.domain.intake import AlertState, System
from bot.integrations.alert_reading import Headers, check_signed, json_object, moment, priority, rows, shape, words
from bot.integrations.hooks import Rejected

EXPECTED = "Casebook takes PagerDuty's V3 webhooks: an object with an event, which has event_type and data."
STATES = {
    "incident.triggered": AlertState.TRIGGERED,
    "incident.reopened": AlertState.TRIGGERED,
    "incident.resolved": AlertState.RECOVERED,
}
# An inbox may have called PagerDuty: its incident must not come back as another case.
OURS = "casebook/"


def read(headers: Headers, raw: bytes, secret: str, now: datetime) -> Sequence[Alert]:
    given = [one.strip() for one in headers.get("x-pagerduty-signature", "").split(",")]
    check_signed(secret, raw, [one.removeprefix("v1=") for one in given if one.startswith("v1=")], "PagerDuty")
    event = shape(json_object(raw, EXPECTED).get("event"))
    kind, data = words(event.get("event_type")), shape(event.get("data"))
    if not kind or "data" not in event:
        raise Rejected(400, f"There is no event with a type in it. {EXPECTED}")
    if kind not in STATES or words(data.get("incident_key")).startswith(OURS):
        return []
    if not words(data.get("id")):
        raise Rejected(400, f"Its incident has no id. {EXPECTED}")
    service, level = words(shape(data.get("service")).get("summary")), words(shape(data.get("priority")).get("summary"))
    teams = ", ".join(filter(None, (words(team.get("summary")) for team in rows(data.get("teams")))))
    return [
        Alert(
            source=System.PAGERDUTY,
            key=f"incident/{words(data['id'])}",
            state=STATES[kind],
            title=words(data.get("title")),
            at=moment(event.get("occurred_at"), now),
            name=f"Incident {words(data.get('number'))}" if words(data.get("number")) else "",
            text=f"Service: {service}" if service else "",
            link=words(data.get("html_url")),
            tags=tags_of([("service", service), ("urgency", words(data.get("urgency"))), ("pagerduty_team", teams)]),
            priority=priority(level),
            delivery=words(event.get("id")),
        )
    ]
