"""The driver itself: waiting, snapshots, starting and stopping, what people can and cannot do."""

import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.sandbox import Channel, Impossible, LocalSlack, Person
from bot.sandbox.manifest import BadManifest, load
from bot.sandbox.text import shown, stored, typed
from tests.sandbox.conftest import MANIFEST


def test_starting_and_stopping() -> None:
    slack = LocalSlack(manifest=MANIFEST)
    with pytest.raises(RuntimeError, match="not running"):
        slack.add_person("ann")
    slack.stop()
    with slack:
        assert slack.api_url == f"{slack.url}/api/"
        with pytest.raises(RuntimeError, match="already started"):
            slack.start()
        port = int(slack.url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"):
            LocalSlack(manifest=MANIFEST, port=port).start()
    with socket.create_server(("127.0.0.1", port)):
        """The port is free again."""


def test_waiting(slack: LocalSlack, ann: Person, ops: Channel) -> None:
    thread = threading.Thread(target=ann.post, args=(ops, "hello"))
    thread.start()
    assert slack.wait_for(lambda: slack.messages(ops)[0].text) == "hello"
    thread.join()
    with pytest.raises(AssertionError, match=r"waited 0.05 s in vain for pigs to fly \(last value False\)"):
        slack.wait_for(lambda: False, timeout=0.05, what="pigs to fly")


def test_keeping_a_workspace(ann: Person, bob: Person, ops: Channel, slack: LocalSlack, client: WebClient) -> None:
    parent = ann.post(ops, "parent", files=[("a.txt", b"x")])
    bob.post(ops, "reply", thread=parent)
    client.chat_postEphemeral(channel=ops.id, user=ann.id, text="gone")
    client.chat_postMessage(channel=ops.id, text="mine", metadata={"event_type": "e", "event_payload": {}})
    client.views_publish(user_id=ann.id, view={"type": "home", "blocks": [{"type": "divider"}]})
    slack.add_group("sre", members=[ann])
    slack.add_bot("Datadog").post(ops, "alert")
    state = slack.snapshot()
    with LocalSlack(manifest=MANIFEST) as again:
        again.restore(state)
        assert again.snapshot() == state
        same, room = again.person("ann"), again.channel("ops")
        assert (same.id, room.id) == (ann.id, ops.id)
        assert [m.text for m in same.messages(room)] == ["parent", "mine", "alert"]
        assert [m.text for m in again.messages(room)[0].replies] == ["reply"]
        assert again.messages(room)[1].metadata
        assert same.home.blocks[0]["type"] == "divider"
        before = float(again.messages(room)[-1].ts)
        assert float(same.post(room, "next").ts) > before
        carol = again.add_person("carol")
        assert carol.id not in (ann.id, bob.id)
        assert again.bot_user == slack.bot_user


def test_messages_as_people_handle_them(slack: LocalSlack, ann: Person, bob: Person, ops: Channel) -> None:
    message = ann.post(ops, "hello @bob")
    assert (message.user, message.channel, message.text) == (ann.id, ops.id, f"hello <@{bob.id}>")
    assert message.shown == "hello @bob"
    ann.edit(message, "bye")
    assert message.text == "bye"
    assert message.edited
    with pytest.raises(Impossible, match="only their author"):
        bob.edit(message, "x")
    with pytest.raises(Impossible, match="an empty message"):
        ann.post(ops, "")
    carol = slack.add_person("carol")
    with pytest.raises(Impossible, match="carol is not in #ops"):
        carol.post(ops, "x")
    assert [m.text for m in carol.messages(ops)] == ["bye"]
    gus = slack.add_person("gus", guest=True)
    with pytest.raises(Impossible, match="gus cannot see"):
        gus.messages(ops)
    assert slack.thread(message) == [message]
    assert ann.thread(message) == [message]
    ann.delete(message)
    assert not message.exists
    with pytest.raises(LookupError, match="gone"):
        _ = message.text
    with pytest.raises(LookupError, match="sees no message"):
        ann.last(ops)
    ops.archive()
    with pytest.raises(Impossible, match="archived"):
        ann.post(ops, "x")
    with pytest.raises(ValueError, match="already a person named ann"):
        slack.add_person("ann")


def test_text_on_its_way(slack: LocalSlack, ann: Person, ops: Channel) -> None:
    workspace = slack.platform.workspace
    assert typed("a<b> & c", workspace, labels=False) == "a&lt;b&gt; &amp; c"
    assert (
        typed("@ann, #ops! x@ann.de #nope", workspace, labels=True)
        == f"<@{ann.id}|ann>, <#{ops.id}|ops>! x@ann.de #nope"
    )
    assert typed("<!channel> @channel", workspace, labels=False) == "&lt;!channel&gt; <!channel>"
    assert (
        stored("1 < 2 && <https://x|y> <@U1> <bogus> &lt;")
        == "1 &lt; 2 &amp;&amp; <https://x|y> <@U1> &lt;bogus&gt; &lt;"
    )
    text = f"*bold* _it_ <@{ann.id}> in <#{ops.id}> <https://x|link> <!date^1^{{date}}|then> 2*3*4 a_b_c &lt;3"
    assert shown(text, workspace) == "bold it @ann in #ops link then 2*3*4 a_b_c <3"


def test_manifests(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text("display_information: {name: Casebook}\noauth_config: {scopes: {bot: [commands]}}\n")
    assert load(path).scopes == {"commands"}
    path.write_text("[1]")
    with pytest.raises(BadManifest, match="a manifest is a mapping"):
        load(path)
    for wrong, words in (
        ({"display_informations": {}}, "unknown section"),
        ({}, "1 to 35 characters"),
        (_with({"slash_commands": [{"command": "case", "description": "x"}]}), "start with /"),
        (_with({"slash_commands": [{"command": "/case"}]}), "needs a description"),
        (_with({"slash_commands": [{"command": "/case", "description": "x", "x": 1}]}), "unknown key"),
        (_with({"shortcuts": [{"name": "x" * 25, "type": "global", "callback_id": "x", "description": "x"}]}), "≤24"),
        (_with({"shortcuts": [{"name": "x"}]}), "lacks type, callback_id, description"),
        (_step({}, runtime=""), "function_runtime: remote"),
        (_step({}, events=[]), "the bot event function_executed"),
        (_step({"title": "x", "input_parameters": {}}), "needs output_parameters"),
        (_step({"input_parameters": {}, "output_parameters": {}}), "needs a title"),
        (_step({"title": "x", "callback": "x"}), "unknown key"),
        (_step(_parameters({"key": {"type": "text"}})), "has no known type"),
        (_step(_parameters({"key": {"type": "string", "required": True}})), "an unknown key"),
    ):
        with pytest.raises(BadManifest, match=words):
            load(wrong)
    assert load(_step(_parameters({"key": {"type": "string", "is_required": True}}))).functions


def _parameters(outputs: dict[str, object]) -> dict[str, object]:
    return {"title": "x", "input_parameters": {}, "output_parameters": outputs}


def _step(
    function: dict[str, object], runtime: str = "remote", events: Sequence[str] = ("function_executed",)
) -> dict[str, object]:
    settings = {"function_runtime": runtime, "event_subscriptions": {"bot_events": list(events)}}
    return {"display_information": {"name": "x"}, "settings": settings, "functions": {"make": function}}


def _with(features: dict[str, object]) -> dict[str, object]:
    return {"display_information": {"name": "x"}, "features": features}


def test_casebooks_own_manifest_is_accepted() -> None:
    path = Path(__file__).parents[2] / "manifest.yml"
    assert load(path).unscoped_events() == []


def test_it_imports_nothing_of_ours() -> None:
    folder = Path(__file__).parents[2] / "bot" / "sandbox"
    for path in folder.rglob("*.py"):
        lines = [line.strip() for line in path.read_text().splitlines()]
        foreign = [
            line for line in lines if line.startswith(("from bot", "import bot", "from slack_", "import slack_"))
        ]
        assert foreign == [], path
