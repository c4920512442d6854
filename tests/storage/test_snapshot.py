"""A new SQLite database is laid out in one step, and is what the migrations would have made of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from bot.storage import migrate, revision, snapshot
from bot.storage.database import Database


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Database]:
    db = Database(f"sqlite:///{tmp_path / 'migrated.db'}")
    migrate.upgrade(db)
    yield db
    db.close()


def shape(connection: Connection) -> dict[str, Any]:
    """Whatever quotes and spaces it was written with, and in whatever order its constraints are."""
    tables = list(connection.scalars(text(snapshot.TABLES)))
    asked = {
        f"{table} {pragma}": sorted(
            repr(tuple(row)) for row in connection.execute(text(f"SELECT {columns} FROM pragma_{pragma}('{table}')"))
        )
        for table in tables
        for pragma, columns in (("table_xinfo", "*"), ("foreign_key_list", '"table", "from", "to", on_delete'))
    }
    others = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL"))
    said = {name: " ".join(sql.replace('"', "").split()) for name, sql in others}
    return {"tables": sorted(tables), "asked": asked, "said": said}


def contents(connection: Connection) -> list[str]:
    return [row for table in connection.scalars(text(snapshot.TABLES)) for row in snapshot.rows(connection, table)]


def test_both_ways_lead_to_the_same(migrated: Database, tmp_path: Path) -> None:
    laid_out = Database(f"sqlite:///{tmp_path / 'new.db'}")
    revision.upgrade(laid_out)
    with migrated.engine.connect() as old, laid_out.engine.connect() as new:
        assert shape(new) == shape(old), "after a new migration: python -m bot.storage.snapshot"
        assert sorted(contents(new)) == sorted(contents(old))
        assert new.scalar(text("PRAGMA integrity_check")) == "ok"
    assert revision.is_current(laid_out)
    assert migrate.differences(laid_out) == []
    laid_out.close()


def lines(script: str) -> list[str]:
    """A table that a migration made anew has its constraints in any order."""
    return sorted(line.strip(" ,\t") for line in script.splitlines())


def test_what_is_written_down_again_is_the_same(migrated: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with migrated.engine.connect() as connection:
        first = snapshot.written(connection)
    again = Path(str(migrated.url.database)).with_suffix(".sql")
    monkeypatch.setattr(snapshot, "SNAPSHOT", again)
    snapshot.main()
    assert lines(again.read_text(encoding="utf-8")) == lines(first)
    assert "".join(revision.statements(first)) == first


def test_a_database_with_anything_in_it_is_left_to_the_migrations(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'other.db'}")
    with db.write() as work:
        work.session.execute(text("CREATE TABLE somebody_elses (id INTEGER)"))
    revision.upgrade(db)
    with db.engine.connect() as connection:
        assert "somebody_elses" in set(connection.scalars(text(snapshot.TABLES)))
    assert revision.is_current(db)
    db.close()


def test_all_of_it_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    half = "".join(list(revision.statements(revision.SNAPSHOT.read_text(encoding="utf-8")))[:5]) + "CREATE nonsense;\n"
    (tmp_path / "half.sql").write_text(half, encoding="utf-8")
    db = Database(f"sqlite:///{tmp_path / 'half.db'}")
    with monkeypatch.context() as patched:
        patched.setattr(revision, "SNAPSHOT", tmp_path / "half.sql")
        with pytest.raises(Exception, match="nonsense"):
            revision.upgrade(db)
    assert revision.current(db) is None
    revision.upgrade(db)
    assert revision.is_current(db)
    db.close()
