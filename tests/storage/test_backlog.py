"""A claim costs the same over fifty deliveries and over fifty thousand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from bot.domain.delivery import SLACK, Delivery
from bot.storage.claims import SIGHT, Claim, Pace
from bot.storage.database import Database
from bot.storage.work import Work
from tests.storage.outbox import LEASE, NOW, after, done, fill, ids, row, stored, take

MANY = 50_000
LANES = ("slack/C1", "slack/C2", "slack/update")


def five_at_once(_lane: str) -> Pace:
    return Pace(timedelta(seconds=1), burst=5)


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """What was executed meanwhile."""
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def in_three_lanes(count: int) -> Iterator[dict[str, Any]]:
    return (row(lane=LANES[number % 3]) for number in range(count))


def cards_behind_lines(count: int) -> Iterator[dict[str, Any]]:
    """The heaviest backlog there is: half of it waits in one lane for what creeps through another."""
    for number in range(count // 2):
        yield row(f"case/{number}", "slack/C1")
        yield row(f"case/{number}", "slack/update")


def cost(db: Database, rounds: int = 3) -> list[int]:
    """Statements of each claim, with what it claimed done in between."""
    counts = []
    for number in range(rounds):
        with statements(db) as seen:
            claimed = take(db, after(number * 5), limit=20, pace=five_at_once)
        counts.append(len(seen))
        for held in claimed.deliveries:
            done(db, held)
    return counts


def test_a_claim_asks_no_more_of_a_long_backlog(database: Database) -> None:
    fill(database, in_three_lanes(60))
    of_few = cost(database)
    fill(database, in_three_lanes(MANY))
    of_many = cost(database)
    assert max(of_many) <= max(of_few)


def test_a_claim_meets_what_cannot_go_yet_once(database: Database) -> None:
    """Half of fifty thousand are behind the others: a claim looks at so many and no more, and no later one at those."""
    fill(database, cards_behind_lines(MANY))
    first = take(database, pace=five_at_once)
    assert [one % 2 for one in ids(first)] == [1] * 5, "lines"
    assert first.next_at == NOW, "there is more to look at"
    with database.read() as work:
        behind = select(func.count()).where(Delivery.lane == "slack/update", Delivery.parked_until > NOW)
        parked = work.session.scalar(behind)
    assert parked == SIGHT
    for held in first.deliveries:
        done(database, held)
    assert ids(take(database, pace=five_at_once)) == [one + 1 for one in ids(first)], "their cards, at once"


def test_many_that_wait_for_their_next_try_are_out_of_the_way(database: Database) -> None:
    fill(database, (row(not_before=after(3600)) for _ in range(2 * SIGHT)))
    fill(database, [row(key="the one that can go")])
    claimed = take(database)
    while not claimed.deliveries and claimed.next_at == NOW:
        claimed = take(database)
    (one,) = ids(claimed)
    assert stored(database, one).key == "the one that can go"
    with statements(database) as seen:
        assert take(database).next_at is not None
    assert len(seen) <= 5


def effort(db: Database, number: int) -> int:
    """What the database does for a claim: the rows PostgreSQL reads, or the steps SQLite's machine takes."""
    now = after(number * 5)
    with db.write() as work:
        with counted(work, "deliveries") as count:
            claimed = Claim(work.session, SLACK, now, now + LEASE, five_at_once).take(20)
    for held in claimed.deliveries:
        done(db, held)
    assert claimed.deliveries
    print("EFFORT", count[0])
    return count[0]


@contextmanager
def counted(work: Work, table: str) -> Iterator[list[int]]:
    count = [0]
    raw: Any = work.session.connection().connection.dbapi_connection
    if work.session.get_bind().dialect.name == "sqlite":

        def step() -> None:
            count[0] += 1

        raw.set_progress_handler(step, 1)
        yield count
        raw.set_progress_handler(None, 0)
        return
    rows_read = text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = :table")
    before = work.session.scalar(rows_read, {"table": table})
    yield count
    work.session.flush()
    count[0] = work.session.scalar(rows_read, {"table": table}) - before


def analyze(db: Database) -> None:
    with db.write() as work:
        work.session.execute(text("ANALYZE"))


# What fifty rows looked at in each of three lanes may cost; a claim over sixty deliveries reads as many.
ROWS, STEPS = 600, 25_000

STATISTICS = pytest.mark.parametrize("analyzed", [False, True], ids=["young", "analyzed"])


@STATISTICS
@pytest.mark.parametrize("backlog", [60, MANY])
def test_a_claim_is_no_more_work_over_a_long_backlog(database: Database, backlog: int, analyzed: bool) -> None:
    fill(database, in_three_lanes(backlog))
    if analyzed:
        analyze(database)
    assert max(effort(database, number) for number in range(3)) <= (STEPS if database.is_sqlite else ROWS)


@STATISTICS
def test_a_claim_does_not_wade_through_what_was_sent(database: Database, analyzed: bool) -> None:
    fill(database, (one | {"state": "done", "done_at": NOW, "stream": "case/1"} for one in in_three_lanes(MANY)))
    fill(database, (one | {"stream": "case/1"} for one in in_three_lanes(60)))
    if analyzed:
        analyze(database)
    assert max(effort(database, number) for number in range(3)) <= (STEPS if database.is_sqlite else ROWS)


def test_one_long_stream_is_no_more_work_than_a_short_one(database: Database) -> None:
    fill(database, (row("case/1") for _ in range(3 * SIGHT)))
    of_few = max(effort(database, number) for number in range(3))
    fill(database, (row("case/1") for _ in range(MANY)))
    of_many = max(effort(database, number) for number in range(3, 6))
    assert of_many <= 2 * of_few
