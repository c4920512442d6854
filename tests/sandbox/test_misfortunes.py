"""Injected faults and rate limits."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import FixedValueRetryIntervalCalculator
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler

from bot.sandbox import Channel, LocalSlack, Person
from bot.sandbox.faults import Faults
from tests.sandbox.conftest import MANIFEST
from tests.sandbox.test_webapi import error_of

Json = dict[str, Any]
Connect = Callable[[App], SocketModeHandler]


# -- faults of calls ----------------------------------------------------------------------------------------------
def test_errors_and_statuses(slack: LocalSlack, client: WebClient, ops: Channel) -> None:
    said: Json = {"channel": ops.id, "text": "x"}
    fault = slack.faults.add(method="chat.postMessage", kind="error", value="fatal_error", times=2)
    assert [error_of(client.chat_postMessage, **said) for _ in range(2)] == ["fatal_error"] * 2
    assert client.chat_postMessage(**said)["ok"]
    assert fault.hits == 2
    for status in (500, 503):
        slack.faults.add(kind="status", value=status, times=1)
        with pytest.raises(SlackApiError) as caught:
            client.chat_postMessage(**said)
        assert caught.value.response.status_code == status
    slack.faults.add(kind="html", times=1)
    with pytest.raises(SlackApiError, match="Slack is having trouble"):
        client.chat_postMessage(**said)
    assert len(slack.messages(ops)) == 1
    assert slack.refusals == []


def test_matching_and_probability(slack: LocalSlack, client: WebClient, ops: Channel) -> None:
    other = slack.add_channel("other", bot=True)
    fault = slack.faults.add(method="chat.postMessage", kind="error", value="x", match={"channel": other.id})
    assert client.chat_postMessage(channel=ops.id, text="x")["ok"]
    assert client.auth_test()["ok"]
    assert error_of(client.chat_postMessage, channel=other.id, text="x") == "x"
    slack.faults.remove(fault)
    assert client.chat_postMessage(channel=other.id, text="x")["ok"]
    faults = Faults(seed=7)
    faults.add(method="m", kind="error", value="x", probability=0.3)
    hits = sum(bool(faults.strike_call("m", {})) for _ in range(1000))
    assert 230 < hits < 370
    with pytest.raises(ValueError, match="needs a value"):
        faults.add(kind="error")
    with pytest.raises(ValueError, match="a fault of deliveries is one of"):
        faults.add(delivery="events_api", kind="html")


def test_the_answer_that_never_came(slack: LocalSlack, ops: Channel) -> None:
    again = ConnectionErrorRetryHandler(interval_calculator=FixedValueRetryIntervalCalculator(0.01))
    client = WebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[again])
    slack.faults.add(method="chat.postMessage", kind="drop_before", times=1)
    client.chat_postMessage(channel=ops.id, text="once")
    assert len(slack.messages(ops)) == 1
    slack.faults.add(method="chat.postMessage", kind="drop_after", times=1)
    client.chat_postMessage(channel=ops.id, text="twice")
    assert [m.text for m in slack.messages(ops)] == ["once", "twice", "twice"]


def test_delay_and_rate_limit(slack: LocalSlack, client: WebClient) -> None:
    slack.faults.add(method="auth.test", kind="delay", value=0.15, times=1)
    client.auth_test()
    assert (slack.traffic.calls("auth.test")[-1].ms or 0) >= 150
    slack.faults.add(method="auth.test", kind="ratelimited", value=7, times=1)
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    response = caught.value.response
    assert (response.status_code, response["error"], response.headers["Retry-After"]) == (429, "ratelimited", "7")


# -- faults of deliveries -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("slack", [1.0], indirect=True)
def test_deliveries_twice_lost_and_cut(
    slack: LocalSlack, app: App, connect: Connect, ann: Person, ops: Channel
) -> None:
    heard: list[str] = []

    @app.event("message")
    def message(event: Json) -> None:
        heard.append(event["text"])

    @app.command("/case")
    def case(ack: Ack) -> None:
        ack()

    handler = connect(app)
    slack.settle()
    slack.faults.add(delivery="events_api", kind="duplicate", times=1)
    ann.post(ops, "twice")
    slack.wait_for(lambda: heard == ["twice", "twice"])
    slack.settle()
    ids = [r.request["event_id"] for r in slack.traffic.deliveries() if r.request["event"]["type"] == "message"]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    slack.faults.add(delivery="*", kind="lose", times=1, match={"command": "/case"})
    assert ann.command("/case").error
    before = handler.client.session_id()
    slack.faults.add(delivery="events_api", kind="drop_socket", times=1)
    ann.post(ops, "cut")
    slack.wait_for(lambda: "cut" in heard and handler.client.session_id() != before, timeout=10)
    slack.faults.add(delivery="slash_commands", kind="delay", value=0.1, times=1)
    slack.wait_connected()
    assert ann.command("/case").ok


# -- rate limits --------------------------------------------------------------------------------------------------
class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(clock: Clock) -> Iterator[LocalSlack]:
    with LocalSlack(manifest=MANIFEST, rate_limits=True, burst=3, now=clock) as slack:
        yield slack


def test_a_message_a_second_after_a_burst(limited: LocalSlack, clock: Clock) -> None:
    client = WebClient(token=limited.bot_token, base_url=limited.api_url)
    ops, other = limited.add_channel("ops", bot=True), limited.add_channel("other", bot=True)
    said: Json = {"channel": ops.id, "text": "x"}
    for _ in range(3):
        client.chat_postMessage(**said)
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(**said)
    answer = caught.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    assert client.chat_postMessage(channel=other.id, text="x")["ok"]
    clock.now += 1
    client.chat_postMessage(**said)
    assert error_of(client.chat_postMessage, **said) == "ratelimited"
    clock.now += 10
    for _ in range(3):
        client.chat_postMessage(**said)


def test_tiers(limited: LocalSlack, clock: Clock) -> None:
    client = WebClient(token=limited.bot_token, base_url=limited.api_url, retry_handlers=[])
    for _ in range(20):
        client.usergroups_list()
    clock.now += 15
    with pytest.raises(SlackApiError) as caught:
        client.usergroups_list()
    assert caught.value.response.headers["Retry-After"] == "45"
    clock.now += 46
    assert client.usergroups_list()["ok"]


def test_the_sdk_waits_as_it_is_told(limited: LocalSlack, clock: Clock) -> None:
    handler = RateLimitErrorRetryHandler(max_retry_count=1)
    client = WebClient(token=limited.bot_token, base_url=limited.api_url, retry_handlers=[handler])
    limited.faults.add(method="auth.test", kind="ratelimited", value=0, times=1)
    assert client.auth_test()["ok"]
