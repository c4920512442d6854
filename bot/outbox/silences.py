"""Telling channels and people in Slack that a silence is over."""

from collections.abc import Callable, Mapping

from bot.domain.delivery import Tell
from bot.outbox import drawing
from bot.outbox.inboxes import in_words_of_inboxes
from bot.outbox.posting import Poster
from bot.outbox.sender import Sent
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.usecases.silence_ends import read_end
from bot.views import silences as views


class Silences:
    def __init__(self, db: Database, poster: Poster) -> None:
        self.db = db
        self.poster = poster
        self.tell: Mapping[Tell, Callable[[Held], Sent]] = {Tell.SILENCE_OVER: self.over}

    def over(self, held: Held) -> Sent:
        delivery = held.delivery
        with self.db.read() as work:
            end = read_end(work, delivery.data["silence"], delivery.target)
            names = drawing.names(work, [end.silence.made_by, end.silence.ended_by]) if end else {}
        if end:
            with in_words_of_inboxes(delivery.target):
                self.poster.post(held, delivery.target, views.over_message(end, names))
        return Sent()
