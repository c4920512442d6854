"""Statistics: counted when they are told. Words in one message, and below it their picture."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import TypeVar

from slack_sdk import WebClient

from bot.domain.errors import Busy, Refusal
from bot.domain.statistics import Figures
from bot.outbox import errors
from bot.outbox.errors import ask
from bot.outbox.export import send_bytes
from bot.outbox.posting import CLOCKS_DIFFER, Poster
from bot.outbox.sender import Failure, Refused, Sent, TooFast, Unreachable
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.storage.outcomes import extend
from bot.usecases.access import Stranger
from bot.usecases.statistics import reckon, reckon_weekly
from bot.views import lines
from bot.views.blocks import Message
from bot.views.chart import chart
from bot.views.limits import clip
from bot.views.statistics import chart_words, statistics_message, weekly_message

log = logging.getLogger(__name__)
T = TypeVar("T")

# A million cases keep a processor busy for a while; there are others who want it.
AT_ONCE = 1
WAIT_FOR_TURN = 2.0  # seconds
# What counting and drawing may take before another worker thinks that this one has died.
LEASE = timedelta(minutes=5)
ALT_TEXT = 1000  # files.getUploadURLExternal
NOT_COUNTED = "Your statistics could not be counted. {}"
MEANS_NOTHING = "Weekly statistics for {} cannot be counted any more. {} `/case stats weekly` ends them."
CANNOT_ENTER = (
    "The weekly statistics cannot be posted in {place}. Type `/invite @casebook` there, or end them with "
    "`/case stats weekly`."
)
REMEDIES = {
    "is_archived": "{place} is archived. Unarchive it, or end its weekly statistics with `/case stats weekly`.",
    "channel_not_found": CANNOT_ENTER,
    "not_in_channel": CANNOT_ENTER,
}


class Statistician:
    def __init__(self, client: WebClient, db: Database, poster: Poster, clock: Callable[[], datetime]) -> None:
        self.client = client
        self.db = db
        self.poster = poster
        self.clock = clock
        self.turns = BoundedSemaphore(AT_ONCE)

    def answer(self, held: Held) -> Sent:
        """To whoever asked."""
        person = held.delivery.target
        try:
            found = self.in_turn(held, lambda: reckon(self.db, person, held.delivery.data["query"], self.clock()))
        except Stranger:
            return Sent()  # whoever asked is not in the directory any more
        except Refusal as refusal:
            self.poster.post(held, person, lines.whisper(NOT_COUNTED.format(refusal.sentence)))
            return Sent()
        self.tell(held, statistics_message(found), found)
        return Sent()

    def weekly(self, held: Held) -> Sent:
        """To a channel. What it lacks is said to its owner."""
        channel = held.delivery.target
        try:
            found = self.in_turn(held, lambda: reckon_weekly(self.db, held.delivery.data["weekly"], self.clock()))
        except Refusal as refusal:
            remedy = MEANS_NOTHING.format(errors.place(channel), refusal.sentence)
            raise Refused("its query means nothing any more", remedy) from refusal
        if found is None:
            return Sent()
        try:
            self.tell(held, weekly_message(found.figures, found.weekly, found.owner), found.figures)
        except Refused as refused:
            if refused.problem in REMEDIES:
                refused.remedy = REMEDIES[refused.problem].format(place=errors.place(channel))
            raise
        return Sent()

    def in_turn(self, held: Held, count: Callable[[], T]) -> T:
        if not self.turns.acquire(blocking=False):
            raise TooFast("other statistics are being counted", WAIT_FOR_TURN)
        try:
            self.keep(held)
            return count()
        except Busy as busy:
            raise Unreachable("the database is busy", perhaps_sent=False) from busy
        finally:
            self.turns.release()

    def keep(self, held: Held) -> None:
        """Still at it: no other worker should begin with the same."""
        until = self.clock() + LEASE
        with self.db.write() as work:
            kept = extend(work, held, until)
        if not kept:
            raise Unreachable("another worker counts these", perhaps_sent=False)
        held.lease = until

    def tell(self, held: Held, message: Message, found: Figures) -> None:
        posted = self.poster.post(held, held.delivery.target, message)
        picture = chart(found.statistics) if found.statistics.total else None
        if picture is None:
            return
        try:
            if not (held.was_taken_over and self.is_there(held, posted.channel)):
                self.upload(held, posted.channel, picture, clip(chart_words(found.statistics), ALT_TEXT))
        except Refused as refused:
            log.info("no chart in %s: %s", posted.channel, refused.problem)  # the message says all that it shows
        except Failure as failure:
            # The message is there: whoever tries again must look first, and not before a moment has passed.
            raise Unreachable(failure.problem, perhaps_sent=True) from failure

    def upload(self, held: Held, channel: str, picture: bytes, words: str) -> None:
        name = file_name(held)
        with TemporaryDirectory(prefix="casebook-chart-") as folder:
            path = Path(folder) / name
            path.write_bytes(picture)
            answer = ask(
                self.client.files_getUploadURLExternal, channel, filename=name, length=len(picture), alt_txt=words
            )
            send_bytes(answer["upload_url"], path)
        files = [{"id": answer["file_id"], "title": "Statistics"}]
        ask(self.client.files_completeUploadExternal, channel, files=files, channel_id=channel)

    def is_there(self, held: Held, channel: str) -> bool:
        """Whether the picture was sent before. Where Casebook may not look it comes, perhaps again."""
        oldest = str((held.delivery.created_at - CLOCKS_DIFFER).timestamp())
        posted = self.poster.messages(channel, None, oldest)
        return any(file.get("name") == file_name(held) for message in posted for file in message.get("files", ()))


def file_name(held: Held) -> str:
    """No other picture has this name, so that it can be found again."""
    return f"casebook-statistics-{held.delivery.created_at:%Y-%m-%d}-{held.delivery.id}.png"
