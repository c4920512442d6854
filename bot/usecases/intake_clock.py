"""What alerts do by the clock: cards follow the counting, and what was remembered long enough is forgotten."""

from datetime import datetime, timedelta

from bot.domain import telling
from bot.storage.database import Database

BATCH = 100
# Sources repeat a delivery for minutes, at the worst for hours.
REMEMBERED = timedelta(days=7)


def refresh_cards(db: Database, now: datetime) -> None:
    """Called every minute: however often an alert came meanwhile, its card is drawn once.

    A card that waits to be drawn already is not asked for again, so that nothing piles up while Slack is down.
    """
    after = 0
    while True:
        with db.write() as work:
            rows = work.alerts.stale(after, BATCH)
            cases = work.cases.by_ids(row.case_id for row in rows if row.case_id)
            wanted = [one for case in cases.values() for one in telling.redrawn(case, f"alert/{now.isoformat()}", now)]
            waiting = work.deliveries.waiting(one.stream for one in wanted)
            work.enqueue(one for one in wanted if one.stream not in waiting)
            asked = {one.case_id for one in wanted if one.stream in waiting}
            for row in rows:
                row.is_stale = row.case_id in asked  # it may be drawn at this moment, and tell less
        if len(rows) < BATCH:
            return
        after = rows[-1].id


def forget(db: Database, now: datetime) -> None:
    """A little at a time, since nobody else can write to SQLite meanwhile."""
    while True:
        with db.write() as work:
            if work.alerts.purge(now - REMEMBERED, BATCH) < BATCH:
                return
