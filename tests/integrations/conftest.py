"""The outside, running."""

from collections.abc import Iterator

import pytest

from bot.integrations import webhook
from bot.sandbox import LocalPagerDuty, WebhookReceiver
from tests.integrations.samples import NOW


@pytest.fixture
def pagerduty() -> Iterator[LocalPagerDuty]:
    with LocalPagerDuty() as local:
        yield local


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(webhook.new_secret(), now=NOW.timestamp) as local:
        yield local
