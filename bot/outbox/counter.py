"""One partner's part of the worker: its threads, and what happens to each of its deliveries."""

import logging
import random
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Condition, Event, Thread

from bot.domain.errors import Busy
from bot.outbox.sender import Failure, LockedOut, Refused, Sender, Sent, TooFast, Unreachable
from bot.storage.claims import Claimed, Held, Pace, claim
from bot.storage.database import Database, Work
from bot.storage.outcomes import close_lane, coalesce, record_dead, record_done, record_retry, release
from bot.usecases import ledger

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=15)
ATTEMPTS = 105  # with the waits above, about 24 hours
GAVE_UP = "Casebook tried for a day in vain. Once its cause is removed, `python -m bot outbox retry` sends it."
# Long enough not to hammer a partner that does not know us, short enough to be back soon after it does again.
LOCKED_OUT = timedelta(seconds=30)
# Seconds between attempts to record an outcome: without the record, a message would have to be looked for.
RECORD_AGAIN = (0.1, 0.5, 2.0, 5.0)
AT_LEAST = 0.03  # seconds between two claims, whatever the database says is due

Recording = Callable[[Work], bool]


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts; a fifth more or less, so that replicas and streams spread out."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * int(2 ** min(attempts - 1, 20)))
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - nothing here is secret


