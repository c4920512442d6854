"""What goes wrong in a fault run: Slack's faults, and replicas that are killed."""

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.sandbox.slack import LocalSlack
from tests.benchmarks import places
from tests.benchmarks.places import ROOT


def misfortunes(slack: LocalSlack, seed: int) -> None:
    faults = slack.faults
    faults.seed(seed)
    for method in ("chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "views.open"):
        for kind, value, probability in (
            ("delay", 0.3, 0.10),
            ("drop_before", None, 0.05),
            ("drop_after", None, 0.06),
            ("ratelimited", 1, 0.03),
            ("status", 500, 0.03),
            ("error", "internal_error", 0.02),
            ("html", None, 0.02),
        ):
            faults.add(method, kind, value, probability=probability)  # type: ignore[arg-type]
    for kind, value, probability in (
        ("duplicate", None, 0.05),
        ("delay", 0.2, 0.10),
        ("drop_socket", None, 0.02),
        ("lose", None, 0.02),
    ):
        faults.add(kind=kind, value=value, probability=probability, delivery="*")  # type: ignore[arg-type]


class Replicas:
    """Two processes of Casebook on one database."""

    def __init__(self, slack: LocalSlack, database_url: str, lease: float, log: Path) -> None:
        self.slack, self.lease, self.log = slack, lease, log
        self.env = places.environment(database_url, slack.api_url) | {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "CASEBOOK_PORT": "0",
            "PYTHONPATH": str(ROOT),
        }
        self.running: list[subprocess.Popen[bytes]] = []
        self.kills = 0

    def start_all(self) -> None:
        """The first one migrates the database."""
        self.running = [self.start()]
        self.slack.wait_connected(2, timeout=60)
        self.running.append(self.start())
        self.slack.wait_connected(4, timeout=60)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.benchmarks.serving", str(self.lease)]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def kill(self, number: int) -> None:
        self.running[number].kill()
        self.running[number].wait()
        self.kills += 1

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def killing(replicas: Replicas, chance: random.Random, every: float) -> Iterator[None]:
    """Now this one, now that one, sometimes both at once."""
    enough = threading.Event()

    def kill() -> None:
        while not enough.wait(chance.uniform(0.3, 1.7) * every):
            numbers = chance.choice(([0], [1], [0], [1], [0, 1]))
            for number in numbers:
                replicas.kill(number)
            enough.wait(chance.uniform(0.0, 0.5))
            for number in numbers:
                replicas.running[number] = replicas.start()

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()
