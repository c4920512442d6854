"""A process with a worker that ends without a word: ``python -m tests.outbox.dying POINT DATABASE API TOKEN NOW``."""

import os
import sys
import time
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from bot.domain.delivery import SLACK
from bot.domain.reading import Workspace
from bot.outbox.sender import Sent
from bot.outbox.slack import SlackSender
from bot.outbox.worker import Worker
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.usecases.listening import Listening
from tests.outbox.conftest import unpaced

DIED = 9
POINTS = ("claimed", "drawn", "sent", "recorded")


def end() -> None:
    os._exit(DIED)


class Client(WebClient):
    dies_before_posting = False

    def chat_postMessage(self, **kwargs: Any) -> Any:  # noqa: N802 - slack_sdk's name
        if self.dies_before_posting:
            end()
        return super().chat_postMessage(**kwargs)


def main(point: str, url: str, api: str, token: str, now: str) -> None:
    clock = datetime.fromisoformat(now)
    client = Client(token=token, base_url=api, timeout=5, retry_handlers=[])
    identity: Any = client.auth_test()
    client.dies_before_posting = point == "drawn"
    db = Database(url)
    workspace = Workspace(identity["url"], identity["team_id"], identity["user_id"])
    sender = SlackSender(client, workspace, db, frozenset(), lambda: clock, Listening())
    sent = 0

    def mortal(held: Held) -> Sent:
        nonlocal sent
        if point == "claimed" or (point == "recorded" and sent == 2):
            end()
        outcome = sender(held)
        sent += 1
        if point == "sent":
            end()
        return outcome

    Worker(db, {SLACK: mortal}, clock=lambda: clock, pace=unpaced, threads=2).start()
    time.sleep(20)


if __name__ == "__main__":
    main(*sys.argv[1:])
