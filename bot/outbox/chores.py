"""What Casebook does for itself in the background: each kind of chore is a use-case, done under a worker's lease."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.delivery import Tell
from bot.outbox import bulks
from bot.outbox.sender import Sent
from bot.storage.claims import Held
from bot.storage.database import Database


class Chores:
    """The sender of the partner ``CHORES``. A chore may be done twice after a crash, so each must bear that."""

    def __init__(self, db: Database, clock: Callable[[], datetime]) -> None:
        self.db = db
        self.clock = clock
        self.do: Mapping[Tell, Callable[[Held], Sent]] = {**bulks.chores(db, clock)}

    def __call__(self, held: Held) -> Sent:
        return self.do[Tell(held.delivery.kind)](held)
