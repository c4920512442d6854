"""The worker tells PagerDuty and webhooks: once, in order, and what goes wrong is said without a secret."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.delivery import PAGERDUTY, SLACK, WEBHOOK, Delivery, State
from bot.domain.person import Person
from bot.integrations import webhook
from bot.integrations.address import Allowed
from bot.integrations.notice import Event, Notice
from bot.outbox.counter import Counter
from bot.outbox.pace import BY_PARTNER, pace
from bot.outbox.partners import PATIENCE, delivery_id, partner_senders
from bot.outbox.worker import Worker
from bot.sandbox import LocalPagerDuty, WebhookReceiver
from bot.storage.claims import Pace
from bot.storage.database import Database, Work
from bot.vault import Vault, new_key
from tests.integrations.samples import notice
from tests.outbox.conftest import Clock, unpaced

KEY = new_key()


@dataclass
class Outside:
    """One inbox with a webhook and a service of PagerDuty; ``notices``: what a delivery says, by its key."""

    db: Database
    clock: Clock
    vault: Vault
    pagerduty: LocalPagerDuty
    receiver: WebhookReceiver
    notices: dict[str, Notice]

    def worker(self, vault: Vault | None = None, allowed: str = "127.0.0.1", **more: Any) -> Worker:
        opening = vault or self.vault

        def load(work: Work, delivery: Delivery) -> Notice | None:
            return self.load(work, delivery, opening)

        senders = partner_senders(
            self.db, load, self.clock, pagerduty_url=self.pagerduty.events_url,
            allowed=Allowed.of([allowed]),
        )  # fmt: skip
        return Worker(self.db, senders, **({"clock": self.clock, "pace": unpaced} | more))

    def load(self, work: Work, delivery: Delivery, vault: Vault) -> Notice | None:
        assert work.session.is_active
        found = self.notices.get(delivery.key)
        return replace(found, secret=vault.open(found.secret)) if found else None

    def tell(self, partner: str, key: str, event: Event = Event.CREATED, **over: Any) -> str:
        secret = self.receiver.secret if partner == WEBHOOK else self.service
        address = self.receiver.hook if partner == WEBHOOK else ""
        self.notices[key] = notice(event, secret=self.vault.seal(secret), address=address, **over)
        row = Delivery(
            kind="inbox", key=key, partner=partner, stream=f"{partner}/1/OPS-12", lane=f"{partner}/1", target="1",
            not_before=self.clock(), created_at=self.clock(), attempts=0, state="due", data={},
        )  # fmt: skip
        with self.db.write() as work:
            work.enqueue([row])
        return key

    @property
    def service(self) -> str:
        return next(iter(self.pagerduty.services))

    def row(self, key: str) -> Delivery:
        with self.db.read() as work:
            return next(row for row in work.deliveries.list(None, 100) if row.key == key)


@pytest.fixture
def receiver(clock: Clock) -> Iterator[WebhookReceiver]:
    with WebhookReceiver(webhook.new_secret(), now=clock.seconds) as local:
        yield local


@pytest.fixture
def pagerduty() -> Iterator[LocalPagerDuty]:
    with LocalPagerDuty() as local:
        local.add_service("shop")
        yield local


@pytest.fixture
def outside(sqlite_database: Database, clock: Clock, pagerduty: LocalPagerDuty, receiver: WebhookReceiver) -> Outside:
    return Outside(sqlite_database, clock, Vault([KEY]), pagerduty, receiver, {})


@pytest.fixture
def outside_on_both(database: Database, clock: Clock, pagerduty: LocalPagerDuty, receiver: WebhookReceiver) -> Outside:
    return Outside(database, clock, Vault([KEY]), pagerduty, receiver, {})


def test_both_are_told(outside_on_both: Outside) -> None:
    outside = outside_on_both
    outside.tell(WEBHOOK, "one")
    outside.tell(PAGERDUTY, "two")
    assert outside.worker().run_until_idle() == 2
    (body,) = outside.receiver.deliveries.values()
    assert (body["event"], body["case"]["key"]) == ("created", "OPS-12")
    (alert,) = outside.pagerduty.alerts
    assert alert.state == "triggered"
    assert {outside.row(key).state for key in ("one", "two")} == {State.DONE}


@pytest.mark.parametrize(("kind", "value"), [("drop_after", None), ("drop_before", None), ("status", 503)])
@pytest.mark.parametrize("partner", [WEBHOOK, PAGERDUTY])
def test_what_may_have_arrived_is_sent_again_and_counts_once(
    outside_on_both: Outside, partner: str, kind: Any, value: Any
) -> None:
    outside = outside_on_both
    for faults in (outside.receiver.faults, outside.pagerduty.faults):
        faults.add(kind=kind, value=value, times=1)
    outside.tell(partner, "one")
    outside.tell(partner, "two", Event.LEFT)
    worker = outside.worker()
    worker.run_until_idle()
    assert outside.row("one").state == outside.row("two").state == State.DUE, "what comes after must wait"
    outside.clock.move(seconds=2)
    worker.run_until_idle()
    assert outside.row("one").state == outside.row("two").state == State.DONE
    if partner == WEBHOOK:
        assert [body["event"] for body in outside.receiver.deliveries.values()] == ["created", "left"]
        assert list(outside.receiver.deliveries) == [delivery_id(outside.row(key)) for key in ("one", "two")]
    else:
        assert [alert.state for alert in outside.pagerduty.alerts] == ["resolved"]


def test_ids_are_each_deliverys_own(outside: Outside) -> None:
    first = outside.row(outside.tell(WEBHOOK, "one"))
    second = outside.row(outside.tell(WEBHOOK, "two"))
    elsewhere = Delivery(key="one", created_at=first.created_at + timedelta(microseconds=1))
    assert len({delivery_id(one) for one in (first, second, elsewhere)}) == 3
    assert delivery_id(first) == delivery_id(outside.row("one"))


def test_nothing_is_said_of_what_is_gone(outside: Outside) -> None:
    outside.tell(WEBHOOK, "one")
    outside.tell(PAGERDUTY, "two")
    outside.notices.clear()
    outside.worker().run_until_idle()
    assert not outside.receiver.calls
    assert not outside.pagerduty.calls
    assert outside.row("one").state == outside.row("two").state == State.DONE


def test_a_refusal_is_told_once_and_without_a_secret(outside: Outside, caplog: pytest.LogCaptureFixture) -> None:
    with outside.db.write() as work:
        work.add(Person(id="UDANA", name="Dana", is_admin=True, tz="UTC"))
    outside.receiver.faults.add(kind="status", value=404)
    outside.pagerduty.remove_service(key := outside.service)
    outside.pagerduty.add_service("another")
    for number in (1, 2):
        outside.tell(WEBHOOK, f"webhook {number}")
        name = outside.tell(PAGERDUTY, f"pagerduty {number}")
        outside.notices[name] = replace(outside.notices[name], secret=outside.vault.seal(key))
    outside.worker().run_until_idle()
    with outside.db.read() as work:
        dead = work.deliveries.dead(10)
        told = [row.data["remedy"] for row in work.deliveries.list(State.DUE, 10) if row.partner == SLACK]
    assert sorted(str(row.last_error) for row in dead) == ["404", "404", "invalid event", "invalid event"]
    assert len(told) == 2
    assert any("nothing at the webhook's address" in remedy for remedy in told)
    assert any("Invalid routing key" in remedy for remedy in told)
    said = f"{caplog.text} {told} {[row.last_error for row in dead]}"
    for secret in (key, outside.receiver.secret, "hooks/casebook", "t0ken", "Checkout is down"):
        assert secret not in said


@pytest.mark.parametrize("partner", [WEBHOOK, PAGERDUTY])
def test_a_pause_closes_the_recipients_lane(outside: Outside, partner: str) -> None:
    for faults in (outside.receiver.faults, outside.pagerduty.faults):
        faults.add(kind="ratelimited", value=90, times=1)
    outside.tell(partner, "one")
    worker = outside.worker()
    worker.run_until_idle()
    assert outside.row("one").attempts == 0
    outside.clock.move(seconds=89)
    assert worker.run_until_idle() == 0
    outside.clock.move(seconds=2)
    assert worker.run_until_idle() == 1
    assert outside.row("one").state == State.DONE


def test_whoever_wants_pauses_for_ever_is_given_up_after_a_day(outside: Outside) -> None:
    outside.receiver.faults.add(kind="ratelimited", value=3600)
    outside.tell(WEBHOOK, "one")
    worker = outside.worker()
    for _ in range(26):
        assert outside.row("one").state == State.DUE or outside.clock() > outside.row("one").created_at + PATIENCE
        worker.run_until_idle()
        outside.clock.move(hours=1, seconds=1)
    assert outside.row("one").state == State.DEAD
    with outside.db.write() as work:
        work.deliveries.retry(None, outside.clock())
    outside.receiver.faults.clear()
    worker.run_until_idle()
    assert outside.row("one").state == State.DONE


def test_without_a_key_they_wait_and_the_operator_is_told(outside: Outside) -> None:
    outside.tell(WEBHOOK, "one")
    outside.tell(PAGERDUTY, "two")
    worker = outside.worker(Vault([]))
    worker.run_until_idle()
    assert set(worker.locked_out) == {WEBHOOK, PAGERDUTY}
    assert "python -m bot key" in worker.locked_out[WEBHOOK]
    assert outside.row("one").state == State.DUE
    assert outside.worker().run_until_idle() == 2


def test_a_secret_that_no_key_opens_is_a_problem_of_its_recipient(outside: Outside) -> None:
    outside.tell(WEBHOOK, "one")
    outside.worker(Vault([new_key()])).run_until_idle()
    assert outside.row("one").last_error == "secret lost"
    assert not outside.receiver.calls


def test_an_address_that_is_allowed_no_more_is_refused(outside: Outside) -> None:
    outside.tell(WEBHOOK, "one")
    outside.worker(allowed="10.0.0.1").run_until_idle()
    assert outside.row("one").last_error == "address not allowed"
    assert not outside.receiver.calls


def test_digests_are_refused_for_pagerduty(outside: Outside) -> None:
    outside.tell(PAGERDUTY, "one", Event.DIGEST)
    outside.worker().run_until_idle()
    assert outside.row("one").last_error == "no digests"


def test_one_that_hangs_holds_up_nobody_else(outside: Outside) -> None:
    hanging = outside.receiver.faults.add(kind="delay", value=60, times=1)
    outside.tell(WEBHOOK, "one")
    outside.tell(PAGERDUTY, "two")
    worker = outside.worker()
    worker.start()
    try:
        outside.receiver.wait_for(lambda: hanging.hits, what="the webhook to hang")
        outside.pagerduty.wait_for(lambda: outside.pagerduty.alerts, what="the alert")
        assert outside.row("one").state == State.DUE
    finally:
        worker.stop(0)
        outside.receiver.stop()
    counters: list[Counter] = worker._counters
    assert all(counter.finish(10) for counter in counters)


def test_each_recipient_has_the_pace_of_its_partner(outside: Outside) -> None:
    assert pace("pagerduty/1") == BY_PARTNER[PAGERDUTY] == Pace(timedelta(seconds=0.5), 10)
    assert pace("webhook/1") == BY_PARTNER[WEBHOOK] == Pace(timedelta(seconds=0.2), 5)
    for number in range(12):
        key = outside.tell(WEBHOOK, f"{number}")
        assert outside.row(key).lane == "webhook/1"
    with outside.db.write() as work:
        for row in work.deliveries.list(State.DUE, 100):
            row.stream = row.key
    worker = outside.worker(pace=pace)
    worker.run_until_idle()
    assert len(outside.receiver.deliveries) == 5
    outside.clock.move(seconds=1)
    worker.run_until_idle()
    assert len(outside.receiver.deliveries) == 10
