"""Signed HTTP delivery to a real Bolt app on a real WSGI server."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

from bot.sandbox import Channel, LocalSlack, Person
from bot.web import EVENTS_PATH, Server

Json = dict[str, Any]


@pytest.fixture
def http_app(slack: LocalSlack) -> Iterator[App]:
    client = WebClient(token=slack.bot_token, base_url=slack.api_url)
    app = App(client=client, signing_secret=slack.signing_secret)
    server = Server(SlackRequestHandler(app, path=EVENTS_PATH), "127.0.0.1", 0, threads=4)
    server.start()
    slack.deliver_to(f"http://127.0.0.1:{server.port}{EVENTS_PATH}")
    yield app
    slack.deliver_to(None)
    server.stop()


def test_everything_arrives(slack: LocalSlack, http_app: App, client: WebClient, ann: Person, ops: Channel) -> None:
    heard: list[str] = []

    @http_app.command("/case")
    def case(ack: Ack, body: Json) -> None:
        ack(text=f"got {body['text']}", blocks=[{"type": "divider"}])

    @http_app.action("go")
    def go(ack: Ack) -> None:
        ack()

    @http_app.options("find")
    def find(ack: Ack) -> None:
        ack(options=[{"text": {"type": "plain_text", "text": "One"}, "value": "1"}])

    @http_app.event("message")
    def message(event: Json) -> None:
        heard.append(event["text"])

    answer = ann.command("/case über & <b>", channel=ops)
    assert answer.text == "got über &amp; &lt;b&gt;"
    assert answer.blocks[0]["type"] == "divider"
    select = {"type": "external_select", "action_id": "find", "min_query_length": 0}
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    client.chat_postMessage(channel=ops.id, text="x", blocks=[{"type": "actions", "elements": [button, select]}])
    assert ann.click(slack.messages(ops)[0], "Go").ok
    assert [o["value"] for o in ann.suggest(slack.messages(ops)[0], "find")] == ["1"]
    ann.post(ops, "hi")
    slack.wait_for(lambda: "hi" in heard)
    assert slack.refusals == []


class Stub(http.server.BaseHTTPRequestHandler):
    """Answers as the test says and keeps headers."""

    answers: ClassVar[list[tuple[int, dict[str, str]]]] = []
    seen: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append({key.lower(): value for key, value in self.headers.items()})
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def stub(slack: LocalSlack) -> Iterator[type[Stub]]:
    kind = type("Kept", (Stub,), {"answers": [], "seen": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        slack.deliver_to(f"http://127.0.0.1:{server.server_port}/", verify=False)
        yield kind
        slack.deliver_to(None)
        server.shutdown()
        thread.join()


def test_events_are_retried(slack: LocalSlack, stub: type[Stub], ann: Person, ops: Channel) -> None:
    slack.settle()
    stub.seen.clear()
    stub.answers[:] = [(500, {}), (404, {}), (200, {})]
    ann.post(ops, "x")
    slack.settle()
    tries = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h in stub.seen]
    assert tries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert all(h["x-slack-signature"].startswith("v0=") for h in stub.seen)


def test_retries_can_be_declined(slack: LocalSlack, stub: type[Stub], ann: Person, ops: Channel) -> None:
    slack.settle()
    stub.seen.clear()
    stub.answers[:] = [(500, {"X-Slack-No-Retry": "1"})]
    ann.post(ops, "x")
    slack.settle()
    assert len(stub.seen) == 1


def test_a_failing_app(slack: LocalSlack, stub: type[Stub], ann: Person) -> None:
    stub.answers[:] = [(500, {})] * 9
    slack.settle()
    stub.answers[:] = [(500, {})]
    assert ann.command("/case").error == "/case failed with the error “dispatch_failed”"


def test_the_url_must_answer_the_challenge(slack: LocalSlack, stub: type[Stub]) -> None:
    url = slack.platform.deliveries.transport.url  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="did not answer the challenge"):
        slack.deliver_to(url)
    with pytest.raises(ValueError, match="connection_failed"):
        slack.deliver_to("http://127.0.0.1:9/")
