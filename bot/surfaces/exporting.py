"""Exports: the button under lists, and its form. The command stands with the other ones."""

from typing import Any

from slack_bolt import Ack, App

from bot.surfaces.desk import Desk
from bot.surfaces.opening import open_modal
from bot.usecases.exporting import ask_for_export
from bot.views import export
from bot.views.clicks import read_page_click
from bot.views.forms import notice


def register(app: App, desk: Desk) -> None:
    @app.action("case.export")
    def press_export(ack: Ack, body: dict[str, Any], client: Any) -> None:
        open_modal(client, body, export.export_form(read_page_click(body).query))
        ack()

    @app.view("case.export")
    def submit_export(ack: Ack, body: dict[str, Any]) -> None:
        query, kind = export.read_export(body["view"])
        total = ask_for_export(desk.db, desk.act(body, "form"), query, kind)
        ack(response_action="update", view=notice(export.being_prepared(total, kind), "Export"))
