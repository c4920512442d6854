"""The outside, running."""

from collections.abc import Callable, Iterator

import pytest

from bot.domain.ticket import Ticketing
from bot.integrations import webhook
from bot.sandbox import LocalJira, LocalPagerDuty, LocalServiceNow, WebhookReceiver
from tests.integrations import jiras
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


@pytest.fixture
def clock() -> jiras.Clock:
    return jiras.Clock(jiras.NOW)


@pytest.fixture(params=["cloud", "center"])
def both(request: pytest.FixtureRequest, clock: jiras.Clock) -> Iterator[LocalJira]:
    """Jira Cloud, and Data Center."""
    with jiras.filled(LocalJira(cloud=request.param == "cloud", now=clock.seconds)) as local:
        yield local


@pytest.fixture
def cloud(clock: jiras.Clock) -> Iterator[LocalJira]:
    with jiras.filled(LocalJira(now=clock.seconds)) as local:
        yield local


@pytest.fixture
def made(clock: jiras.Clock) -> Callable[..., Ticketing]:
    """A client of a local Jira, for one piece of work."""
    return lambda local, **over: jiras.client(local, clock, **over)
