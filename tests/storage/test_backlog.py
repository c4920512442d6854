"""A claim costs the same over fifty deliveries and over fifty thousand, and whatever was sent before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, ColumnElement, Integer, String, case, cast, column, event, insert, literal, select, text

from bot.domain.base import UTC
from bot.domain.delivery import Delivery
from bot.domain.telling import LATER
from bot.storage.claims import SIGHT, Claim, Held, Pace, claim
from bot.storage.database import Database
from bot.storage.outcomes import record_done, siblings
from bot.storage.work import Work
from tests.storage.outbox import LEASE, NOW, after, done, enqueue, fill, ids, row, stored, take

FEW, MANY = 60, 50_000
NUMBER = column("n", Integer)
OWN_STREAM = literal("case/") + cast(NUMBER, String)
CASES_STREAM = literal("case/") + cast((NUMBER + 1) // 2, String)
THREE_LANES = literal("slack/C") + cast(NUMBER % 3, String)
LINE_THEN_CARD = case((NUMBER % 2 == 1, literal("slack/C1")), else_=literal("slack/update"))


def five_at_once(_lane: str) -> Pace:
    return Pace(timedelta(seconds=1), burst=5)


def many(
    db: Database,
    count: int,
    partner: str,
    *,
    stream: ColumnElement[str] = OWN_STREAM,
    lane: ColumnElement[str] = THREE_LANES,
    state: str = "due",
) -> None:
    """So many deliveries, made by the database itself, which is quicker."""
    first = literal(1).label("n")
    numbers = select(first).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < count))
    values: dict[str, ColumnElement[Any]] = {
        "key": literal(f"{partner}/{state}/{count}/") + cast(NUMBER, String),
        "kind": literal("line"),
        "partner": literal(partner),
        "stream": literal(f"{partner}/") + stream,
        "lane": literal(f"{partner}/") + lane,
        "target": literal("C1"),
        "data": literal({}, JSON()),
        "state": literal(state),
        "not_before": literal(NOW, UTC()),
        "created_at": literal(NOW, UTC()),
        "done_at": literal(NOW if state == "done" else None, UTC()),
        "attempts": literal(0),
    }
    with db.write() as work:
        work.session.execute(
            insert(Delivery).from_select(list(values), select(*values.values()).select_from(numbers).order_by(NUMBER))
        )


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


@contextmanager
def effort(work: Work) -> Iterator[list[int]]:
    """What the database does meanwhile: rows of deliveries that PostgreSQL reads, steps of SQLite's machine."""
    count = [0]
    if work.session.get_bind().dialect.name == "postgresql":
        rows_read = text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname='deliveries'")
        before = work.session.scalar(rows_read) or 0
        yield count
        count[0] = (work.session.scalar(rows_read) or 0) - before
        return

    def step() -> None:
        count[0] += 1

    raw: Any = work.session.connection().connection.dbapi_connection
    raw.set_progress_handler(step, 1)
    yield count
    raw.set_progress_handler(None, 0)


def costs(db: Database, partner: str, start: int = 0) -> tuple[int, int, int]:
    """The dearest of three claims, and of recording one as done: statements, effort of both."""
    dearest = [0, 0, 0]
    for number in range(start, start + 3):
        now = after(number * 5)
        with db.write() as work, statements(db) as seen, effort(work) as claiming:
            claimed = Claim(work.session, partner, now, now + LEASE, five_at_once).take(20)
        assert claimed.deliveries
        for held in claimed.deliveries:
            with db.write() as work, effort(work) as recording:
                assert record_done(work, held, now)
        dearest = [max(pair) for pair in zip(dearest, (len(seen), claiming[0], recording[0]), strict=True)]
    return dearest[0], dearest[1], dearest[2]


def analyze(db: Database) -> None:
    with db.write() as work:
        work.session.execute(text("ANALYZE"))


