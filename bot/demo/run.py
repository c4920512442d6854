"""``python -m bot demo``: everything in one process, on the loopback only."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from bot.config import Settings, manifest_file
from bot.demo import company, surroundings
from bot.demo.clock import Clock
from bot.demo.folder import CannotRun, Folder
from bot.demo.history import Historian, Stopped
from bot.demo.monitoring import NOW_AND_THEN, Call, Monitoring
from bot.demo.offices import Offices
from bot.demo.script import Script
from bot.sandbox.page import mount
from bot.sandbox.slack import LocalSlack
from bot.sandbox.wire import Json
from bot.storage import revision
from bot.storage.database import Database
from bot.wiring import Casebook, build

log = logging.getLogger(__name__)

FOLDER = Path(".casebook-demo")
PORTS_TRIED = 20
HIGHEST_PORT = 65535
FIRST_ALERT = 25.0
LONGEST_BETWEEN_ALERTS = 3600.0
TICK = 1.0


class Demo:
    """``stopping`` ends it, also while it is being set up."""

    def __init__(self, folder: Folder, port: int, stopping: threading.Event) -> None:
        self.folder, self.stopping = folder, stopping
        self.clock = Clock()
        self.kept = folder.load() if folder.is_set_up else None
        self.slack = self.local_slack(port)
        self.offices = self.open_offices()
        self.monitoring = Monitoring(self.clock, None if self.kept is None else self.kept.get("monitoring", ""))
        self.has_changed = threading.Event()
        self.slack.platform.workspace.subscribe(lambda _: self.has_changed.set())

    @property
    def address(self) -> str:
        return f"{self.slack.url}/"

    def open_offices(self) -> Offices:
        try:
            return Offices(self.clock, (self.kept or {}).get("offices"))
        except (LookupError, TypeError, ValueError) as error:
            self.slack.stop()
            raise self.folder.unreadable(error) from error

    def local_slack(self, port: int) -> LocalSlack:
        """On ``port``, or on the next one that is free."""
        last = min(port + PORTS_TRIED - 1, HIGHEST_PORT)
        for candidate in range(port, last + 1):
            try:
                return self.slack_on(candidate, self.kept)
            except OSError as error:
                log.info("port %s cannot be used: %s", candidate, error)
                problem = error
        raise CannotRun(
            f"No port from {port} to {last} can be used ({problem.strerror}). Choose another with --port."
        ) from problem

    def slack_on(self, port: int, kept: Json | None) -> LocalSlack:
        slack = LocalSlack(
            manifest=manifest_file(), port=port, team_url="", team_name="Acme", now=self.clock.seconds, page=mount
        )
        if kept is not None:
            try:
                slack.restore(kept)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise self.folder.unreadable(error) from error
        return slack.start()

    def settings(self) -> Settings:
        """All of them said here: nothing comes from the environment or a `.env`."""
        return Settings(
            bot_token=self.slack.bot_token,
            app_token=self.slack.app_token,
            signing_secret=self.slack.signing_secret,
            api_url=self.slack.api_url,
            mode="socket",
            host="127.0.0.1",
            port=0,
            admins=frozenset(),
            database_url=f"sqlite:///{self.folder.database}",
            jira_url=self.offices.jira.url,
            jira_email=self.offices.jira.email,
            jira_api_token=self.offices.jira.token,
            jira_webhook_secret=self.offices.secret,
            servicenow_url=self.offices.servicenow.url,
            servicenow_user=self.offices.servicenow.user,
            servicenow_password=self.offices.servicenow.password,
            servicenow_webhook_secret=self.offices.secret,
        )

    @contextmanager
    def running(self) -> Iterator[Casebook]:
        """Casebook at work, until the block ends; then all is kept. Raises ``Stopped``."""
        try:
            self.migrate()
            casebook = build(self.settings(), clock=self.clock.now)
            try:
                if self.kept is None:
                    self.set_up(casebook)
                    self.slack.traffic.clear()  # the Inspector shows what happens from now on
                self.save()
                casebook.start()
                self.offices.call(casebook.server.port)
                self.monitoring.reach(casebook.server.port)
                yield casebook
            finally:
                casebook.stop()
                if self.folder.is_set_up:
                    self.save()
        finally:
            self.offices.close()
            self.slack.stop()

    def set_up(self, casebook: Casebook) -> None:
        company.found(self.slack)
        place = company.company(self.slack)
        Historian(self.slack, casebook, place, self.clock, self.monitoring).tell(self.stopping.is_set)

    def migrate(self) -> None:
        db = Database(self.settings().database_url)
        try:
            present, known = revision.current(db), revision.head()
            if present and present > known:
                raise CannotRun(
                    f"A newer Casebook left what is in {self.folder.path}. "
                    "Use that one, or begin anew with `python -m bot demo --fresh`."
                )
            revision.upgrade(db)
        finally:
            db.close()

    def save(self) -> None:
        self.has_changed.clear()
        kept = {"offices": self.offices.snapshot(), "monitoring": self.monitoring.token}
        self.folder.save({**self.slack.snapshot(), **kept})

    def wait(self, seconds: float) -> None:
        """Keeps what happens meanwhile. Raises ``Stopped``."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            if self.stopping.wait(max(0.0, min(TICK, left))):
                raise Stopped
            if self.has_changed.is_set():
                self.save()
            if left <= TICK:
                return

    def live(self) -> None:
        """Alerts come in now and then, ever more seldom: nobody wants thousands in the morning. Raises ``Stopped``."""
        between = FIRST_ALERT
        for channel_name, alert in cycle(NOW_AND_THEN):
            self.wait(between)
            between = min(between * 2, LONGEST_BETWEEN_ALERTS)
            if isinstance(alert, Call):
                self.monitoring.send(alert)
                continue
            place = company.company(self.slack)
            channel, bot = place.channels.get(channel_name), place.bots.get(alert.bot)
            if channel and bot:
                bot.post(channel, **alert.post)


