"""Webhooks: an event as JSON, signed so that the receiver can tell that it is ours and new.

The README documents body and signature for those who write receivers; a test holds the two together. `VERSION` goes up
when something that is there changes its meaning or goes; what is added does not change it.
"""

import hashlib
import hmac
import json
import secrets
from datetime import datetime
from typing import Any

from bot.domain.errors import Invalid
from bot.integrations.address import Allowed, checked
from bot.integrations.errors import Declined
from bot.integrations.notice import Event, Notice, case_facts, plain
from bot.integrations.posting import Answer, check_passing, host_of, post
from bot.integrations.route import Resolve, Route, resolve

VERSION = 1
# Seconds until all is over, the look-up of the name apart. Shorter than a worker's lease with that.
DEADLINE = 20.0
ASKED_TOO_OFTEN = 30.0

MOVED = "`{host}` sends Casebook to another address ({status}), and it follows none. Enter the new address."
NOBODY = "`{host}` answered {status}: there is nothing at the webhook's address. Enter the right one, or remove it."
NO_ENTRY = "`{host}` answered {status}: it does not let Casebook in. Check that it has this recipient's secret."
ODD = "`{host}` answered {status} to what it was told. Its log may say why."


def new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def body(notice: Notice, delivery: str, sent_at: datetime) -> dict[str, Any]:
    """``delivery``: the same however often it has to be sent, and no other's."""
    said: dict[str, Any] = {
        "version": VERSION,
        "id": delivery,
        "sent_at": plain(sent_at),
        "event": notice.event.value,
        "happened_at": plain(notice.at),
        "inbox": {"id": notice.inbox_id, "name": notice.inbox, "query": notice.query, "owner": notice.owner},
    }
    facts = [case_facts(told, notice.names) for told in notice.told]
    if notice.event == Event.DIGEST:
        return said | {"total": notice.total, "cases": facts}
    return said | {"case": facts[0] if facts else None}


def sign(secret: str, timestamp: str, raw: bytes) -> str:
    """The value of ``X-Casebook-Signature``. ``timestamp``: Unix seconds, as in ``X-Casebook-Timestamp``."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    return f"v1={digest}"


def send(
    address: str, secret: str, event: dict[str, Any], now: datetime, *, allowed: Allowed, resolve: Resolve = resolve
) -> None:  # fmt: skip
    """Sends what `body` made; any 2xx is taken for "I have it". Raises ``Trouble``."""
    try:
        url = checked(address, allowed)
    except Invalid as invalid:  # what the operator allows may have changed since it was saved
        raise Declined("address not allowed", invalid.sentence) from None
    raw = json.dumps(event, separators=(",", ":")).encode()
    timestamp = str(int(now.timestamp()))
    headers = {
        "X-Casebook-Delivery": event["id"],
        "X-Casebook-Timestamp": timestamp,
        "X-Casebook-Signature": sign(secret, timestamp, raw),
    }
    with Route(allowed, DEADLINE, resolve) as session:
        check(post(session, url, raw, headers), host_of(url), now)


def check(answer: Answer, host: str, now: datetime) -> None:
    status = answer.status
    if 200 <= status < 300:
        return
    check_passing(answer, now, ASKED_TOO_OFTEN)
    remedy = MOVED if status < 400 else {401: NO_ENTRY, 403: NO_ENTRY, 404: NOBODY, 410: NOBODY}.get(status, ODD)
    raise Declined(str(status), remedy.format(host=host, status=status))
