"""An app that draws everything: each block and element, a form of all inputs, and modals on modals."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox.slack import LocalSlack

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def marked(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def option(text: str, value: str = "", description: str = "") -> Block:
    return {"text": plain(text), "value": value or text.lower()} | ({"description": plain(description)} if description else {})  # fmt: skip # noqa: E501


SURE = {
    "title": plain("Are you sure?"),
    "text": marked("This *cannot* be undone"),
    "confirm": plain("Do it"),
    "deny": plain("Stop"),
    "style": "danger",
}
BUTTONS: list[Block] = [
    {"type": "button", "action_id": "go", "text": plain("Go :rocket:"), "style": "primary"},
    {"type": "button", "action_id": "erase", "text": plain("Erase"), "style": "danger", "confirm": SURE},
    {"type": "overflow", "action_id": "more", "options": [option("One", "1", "the first"), option("Two", "2")]},
]
MENUS: list[Block] = [
    {"type": "static_select", "placeholder": plain("Static"), "options": [option(f"Option {n}") for n in range(20)]},
    {
        "type": "static_select",
        "placeholder": plain("Grouped"),
        "option_groups": [
            {"label": plain("Fruit"), "options": [option("Apple"), option("Pear")]},
            {"label": plain("Other"), "options": [option("Stone")]},
        ],
        "initial_option": option("Pear"),
    },
    {"type": "external_select", "placeholder": plain("External"), "min_query_length": 0},
    {"type": "users_select", "placeholder": plain("Person")},
    {"type": "conversations_select", "placeholder": plain("Channel"), "filter": {"include": ["public"]}},
    {
        "type": "multi_static_select",
        "placeholder": plain("Several"),
        "options": [option("Red"), option("Green"), option("Blue")],
        "initial_options": [option("Red")],
    },
    {"type": "multi_users_select", "placeholder": plain("People")},
    {"type": "checkboxes", "options": [option("Check me", "a", "described"), option("And me", "b")]},
    {"type": "radio_buttons", "options": [option("Left"), option("Right")], "initial_option": option("Right")},
    {"type": "datepicker", "placeholder": plain("Day"), "initial_date": "2026-12-24"},
    {"type": "timepicker", "placeholder": plain("Time"), "initial_time": "09:30"},
]
for number, menu in enumerate(MENUS):
    menu["action_id"] = f"{menu['type']}.{number}"

TEXTS: list[tuple[str, Block]] = [
    ("Line", {"type": "plain_text_input", "action_id": "line", "max_length": 40}),
    ("Lines", {"type": "plain_text_input", "action_id": "lines", "multiline": True}),
    ("Email", {"type": "email_text_input", "action_id": "email"}),
    ("Number", {"type": "number_input", "action_id": "number", "is_decimal_allowed": False}),
    ("Address", {"type": "url_text_input", "action_id": "address"}),
    ("Files", {"type": "file_input", "action_id": "files", "max_files": 2, "filetypes": ["txt", "png"]}),
]


def field_of(label: str, element: Block, optional: bool = True) -> Block:
    return {
        "type": "input", "block_id": f"in.{element['action_id']}", "label": plain(label), "element": element,
        "optional": optional, "hint": plain(f"About {label.lower()}"),
    }  # fmt: skip


RICH: Block = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Owner", "style": {"bold": True}},
                {"type": "text", "text": " <!channel> *literal* "},
                {"type": "link", "url": "https://example.com/rich", "text": "rich link"},
                {"type": "emoji", "name": "fire"},
                {"type": "date", "timestamp": 1700000000, "format": "{date_num} {time}", "fallback": "then"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "an item"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a quotation"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a  log   line"}]},
    ],
}
MESSAGE: list[Block] = [
    {"type": "header", "text": plain("A header :tada:")},
    {
        "type": "section",
        "text": marked("A *section*"),
        "accessory": {"type": "button", "action_id": "side", "text": plain("Beside it")},
    },
    {"type": "section", "fields": [marked("*Status*\nOpen"), plain("plain *stars*")]},
    {"type": "context", "elements": [marked("small _print_"), plain("and more")]},
    {"type": "divider"},
    RICH,
    {
        "type": "image",
        "image_url": "https://nowhere.invalid/x.png",
        "alt_text": "A graph of load",
        "title": plain("Load"),
    },
    {"type": "actions", "block_id": "buttons", "elements": BUTTONS},
    {"type": "actions", "block_id": "menus", "elements": MENUS},
    {
        "type": "input",
        "block_id": "typed",
        "label": plain("Say something"),
        "element": {"type": "plain_text_input", "action_id": "said"},
        "dispatch_action": True,
    },
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a cell"}]]},
]
FORM: Block = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Everything"),
    "submit": plain("Send"),
    "close": plain("Cancel"),
    "blocks": [
        *(field_of(label, element, optional=label != "Line") for label, element in TEXTS),
        *(field_of(menu.get("placeholder", plain(menu["type"]))["text"], menu) for menu in MENUS),
        {"type": "actions", "elements": [{"type": "button", "action_id": "push", "text": plain("One more")}]},
    ],
}


def small_modal(title: str) -> Block:
    name = {"type": "plain_text_input", "action_id": "name"}
    push = {"type": "actions", "elements": [{"type": "button", "action_id": "push", "text": plain("One more")}]}
    blocks = [field_of("Name", name, optional=False), push]
    return {"type": "modal", "callback_id": "small", "title": plain(title), "submit": plain("OK"), "blocks": blocks}


LONG: Block = {
    "type": "modal",
    "callback_id": "long",
    "title": plain("A hundred"),
    "blocks": [{"type": "section", "text": plain(f"Block number {n}")} for n in range(100)],
}


@dataclass
class Sink:
    """What the app was told. `hold`: submissions wait for it."""

    client: WebClient
    actions: list[Block] = field(default_factory=list)
    submitted: list[Block] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def last(self, action_id: str) -> Block | None:
        return next((one for one in reversed(self.actions) if one["action_id"] == action_id), None)

    def values(self) -> dict[str, Any]:
        """By action id, as submitted last."""
        return {key: state for block in self.submitted[-1].values() for key, state in block.items()}


@contextmanager
def running_sink(slack: LocalSlack) -> Iterator[Sink]:
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    sink = Sink(client)
    sink.hold.set()
    app = App(client=client, signing_secret=slack.signing_secret)
    listen(app, sink)
    handler = SocketModeHandler(app, slack.app_token)
    handler.connect()
    try:
        yield sink
    finally:
        handler.client.auto_reconnect_enabled = False
        handler.close()


def listen(app: App, sink: Sink) -> None:
    @app.command("/case")
    def open_form(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        view = {"long": LONG, "small": small_modal("Small")}.get(body["text"], FORM)
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    @app.action(re.compile(".*"))
    def act(ack: Ack, body: dict[str, Any], action: Block, client: WebClient) -> None:
        sink.actions.append(action)
        if action["action_id"] == "push":
            depth = 2 if not body["view"]["previous_view_id"] else 3
            client.views_push(trigger_id=body["trigger_id"], view=small_modal(f"Level {depth}"))
        ack()

    @app.options(re.compile(".*"))
    def suggest(ack: Ack, payload: dict[str, Any]) -> None:
        ack(options=[option(f"{payload['value']} {n}", f"found-{n}") for n in range(3)])

    @app.view("form")
    def submit(ack: Ack, body: dict[str, Any]) -> None:
        sink.hold.wait(2)
        sink.submitted.append(body["view"]["state"]["values"])
        if len(sink.submitted) == 1:
            ack(response_action="errors", errors={"in.line": "Not *this* <b>one</b>", "in.files": "One is needed"})
        else:
            ack()

    @app.view("small")
    def submit_small(ack: Ack) -> None:
        ack()
