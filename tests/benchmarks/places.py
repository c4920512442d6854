"""Where the benchmarks run: seeded databases, a stand-in for Slack and servers, each in a process of its own."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bot.storage import revision
from bot.storage.database import Database
from tests.benchmarks import seed as seeding
from tests.storage import servers

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "manifest.yml"
KEPT = Path(tempfile.gettempdir()) / "casebook-benchmarks"
BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-benchmark", "xapp-benchmark", "benchmark"
PEOPLE, PROJECTS, TEAMS = 2000, 40, 60
IDLE = 0.05  # seconds of processor time in a second


# -- databases --------------------------------------------------------------------------------------------------------


@contextmanager
def sqlite(cases: int) -> Iterator[str]:
    """A ``DATABASE_URL`` with that many cases; the seeded file is kept for the next run."""
    made_by = hashlib.sha256(Path(seeding.__file__).read_bytes()).hexdigest()[:8]
    template = KEPT / f"{cases}-{revision.head()}-{made_by}.db"
    if not template.exists():
        KEPT.mkdir(exist_ok=True)
        rough = template.with_suffix(f".{os.getpid()}")
        fill(f"sqlite:///{rough}", cases)
        rough.rename(template)
    with tempfile.TemporaryDirectory(prefix="casebook-") as folder:
        yield f"sqlite:///{shutil.copy(template, Path(folder) / 'casebook.db')}"


@contextmanager
def postgresql(cases: int) -> Iterator[str]:
    with servers.postgres_server() as server, servers.fresh_database(server) as url:
        text = url.render_as_string(hide_password=False)
        fill(text, cases)
        yield text


def fill(url: str, cases: int) -> None:
    db = Database(url)
    revision.upgrade(db)
    if cases:
        seeding.seed(db, cases=cases, people=PEOPLE, projects=PROJECTS, teams=TEAMS)
    if db.is_sqlite:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


DATABASES = {"SQLite": sqlite, "PostgreSQL": postgresql}


# -- processes --------------------------------------------------------------------------------------------------------


@dataclass
class Running:
    """A process of ours. ``first``: the first line that it said."""

    process: subprocess.Popen[str]
    first: str

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def settle(self) -> None:
        """Wait until it has done what it does at its start: mirror the workspace, gather old cases and the like."""
        before = -1.0
        while (now := self.cpu()) - before > IDLE:
            before = now
            time.sleep(1)

    def rss(self) -> float:
        """Resident memory in MB."""
        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)


@contextmanager
def running(*arguments: str, env: Mapping[str, str] | None = None, said: str = "") -> Iterator[Running]:
    """``python -m …`` until the end of the block; ``said`` is written to its standard input.

    Whatever this process does, that one keeps its bytecode: no start but the first is to compile anything.
    """
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(env or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(said + "\n")
        process.stdin.flush()
        first = process.stdout.readline().strip()
        if not first:
            raise SystemExit(f"{' '.join(arguments)} did not start")
        yield Running(process, first)
    finally:
        process.stdin.close()
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextmanager
def slack(state: Mapping[str, Any] | None = None) -> Iterator[str]:
    """The address of a local Slack's Web API, with that snapshot of a workspace."""
    with running("tests.benchmarks.stand_in", said=json.dumps(state)) as stand_in:
        yield stand_in.first


@contextmanager
def casebook(database_url: str, api_url: str, mode: str = "http", log: str = "error") -> Iterator[tuple[Running, int]]:
    """``serve`` and its port, once it answers."""
    port = free_port()
    env = environment(database_url, api_url) | {"CASEBOOK_MODE": mode, "CASEBOOK_PORT": str(port), "LOG_LEVEL": log}
    with running("bot", "serve", env=env) as served:
        yield served, port


def environment(database_url: str, api_url: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": api_url,
        "DATABASE_URL": database_url,
        "CASEBOOK_HOST": "127.0.0.1",
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# -- tables -----------------------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Printed with aligned columns, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        first, *rest = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join([first.strip().ljust(widths[0]), *rest]))
    print(flush=True)
