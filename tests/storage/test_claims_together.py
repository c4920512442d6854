"""Many workers: each delivery once, every stream in order, nothing forgotten."""

import sys
from collections import Counter, defaultdict
from itertools import pairwise
from subprocess import PIPE, Popen
from threading import Thread

from sqlalchemy import select, text

from bot.domain.delivery import SLACK, Delivery, State
from bot.storage.claims import Claim, claim_slot
from bot.storage.database import Database
from bot.storage.outcomes import record_done
from tests.storage.outbox import (
    LEASE,
    NOW,
    after,
    done,
    enqueue,
    fill,
    flat,
    ids,
    one_a_second,
    only,
    row,
    stored,
    take,
    together,
    unpaced,
    until,
    waiting_for_a_lock,
    write,
)

WORK_OFF = """
import sys
from bot.storage.database import Database
from tests.storage.test_claims_together import work_off
db = Database(sys.argv[1], wait_seconds=30)
print(*work_off(db))
db.close()
"""


def is_through(db: Database) -> bool:
    with db.read() as work:
        return work.deliveries.backlog().counts[State.DUE] == 0


def work_off(db: Database) -> list[int]:
    """What this worker sent until nothing was due any more, in order."""
    sent = []
    while not is_through(db):
        for held in take(db, limit=5).deliveries:
            sent.append(held.delivery.id)
            assert not held.was_taken_over
            assert done(db, held)
    return sent


def mixed(streams: int, length: int) -> list[dict[str, object]]:
    """Streams that cross lanes, as a case's lines and cards do."""
    return [row(f"case/{s}", f"slack/C{(s + n) % 3}") for n in range(length) for s in range(streams)]


def streams_of(db: Database) -> dict[int, str]:
    with db.read() as work:
        return dict(work.session.execute(select(Delivery.id, Delivery.stream)).all())


def test_many_threads_send_each_delivery_once_and_every_stream_in_order(database: Database) -> None:
    fill(database, mixed(streams=12, length=8))
    order: list[int] = []

    def worker(_number: int) -> int:
        sent = 0
        while not is_through(database):
            for held in take(database, limit=4).deliveries:
                order.append(held.delivery.id)
                assert done(database, held)
                sent += 1
        return sent

    assert sum(together(6, worker)) == 96
    assert len(set(order)) == len(order) == 96
    streams = streams_of(database)
    by_stream: dict[str, list[int]] = defaultdict(list)
    for one in order:
        by_stream[streams[one]].append(one)
    assert all(sent == sorted(sent) for sent in by_stream.values())


def test_two_processes_send_each_delivery_once(database_url: str, database: Database) -> None:
    fill(database, mixed(streams=15, length=4))
    processes = [Popen([sys.executable, "-c", WORK_OFF, database_url], stdout=PIPE, text=True) for _ in "ab"]
    sent = [[int(one) for one in process.communicate(timeout=60)[0].split()] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert Counter(flat(sent)) == dict.fromkeys(streams_of(database), 1)


def test_a_lane_keeps_its_pace_however_many_claim_at_once(database: Database) -> None:
    enqueue(database, *(row() for _ in range(30)))
    for now in (NOW, after(1), after(2)):
        claims = together(6, lambda _number, now=now: ids(take(database, now, pace=one_a_second)))
        assert len(list(flat(claims))) == 1


def test_many_replicas_run_a_slot_once(database: Database) -> None:
    had = together(8, lambda _number: write(database, lambda work: claim_slot(work, "digest", NOW, NOW, after(10))))
    assert sorted(had) == [False] * 7 + [True]


def test_nothing_is_parked_behind_what_is_being_recorded_as_done(postgres_database: Database) -> None:
    db = postgres_database
    line, card = enqueue(db, row("case/1", "slack/C1"), row("case/1", "slack/update"))
    held = only(take(db))
    assert held.delivery.id == line
    write(db, lambda work: setattr(work.session.get(Delivery, card), "parked_until", None))
    with db.write() as work:
        assert record_done(work, held, NOW)
        assert ids(take(db)) == [], "the line is still due for everybody else"
    assert stored(db, card).parked_until is None
    assert ids(take(db)) == [card]


def test_what_is_parked_while_its_head_is_recorded_comes_into_sight_again(postgres_database: Database) -> None:
    db = postgres_database
    line, card = enqueue(db, row("case/1", "slack/C1"), row("case/1", "slack/update"))
    held = only(take(db))
    write(db, lambda work: setattr(work.session.get(Delivery, card), "parked_until", None))
    with db.write() as work:
        assert list(Claim(work.session, SLACK, NOW, NOW + LEASE, unpaced).take(10).deliveries) == []
        recorder = Thread(target=done, args=(db, held))
        recorder.start()
        until(lambda: waiting_for_a_lock(db))
    recorder.join(timeout=30)
    assert stored(db, line).state == "done"
    assert ids(take(db)) == [card]


def test_a_claim_does_not_wait_for_a_row_that_somebody_holds(postgres_database: Database) -> None:
    db = postgres_database
    first, second = enqueue(db, row(), row())
    with db.write() as work:
        work.session.execute(select(Delivery).where(Delivery.id == first).with_for_update())
        claimed = take(db)
        assert ids(claimed) == [second]
        assert claimed.next_at == NOW, "the first may be free in a moment"
    assert ids(take(db)) == [first]


def test_a_lane_that_another_worker_claims_from_is_left_to_it(postgres_database: Database) -> None:
    db = postgres_database
    enqueue(db, row())
    take(db)
    (again, elsewhere) = enqueue(db, row(), row(lane="slack/C2"))
    with db.write() as work:
        work.session.execute(text("SELECT * FROM lanes WHERE name = 'slack/C1' FOR UPDATE"))
        claimed = take(db)
        assert ids(claimed) == [elsewhere]
        assert claimed.next_at is not None
    assert ids(take(db)) == [again]


def test_ids_rise_within_a_burst(database: Database) -> None:
    fill(database, (row() for _ in range(200)))
    sent = ids(take(database, limit=120))
    assert len(sent) == 120
    assert all(one < other for one, other in pairwise(sent))
