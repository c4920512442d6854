"""Exports: the file is written beside the database, uploaded in pieces and shown in the person's direct messages."""

import csv
import json
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import BoundedSemaphore
from urllib.error import URLError
from urllib.request import Request, urlopen

from slack_sdk import WebClient

from bot.domain.errors import Busy, Refusal
from bot.domain.reading import Batch, Workspace
from bot.outbox.errors import ask, is_person
from bot.outbox.posting import CLOCKS_DIFFER, Poster
from bot.outbox.sender import Refused, Sent, TooFast, Unreachable
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.storage.outcomes import extend
from bot.usecases.access import Stranger
from bot.usecases.exporting import batches
from bot.views import export, lines

log = logging.getLogger(__name__)

# An export may take minutes. The worker's other threads are for what people wait for in their channels.
AT_ONCE = 2
WAIT_FOR_TURN = 5.0  # seconds
# What a batch may take, and what the upload may take, before another worker thinks that this one has died.
BATCH_LEASE = timedelta(seconds=60)
UPLOAD_LEASE = timedelta(minutes=10)
UPLOAD_TIMEOUT = 60.0  # seconds without a byte getting through
UNSENT = (
    "Your export could not be sent: Slack did not take the file ({problem}). Casebook's admins have been told what to "
    "do; ask for it again afterwards."
)
NOT_MADE = "Your export could not be made. {}"


class Exporter:
    def __init__(
        self, client: WebClient, workspace: Workspace, db: Database, poster: Poster, clock: Callable[[], datetime]
    ) -> None:
        self.client = client
        self.workspace = workspace
        self.db = db
        self.poster = poster
        self.clock = clock
        self.turns = BoundedSemaphore(AT_ONCE)

    def export(self, held: Held) -> Sent:
        if not self.turns.acquire(blocking=False):
            raise TooFast("other exports are being written", WAIT_FOR_TURN)
        try:
            if not (held.was_taken_over and self.is_there(held)):
                self.make(held)
        except Stranger:
            pass  # whoever asked is not in the directory any more
        except Busy as busy:
            raise Unreachable("the database is busy", perhaps_sent=False) from busy
        except Refusal as refusal:
            self.poster.post(held, held.delivery.target, lines.whisper(NOT_MADE.format(refusal.sentence)))
        finally:
            self.turns.release()
        return Sent()

    def make(self, held: Held) -> None:
        kind, query = held.delivery.data["format"], held.delivery.data["query"]
        with TemporaryDirectory(prefix="casebook-export-") as folder:
            path = Path(folder) / file_name(held)
            write = write_json if kind == "json" else write_csv
            count = write(path, self.read(held, query, whole=kind == "json"), self.workspace)
            self.keep(held, UPLOAD_LEASE)
            try:
                self.upload(held, path, export.beside_file(query, count, kind))
            except Refused as refused:
                said = lines.whisper(UNSENT.format(problem=refused.problem))
                self.poster.post(held, held.delivery.target, said)
                raise

    def read(self, held: Held, query: str, *, whole: bool) -> Iterator[Batch]:
        return self.keeping(held, batches(self.db, held.delivery.target, query, self.clock(), whole=whole))

    def keeping(self, held: Held, found: Iterator[Batch]) -> Iterator[Batch]:
        """The same, with the lease renewed on the way."""
        for batch in found:
            if held.lease - self.clock() < BATCH_LEASE / 2:
                self.keep(held, BATCH_LEASE)
            yield batch

    def keep(self, held: Held, more: timedelta) -> None:
        """Still at it: no other worker should begin with the same."""
        until = self.clock() + more
        with self.db.write() as work:
            kept = extend(work, held, until)
        if not kept:
            raise Unreachable("another worker makes this export", perhaps_sent=False)
        held.lease = until

    def upload(self, held: Held, path: Path, comment: str) -> None:
        """Until the last step nobody sees anything of it."""
        target = held.delivery.target
        channel = self.place(target)
        answer = ask(self.client.files_getUploadURLExternal, target, filename=path.name, length=path.stat().st_size)
        send_bytes(answer["upload_url"], path)
        ask(
            self.client.files_completeUploadExternal,
            target,
            files=[{"id": answer["file_id"], "title": path.name}],
            channel_id=channel,
            initial_comment=comment,
        )

    def place(self, target: str) -> str:
        return self.poster.direct_channel(target) if is_person(target) else target

    def is_there(self, held: Held) -> bool:
        """Whether the file was sent before. Where Casebook may not look it comes, perhaps again."""
        delivery = held.delivery
        oldest = str((delivery.created_at - CLOCKS_DIFFER).timestamp())
        try:
            channel = self.place(delivery.target)
            posted = self.poster.messages(channel, None, oldest)
            return any(is_same(held, file) for message in posted for file in message.get("files", ()))
        except Refused as refused:
            log.info("cannot look for export %s: %s", delivery.id, refused.problem)
            return False


def file_name(held: Held) -> str:
    """No other export has this name, so that the file can be found again."""
    delivery = held.delivery
    return f"casebook-{delivery.created_at:%Y-%m-%d}-{delivery.id}.{delivery.data['format']}"


def is_same(held: Held, file: dict[str, object]) -> bool:
    return file.get("name") == file_name(held)


def send_bytes(url: str, path: Path) -> None:
    """In pieces: the SDK's own upload would hold the whole file in memory."""
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(path.stat().st_size)}
    with path.open("rb") as content:
        request = Request(url, data=content, headers=headers, method="POST")  # noqa: S310 - an address from Slack
        try:
            with urlopen(request, timeout=UPLOAD_TIMEOUT):  # noqa: S310
                return
        except (URLError, OSError, HTTPException) as error:
            raise Unreachable(f"the upload broke off ({type(error).__name__})", perhaps_sent=False) from error


def write_csv(path: Path, found: Iterator[Batch], workspace: Workspace) -> int:
    """How many cases. Which attributes there are is known when all cases have been read: the rows wait in a file."""
    attributes: dict[str, None] = {}
    count = 0
    with TemporaryFile("w+", newline="", encoding="utf-8", dir=path.parent) as waiting:
        rows = csv.writer(waiting)
        for batch in found:
            for row in batch.rows:
                attributes |= dict.fromkeys(row.case.attributes)
                fixed = export.cells(row.case, batch.names, workspace)
                rows.writerow([*fixed, *export.attribute_cells(row.case, attributes)])
            count += len(batch.rows)
        waiting.seek(0)
        head = export.head(attributes)
        # With a byte order mark: Excel takes the file for its own old encoding without one.
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            table = csv.writer(file)
            table.writerow(head)
            table.writerows([*row, *[""] * (len(head) - len(row))] for row in csv.reader(waiting))
    return count


def write_json(path: Path, found: Iterator[Batch], workspace: Workspace) -> int:
    """A list with one object a case, each on a line of its own."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for batch in found:
            for row in batch.rows:
                file.write(",\n" if count else "\n")
                json.dump(export.whole_case(row, batch.names, workspace), file, ensure_ascii=False)
                count += 1
        file.write("\n]\n")
    return count
