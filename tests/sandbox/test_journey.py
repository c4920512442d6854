"""The main road, driven by a real Bolt app over Socket Mode."""

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox import Channel, LocalSlack, Person

Connect = Callable[[App], SocketModeHandler]


def new_case_modal(title: str) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": "case.new",
        "title": {"type": "plain_text", "text": "New case"},
        "submit": {"type": "plain_text", "text": "Create"},
        "private_metadata": "C1",
        "blocks": [
            {
                "type": "input",
                "block_id": "title",
                "label": {"type": "plain_text", "text": "Title"},
                "element": {
                    "type": "plain_text_input",
                    "action_id": "text",
                    "max_length": 200,
                    **({"initial_value": title} if title else {}),
                },
            },
            {
                "type": "input",
                "block_id": "priority",
                "optional": True,
                "label": {"type": "plain_text", "text": "Priority"},
                "element": {
                    "type": "static_select",
                    "action_id": "choice",
                    "options": [
                        {"text": {"type": "plain_text", "text": "P1 critical"}, "value": "P1"},
                        {"text": {"type": "plain_text", "text": "P2 high"}, "value": "P2"},
                    ],
                },
            },
        ],
    }


def card(title: str, owner: str = "nobody") -> list[dict[str, Any]]:
    return [
        {"type": "section", "block_id": "head", "text": {"type": "mrkdwn", "text": f"*{title}* · {owner}"}},
        {
            "type": "actions",
            "block_id": "acts",
            "elements": [
                {
                    "type": "button",
                    "action_id": "case.take",
                    "text": {"type": "plain_text", "text": "Take"},
                    "value": "1",
                }
            ],
        },
    ]


def build(app: App, ops: Channel) -> None:
    @app.command("/case")
    def open_modal(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        if body["text"].startswith("say "):
            ack(f"you said {body['text'][4:]}")
            return
        client.views_open(trigger_id=body["trigger_id"], view=new_case_modal(body["text"]))
        ack()

    @app.view("case.new")
    def create(ack: Ack, view: dict[str, Any], client: WebClient) -> None:
        title = view["state"]["values"]["title"]["text"]["value"]
        if title == "bad":
            ack(response_action="errors", errors={"title": "Find a better one"})
            return
        client.chat_postMessage(channel=ops.id, text=title, blocks=card(title))
        ack()

    @app.action("case.take")
    def take(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        user = f"<@{body['user']['id']}>"
        ts = body["message"]["ts"]
        client.chat_update(channel=ops.id, ts=ts, text="db down", blocks=card("db down", user))
        ack()

    @app.event("message")
    def note(event: dict[str, Any], client: WebClient) -> None:
        if event.get("thread_ts") and not event.get("bot_id"):
            client.chat_postMessage(channel=event["channel"], thread_ts=event["thread_ts"], text=f"> {event['text']}")


def test_from_command_to_card_to_thread(
    slack: LocalSlack, app: App, connect: Connect, ann: Person, bob: Person, ops: Channel
) -> None:
    build(app, ops)
    connect(app)
    answer = ann.command("/case db is down", channel=ops)
    assert (answer.ok, answer.text) == (True, "")
    assert answer.ms > 0

    modal = ann.modal
    assert (modal.title, modal.callback_id, modal.private_metadata) == ("New case", "case.new", "C1")
    assert (modal.value("Title"), modal.stack_depth) == ("db is down", 1)
    modal.fill({"Title": "bad", "Priority": "P2 high"})
    assert modal.value("priority") == "P2"
    refused = modal.submit()
    assert (refused.errors, refused.closed) == ({"title": "Find a better one"}, False)
    assert "Find a better one" in ann.modal.text
    modal.fill({"Title": ""})
    assert modal.submit().errors == {"title": "Please complete this required field."}
    modal.fill({"text": "db down"})
    assert modal.submit().closed
    assert not ann.has_modal

    message = slack.wait_for(lambda: slack.messages(ops)[-1], what="the card")
    assert message.shown.startswith("db down · nobody")
    assert bob.click(message, "Take").ok
    slack.wait_for(lambda: "@bob" in message.shown, what="the owner")
    bob.post(ops, "looking <b> & more", thread=message)
    slack.wait_for(lambda: len(message.replies) == 2, what="the echo")
    assert message.replies[1].text == "&gt; looking &lt;b&gt; &amp; more"
    assert slack.refusals == []


def test_ephemeral_answer_with_escaped_names(
    slack: LocalSlack, app: App, connect: Connect, ann: Person, bob: Person, ops: Channel
) -> None:
    build(app, ops)
    connect(app)
    answer = ann.command("/case say hi @bob and @nobody in #ops", channel=ops)
    assert answer.text == f"you said hi <@{bob.id}|bob> and @nobody in <#{ops.id}|ops>"
    assert (ann.last(ops).ephemeral, ann.last(ops).text) == (True, answer.text)
    assert bob.messages(ops) == []