def test_a_claim_is_no_more_work_over_fifty_thousand(database: Database) -> None:
    """Whether the planner knows the table or has never looked at it. ``few`` and the others are partners."""
    many(database, FEW, "few")
    few = costs(database, "few")
    many(database, MANY, "many")
    many(database, MANY, "history", state="done", stream=literal("case/1"))
    many(database, FEW, "history", stream=literal("case/1"))
    many(database, MANY, "long", stream=literal("case/1"))
    young = {partner: costs(database, partner) for partner in ("many", "history", "long")}
    analyze(database)
    analyzed = {partner: costs(database, partner, start=3) for partner in ("many", "history", "long")}
    for name, of_the_young in young.items():
        # Of one long stream only the oldest can go: the others that are met are parked, so many a claim and lane.
        parking = 0 if name == "many" else 3 * SIGHT
        for asked, claiming, recording in (of_the_young, analyzed[name]):
            assert asked <= few[0] + parking // 12, name
            # Few rows do not fill all that one claim looks at, and an index reads no more of them than there are.
            assert claiming <= 3 * few[1] + parking * (100 if database.is_sqlite else 5), name
            assert recording <= 2 * few[2] + 5, name


def test_a_claim_meets_what_cannot_go_yet_once(database: Database) -> None:
    """The heaviest backlog: half of it waits in one lane for what creeps through another."""
    many(database, MANY, "slack", stream=CASES_STREAM, lane=LINE_THEN_CARD)
    first = take(database, pace=five_at_once)
    assert [held.delivery.lane for held in first.deliveries] == ["slack/slack/C1"] * 5
    assert first.next_at == NOW, "there is more to look at"
    with database.read() as work:
        cards = select(Delivery.id).where(Delivery.lane == "slack/slack/update", Delivery.parked_until > NOW)
        assert len(work.session.scalars(cards).all()) == SIGHT
    for held in first.deliveries:
        done(database, held)
    promoted = take(database, pace=five_at_once)
    assert ids(promoted) == [one + 1 for one in ids(first)], "their cards, at once"


def test_many_that_wait_for_their_next_try_are_out_of_the_way(database: Database) -> None:
    fill(database, (row(not_before=after(3600)) for _ in range(2 * SIGHT)))
    (wanted,) = enqueue(database, row())
    claimed = take(database)
    while not claimed.deliveries:
        assert claimed.next_at == NOW
        claimed = take(database)
    assert ids(claimed) == [wanted]
    assert stored(database, wanted).attempts == 1
    with statements(database) as seen:
        assert take(database).next_at is not None
    assert len(seen) <= 5


@pytest.mark.parametrize("limit", [1, 7])
def test_all_of_a_long_backlog_goes_in_the_end(database: Database, limit: int) -> None:
    fill(database, (row(f"case/{number % 40}", f"slack/C{number % 7}") for number in range(140)))
    now, sent, claims = NOW, [], 0
    while True:
        claims += 1
        claimed = claim(database, partner="slack", now=now, lease=LEASE, pace=five_at_once, limit=limit)
        sent += ids(claimed)
        for held in claimed.deliveries:
            done(database, held, now)
        if not claimed.deliveries:
            if claimed.next_at is None:
                break
            now = max(now, claimed.next_at)
    assert len(sent) == len(set(sent)) == 140
    assert now <= after(20), "seven lanes, twenty in each, five at once and then one a second"


def questions(db: Database, stream: str) -> dict[str, int]:
    """The effort of what clicks and cards ask about the deliveries of a stream or two."""
    streams = [stream, "slack/none"]
    held = Held(Delivery(id=0, stream=stream, kind="card"), NOW, was_taken_over=False)
    asked: dict[str, Callable[[Work], object]] = {
        "outlook": lambda work: work.deliveries.outlook(streams, LATER, 1),
        "hurry": lambda work: work.deliveries.hurry(streams, LATER),
        "waiting": lambda work: work.deliveries.waiting(streams),
        "waits": lambda work: work.deliveries.waits(stream),
        "hasten": lambda work: work.deliveries.hasten(stream, NOW),
        "siblings": lambda work: siblings(work, held),
    }
    spent = {}
    for name, ask in asked.items():
        with db.write() as work, effort(work) as count:
            ask(work)
        spent[name] = count[0]
    return spent


def test_a_stream_is_found_however_much_else_is_due(database: Database) -> None:
    many(database, FEW, "slack")
    few = questions(database, "slack/case/3")
    for state in ("due", "dead", "done"):
        many(database, MANY, "history", state=state)
    young = questions(database, "slack/case/3")
    analyze(database)
    for of_many in (young, questions(database, "slack/case/3")):
        for name, count in of_many.items():
            assert count <= 2 * few[name] + 30, name
