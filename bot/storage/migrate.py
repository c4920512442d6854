"""The migrations, one after the other."""

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from bot.storage.database import Database
from bot.storage.revision import MIGRATIONS, migrating
from bot.storage.schema import metadata, options


class BrokenReferences(Exception):
    """A migration left rows that refer to rows which are not there; it was rolled back."""


def upgrade(db: Database) -> None:
    """Apply those that are missing, all of them or none."""
    with migrating(db) as connection:
        command.upgrade(config(connection), "head")
        if db.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise BrokenReferences(f"{len(broken)} rows, the first: {tuple(broken[0])}")


def differences(db: Database) -> list[Any]:
    """What the models have and the database has not, or the other way round, in Alembic's words."""
    with migrating(db) as connection:
        context = MigrationContext.configure(connection, opts=options())
        return list(compare_metadata(context, metadata()))


def config(connection: Connection) -> Config:
    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made
