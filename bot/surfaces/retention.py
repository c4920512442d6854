"""Keeping cases that retention is about to delete, from the warning in a project's channel."""

from typing import Any

from slack_bolt import Ack, App

from bot.surfaces.desk import Desk
from bot.usecases import retention
from bot.views import answers
from bot.views.retention import KEEP_ALL, KEEP_ONE, keeping_all, read_keeping


def register(app: App, desk: Desk) -> None:
    @app.action(KEEP_ONE)
    def press_keep(ack: Ack, body: dict[str, Any], respond: Any) -> None:
        _, case, months = read_keeping(body)
        outcome = retention.keep_for(desk.db, desk.act(body, "card"), case, months)
        message = answers.changed(outcome.case, outcome.entry, desk.workspace, verb="case.keep")
        desk.replies.send(respond, **message, response_type="ephemeral", replace_original=False)
        ack()

    @app.action(KEEP_ALL)
    def press_keep_all(ack: Ack, body: dict[str, Any], respond: Any) -> None:
        departure, _, months = read_keeping(body)
        retention.keep_all(desk.db, desk.act(body, "card"), departure, months)
        message = answers.sentence(keeping_all())
        desk.replies.send(respond, **message, response_type="ephemeral", replace_original=False)
        ack()