def demo(
    *, fresh: bool, port: int, browser: bool, script: bool, say: Callable[[str], None], stopping: threading.Event
) -> None:
    """Runs until ``stopping`` is set. Raises ``CannotRun`` and ``OSError``."""
    folder = Folder(FOLDER)
    with folder.locked(), surroundings.left_behind() as hidden:
        if fresh or not folder.is_set_up:
            folder.clear()
            say("Setting up a small company with forty cases; this takes a few seconds.")
        started = Demo(folder, port, stopping)
        folder.address.write_text(started.address, encoding="utf-8")
        try:
            with started.running():
                show(started, browser, script, hidden, say)
        except Stopped:
            done = (
                "Stopped." if folder.is_set_up else "Stopped before the company was there; the next start sets it up."
            )
            say(done)


def show(started: Demo, browser: bool, script: bool, hidden: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Raises ``Stopped``, in the end."""
    play = Script(started.slack, started.wait, say) if script else None
    address = play.address if play else started.address
    say(f"Casebook is at work in a workspace of its own: {address}")
    say(f"Its Jira is at {started.offices.jira.url}/ and its ServiceNow at {started.offices.servicenow.url}/")
    say("Stop it with Ctrl-C; it goes on there next time, or begins anew with --fresh.")
    if browser:
        open_browser(address, hidden)
    if play:
        play.run()
    started.live()


def open_browser(address: str, hidden: Mapping[str, str]) -> None:
    """In a process of its own: a browser in text mode would take the terminal, and its proxies are its own affair."""
    environment = surroundings.with_hidden(hidden)
    command = [sys.executable, "-m", "webbrowser", address]
    nothing = subprocess.DEVNULL
    try:
        subprocess.Popen(command, env=environment, stdin=nothing, stdout=nothing, stderr=nothing)  # noqa: S603 - ours
    except OSError as error:
        log.info("no browser was opened: %s", error)
