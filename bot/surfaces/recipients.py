"""An inbox's recipients outside Slack. Their modal and its forms take each other's place: Slack stacks but three."""

from typing import Any

from slack_bolt import Ack, App

from bot.domain.inbox import Inbox
from bot.surfaces.desk import Desk
from bot.surfaces.inboxes import number
from bot.surfaces.opening import open_modal
from bot.usecases import inboxes, outside
from bot.views.clicks import action_of, read_value
from bot.views.forms import outside as forms

SENT = "A test is on its way to {label}. If it cannot be delivered, its problem stands here: press Refresh in a moment."


def register(app: App, desk: Desk) -> None:
    register_list(app, desk)
    register_forms(app, desk)


def view_of(desk: Desk, inbox: Inbox, words: str = "") -> dict[str, Any]:
    return forms.outside_view(inbox, desk.outside.off, words)


def register_list(app: App, desk: Desk) -> None:
    @app.action("inbox.outside")
    def press_outside(ack: Ack, body: dict[str, Any], client: Any) -> None:
        inbox = inboxes.find_inbox(desk.db, desk.act(body, "inbox"), number(read_value(body)))
        open_modal(client, body, view_of(desk, inbox))
        ack()

    @app.action("inbox.outside.again")
    def press_refresh(ack: Ack, body: dict[str, Any], client: Any) -> None:
        inbox = inboxes.find_inbox(desk.db, desk.act(body, "inbox"), number(read_value(body)))
        desk.replies.redraw(client.views_update, body, view_of(desk, inbox))
        ack()

    @app.action("inbox.outside.test")
    def press_test(ack: Ack, body: dict[str, Any], client: Any) -> None:
        click, act = forms.read_recipient(body), desk.act(body, "inbox")
        told = inboxes.try_recipient(desk.db, act, click.inbox, click.recipient)
        inbox = inboxes.find_inbox(desk.db, act, click.inbox)
        desk.replies.redraw(
            client.views_update, body, view_of(desk, inbox, SENT.format(label=told.label or told.medium))
        )
        ack()

    @app.action("inbox.outside.remove")
    def press_remove(ack: Ack, body: dict[str, Any], client: Any) -> None:
        click = forms.read_recipient(body)
        inbox = inboxes.remove_recipient(desk.db, desk.act(body, "inbox"), click.inbox, click.recipient)
        desk.replies.redraw(client.views_update, body, view_of(desk, inbox, "The recipient is removed."))
        ack()


def register_forms(app: App, desk: Desk) -> None:
    @app.action("inbox.webhook.new")
    @app.action("inbox.pagerduty.new")
    def press_add(ack: Ack, body: dict[str, Any], client: Any) -> None:
        inbox = inboxes.find_inbox(desk.db, desk.act(body, "inbox"), number(read_value(body)))
        is_webhook = action_of(body)["action_id"] == "inbox.webhook.new"
        desk.replies.redraw(
            client.views_update, body, (forms.webhook_form if is_webhook else forms.pagerduty_form)(inbox.id)
        )
        ack()

    @app.view("inbox.webhook")
    def submit_webhook(ack: Ack, body: dict[str, Any]) -> None:
        inbox, address = forms.read_outside(body["view"]), forms.read_webhook(body["view"])
        added = outside.add_webhook(desk.db, desk.act(body, "inbox"), desk.outside, inbox, address)
        ack(response_action="update", view=forms.webhook_added(added.inbox, added.recipient, added.secret))

    @app.view("inbox.pagerduty")
    def submit_pagerduty(ack: Ack, body: dict[str, Any]) -> None:
        inbox, (key, label) = forms.read_outside(body["view"]), forms.read_pagerduty(body["view"])
        added = outside.add_pagerduty(desk.db, desk.act(body, "inbox"), desk.outside, inbox, key, label)
        ack(response_action="update", view=view_of(desk, added.inbox, "PagerDuty is added. Send it a test."))
