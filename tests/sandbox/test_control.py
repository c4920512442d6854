"""The control API: the same acts over HTTP, live changes, and nobody from elsewhere."""

import asyncio
import base64
import json
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

import pytest
from aiohttp import ClientSession, web
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox import Channel, LocalSlack, Person
from tests.sandbox.conftest import MANIFEST

Json = dict[str, Any]
Connect = Callable[[App], SocketModeHandler]


class Control:
    def __init__(self, slack: LocalSlack) -> None:
        self.base = f"{slack.url}/control"

    def ask(self, method: str, path: str, body: Json | None = None, **headers: str) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def get(self, path: str) -> Any:
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer

    def post(self, path: str, **body: Any) -> Any:
        status, answer = self.ask("POST", path, body)
        assert status == 200, answer
        return answer


@pytest.fixture
def control(slack: LocalSlack) -> Control:
    return Control(slack)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


@pytest.fixture
def working(app: App, connect: Connect, ops: Channel) -> None:
    """An app with a command that opens a modal, whose submission becomes a card with a button."""
    view = {"type": "modal", "callback_id": "cb", "title": plain("New"), "submit": plain("OK"), "blocks": [
        {"type": "input", "block_id": "title", "label": plain("Title"),
         "element": {"type": "plain_text_input", "action_id": "v"}},
        {"type": "input", "block_id": "case", "optional": True, "label": plain("Case"),
         "element": {"type": "external_select", "action_id": "find", "min_query_length": 0}}]}  # fmt: skip

    @app.command("/case")
    def case(ack: Ack, body: Json, client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack("only you")

    @app.view("cb")
    def create(ack: Ack, body: Json, client: WebClient) -> None:
        title = body["view"]["state"]["values"]["title"]["v"]["value"]
        button = {"type": "button", "action_id": "take", "text": plain("Take"), "value": "1"}
        blocks = [{"type": "actions", "block_id": "acts", "elements": [button]}]
        client.chat_postMessage(channel=ops.id, text=title, blocks=blocks)
        ack()

    @app.options("find")
    def find(ack: Ack) -> None:
        ack(options=[{"text": plain("One"), "value": "1"}])

    @app.action("take")
    def take(ack: Ack) -> None:
        ack()

    connect(app)


@pytest.mark.usefixtures("working")
def test_a_journey(slack: LocalSlack, control: Control, ann: Person, ops: Channel) -> None:
    me = f"people/{ann.id}"
    answer = control.post(f"{me}/command", line="/case x", channel=ops.id)
    assert (answer["text"], answer["error"]) == ("only you", "")
    view = control.get(f"modals?person={ann.id}")[0]
    assert (view["title"]["text"], view["labels"][0]["names"]) == ("New", ["Title"])
    control.post(f"{me}/fill", view=view["id"], name="v", block="title", value="db down")
    options = control.post(f"{me}/suggest", view=view["id"], name="find", query="o")["options"]
    assert options[0]["value"] == "1"
    assert control.get(f"modals?person={ann.id}")[0]["values"]["title"]["v"]["value"] == "db down"
    assert control.post(f"{me}/submit", view=view["id"])["closed"]
    seen = control.get(f"messages?channel={ops.id}&person={ann.id}")
    assert [(m["text"], m["ephemeral"]) for m in seen] == [("only you", True), ("db down", False)]
    assert [m["text"] for m in control.get(f"messages?channel={ops.id}")] == ["db down"]
    card = {"channel": ops.id, "ts": seen[1]["ts"]}
    assert control.post(f"{me}/click", **card, name="take", block="acts")["error"] == ""
    content = base64.b64encode(b"log").decode()
    reply = control.post(
        f"{me}/post", channel=ops.id, text="see", thread_ts=card["ts"], files=[{"name": "a.txt", "content": content}]
    )
    thread = control.get(f"thread?channel={ops.id}&ts={card['ts']}&person={ann.id}")
    assert [m["text"] for m in thread] == ["db down", "see"]
    file = reply["files"][0]
    with urllib.request.urlopen(f"{control.base}/files/{file['id']}/{file['name']}") as download:
        assert download.read() == b"log"
        assert download.headers["Content-Disposition"] == "attachment"
    control.post(f"{me}/edit", channel=ops.id, ts=reply["ts"], text="see here")
    control.post(f"{me}/delete", channel=ops.id, ts=reply["ts"])
    kinds = {r["kind"] for r in control.get("traffic")}
    assert {"call", "delivery", "socket"} <= kinds
    assert control.get("traffic?kind=call&name=views.open")[0]["response"]["ok"]
    assert control.get("traffic?limit=2") == control.get("traffic")[-2:]


@pytest.mark.usefixtures("working")
def test_what_a_page_needs_beyond_the_driver(slack: LocalSlack, control: Control, ann: Person, ops: Channel) -> None:
    me = f"people/{ann.id}"
    assert control.get(f"state?person={ann.id}")["app"]["connected"]
    first = control.post(f"{me}/post", channel=ops.id, text="one")
    control.post(f"{me}/post", channel=ops.id, text="a reply", thread_ts=first["ts"])
    last = control.post(f"{me}/post", channel=ops.id, text="two @ann")
    assert [m["text"] for m in control.get(f"messages?channel={ops.id}&person={ann.id}&limit=1")] == [last["text"]]
    assert control.ask("GET", f"messages?channel={ops.id}&limit=x")[0] == 400
    shown = next(c for c in control.get(f"state?person={ann.id}")["channels"] if c["id"] == ops.id)
    assert [(m["ts"], m["by"], m["pings"]) for m in shown["recent"]] == [
        (first["ts"], ann.id, []), (last["ts"], ann.id, [ann.id])
    ]  # fmt: skip

    control.post(f"{me}/command", line="/case x", channel=ops.id)
    view = control.get(f"modals?person={ann.id}")[0]
    found = next(b for b in view["blocks"] if b.get("element", {}).get("action_id") == "find")
    offered = control.post(f"{me}/suggest", view=view["id"], name="find", query="o")["options"][0]
    control.post(f"{me}/fill", view=view["id"], name="find", block=found["block_id"], value=offered)
    held = control.get(f"modals?person={ann.id}")[0]["values"][found["block_id"]]["find"]
    assert held["selected_option"] == offered


def test_the_workspace(slack: LocalSlack, control: Control) -> None:
    eve = control.post("people", name="eve", admin=True)["id"]
    gus = control.post("people", name="gus", guest=True)["id"]
    room = control.post("channels", name="room", members=[eve], bot=True)["id"]
    secret = control.post("channels", name="secret", private=True, members=[eve])["id"]
    group = control.post("groups", handle="sre", members=[eve])["id"]
    bot = control.post("bots", name="Datadog")["id"]
    state = control.get(f"state?person={eve}")
    assert {c.get("name", "") for c in state["channels"]} == {"room", "secret", ""}
    assert state["dm"]
    assert [c["command"] for c in state["commands"]] == ["/case", "/raw"]
    assert state["app"]["bot_id"] == slack.platform.bot_id
    assert [c["id"] for c in control.get(f"state?person={gus}")["channels"]] == [
        control.get(f"state?person={gus}")["dm"]
    ]
    control.post(f"groups/{group}", members=[eve, gus], name="SRE", disabled=True)
    control.post(f"channels/{room}/invite", user=gus)
    control.post(f"channels/{room}/rename", name="hall")
    posted = control.post(f"bots/{bot}/post", channel="hall", attachments=[{"title": "Triggered: CPU"}])
    assert posted["username"] == "Datadog"
    control.post(f"people/{eve}/change", real_name="Eve E")
    assert slack.person("eve").real_name == "Eve E"
    assert control.post(f"people/{gus}/leave", channel=room) == {}
    assert control.post(f"people/{eve}/direct", **{"with": [gus]})["is_im"]
    assert control.ask("POST", f"people/{gus}/join", {"channel": room})[0] == 409
    assert control.ask("GET", f"messages?channel={secret}&person={gus}")[0] == 409
    snapshot = control.get("snapshot")
    control.post(f"channels/{room}/archive")
    control.post("restore", **snapshot)
    assert not slack.channel("hall").archived
    control.post("app/revoke_tokens")
    control.post("app/reinstall")
    step = control.post("steps", callback_id="create_case", inputs={"title": "x"})["id"]
    assert control.get(f"steps/{step}")["state"] == "running"
    assert control.get(f"home?person={eve}") is None


def test_misfortunes(slack: LocalSlack, control: Control, client: WebClient) -> None:
    fault = control.post("faults", method="auth.test", kind="error", value="fatal_error")
    assert control.get("faults")[0]["value"] == "fatal_error"
    assert control.ask("DELETE", f"faults/{fault['number']}")[0] == 200
    control.post("faults", delivery="*", kind="lose")
    control.ask("DELETE", "faults")
    assert control.get("faults") == []
    control.post("sockets/drop")
    assert control.post("sockets/disconnect", grace=0)["connections"] == 0
    client.auth_test()
    control.ask("DELETE", "traffic")
    assert control.get("traffic") == []


def test_errors(slack: LocalSlack, control: Control, ann: Person) -> None:
    me = f"people/{ann.id}"
    status, answer = control.ask("POST", f"{me}/command", {"line": "/nope"})
    assert (status, answer["error"]) == (409, "/nope is not a valid command")
    assert control.ask("POST", f"{me}/dance", {})[0] == 404
    assert control.ask("POST", "people/U404/post", {"text": "x"})[0] == 409
    assert control.ask("POST", f"{me}/command", {})[0] == 404
    assert control.ask("POST", "faults", {"kind": "nonsense"})[0] == 400
    assert control.ask("POST", "sockets/nonsense", {})[0] == 404


def test_only_from_here(slack: LocalSlack, control: Control) -> None:
    port = slack.url.rsplit(":", 1)[1]
    for headers in (
        {"Host": "evil.example"},
        {"Host": f"evil.example:{port}"},
        {"Host": "127.0.0.1:1"},
        {"Origin": "https://evil.example"},
        {"Origin": f"http://localhost:{int(port) + 1}"},
        {"Origin": "null"},
    ):
        assert control.ask("GET", "state", **headers)[0] == 403
        assert control.ask("POST", "people", {"name": "eve"}, **headers)[0] == 403
    assert control.ask("GET", "state", Origin=slack.url, Host=f"localhost:{port}")[0] == 200


def test_live(slack: LocalSlack, control: Control, client: WebClient, ann: Person, ops: Channel) -> None:
    slack.settle()

    async def watch() -> list[Json]:
        async with ClientSession() as session, session.ws_connect(f"{slack.url}/control/live") as socket:
            await asyncio.get_running_loop().run_in_executor(None, ann.post, ops, "hello")
            await asyncio.get_running_loop().run_in_executor(None, client.auth_test)
            frames: list[Json] = []
            while not any(f["kind"] == "traffic" and f["record"]["name"] == "auth.test" for f in frames):
                frames.append(await socket.receive_json())
            return frames

    frames = asyncio.run(watch())
    message = slack.messages(ops)[0]
    change = {"kind": "change", "what": "message", "channel": ops.id, "ts": message.ts, "only_for": ""}
    assert change in frames


def test_a_page_can_be_put_on_top() -> None:
    async def front(request: web.Request) -> web.Response:
        return web.Response(text=f"<h1>{request.path}</h1>", content_type="text/html")

    def page(app: web.Application) -> None:
        app.router.add_get("/", front)
        app.router.add_get("/archives/{rest:.*}", front)

    with LocalSlack(manifest=MANIFEST, page=page, team_url="") as slack:
        link = slack.add_person("ann").post("", "hi").permalink
        assert link.startswith(f"{slack.url}/archives/D")
        for address in (slack.url + "/", link):
            with urllib.request.urlopen(address) as answer:
                assert answer.read().decode() == f"<h1>{address.removeprefix(slack.url)}</h1>"
