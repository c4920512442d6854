"""A bulk edit of many cases against the same verbs one by one, in the same run: time and statements for each case.

``one by one`` is a click for each case, without Slack. ``forecast`` is what a person waits for before confirming.
Goal: a bulk edit costs no more than 1.3 times the clicks that it saves, and the forecast of 1,000 cases comes within 1 s.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import event

from bot.domain.act import Act
from bot.domain.bulk import Became, Deed, What
from bot.domain.priority import Priority
from bot.storage.database import Database
from bot.usecases import working
from bot.usecases.bulk import Ticks, choose_deed, confirm_bulk, start_bulk, tick_all
from bot.usecases.bulk_running import go_on_with
from bot.usecases.bulk_undo import undo_bulk
from tests.benchmarks import places

ACTOR = "U000001"
HEAD = (
    "ms and statements a case",
    "cases",
    "one by one",
    "bulk",
    "ratio",
    "undo",
    "statements",
    "bulk's",
    "forecast, ms",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--database", choices=[*places.DATABASES, "both"], default="both")
    options.add_argument("--cases", type=int, default=1000, help="in the bulk edit; as many more are done one by one")
    options.add_argument("--of", type=int, default=20_000, help="cases there are")
    chosen = options.parse_args()
    for name in places.DATABASES if chosen.database == "both" else [chosen.database]:
        with places.DATABASES[name](chosen.of) as url:
            db = Database(url, wait_seconds=30)
            print(name)
            places.table(HEAD, [measured(db, what, chosen.cases) for what in DEEDS])
            db.close()


Alone = Callable[[Database, Act, int], object]
DEEDS: dict[str, tuple[Deed, Alone]] = {
    "priority": (
        Deed(What.PRIORITY, priority="P1"),
        lambda db, act, case: working.prioritize_case(db, act, case, Priority.P1),
    ),
    "note": (Deed(What.NOTE, text="seen"), lambda db, act, case: working.note_case(db, act, case, "seen")),
    "reopen": (
        Deed(What.STATUS, status="open"),
        lambda db, act, case: working.set_status(db, act, case, "open"),
    ),
}


def act(origin: str | None = None) -> Act:
    return Act(actor=ACTOR, at=datetime.now(UTC), via="command", origin=origin)


def measured(db: Database, what: str, wanted: int) -> tuple[object, ...]:
    deed, alone = DEEDS[what]
    query = "is:closed -priority:p1 sort:updated"
    ids = found(db, query, 2 * wanted)
    together, apart = ids[::2], ids[1::2]
    with counted(db) as singly:
        for case in apart:
            alone(db, act(f"benchmark/{what}/{case}"), case)
    bulk = start_bulk(db, act(), query).bulk
    began = time.perf_counter()
    choose_deed(db, act(), bulk.id, Ticks((), together), deed)
    forecast = time.perf_counter() - began
    confirm_bulk(db, act(), bulk.id)
    with counted(db) as at_once:
        run(db, bulk.id)
    with db.read() as work:
        changed = work.bulks.count(bulk, Became.CHANGED)
    assert changed == len(together), f"{changed} of {len(together)} were changed"
    undo_bulk(db, act(), bulk.id)
    with counted(db) as back:
        run(db, bulk.id)
    ms = [1000 * one.seconds / len(together) for one in (singly, at_once, back)]
    per_case = [f"{one.statements / len(together):.1f}" for one in (singly, at_once)]
    ratio = f"{ms[1] / ms[0]:.2f}"
    return (
        what,
        len(together),
        f"{ms[0]:.2f}",
        f"{ms[1]:.2f}",
        ratio,
        f"{ms[2]:.2f}",
        *per_case,
        f"{1000 * forecast:.0f}",
    )


def found(db: Database, query: str, limit: int) -> list[int]:
    bulk = start_bulk(db, act(), query).bulk
    tick_all(db, act(), bulk.id)
    with db.read() as work:
        ids = list(work.bulks.first(bulk, limit))
    assert len(ids) == limit, f"there are only {len(ids)} cases to choose from"
    return ids


def run(db: Database, bulk_id: int) -> None:
    while True:
        go_on_with(db, bulk_id, lambda: datetime.now(UTC))
        with db.read() as work:
            bulk = work.bulks.by_id(bulk_id)
            if bulk is None or bulk.state in {"done", "undone"}:
                return


class Counted:
    seconds = 0.0
    statements = 0


@contextmanager
def counted(db: Database) -> Iterator[Counted]:
    cost = Counted()

    def count(*_more: object) -> None:
        cost.statements += 1

    event.listen(db.engine, "before_cursor_execute", count)
    began = time.perf_counter()
    try:
        yield cost
    finally:
        cost.seconds = time.perf_counter() - began
        event.remove(db.engine, "before_cursor_execute", count)


if __name__ == "__main__":
    main()
