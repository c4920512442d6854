"""From a change of a case to PagerDuty and to a webhook, and what of it people can see."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.domain.delivery import CHORES, SLACK
from bot.domain.inbox import Inbox, Medium, Recipient
from bot.domain.priority import Priority
from bot.integrations import webhook
from bot.integrations.address import Allowed
from bot.outbox.chores import Chores
from bot.outbox.notices import Notices
from bot.outbox.partners import partner_senders
from bot.outbox.worker import Worker
from bot.sandbox import LocalPagerDuty, WebhookReceiver
from bot.usecases import inbox_clock, inboxes, working
from bot.usecases.inboxes import InboxFields
from bot.usecases.listening import Listening
from bot.vault import Vault, new_key
from tests.outbox.conftest import Town, unpaced

KEY = new_key()


@pytest.fixture
def receiver(town: Town) -> Iterator[WebhookReceiver]:
    with WebhookReceiver(webhook.new_secret(), now=town.clock.seconds) as local:
        yield local


@pytest.fixture
def pagerduty() -> Iterator[LocalPagerDuty]:
    with LocalPagerDuty() as local:
        local.add_service("shop")
        yield local


class Outside:
    """The town with PagerDuty and a webhook's receiver outside of it."""

    def __init__(self, town: Town, pagerduty: LocalPagerDuty, receiver: WebhookReceiver) -> None:
        self.town, self.pagerduty, self.receiver = town, pagerduty, receiver
        self.vault = Vault([KEY])
        self.inbox = inboxes.create_inbox(
            town.db,
            town.act(town.ann),
            InboxFields("Urgent", "priority:P1 is:open", events=["created", "entered", "left"], digest="daily"),
        )

    def add(self, medium: Medium, address: str, secret: str) -> Recipient:
        sealed = self.vault.seal(json.dumps({"address": address, "secret": secret}))
        made = inboxes.add_recipient(
            self.town.db, self.town.act(self.town.ann), self.inbox.id, medium, "label", sealed
        )  # fmt: skip
        self.tell()
        return made.recipients[-1]

    def tell(self) -> None:
        town, listening = self.town, Listening()
        partners = partner_senders(
            town.db, Notices(town.db, self.vault, town.workspace), town.clock,
            pagerduty_url=self.pagerduty.events_url, allowed=Allowed.of(["127.0.0.1"]),
        )  # fmt: skip
        slack = town.sender(town.db, None, town.clock, listening)
        senders = {**partners, SLACK: slack, CHORES: Chores(town.db, listening, town.clock)}
        Worker(town.db, senders, clock=town.clock, pace=unpaced).run_until_idle()

    def urgent(self, title: str = "checkout is down") -> Any:
        case = self.town.open(title, priority=Priority.P1)
        self.tell()
        return case

    def present(self) -> Inbox:
        with self.town.db.read() as work:
            found = work.inboxes.by_id(self.inbox.id)
            assert found
            return found


@pytest.fixture
def outside(town: Town, pagerduty: LocalPagerDuty, receiver: WebhookReceiver) -> Outside:
    return Outside(town, pagerduty, receiver)


def test_an_alert_from_its_opening_to_its_end(outside: Outside) -> None:
    outside.add(Medium.PAGERDUTY, "", next(iter(outside.pagerduty.services)))
    case = outside.urgent()
    (alert,) = outside.pagerduty.alerts
    assert alert.state == "triggered"
    assert "checkout is down" in str(alert.payload)
    working.close_case(outside.town.db, outside.town.act(outside.town.bob), case.id)
    outside.tell()
    assert alert.state == "resolved"
    assert len(alert.log) == 2


def test_a_webhook_hears_each_event_once(outside: Outside) -> None:
    outside.add(Medium.WEBHOOK, outside.receiver.hook, outside.receiver.secret)
    case = outside.urgent()
    act = outside.town.act(outside.town.bob)
    working.prioritize_case(outside.town.db, act, case.id, Priority.P4)
    outside.tell()
    told = list(outside.receiver.deliveries.values())
    assert [body["event"] for body in told] == ["created", "left"]
    assert told[0]["case"]["key"] == case.key
    assert told[0]["case"]["url"].startswith(outside.town.workspace.url)
    assert told[0]["inbox"]["owner"] == "ann"


def test_a_webhook_takes_digests_and_tests(outside: Outside) -> None:
    hook = outside.add(Medium.WEBHOOK, outside.receiver.hook, outside.receiver.secret)
    inboxes.try_recipient(outside.town.db, outside.town.act(outside.town.ann), outside.inbox.id, hook.id)
    outside.urgent()
    outside.town.clock.move(days=1)
    inbox_clock.wake_inboxes(outside.town.db, outside.town.clock())
    outside.tell()
    told = list(outside.receiver.deliveries.values())
    assert sorted(body["event"] for body in told) == ["created", "digest", "test"]
    digest = next(body for body in told if body["event"] == "digest")
    assert (digest["total"], [case["key"] for case in digest["cases"]]) == (1, ["OPS-1"])


def test_a_key_that_pagerduty_refuses_stands_on_the_inbox_and_is_told_to_its_owner(outside: Outside) -> None:
    outside.add(Medium.PAGERDUTY, "", "0" * 32)
    outside.urgent()
    (recipient,) = outside.present().recipients
    assert recipient.problem
    assert "PagerDuty refused" in recipient.problem
    assert [dm for dm in outside.town.dms(outside.town.ann) if "PagerDuty" in dm]
    assert "0" * 32 not in str(outside.town.dms(outside.town.ann))
    inboxes.remove_recipient(outside.town.db, outside.town.act(outside.town.ann), outside.inbox.id, recipient.id)
    outside.add(Medium.PAGERDUTY, "", next(iter(outside.pagerduty.services)))
    outside.urgent("again")
    assert outside.present().recipients[0].problem is None
    assert [alert.state for alert in outside.pagerduty.alerts] == ["triggered"]


def test_no_secret_is_in_the_database_in_clear(outside: Outside) -> None:
    key = next(iter(outside.pagerduty.services))
    outside.add(Medium.PAGERDUTY, "", key)
    outside.add(Medium.WEBHOOK, outside.receiver.hook, outside.receiver.secret)
    outside.urgent()
    with outside.town.db.read() as work:
        tables = ("inbox_recipients", "deliveries", "notifications", "inboxes")
        kept = [str(work.session.execute(text(f"SELECT * FROM {table}")).all()) for table in tables]
    for secret in (key, outside.receiver.secret, outside.receiver.hook):
        assert not any(secret in rows for rows in kept)


def test_a_new_key_takes_over_from_the_old_one(outside: Outside) -> None:
    outside.add(Medium.WEBHOOK, outside.receiver.hook, outside.receiver.secret)
    fresh = new_key()
    with outside.town.db.write() as work:
        for recipient in work.session.scalars(select(Recipient)):
            recipient.sealed = Vault([fresh, KEY]).reseal(recipient.sealed or "")
    outside.vault = Vault([fresh])
    outside.urgent()
    assert len(outside.receiver.deliveries) == 1
