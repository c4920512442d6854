"""Bringing a database's schema up to date. Safe when several processes do it at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event

from bot.storage.database import Database
from bot.storage.schema import metadata, options

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do that nobody else uses in the same database.
ADVISORY_LOCK = 0x0CA5EB00C
# A second process waits for the first one's migrations instead of failing.
WAIT_SECONDS = 300


class BrokenReferences(Exception):
    """A migration left rows that refer to rows which are not there; it was rolled back."""


def upgrade(db: Database) -> None:
    """Apply what is missing, all of it or nothing."""
    with migrating(db) as connection:
        command.upgrade(config(connection), "head")
        if db.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise BrokenReferences(f"{len(broken)} rows, the first: {tuple(broken[0])}")


def current(db: Database) -> str | None:
    """The revision the database is at; ``None`` when it is empty."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision that this program needs."""
    return ScriptDirectory.from_config(config()).get_current_head()


def is_current(db: Database) -> bool:
    return current(db) == head()


def differences(db: Database) -> list[Any]:
    """What the models have and the database has not, or the other way round, in Alembic's words."""
    with migrating(db) as connection:
        context = MigrationContext.configure(connection, opts=options())
        return list(compare_metadata(context, metadata()))


def draft(db: Database, message: str) -> None:
    """Write the next revision's file from `differences`, to be read and mended by a person."""
    with migrating(db) as connection:
        last = int(head() or 0)
        command.revision(config(connection), message, autogenerate=True, rev_id=f"{last + 1:04}")


def config(connection: Connection | None = None) -> Config:
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


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
