"""Auto-close: its chore, and who is told of it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.delivery import Tell
from bot.domain.reading import Workspace
from bot.outbox.posting import Poster
from bot.outbox.sender import Sent
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.storage.outcomes import siblings
from bot.usecases import idle
from bot.usecases.access import those_who_may_see
from bot.usecases.verb import loaded
from bot.views import idle as views

Clock = Callable[[], datetime]
Tellings = Mapping[Tell, Callable[[Held], Sent]]


def chores(db: Database, clock: Clock) -> Tellings:
    def run(held: Held) -> Sent:
        data = held.delivery.data
        idle.see_to_idle(db, data["project"], data["occasion"], clock)
        return Sent()

    return {Tell.IDLE: run}


class Idle:
    def __init__(self, db: Database, poster: Poster, workspace: Workspace) -> None:
        self.db = db
        self.poster = poster
        self.workspace = workspace
        self.tell: Tellings = {Tell.IDLE_TOLD: self.told}

    def told(self, held: Held) -> Sent:
        """Of all cases that wait to be told to this person, those of which it is still true."""
        delivery = held.delivery
        closed = delivery.data["what"] == "closed"
        with self.db.read() as work:
            covered = siblings(work, held)
            waiting = [delivery, *work.deliveries.by_ids(covered)]
            found = work.cases.by_ids(case_id for one in waiting for case_id in one.data["cases"])
            person = work.people.by_id(delivery.target)
            cases = [
                loaded(case)
                for case in found.values()
                if (not case.is_open if closed else case.closing_at is not None)
                and person and those_who_may_see(work, case.project, [person])
            ]  # fmt: skip
        if cases:
            draw = views.closed_message if closed else views.closing_message
            message = draw(sorted(cases, key=lambda case: case.id), self.workspace)
            self.poster.post(held, delivery.target, message)
        return Sent(covered)
