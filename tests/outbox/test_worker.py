"""The worker's threads: quick when there is little to do, patient when there is much, gone when told to stop."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Barrier, Event, Lock, Thread
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.domain.delivery import SLACK, State, Tell
from bot.domain.telling import tell
from bot.outbox import worker as workers
from bot.outbox.sender import Refused, Sent, Unreachable
from bot.outbox.worker import COLLECT, LONGEST_REST, Worker, rest_after
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.usecases import working
from tests.outbox.conftest import Clock, Town, unpaced

JIRA = "jira"


def utcnow() -> datetime:
    return datetime.now(UTC)


class Noted:
    """A sender that keeps what it was given. ``hold``: it does not return before this is set."""

    def __init__(self, hold: Event | None = None, outcome: Callable[[Held], None] = lambda held: None) -> None:
        self.keys: list[str] = []
        self.hold = hold
        self.outcome = outcome
        self._lock = Lock()

    def __call__(self, held: Held) -> Sent:
        with self._lock:
            self.keys.append(held.delivery.key)
        if self.hold:
            assert self.hold.wait(10)
        self.outcome(held)
        return Sent()


def put(db: Database, *keys: str, partner: str = SLACK, stream: str = "") -> None:
    with db.write() as work:
        work.enqueue(
            tell(Tell.LINE, key, utcnow(), stream=stream or key, lane=f"{partner}/{key}", partner=partner)
            for key in keys
        )  # fmt: skip


def until(condition: Callable[[], Any], timeout: float = 10.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def states(db: Database) -> Counter[str]:
    with db.read() as work:
        return Counter(row.state for row in work.deliveries.list(None, 1000))


@pytest.fixture
def start() -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def start(db: Database, **more: Any) -> Worker:
        worker = Worker(db, **{"pace": unpaced} | more)
        worker.start()
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.stop()


def test_what_is_committed_is_sent_without_waiting_for_the_next_poll(
    database: Database, start: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outbox.worker.POLL", 3600.0)
    sender = Noted()
    worker = start(database, senders={SLACK: sender})
    assert worker.wait_until_idle(5)
    put(database, "a")
    until(lambda: sender.keys)
    assert worker.wait_until_idle(5)
    assert states(database) == {State.DONE: 1}


def test_one_stream_is_sent_in_order(database: Database, start: Callable[..., Worker]) -> None:
    keys = [f"{number:02}" for number in range(20)]
    put(database, *keys, stream="case/1")
    sender = Noted()
    worker = start(database, senders={SLACK: sender})
    assert worker.wait_until_idle(10)
    assert sender.keys == keys


def test_another_replicas_deliveries_are_found(
    database: Database, database_url: str, start: Callable[..., Worker]
) -> None:
    sender = Noted()
    assert start(database, senders={SLACK: sender}).wait_until_idle(5)
    replica = Database(database_url)
    put(replica, "a")
    replica.close()
    until(lambda: sender.keys)


def test_a_partner_that_hangs_holds_up_nobody_else(sqlite_database: Database, start: Callable[..., Worker]) -> None:
    gate = Event()
    stuck, free = Noted(gate), Noted()
    start(sqlite_database, senders={JIRA: stuck, SLACK: free}, threads=2)
    put(sqlite_database, *(f"j{number}" for number in range(10)), partner=JIRA)
    until(lambda: len(stuck.keys) == 2)
    put(sqlite_database, *(f"s{number}" for number in range(10)))
    until(lambda: len(free.keys) == 10)
    assert len(stuck.keys) == 2, "no more than there are threads"
    gate.set()
    until(lambda: states(sqlite_database) == {State.DONE: 20})


def test_claims_are_collected_while_there_is_much_to_do(
    sqlite_database: Database, start: Callable[..., Worker]
) -> None:
    gate = Event()
    worker = start(sqlite_database, senders={SLACK: Noted(gate)}, threads=100)
    before, rounds = time.monotonic(), worker._begun
    for number in range(60):
        put(sqlite_database, f"{number}")
    elapsed = time.monotonic() - before
    assert worker._begun - rounds <= elapsed / COLLECT + 3
    gate.set()
    until(lambda: states(sqlite_database) == {State.DONE: 60})


def test_it_rests_no_more_while_somebody_waits_for_it(
    sqlite_database: Database, start: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "COLLECT", 60.0)
    monkeypatch.setattr(workers, "LONGEST_REST", 60.0)
    sender = Noted()
    worker = start(sqlite_database, senders={SLACK: sender})
    put(sqlite_database, "a")
    until(lambda: sender.keys == ["a"])
    put(sqlite_database, "b")
    assert worker.wait_until_idle(20)
    assert sender.keys == ["a", "b"]


def test_the_busier_the_people_the_longer_it_rests() -> None:
    quiet, busy, swamped = (rest_after(seconds) for seconds in (0.005, 0.1, 5.0))
    assert quiet == COLLECT < busy < swamped == LONGEST_REST


def test_stopping_lets_what_is_being_sent_finish(database: Database) -> None:
    gate = Event()
    sender = Noted(gate)
    worker = Worker(database, {SLACK: sender}, threads=1, pace=unpaced)
    assert not worker.is_alive
    worker.start()
    put(database, "first", "second", stream="case/1")
    until(lambda: sender.keys)
    assert worker.is_alive
    assert worker.last_activity
    stopper = Thread(target=worker.stop)
    stopper.start()
    until(worker._stopping.is_set)
    gate.set()
    stopper.join(10)
    assert not worker.is_alive
    assert sender.keys == ["first"]
    assert states(database) == {State.DONE: 1, State.DUE: 1}


def test_stopping_does_not_wait_for_ever(sqlite_database: Database) -> None:
    gate = Event()
    sender = Noted(gate)
    worker = Worker(sqlite_database, {SLACK: sender}, pace=unpaced)
    worker.start()
    put(sqlite_database, "a")
    until(lambda: sender.keys)
    assert not worker.stop(timeout=0.05)
    gate.set()
    until(lambda: states(sqlite_database) == {State.DONE: 1})


def test_what_was_claimed_and_not_begun_is_given_back(database: Database) -> None:
    worker = Worker(database, {SLACK: Noted()}, pace=unpaced)
    put(database, "a", "b")
    stopping = Event()
    stopping.set()
    worker._counters[0].take(stopping)
    with database.read() as work:
        rows = work.deliveries.list(None, 10)
    assert {(row.state, row.attempts, row.lease_until) for row in rows} == {(State.DUE, 0, None)}


def test_two_workers_send_each_delivery_once(database_url: str) -> None:
    databases = [Database(database_url), Database(database_url)]
    put(databases[0], *(f"{number:03}" for number in range(70)))
    put(databases[1], *(f"stream {number:03}" for number in range(30)), stream="case/1")
    sender = Noted()
    workers = [Worker(db, {SLACK: sender}, pace=unpaced) for db in databases]
    for worker in workers:
        worker.start()
    until(lambda: states(databases[0]) == {State.DONE: 100}, 30)
    assert all(worker.stop() for worker in workers)
    assert len(sender.keys) == len(set(sender.keys)) == 100
    ordered = [key for key in sender.keys if key.startswith("stream")]
    assert ordered == sorted(ordered)
    for db in databases:
        db.close()


def test_two_workers_tell_slack_each_thing_once(town: Town, database_url: str) -> None:
    other = Database(database_url)
    workers = [town.worker(db, clock=utcnow) for db in (town.db, other)]
    for worker in workers:
        worker.start()
    cases = [town.open(f"case number {number}.") for number in range(10)]
    for case in cases:
        working.take_case(town.db, town.act(town.bob), case.id)
        working.close_case(town.db, town.act(town.bob), case.id, "Resolved")
    town.slack.wait_for(lambda: not town.due(), 30)
    assert all(worker.stop() for worker in workers)
    cards = town.slack.messages(town.ops)
    assert len(cards) == 10
    for card in cards:
        assert "Closed" in card.shown
        assert [line.shown.split()[1] for line in card.replies] == ["took", "closed"]
    other.close()


def test_clicks_go_on_while_deliveries_are_sent(sqlite_town: Town) -> None:
    """Eight people change cases while the worker claims and records on the same SQLite file."""
    town = sqlite_town
    cases = [town.open(f"case number {number}.") for number in range(8)]
    worker = town.worker(clock=utcnow)
    worker.start()
    barrier = Barrier(8)

    def click(case_id: int) -> None:
        barrier.wait()
        for number in range(5):
            working.note_case(town.db, town.act(town.bob), case_id, f"note {number:02}.")

    threads = [Thread(target=click, args=(case.id,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    town.slack.wait_for(lambda: not town.due(), 30)
    assert worker.stop()
    for card in town.slack.messages(town.ops):
        notes = [line.shown.split("note ")[1][:3] for line in card.replies]
        assert notes == [f"{number:02}." for number in range(5)]


WORDS = "the disk is full of secrets"


class TroubledDatabase:
    """Fails the commits whose numbers are given."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = set(numbers)
        self.commits = 0

    def __call__(self, _session: Any) -> None:
        self.commits += 1
        if self.commits in self.numbers:
            raise OSError(WORDS)

    def __enter__(self) -> None:
        event.listen(Session, "before_commit", self)

    def __exit__(self, *_: object) -> None:
        event.remove(Session, "before_commit", self)


