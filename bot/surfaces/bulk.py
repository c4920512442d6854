"""Bulk edits: choosing cases and a deed, confirming, undoing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.domain.act import Act
from bot.domain.bulk import Bulk, BulkForm, Deed, What
from bot.domain.ticket import System
from bot.surfaces.asking import AT_ONCE, ask_for, new_after
from bot.surfaces.desk import Body, Desk
from bot.surfaces.opening import open_modal
from bot.surfaces.tickets import system_of
from bot.usecases import bulk, bulk_undo
from bot.usecases.ticket_accounts import meet
from bot.views.clicks import action_of, read_page_click, read_value
from bot.views.forms import bulk as forms
from bot.views.forms.new_ticket import NewTicket, read_new, read_partner


def register(app: App, desk: Desk) -> None:
    register_choosing(app, desk)
    register_running(app, desk)


def register_choosing(app: App, desk: Desk) -> None:
    @app.action("bulk.edit")
    def press_bulk_edit(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = bulk.start_bulk(desk.db, desk.act(body, "list"), read_page_click(body).query)
        open_modal(client, body, forms.bulk_form(form, systems=desk.workspace.systems))
        ack()

    def press_in_form(ack: Ack, body: dict[str, Any], client: Any) -> None:
        draw(desk, body, client, clicked(desk, desk.act(body, "form"), body))
        ack()

    for action in ("bulk.page", "bulk.page.back", "bulk.all", "bulk.none", "bulk.deed", "bulk.partner", "bulk.again"):
        app.action(action)(press_in_form)
    app.action(re.compile(r"bulk\.(kind|subtype)\..*", re.DOTALL))(press_in_form)

    @app.view("bulk.edit")
    def submit_bulk_edit(ack: Ack, body: dict[str, Any]) -> None:
        fields, deed = forms.read_bulk(body["view"]), forms.read_deed(body["view"], desk.workspace.systems)
        ticks = bulk.Ticks(fields.shown, fields.ticked)
        found = bulk.choose_deed(desk.db, desk.act(body, "form"), fields.bulk, ticks, deed)
        ask_ahead(desk, found.bulk, deed)
        ack(response_action="update", view=forms.forecast_view(found))

    @app.action("bulk.back")
    def press_back(ack: Ack, body: dict[str, Any], client: Any) -> None:
        form = bulk.show_bulk(desk.db, desk.act(body, "form"), forms.read_bulk_id(body["view"]))
        deed = form.bulk.chosen
        draw(desk, body, client, Drawing(form, deed.what if deed else None, 0, ticket_of(desk, deed) if deed else None))
        ack()


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the form is drawn from: see ``bulk_form``."""

    form: BulkForm
    what: What | None
    drawn: int
    ticket: NewTicket | None

    def view(self, systems: Sequence[System], ticket: NewTicket | None) -> dict[str, Any]:
        return forms.bulk_form(self.form, what=self.what, drawn=self.drawn, systems=systems, ticket=ticket)


def draw(desk: Desk, body: Body, client: Any, drawing: Drawing) -> None:
    """At once; where tickets are to be created, once more with what their partner asks."""
    systems, ticket = desk.workspace.systems, drawing.ticket
    desk.replies.redraw(client.views_update, body, drawing.view(systems, ticket), AT_ONCE)
    if ticket is not None:
        ask_for(desk, body, client, ticket, lambda new: drawing.view(systems, new))


def ask_ahead(desk: Desk, chosen: Bulk, deed: Deed) -> None:
    """Whoever has the cases need not be asked for with each ticket, while somebody still looks at the forecast."""
    if deed.what == What.TICKET:

        def question() -> None:
            account = desk.ticketing[deed.partner].make().account
            meet(desk.db, deed.partner, bulk.holders(desk.db, chosen), desk.now(), account)

        desk.questions.ask(deed.partner, question)


def ticket_of(desk: Desk, deed: Deed) -> NewTicket | None:
    """As it was chosen before."""
    if deed.what != What.TICKET or deed.partner not in desk.ticketing:
        return None
    return NewTicket(system_of(desk, deed.partner), deed.kind, deed.subtype, extra=deed.extra)


def ticket_after(desk: Desk, body: Body, action: str) -> NewTicket:
    view = body["view"]
    system = system_of(desk, read_partner(view))
    new = read_new(view, system)
    if action == "bulk.partner" or not (new.kind or new.lists.kinds):
        return NewTicket(system, kind=system.default_kind)
    return new_after(new, action.split(".")[1])


def clicked(desk: Desk, act: Act, body: Body) -> Drawing:
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
    # Clicks below the boxes leave them as they are.
    drawn = fields.drawn + (action.startswith("bulk.page") or action in {"bulk.all", "bulk.none"})
    ticket = ticket_after(desk, body, action) if fields.what == What.TICKET else None
    return Drawing(form, fields.what, drawn, ticket)


def register_running(app: App, desk: Desk) -> None:
    @app.view("bulk.run")
    def submit_bulk_run(ack: Ack, body: dict[str, Any]) -> None:
        begun = bulk.confirm_bulk(desk.db, desk.act(body, "form"), forms.read_bulk_id(body["view"]))
        ack(response_action="update", view=forms.begun_view(begun))

    @app.action("bulk.undo")
    def press_undo(ack: Ack, body: dict[str, Any]) -> None:
        bulk_undo.undo_bulk(desk.db, desk.act(body, "card"), int(read_value(body)))
        ack()
