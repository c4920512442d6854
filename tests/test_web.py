"""The web server, with the real Bolt app behind it and real sockets."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from waitress.wasyncore import dispatcher

from bot.domain.errors import Busy
from bot.integrations.hooks import Rejected
from bot.storage import revision
from bot.storage.database import Database
from bot.usecases.operating import Figure
from bot.web import BIGGEST_BODY, SENT_AT_ONCE, Hook, PortTaken, Server, Site, TicketHooks, prometheus, site
from tests.ticketing import SYSTEM

SECRET = "a signing secret"
HELLO = urlencode({"command": "/case", "text": "", "user_id": "U1", "team_id": "T1", "channel_id": "C1"})
FORM = "application/x-www-form-urlencoded"


def bolt(answering: Callable[[Ack], None] = lambda ack: ack("hello")) -> App:
    identity = AuthorizeResult(
        enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_id="B1", bot_user_id="U0", user_id="U1"
    )
    app = App(client=WebClient(token="xoxb-1"), authorize=lambda: identity, signing_secret=SECRET)

    @app.command("/case")
    def case(ack: Ack) -> None:
        answering(ack)

    return app


def signed(body: str, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    timestamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {
        "Content-Type": FORM,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature or "",
    }


@contextmanager
def running(app: Any, threads: int = 4) -> Iterator[Server]:
    server = Server(app, "127.0.0.1", 0, threads)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def with_slack(app: App) -> Site:
    return Site(SlackRequestHandler(app), list, lambda: ())


def ask(server: Server, method: str, path: str, body: str | bytes = "", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body or None, {name.replace("_", "-"): v for name, v in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_a_signed_command_is_answered() -> None:
    with running(with_slack(bolt())) as server:
        assert server.port > 0
        assert ask(server, "POST", "/slack/events", HELLO, **signed(HELLO)) == (200, "hello")


@pytest.mark.parametrize(("size", "senders"), [(50_000, {"web"}), (3 * SENT_AT_ONCE, None)])
def test_only_the_servers_own_thread_sends_what_is_no_longer_than_usual(
    monkeypatch: pytest.MonkeyPatch, size: int, senders: set[str] | None
) -> None:
    """The others would take turns with it on every answer, 5 ms each."""
    sending: set[str] = set()
    send = dispatcher.send

    def noted(self: Any, data: bytes, do_close: bool = True) -> Any:
        sending.add(threading.current_thread().name)
        return send(self, data, do_close=do_close)

    def long(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [("Content-Length", str(size))])
        return [b"x" * size]

    monkeypatch.setattr(dispatcher, "send", noted)
    with running(long) as server:
        assert ask(server, "GET", "/") == (200, "x" * size)
    assert senders is None or sending == senders


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(lambda: {"Content-Type": FORM}, id="no signature"),
        pytest.param(lambda: signed(HELLO, secret="another"), id="wrong secret"),
        pytest.param(lambda: signed(HELLO + "&x=1"), id="signature of another body"),
        pytest.param(lambda: signed(HELLO, at=time.time() - 301), id="replayed after 5 minutes"),
        pytest.param(lambda: signed(HELLO, at=time.time() + 301), id="from the future"),
        pytest.param(
            lambda: signed(HELLO, at=time.time() - 600) | {"X-Slack-Request-Timestamp": str(int(time.time()))},
            id="old signature with a new timestamp",
        ),
        pytest.param(lambda: signed(HELLO) | {"X-Slack-Request-Timestamp": "yesterday"}, id="no timestamp"),
    ],
)
def test_what_slack_did_not_sign_just_now_is_refused(headers: Callable[[], dict[str, str]]) -> None:
    called: list[int] = []
    with running(with_slack(bolt(lambda ack: called.append(1)))) as server:
        status, _ = ask(server, "POST", "/slack/events", HELLO, **headers())
    assert status == 401
    assert not called


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe", FORM),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"1", "application/json"),
        (b"[" * 200_000, "application/json"),
        (b"payload=%5B1%5D", FORM),
        (b'{"authorizations": 5}', "application/json"),
        (b'{"event": 5, "team": []}', "application/json"),
        (b"", FORM),
    ],
)
def test_rubbish_is_refused_without_a_fuss(body: bytes, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    with running(with_slack(bolt())) as server:
        status, _ = ask(server, "POST", "/slack/events", body, Content_Type=kind)
    assert status in {400, 401}
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(("size", "status"), [(BIGGEST_BODY, 401), (BIGGEST_BODY + 1, 413)])
@pytest.mark.parametrize("path", ["/slack/events", "/hooks/generic/token"])
def test_a_body_above_a_megabyte_is_refused_unread(path: str, size: int, status: int) -> None:
    with running(with_slack(bolt())) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.putrequest("POST", path)
        connection.putheader("Content-Type", FORM)
        connection.putheader("Content-Length", str(size))
        connection.endheaders(b"x" * size if status == 401 else None)
        assert connection.getresponse().status == (404 if status == 401 and "hooks" in path else status)
        connection.close()


def test_health() -> None:
    problems: list[str] = []
    with running(Site(None, lambda: problems, lambda: ())) as server:
        assert ask(server, "GET", "/healthz") == (200, "ok\n")
        problems += ["The outbox has stopped.", "Slack is not connected."]
        assert ask(server, "GET", "/healthz") == (503, "The outbox has stopped.\nSlack is not connected.\n")


def test_metrics_of_an_empty_database(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/casebook.db")
    revision.upgrade(db)
    with running(site(None, db, list)) as server:
        status, text = ask(server, "GET", "/metrics")
    db.close()
    assert status == 200
    assert 'casebook_deliveries{state="due"} 0\n' in text
    assert "casebook_oldest_due_seconds 0\n" in text


def test_prometheus_text() -> None:
    figures = [
        Figure("cases", "Cases.", 3, {"project": 'a"b\\c'}),
        Figure("cases", "Cases.", 1_234_567, {"project": "OPS"}),
        Figure("age_seconds", "Age.", 1.5),
    ]
    assert prometheus(figures) == (
        "# HELP cases Cases.\n# TYPE cases gauge\n"
        'cases{project="a\\"b\\\\c"} 3\ncases{project="OPS"} 1234567\n'
        "# HELP age_seconds Age.\n# TYPE age_seconds gauge\nage_seconds 1.5\n"
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", "/slack/events"), ("POST", "/healthz"), ("GET", "/healthz/x"), ("GET", "/slack/install")],
)
def test_there_is_nothing_else(method: str, path: str) -> None:
    with running(with_slack(bolt())) as server:
        assert ask(server, method, path)[0] == 404


def test_in_socket_mode_requests_are_not_taken() -> None:
    """There may be no signing secret, and anybody can sign with an empty one."""
    with running(Site(None, list, lambda: ())) as server:
        assert ask(server, "POST", "/slack/events", HELLO, **signed(HELLO))[0] == 404


def test_a_slow_click_does_not_delay_another() -> None:
    gate = threading.Event()

    def answering(ack: Ack) -> None:
        if slow.acquire(blocking=False):
            gate.wait(2)
        ack("done")

    slow = threading.Semaphore(1)
    with running(with_slack(bolt(answering))) as server:
        first = threading.Thread(target=ask, args=(server, "POST", "/slack/events", HELLO), kwargs=signed(HELLO))
        first.start()
        time.sleep(0.1)
        started = time.monotonic()
        assert ask(server, "POST", "/slack/events", HELLO, **signed(HELLO)) == (200, "done")
        assert time.monotonic() - started < 1
        gate.set()
        first.join()


def slow_app(release: threading.Event, started: threading.Event) -> Any:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        started.set()
        release.wait(5)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"late"]

    return app


def test_stopping_waits_for_answers_under_way() -> None:
    release, started = threading.Event(), threading.Event()
    server = Server(slow_app(release, started), "127.0.0.1", 0, 2)
    server.start()
    answers: list[tuple[int, str]] = []
    asking = threading.Thread(target=lambda: answers.append(ask(server, "GET", "/")))
    asking.start()
    started.wait(5)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    time.sleep(0.2)
    with pytest.raises(OSError, match="refused"):
        ask(server, "GET", "/")
    release.set()
    stopping.join(5)
    asking.join(5)
    assert answers == [(200, "late")]
    assert not stopping.is_alive()


def test_stopping_gives_up_in_the_end() -> None:
    release, started = threading.Event(), threading.Event()
    server = Server(slow_app(release, started), "127.0.0.1", 0, 2)
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/")
    started.wait(5)
    before = time.monotonic()
    server.stop(timeout=0.5)
    assert time.monotonic() - before < 2
    connection.close()
    release.set()


def test_stopping_closes_idle_connections() -> None:
    server = Server(Site(None, list, lambda: ()), "127.0.0.1", 0, 2)
    server.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/healthz")
    connection.getresponse().read()
    before = time.monotonic()
    server.stop()
    assert time.monotonic() - before < 1.5
    connection.close()


def test_stopping_when_it_is_awake_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread sees that it is to stop before it has been woken for that, and has closed what it is woken by."""
    server = Server(Site(None, list, lambda: ()), "127.0.0.1", 0, 2)
    server.start()
    thread = next(one for one in threading.enumerate() if one.name == "web")
    wake = server._inner.pull_trigger

    def late() -> None:
        wake()
        thread.join(0.5)
        wake()

    monkeypatch.setattr(server._inner, "pull_trigger", late)
    server.stop()
    server.stop()
    assert not thread.is_alive()


