"""``python -m bot demo``: everything in one process, on the loopback only."""

import json
import logging
import shutil
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from bot.config import Settings, manifest_file
from bot.demo import company
from bot.demo.alerts import NOW_AND_THEN
from bot.demo.clock import Clock
from bot.demo.company import Company, Historian
from bot.sandbox.page import mount
from bot.sandbox.slack import LocalSlack
from bot.storage import migrate
from bot.storage.database import Database
from bot.wiring import Casebook, build

log = logging.getLogger(__name__)

FOLDER = Path(".casebook-demo")
PORT = 8910
PORTS_TRIED = 20
ALERT_EVERY = 90.0
SAVE_EVERY = 5.0


class Demo:
    """``folder`` keeps the workspace and the database between runs."""

    def __init__(self, folder: Path, port: int, clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        self.kept = folder / "workspace.json"
        self.slack = self.local_slack(port)
        self.stopping = threading.Event()

    def local_slack(self, port: int) -> LocalSlack:
        """On ``port``, or on the next one that is free."""
        for candidate in range(port, port + PORTS_TRIED):
            try:
                return LocalSlack(
                    manifest=manifest_file(),
                    port=candidate,
                    team_url="",
                    team_name="Acme",
                    now=self.clock.seconds,
                    page=mount,
                ).start()
            except OSError:
                log.info("port %s is taken", candidate)
        raise OSError(f"ports {port} to {port + PORTS_TRIED - 1} are all taken; choose another with --port")

    def settings(self) -> Settings:
        return Settings(
            bot_token=self.slack.bot_token,
            app_token=self.slack.app_token,
            signing_secret=self.slack.signing_secret,
            api_url=self.slack.api_url,
            host="127.0.0.1",
            port=0,
            database_url=f"sqlite:///{self.folder / 'casebook.db'}",
        )

    @contextmanager
    def running(self) -> Iterator[Company]:
        """The company with its Casebook at work, until the block ends; then all is saved."""
        first_time = not self.kept.exists()
        if not first_time:
            self.slack.restore(json.loads(self.kept.read_text()))
        place = company.found(self.slack) if first_time else company.again(self.slack)
        self.migrate()
        casebook = build(self.settings(), clock=self.clock.now)
        try:
            if first_time:
                Historian(self.slack, casebook, place, self.clock).tell()
            casebook.start()
            yield place
        finally:
            self.end(casebook)

    def migrate(self) -> None:
        db = Database(self.settings().database_url)
        migrate.upgrade(db)
        db.close()

    def end(self, casebook: Casebook) -> None:
        self.stopping.set()
        casebook.stop()
        self.save()
        self.slack.stop()

    def save(self) -> None:
        """All or nothing: a half-written file would lose the workspace."""
        fresh = self.kept.with_suffix(".new")
        fresh.write_text(json.dumps(self.slack.snapshot()))
        fresh.replace(self.kept)

    def live(self, place: Company, stopped: Callable[[float], bool]) -> None:
        """Alerts come in now and then, and what happened is kept, until ``stopped`` says so."""
        alerts, waited = cycle(NOW_AND_THEN), 0.0
        while not stopped(SAVE_EVERY):
            waited += SAVE_EVERY
            if waited >= ALERT_EVERY:
                channel, alert = next(alerts)
                place.bots[alert.bot].post(place.channels[channel], **alert.post)
                waited = 0.0
            self.save()


def demo(*, fresh: bool, port: int, browser: bool, say: Callable[[str], None], stopping: threading.Event) -> None:
    """Runs until ``stopping`` is set."""
    if fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    if not (FOLDER / "workspace.json").exists():
        (FOLDER / "casebook.db").unlink(missing_ok=True)
        say("Setting up a small company with forty cases; this takes a few seconds.")
    started = Demo(FOLDER, port, Clock())
    with started.running() as place:
        say(f"Casebook is at work in a workspace of its own: {started.slack.url}/")
        say("Stop it with Ctrl-C; it goes on there next time, or anew with --fresh.")
        if browser:
            webbrowser.open(f"{started.slack.url}/")
        started.live(place, stopping.wait)
