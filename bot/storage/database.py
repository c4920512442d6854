"""The engine and the unit of work. Work that is not committed is rolled back."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from threading import Event
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from bot.domain.errors import Busy
from bot.storage.queue import BUSY, WriterQueue
from bot.storage.work import Work

# A click waits for the database before it is acknowledged, and Slack waits 3 s for that.
WAIT_SECONDS = 2.0
WRITES_WITHIN = "casebook_writes_within"
LOOKS = "casebook_looks"
# Each of our questions wants few rows. By default PostgreSQL starts other processes for some of them, compiles them, or
# reads whole tables as if from a spinning disk: of a million cases, a count then takes seconds instead of milliseconds.
SHORT_QUESTIONS = "-c max_parallel_workers_per_gather=0 -c jit=off -c random_page_cost=1.1"
# Pages in SQLite's log before they are copied into the database, which takes two waits for the disk and stops everybody
# who writes. It is 1,000 by default; up to 4,062 are looked up in one step. https://www.sqlite.org/walformat.html
LOG_PAGES = 4000
# lock_not_available and deadlock_detected; https://www.postgresql.org/docs/current/errcodes-appendix.html
LOCK_STATES = {"55P03", "40P01"}


def understood(url: str) -> URL:
    """The URL with its driver: ``postgres://`` and ``postgresql://`` mean psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


class Database:
    """Opens units of work. ``deliveries_waiting`` is set after each commit that left something to send."""

    def __init__(self, url: str, *, pool_size: int = 40, wait_seconds: float = WAIT_SECONDS) -> None:
        self.url = understood(url)
        self.wait_seconds = wait_seconds
        self.engine = self._engine(pool_size)
        self._looking_on = self.engine.execution_options(**{LOOKS: True}) if self.is_sqlite else self.engine
        self._writers = WriterQueue() if self.is_sqlite else None
        self._writer: Connection | None = None
        # What was changed is written once, by `Work.add` and at the end, rather than before each question.
        self._session = sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self.deliveries_waiting = Event()

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    def _engine(self, pool_size: int) -> Engine:
        if self.is_sqlite:
            engine = create_engine(
                self.url,
                pool_size=pool_size,
                pool_timeout=self.wait_seconds,
                connect_args={"timeout": self.wait_seconds},
            )
            event.listen(engine, "connect", prepare_sqlite(self.wait_seconds))
            event.listen(engine, "begin", begin_sqlite)
            return engine
        return create_engine(
            self.url,
            pool_size=pool_size,
            pool_timeout=self.wait_seconds,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 5,
                "options": f"-c lock_timeout={int(self.wait_seconds * 1000)} -c timezone=UTC {SHORT_QUESTIONS}",
            },
        )

    @contextmanager
    def read(self) -> Iterator[Work]:
        """For looking only: never waits for a writer. Each question sees what is committed when it is asked."""
        with translated(), self._session(bind=self._looking_on) as session:
            yield Work(session)

    @contextmanager
    def write(self) -> Iterator[Work]:
        """For changing: commits when the block ends without an exception, else rolls back."""
        deadline = monotonic() + self.wait_seconds
        turn = self._writers.turn(self.wait_seconds) if self._writers else nullcontext()
        with translated(), turn, self._session(bind=self._writing_on()) as session:
            if self._writers:
                # One wait for both queues: ours, and SQLite's for writers in other processes.
                session.connection(execution_options={WRITES_WITHIN: max(0.0, deadline - monotonic())})
            work = Work(session)
            yield work
            session.commit()
        if work.has_deliveries:
            self.deliveries_waiting.set()

    def _writing_on(self) -> Engine | Connection:
        """SQLite's writers have one connection in turn: what it has read stays good, as no other one changes it."""
        if not self._writers:
            return self.engine
        if self._writer is None:
            self._writer = self.engine.connect()
        return self._writer

    def close(self) -> None:
        if self._writers:
            with suppress(Busy), self._writers.turn(self.wait_seconds):  # whoever still writes then keeps it
                if self._writer:
                    self._writer.close()
                self._writer = None
        self.engine.dispose()


def prepare_sqlite(wait_seconds: float) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        switch_to_wal(connection, wait_seconds)
        for pragma in (
            f"busy_timeout={int(wait_seconds * 1000)}",
            "foreign_keys=ON",
            "synchronous=NORMAL",
            f"wal_autocheckpoint={LOG_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return prepare


def switch_to_wal(connection: Any, wait_seconds: float) -> None:
    """The first connections to a fresh file get in each other's way here, and SQLite does not wait by itself."""
    deadline = monotonic() + wait_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a lock upgrade in mid-transaction fails at once, whatever the timeout.

    Who only looks cannot write, and needs no transaction: it would be half of the statements of a quick look.
    """
    options = connection.get_execution_options()
    seconds, looks = options.get(WRITES_WITHIN), options.get(LOOKS, False)
    sqlite: Any = connection.connection.driver_connection  # every click begins here: SQLAlchemy's way takes longer
    if connection.info.get(LOOKS, False) != looks:
        sqlite.execute(f"PRAGMA query_only={int(looks)}")
        connection.info[LOOKS] = looks
    if looks:
        return
    if seconds is None:
        sqlite.execute("BEGIN")
        return
    sqlite.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
    try:
        sqlite.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


@contextmanager
def translated() -> Iterator[None]:
    """Locks that could not be had in time become ``Busy``, in words for people."""
    try:
        yield
    except OperationalError as error:
        if is_lock_timeout(error):
            raise Busy(BUSY) from error
        raise
    except PoolTimeout as error:  # no connection in the pool was free in time
        raise Busy(BUSY) from error


def is_lock_timeout(error: OperationalError) -> bool:
    """The server's words come in its own language, its codes do not."""
    return getattr(error.orig, "sqlstate", None) in LOCK_STATES or "database is locked" in str(error.orig)


def is_repeat(error: Exception) -> bool:
    """Whether a unique row was there already: somebody did the same at the same time."""
    return isinstance(error, IntegrityError)


__all__ = ["WAIT_SECONDS", "Database", "Session", "Work", "is_repeat", "understood"]
