"""Jira's webhooks: told apart from others by their signature, and read as what happened to a ticket.

Signed are those that an administrator of Jira registers with a secret. Jira sends a delivery again for half an hour,
under the same identifier, and in no promised order.

Sources: Atlassian, "Webhooks" (Jira Cloud platform; Jira Data Center).
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.ticket import FIELDS, Account, Became, Comment, Part, Standing, TicketChange, Value
from bot.integrations.hooks import Rejected
from bot.integrations.jira_fields import account, comment, text, values
from bot.integrations.jira_news import part_of

Json = Mapping[str, Any]

LARGEST = 1_000_000
# Jira tries for about half an hour; a clock may be wrong, but not by much.
OLDEST, EARLIEST = timedelta(hours=1), timedelta(minutes=5)

# What an update is of that does not say what has changed.
UNTOLD = {
    "issue_generic": (Part.STATUS,),
    "issue_assigned": (Part.ASSIGNEE,),
    "issue_updated": (Part.TITLE, Part.DESCRIPTION, Part.PRIORITY),
}
TOO_LARGE = "The delivery is larger than any that Jira sends."
UNSET = "Casebook has no secret for Jira's webhooks, and takes none without."
UNSIGNED = "The delivery is not signed with the secret of Casebook's webhook by HMAC SHA-256."
UNREADABLE = "The delivery is not a webhook of Jira's."
STALE = "The delivery is too old, or of a time that has not come."


def delivery_id(headers: Mapping[str, str]) -> str:
    """The same however often Jira sends a delivery; empty if it does not say."""
    return header(headers, "X-Atlassian-Webhook-Identifier")[:200]


def read(headers: Mapping[str, str], raw: bytes, secret: str, now: datetime) -> Sequence[TicketChange]:
    """What happened, in order; nothing for events that are none of ours. Raises ``Rejected``."""
    if len(raw) > LARGEST:
        raise Rejected(413, TOO_LARGE)
    check_signature(header(headers, "X-Hub-Signature"), raw, secret)
    try:
        body = json.loads(raw)
        at = datetime.fromtimestamp(body["timestamp"] / 1000, UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        raise Rejected(400, UNREADABLE) from None
    if not now - OLDEST <= at <= now + EARLIEST:
        raise Rejected(400, STALE)
    try:
        return list(changes(body, at))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Rejected(400, UNREADABLE) from None


def check_signature(signature: str, raw: bytes, secret: str) -> None:
    if not secret:
        raise Rejected(401, UNSET)
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), f"sha256={digest}".encode()):
        raise Rejected(401, UNSIGNED)


def header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def changes(body: Json, at: datetime) -> Iterator[TicketChange]:
    event, issue = str(body.get("webhookEvent") or ""), body.get("issue") or {}
    if not issue.get("id"):
        return
    id_, by = str(issue["id"]), account(body.get("user"))
    if event == "jira:issue_deleted":
        yield TicketChange(id_, Became.GONE, at, by=by)
    elif event == "jira:issue_created":
        for part, value in values(issue.get("fields") or {}).items():
            yield TicketChange(id_, part, at, value, by=by, is_first=True)
    elif event == "jira:issue_updated":
        yield from updated(body, at, by)
    elif event in {"comment_created", "comment_updated", "comment_deleted"}:
        yield noted(id_, body["comment"], at, by, is_deleted=event == "comment_deleted")


def updated(body: Json, at: datetime, by: Account | None) -> Iterator[TicketChange]:
    issue, kind = body["issue"], body.get("issue_event_type_name")
    id_, fields = str(issue["id"]), issue.get("fields") or {}
    items = (body.get("changelog") or {}).get("items") or []
    told = {what: item for item in items if (what := part_of(item))}
    for what, item in told.items():
        if isinstance(what, Became):
            yield TicketChange(id_, what, at, issue["key"], by=by)
        elif is_told(what, value := value_of(what, item, fields)):
            yield TicketChange(id_, what, at, value, by=by)
    if body.get("comment"):  # Data Center
        yield noted(id_, body["comment"], at, by, is_deleted=kind == "issue_comment_deleted")
    elif not body.get("changelog"):
        current = values(fields)
        for part in UNTOLD.get(str(kind), ()):
            if part in current:
                yield TicketChange(id_, part, at, current[part], by=by)


def value_of(part: Part, item: Json, fields: Json) -> Value:
    """As the issue has it; else what the changelog says, which knows neither a status's category nor an address."""
    current = values(fields)
    if part in current:
        return current[part]
    name = item.get("toString")
    if part == Part.ASSIGNEE:
        id_ = item.get("tmpToAccountId") or item.get("to")
        return Account(str(id_), str(name or "")) if id_ else None
    return None if part == Part.STATUS else text(name)


def is_told(part: Part, value: Value) -> bool:
    """Nobody is an assignee as well; a status of which the category is not known is none."""
    return part in FIELDS and (isinstance(value, Standing) if part == Part.STATUS else True)


def noted(ticket: str, said: Json, at: datetime, by: Account | None, *, is_deleted: bool) -> TicketChange:
    """Cloud does not say who deleted a comment; who wrote or edited one, the comment itself says."""
    if is_deleted:
        gone = Comment(str(said["id"]), None, at, account(said.get("author")))
        return TicketChange(ticket, Part.NOTES, at, comment=gone, by=by)
    found = comment(said)
    return TicketChange(
        ticket, Part.NOTES, found.at, comment=found, by=by or account(said.get("updateAuthor")) or found.by
    )
