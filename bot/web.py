"""The web server: Slack's requests in HTTP mode; hooks, health and figures in both modes."""

import json
import logging
import re
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from waitress import wasyncore
from waitress.server import create_server

from bot.dispatcher import Dispatcher
from bot.domain.alert import Alert
from bot.domain.ticket import System, TicketChange
from bot.integrations import alertmanager_alerts, datadog_alerts, generic_alerts, pagerduty_alerts, sentry_alerts
from bot.integrations.hooks import Rejected
from bot.storage.database import Database
from bot.usecases.intake import Terms, take_alerts
from bot.usecases.intake_sources import find_hook
from bot.usecases.operating import Figure, figures
from bot.usecases.ticket_changes import take_changes

EVENTS_PATH, HOOKS_PATH = "/slack/events", "/hooks/"
TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
# A listener holds its thread until it has acknowledged: so many clicks may wait for Slack and delay no other.
THREADS = 40
BIGGEST_BODY = 1_048_576
# Bytes that an answer collects before the thread that makes it sends them itself. waitress 3 says 1, and while that
# thread sends, the server's own asks over and over whether it may: it keeps Python to itself for 5 ms each time.
SENT_AT_ONCE = 1_048_576
TIMESTAMP = re.compile(r"[0-9]{1,12}")

log = logging.getLogger(__name__)


def site(
    app: App | None, db: Database, problems: Callable[[], list[str]], hooks: Sequence["Hooks"] = ()
) -> "Site":  # fmt: skip
    """``app``: ``None`` in Socket Mode, where there may be no signing secret to check requests with.

    ``hooks``: each is asked in turn whether a path below /hooks/ is one of its own.
    """
    slack = SlackRequestHandler(app, EVENTS_PATH) if app else None
    return Site(slack, problems, lambda: figures(db, datetime.now(UTC)), hooks)


class Hooks(Protocol):
    """``None``: not one of its own. Raises `Rejected`. What fails otherwise is asked for again."""

    def __call__(self, path: str, headers: Mapping[str, str], raw: bytes) -> str | None: ...


