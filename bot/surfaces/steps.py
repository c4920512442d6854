"""Steps of workflows. Slack tells of each as an event, which Bolt acknowledges; the answer comes from the outbox."""

from typing import Any

from slack_bolt import App

from bot.domain.act import Act
from bot.domain.step import FORMS
from bot.surfaces.desk import Desk
from bot.usecases.steps import run_step
from bot.views.steps import read_step


def register(app: App, desk: Desk) -> None:
    def run(event: dict[str, Any]) -> None:
        step = read_step(event)
        origin = f"function/{step.execution}"
        act = Act(actor=step.inputs.get("run_as", ""), at=desk.now(), via="workflow", origin=origin)
        run_step(desk.db, act, step, desk.workspace)

    for name in FORMS:
        app.function(name)(run)
