"""Alerts of Sentry's integrations: issues, issue alerts and metric alerts, signed with the integration's client secret.

Source: docs.sentry.io, "Webhooks" of the integration platform.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.alert import Alert, tags_of
from bot.domain.case import Priority
from bot.domain.facts import Source
from bot.domain.intake import AlertState, System
from bot.integrations.alert_reading import Headers, Shape, check_signed, json_object, moment, priority, shape, words
from bot.integrations.hooks import Rejected

EXPECTED = "Casebook takes Sentry's resources issue, event_alert and metric_alert."
ISSUES = {
    "created": AlertState.TRIGGERED,
    "unresolved": AlertState.TRIGGERED,
    "resolved": AlertState.RECOVERED,
    "ignored": AlertState.RECOVERED,
    "archived": AlertState.RECOVERED,
}
METRICS = {
    "critical": AlertState.TRIGGERED,
    "warning": AlertState.WARNING,
    "resolved": AlertState.RECOVERED,
}
# What Sentry tells besides of its own accord, and asks nothing of us.
OTHERS = {"installation", "error", "comment", "activity_alert", "seer", "preprod_artifact"}


def read(headers: Headers, raw: bytes, secret: str, now: datetime) -> Sequence[Alert]:
    check_signed(secret, raw, [headers.get("sentry-hook-signature", "")], "Sentry")
    found, resource = json_object(raw, EXPECTED), headers.get("sentry-hook-resource", "")
    data, action = shape(found.get("data")), words(found.get("action"))
    at = moment(headers.get("sentry-hook-timestamp"), now)
    delivery = headers.get("request-id", "")
    if resource == "event_alert" and shape(data.get("event")):
        return [event_alert(shape(data["event"]), words(data.get("triggered_rule")), at)]
    if resource == "issue" and shape(data.get("issue")):
        return [issue(shape(data["issue"]), ISSUES[action], at, delivery)] if action in ISSUES else []
    if resource == "metric_alert" and shape(data.get("metric_alert")):
        return [metric_alert(data, METRICS[action], at, delivery)] if action in METRICS else []
    if resource in OTHERS:
        return []
    raise Rejected(400, f"Its header Sentry-Hook-Resource and its data do not fit together. {EXPECTED}")


def event_alert(event: Shape, rule: str, at: datetime) -> Alert:
    """The issue's id, which is the alert's key, is in an address where it is not by itself."""
    issue_id = words(event.get("issue_id")) or words(event.get("issue_url")).rstrip("/").rpartition("/")[2]
    title = words(event.get("title"))
    pairs = [tuple(map(words, pair)) for pair in event.get("tags") or () if isinstance(pair, list) and len(pair) == 2]
    return Alert(
        source=System.SENTRY,
        key=f"issue/{issue_id}" if issue_id else f"title/{title}",
        state=AlertState.TRIGGERED,
        title=title,
        at=at,
        kind=Source.ERROR,
        name=title,
        text="\n\n".join(filter(None, [words(event.get("culprit")), f"Rule: {rule}" if rule else ""])),
        link=words(event.get("web_url")),
        tags=tags_of((name, value) for name, value in pairs),
        priority=level(event),
        delivery=f"event/{words(event.get('event_id'))}/{rule}" if words(event.get("event_id")) else "",
    )


def issue(found: Shape, state: AlertState, at: datetime, delivery: str) -> Alert:
    project = shape(found.get("project"))
    return Alert(
        source=System.SENTRY,
        key=f"issue/{words(found.get('id'))}",
        state=state,
        title=words(found.get("title")),
        at=at,
        kind=Source.ERROR,
        name=" ".join(filter(None, [words(found.get("shortId")), words(found.get("title"))])),
        text=words(found.get("culprit")),
        link=words(found.get("permalink")) or words(found.get("web_url")),
        tags=tags_of([("service", words(project.get("slug"))), ("level", words(found.get("level")))]),
        priority=level(found),
        delivery=delivery,
    )


def metric_alert(data: Shape, state: AlertState, at: datetime, delivery: str) -> Alert:
    """One of its incidents is one time from trigger to recovery; the rule is what stays."""
    found = shape(data["metric_alert"])
    rule = shape(found.get("alert_rule"))
    name = words(rule.get("name")) or words(found.get("title"))
    return Alert(
        source=System.SENTRY,
        key=f"rule/{words(rule.get('id')) or words(found.get('id'))}",
        state=state,
        title=words(data.get("description_title")).partition(": ")[2] or name,
        at=at,
        kind=Source.MONITOR,
        name=name,
        text=words(data.get("description_text")),
        link=words(data.get("web_url")),
        tags=tags_of([("env", words(rule.get("environment")))]),
        priority=Priority.P1 if state == AlertState.TRIGGERED else Priority.NOT_SET,
        cycle=words(found.get("identifier")) or words(found.get("id")),
        delivery=delivery,
    )


def level(found: Shape) -> Priority:
    """Only what is worse than usual says something: nearly all that Sentry tells is an error."""
    return priority("critical") if words(found.get("level")) == "fatal" else Priority.NOT_SET
