"""From the submission of the New case form to the card in the channel, on an idle system.

What the stand-in takes by itself is measured in the same run and taken off: the way of a submission to an app that only
acknowledges it, and one chat.postMessage. Goal: at most 300 ms beyond those.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.sandbox.slack import LocalSlack
from tests.benchmarks import places
from tests.benchmarks.places import MANIFEST

HEAD = ("ms", "median", "p90", "slowest")
FORM = {
    "type": "modal", "callback_id": "bare", "title": {"type": "plain_text", "text": "Bare"},
    "submit": {"type": "plain_text", "text": "Create"},
    "blocks": [
        {
            "type": "input", "block_id": "title", "label": {"type": "plain_text", "text": "Title"},
            "element": {"type": "plain_text_input", "action_id": "title"},
        }
    ],
}  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=20)
    options.add_argument("--pause", type=float, default=1.5, help="seconds between two, so that all is idle again")
    chosen = options.parse_args()
    bare = submissions(chosen.cases)
    with (
        LocalSlack(
            MANIFEST, bot_token=places.BOT_TOKEN, app_token=places.APP_TOKEN, signing_secret=places.SECRET
        ) as slack,
        tempfile.TemporaryDirectory(prefix="casebook-") as folder,
    ):
        dana = slack.add_person("dana", admin=True)
        ops = slack.add_channel("ops", members=[dana], bot=True)
        with places.casebook(f"sqlite:///{Path(folder) / 'casebook.db'}", slack.api_url, "socket"):
            slack.wait_connected(2)
            project(slack, dana, ops)
            times = [created(slack, dana, ops, number, chosen.pause) for number in range(chosen.cases)]
        posts = posted(slack, ops, chosen.cases)
    own = statistics.median(bare) + statistics.median(posts)
    beyond = [one - own for one in times]
    places.table(
        HEAD,
        [
            row("submission to card", times),
            row("a bare submission", bare),
            row("a bare chat.postMessage", posts),
            row("beyond the stand-in (goal: 300)", beyond),
        ],
    )


def project(slack: LocalSlack, dana: Any, ops: Any) -> None:
    dana.command("/case project new", channel=ops)
    form = dana.modal
    form.fill({"key": "OPS", "name": "Operations", "home_channel": ops})
    assert form.submit().ok
    dana.modal.close()
    time.sleep(2)


def created(slack: LocalSlack, dana: Any, ops: Any, number: int, pause: float) -> float:
    time.sleep(pause)
    words = f"Checkout {number} is down"
    dana.command(f"/case new {words}", channel=ops)
    form = dana.modal
    form.fill({"title": words})
    began = time.perf_counter()
    watched = Watch(slack, lambda: any(words in str(post.body) for post in slack.platform.workspace.lasting(ops.id)))
    answer = form.submit()
    assert answer.ok, answer.errors
    took = watched.wait() - began
    dana.modal.close()
    return 1000 * took


class Watch:
    """The moment when something has come about in the workspace, noticed on the stand-in's own thread."""

    def __init__(self, slack: LocalSlack, is_there: Callable[[], bool]) -> None:
        self.slack, self.is_there, self.at = slack, is_there, 0.0
        self.stop = slack.platform.workspace.subscribe(self.look)

    def look(self, what: Any) -> None:
        if not self.at and what["what"] == "message" and self.is_there():
            self.at = time.perf_counter()

    def wait(self) -> float:
        self.slack.wait_for(lambda: self.at, 10, "the card")
        self.slack.ask(self.stop)
        return self.at


def submissions(count: int) -> list[float]:
    """How long a submission takes that an app acknowledges and no more."""
    with LocalSlack(MANIFEST) as slack:
        dana = slack.add_person("dana")
        app = App(client=WebClient(token=slack.bot_token, base_url=slack.api_url), process_before_response=True)

        @app.command("/case")
        def open_form(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
            client.views_open(trigger_id=body["trigger_id"], view=FORM)
            ack()

        @app.view("bare")
        def submit(ack: Ack) -> None:
            ack()

        handler = SocketModeHandler(app, slack.app_token)
        handler.connect()
        slack.wait_connected()
        times = [submitted(dana, number) for number in range(count)]
        handler.close()
    return times


def submitted(dana: Any, number: int) -> float:
    dana.command("/case new")
    form = dana.modal
    form.fill({"title": f"Checkout {number} is down"})
    began = time.perf_counter()
    assert form.submit().ok
    return 1000 * (time.perf_counter() - began)


def posted(slack: LocalSlack, channel: Any, count: int) -> list[float]:
    client = WebClient(token=slack.bot_token, base_url=slack.api_url)
    times = []
    for number in range(count):
        time.sleep(1)  # as many as Slack takes
        began = time.perf_counter()
        client.chat_postMessage(channel=channel.id, text=f"Checkout {number} is down")
        times.append(1000 * (time.perf_counter() - began))
    return times


def row(what: str, times: Sequence[float]) -> Sequence[object]:
    return what, *(f"{one:.0f}" for one in (statistics.median(times), statistics.quantiles(times, n=10)[8], max(times)))


if __name__ == "__main__":
    main()
