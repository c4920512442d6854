"""Pickers that fill themselves while somebody types."""

import re
from typing import Any

from slack_bolt import Ack, App

from bot.surfaces.asking import choices_for
from bot.surfaces.desk import Desk
from bot.usecases import inbox_forms, looking, shelves
from bot.views import pickers
from bot.views.forms.new_ticket import choice_options
from bot.views.limits import OPTIONS


def register(app: App, desk: Desk) -> None:
    @app.options("form.case")
    def suggest_cases(ack: Ack, body: dict[str, Any]) -> None:
        found = looking.suggest_cases(desk.db, desk.act(body, "form"), body["value"])
        ack(options=pickers.case_options(found))

    @app.options("form.teams")
    def suggest_teams(ack: Ack, body: dict[str, Any]) -> None:
        found = looking.suggest_teams(desk.db, desk.act(body, "form"), body["value"])
        ack(options=pickers.team_options(found))

    @app.options("home.inbox")
    def suggest_inboxes(ack: Ack, body: dict[str, Any]) -> None:
        found = shelves.suggest_shelves(desk.db, desk.act(body, "home"), body["value"])
        ack(options=pickers.inbox_options(found))

    @app.options("form.shelf")
    def suggest_owners(ack: Ack, body: dict[str, Any]) -> None:
        form = inbox_forms.new_form(desk.db, desk.act(body, "form"))
        ack(options=pickers.shelf_options(form, body["value"]))

    @app.options(re.compile(r"(ticket|terms|bulk)\.(kind|subtype)\..*|asked\..*", re.DOTALL))
    def suggest_choices(ack: Ack, body: dict[str, Any]) -> None:
        ack(options=choice_options(choices_for(desk, body)[:OPTIONS]))

    @app.options("form.project")
    def suggest_projects(ack: Ack, body: dict[str, Any]) -> None:
        found = looking.suggest_projects(desk.db, desk.act(body, "form"), body["value"])
        ack(options=pickers.project_options(found))