class Counter:
    def __init__(
        self,
        db: Database,
        partner: str,
        sender: Sender,
        *,
        clock: Callable[[], datetime],
        threads: int,
        lease: timedelta,
        pace: Callable[[str], Pace],
    ) -> None:
        self.db = db
        self.partner = partner
        self.sender = sender
        self.clock = clock
        self.threads = threads
        self.lease = lease
        self.pace = pace
        self.locked_out = ""
        self.begun = 0
        self._paused_until: datetime | None = None
        self._last_try: datetime | None = None
        self._sending = 0
        self._changed = Condition()

    @property
    def is_busy(self) -> bool:
        return self._sending > 0

    def take(self, stopping: Event) -> float:
        """Claim as many as there are threads free, and start them; seconds until it is worth claiming again."""
        room = self.threads - self._sending
        if room <= 0:
            return float("inf")  # whoever finishes wakes the worker
        claimed = self.claim(room)
        for held in claimed.deliveries:
            if stopping.is_set():
                self.give_back(held)
            else:
                self.begin(held)
        return self.until(claimed.next_at)

    def claim(self, room: int) -> Claimed:
        now = self.clock()
        if self._paused_until and now < self._paused_until and not self.is_wanted_at_once():
            return Claimed((), self._paused_until)
        return claim(self.db, partner=self.partner, now=now, lease=self.lease, pace=self.pace, limit=room)

    def is_wanted_at_once(self) -> bool:
        """Whether somebody has asked for another try since the last one; on whichever replica."""
        with self.db.read() as work:
            return self._last_try is None or work.deliveries.is_wanted_at_once(self.partner, self._last_try)

    def until(self, moment: datetime | None) -> float:
        if moment is None:
            return float("inf")
        return max(AT_LEAST, (moment - self.clock()).total_seconds())

    def begin(self, held: Held) -> None:
        with self._changed:
            self._sending += 1
            self.begun += 1
        try:
            # A thread each: cheaper than the request it makes, and a daemon, so that a hanging partner cannot keep the
            # process from ending as the threads of an executor would.
            Thread(target=self.send, args=(held,), name=f"outbox-{self.partner}", daemon=True).start()
        except RuntimeError as error:  # the system has no more threads to give
            log.error("delivery %s must wait: %s", held.delivery.id, error)
            self.end()
            self.give_back(held)

    def send(self, held: Held) -> None:
        try:
            self.deliver(held)
        finally:
            self.end()
            self.db.deliveries_waiting.set()

    def end(self) -> None:
        with self._changed:
            self._sending -= 1
            self._changed.notify_all()

    def finish(self, timeout: float) -> bool:
        """Wait for what is being sent; whether all of it is through."""
        with self._changed:
            return self._changed.wait_for(lambda: self._sending == 0, max(0.0, timeout))

    def work_off(self) -> int:
        """Claim once and send on this thread."""
        held = self.claim(self.threads).deliveries
        for one in held:
            self.deliver(one)
        return len(held)

    def deliver(self, held: Held) -> None:
        """Send one and record what became of it."""
        began = self.clock()
        try:
            sent = self.sender(held)
        except LockedOut as failure:
            self.lock_out(held, failure, began)
        except Failure as failure:
            self.fail(held, failure)
        except Exception as error:
            log.error("delivery %s (%s) failed: %s", held.delivery.id, held.delivery.kind, where(error))
            self.fail(held, Unreachable(type(error).__name__, perhaps_sent=True))
        else:
            self.locked_out = ""
            self.record(held, lambda work: self.done(work, held, sent))

    def done(self, work: Work, held: Held, sent: Sent) -> bool:
        now = self.clock()
        if not record_done(work, held, now):
            return False
        coalesce(work, held, sent.covers, now)
        ledger.heal(work, held.delivery, now)
        return True

    def note(self, held: Held, failure: Failure) -> None:
        delivery = held.delivery
        log.warning("delivery %s (%s, attempt %s): %s", delivery.id, delivery.kind, delivery.attempts, failure.problem)

    def fail(self, held: Held, failure: Failure) -> None:
        self.note(held, failure)
        delivery = held.delivery
        if isinstance(failure, TooFast):
            self.record(held, lambda work: self.slow_down(work, held, failure.seconds))
        elif isinstance(failure, Refused):
            self.record(held, lambda work: self.bury(work, held, failure))
        elif delivery.attempts >= ATTEMPTS:
            self.record(held, lambda work: self.bury(work, held, Refused(failure.problem, GAVE_UP)))
        else:
            unsure = isinstance(failure, Unreachable) and failure.perhaps_sent
            again = self.clock() + back_off(delivery.attempts)
            self.record(
                held, lambda work: record_retry(work, held, again, failure.problem, perhaps_sent=unsure or None)
            )  # fmt: skip

    def give_back(self, held: Held) -> None:
        self.record(held, lambda work: release(work, held))

    def slow_down(self, work: Work, held: Held, seconds: float) -> bool:
        """The whole lane rests, and no attempt is lost."""
        close_lane(work, held.delivery.lane, self.clock() + timedelta(seconds=seconds))
        return release(work, held)

    def lock_out(self, held: Held, failure: LockedOut, began: datetime) -> None:
        """Every replica finds out by itself: what is known here would outlive the mending if it were written down."""
        self.note(held, failure)
        self.locked_out = failure.remedy
        self._last_try = max(began, self._last_try or began)
        self._paused_until = self.clock() + LOCKED_OUT
        log.error("%s refuses everything (%s). %s", self.partner, failure.problem, failure.remedy)
        self.give_back(held)

    def bury(self, work: Work, held: Held, refused: Refused) -> bool:
        now = self.clock()
        if not record_dead(work, held, now, refused.problem):
            return False
        if not refused.quiet:
            ledger.report_dead(
                work, held.delivery, refused.problem, now, remedy=refused.remedy, everywhere=refused.everywhere
            )  # fmt: skip
        return True

    def record(self, held: Held, recording: Recording) -> None:
        """Write down what became of it; if that cannot be done, the lease runs out and the next worker looks first."""
        for wait in (*RECORD_AGAIN, None):
            try:
                with self.db.write() as work:
                    kept = recording(work)
            except Exception as error:
                log.error("the outcome of delivery %s is not recorded: %s", held.delivery.id, where(error))
                if wait is not None:
                    time.sleep(wait)
            else:
                if not kept:
                    log.warning("delivery %s was taken over by another worker", held.delivery.id)
                return


def where(error: BaseException) -> str:
    """The traceback without what the exceptions say: a database's or Slack's words hold people's text."""
    if isinstance(error, Busy):
        return error.sentence
    lines = []
    one: BaseException | None = error
    while one is not None:
        lines += [f"{type(one).__name__}\n", *traceback.format_tb(one.__traceback__)]
        one = one.__cause__ or one.__context__
    return "".join(lines)
