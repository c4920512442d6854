"""The operator's door. `serve` is a process of its own here, as it is for operators."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from bot import cli as door
from bot.config import manifest_file
from bot.domain.delivery import Delivery, State
from bot.sandbox.slack import LocalSlack
from bot.storage import revision
from bot.storage.database import Database
from tests.kept import kept_logging, kept_signals
from tests.storage import servers

ROOT = Path(__file__).parents[1]
SETTINGS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(manifest=manifest_file()) as local:
        local.add_person("dana", "Dana", admin=True)
        yield local


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Sets the settings of this process, and moves away from any `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("SLACK_", "CASEBOOK_", "DATABASE_", "LOG_"))]:
        monkeypatch.delenv(name)

    def put(**settings: str) -> None:
        for name, value in (SETTINGS | settings).items():
            monkeypatch.setenv(name, value)

    with kept_logging(), kept_signals():
        yield put


def variables(slack: LocalSlack, database_url: str, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
        "CASEBOOK_PORT": "0",
        **more,
    }


class Process:
    """`python -m bot serve`; what it says is read as it comes."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"], cwd=folder, env=environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as output:
            self.lines += iter(output.readline, "")

    def wait_for(self, words: str, timeout: float = 20) -> str:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            ended = self._process.poll() is not None and not self._reader.is_alive()
            for line in list(self.lines):
                if re.search(words, line):
                    return line
            if ended:
                break
            time.sleep(0.02)
        raise AssertionError(f"never said {words!r} but {self.lines}")

    def end(self, number: int | None = signal.SIGTERM) -> tuple[int, float]:
        """The code and how long it took; ``None`` waits until it ends by itself."""
        started = time.monotonic()
        if number is not None and self._process.poll() is None:
            self._process.send_signal(number)
        code = self._process.wait(20)
        self._reader.join()
        return code, time.monotonic() - started


@contextmanager
def serving(folder: Path, environ: dict[str, str]) -> Iterator[Process]:
    process = Process(folder, environ)
    try:
        yield process
    finally:
        process.end(signal.SIGKILL)


