"""The schema: from nothing, again, by several processes at once, and never half."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import URL

from bot.domain.casetype import Group
from bot.storage import migrate, revision
from bot.storage.database import Database
from tests.storage import servers
from tests.storage.outbox import together

MIGRATE = "import sys; from bot.storage import database, revision; revision.upgrade(database.Database(sys.argv[1]))"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / '100% new.db'}"
        return
    server: URL = request.getfixturevalue("postgres_server")
    with servers.fresh_database(server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    database = Database(empty_url)
    yield database
    database.close()


def test_an_empty_database_becomes_a_current_one(empty: Database) -> None:
    assert revision.current(empty) is None
    assert not revision.is_current(empty)
    revision.upgrade(empty)
    assert revision.current(empty) == revision.head()
    assert revision.is_current(empty)


def test_the_models_and_the_migrated_database_agree(database: Database) -> None:
    assert migrate.differences(database) == []


def test_a_second_time_changes_nothing(database: Database) -> None:
    migrate.upgrade(database)
    with database.read() as work:
        assert [type_.name for type_ in work.cases.types()] == ["Standard", "Security"]


def test_the_case_types_there_are_from_the_start_are_complete(database: Database) -> None:
    with database.read() as work:
        standard, security = work.cases.types()
    for type_ in (standard, security):
        assert [type_.default(group) for group in Group] == ["Open", "In progress", "Closed"]
    assert not standard.reason_required
    assert security.reason_required
    assert security.reasons == ["Testing", "False positive", "One-time exception", "Resolved"]


def test_several_processes_may_migrate_at_once(empty: Database, empty_url: str) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, empty_url], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    assert revision.is_current(empty)
    with empty.read() as work:
        assert len(work.cases.types()) == 2


def test_several_threads_may_open_a_fresh_database_at_once(empty_url: str) -> None:
    """Each with an engine of its own, as processes have; switching SQLite to WAL is a race of its own."""

    def start(_number: int) -> bool:
        database = Database(empty_url)
        try:
            revision.upgrade(database)
            with database.write() as work:
                return len(work.cases.types()) == 2
        finally:
            database.close()

    assert together(6, start) == [True] * 6


def test_a_migration_that_leaves_broken_references_is_rolled_back(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_something(config: object, revision: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.execute(text("INSERT INTO watchers (case_id, person_id) VALUES (99, 'U1')"))

    monkeypatch.setattr(migrate.command, "upgrade", break_something)
    with pytest.raises(migrate.BrokenReferences, match="watchers"):
        migrate.upgrade(sqlite_database)
    with sqlite_database.read() as work:
        assert work.session.scalar(text("SELECT count(*) FROM watchers")) == 0


def test_migrating_leaves_logging_alone(sqlite_database: Database) -> None:
    ours = logging.getLogger("bot.some.logger")
    before = list(logging.getLogger().handlers)
    migrate.upgrade(sqlite_database)
    assert logging.getLogger().handlers == before
    assert not ours.disabled


def test_migrations_travel_with_the_package() -> None:
    shipped = {path.name for path in revision.MIGRATIONS.rglob("*")}
    assert {"env.py", "sqlite.sql"} < shipped
    assert revision.MIGRATIONS.is_relative_to(Path(migrate.__file__).parent)


def test_the_newest_file_is_the_newest_migration(empty: Database) -> None:
    with revision.migrating(empty) as connection:
        assert revision.head() == ScriptDirectory.from_config(migrate.config(connection)).get_current_head()
