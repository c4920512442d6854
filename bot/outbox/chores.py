"""What Casebook does for itself in the background: each kind of chore is a use-case, done under a worker's lease."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.delivery import Tell
from bot.outbox import bulks, idle, retention
from bot.outbox.sender import Sent
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.storage.outcomes import siblings
from bot.usecases import inbox_clock, matching, rule_running, silence_posts
from bot.usecases.listening import Listening
from bot.usecases.teams import redraw_cards


class Chores:
    """The sender of the partner ``CHORES``. A chore may be done twice after a crash, so each must bear that."""

    def __init__(self, db: Database, listening: Listening, clock: Callable[[], datetime]) -> None:
        self.db = db
        self.listening = listening
        self.clock = clock
        self.do: Mapping[Tell, Callable[[Held], Sent]] = {
            Tell.MATCH: self.match,
            Tell.SEED: self.seed,
            Tell.SWEEP: self.sweep,
            Tell.REDRAW: self.redraw,
            Tell.SILENCE: self.silence,
            Tell.RULE: self.rule,
            Tell.RULE_SEED: self.seed_rule,
            **bulks.chores(db, clock),
            **retention.chores(db, clock),
            **idle.chores(db, clock),
        }

    def __call__(self, held: Held) -> Sent:
        return self.do[Tell(held.delivery.kind)](held)

    def match(self, held: Held) -> Sent:
        """All changes of the case that wait are looked at together."""
        with self.db.read() as work:
            covered = siblings(work, held)
            waiting = [held.delivery, *work.deliveries.by_ids(covered)]
        entries = [one.entry_id for one in waiting if one.entry_id]
        matching.match_case(self.db, self.listening, held.delivery.case_id or 0, entries, self.clock())
        return Sent(covered)

    def seed(self, held: Held) -> Sent:
        inbox_clock.seed_inbox(self.db, held.delivery.data["inbox"], self.clock())
        return Sent()

    def sweep(self, held: Held) -> Sent:
        inbox_clock.sweep_inbox(self.db, held.delivery.data["inbox"], self.clock())
        return Sent()

    def redraw(self, held: Held) -> Sent:
        redraw_cards(self.db, held.delivery.data, self.clock())
        return Sent()

    def silence(self, held: Held) -> Sent:
        silence_posts.keep_posts(self.db, held.delivery.data["silence"], self.clock())
        return Sent()

    def rule(self, held: Held) -> Sent:
        """A change, or else the clock of the rule in ``data``."""
        delivery, now = held.delivery, self.clock()
        if delivery.entry_id:
            rule_running.follow_change(self.db, delivery.case_id or 0, delivery.entry_id, now)
        else:
            rule_running.follow_clock(self.db, delivery.data["rule"], delivery.case_id or 0, now)
        return Sent()

    def seed_rule(self, held: Held) -> Sent:
        rule_running.seed_rule(self.db, held.delivery.data, self.clock())
        return Sent()
