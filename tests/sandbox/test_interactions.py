"""Clicks, choices, suggestions, shortcuts and response URLs, received by a real Bolt app."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox import Channel, Impossible, LocalSlack, Message, Person

Json = dict[str, Any]
Connect = Callable[[App], SocketModeHandler]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text)} | more


def option(value: str, text: str) -> Json:
    return {"text": plain(text), "value": value}


def row(key: str) -> list[Json]:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": f"*{key}* db down"}}
    return [section, {"type": "actions", "elements": [button("take", "Take", value=key)]}]


CONFIRM = {"title": plain("Sure?"), "text": plain("It goes"), "confirm": plain("Yes"), "deny": plain("No")}


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


# -- messages -----------------------------------------------------------------------------------------------------
def test_a_click(slack: LocalSlack, client: WebClient, received: list[Json], ann: Person, ops: Channel) -> None:
    acts = {
        "type": "actions",
        "block_id": "acts",
        "elements": [button("go", "Go :rocket:", value="42", style="danger")],
    }
    message = post(slack, client, ops, acts)
    assert ann.click(message, "Go").ok
    body = received[0]
    assert body["type"] == "block_actions"
    assert body["container"] == {
        "type": "message", "message_ts": message.ts, "channel_id": ops.id, "is_ephemeral": False,
    }  # fmt: skip
    assert body["channel"] == {"id": ops.id, "name": "ops"}
    assert body["user"] == {"id": ann.id, "username": "ann", "name": "ann", "team_id": "T00001"}
    assert body["message"]["blocks"][0]["block_id"] == "acts"
    assert body["state"] == {"values": {}}
    action = body["actions"][0]
    assert (action["type"], action["block_id"], action["action_id"], action["value"]) == ("button", "acts", "go", "42")
    assert action["style"] == "danger"
    assert body["response_url"].startswith(slack.url + "/response/")
    assert client.views_open(trigger_id=body["trigger_id"], view={
        "type": "modal", "title": plain("T"), "blocks": [{"type": "divider"}]})["ok"]  # fmt: skip
    assert ann.modal.title == "T"


def test_rows_are_told_apart(
    slack: LocalSlack, client: WebClient, received: list[Json], ann: Person, ops: Channel
) -> None:
    message = post(slack, client, ops, *row("OPS-1"), *row("OPS-2"))
    with pytest.raises(Impossible, match="2 elements are called 'Take'"):
        ann.click(message, "Take")
    ann.click(message, "Take", within="OPS-2")
    ann.click(message, "Take", value="OPS-1")
    assert [body["actions"][0]["value"] for body in received] == ["OPS-2", "OPS-1"]
    with pytest.raises(Impossible, match="nothing is called 'Close' here, only: Take"):
        ann.click(message, "Close")


def test_choices_and_state(
    slack: LocalSlack, client: WebClient, received: list[Json], ann: Person, bob: Person, ops: Channel
) -> None:
    options = [option("P1", "P1 critical"), option("P2", "P2 high")]
    message = post(
        slack, client, ops,
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Owner*"}, "block_id": "own",
         "accessory": {"type": "users_select", "action_id": "owner"}},
        {"type": "actions", "block_id": "acts", "elements": [
            {"type": "static_select", "action_id": "prio", "placeholder": plain("Priority"), "options": options},
            {"type": "overflow", "action_id": "more", "options": [option("edit", "Edit"), option("drop", "Drop")]},
            {"type": "datepicker", "action_id": "due", "initial_date": "2026-01-01"},
        ]},
    )  # fmt: skip
    ann.choose(message, "Owner", bob)
    ann.choose(message, "Priority", "P2 high")
    ann.choose(message, "more", "Drop")
    ann.choose(message, "due", "2026-03-04")
    ann.choose(message, "prio", None)
    actions = [body["actions"][0] for body in received]
    assert actions[0]["selected_user"] == bob.id
    assert actions[1]["selected_option"] == options[1]
    assert (actions[2]["type"], actions[2]["selected_option"]["value"]) == ("overflow", "drop")
    assert (actions[3]["selected_date"], actions[3]["initial_date"]) == ("2026-03-04", "2026-01-01")
    assert actions[4]["selected_option"] is None
    values = received[3]["state"]["values"]
    assert values["own"]["owner"] == {"type": "users_select", "selected_user": bob.id}
    assert values["acts"]["prio"]["selected_option"]["value"] == "P2"
    with pytest.raises(Impossible, match="'P9' is not offered"):
        ann.choose(message, "prio", "P9")


def test_confirmation(slack: LocalSlack, client: WebClient, received: list[Json], ann: Person, ops: Channel) -> None:
    message = post(slack, client, ops, {"type": "actions", "elements": [button("close", "Close", confirm=CONFIRM)]})
    assert ann.click(message, "Close", confirm=False).declined
    assert received == []
    assert not ann.click(message, "Close").declined
    assert len(received) == 1


def test_an_ephemeral_message(
    slack: LocalSlack, client: WebClient, received: list[Json], ann: Person, bob: Person, ops: Channel
) -> None:
    blocks = [{"type": "actions", "elements": [button("go", "Go")]}]
    client.chat_postEphemeral(channel=ops.id, user=ann.id, text="x", blocks=blocks)
    shown = ann.last(ops)
    ann.click(shown, "Go")
    assert received[0]["container"]["is_ephemeral"]
    assert "message" not in received[0]
    with pytest.raises(Impossible, match="bob sees no message"):
        bob.click(shown, "Go")


def test_link_buttons_are_told_too(
    slack: LocalSlack, client: WebClient, received: list[Json], ann: Person, ops: Channel
) -> None:
    message = post(slack, client, ops, {"type": "actions", "elements": [button("open", "Open", url="https://x.test")]})
    assert ann.click(message, "Open").url == "https://x.test"
    assert received[0]["actions"][0]["action_id"] == "open"


def test_attachments_and_inputs_in_messages(
    slack: LocalSlack, client: WebClient, received: list[Json], ann: Person, ops: Channel
) -> None:
    field = {"type": "input", "block_id": "n", "label": plain("Note"), "dispatch_action": True,
             "element": {"type": "plain_text_input", "action_id": "note"}}  # fmt: skip
    acts = {"type": "actions", "block_id": "a", "elements": [button("go", "Go")]}
    client.chat_postMessage(channel=ops.id, text="x", attachments=[{"blocks": [field, acts], "fallback": "x"}])
    ann.choose(slack.messages(ops)[0], "Note", "hi")
    ann.click(slack.messages(ops)[0], "Go")
    assert received[0]["actions"][0]["value"] == "hi"
    assert received[1]["state"]["values"]["n"]["note"]["value"] == "hi"


# -- views --------------------------------------------------------------------------------------------------------
def test_actions_in_a_modal_and_home(slack: LocalSlack, client: WebClient, received: list[Json], ann: Person) -> None:
    kind = {"type": "input", "block_id": "kind", "dispatch_action": True, "label": plain("Kind"),
            "element": {"type": "static_select", "action_id": "pick", "options": [option("bug", "Bug")]}}  # fmt: skip
    view = {
        "type": "modal",
        "title": plain("T"),
        "submit": plain("S"),
        "private_metadata": "m",
        "blocks": [kind, *row("X")],
    }
    trigger = slack.ask(slack.platform.tickets.new_trigger, ann.id)
    client.views_open(trigger_id=trigger, view=view)
    ann.modal.fill({"Kind": "Bug"})
    ann.modal.click("Take")
    assert [body["actions"][0]["action_id"] for body in received] == ["pick", "take"]
    body = received[1]
    assert body["container"] == {"type": "view", "view_id": ann.modal.id}
    assert body["view"]["state"]["values"]["kind"]["pick"]["selected_option"]["value"] == "bug"
    assert (body["view"]["hash"], body["view"]["private_metadata"]) == (ann.modal.hash, "m")
    assert "channel" not in body
    assert "response_url" not in body
    client.views_push(trigger_id=body["trigger_id"], view=view | {"title": plain("Two")})
    assert ann.modal.stack_depth == 2
    client.views_publish(user_id=ann.id, view={"type": "home", "blocks": row("Y")})
    ann.home.click("Take", within="Y")
    assert received[2]["view"]["type"] == "home"


def test_a_field_that_appears_after_another_is_waited_for(
    slack: LocalSlack, client: WebClient, app: App, connect: Connect, ann: Person
) -> None:
    def view(*more: Json) -> Json:
        select = {"type": "static_select", "action_id": "pick", "options": [option("bug", "Bug")]}
        kind = {"type": "input", "block_id": "kind", "dispatch_action": True, "label": plain("Kind"), "element": select}
        return {"type": "modal", "title": plain("T"), "submit": plain("S"), "blocks": [kind, *more]}

    @app.action("pick")
    def picked(ack: Ack, body: Json, client: WebClient) -> None:
        ack()
        more = {"type": "input", "block_id": "sev", "label": plain("Severity"),
                "element": {"type": "plain_text_input", "action_id": "v"}}  # fmt: skip
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view(more))

    connect(app)
    client.views_open(trigger_id=slack.ask(slack.platform.tickets.new_trigger, ann.id), view=view())
    ann.modal.fill({"Kind": "Bug", "Severity": "high"})
    assert (ann.modal.value("Kind"), ann.modal.value("Severity")) == ("bug", "high")


# -- suggestions --------------------------------------------------------------------------------------------------
def external(**more: Any) -> Json:
    element = {
        "type": "external_select",
        "action_id": "case",
        "min_query_length": 0,
        "placeholder": plain("Find"),
    } | more
    return {"type": "input", "block_id": "b", "label": plain("Case"), "element": element}


def test_suggestions(slack: LocalSlack, client: WebClient, app: App, connect: Connect, ann: Person) -> None:
    asked: list[Json] = []

    @app.options("case")
    def suggest(ack: Ack, body: Json) -> None:
        asked.append(body)
        cases = {"OPS-1": "OPS-1 db down", "OPS-2": "OPS-2 disk full"}
        ack(options=[option(key, text) for key, text in cases.items() if body["value"].lower() in text.lower()])

    @app.view("cb")
    def submitted(ack: Ack, body: Json) -> None:
        asked.append(body)
        ack()

    connect(app)
    view = {"type": "modal", "callback_id": "cb", "title": plain("T"), "submit": plain("S"), "blocks": [external()]}
    client.views_open(trigger_id=slack.ask(slack.platform.tickets.new_trigger, ann.id), view=view)
    assert ann.modal.suggest("Case", "d") == ["OPS-1 db down", "OPS-2 disk full"]
    assert ann.modal.suggest("Case") == ["OPS-1 db down", "OPS-2 disk full"]
    assert ann.modal.suggest("Case", "xyz") == []
    body = asked[0]
    assert (body["type"], body["block_id"], body["action_id"], body["value"]) == ("block_suggestion", "b", "case", "d")
    assert (body["container"]["view_id"], body["view"]["id"]) == (ann.modal.id, ann.modal.id)
    ann.modal.fill({"Case": "OPS-2 disk full"})
    assert ann.modal.value("Case") == "OPS-2"
    assert ann.modal.submit().closed
    assert asked[-1]["view"]["state"]["values"]["b"]["case"]["selected_option"] == option("OPS-2", "OPS-2 disk full")


def test_suggestions_need_characters_and_sense(
    slack: LocalSlack, client: WebClient, app: App, connect: Connect, ann: Person, ops: Channel
) -> None:
    @app.options("case")
    def suggest(ack: Ack) -> None:
        ack(options=[option("v" * 151, "Too long")])

    connect(app)
    element = external(min_query_length=2)["element"]
    message = post(slack, client, ops, {"type": "actions", "elements": [element]})
    with pytest.raises(Impossible, match="nothing is offered before 2 characters"):
        ann.suggest(message, "Find", "x")
    assert ann.suggest(message, "Find", "xx") == []
    assert ann.seen[-1] == "the options could not be loaded"
    assert "must be less than 151 characters" in slack.refusals[0].note
    delivered = slack.traffic.deliveries("interactive")[-1].request
    assert delivered["message"]["ts"] == message.ts
