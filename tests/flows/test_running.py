"""The same journey whichever way Slack reaches Casebook and whichever database it has; and through bad weather."""

from threading import Thread

import pytest
from slack_sdk.socket_mode.builtin import client
from slack_sdk.socket_mode.builtin.connection import ConnectionState

from bot.wiring import build
from tests.flows.conftest import create_project, running, settings_for


def journey(town, casebook):
    """Ann opens a case, Bob takes it, replies below its card and closes it."""
    create_project(town, casebook, "OPS", "Operations", town.ops)
    town.ann.command("/case new checkout is down", channel=town.ops)
    assert not town.ann.modal.submit().errors
    bot, slack = town.slack.bot_user, town.slack
    card = slack.wait_for(lambda: next((m for m in slack.messages(town.ops) if m.user == bot), None), what="the card")
    assert casebook.worker.wait_until_idle(10)
    town.bob.click(card, "Take")
    town.bob.post(town.ops, "restarted the gateway", thread=card)
    slack.wait_for(lambda: "In progress" in card.shown, what="the card to say in progress")
    town.bob.click(card, "Close")
    town.bob.modal.fill({"reason": "Resolved"})
    assert not town.bob.modal.submit().errors
    slack.wait_for(lambda: "Reopen" in card.buttons, what="the closed card")
    slack.wait_for(
        lambda: "restarted the gateway" in town.ann.command("/case timeline OPS-1", channel=town.ops).shown,
        what="the reply as a note",
    )


def test_over_signed_http(town, sqlite_url):
    with running(settings_for(town.slack, sqlite_url, CASEBOOK_MODE="http")) as casebook:
        town.slack.deliver_to(f"http://127.0.0.1:{casebook.server.port}/slack/events")
        journey(town, casebook)


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_on_postgresql(town, postgres_url, mode):
    with running(settings_for(town.slack, postgres_url, CASEBOOK_MODE=mode)) as casebook:
        if mode == "http":
            town.slack.deliver_to(f"http://127.0.0.1:{casebook.server.port}/slack/events")
        journey(town, casebook)


def test_connections_that_break_are_made_again(town, project, slack):
    slack.drop_sockets()
    slack.wait_connected(2, timeout=30)
    assert "OPS-1" in town.ann.command("/case quick after the storm in OPS", channel=town.ops).text


class TakenBack(ConnectionState):
    """Whoever begins to listen while the connection is being closed says that it goes on, once."""

    ends, is_listened_to = 0, False

    @property
    def terminated(self):
        return self.ends > 1

    @terminated.setter
    def terminated(self, value):
        self.ends, self.is_listened_to = (self.ends + 1, self.is_listened_to) if value else (0, True)


def test_a_connection_is_closed_that_was_just_made(town, sqlite_url, monkeypatch):
    monkeypatch.setattr(client, "ConnectionState", TakenBack)
    casebook = build(settings_for(town.slack, sqlite_url))
    casebook.start()
    states = [socket.client.current_session_state for socket in casebook.sockets]
    town.slack.wait_for(lambda: all(state.is_listened_to for state in states), what="both to be listened to")
    stopping = Thread(target=casebook.stop)
    stopping.start()
    stopping.join(8)
    try:
        assert not stopping.is_alive()
    finally:
        for state in states:
            state.ends = 2


def test_an_event_that_could_not_be_kept_is_delivered_again(town, project, casebook, card, slack):
    town.ann.command("/case quick checkout is down in OPS", channel=town.ops)
    posted = card("checkout is down")
    casebook.db.wait_seconds = 0.2
    with casebook.db.write():  # nobody else can write
        town.bob.post(town.ops, "heard in the end", thread=posted)
        slack.wait_for(lambda: tries(slack, "heard in the end"), timeout=15, what="the first try to be given up")
    slack.wait_for(
        lambda: "heard in the end" in town.ann.command("/case timeline OPS-1", channel=town.ops).shown,
        timeout=15,
        what="the note",
    )


def tries(slack, text):
    """Deliveries of a message with this text that are over."""
    return [r for r in slack.traffic if r.kind == "delivery" and r.request.get("event", {}).get("text") == text]
