"""What the columns promise."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm.exc import StaleDataError

from bot.domain.case import Case
from bot.domain.person import Person
from bot.storage.database import Database
from bot.storage.work import Work
from tests.storage.cases import a_case, a_project
from tests.storage.outbox import write

VIENNA = timezone(timedelta(hours=2))


def seen_at(database: Database, moment: datetime) -> datetime | None:
    with database.write() as work:
        work.add(Person(id="U1", name="Ann", home_opened_at=moment))
    with database.read() as work:
        person = work.people.by_id("U1")
        assert person is not None
        return person.home_opened_at


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    moment = datetime(2026, 7, 1, 14, 30, 15, 123456, tzinfo=VIENNA)
    kept = seen_at(database, moment)
    assert kept == moment
    assert kept is not None
    assert kept.tzinfo == UTC


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive time"):
        seen_at(database, datetime(2026, 7, 1))


def test_times_compare_in_the_database_whatever_their_zone(database: Database) -> None:
    moment = datetime(2026, 7, 1, 14, 30, tzinfo=VIENNA)
    seen_at(database, moment)
    with database.read() as work:
        later = select(Person.id).where(Person.home_opened_at > datetime(2026, 7, 1, 12, 29, 59, tzinfo=UTC))
        earlier = select(Person.id).where(Person.home_opened_at <= datetime(2026, 7, 1, 12, 30, tzinfo=UTC))
        assert work.session.scalars(later).all() == work.session.scalars(earlier).all() == ["U1"]


def retitle(work: Work, stale: Case) -> None:
    case = work.session.merge(stale, load=False)
    case.title, case.version = "The second one's", case.version + 1


def test_two_who_change_one_version_of_a_case_cannot_both(database: Database) -> None:
    key = a_case(database, a_project(database))
    with database.read() as work:
        stale = work.cases.by_key(key)
    assert stale is not None
    with database.write() as work:
        fresh = work.cases.by_key(key, lock=True)
        assert fresh is not None
        fresh.title, fresh.version = "The first one's", fresh.version + 1
    with pytest.raises(StaleDataError):
        write(database, lambda work: retitle(work, stale))
    with database.read() as work:
        assert work.session.scalars(select(Case.title)).all() == ["The first one's"]
