"""Retention: its chores, its message in a project's channel, the file of what goes, and what is left of cards."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.domain.delivery import Tell
from bot.domain.reading import Workspace
from bot.outbox.export import UPLOAD_LEASE, WAIT_FOR_TURN, Exporter, file_name, write_json
from bot.outbox.posting import Poster
from bot.outbox.sender import Refused, Sent, TooFast
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.storage.outcomes import siblings
from bot.usecases import retention
from bot.views import retention as views

Clock = Callable[[], datetime]
Tellings = Mapping[Tell, Callable[[Held], Sent]]


def chores(db: Database, clock: Clock) -> Tellings:
    def gather(held: Held) -> Sent:
        data = held.delivery.data
        retention.gather(db, data["project"], datetime.fromisoformat(data["slot"]), clock)
        return Sent()

    def depart(held: Held) -> Sent:
        retention.go_on(db, held.delivery.data["departure"], clock)
        return Sent()

    return {Tell.GATHER: gather, Tell.DEPART: depart}


class Leaving:
    def __init__(self, db: Database, poster: Poster, exporter: Exporter, workspace: Workspace, clock: Clock) -> None:
        self.db = db
        self.poster = poster
        self.exporter = exporter
        self.workspace = workspace
        self.clock = clock
        self.tell: Tellings = {
            Tell.WARN: self.warn,
            Tell.LAST_COPY: self.last_copy,
            Tell.FAREWELL: self.farewell,
        }

    def warn(self, held: Held) -> Sent:
        """One message from the warning to the end. Deleted by somebody, it is put up again while it is to warn."""
        with self.db.read() as work:
            covered = siblings(work, held)
        page = retention.leaving_page(self.db, held.delivery.data["departure"])
        if page is None:
            return Sent(covered)
        departure = page.departure
        message = views.leaving_message(page, self.workspace, self.clock())
        stands = bool(departure.channel and departure.ts) and self.poster.update(
            departure.channel or "", departure.ts or "", message
        )
        if not stands and departure.is_at_work:
            known = {departure.ts or ""}
            key = f"departure/{departure.id}"
            posted = self.poster.post(held, held.delivery.target, message, key=key, known=known)
            retention.warned(self.db, departure.id, posted.channel, posted.ts, self.clock())
        return Sent(covered)

    def last_copy(self, held: Held) -> Sent:
        departure_id, exporter = held.delivery.data["departure"], self.exporter
        if not exporter.turns.acquire(blocking=False):
            raise TooFast("other exports are being written", WAIT_FOR_TURN)
        try:
            if not (held.was_taken_over and exporter.is_there(held)):
                self.upload(held, departure_id)
        finally:
            exporter.turns.release()
        retention.copied(self.db, departure_id, self.clock())
        return Sent()

    def upload(self, held: Held, departure_id: int) -> None:
        with TemporaryDirectory(prefix="casebook-export-") as folder:
            path = Path(folder) / file_name(held)
            found = self.exporter.keeping(held, retention.last_batches(self.db, departure_id))
            count = write_json(path, found, self.workspace)
            self.exporter.keep(held, UPLOAD_LEASE)
            if count:
                self.exporter.upload(held, path, views.beside_copy(held.delivery.data["project"], count))

    def farewell(self, held: Held) -> Sent:
        """A card that cannot be reached any more says nothing of anybody that it should not: nobody need be told."""
        data = held.delivery.data
        message = views.deleted_card(data["key"], data["project"], data["months"], datetime.fromisoformat(data["at"]))
        try:
            self.poster.update(data["channel"], data["ts"], message)
        except Refused as refused:
            refused.quiet = True
            raise
        return Sent()