class Site:
    """The WSGI application. ``problems`` are sentences, none when all is well."""

    def __init__(
        self,
        slack: WSGIApplication | None,
        problems: Callable[[], list[str]],
        figures: Callable[[], Iterable[Figure]],
        hooks: Sequence[Hooks] = (),
    ) -> None:
        self.slack, self.problems, self.figures, self.hooks = slack, problems, figures, hooks

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        if path == EVENTS_PATH and self.slack:
            return self.events(self.slack, environ, start_response)
        if path.startswith(HOOKS_PATH):
            return self.hook(path.removeprefix(HOOKS_PATH), environ, start_response)
        if path == "/healthz" and method == "GET":
            return self.health(start_response)
        if path == "/metrics" and method == "GET":
            return answer(start_response, "200 OK", prometheus(self.figures()), "text/plain; version=0.0.4")
        return answer(start_response, "404 Not Found", "There is nothing here.\n")

    def events(
        self, slack: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if not TIMESTAMP.fullmatch(environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "0")):
            # Bolt 1.30 fails on it with an error of its own, traceback included.
            return answer(start_response, "401 Unauthorized", "This is no request of Slack's.\n")
        try:
            return slack(environ, start_response)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            # Bolt reads the body before it checks the signature, so anybody can send it one that cannot be read.
            log.warning("A request to %s could not be read: %s", EVENTS_PATH, type(error).__name__)
            return answer(start_response, "400 Bad Request", "This is no request of Slack's.\n")

    def hook(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """What a partner sends: taken before it is answered, so that it is sent again if it was not."""
        if environ.get("REQUEST_METHOD") != "POST":
            return answer(start_response, "405 Method Not Allowed", "Post to this address.\n")
        raw = environ["wsgi.input"].read()  # the server has refused what is too long
        try:
            said = next(
                (said for hooks in self.hooks if (said := hooks(path, headers_of(environ), raw)) is not None), None
            )
        except Rejected as rejected:
            log.warning("What came to /hooks/%s was turned away: %s", path.partition("/")[0], rejected.sentence)
            return answer(start_response, status_line(rejected.status), f"{rejected.sentence}\n")
        except Exception as error:
            log.error("What came to /hooks/%s could not be kept: %s", path.partition("/")[0], type(error).__name__)
            return answer(start_response, "503 Service Unavailable", "Please send it again in a minute.\n")
        if said is None:
            return answer(start_response, "404 Not Found", "There is nothing here.\n")
        return answer(start_response, "200 OK", said, "application/json")

    def health(self, start_response: StartResponse) -> Iterable[bytes]:
        problems = self.problems()
        if problems:
            return answer(start_response, "503 Service Unavailable", "\n".join(problems) + "\n")
        return answer(start_response, "200 OK", "ok\n")


def headers_of(environ: WSGIEnvironment) -> dict[str, str]:
    """By their names in small letters."""
    return {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }


def status_line(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


@dataclass(frozen=True, slots=True)
class Hook:
    """How a partner's webhooks are read: headers, raw body, secret, now. ``read`` raises ``Rejected``."""

    system: System
    secret: str
    read: Callable[[Mapping[str, str], bytes, str, datetime], Sequence[TicketChange]]


class TicketHooks:
    """``/hooks/jira`` and its like. ``hooks``: by the last part of their path."""

    def __init__(self, db: Database, hooks: Mapping[str, Hook], clock: Callable[[], datetime]) -> None:
        self.db, self.hooks, self.clock = db, hooks, clock

    def __call__(self, path: str, headers: Mapping[str, str], raw: bytes) -> str | None:
        hook = self.hooks.get(path)
        if hook is None:
            return None
        now = self.clock()
        take_changes(self.db, hook.system, hook.read(headers, raw, hook.secret, now), now)
        return '{"ok": true}\n'


class AlertHooks:
    """``/hooks/<source>/<token>``: the addresses of alerts, each of one project and source.

    ``open_``: the secret that a source signs with, from how it is kept; empty if that cannot be opened.
    """

    def __init__(self, db: Database, open_: Callable[[str], str], clock: Callable[[], datetime]) -> None:
        self.db, self.open, self.clock = db, open_, clock

    def __call__(self, path: str, headers: Mapping[str, str], raw: bytes) -> str | None:
        source, _, token = path.partition("/")
        read = ALERT_READERS.get(source)
        hook = find_hook(self.db, source, token) if read and TOKEN.fullmatch(token) else None
        if read is None or hook is None:
            return None
        now = self.clock()
        alerts = read(headers, raw, self.open(hook.sealed) if hook.sealed else "", now)
        taken = take_alerts(self.db, Terms.of(hook), alerts, now)
        return json.dumps({"alerts": [{"case": one.case, "did": one.did.value} for one in taken]}) + "\n"


ALERT_READERS: Mapping[str, Callable[[Mapping[str, str], bytes, str, datetime], Sequence[Alert]]] = {
    "datadog": datadog_alerts.read,
    "alertmanager": alertmanager_alerts.read,
    "sentry": sentry_alerts.read,
    "pagerduty": pagerduty_alerts.read,
    "generic": generic_alerts.read,
}


def answer(start_response: StartResponse, status: str, text: str, kind: str = "text/plain") -> Iterable[bytes]:
    body = text.encode()
    separator = ";" if ";" in kind else "; charset=utf-8"
    headers = [("Content-Type", kind if separator == ";" else kind + separator), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


def prometheus(figures: Iterable[Figure]) -> str:
    """Prometheus' text format, version 0.0.4."""
    lines: list[str] = []
    named = ""
    for figure in figures:
        if figure.name != named:
            named = figure.name
            lines += [f"# HELP {named} {figure.help}", f"# TYPE {named} gauge"]
        labels = ",".join(f'{name}="{escaped(value)}"' for name, value in figure.labels.items())
        lines.append(f"{named}{{{labels}}} {figure.value}" if labels else f"{named} {figure.value}")
    return "\n".join(lines) + "\n"


def escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class PortTaken(Exception):
    """The sentence says which address could not be had, and what to set."""


class Server:
    """waitress in a thread of its own. ``usual``: see `Dispatcher`."""

    def __init__(
        self, app: WSGIApplication, host: str, port: int, threads: int = THREADS, usual: int = THREADS
    ) -> None:
        self.app, self.host, self.threads, self.usual = app, host, threads, usual
        self.port = port  # after `start` the real one, also when 0 asked for any
        self._map: dict[int, Any] = {}
        self._stopping = Event()
        self._waking = Lock()  # whoever wakes the thread does so while it still has something to be woken by
        self._deadline = 0.0
        self._inner: Any = None
        self._thread = Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        """Returns when the port is open. Raises ``PortTaken``."""
        listening = bound(self.host, self.port)
        self.port = listening.getsockname()[1]
        self._inner = create_server(
            self.app,
            map=self._map,
            sockets=[listening],
            _dispatcher=Dispatcher(self.threads, self.usual),  # so named in waitress 3, and the only way
            max_request_body_size=BIGGEST_BODY + 1,  # waitress refuses that size itself too
            max_request_header_size=65_536,
            connection_limit=1000,
            ident=None,
        )
        self._inner.adj.send_bytes = SENT_AT_ONCE
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """Take no new connections, finish what is being answered, then close."""
        if self._inner is None:
            return
        self._deadline = monotonic() + timeout
        with self._waking:
            self._stopping.set()
            self._inner.pull_trigger()
        self._thread.join(timeout + 2)

    def _run(self) -> None:
        """waitress' sockets are touched on this thread only."""
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1, map=self._map, use_poll=True, count=1)
        wasyncore.dispatcher.close(self._inner)
        while self._busy() and monotonic() < self._deadline:
            wasyncore.loop(timeout=0.05, map=self._map, use_poll=True, count=1)
        self._inner.task_dispatcher.shutdown(timeout=max(0.2, self._deadline - monotonic()))
        for channel in list(self._inner.active_channels.values()):
            channel.handle_close()
        # A thread that still runs would write to the trigger, whose number could be another file's by then.
        with self._waking:
            self._inner.pull_trigger = lambda: None
            self._inner.trigger.close()

    def _busy(self) -> bool:
        channels = list(self._inner.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)


def bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTaken(
            f"Casebook cannot listen on {host} port {port} ({error.strerror}). "
            "Set CASEBOOK_PORT or CASEBOOK_HOST to another, or stop the program that has it."
        ) from error