def test_an_outcome_that_cannot_be_recorded_is_recorded_a_little_later(sqlite_database: Database) -> None:
    put(sqlite_database, "a")
    sender = Noted()
    with TroubledDatabase(2, 3):
        Worker(sqlite_database, {SLACK: sender}, pace=unpaced).run_until_idle()
    assert sender.keys == ["a"]
    assert states(sqlite_database) == {State.DONE: 1}


def test_the_worker_outlives_a_database_in_trouble(
    sqlite_database: Database, start: Callable[..., Worker], caplog: pytest.LogCaptureFixture
) -> None:
    sender = Noted()
    with TroubledDatabase(1):
        worker = start(sqlite_database, senders={SLACK: sender})
        until(lambda: "cannot claim" in caplog.text)
        put(sqlite_database, "a")
        until(lambda: sender.keys)
    assert worker.is_alive
    assert WORDS not in caplog.text


def test_a_lost_lease_changes_nothing(sqlite_database: Database, clock: Clock) -> None:
    """A sender so slow that another worker has taken its delivery over."""
    put_at(sqlite_database, clock, "a")
    quick = Noted()

    def overtaken(_held: Held) -> None:
        clock.move(seconds=61)
        Worker(sqlite_database, {SLACK: quick}, clock=clock, pace=unpaced).run_until_idle()

    Worker(sqlite_database, {SLACK: Noted(outcome=overtaken)}, clock=clock, pace=unpaced).run_until_idle()
    assert quick.keys == ["a"]
    assert states(sqlite_database) == {State.DONE: 1}


