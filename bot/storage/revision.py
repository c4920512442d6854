"""Which revision of the schema a database is at, and bringing it to the one that this program needs.

Alembic itself is loaded only where something has to be migrated: most starts find nothing to do.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text

from bot.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
# What they all lead to, as `bot.storage.snapshot` writes it.
SNAPSHOT = MIGRATIONS / "sqlite.sql"
# Any number will do that nobody else uses in the same database.
ADVISORY_LOCK = 0x0CA5EB00C
# A second process waits for the first one's migrations instead of failing.
WAIT_SECONDS = 300


def current(db: Database) -> str | None:
    """The revision the database is at; ``None`` when it is empty."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def head() -> str:
    """The revision that this program needs: files are named by theirs."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def is_current(db: Database) -> bool:
    return current(db) == head()


def upgrade(db: Database) -> None:
    """Apply what is missing, all of it or nothing. Safe when several processes do it at once."""
    if db.is_sqlite and lay_out(db):
        return
    from bot.storage import migrate  # noqa: PLC0415 - takes as long to load as to lay out a new database

    migrate.upgrade(db)


def lay_out(db: Database) -> bool:
    """A new SQLite database, in one step; whether it was empty."""
    with migrating(db) as connection:
        if connection.scalar(text("SELECT count(*) FROM sqlite_master")):
            return False
        for statement in statements(SNAPSHOT.read_text(encoding="utf-8")):
            connection.exec_driver_sql(statement)
    return True


def statements(script: str) -> Iterator[str]:
    """Those of a trigger have semicolons inside."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def migrating(db: Database) -> Iterator[Connection]:
    """A transaction that keeps other migrating processes out, on an engine without the short time-outs of clicks."""
    engine = sqlite_engine(db) if db.is_sqlite else create_engine(db.url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            if not db.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
            yield connection
    finally:
        engine.dispose()


def sqlite_engine(db: Database) -> Engine:
    """Foreign keys are off: with them, recreating a parent table would delete its children's rows."""
    engine = create_engine(db.url, poolclass=NullPool, connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=OFF")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
