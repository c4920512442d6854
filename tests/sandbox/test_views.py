"""Triggers, the stack of modals, updates with hashes, the Home tab, and what a submission may answer."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox import Channel, Impossible, LocalSlack, Person
from tests.sandbox.conftest import MANIFEST, silent
from tests.sandbox.test_webapi import error_of, messages_of

Json = dict[str, Any]
Connect = Callable[[App], SocketModeHandler]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def field(block_id: str, label: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "v"} | element,
    } | more


def modal(title: str = "Case", *blocks: Json, **more: Any) -> Json:
    body = list(blocks) or [{"type": "section", "text": plain("hello")}]
    view: Json = {"type": "modal", "callback_id": "cb", "title": plain(title), "blocks": body}
    return view | {"submit": plain("OK"), "close": plain("Cancel")} | more


TITLE = field("title", "Title", {"type": "plain_text_input"})


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock, request: pytest.FixtureRequest) -> Iterator[LocalSlack]:
    patience = getattr(request, "param", 3.0)
    with LocalSlack(manifest=MANIFEST, rate_limits=False, ack_timeout=patience, now=clock) as slack:
        yield slack


def trigger(slack: LocalSlack, person: Person, view: str = "") -> str:
    return slack.ask(slack.platform.tickets.new_trigger, person.id, view)


# -- triggers -----------------------------------------------------------------------------------------------------
def test_triggers(slack: LocalSlack, client: WebClient, ann: Person, clock: Clock) -> None:
    once = trigger(slack, ann)
    clock.now += 2.9
    opened = client.views_open(trigger_id=once, view=modal())["view"]
    assert opened["root_view_id"] == opened["id"] == ann.modal.id
    assert error_of(client.views_open, trigger_id=once, view=modal()) == "exchanged_trigger_id"
    late = trigger(slack, ann)
    clock.now += 3.1
    assert error_of(client.views_open, trigger_id=late, view=modal()) == "expired_trigger_id"
    assert error_of(client.views_open, trigger_id="1.2.x", view=modal()) == "invalid_trigger_id"
    assert error_of(client.views_push, trigger_id=trigger(slack, ann), view=modal()) == "invalid_trigger_id"


def test_a_wrong_view_does_not_use_up_the_trigger(slack: LocalSlack, client: WebClient, ann: Person) -> None:
    once = trigger(slack, ann)
    places = messages_of(client.views_open, trigger_id=once, view=modal("x" * 25))
    assert places == ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"]
    assert error_of(client.views_open, trigger_id=once, view={"type": "home", "blocks": []}) == "invalid_arguments"
    big = modal(
        "Big", *[field(f"b{n}", "L" * 2000, {"type": "plain_text_input"}, hint=plain("H" * 2000)) for n in range(70)]
    )
    assert error_of(client.views_open, trigger_id=once, view=big) == "view_too_large"
    assert client.views_open(trigger_id=once, view=modal())["ok"]


def test_the_stack(slack: LocalSlack, client: WebClient, ann: Person) -> None:
    first = client.views_open(trigger_id=trigger(slack, ann), view=modal("One"))["view"]["id"]
    second = client.views_push(trigger_id=trigger(slack, ann, first), view=modal("Two"))["view"]
    assert (second["previous_view_id"], second["root_view_id"]) == (first, first)
    client.views_push(trigger_id=trigger(slack, ann, first), view=modal("Three"))
    assert (ann.modal.title, ann.modal.stack_depth) == ("Three", 3)
    pushed = {"trigger_id": trigger(slack, ann, first), "view": modal("Four")}
    assert error_of(client.views_push, **pushed) == "push_limit_reached"
    ann.modal.close()
    assert ann.modal.title == "Two"
    ann.modal.close(everything=True)
    assert not ann.has_modal
    assert error_of(client.views_update, view_id=first, view=modal()) == "not_found"


def test_update_keeps_what_was_typed(slack: LocalSlack, client: WebClient, ann: Person) -> None:
    opened = client.views_open(trigger_id=trigger(slack, ann), view=modal("One", TITLE, external_id="x1"))["view"]
    ann.modal.fill({"Title": "typed"})
    other = field("other", "Other", {"type": "plain_text_input", "initial_value": "given"})
    changed = client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal("Two", TITLE, other))["view"]
    assert changed["hash"] != opened["hash"]
    assert (ann.modal.value("Title"), ann.modal.value("Other")) == ("typed", "given")
    stale = {"view_id": opened["id"], "hash": opened["hash"], "view": modal()}
    assert error_of(client.views_update, **stale) == "hash_conflict"
    client.views_update(view_id=opened["id"], view=modal("Three", TITLE | {"block_id": "fresh"}))
    assert ann.modal.value("Title") is None


def test_external_ids_are_unique(slack: LocalSlack, client: WebClient, ann: Person, bob: Person) -> None:
    client.views_open(trigger_id=trigger(slack, ann), view=modal(external_id="x1"))
    again = {"trigger_id": trigger(slack, bob), "view": modal(external_id="x1")}
    assert error_of(client.views_open, **again) == "duplicate_external_id"
    assert client.views_update(external_id="x1", view=modal("By external id"))["ok"]
    assert ann.modal.title == "By external id"


def test_home(slack: LocalSlack, client: WebClient, app: App, connect: Connect, ann: Person) -> None:
    events = []

    @app.event("app_home_opened")
    def publish(event: Json, client: WebClient) -> None:
        events.append(event)
        blocks = [{"type": "header", "text": plain(f"Visit {len(events)}")}]
        client.views_publish(user_id=event["user"], view={"type": "home", "callback_id": "home", "blocks": blocks})

    connect(app)
    first = ann.open_home()
    assert first.text == "Visit 1"
    second = ann.open_home()
    assert (second.text, second.version, second.id) == ("Visit 2", 2, first.id)
    assert [e["tab"] for e in events] == ["home", "home"]
    assert "view" not in events[0]
    assert events[1]["view"]["id"] == first.id
    assert events[0]["channel"] == ann.dm_channel.id
    stale = {"user_id": ann.id, "view": {"type": "home", "blocks": []}, "hash": "1.x"}
    assert error_of(client.views_publish, **stale) == "hash_conflict"
    assert error_of(client.views_publish, user_id=ann.id, view=modal()) == "invalid_arguments"


def test_a_person_without_a_modal_is_told_what_they_saw(slack: LocalSlack, ann: Person) -> None:
    slack.patience = 0.1
    answer = ann.command("/case")
    assert answer.error == "/case failed with the error “dispatch_failed”"
    with pytest.raises(AssertionError, match="ann has no modal open; they last saw: /case failed"):
        _ = ann.modal


# -- submissions --------------------------------------------------------------------------------------------------
@pytest.fixture
def submit(app: App, connect: Connect, slack: LocalSlack, client: WebClient, ann: Person) -> Callable[..., list[Json]]:
    """Opens a view for ann and lets the app answer its submission with `answer`; gives the payloads received."""

    def prepare(view: Json, answer: Json | None) -> list[Json]:
        received: list[Json] = []

        @app.view("cb")
        def submitted(ack: Ack, body: Json) -> None:
            received.append(body)
            ack(**(answer or {}))

        @app.view_closed("cb")
        def closed(ack: Ack, body: Json) -> None:
            received.append(body)
            ack()

        connect(app)
        client.views_open(trigger_id=trigger(slack, ann), view=view)
        return received

    return prepare


EVERYTHING = [
    TITLE,
    field("kind", "Kind", {"type": "static_select", "options": [{"text": plain("A bug"), "value": "bug"}]}),
    field("tags", "Tags", {"type": "multi_static_select", "options": [{"text": plain(t), "value": t} for t in "ab"]}),
    field("who", "Who", {"type": "users_select"}),
    field("all", "All", {"type": "multi_users_select"}),
    field("where", "Where", {"type": "conversations_select", "response_url_enabled": True}),
    field("day", "Day", {"type": "datepicker"}),
    field("hour", "Hour", {"type": "timepicker"}),
    field("when", "When", {"type": "datetimepicker"}),
    field("agree", "Agree", {"type": "checkboxes", "options": [{"text": plain("Yes"), "value": "y"}]}),
    field("one", "One", {"type": "radio_buttons", "options": [{"text": plain("First"), "value": "1"}]}),
    field("mail", "Mail", {"type": "email_text_input"}),
    field("link", "Link", {"type": "url_text_input"}),
    field("count", "Count", {"type": "number_input", "is_decimal_allowed": False}),
    field("file", "File", {"type": "file_input", "filetypes": ["txt"]}),
    field("rich", "Rich", {"type": "rich_text_input"}),
    field("maybe", "Maybe", {"type": "plain_text_input"}, optional=True),
]


def test_values_as_slack_sends_them(
    submit: Callable[..., list[Json]], slack: LocalSlack, ann: Person, bob: Person, ops: Channel
) -> None:
    received = submit(modal("All", *EVERYTHING, private_metadata="m"), None)
    ann.modal.fill(
        {
            "Title": "t", "Kind": "A bug", "Tags": ["b", "a"], "Who": bob, "All": [ann, "bob"], "Where": ops,
            "Day": "2026-02-03", "Hour": "09:30", "When": 1_800_000_000, "Agree": ["Yes"], "One": "First",
            "Mail": "a@b.example", "Link": "https://x.test", "Count": 7, "File": [("a.txt", b"x")], "Rich": "r",
        }
    )  # fmt: skip
    assert ann.modal.submit().closed
    body = received[0]
    values = {block: state["v"] for block, state in body["view"]["state"]["values"].items()}
    option = {"text": plain("A bug"), "value": "bug"}
    assert values["title"] == {"type": "plain_text_input", "value": "t"}
    assert values["kind"] == {"type": "static_select", "selected_option": option}
    assert [o["value"] for o in values["tags"]["selected_options"]] == ["b", "a"]
    assert values["who"]["selected_user"] == bob.id
    assert values["all"]["selected_users"] == [ann.id, bob.id]
    assert values["where"]["selected_conversation"] == ops.id
    assert (values["day"]["selected_date"], values["hour"]["selected_time"]) == ("2026-02-03", "09:30")
    assert values["when"]["selected_date_time"] == 1_800_000_000
    assert values["agree"]["selected_options"][0]["value"] == "y"
    assert values["one"]["selected_option"]["value"] == "1"
    assert values["count"] == {"type": "number_input", "value": "7"}
    assert values["file"]["files"][0]["name"] == "a.txt"
    assert values["rich"]["rich_text_value"]["type"] == "rich_text"
    assert values["maybe"] == {"type": "plain_text_input", "value": None}
    assert body["view"]["private_metadata"] == "m"
    assert [url["block_id"] for url in body["response_urls"]] == ["where"]
    assert body["user"]["id"] == ann.id
    assert body["trigger_id"]


def test_what_the_client_checks_itself(submit: Callable[..., list[Json]], ann: Person) -> None:
    received = submit(
        modal(
            "Checks",
            field("a", "A", {"type": "plain_text_input", "min_length": 3, "max_length": 5}),
            field("b", "B", {"type": "email_text_input"}),
            field("c", "C", {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}),
            field("d", "D", {"type": "url_text_input"}),
            field("e", "E", {"type": "plain_text_input"}),
        ),
        None,
    )
    ann.modal.fill({"A": "xx", "B": "no", "C": "10", "D": "x.test"})
    errors = ann.modal.submit().errors
    assert errors == {
        "a": "Please enter at least 3 characters.",
        "b": "Please enter a valid email address.",
        "c": "Must be at most 9.",
        "d": "Please enter a valid URL.",
        "e": "Please complete this required field.",
    }
    assert received == []
    ann.modal.fill({"A": "xxx", "B": "a@b.c", "C": "9", "D": "https://x", "E": "e"})
    assert ann.modal.errors == {}
    assert ann.modal.submit().closed


def test_field_errors_must_name_input_blocks(submit: Callable[..., list[Json]], slack: LocalSlack, ann: Person) -> None:
    submit(modal("X", TITLE), {"response_action": "errors", "errors": {"v": "no such block"}})
    ann.modal.fill({"Title": "t"})
    answer = ann.modal.submit()
    assert answer.error == ann.modal.trouble == "We had some trouble connecting. Try again?"
    assert "v is no input block of this view" in slack.refusals[0].note
    assert ann.modal.value("Title") == "t"


def test_update_push_and_clear(submit: Callable[..., list[Json]], slack: LocalSlack, ann: Person, app: App) -> None:
    answers = [
        {"response_action": "update", "view": modal("Updated", TITLE)},
        {"response_action": "push", "view": modal("Pushed", TITLE, notify_on_close=True)},
        {"response_action": "clear"},
    ]
    steps = iter(answers)

    @app.view("cb")
    def submitted(ack: Ack) -> None:
        ack(**next(steps))

    received = submit(modal("X", TITLE, notify_on_close=True), None)
    ann.modal.fill({"Title": "t"})
    ann.modal.submit()
    assert (ann.modal.title, ann.modal.stack_depth, ann.modal.value("Title")) == ("Updated", 1, "t")
    ann.modal.submit()
    assert (ann.modal.title, ann.modal.stack_depth) == ("Pushed", 2)
    ann.modal.fill({"Title": "t"})
    assert ann.modal.submit().closed
    assert not ann.has_modal
    assert received == []


def test_closing_is_told_when_asked_for(
    submit: Callable[..., list[Json]], client: WebClient, slack: LocalSlack, ann: Person
) -> None:
    received = submit(modal("Root", notify_on_close=True), None)
    client.views_push(trigger_id=trigger(slack, ann, ann.modal.id), view=modal("Top", callback_id="quiet"))
    ann.modal.close()
    assert received == []
    client.views_push(trigger_id=trigger(slack, ann, ann.modal.id), view=modal("Top", callback_id="quiet"))
    ann.modal.close(everything=True)
    assert [(b["type"], b["is_cleared"], b["view"]["title"]["text"]) for b in received] == [
        ("view_closed", True, "Root")
    ]


@pytest.mark.parametrize("slack", [0.3], indirect=True)
def test_an_app_that_is_silent(slack: LocalSlack, client: WebClient, ann: Person) -> None:
    client.views_open(trigger_id=trigger(slack, ann), view=modal("X", TITLE))
    ann.modal.fill({"Title": "t"})
    with silent(slack):
        answer = ann.modal.submit()
    assert answer.timed_out
    assert answer.ms >= 300
    assert ann.modal.trouble
    assert ann.modal.value("Title") == "t"


def test_wrong_answers_are_refused(submit: Callable[..., list[Json]], slack: LocalSlack, ann: Person) -> None:
    submit(modal("X"), {"response_action": "update", "view": modal("x" * 30)})
    assert ann.modal.submit().error
    assert "must be less than 25 characters" in slack.refusals[0].note
    assert json.loads(json.dumps(slack.refusals[0].as_json()))["kind"] == "refusal"


def test_what_cannot_be_done(slack: LocalSlack, client: WebClient, ann: Person) -> None:
    select = {"type": "static_select", "options": [{"text": plain("A bug"), "value": "bug"}]}
    client.views_open(trigger_id=trigger(slack, ann), view=modal("X", field("kind", "Kind", select)))
    below = ann.modal
    with pytest.raises(Impossible, match="'story' is not offered, only: A bug"):
        below.fill({"Kind": "story"})
    with pytest.raises(Impossible, match="nothing is called 'Colour' here, only: Kind"):
        below.fill({"Colour": "red"})
    client.views_push(trigger_id=trigger(slack, ann, below.id), view=modal("Top"))
    with pytest.raises(Impossible, match="another modal lies on top: Top"):
        below.fill({"Kind": "bug"})