def put_at(db: Database, clock: Clock, key: str) -> None:
    with db.write() as work:
        work.enqueue([tell(Tell.LINE, key, clock(), stream=key, lane="slack/C1")])


def test_a_refusal_of_another_partner_is_told_in_its_words(sqlite_town: Town) -> None:
    def refuse(_held: Held) -> Sent:
        raise Refused("404", "Jira has no such project. Choose another with `/case project`.")

    town = sqlite_town
    with town.db.write() as work:
        work.enqueue([tell(Tell.LINE, "a", town.clock(), stream="a", lane="jira/api", partner=JIRA)])
    worker = Worker(town.db, {JIRA: refuse, SLACK: town.sender(town.db, None, town.clock)}, clock=town.clock)
    worker.run_until_idle()
    assert "Jira has no such project" in town.dms(town.dana)[0]


def test_idle_means_that_a_running_worker_has_nothing_to_do_now(
    sqlite_database: Database, start: Callable[..., Worker]
) -> None:
    def trouble(_held: Held) -> None:
        raise Unreachable("down", perhaps_sent=False)

    put(sqlite_database, "a")
    gate = Event()
    worker = start(sqlite_database, senders={SLACK: Noted(gate, trouble)})
    assert not worker.wait_until_idle(0.2)
    gate.set()
    assert worker.wait_until_idle(5)
    assert states(sqlite_database) == {State.DUE: 1}


def test_a_worker_that_stays_behind_says_so(sqlite_database: Database) -> None:
    ever: Iterator[str] = (f"next {number}" for number in range(10_000))

    def more(_held: Held) -> None:
        put(sqlite_database, next(ever))

    put(sqlite_database, "a")
    with pytest.raises(TimeoutError, match="still due"):
        Worker(sqlite_database, {SLACK: Noted(outcome=more)}, pace=unpaced).run_until_idle(timeout=0.2)
