"""Bulk edits: the chore that goes on with one, the message that says how far it is, and who is told of their cases."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.bulk import Bulk
from bot.domain.delivery import Delivery, Tell
from bot.outbox import drawing
from bot.outbox.posting import Poster
from bot.outbox.sender import Sent
from bot.storage.claims import Held
from bot.storage.database import Database, Work
from bot.storage.outcomes import siblings
from bot.usecases.bulk_running import go_on_with
from bot.views import bulk as views
from bot.views.blocks import Message

Clock = Callable[[], datetime]
Tellings = Mapping[Tell, Callable[[Held], Sent]]


def chores(db: Database, clock: Clock) -> Tellings:
    def run(held: Held) -> Sent:
        go_on_with(db, held.delivery.data["bulk"], clock)
        return Sent()

    return {Tell.BULK_RUN: run}


class Bulks:
    def __init__(self, db: Database, poster: Poster, clock: Clock) -> None:
        self.db = db
        self.poster = poster
        self.clock = clock
        self.tell: Tellings = {Tell.BULK: self.how_far, Tell.BULK_TOLD: self.told}

    def how_far(self, held: Held) -> Sent:
        """One message for the whole of it. What changed while another one waited is drawn once."""
        with self.db.read() as work:
            covered = siblings(work, held)
            bulk = bulk_of(work, held.delivery)
            message = self.drawn(work, bulk) if bulk else None
        if bulk and message and not (bulk.channel and bulk.ts and self.poster.update(bulk.channel, bulk.ts, message)):
            self.put_up(held, bulk, message)
        return Sent(covered)

    def drawn(self, work: Work, bulk: Bulk) -> Message:
        deed = bulk.chosen
        names = drawing.names(work, [bulk.actor, deed.person if deed else None])
        return views.progress_message(bulk, work.bulks.report(bulk), names, self.clock())

    def put_up(self, held: Held, bulk: Bulk, message: Message) -> None:
        """For the first time, or because it was deleted."""
        known = {bulk.ts or ""}
        posted = self.poster.post(held, bulk.actor, message, key=f"bulk/{bulk.id}", known=known)
        with self.db.write() as work:
            if found := work.bulks.by_id(bulk.id, lock=True):
                found.channel, found.ts = posted.channel, posted.ts

    def told(self, held: Held) -> Sent:
        delivery = held.delivery
        with self.db.read() as work:
            bulk = bulk_of(work, delivery)
            deed = bulk.chosen if bulk else None
            names = drawing.names(work, [bulk.actor, deed.person if deed else None]) if bulk else {}
        if bulk:
            keys, undo = delivery.data["keys"], delivery.data["undo"]
            message = views.told_message(bulk, names, keys, delivery.data["count"], undo=undo)
            self.poster.post(held, delivery.target, message)
        return Sent()


def bulk_of(work: Work, delivery: Delivery) -> Bulk | None:
    """``None`` if it has been purged: nobody needs to hear of it any more."""
    return work.bulks.by_id(delivery.data["bulk"])
