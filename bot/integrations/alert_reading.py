"""What the readers of alerts have in common: JSON, words, moments and signatures that came from outside."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.case import Priority
from bot.integrations.hooks import Rejected

Headers = Mapping[str, str]
Shape = Mapping[str, Any]

PRIORITIES = {
    "critical": Priority.P1, "p1": Priority.P1, "page": Priority.P1, "fatal": Priority.P1, "emergency": Priority.P1,
    "high": Priority.P2, "p2": Priority.P2, "error": Priority.P2, "major": Priority.P2,
    "medium": Priority.P3, "p3": Priority.P3, "warning": Priority.P3, "warn": Priority.P3, "minor": Priority.P3,
    "low": Priority.P4, "p4": Priority.P4,
    "info": Priority.P5, "p5": Priority.P5, "informational": Priority.P5, "none": Priority.NOT_SET,
}  # fmt: skip


def json_object(raw: bytes, expected: str) -> Shape:
    """``expected``: a sentence that says what the source should send."""
    found = json_value(raw, expected)
    if not isinstance(found, dict):
        raise Rejected(400, f"This is JSON, but no object. {expected}")
    return found


def json_value(raw: bytes, expected: str) -> Any:
    try:
        return json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Rejected(400, f"This is no JSON in UTF-8. {expected}") from None


def words(value: Any) -> str:
    """Text or a number as text; nothing of anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def shape(value: Any) -> Shape:
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> Iterator[Shape]:
    """The objects in a list."""
    return (row for row in (value if isinstance(value, list) else ()) if isinstance(row, Mapping))


def moment(value: Any, now: datetime) -> datetime:
    """ISO 8601, or seconds or milliseconds since 1970; ``now`` for what is none of these."""
    text = words(value)
    try:
        number = float(text)
    except ValueError:
        return iso(text) or now
    try:
        return datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
    except (ValueError, OverflowError, OSError):
        return now


def iso(text: str) -> datetime | None:
    """A time without a zone is UTC; the year 1 is Go's way to say none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year < 1970 or at.year > 9000:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def priority(value: Any) -> Priority:
    return PRIORITIES.get(words(value).casefold(), Priority.NOT_SET)


def signature(secret: str, raw: bytes) -> str:
    """HMAC-SHA256 of the body as it came, in hexadecimal."""
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def check_signed(secret: str, raw: bytes, given: list[str], source: str) -> None:
    """Raises `Rejected` unless one of the signatures is right. Without a secret nothing is."""
    if not secret:
        raise Rejected(
            401, f"Enter {source}'s secret first, with /case project hooks in Slack: nothing is taken unsigned."
        )
    right = signature(secret, raw).encode()
    if not any(hmac.compare_digest(right, one.encode()) for one in given):
        raise Rejected(401, f"This is not signed with the secret that Casebook has for {source}.")
