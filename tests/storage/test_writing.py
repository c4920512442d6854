"""Units of work: all or nothing, one writer at a time, and nobody waits for ever."""

import sys
from contextlib import suppress
from subprocess import PIPE, Popen
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.domain.case import Case
from bot.domain.delivery import Delivery
from bot.domain.errors import Busy
from bot.domain.project import Channel, Project
from bot.storage.database import Database, is_repeat, understood
from tests.storage.cases import a_case, a_project, act
from tests.storage.outbox import enqueue, row, together, until, waiting_for_a_lock

OPEN_CASES = """
import sys
from bot.storage.database import Database
from tests.storage.cases import a_case
db = Database(sys.argv[1], wait_seconds=30)
print(*(a_case(db, "OPS") for _ in range(int(sys.argv[2]))))
db.close()
"""


def test_what_is_not_committed_is_rolled_back(database: Database) -> None:
    def half() -> None:
        with database.write() as work:
            work.add(Channel(id="C1", name="ops"))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        half()
    with database.read() as work:
        assert work.projects.channel("C1") is None


def test_reading_changes_nothing(database: Database) -> None:
    with suppress(OperationalError), database.read() as work:  # SQLite says so, PostgreSQL rolls it back
        work.add(Channel(id="C1", name="ops"))
    with database.read() as work:
        assert work.projects.channel("C1") is None
    with database.write() as work:
        work.add(Channel(id="C1", name="ops"))
    with database.read() as work:
        assert work.projects.channel("C1")


def test_the_worker_is_woken_only_after_a_commit_that_left_something_to_send(database: Database) -> None:
    a_project(database)
    assert not database.deliveries_waiting.is_set()

    def failing() -> None:
        with database.write() as work:
            work.enqueue([Delivery(**row())])
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        failing()
    assert not database.deliveries_waiting.is_set()
    enqueue(database, row())
    assert database.deliveries_waiting.is_set()


def test_the_same_delivery_is_enqueued_once(database: Database) -> None:
    enqueue(database, row(key="card/1/C1/1"))
    with pytest.raises(IntegrityError) as caught:
        enqueue(database, row(key="card/1/C1/1"))
    assert is_repeat(caught.value)


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    a_project(database)
    with database.write() as work:
        project = work.projects.by_key("OPS", lock=True)
        assert project is not None
        project.name = "Changed"
        work.session.flush()
        with database.read() as other:
            seen = other.projects.by_key("OPS")
            assert seen is not None
            assert seen.name == "OPS"


def test_a_writer_that_cannot_have_the_row_in_time_is_told_so(database_url: str, database: Database) -> None:
    a_project(database)
    hurried = Database(database_url, wait_seconds=0.05)
    try:
        with database.write() as work:
            work.projects.by_key("OPS", lock=True)
            with pytest.raises(Busy, match="Nothing was changed"):
                a_case(hurried, "OPS")
        assert a_case(hurried, "OPS") == "OPS-1"
    finally:
        hurried.close()


def test_a_locked_row_is_read_as_the_last_writer_left_it(postgres_database: Database) -> None:
    """The project was read, somebody else takes a number, then it is locked."""
    a_project(postgres_database)
    with postgres_database.write() as work:
        early = work.projects.by_key("OPS")
        assert early is not None
        a_case(postgres_database, "OPS")
        late = work.projects.by_key("OPS", lock=True)
        assert late is early
        assert late.last_number == 1


def test_what_hangs_on_a_locked_case_is_as_the_last_writer_left_it(postgres_database: Database) -> None:
    """A statement that waits for a row goes on with what it had read of other tables before the wait."""
    key = a_case(postgres_database, a_project(postgres_database))
    seen: list[str] = []

    def look() -> None:
        with postgres_database.write() as work:
            case = work.cases.by_key(key, lock=True)
            assert case is not None
            seen.extend(watcher.person_id for watcher in case.watchers)

    with postgres_database.write() as work:
        case = work.cases.by_key(key, lock=True)
        assert case is not None
        case.watch(act("U1"))
        work.session.flush()
        waiting = Thread(target=look)
        waiting.start()
        until(lambda: waiting_for_a_lock(postgres_database))
    waiting.join(timeout=30)
    assert seen == ["U1"]


def test_locking_another_row_does_not_forget_what_was_changed_before(database: Database) -> None:
    key = a_case(database, a_project(database))
    with database.write() as work:
        project = work.projects.by_key("OPS")
        assert project is not None
        project.name = "Operations"
        work.cases.by_key(key, lock=True)
        assert work.projects.by_key("OPS", lock=True) is project
        assert project.name == "Operations"


