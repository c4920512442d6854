"""The worker: claims deliveries, has them sent on threads of their own, records what became of them."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Condition, Event, Thread

from bot.outbox import pace as paces
from bot.outbox.counter import Counter, where
from bot.outbox.sender import Sender
from bot.storage.claims import Pace
from bot.storage.database import Database

log = logging.getLogger(__name__)

# Other replicas' deliveries are only seen by asking.
POLL = 1.0
# A claim is a writer's transaction that looks at many lanes, and people who click wait for it. So only the first is
# made at once, and others after a rest: thirty deliveries a second are more than Slack takes from most workspaces. The
# more people click, the longer a claim takes, and the longer is the rest after it: so many times that.
COLLECT = 0.2
RESTS = 8
LONGEST_REST = 1.0


def utcnow() -> datetime:
    return datetime.now(UTC)


def rest_after(seconds: float) -> float:
    """For how long nothing is claimed after a claim that took so long."""
    return min(LONGEST_REST, max(COLLECT, RESTS * seconds))


class Worker:
    """``threads``: for each partner, so that one that hangs holds up nobody else.

    ``lease``: longer than any send takes; after that another worker may take a delivery over.
    """

    def __init__(
        self,
        db: Database,
        senders: Mapping[str, Sender],
        *,
        clock: Callable[[], datetime] = utcnow,
        threads: int = 6,
        lease: timedelta = timedelta(seconds=60),
        pace: Callable[[str], Pace] = paces.pace,
    ) -> None:
        self._wake = db.deliveries_waiting
        self._counters = [
            Counter(db, partner, sender, clock=clock, threads=threads, lease=lease, pace=pace)
            for partner, sender in senders.items()
        ]
        self._clock = clock
        self._stopping = Event()
        self._thread: Thread | None = None
        self._last_activity: datetime | None = None
        self._rounds = Condition()
        self._is_awaited = Event()
        self._awaiting = 0
        self._begun = self._idle_as_of = 0

    def start(self) -> None:
        if self._thread is not None:
            raise RuntimeError("a worker is started once")
        self._thread = Thread(target=self._run, name="outbox", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 8.0) -> bool:
        """Claim nothing more and let what is being sent finish; whether it did in time.

        What did not is taken over by another worker when its lease has run out.
        """
        deadline = time.monotonic() + timeout
        self._stopping.set()
        self._is_awaited.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
        return all(counter.finish(deadline - time.monotonic()) for counter in self._counters)

    @property
    def is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def last_activity(self) -> datetime | None:
        """When the database was last asked for work; it is asked every second."""
        return self._last_activity

    @property
    def locked_out(self) -> Mapping[str, str]:
        """Partners that do not let us in, and what to do about it."""
        return {counter.partner: counter.locked_out for counter in self._counters if counter.locked_out}

    def wait_until_idle(self, timeout: float) -> bool:
        """Until nothing can be sent now by a running worker, which rests no more; whether that came about in time."""
        with self._rounds:
            next_round = self._begun + 1  # one that is under way may have looked before there was something to send
            self._awaiting += 1
            self._is_awaited.set()
            self._wake.set()
            try:
                return self._rounds.wait_for(lambda: self._idle_as_of >= next_round, timeout)
            finally:
                self._awaiting -= 1
                if not self._awaiting and not self._stopping.is_set():
                    self._is_awaited.clear()

    def run_until_idle(self, timeout: float = 10.0) -> int:
        """Send all that is due now, one after the other on this thread; how many. For tests and one-off runs."""
        deadline = time.monotonic() + timeout
        total = 0
        while count := sum(counter.work_off() for counter in self._counters):
            total += count
            if time.monotonic() > deadline:
                raise TimeoutError(f"deliveries are still due after {timeout} s")
        return total

    def _run(self) -> None:
        while not self._stopping.is_set():
            was_woken, begun, began = self._wake.is_set(), self._begun_sends, time.monotonic()
            self._wake.clear()  # before claiming: what is committed during the claim must wake us again
            try:
                wait = self._round()
            except Exception as error:
                log.error("the outbox cannot claim deliveries and tries again: %s", where(error))
                self._stopping.wait(POLL)
                wait = 0.0
            if was_woken or begun != self._begun_sends:
                rest = rest_after(time.monotonic() - began)
                self._is_awaited.wait(rest)
                wait -= rest
            if not self._stopping.is_set():
                self._wake.wait(wait)

    def _round(self) -> float:
        """Claim for every partner; seconds until it is worth doing again."""
        self._begun += 1
        was_busy, begun = self._is_busy, self._begun_sends
        waits = [counter.take(self._stopping) for counter in self._counters]
        self._last_activity = self._clock()
        if not was_busy and begun == self._begun_sends:
            with self._rounds:
                self._idle_as_of = self._begun
                self._rounds.notify_all()
        return min([POLL, *waits])

    @property
    def _begun_sends(self) -> int:
        return sum(counter.begun for counter in self._counters)

    @property
    def _is_busy(self) -> bool:
        return any(counter.is_busy for counter in self._counters)
