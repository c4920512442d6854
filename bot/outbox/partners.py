"""Telling recipients outside Slack: all partners in one shape, what their clients raise in the worker's words."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid5

from bot.domain.delivery import PAGERDUTY, WEBHOOK, Delivery
from bot.integrations import pagerduty, webhook
from bot.integrations.address import Allowed
from bot.integrations.errors import AskedToWait, Declined, Shut, Unanswered
from bot.integrations.notice import Notice
from bot.integrations.route import Resolve, resolve
from bot.outbox.sender import LockedOut, Refused, Sender, Sent, TooFast, Unreachable
from bot.storage.claims import Held
from bot.storage.database import Database, Work
from bot.vault import Locked, NoKeyFits

# What a delivery says by now; ``None`` if there is nothing to say any more: recipient, inbox or case is gone. Raises
# ``Locked`` or ``NoKeyFits`` if the recipient's secret cannot be had.
Loader = Callable[[Work, Delivery], Notice | None]

# A partner that asks for pauses for so long is given up like one that does not answer: pauses are not counted.
PATIENCE = timedelta(days=1)
GAVE_UP = "It has asked Casebook to wait for a day. Once it takes more, `python -m bot outbox retry` sends the rest."
DELIVERIES = UUID("6f0c2f0e-8f3b-4f57-9d0a-5d4e3f1b7c9a")


class Partner(Protocol):
    def draw(self, notice: Notice, delivery: Delivery, now: datetime) -> Any:
        """What is to be said, while the database is open."""

    def send(self, drawn: Any, notice: Notice, now: datetime) -> None:
        """Raises ``Trouble``."""


@dataclass(frozen=True, slots=True)
class PagerDuty:
    url: str

    def draw(self, notice: Notice, delivery: Delivery, now: datetime) -> Any:
        return pagerduty.events(notice)

    def send(self, drawn: Any, notice: Notice, now: datetime) -> None:
        pagerduty.send(self.url, notice.secret, drawn, now)


@dataclass(frozen=True, slots=True)
class Webhooks:
    allowed: Allowed
    resolve: Resolve = resolve

    def draw(self, notice: Notice, delivery: Delivery, now: datetime) -> Any:
        return webhook.body(notice, delivery_id(delivery), now)

    def send(self, drawn: Any, notice: Notice, now: datetime) -> None:
        webhook.send(notice.address, notice.secret, drawn, now, allowed=self.allowed, resolve=self.resolve)


class PartnerSender:
    """A delivery that another worker may have sent already is sent again: partners know it by its id."""

    def __init__(self, db: Database, load: Loader, clock: Callable[[], datetime], partner: Partner) -> None:
        self.db = db
        self.load = load
        self.clock = clock
        self.partner = partner

    def __call__(self, held: Held) -> Sent:
        now = self.clock()
        with translated(held.delivery, now):
            with self.db.read() as work:
                notice = self.load(work, held.delivery)
                drawn = self.partner.draw(notice, held.delivery, now) if notice else None
            if notice:
                self.partner.send(drawn, notice, now)
        return Sent()


def partner_senders(
    db: Database, load: Loader, clock: Callable[[], datetime], *, pagerduty_url: str, allowed: Allowed
) -> Mapping[str, Sender]:
    """For the worker, by partner."""
    partners: Mapping[str, Partner] = {PAGERDUTY: PagerDuty(pagerduty_url), WEBHOOK: Webhooks(allowed)}
    return {name: PartnerSender(db, load, clock, partner) for name, partner in partners.items()}


def delivery_id(delivery: Delivery) -> str:
    """The same at every attempt; no other delivery's, nor another installation's."""
    return str(uuid5(DELIVERIES, f"{delivery.key} {delivery.created_at.isoformat()}"))


@contextmanager
def translated(delivery: Delivery, now: datetime) -> Iterator[None]:
    try:
        yield
    except Unanswered as failed:
        raise Unreachable(failed.problem, perhaps_sent=failed.perhaps_sent) from None
    except AskedToWait as failed:
        if now - delivery.not_before > PATIENCE:
            raise Refused(failed.problem, GAVE_UP) from None
        raise TooFast(failed.problem, failed.seconds) from None
    except Declined as failed:
        raise Refused(failed.problem, failed.remedy) from None
    except Shut as shut:
        raise LockedOut(shut.problem, shut.remedy) from None
    except Locked as locked:
        raise LockedOut("no key", str(locked)) from None
    except NoKeyFits as lost:
        raise Refused("secret lost", str(lost)) from None
