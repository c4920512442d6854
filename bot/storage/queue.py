"""A first-come-first-served lock. SQLite's own lock is taken by whoever polls luckiest, which starves writers."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from bot.domain.errors import Busy

BUSY = "The database is busy. Nothing was changed; please try again in a few seconds."


class WriterQueue:
    """One writer at a time within this process, in order of arrival."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._held = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self, timeout: float) -> Iterator[None]:
        """Wait for one's turn; ``Busy`` after ``timeout`` seconds."""
        self._enter(timeout)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, timeout: float) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        try:
            if gate.acquire(timeout=timeout):
                return
        except BaseException:  # Ctrl-C while waiting
            if not self._gave_up(gate):
                self._leave()
            raise
        if self._gave_up(gate):
            raise Busy(BUSY)
        # The turn came between the timeout and the guard: it is ours.

    def _gave_up(self, gate: Lock) -> bool:
        """Whether we have left the queue; not if the turn is ours already."""
        with self._guard:
            if gate not in self._waiting:
                return False
            self._waiting.remove(gate)
            return True

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False
