"""Recipients outside Slack: what people enter is checked, and their secrets are sealed before they are kept."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.domain.act import Act
from bot.domain.errors import Invalid
from bot.domain.inbox import Inbox, Medium, Recipient
from bot.domain.text import kept_line
from bot.storage.database import Database
from bot.usecases import inboxes

LABEL_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Outside:
    """What it takes to keep them. ``off``: what to do where there is nothing to seal with; else empty.

    ``opened``: like ``open``, but empty for what no key opens. ``checked_address`` and ``checked_key`` raise
    ``Invalid`` for their fields.
    """

    off: str
    seal: Callable[[str], str]
    open: Callable[[str], str]
    opened: Callable[[str], str]
    checked_address: Callable[[str], str]
    checked_key: Callable[[str], str]
    new_secret: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Added:
    inbox: Inbox
    recipient: Recipient
    secret: str


def add_webhook(db: Database, act: Act, outside: Outside, inbox_id: int, address: str) -> Added:
    """Its secret is ours, for its receiver to check our signature with; it is handed out here and never again."""
    refuse_unsealed(outside)
    address = outside.checked_address(address)
    kept = {"address": address, "secret": outside.new_secret()}
    return added(db, act, outside, inbox_id, Medium.WEBHOOK, urlsplit(address).hostname or "", kept)


def add_pagerduty(db: Database, act: Act, outside: Outside, inbox_id: int, key: str, label: str) -> Added:
    """``label``: by which people tell several services apart; it may be empty."""
    refuse_unsealed(outside)
    kept = {"address": "", "secret": outside.checked_key(key)}
    return added(db, act, outside, inbox_id, Medium.PAGERDUTY, kept_line(label)[:LABEL_LIMIT], kept)


def added(
    db: Database, act: Act, outside: Outside, inbox_id: int, medium: Medium, label: str, kept: Mapping[str, str]
) -> Added:
    """If the same arrives again, what was kept the first time."""
    inbox = inboxes.add_recipient(db, act, inbox_id, medium, label, outside.seal(json.dumps(kept)))
    found = next(one for one in reversed(inbox.recipients) if act.origin is None or one.origin == act.origin)
    return Added(inbox, found, json.loads(outside.open(found.sealed or ""))["secret"])


def refuse_unsealed(outside: Outside) -> None:
    if outside.off:
        raise Invalid(outside.off)