def test_two_cases_may_be_related_to_each_other_at_once(postgres_database: Database) -> None:
    """Each has its own row locked when it refers to the other."""
    one, other = (a_case(postgres_database, a_project(postgres_database, key)) for key in ("OPS", "WEB"))
    insert = text("INSERT INTO relations (case_id, kind, other_id) VALUES (:one, 'blocks', :other)")
    with postgres_database.write() as first, postgres_database.write() as second:
        mine, theirs = first.cases.by_key(one, lock=True), second.cases.by_key(other, lock=True)
        assert mine is not None
        assert theirs is not None
        first.session.execute(insert, {"one": mine.id, "other": theirs.id})
        second.session.execute(insert, {"one": theirs.id, "other": mine.id})


def test_cases_opened_at_once_have_numbers_without_gaps_or_repeats(database: Database) -> None:
    a_project(database)
    keys = together(8, lambda _number: [a_case(database, "OPS") for _ in range(5)])
    assert sorted(int(key.partition("-")[2]) for opened in keys for key in opened) == list(range(1, 41))


def test_cases_opened_by_several_processes_too(database_url: str, database: Database) -> None:
    a_project(database)
    processes = [Popen([sys.executable, "-c", OPEN_CASES, database_url, "10"], stdout=PIPE, text=True) for _ in "abc"]
    keys = [key for process in processes for key in process.communicate(timeout=60)[0].split()]
    assert sorted(int(key.partition("-")[2]) for key in keys) == list(range(1, 31))


def test_a_number_that_was_not_used_is_given_out_again(database: Database) -> None:
    a_project(database)

    def failing() -> None:
        with database.write() as work:
            project = work.projects.by_key("OPS", lock=True)
            assert project is not None
            project.next_number()
            work.session.flush()
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        failing()
    assert a_case(database, "OPS") == "OPS-1"


def test_many_writers_all_get_through(database: Database) -> None:
    """SQLite's own lock goes to whoever polls luckiest; ours goes by arrival."""
    a_project(database)
    key = a_case(database, "OPS")

    def count(_number: int) -> None:
        for _ in range(10):
            with database.write() as work:
                case = work.cases.by_key(key, lock=True)
                assert case is not None
                case.evidence_count += 1
                case.version += 1

    together(24, count)
    with database.read() as work:
        assert work.session.scalars(select(Case.evidence_count)).one() == 240


def test_writers_of_sqlite_have_one_connection_in_turn(sqlite_database: Database) -> None:
    def driven() -> Any:
        with sqlite_database.write() as work:
            return work.session.connection().connection.driver_connection

    used = together(4, lambda _number: [driven() for _ in range(5)])
    assert len({id(one) for some in used for one in some}) == 1
    with sqlite_database.write() as work:
        work.add(Channel(id="C1", name="ops"))
        with sqlite_database.read() as other:
            assert other.projects.channel("C1") is None, "readers have others, and do not wait"
    sqlite_database.close()
    with sqlite_database.write() as work:
        assert work.projects.channel("C1") is not None, "a closed one opens again"


def test_a_pool_without_a_free_connection_is_busy_too(database_url: str) -> None:
    small = Database(database_url, pool_size=1, wait_seconds=0.05)
    small.engine.pool._max_overflow = 0  # type: ignore[attr-defined]
    try:
        with small.read() as work:
            work.projects.all()
            with pytest.raises(Busy), small.read() as other:
                other.projects.all()
    finally:
        small.close()


def test_a_deadlock_is_busy_for_one_and_nothing_for_the_other(postgres_database: Database) -> None:
    for key in ("OPS", "WEB"):
        a_project(postgres_database, key)
    first_has, second_has = Event(), Event()
    outcomes: list[str] = []

    def rename(first: str, second: str, mine: Event, theirs: Event) -> None:
        try:
            with postgres_database.write() as work:
                for key, wait in ((first, None), (second, theirs)):
                    if wait:
                        mine.set()
                        wait.wait(timeout=30)
                    work.session.execute(update(Project).where(Project.key == key).values(name=first))
        except Busy:
            outcomes.append("busy")
        else:
            outcomes.append("done")

    threads = [
        Thread(target=rename, args=("OPS", "WEB", first_has, second_has)),
        Thread(target=rename, args=("WEB", "OPS", second_has, first_has)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["busy", "done"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_a_postgres_url_is_understood(scheme: str) -> None:
    url = understood(f"{scheme}://ann:100%25@db.example/casebook")
    assert (url.drivername, url.password, url.database) == ("postgresql+psycopg", "100%", "casebook")
