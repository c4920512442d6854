"""PagerDuty's Events API v2: a case in an inbox is an alert, which is resolved when the case is in it no longer.

Rules: PagerDuty/developer-docs, "Events API v2 Overview" and "Send an Alert Event".
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from requests import Session

from bot.domain.case import Priority
from bot.domain.errors import Invalid
from bot.integrations.errors import Declined
from bot.integrations.notice import Event, Notice, case_facts, clipped, plain
from bot.integrations.posting import Answer, check_passing, post

KEY = re.compile(r"[A-Za-z0-9]{32}")
WHERE = "*Services*, your service, *Integrations*, *Events API v2*"
LONGEST_SUMMARY = 1024
LONGEST_WORDS = 200
# "Preferably with a backoff of a few minutes"; nothing in PagerDuty's pages speaks of Retry-After.
ASKED_TOO_OFTEN = 60.0

SEVERITIES = {Priority.P1: "critical", Priority.P2: "error", Priority.P3: "warning"}
DETAILS = ("status", "priority", "type", "teams", "due", "attributes", "description")
WHY = {
    Event.CREATED: "A new case matches the inbox",
    Event.ENTERED: "The case has come to match the inbox",
    Event.STAYED: "The case still matches the inbox",
    Event.DECLARED: "An incident was declared",
}
OVER = {Event.LEFT, Event.ENDED}
OF_INCIDENTS = {Event.DECLARED, Event.ENDED}
GRAVE = {"SEV1": "critical", "SEV2": "error", "SEV3": "warning"}
NO_DIGESTS = "PagerDuty is told of single cases only. Take the digest from this recipient, or choose another for it."
REFUSED = f"PagerDuty refused with “{{words}}”. Enter its integration key again; it is shown under {WHERE}."
ELSEWHERE = (
    "What answers at PAGERDUTY_EVENTS_URL ({status}) is not PagerDuty's Events API v2. Unset it, or set it to "
    "https://events.eu.pagerduty.com/v2/enqueue for PagerDuty's EU region."
)


def checked_key(key: str) -> str:
    """Raises ``Invalid`` for the field ``key``."""
    key = key.strip()
    if not KEY.fullmatch(key):
        raise Invalid.field(
            "key",
            f"An integration key has 32 letters and digits, and this is none. PagerDuty shows it under {WHERE}; keys "
            "of its REST API are others.",
        )
    return key


def events(notice: Notice) -> Sequence[dict[str, Any]]:
    """What to send one after the other, without the key. Raises ``Declined`` for a digest.

    A test is resolved at once: whoever is on call is not to get up for it.
    """
    if notice.event == Event.DIGEST:
        raise Declined("no digests", NO_DIGESTS)
    if notice.event == Event.TEST:
        return [trial(notice), resolve(notice)]
    return [resolve(notice) if notice.event in OVER else trigger(notice)]


def dedup_key(notice: Notice) -> str:
    """An inbox's alert for a case: another inbox with the same key has an alert of its own, and resolves only that."""
    if notice.event in OF_INCIDENTS:
        return f"casebook/incident/{notice.told[0].case.id}"
    what = notice.told[0].case.id if notice.told else "test"  # a case that is moved gets another key
    return f"casebook/{notice.inbox_id}/{what}"


def trigger(notice: Notice) -> dict[str, Any]:
    """Opens an alert. PagerDuty adds it to the one that is open for the case already, without calling again."""
    (told,) = notice.told
    case = told.case
    facts = case_facts(told, notice.names)
    service = case.attributes.get("service")
    details = {name: facts[name] for name in DETAILS}
    details |= {who: facts[who]["name"] for who in ("assignee", "reporter") if facts[who]}
    is_incident = notice.event in OF_INCIDENTS
    severities: Mapping[Any, str] = GRAVE if is_incident else SEVERITIES
    how_bad = severities.get(case.severity if is_incident else Priority(case.priority), "info")
    details |= {"inbox": notice.inbox, "query": notice.query, "owner": notice.owner, "why": WHY[notice.event]}
    prefix = f"{case.severity} incident " if is_incident else ""
    payload = {
        "summary": clipped(f"{prefix}{case.key}: {case.title}", LONGEST_SUMMARY),
        "severity": how_bad,
        "source": service or case.project.name,
        "component": service,
        "group": case.project.name,
        "class": case.type.name,
        "timestamp": plain(notice.at),
        "custom_details": filled(details),
    }
    event = {
        "event_action": "trigger",
        "dedup_key": dedup_key(notice),
        "client": "Casebook",
        "client_url": told.url,
        "links": [{"href": told.url, "text": f"{case.key} in Slack"}] if told.url else [],
        "payload": filled(payload),
    }
    return filled(event)


def resolve(notice: Notice) -> dict[str, Any]:
    return {"event_action": "resolve", "dedup_key": dedup_key(notice)}


def trial(notice: Notice) -> dict[str, Any]:
    summary = clipped(f"A test of Casebook's inbox “{notice.inbox}”: nothing is wrong", LONGEST_SUMMARY)
    return {
        "event_action": "trigger",
        "dedup_key": dedup_key(notice),
        "client": "Casebook",
        "payload": {"summary": summary, "severity": "info", "source": "Casebook", "timestamp": plain(notice.at)},
    }


def filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def send(url: str, key: str, said: Sequence[dict[str, Any]], now: datetime) -> None:
    """What `events` made, one after the other. May be repeated: each has its ``dedup_key``. Raises ``Trouble``.

    ``url`` is the operator's word, and so are the proxies of the environment that it may be reached by.
    """
    with Session() as session:
        for event in said:
            raw = json.dumps({"routing_key": key, **event}, separators=(",", ":")).encode()
            check(post(session, url, raw), key, now)


def check(answer: Answer, key: str, now: datetime) -> None:
    if answer.status == 202:
        return
    check_passing(answer, now, ASKED_TOO_OFTEN)
    if answer.status == 400:
        raise Declined("invalid event", REFUSED.format(words=words(answer, key)))
    raise Declined(str(answer.status), ELSEWHERE.format(status=answer.status))


def words(answer: Answer, key: str) -> str:
    """PagerDuty's own: ``{"status": …, "message": …, "errors": […]}``."""
    try:
        said = json.loads(answer.text)
        errors = said.get("errors") or []
        text = ": ".join(filter(None, [str(said.get("message") or ""), "; ".join(map(str, errors))]))
    except (ValueError, AttributeError, TypeError):
        text = ""
    text = re.sub(r"[<>`“”\s]+", " ", text.replace(key, "(the key)")).strip()
    return clipped(text or "invalid event", LONGEST_WORDS)
