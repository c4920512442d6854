"""Ann reports, Bob is on the team, Carol is a stranger to it, Dana is an admin, Gus a guest."""

import pytest

from bot.domain.case import Case
from bot.storage.database import Database
from bot.usecases import people
from bot.usecases.people import Group
from tests.usecases.world import PEOPLE, START, Acts, open_case, project


@pytest.fixture
def act() -> Acts:
    return Acts()


@pytest.fixture
def db(database: Database, act: Acts) -> Database:
    """With everybody, the team SRE, and OPS at home in a public channel."""
    people.keep_people(database, PEOPLE, frozenset())
    people.keep_groups(database, [Group("SSRE", "sre", "SRE", ("ann", "bob"))], START)
    project(database, act("dana"), "OPS")
    return database


@pytest.fixture
def vault(db: Database, act: Acts) -> str:
    """SEC, private to Ann and Dana."""
    project(db, act("dana"), "SEC", members=("ann", "dana"))
    return "SEC"


@pytest.fixture
def case(db: Database, act: Acts) -> Case:
    """OPS-1, reported by Ann, nobody's."""
    return open_case(db, act("ann")).case