def test_stopping_what_was_never_started() -> None:
    Server(Site(None, list, lambda: ()), "127.0.0.1", 0).stop()


def test_a_taken_port_is_said() -> None:
    with running(Site(None, list, lambda: ())) as server:
        second = Server(Site(None, list, lambda: ()), "127.0.0.1", server.port)
        with pytest.raises(PortTaken, match=f"port {server.port} .*Set CASEBOOK_PORT"):
            second.start()


def hooked(db: Database, read: Any) -> Site:
    return site(None, db, list, [TicketHooks(db, {"jira": Hook(SYSTEM, "s", read)}, lambda: datetime.now(UTC))])


def test_a_webhook_is_read_and_acknowledged(sqlite_database: Database) -> None:
    heard: list[tuple[str, bytes]] = []

    def read(headers: Any, raw: bytes, secret: str, now: Any) -> list[Any]:
        heard.append((headers["x-hub-signature"], raw))
        return []

    with running(hooked(sqlite_database, read)) as server:
        status, text = posted(server, "/hooks/jira", b"{}")
        assert (status, text, heard) == (200, '{"ok": true}\n', [("sha256=0", b"{}")])
        assert posted(server, "/hooks/servicenow", b"{}")[0] == 404


def test_a_webhook_that_is_none_is_turned_away_and_one_that_cannot_be_kept_comes_again(
    sqlite_database: Database,
) -> None:
    def rejects(*_given: Any) -> list[Any]:
        raise Rejected(401, "The delivery is not signed.")

    def breaks(*_given: Any) -> list[Any]:
        raise Busy("The database is busy.")

    with running(hooked(sqlite_database, rejects)) as server:
        assert posted(server, "/hooks/jira", b"{}") == (401, "The delivery is not signed.\n")
    with running(hooked(sqlite_database, breaks)) as server:
        assert posted(server, "/hooks/jira", b"{}")[0] == 503


def posted(server: Server, path: str, body: bytes) -> tuple[int, str]:
    asked = Request(f"http://127.0.0.1:{server.port}{path}", body, {"X-Hub-Signature": "sha256=0"})
    try:
        with urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