def get(port: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_makes_its_database_and_stops_when_told(slack: LocalSlack, tmp_path: Path, number: int) -> None:
    with serving(tmp_path, variables(slack, "sqlite:///casebook.db")) as process:
        line = process.wait_for("serves https://acme.slack.com/ over Socket Mode")
        assert "sqlite:///casebook.db" in line
        slack.wait_connected(2)
        port = re.findall(r"web server on 127.0.0.1 port (\d+)", line)[0]
        assert get(port, "/healthz") == (200, "ok\n")
        assert "casebook_deliveries" in get(port, "/metrics")[1]
        assert get(port, "/slack/events")[0] == 404
        code, took = process.end(number)
    assert (code, process.lines[-1]) == (0, "Stopped.\n")
    assert took < 10
    assert "Traceback" not in "".join(process.lines)
    assert slack.bot_token not in "".join(process.lines)


def test_serve_in_http_mode(slack: LocalSlack, tmp_path: Path) -> None:
    settings = variables(slack, "sqlite:///casebook.db", CASEBOOK_MODE="http", SLACK_APP_TOKEN="")
    with serving(tmp_path, settings) as process:
        port = re.findall(r"port (\d+)", process.wait_for("over HTTP"))[0]
        slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        assert get(port, "/healthz") == (200, "ok\n")
        assert process.end()[0] == 0
    slack.deliver_to(None)


@pytest.mark.slow
def test_serve_ends_in_time_even_if_slack_hangs(slack: LocalSlack, tmp_path: Path) -> None:
    slack.faults.add("users.list", "delay", 60)
    with serving(tmp_path, variables(slack, "sqlite:///casebook.db")) as process:
        slack.wait_for(lambda: any(fault.hits for fault in slack.faults.all()), 20)
        _, took = process.end()
    assert took < 10.5


def test_serve_says_when_its_port_is_taken(slack: LocalSlack, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with serving(tmp_path, variables(slack, "sqlite:///casebook.db", CASEBOOK_PORT=port)) as process:
            process.wait_for(f"cannot listen on 127.0.0.1 port {port}")
            assert process.end(None)[0] == 1


def test_serve_says_when_a_setting_is_missing(slack: LocalSlack, tmp_path: Path) -> None:
    with serving(tmp_path, variables(slack, "sqlite:///casebook.db", SLACK_APP_TOKEN="")) as process:
        process.wait_for("SLACK_APP_TOKEN is missing and is needed in Socket Mode")
        assert process.end(None)[0] == 1
    assert len(process.lines) == 1


def test_serve_says_when_slack_refuses_the_token(
    slack: LocalSlack, environ: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    environ(SLACK_API_URL=slack.api_url, SLACK_BOT_TOKEN="xoxb-wrong")
    assert door.main(["serve"]) == 1
    assert "Slack refuses the bot token: invalid_auth. Install the app again" in capsys.readouterr().err


def test_serve_says_when_slack_cannot_be_reached(
    environ: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    environ(SLACK_API_URL="http://127.0.0.1:9/api/")
    assert door.main(["serve"]) == 1
    assert "Slack cannot be reached at http://127.0.0.1:9/api/" in capsys.readouterr().err


def test_on_postgresql_serve_asks_for_migrate(
    postgres_server: URL, environ: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    with servers.fresh_database(postgres_server) as url:
        environ(DATABASE_URL=url.render_as_string(hide_password=False))
        assert door.main(["serve"]) == 1
        assert "has schema none" in (said := capsys.readouterr().err)
        assert "Run `python -m bot migrate`" in said
        assert door.main(["migrate"]) == 0
        assert "was brought up from nothing: schema" in capsys.readouterr().out
        assert door.main(["migrate"]) == 0
        assert "was up to date already" in capsys.readouterr().out


def test_a_newer_database_is_refused(
    environ: Callable[..., None], capsys: pytest.CaptureFixture[str], sqlite_url: str, sqlite_database: Database
) -> None:
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    environ(DATABASE_URL=sqlite_url)
    for command in ("serve", "migrate"):
        assert door.main([command]) == 1
        assert "belongs to a newer Casebook (schema 9999" in capsys.readouterr().err


def test_a_database_that_is_not_there(environ: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    environ(DATABASE_URL="postgresql://ann:pa55word@127.0.0.1:9/casebook")
    assert door.main(["migrate"]) == 1
    said = capsys.readouterr().err
    assert "The database postgresql+psycopg://ann:***@127.0.0.1:9/casebook cannot be used" in said
    assert "pa55word" not in said


def test_doctor(slack: LocalSlack, environ: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    environ(SLACK_BOT_TOKEN=slack.bot_token, SLACK_APP_TOKEN=slack.app_token, SLACK_API_URL=slack.api_url)
    assert door.main(["doctor"]) == 1
    assert "problem: The database sqlite:///casebook.db has schema none" in capsys.readouterr().out
    environ(LOG_LEVEL="loud", SLACK_BOT_TOKEN="")
    assert door.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "problem: SLACK_BOT_TOKEN is missing" in said
    assert "problem: LOG_LEVEL should be" in said


# -- outbox -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def outbox(environ: Callable[..., None], sqlite_url: str, sqlite_database: Database) -> Database:
    """1 and 2 are dead, 3 is due, 4 is done."""
    environ(DATABASE_URL=sqlite_url)
    with sqlite_database.write() as work:
        work.enqueue(
            [
                delivery(1, State.DEAD, "is_archived"),
                delivery(2, State.DEAD, "said xoxb-1-secret"),
                delivery(3, State.DUE, None),
                delivery(4, State.DONE, None),
            ]
        )
    return sqlite_database


def delivery(number: int, state: State, error: str | None) -> Delivery:
    at = datetime.now(UTC) - timedelta(hours=5, minutes=3)
    return Delivery(
        id=number, key=f"d{number}", kind="line", partner="slack", stream=f"s{number}", lane="slack/C1", target="C1",
        data={}, state=state.value, not_before=at, created_at=at, attempts=number, last_error=error, case_id=7,
    )  # fmt: skip


def states(database: Database) -> dict[int, str]:
    with database.read() as work:
        return {row.id: row.state for row in work.deliveries.list(None, 10)}


@pytest.mark.usefixtures("outbox")
def test_outbox_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["outbox", "list"]) == 0
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells == [
        ["id", "state", "kind", "target", "case", "age", "tries", "last error"],
        ["3", "due", "line", "C1", "7", "5 h", "3", "-"],
        ["2", "dead", "line", "C1", "7", "5 h", "2", "said [redacted]"],
        ["1", "dead", "line", "C1", "7", "5 h", "1", "is_archived"],
        ["1 due, 2 dead."],
    ]


@pytest.mark.usefixtures("outbox")
def test_outbox_list_of_dead_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["outbox", "list", "--dead", "--limit", "1"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["id", "2", "1"]


def test_outbox_retry(outbox: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["outbox", "retry", "1", "4"]) == 0
    assert states(outbox) == {1: "due", 2: "dead", 3: "due", 4: "done"}
    assert door.main(["outbox", "retry", "--dead"]) == 0
    assert states(outbox)[2] == "due"
    assert capsys.readouterr().out == "1 dead deliveries are due again.\n1 dead deliveries are due again.\n"


@pytest.mark.parametrize("words", [[], ["--dead", "1"]])
def test_outbox_retry_needs_ids_or_all(outbox: Database, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["outbox", "retry", *words]) == 1
    assert "Say which ones" in capsys.readouterr().err
    assert states(outbox)[1] == "dead"


def test_outbox_drop(outbox: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert door.main(["outbox", "drop", "1", "3", "4"]) == 1
    assert "Nothing was dropped" in capsys.readouterr().err
    assert len(states(outbox)) == 4
    assert door.main(["outbox", "drop", "1", "3", "4", "--yes"]) == 0
    assert capsys.readouterr().out.startswith("2 of 3 deliveries dropped")
    assert states(outbox) == {2: "dead", 4: "done"}


# -- the rest ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "shown"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=119), "119 s"),
        (timedelta(minutes=2), "2 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=3, hours=5), "3 d"),
    ],
)
def test_age(since: timedelta, shown: str) -> None:
    assert door.age(since) == shown


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        door.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("Casebook ")


@pytest.mark.parametrize("words", [[], ["outbox"], ["dance"]])
def test_an_unknown_command_shows_the_known_ones(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        door.main(words)
    assert ended.value.code == 2
    assert "usage: python -m bot" in capsys.readouterr().err


def test_every_command_says_what_it_does() -> None:
    helped = door.parser().format_help()
    for command in ("serve", "migrate", "doctor", "outbox"):
        assert re.search(rf"^ +{command} +\w+", helped, re.MULTILINE)


def test_migrations_are_numbered_in_order() -> None:
    """`make_current` tells a newer database from an older one by comparing the numbers."""
    assert re.fullmatch(r"\d{4}", revision.head())
