"""Fresh, migrated databases: SQLite and PostgreSQL, each a copy of a template that is migrated once a run."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from bot.storage import revision
from bot.storage.database import Database
from tests.storage import servers

BOTH = ("sqlite", "postgresql")
# Seconds. A click gives up after two; a test on a busy machine has no reason to.
PATIENCE = 30.0


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "casebook.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    try:
        with servers.postgres_server() as server:
            yield server
    except servers.Unavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: URL) -> Iterator[str]:
    with servers.fresh_database(postgres_server) as url:
        migrated(text(url))
        yield str(url.database)


def migrated(url: str) -> None:
    database = Database(url)
    revision.upgrade(database)
    database.close()


def text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A ``DATABASE_URL`` of a fresh database, as a process of its own would be given."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'casebook.db')}"


@pytest.fixture
def postgres_url(postgres_server: URL, postgres_template: str) -> Iterator[str]:
    with servers.fresh_database(postgres_server, postgres_template) as url:
        yield text(url)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    yield from opened(database_url)


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    yield from opened(sqlite_url)


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    yield from opened(postgres_url)


def opened(url: str) -> Iterator[Database]:
    database = Database(url, wait_seconds=PATIENCE)
    yield database
    database.close()
