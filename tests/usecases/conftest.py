"""Ann reports, Bob is on the team, Carol is a stranger to it, Dana is an admin, Gus a guest."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from bot.domain.case import Case
from bot.storage.database import Database
from bot.storage.schema import metadata
from bot.usecases import people
from bot.usecases.people import Group
from tests.storage import servers
from tests.usecases.world import PEOPLE, START, Acts, open_case, project


@pytest.fixture
def act() -> Acts:
    return Acts()


# People are told that the database is busy after 2 s, which a machine full of other tests may take.
PATIENCE = 60


def populate(database: Database) -> None:
    people.keep_people(database, PEOPLE, frozenset())
    people.keep_groups(database, [Group("SSRE", "sre", "SRE", ("ann", "bob"))], START)
    project(database, Acts()("dana", at=START, origin="o/0"), "OPS")


@pytest.fixture(scope="session")
def sqlite_town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "casebook.db"
    shutil.copy(sqlite_template, path)
    with closing(Database(f"sqlite:///{path}")) as database:
        populate(database)
    return path


@pytest.fixture(scope="session")
def postgres_town(postgres_server: URL, postgres_template: str) -> Iterator[Callable[[], Database]]:
    """Opens the town as it was in the beginning. A new copy of a database for each test costs more than most tests."""
    with servers.fresh_database(postgres_server, postgres_template) as url:
        with closing(opened(url)) as database:
            populate(database)
            put_back = remembered(database)

        def fresh() -> Database:
            database = opened(url)
            with database.engine.begin() as connection:
                connection.exec_driver_sql(put_back)
            return database

        yield fresh


def opened(url: URL) -> Database:
    return Database(url.render_as_string(hide_password=False), wait_seconds=PATIENCE)


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
SEQUENCES = "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences"


def remembered(database: Database) -> str:
    """Keeps a copy of every table; the statements that bring it back."""
    with database.engine.begin() as connection:
        found = connection.exec_driver_sql(TABLES).scalars().all()
        sequences = connection.exec_driver_sql(SEQUENCES).all()
        parents_first = [table.name for table in metadata().sorted_tables if table.name in found]
        tables = [*parents_first, *(table for table in found if table not in parents_first)]
        connection.exec_driver_sql("CREATE SCHEMA kept")
        for table in tables:
            connection.exec_driver_sql(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')
    gone = [f'DELETE FROM "{table}"' for table in reversed(tables)]
    back = [f'INSERT INTO "{table}" SELECT * FROM kept."{table}"' for table in tables]
    numbers = [f"SELECT setval('{name}', {last}, {called})" for name, last, called in sequences]
    return "; ".join([*gone, *back, *numbers])


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A town with everybody, the team SRE, and OPS at home in a public channel."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("sqlite_town"), tmp_path / "casebook.db")
        database = Database(f"sqlite:///{copy}", wait_seconds=PATIENCE)
    else:
        database = request.getfixturevalue("postgres_town")()
    with closing(database):
        yield database


@pytest.fixture
def vault(db: Database, act: Acts) -> str:
    """SEC, private to Ann and Dana."""
    project(db, act("dana"), "SEC", members=("ann", "dana"))
    return "SEC"


@pytest.fixture
def case(db: Database, act: Acts) -> Case:
    """OPS-1, reported by Ann, nobody's."""
    return open_case(db, act("ann")).case
