"""What the outbox's statements share: which rows are meant, and how those behind another come into sight again.

The statements leave PostgreSQL's planner no choice, since its guesses are bad for a table that is a queue:
- One that looks for rows by id names no state: with young statistics the planner would rather read a whole partial
  index than look up five ids. Python looks at the state of the rows that were locked.
- One that wants the first of a lane or stream orders by that too, and says `Exactly` instead of ``=``: the planner
  would rather walk along the primary key, through everything that was ever sent, until it meets one that is due.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CursorResult,
    Delete,
    Select,
    String,
    Update,
    bindparam,
    column,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

from bot.domain.base import UTC, Base
from bot.domain.delivery import Delivery, State

# A delivery behind another is looked at again when that one is done; this is the net below that.
REVISIT = timedelta(minutes=10)
# Written out, since neither database uses a partial index for a condition with a parameter.
LITERALLY_DUE: ColumnElement[str] = literal_column("'due'")
DUE = Delivery.state == LITERALLY_DUE
DEAD: ColumnElement[bool] = Delivery.state == literal_column("'dead'")
PARKED = DUE & Delivery.parked_until.is_not(None)
READY = DUE & Delivery.parked_until.is_(None)
AMONG_IDS = Delivery.id.in_(bindparam("ids", expanding=True))

# Jumps from one lane to the next in the index instead of reading every row (a "loose index scan"). Those that are
# not in the table yet come first, then those that have rested longest.
# LIMIT 1 rather than min(): PostgreSQL then reads one row of the index even when it knows nothing of the table.
LANES_IN_SIGHT = text(
    """
    WITH RECURSIVE found(lane) AS (
        SELECT (
            SELECT lane FROM deliveries
            WHERE partner = :partner AND state = 'due' AND parked_until IS NULL
            ORDER BY partner, lane, id LIMIT 1
        )
        UNION ALL
        SELECT (
            SELECT lane FROM deliveries
            WHERE partner = :partner AND state = 'due' AND parked_until IS NULL AND lane > found.lane
            ORDER BY partner, lane, id LIMIT 1
        )
        FROM found WHERE found.lane IS NOT NULL
    )
    SELECT found.lane, lanes.arrival, lanes.closed_until
    FROM found LEFT JOIN lanes ON lanes.name = found.lane
    WHERE found.lane IS NOT NULL
    ORDER BY lanes.arrival NULLS FIRST, found.lane
    """
).columns(column("lane", String), column("arrival", UTC()), column("closed_until", UTC()))


class Exactly(FunctionElement[bool]):
    """``column = value`` for SQLite; for PostgreSQL the same, but its planner cannot tell."""

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: OperatorType | None = None) -> "Exactly":
        return self  # else SQLite is asked whether it "= 1", which no index answers


@compiles(Exactly)
def equal(element: Exactly, compiler: SQLCompiler, **options: Any) -> str:
    name, value = (compiler.process(part, **options) for part in element.clauses)
    return f"{name} = {value}"


@compiles(Exactly, "postgresql")
def between(element: Exactly, compiler: SQLCompiler, **options: Any) -> str:
    name, value = (compiler.process(part, **options) for part in element.clauses)
    return f"{name} BETWEEN {value} AND {value}"


def oldest_of_stream(stream: Any) -> Select[Any]:
    other = aliased(Delivery)
    due = select(other.id).where(other.state == LITERALLY_DUE, Exactly(other.stream, stream))
    return due.order_by(other.stream, other.id).limit(1)


def front_of_lane(limit: int) -> Select[Any]:
    """The lane's first rows in sight after an id, each with the ``head`` of its stream."""
    head = oldest_of_stream(Delivery.stream).correlate(Delivery).scalar_subquery().label("head")
    return (
        select(Delivery.id, Delivery.not_before, Delivery.lease_until, head)
        .where(Delivery.partner == bindparam("partner"), Exactly(Delivery.lane, bindparam("lane")))
        .where(READY, Delivery.id > bindparam("after"))
        .order_by(Delivery.lane, Delivery.id)
        .limit(limit)
    )


def behind_each_other(deliveries: Iterable[Delivery]) -> Sequence[Delivery]:
    """Park, of those that are enqueued together, each that stands behind another one of its stream.

    That other one is due for certain, so that no claim has to meet and park it first.
    """
    ordered, streams = list(deliveries), set[str]()
    for delivery in ordered:
        if delivery.state == State.DUE:
            if delivery.stream in streams:
                delivery.parked_until = delivery.created_at + REVISIT
            streams.add(delivery.stream)
    return ordered


OLDEST = oldest_of_stream(bindparam("stream"))
UNPARK = update(Delivery).where(AMONG_IDS, Delivery.parked_until.is_not(None)).values(parked_until=None)


def unpark_heads(session: Session, streams: Iterable[str]) -> None:
    """Call it whenever a due delivery is no longer due: the next one of its stream waits for nothing any more."""
    heads = [session.scalar(OLDEST, {"stream": stream}) for stream in sorted(set(streams))]
    if ids := [head for head in heads if head is not None]:
        changed(session, UNPARK, {"ids": ids})


def changed(session: Session, statement: Update | Delete, values: dict[str, Any] | None = None) -> int:
    """How many rows the statement changed; objects that the session holds are not told."""
    result = session.execute(statement, values, execution_options={"synchronize_session": False})
    return cast(CursorResult[Any], result).rowcount


def absent(session: Session, model: type[Base]) -> Any:
    """An insert that leaves out what is there already. Waits for another transaction that is inserting the same."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(model.__table__).on_conflict_do_nothing()  # type: ignore[arg-type]


def insert_absent(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> int:
    """How many were not there yet."""
    counted = {"preserve_rowcount": True}
    return session.connection().execute(absent(session, model), rows, execution_options=counted).rowcount
