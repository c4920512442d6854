"""Writes down what all migrations lead to, for `bot.storage.revision`: ``python -m bot.storage.snapshot``.

A test tells when a migration was added and that was forgotten.
"""

import tempfile
from collections.abc import Iterator

from sqlalchemy import Connection, text

from bot.storage import migrate
from bot.storage.database import Database
from bot.storage.revision import SNAPSHOT

TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'"
# The tables inside a full-text index make themselves.
OBJECTS = """
    SELECT sql FROM sqlite_master
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
    AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
    ORDER BY rowid
"""


def written(connection: Connection) -> str:
    """A database as statements: its tables, indexes and triggers, then its rows."""
    objects = [f"{sql};" for sql in connection.scalars(text(OBJECTS))]
    tables = sorted(connection.scalars(text(TABLES)))
    return "\n".join([*objects, *(row for table in tables for row in rows(connection, table))]) + "\n"


def rows(connection: Connection, table: str) -> Iterator[str]:
    names = list(connection.scalars(text("SELECT name FROM pragma_table_info(:table)"), {"table": table}))
    columns = ", ".join(f'"{name}"' for name in names)
    values = " || ', ' || ".join(f'quote("{name}")' for name in names)
    for row in connection.scalars(text(f'SELECT {values} FROM "{table}" ORDER BY 1')):  # noqa: S608 - our own names
        yield f'INSERT INTO "{table}" ({columns}) VALUES ({row});'  # noqa: S608


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/new.db")
        migrate.upgrade(db)
        with db.engine.connect() as connection:
            SNAPSHOT.write_text(written(connection), encoding="utf-8")
        db.close()


if __name__ == "__main__":
    main()
