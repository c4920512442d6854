"""Inboxes: the list of them, the form with its preview, and the menu on what they post."""

import re
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.errors import Invalid
from bot.domain.inbox import Inbox
from bot.domain.reading import Listing
from bot.surfaces.desk import Body, Desk, is_in_home, is_in_modal
from bot.surfaces.opening import open_edit_inbox, open_modal, open_new_inbox, page_below
from bot.surfaces.searching import receives
from bot.usecases import inbox_forms, inboxes, shelves, watching
from bot.usecases.inboxes import InboxFields
from bot.views import forms, lists
from bot.views import inboxes as views
from bot.views.clicks import TOO_OLD, action_of, read_page_click, read_value
from bot.views.forms import InboxFormFields
from bot.views.forms.intake import WATCHING


def register(app: App, desk: Desk) -> None:
    register_typing(app, desk)
    register_list(app, desk)
    register_form(app, desk)
    register_muting(app, desk)
    register_posts(app, desk)
    for form in ("inbox.new", "inbox.edit"):
        receives(form, draw_with_query)


def register_typing(app: App, desk: Desk) -> None:
    @app.action(re.compile(rf"{forms.TYPED}(/|\Z)"))
    def type_query(ack: Ack, body: dict[str, Any], client: Any) -> None:
        preview = watching.preview_query if body["view"]["callback_id"] == WATCHING else shelves.preview
        found = preview(desk.db, desk.act(body, "inbox"), forms.read_query(body["view"]))
        desk.replies.redraw(client.views_update, body, forms.with_preview(body["view"], found))
        ack()


def draw_with_query(desk: Desk, act: Act, field: forms.FieldOf, query: str) -> dict[str, Any]:
    """The form with a query that was built, and with all else as it was."""
    filled = forms.read_inbox(field.view)
    draft = inbox_forms.draft_form(desk.db, act, filled.inbox, replace(fields(filled), query=query))
    return forms.inbox_form(draft, below=forms.read_below(field.view), token=field.token)


