"""What inboxes do by the clock, and which cases they hold. Every part may be done twice: it tells nobody twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain import notifying
from bot.domain.delivery import Tell
from bot.storage.database import Database
from bot.usecases.matching import held_since
from bot.usecases.people import ask
from bot.usecases.searching import found_by

BATCH = 500
# How often time alone is asked whether it has brought cases into an inbox: "overdue" changes once a day, ages slowly.
SWEEP_EVERY = timedelta(minutes=15)


def wake_inboxes(db: Database, now: datetime) -> None:
    """Called every minute: stays that are over, and digests that are due."""
    with db.read() as work:
        over = work.inboxes.staying(now, BATCH)
        due = work.inboxes.digests_due(now, BATCH)
    if over:
        ask(db, [notifying.match_later(case_id, f"stay/{at.isoformat()}", now) for case_id, at in over])
    for inbox_id in due:
        send_digest(db, inbox_id, now)


def send_digest(db: Database, inbox_id: int, now: datetime) -> None:
    """One digest however long nobody looked; the next one is due after now."""
    with db.write() as work:
        inbox = work.inboxes.by_id(inbox_id, lock=True)
        if inbox is None or inbox.digest_at is None or inbox.digest_at > now:
            return
        slot, rhythm = inbox.digest_at, inbox.rhythm
        inbox.digest_at = rhythm.after(now) if rhythm else None
        if inbox_id not in work.silences.of_inboxes(now):
            work.enqueue(notifying.digests(inbox, slot, now))


def ask_for_sweeps(db: Database, now: datetime, slot_at: datetime) -> None:
    with db.read() as work:
        inboxes = work.inboxes.timely()
    ask(db, [notifying.chore(Tell.SWEEP, inbox, slot_at.isoformat(), now) for inbox in inboxes])


def seed_inbox(db: Database, inbox_id: int, now: datetime) -> None:
    """Write down which cases the inbox holds, so that from then on it is known which ones come and go."""
    with db.read() as work:
        inbox = work.inboxes.by_id(inbox_id)
    if inbox is None or inbox.knows_cases or not inbox.holds_cases:
        return
    for cases in found_by(db, inbox.owner, inbox.query, now, BATCH):
        with db.write() as work:
            work.inboxes.hold([held_since(inbox, case.id, now) for case in cases])
    with db.write() as work:
        present = work.inboxes.by_id(inbox_id, lock=True)
        if present and present.updated_at == inbox.updated_at:
            present.knows_cases = True


def sweep_inbox(db: Database, inbox_id: int, now: datetime) -> None:
    """Ask the inboxes about each case that time has brought in or taken out."""
    with db.read() as work:
        inbox = work.inboxes.by_id(inbox_id)
    if inbox is None or not inbox.knows_cases:
        return
    found: set[int] = set()
    for cases in found_by(db, inbox.owner, inbox.query, now, BATCH):
        ids = {case.id for case in cases}
        found |= ids
        with db.read() as work:
            moved = ids - work.inboxes.held(inbox_id, ids)
        ask_about(db, moved, now)
    for held in holding(db, inbox_id):
        ask_about(db, held - found, now)


def ask_about(db: Database, cases: set[int], now: datetime) -> None:
    if cases:
        ask(db, [notifying.match_later(case_id, f"sweep/{now.isoformat()}", now) for case_id in sorted(cases)])


def holding(db: Database, inbox_id: int) -> Iterator[set[int]]:
    """The cases that the inbox is known to hold."""
    after = 0
    while True:
        with db.read() as work:
            ids = work.inboxes.matches_in(inbox_id, after, BATCH)
        if not ids:
            return
        yield set(ids)
        after = ids[-1]
