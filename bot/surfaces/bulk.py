"""Bulk edits: choosing cases and a deed, confirming, undoing."""

from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.surfaces.desk import Body, Desk
from bot.surfaces.opening import open_modal
from bot.usecases import bulk, bulk_undo
from bot.views.clicks import action_of, read_page_click, read_value
from bot.views.forms import bulk as forms


def register(app: App, desk: Desk) -> None:
    register_choosing(app, desk)
    register_running(app, desk)


def register_choosing(app: App, desk: Desk) -> None:
    @app.action("bulk.edit")
    def press_bulk_edit(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = bulk.start_bulk(desk.db, desk.act(body, "list"), read_page_click(body).query)
        open_modal(client, body, forms.bulk_form(form))
        ack()

    def press_in_form(ack: Ack, body: dict[str, Any], client: Any) -> None:
        view = redrawn(desk, desk.act(body, "form"), body)
        desk.replies.send(client.views_update, view_id=body["view"]["id"], view=view)
        ack()

    for action in ("bulk.page", "bulk.page.back", "bulk.all", "bulk.none", "bulk.deed"):
        app.action(action)(press_in_form)

    @app.view("bulk.edit")
    def submit_bulk_edit(ack: Ack, body: dict[str, Any]) -> None:
        fields, deed = forms.read_bulk(body["view"]), forms.read_deed(body["view"])
        ticks = bulk.Ticks(fields.shown, fields.ticked)
        found = bulk.choose_deed(desk.db, desk.act(body, "form"), fields.bulk, ticks, deed)
        ack(response_action="update", view=forms.forecast_view(found))

    @app.action("bulk.back")
    def press_back(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = bulk.show_bulk(desk.db, desk.act(body, "form"), forms.read_bulk_id(body["view"]))
        desk.replies.send(client.views_update, view_id=body["view"]["id"], view=forms.bulk_form(form))
        ack()


def redrawn(desk: Desk, act: Act, body: Body) -> dict[str, Any]:
    """The form after a click in it, with what is ticked on the page kept."""
    fields, action = forms.read_bulk(body["view"]), str(action_of(body)["action_id"])
    page = int(read_value(body)) if action.startswith("bulk.page") else fields.page
    if action == "bulk.all":
        bulk.tick_all(desk.db, act, fields.bulk)
    elif action == "bulk.none":
        bulk.untick_all(desk.db, act, fields.bulk)
    else:
        bulk.tick(desk.db, act, fields.bulk, bulk.Ticks(fields.shown, fields.ticked))
    form = bulk.show_bulk(desk.db, act, fields.bulk, page)
    return forms.bulk_form(form, what=fields.what, drawn=fields.drawn + (action != "bulk.deed"))


def register_running(app: App, desk: Desk) -> None:
    @app.view("bulk.run")
    def submit_bulk_run(ack: Ack, body: dict[str, Any]) -> None:
        begun = bulk.confirm_bulk(desk.db, desk.act(body, "form"), forms.read_bulk_id(body["view"]))
        ack(response_action="update", view=forms.begun_view(begun))

    @app.action("bulk.undo")
    def press_undo(ack: Ack, body: dict[str, Any]) -> None:
        bulk_undo.undo_bulk(desk.db, desk.act(body, "card"), int(read_value(body)))
        ack()