def register_list(app: App, desk: Desk) -> None:
    @app.action("inbox.list")
    def press_inboxes(ack: Ack, body: dict[str, Any], client: Any) -> None:
        found = shelves.list_shelves(desk.db, desk.act(body, "inbox"))
        open_modal(client, body, views.inboxes_view(found))
        ack()

    @app.action("inbox.page")
    @app.action("inbox.page.back")
    def turn_inboxes(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        found = shelves.list_shelves(desk.db, desk.act(body, "inbox"), page=number(read_value(body)))
        if is_in_modal(body):
            view = views.inboxes_view(found)
            desk.replies.redraw(client.views_update, body, view)
        else:
            desk.replies.send(respond, **views.inboxes_message(found), replace_original=True)
        ack()

    @app.action("inbox.open")
    def press_show(ack: Ack, body: dict[str, Any], client: Any) -> None:
        listing = opened(desk, desk.act(body, "inbox"), read_value(body))
        open_modal(client, body, lists.listing_view(listing, desk.workspace))
        ack()


def opened(desk: Desk, act: Act, shelf: str) -> Listing:
    """``shelf``: the id of one."""
    made = shelf.removeprefix("inbox/")
    return shelves.open_shelf(desk.db, act, shelf) if made == shelf else shelves.open_inbox(desk.db, act, number(made))


def register_form(app: App, desk: Desk) -> None:
    @app.action("inbox.new")
    def press_new_inbox(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_new_inbox(desk, body, client)
        ack()

    @app.action("inbox.save")
    def press_save_as_inbox(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_new_inbox(desk, body, client, read_page_click(body).query)
        ack()

    @app.action("inbox.edit")
    def press_edit_inbox(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_edit_inbox(desk, body, client, number(read_value(body)))
        ack()

    @app.view("inbox.new")
    def submit_new_inbox(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = forms.read_inbox(body["view"])
        inbox = inboxes.create_inbox(desk.db, desk.act(body, "inbox"), fields(form))
        redraw_list(desk, body, client)
        ack(response_action="update", view=forms.inbox_saved(inbox, views.promises(inbox), created=True))

    @app.view("inbox.edit")
    def submit_inbox(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = forms.read_inbox(body["view"])
        inbox = inboxes.change_inbox(desk.db, desk.act(body, "inbox"), form.inbox, fields(form))
        redraw_list(desk, body, client)
        ack(response_action="update", view=forms.inbox_saved(inbox, views.promises(inbox), created=False))

    @app.action("inbox.delete")
    def press_delete_inbox(ack: Ack, body: dict[str, Any], client: Any) -> None:
        name = inboxes.delete_inbox(desk.db, desk.act(body, "inbox"), number(read_value(body)))
        redraw_list(desk, body, client)
        view = views.deleted_view(name)
        desk.replies.redraw(client.views_update, body, view)
        ack()


def fields(form: InboxFormFields) -> InboxFields:
    return InboxFields(
        name=form.name,
        query=form.query,
        team=form.team,
        project=form.project,
        events=form.events,
        stay_minutes=form.stay_minutes,
        channels=form.channels,
        people=form.people,
        digest=form.digest,
        digest_minute=form.digest_minute,
    )


def redraw_list(desk: Desk, body: Body, client: Any) -> None:
    """The list of inboxes beneath a form that was opened from it."""
    page, below = forms.read_below(body["view"]), body["view"].get("previous_view_id")
    if page and below:
        found = shelves.list_shelves(desk.db, desk.act(body, "inbox"), page=page)
        desk.replies.send(client.views_update, view_id=below, view=views.inboxes_view(found))


def register_muting(app: App, desk: Desk) -> None:
    @app.action("inbox.mute")
    @app.action("inbox.unmute")
    def press_mute(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        wanted = action_of(body)["action_id"] == "inbox.mute"
        mute(desk, body, respond, client, number(read_value(body)), muted=wanted)
        ack()


def mute(desk: Desk, body: Body, respond: Any, client: Any, inbox_id: int, *, muted: bool) -> None:
    """A list of inboxes is drawn anew; what this does and does not do is said where the person is looking."""
    act = desk.act(body, "inbox")
    inbox = inboxes.mute_inbox(desk.db, act, inbox_id, muted=muted)
    done = said(inbox, act, muted=muted)
    if page := page_below(body):
        found = shelves.list_shelves(desk.db, act, page=page)
        desk.replies.redraw(client.views_update, body, views.inboxes_view(found))
    elif is_in_modal(body) and body["view"]["callback_id"] == views.TOLD:
        desk.replies.redraw(client.views_update, body, views.told_view(done))
    elif is_in_modal(body) or is_in_home(body):
        open_modal(client, body, views.told_view(done))
    else:
        desk.replies.send(respond, **done, response_type="ephemeral", replace_original=False)


def said(inbox: Inbox, act: Act, *, muted: bool) -> dict[str, Any]:
    return views.muted(inbox, act.actor) if muted else views.unmuted(inbox, act.actor)


def register_posts(app: App, desk: Desk) -> None:
    @app.action("inbox.post")
    def choose_on_post(ack: Ack, body: dict[str, Any], respond: Any, client: Any) -> None:
        verb, _, inbox = read_value(body).partition(":")
        if verb == "inbox.mute":
            mute(desk, body, respond, client, number(inbox), muted=True)
        elif verb == "inbox.edit":
            open_edit_inbox(desk, body, client, number(inbox))
        else:
            listing = opened(desk, desk.act(body, "inbox"), f"inbox/{inbox}")
            open_modal(client, body, lists.listing_view(listing, desk.workspace))
        ack()


def number(value: str) -> int:
    """An id or a page in a button's value. Raises ``Invalid`` for a button that we did not draw."""
    if not value.isdecimal():
        raise Invalid(TOO_OLD)
    return int(value)
