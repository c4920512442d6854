"""What the business rule in `servicenow_business_rule.js` sends, read and checked. Rule and shape are ours.

It says of each update what was changed by it and by whom, and so our own doings can be told from others'.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.ticket import Account, Became, Comment, Part, Standing, TicketChange, Value
from bot.integrations.hooks import Rejected
from bot.integrations.servicenow_fields import COMMENTS, WORK_NOTES, levels, moment
from bot.integrations.servicenow_states import group_of
from bot.integrations.servicenow_wire import SYS_ID, TABLE

SIGNATURE = "x-hmac-signature"
LARGEST = 262_144
OLDEST = timedelta(hours=1)
EARLIEST = timedelta(minutes=5)

PARTS: Mapping[str, Part] = {
    "short_description": Part.TITLE,
    "description": Part.DESCRIPTION,
    "state": Part.STATUS,
    "impact": Part.PRIORITY,
    "urgency": Part.PRIORITY,
    "assigned_to": Part.ASSIGNEE,
}


def read(headers: Mapping[str, str], raw: bytes, secret: str, now: datetime) -> Sequence[TicketChange]:
    """Oldest first. Raises ``Rejected``."""
    if len(raw) > LARGEST:
        raise Rejected(413, "The body is larger than anything the business rule sends.")
    check_signature({name.lower(): value for name, value in headers.items()}.get(SIGNATURE, ""), raw, secret)
    try:
        told = json.loads(raw)
        check_age(moment(told["sent_at"]), now)
        return list(changes(told))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Rejected(400, "The body is not what the business rule sends. Paste it into ServiceNow again.") from None


def check_signature(signature: str, raw: bytes, secret: str) -> None:
    """ServiceNow's generateMac makes base64."""
    if not secret:
        raise Rejected(401, "There is no secret to check signatures with. Set SERVICENOW_WEBHOOK_SECRET.")
    expected = base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest())
    if not hmac.compare_digest(expected, signature.strip().encode()):
        raise Rejected(401, "The signature is missing or not made with SERVICENOW_WEBHOOK_SECRET.")


def check_age(sent: datetime, now: datetime) -> None:
    if now - sent > OLDEST:
        raise Rejected(401, "That was sent more than an hour ago.")
    if sent - now > EARLIEST:
        raise Rejected(401, "That was sent from the future. Check the clocks.")


def changes(told: Mapping[str, Any]) -> Iterator[TicketChange]:
    ticket, table = matched(SYS_ID, told["sys_id"]), matched(TABLE, told["table"])
    at, by = moment(told["updated_on"]), person(told["updated_by"])
    if told["operation"] == "delete":
        yield TicketChange(ticket, Became.GONE, at, by=by)
        return
    parts = dict.fromkeys(PARTS[name] for name in told["changed"] if name in PARTS)
    for part in parts:
        value = value_of(part, told, table)
        if value != "" or part == Part.DESCRIPTION:
            yield TicketChange(ticket, part, at, value, by=by)
    for entry in told["comments"]:
        if entry["id"]:  # else the news bring it, with an id by which it is known again
            comment = comment_of(entry)
            yield TicketChange(ticket, Part.NOTES, comment.at, comment=comment, by=comment.by)


def value_of(part: Part, told: Mapping[str, Any], table: str) -> Value:
    match part:
        case Part.TITLE:
            return text(told["short_description"])
        case Part.DESCRIPTION:
            return text(told["description"])
        case Part.STATUS:
            state = told["state"]
            name = text(state["display"]) or text(state["value"])
            return Standing(name, group_of(table, text(state["value"]), name))
        case Part.PRIORITY:
            return levels(text(told["impact"]["value"]), text(told["urgency"]["value"]))
        case _:
            return person(told["assigned_to"])


def comment_of(entry: Mapping[str, Any]) -> Comment:
    element = entry["type"]
    if element not in {COMMENTS, WORK_NOTES}:
        raise ValueError(element)
    id_, words = matched(SYS_ID, entry["id"]), text(entry["value"])
    return Comment(id_, words, moment(entry["at"]), person(entry["by"]), internal=element == WORK_NOTES)


def person(told: Mapping[str, Any]) -> Account | None:
    """By their sys_id; whoever is no user there, such as a script, by the name alone."""
    id_ = text(told["value"]) or text(told["user_name"])
    return Account(id_, text(told["display"]) or text(told["user_name"]), text(told["email"])) if id_ else None


def text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value.replace("\r\n", "\n")


def matched(pattern: Any, value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError
    return value
