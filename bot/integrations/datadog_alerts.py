"""Alerts of Datadog's webhooks: our own template, as the README gives it, and what Datadog sends without one.

Source: docs.datadoghq.com, "Webhooks". A variable that Datadog does not know for an event arrives as its own name.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.domain.alert import Alert, tags_in
from bot.domain.case import Priority
from bot.domain.facts import Source
from bot.domain.intake import AlertState, System
from bot.integrations.alert_reading import Headers, Shape, json_object, moment, priority, words
from bot.integrations.hooks import Rejected

EXPECTED = "Give Datadog's webhook the payload of Casebook's README: an object with at least title and transition."
STATES = {
    "recovered": AlertState.RECOVERED,
    "warn": AlertState.WARNING,
    "re-warn": AlertState.WARNING,
    "no data": AlertState.NO_DATA,
    "re-no data": AlertState.NO_DATA,
}
TYPES = {"success": AlertState.RECOVERED, "warning": AlertState.WARNING}
BRACKETS = re.compile(r"\s*\[([^\[\]]*)\]\s*")
OF_STATE = re.compile(r"(re-)?(triggered|warn|recovered|no data|re-no data|renotify)\b( on \{.*\})?", re.IGNORECASE)
PRIORITY = re.compile(r"p[1-5]", re.IGNORECASE)
NO_DATA_SCOPES = {"*", "all"}
VARIABLE = re.compile(r"\$[A-Z]")


def read(headers: Headers, raw: bytes, secret: str, now: datetime) -> Sequence[Alert]:
    """``secret`` is of no account: Datadog does not sign."""
    said = Said(json_object(raw, EXPECTED))
    if said.get("signal_id"):
        return [signal(said, now)]
    title, marks = taken_apart(said.get("alert_title") or said.get("title"))
    if not title:
        raise Rejected(400, f"There is no title in it. {EXPECTED}")
    return [monitor(said, title, marks, now)]


class Said:
    """The values of the template, without variables that stand for themselves."""

    def __init__(self, found: Shape) -> None:
        self.found = found

    def get(self, name: str) -> str:
        value = words(self.found.get(name))
        return "" if VARIABLE.match(value) or value in {"null", "None", "n/a"} else value

    def first(self, *names: str) -> str:
        return next(filter(None, map(self.get, names)), "")


def taken_apart(title: str) -> tuple[str, list[str]]:
    """ "[P1] [Triggered on {host:web-1}] CPU is high": what it is about, and what stands in brackets before."""
    marks = []
    while (mark := BRACKETS.match(title)) and is_mark(mark[1]):
        marks.append(mark[1])
        title = title[mark.end() :]
    return title.strip(), marks


def is_mark(word: str) -> bool:
    return bool(OF_STATE.fullmatch(word) or PRIORITY.fullmatch(word))


def monitor(said: Said, title: str, marks: list[str], now: datetime) -> Alert:
    scope = said.get("scope")
    scope = "" if scope in NO_DATA_SCOPES else scope
    monitor_id = said.get("alert_id")
    tags = tags_in(f"{said.get('tags')},{scope}")
    urgency = said.get("priority") or next((mark for mark in marks if PRIORITY.fullmatch(mark)), "")
    return Alert(
        source=System.DATADOG,
        key=f"monitor/{monitor_id}/{scope}" if monitor_id else said.first("aggreg", "cycle") or f"title/{title}",
        state=state_of(said, marks),
        title=title,
        at=moment(said.first("date", "last_updated"), now),
        kind=Source.MONITOR,
        name=title,
        text=said.first("text", "body"),
        link=said.get("link"),
        tags=tags,
        priority=priority(urgency) if PRIORITY.fullmatch(urgency) else Priority.NOT_SET,
        cycle=said.get("cycle"),
        delivery=said.first("event_id", "id"),
    )


def state_of(said: Said, marks: list[str]) -> AlertState:
    transition = said.get("transition") or next((mark for mark in marks if OF_STATE.fullmatch(mark)), "")
    name = transition.partition(" on ")[0].strip().casefold()
    if name in STATES:
        return STATES[name]
    return AlertState.TRIGGERED if name else TYPES.get(said.get("type").casefold(), AlertState.TRIGGERED)


def signal(said: Said, now: datetime) -> Alert:
    """A security signal has no end of its own: people look into it and close the case."""
    title = said.first("signal_title", "title", "rule") or "Security signal"
    return Alert(
        source=System.DATADOG,
        key=f"signal/{said.get('signal_id')}",
        state=AlertState.TRIGGERED,
        title=taken_apart(title)[0] or title,
        at=moment(said.get("date"), now),
        kind=Source.SIGNAL,
        name=said.get("rule") or title,
        text=said.first("signal_text", "text"),
        link=said.get("link"),
        tags=tags_in(said.get("tags")),
        priority=priority(said.get("severity")),
        delivery=said.get("event_id"),
    )
