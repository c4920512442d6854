"""The outside, running."""

from collections.abc import Iterator

import pytest

from bot.integrations import webhook
from bot.sandbox import LocalPagerDuty, LocalServiceNow, WebhookReceiver
from tests.integrations.samples import NOW
from tests.integrations.servicenow import Clock


@pytest.fixture
def pagerduty() -> Iterator[LocalPagerDuty]:
    with LocalPagerDuty() as local:
        yield local


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(webhook.new_secret(), now=NOW.timestamp) as local:
        yield local


@pytest.fixture
def sn_clock() -> Clock:
    return Clock()


@pytest.fixture
def sn(sn_clock: Clock) -> Iterator[LocalServiceNow]:
    with LocalServiceNow(now=sn_clock.now) as local:
        local.add_user("mia", "Mia Meyer", "mia@example.com")
        yield local
