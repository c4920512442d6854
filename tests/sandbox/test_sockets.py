"""Socket Mode: envelopes, acknowledgements, redelivery, and connections that come and go."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox import Channel, LocalSlack, Person
from tests.sandbox.conftest import silent

Json = dict[str, Any]
Connect = Callable[[App], SocketModeHandler]


def address(slack: LocalSlack) -> str:
    client = WebClient(base_url=slack.api_url)
    return str(client.apps_connections_open(app_token=slack.app_token)["url"])


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[ClientWebSocketResponse]:
    async with ClientSession() as session, session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert hello["type"] == "hello"
        yield socket


def test_the_frames(slack: LocalSlack, ann: Person, ops: Channel) -> None:
    async def talk() -> None:
        loop = asyncio.get_running_loop()
        slack.settle()
        slack.traffic.clear()
        async with connected(address(slack)) as socket:
            asked = loop.run_in_executor(None, ann.command, "/case x", ops)
            envelope = await socket.receive_json()
            assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
            assert envelope["payload"]["text"] == "x"
            await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "hi"}})
            assert (await asked).text == "hi"
            await loop.run_in_executor(None, ann.post, ops, "hello")
            event = await socket.receive_json()
            assert (event["type"], event["accepts_response_payload"]) == ("events_api", False)
            assert (event["retry_attempt"], event["retry_reason"]) == (0, "")
            await socket.send_json({"envelope_id": event["envelope_id"]})
            await socket.send_json({"envelope_id": event["envelope_id"]})
            await socket.send_str("nonsense")
            await socket.send_json({"hello": "you"})
            await socket.ping(b"are you there")

    asyncio.run(talk())
    slack.wait_for(lambda: len(slack.refusals) == 2)
    assert [r.name for r in slack.refusals] == ["socket_frame", "socket_frame"]
    assert [w.name for w in slack.warnings] == ["late_ack"]


def test_a_ticket_is_for_one_connection(slack: LocalSlack) -> None:
    async def talk() -> int:
        url = address(slack)
        again = url.replace("ws://", "http://")
        async with connected(url), ClientSession() as session, session.get(again) as answer:
            return answer.status

    assert asyncio.run(talk()) == 403
    assert slack.refusals[0].name == "socket_ticket"


@pytest.mark.parametrize("slack", [0.3], indirect=True)
def test_unacknowledged_events_come_again(slack: LocalSlack, ann: Person, ops: Channel) -> None:
    async def talk() -> list[tuple[int, str, str]]:
        seen = []
        slack.settle()
        async with connected(address(slack)) as socket:
            await asyncio.get_running_loop().run_in_executor(None, ann.post, ops, "hello")
            for attempt in range(3):
                envelope = await socket.receive_json()
                seen.append((envelope["retry_attempt"], envelope["retry_reason"], envelope["payload"]["event_id"]))
                if attempt == 2:
                    await socket.send_json({"envelope_id": envelope["envelope_id"]})
            await asyncio.get_running_loop().run_in_executor(None, slack.settle)
        return seen

    seen = asyncio.run(talk())
    assert [(attempt, reason) for attempt, reason, _ in seen] == [(0, ""), (1, "timeout"), (2, "timeout")]
    assert len({event_id for _, _, event_id in seen}) == 1


def test_events_nobody_takes_are_lost_in_the_end(slack: LocalSlack, ann: Person, ops: Channel) -> None:
    slack.settle()
    assert [r.note for r in slack.traffic.deliveries()] == ["connection_failed"] * 2
    assert slack.warnings == []
    with silent(slack):
        """Connects, and leaves."""
    slack.wait_for(lambda: slack.platform.sockets.count == 0)
    slack.traffic.clear()
    ann.post(ops, "hello")
    slack.settle()
    notes = [r.note for r in slack.traffic.deliveries()]
    assert notes == ["connection_failed", *(f"attempt {n}; connection_failed" for n in (1, 2, 3))]
    assert slack.warnings[-1].name == "event_lost"


def test_envelopes_take_turns(slack: LocalSlack, app: App, connect: Connect, ann: Person) -> None:
    seen: list[int] = []

    @app.command("/case")
    def case(ack: Ack) -> None:
        ack()

    for number in range(2):
        handler = connect(app)
        handler.client.message_listeners.append(
            lambda _, frame, __, n=number: seen.append(n) if frame.get("payload") else None
        )
    slack.wait_connected(2)
    slack.settle()
    seen.clear()
    for _ in range(4):
        assert ann.command("/case").ok
    assert sorted(seen) == [0, 0, 1, 1]


def test_reconnecting(slack: LocalSlack, app: App, connect: Connect, ann: Person) -> None:
    @app.command("/case")
    def case(ack: Ack) -> None:
        ack("still here")

    handler = connect(app)
    for end in (lambda: slack.disconnect_sockets("refresh_requested", grace=0.05), slack.drop_sockets):
        before = handler.client.session_id()
        end()
        slack.wait_for(lambda before=before: handler.client.session_id() != before, what="a new session")  # type: ignore[misc]
        slack.wait_connected()
        assert ann.command("/case").text == "still here"


def test_an_eleventh_connection_is_sent_away(slack: LocalSlack) -> None:
    async def talk() -> Json:
        async with ClientSession() as session:
            sockets = [await session.ws_connect(address(slack)) for _ in range(11)]
            frame: Json = await sockets[10].receive_json()
            assert (await sockets[10].receive()).type is WSMsgType.CLOSE
            for socket in sockets:
                await socket.close()
            return frame

    assert asyncio.run(talk()) == {"type": "disconnect", "reason": "too_many_websockets"}
