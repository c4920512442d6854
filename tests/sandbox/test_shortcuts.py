"""Shortcuts, commands and what they may answer, response URLs included."""

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest
from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox import Channel, Impossible, LocalSlack, Message, Person
from tests.sandbox.conftest import silent

Json = dict[str, Any]
Connect = Callable[[App], SocketModeHandler]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text)} | more


@pytest.fixture
def received(app: App, connect: Connect) -> list[Json]:
    """Every action is acknowledged and kept."""
    kept: list[Json] = []

    @app.action({"type": "block_actions", "action_id": re.compile(".*")})
    def act(ack: Ack, body: Json) -> None:
        kept.append(body)
        ack()

    connect(app)
    return kept


def post(slack: LocalSlack, client: WebClient, ops: Channel, *blocks: Json) -> Message:
    posted = client.chat_postMessage(channel=ops.id, text="card", blocks=list(blocks))
    return next(m for m in slack.messages(ops) if m.ts == posted["ts"])


# -- shortcuts and commands ---------------------------------------------------------------------------------------
def test_shortcuts(slack: LocalSlack, app: App, connect: Connect, ann: Person, bob: Person, ops: Channel) -> None:
    bodies: list[Json] = []

    @app.shortcut("case.new")
    def create(ack: Ack, body: Json) -> None:
        bodies.append(body)
        ack()

    @app.shortcut("case.escalate")
    def escalate(ack: Ack, body: Json) -> None:
        bodies.append(body)
        ack()

    connect(app)
    other = slack.add_channel("other", members=[bob])
    message = bob.post(other, "it is down")
    assert ann.shortcut("New case").ok
    assert ann.message_shortcut("case.escalate", message).ok
    first, second = bodies
    assert (first["type"], first["callback_id"]) == ("shortcut", "case.new")
    assert "channel" not in first
    assert (second["type"], second["message_ts"], second["message"]["text"]) == (
        "message_action",
        message.ts,
        "it is down",
    )
    assert second["channel"] == {"id": other.id, "name": "other"}
    gus = slack.add_person("gus", guest=True)
    with pytest.raises(Impossible, match="gus cannot see"):
        gus.message_shortcut("case.escalate", message)
    with pytest.raises(Impossible, match="there is no global shortcut nonsense"):
        ann.shortcut("nonsense")


def test_commands(slack: LocalSlack, app: App, connect: Connect, ann: Person, bob: Person, ops: Channel) -> None:
    bodies: list[Json] = []
    answers: list[Any] = ["plain", {"response_type": "in_channel", "text": "for all"}, {"text": "x", "colour": 1}, ""]

    @app.command("/case")
    def case(ack: Ack, body: Json) -> None:
        bodies.append(body)
        answer = answers.pop(0)
        if isinstance(answer, dict):
            ack(answer)
        else:
            ack(answer)

    @app.command("/raw")
    def raw(ack: Ack, body: Json) -> None:
        bodies.append(body)
        ack()

    connect(app)
    slack.add_group("sre", members=[ann])
    assert ann.command("/case  two  spaces <b> & @sre https://x.test @here", channel=ops).text == "plain"
    body = bodies[0]
    assert body["text"].startswith(" two  spaces &lt;b&gt; &amp; <!subteam^S00001|@sre> <https://x.test> <!here>")
    assert (body["channel_id"], body["channel_name"], body["user_name"]) == (ops.id, "ops", "ann")
    public = ann.command("/case public", channel=ops)
    assert (public.text, public.message.ephemeral) == ("for all", False)
    assert bob.last(ops).text == "for all"
    assert ann.command("/case wrong", channel=ops).error == "invalid_command_response"
    assert "unknown: colour" in slack.refusals[0].note
    assert ann.command("/case").text == ""
    assert bodies[-1]["channel_name"] == "directmessage"
    ann.command("/raw hi @bob <b>")
    assert bodies[-1]["text"] == "hi @bob <b>"
    carol = slack.add_person("carol")
    with pytest.raises(Impossible, match="carol is not in #ops"):
        carol.command("/case", channel=ops)
    with pytest.raises(Impossible, match="/nope is not a valid command"):
        ann.command("/nope")


@pytest.mark.parametrize("slack", [0.3], indirect=True)
def test_a_command_that_is_not_answered(slack: LocalSlack, ann: Person) -> None:
    with silent(slack):
        answer = ann.command("/case")
    assert answer.timed_out
    assert answer.error == "/case failed with the error “operation_timeout”"
    assert ann.seen == [answer.error]


# -- response URLs ------------------------------------------------------------------------------------------------
def send(url: str, body: Json) -> tuple[int, str]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())["error"]


def test_response_urls(
    slack: LocalSlack, client: WebClient, received: list[Json], ann: Person, bob: Person, ops: Channel
) -> None:
    message = post(slack, client, ops, {"type": "actions", "elements": [button("go", "Go")]})
    ann.click(message, "Go")
    url = received[0]["response_url"]
    assert send(url, {"text": "only ann"}) == (200, "ok")
    assert (ann.last(ops).text, ann.last(ops).ephemeral) == ("only ann", True)
    assert send(url, {"text": "all", "response_type": "in_channel", "thread_ts": message.ts}) == (200, "ok")
    assert [m.text for m in message.replies] == ["all"]
    assert send(url, {"text": "changed", "blocks": [], "replace_original": True}) == (200, "ok")
    assert (message.text, message.blocks) == ("changed", [])
    assert send(url, {"blocks": [{"type": "nope"}]}) == (400, "invalid_blocks")
    assert send(url, {"delete_original": True}) == (200, "ok")
    assert message.subtype == "tombstone"
    assert send(url, {"text": "sixth"}) == (404, "used_url")
    assert send(slack.url + "/response/nonsense", {"text": "x"}) == (404, "invalid_url")


def test_response_urls_age(
    slack: LocalSlack, app: App, connect: Connect, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls: list[str] = []

    @app.command("/case")
    def case(ack: Ack, body: Json, respond: Respond) -> None:
        urls.append(body["response_url"])
        ack()
        respond("later")

    connect(app)
    ann.command("/case")
    slack.wait_for(lambda: [m.text for m in ann.dm()] == ["later"])
    assert send(urls[0], {"text": "x", "replace_original": True}) == (404, "message_not_found")
    url = slack.platform.tickets._urls[urls[0].rsplit("/", 1)[1]]
    url.made -= 1801
    assert send(urls[0], {"text": "x"}) == (404, "expired_url")


def test_an_ephemeral_stays_one(
    slack: LocalSlack, client: WebClient, received: list[Json], ann: Person, ops: Channel
) -> None:
    blocks = [{"type": "actions", "elements": [button("go", "Go")]}]
    client.chat_postEphemeral(channel=ops.id, user=ann.id, text="x", blocks=blocks)
    shown = ann.last(ops)
    ann.click(shown, "Go")
    url = received[0]["response_url"]
    assert send(url, {"text": "y", "replace_original": True, "response_type": "in_channel"})[0] == 400
    assert send(url, {"text": "y", "replace_original": True})[0] == 200
    assert (shown.text, shown.ephemeral) == ("y", True)
    assert send(url, {"delete_original": True})[0] == 200
    assert not shown.exists
