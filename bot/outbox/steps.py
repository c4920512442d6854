"""Telling Slack what came of a workflow's step. With the bot token: the workflow's own dies after a quarter of an hour,
and would have to be kept."""

from typing import Any

from slack_sdk import WebClient

from bot.domain.delivery import Delivery
from bot.domain.evidence import PostRole
from bot.domain.reading import Workspace
from bot.domain.step import FORMS
from bot.outbox.cards import case_of
from bot.outbox.errors import ask
from bot.outbox.sender import Refused, Sent
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.usecases.verb import loaded
from bot.views.words import case_link

# The answer came before and only its record was lost, or the workflow was stopped meanwhile.
OVER = {"execution_not_in_running_state"}


class Steps:
    def __init__(self, client: WebClient, workspace: Workspace, db: Database) -> None:
        self.client = client
        self.workspace = workspace
        self.db = db

    def finish(self, held: Held) -> Sent:
        data = held.delivery.data
        try:
            if "error" in data:
                ask(self.client.functions_completeError, function_execution_id=data["execution"], error=data["error"])
            else:
                outputs = self.outputs(held.delivery)
                ask(self.client.functions_completeSuccess, function_execution_id=data["execution"], outputs=outputs)
        except Refused as refused:
            if refused.problem not in OVER:
                raise
        return Sent()

    def outputs(self, delivery: Delivery) -> dict[str, Any]:
        """As the case is by now. Where its card could not be posted there is nothing to say of that."""
        given = dict(delivery.data["outputs"])
        with self.db.read() as work:
            case = case_of(work, delivery)
            if case is None:
                return given
            loaded(case)
        home = case.project.home_channel
        card = next((post for post in case.posts if post.role == PostRole.CARD and post.channel == home), None)
        known = {
            "key": case.key,
            "status": case.status,
            "link": case_link(case, self.workspace),
            "channel": card.channel if card else None,
            "message": card.ts if card else None,
        }
        wanted = FORMS[delivery.data["step"]].gives
        return given | {name: value for name, value in known.items() if name in wanted and value}
