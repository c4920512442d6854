"""Alerts in JSON of our own, for whatever has no reader: the README documents it, and a test holds the two together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.domain.alert import Alert, tags_in, tags_of
from bot.domain.facts import Source
from bot.domain.intake import AlertState, System
from bot.integrations.alert_reading import Headers, Shape, json_value, moment, priority, words
from bot.integrations.hooks import Rejected

MOST = 100
EXPECTED = (
    'Casebook takes {"key": "disk/web-1", "title": "Disk is full", "state": "triggered"}, or a list of up to '
    f"{MOST} of them; its README says what else may be in it."
)
STATES = {
    "": AlertState.TRIGGERED,
    "triggered": AlertState.TRIGGERED,
    "firing": AlertState.TRIGGERED,
    "warning": AlertState.WARNING,
    "no data": AlertState.NO_DATA,
    "recovered": AlertState.RECOVERED,
    "resolved": AlertState.RECOVERED,
}
KINDS = {
    "": Source.ALERT,
    "alert": Source.ALERT,
    "monitor": Source.MONITOR,
    "signal": Source.SIGNAL,
    "error": Source.ERROR,
}


def read(headers: Headers, raw: bytes, secret: str, now: datetime) -> Sequence[Alert]:
    """``secret`` is of no account: the address itself is the secret."""
    found = json_value(raw, EXPECTED)
    listed = found if isinstance(found, list) else [found]
    if not 0 < len(listed) <= MOST or not all(isinstance(one, dict) for one in listed):
        raise Rejected(400, EXPECTED)
    return [alert(one, number, now) for number, one in enumerate(listed, 1)]


def alert(found: Shape, number: int, now: datetime) -> Alert:
    key, title = words(found.get("key")), words(found.get("title"))
    state, kind = words(found.get("state")).casefold(), words(found.get("kind")).casefold()
    if not key or not title:
        raise Rejected(400, f"Alert {number} has no {'title' if key else 'key'}. {EXPECTED}")
    if state not in STATES:
        raise Rejected(400, f"The state of alert {number} is none of {', '.join(filter(None, STATES))}. {EXPECTED}")
    if kind not in KINDS:
        raise Rejected(400, f"The kind of alert {number} is none of {', '.join(filter(None, KINDS))}. {EXPECTED}")
    return Alert(
        source=System.GENERIC,
        key=key,
        state=STATES[state],
        title=title,
        at=moment(found.get("at"), now),
        kind=KINDS[kind],
        name=words(found.get("name")) or title,
        text=words(found.get("text")),
        link=words(found.get("link")),
        tags=tags(found.get("tags")),
        priority=priority(found.get("priority")),
        delivery=words(found.get("id")),
    )


def tags(found: Any) -> dict[str, str]:
    """An object, a list of ``name:value``, or those in one text."""
    if isinstance(found, dict):
        return tags_of((str(name), words(value)) for name, value in found.items())
    if isinstance(found, list):
        return tags_in(",".join(map(words, found)))
    return tags_in(words(found))
