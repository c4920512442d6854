"""Which events reach the app, and what they look like."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Channel, LocalSlack, Person

Json = dict[str, Any]
Connect = Callable[[App], SocketModeHandler]


class Heard:
    """Events as they were delivered; `slack.settle` makes sure that none is under way."""

    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack

    def wrapped(self, kind: str = "") -> list[Json]:
        self.slack.settle()
        bodies = [record.request for record in self.slack.traffic.deliveries("events_api")]
        bodies.sort(key=lambda body: str(body["event_id"]))
        return [body for body in bodies if not kind or body["event"]["type"] == kind]

    def events(self, kind: str = "") -> list[Json]:
        return [body["event"] for body in self.wrapped(kind)]


@pytest.fixture
def heard(slack: LocalSlack, app: App, connect: Connect, ann: Person, bob: Person, ops: Channel) -> Heard:
    """An app that takes every event; what the fixtures caused is forgotten."""

    @app.use
    def take(body: Json, ack: Any) -> Any:
        return ack()

    slack.settle()
    connect(app)
    slack.traffic.clear()
    return Heard(slack)


def test_a_message(slack: LocalSlack, heard: Heard, ann: Person, ops: Channel) -> None:
    message = ann.post(ops, "hi *you* https://x.test")
    body = heard.wrapped()[0]
    assert (body["type"], body["team_id"], body["api_app_id"]) == ("event_callback", "T00001", "A00001")
    assert body["event_id"].startswith("Ev")
    assert body["authorizations"][0]["user_id"] == slack.bot_user
    assert body["is_ext_shared_channel"] is False
    event = body["event"]
    assert (event["type"], event["user"], event["channel"], event["channel_type"]) == (
        "message",
        ann.id,
        ops.id,
        "channel",
    )
    assert (event["ts"], event["event_ts"], event["text"]) == (message.ts, message.ts, "hi *you* <https://x.test>")
    inline = event["blocks"][0]["elements"][0]["elements"]
    assert inline == [{"type": "text", "text": "hi *you* "}, {"type": "link", "url": "https://x.test"}]
    assert event["client_msg_id"]


def test_threads_edits_and_deletions(slack: LocalSlack, heard: Heard, ann: Person, bob: Person, ops: Channel) -> None:
    parent = ann.post(ops, "parent")
    reply = bob.post(ops, "reply", thread=parent)
    bob.edit(reply, "better reply")
    bob.delete(reply)
    ann.post(ops, "all", thread=parent, broadcast=True)
    ann.delete(parent)
    events = heard.events("message")
    assert [e.get("subtype") for e in events] == [
        None, None, "message_changed", "message_deleted", "thread_broadcast", "message_changed",
    ]  # fmt: skip
    _, replied, changed, deleted, broadcast, tombstone = events
    assert (replied["thread_ts"], replied["parent_user_id"]) == (parent.ts, ann.id)
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("better reply", "reply")
    assert changed["message"]["edited"]["user"] == bob.id
    assert (changed["hidden"], changed["channel"], changed["message"]["thread_ts"]) == (True, ops.id, parent.ts)
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (reply.ts, "better reply")
    assert broadcast["root"]["text"] == "parent"
    assert tombstone["message"]["subtype"] == "tombstone"


def test_mentions(slack: LocalSlack, heard: Heard, ann: Person, ops: Channel) -> None:
    message = ann.post(ops, "@tester help @here @nobody")
    assert message.text == f"<@{slack.bot_user}> help <!here> @nobody"
    assert message.pings == [slack.bot_user, "here"]
    mention = heard.events("app_mention")[0]
    assert (mention["text"], mention["channel"], mention["ts"]) == (message.text, ops.id, message.ts)
    ann.post("", "@tester in private")
    assert len(heard.events("app_mention")) == 1
    assert heard.events("message")[-1]["channel_type"] == "im"


def test_the_bot_hears_only_where_it_is(slack: LocalSlack, heard: Heard, ann: Person) -> None:
    away = slack.add_channel("away", members=[ann])
    inside = slack.add_channel("inside", members=[ann], private=True, bot=True)
    ann.post(away, "unheard @tester")
    ann.post(inside, "heard")
    assert [(e["text"], e["channel_type"]) for e in heard.events("message")] == [("heard", "group")]
    assert heard.events("app_mention") == []
    inside.kick()
    ann.post(inside, "unheard")
    assert len(heard.events("message")) == 1


def test_own_messages_and_ephemerals(
    slack: LocalSlack, heard: Heard, client: WebClient, ann: Person, ops: Channel
) -> None:
    client.chat_postMessage(channel=ops.id, text="mine")
    client.chat_postEphemeral(channel=ops.id, user=ann.id, text="psst")
    event = heard.events("message")[0]
    assert (event["text"], event["bot_id"], event["user"]) == ("mine", slack.platform.bot_id, slack.bot_user)
    assert len(heard.events()) == 1


def test_files(slack: LocalSlack, heard: Heard, ann: Person, ops: Channel) -> None:
    ann.post(ops, "", files=[("log.txt", b"down")])
    event = heard.events("message")[0]
    assert (event["subtype"], event["text"], event["files"][0]["name"]) == ("file_share", "", "log.txt")
    assert event["files"][0]["url_private"].startswith(slack.url + "/files/")


def test_members_and_channels(slack: LocalSlack, heard: Heard, ann: Person, bob: Person) -> None:
    room = slack.add_channel("room", members=[ann])
    room.invite()
    room.invite(bob)
    room.kick(bob)
    room.rename("hall")
    room.archive()
    room.unarchive()
    events = heard.events()
    assert [e["type"] for e in events] == [
        "member_joined_channel", "member_joined_channel", "member_left_channel", "channel_rename", "channel_archive",
        "channel_unarchive",
    ]  # fmt: skip
    assert (events[0]["user"], events[0]["inviter"], events[0]["channel_type"]) == (slack.bot_user, ann.id, "C")
    assert events[3]["channel"]["name"] == "hall"
    assert (events[4]["channel"], events[4]["user"]) == (room.id, ann.id)


def test_groups_and_people(slack: LocalSlack, heard: Heard, ann: Person, bob: Person) -> None:
    sre = slack.add_group("sre", name="SRE", members=[ann])
    sre.set_members([bob])
    sre.rename(name="Site reliability")
    sre.disable()
    carol = slack.add_person("carol")
    carol.change(real_name="Carol C", deleted=True)
    events = heard.events()
    assert [e["type"] for e in events] == [
        "subteam_created", "subteam_members_changed", "subteam_updated", "subteam_updated", "team_join", "user_change",
    ]  # fmt: skip
    assert (events[0]["subteam"]["handle"], events[0]["subteam"]["users"]) == ("sre", [ann.id])
    assert (events[1]["added_users"], events[1]["removed_users"]) == ([bob.id], [ann.id])
    assert events[2]["subteam"]["name"] == "Site reliability"
    assert events[3]["subteam"]["date_delete"] > 0
    assert events[5]["user"]["deleted"]


def test_the_end_of_the_app(slack: LocalSlack, heard: Heard) -> None:
    slack.revoke_tokens()
    slack.uninstall()
    assert heard.events()[0]["tokens"] == {"oauth": [], "bot": [slack.bot_user]}
    assert heard.events()[1]["type"] == "app_uninstalled"


def test_alert_bots(slack: LocalSlack, heard: Heard, ops: Channel) -> None:
    legacy, modern = slack.add_bot("Datadog"), slack.add_bot("Alertmanager", as_user=True)
    link = "https://app.datadoghq.eu/monitors/1?event_id=8"
    attachment = {"title": "Triggered: CPU", "title_link": link, "text": f"<{link}|[Monitor Status>]"}
    first = legacy.post(ops, attachments=[attachment])
    second = modern.post(ops, "firing", blocks=[{"type": "header", "text": {"type": "plain_text", "text": "x"}}])
    one, two = heard.events("message")
    assert (one["subtype"], one["username"], one["bot_id"], one["text"]) == ("bot_message", "Datadog", legacy.id, "")
    assert one["attachments"][0]["text"] == f"<{link}|[Monitor Status>]"
    assert one["attachments"][0]["fallback"] == "Triggered: CPU"
    assert "user" not in one
    assert (two.get("subtype"), two["user"], two["bot_id"]) == (None, modern.user, modern.id)
    assert (first.bot_id, second.user) == (legacy.id, modern.user)
    assert "Triggered: CPU" in first.shown


def test_shared_channels_say_so(slack: LocalSlack, heard: Heard, ann: Person) -> None:
    shared = slack.add_channel("shared", members=[ann], bot=True, ext_shared=True)
    ann.post(shared, "hi")
    assert heard.wrapped("message")[0]["is_ext_shared_channel"]


def test_workflow_steps(slack: LocalSlack, app: App, connect: Connect) -> None:
    @app.function("create_case")
    def create(inputs: Json, complete: Any, fail: Any) -> None:
        if inputs["title"] == "bad":
            fail("cannot")
        else:
            complete({"key": "OPS-1"})

    connect(app)
    good = slack.run_step("create_case", {"title": "x"})
    bad = slack.run_step("create_case", {"title": "bad"})
    slack.wait_for(lambda: slack.step(good)["state"] == "done" and slack.step(bad)["state"] == "failed")
    assert slack.step(good)["outputs"] == {"key": "OPS-1"}
    assert slack.step(bad)["error"] == "cannot"
    with pytest.raises(ValueError, match="create_case needs title"):
        slack.run_step("create_case")
    with pytest.raises(ValueError, match="create_case does not take title, colour"):
        slack.run_step("create_case", {"title": 1, "colour": "red"})


def test_a_step_ends_once_and_as_it_was_declared(slack: LocalSlack, client: WebClient) -> None:
    step = slack.run_step("create_case", {"title": "x"})
    for outputs in ({}, {"key": 1}, {"key": "OPS-1", "colour": "red"}):
        with pytest.raises(SlackApiError, match="parameter_validation_failed"):
            client.functions_completeSuccess(function_execution_id=step, outputs=outputs)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.functions_completeError(function_execution_id=step, error=" ")
    client.functions_completeSuccess(function_execution_id=step, outputs={"key": "OPS-1"})
    with pytest.raises(SlackApiError, match="execution_not_in_running_state"):
        client.functions_completeError(function_execution_id=step, error="too late")
    with pytest.raises(SlackApiError, match="access_denied"):
        client.functions_completeError(function_execution_id="Fx0", error="whose?")
