"""Which request is answered when, and on how many threads at once."""

import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Condition, Thread
from time import monotonic
from typing import Protocol

log = logging.getLogger(__name__)

# Seconds without an answer, after which the next request is not kept waiting for one. Most answers take a few ms.
PATIENCE = 0.05
# Seconds without that, after which one request fewer is worked on at once.
CALM = 1.0


class Task(Protocol):
    """A request of waitress'."""

    def service(self) -> None: ...

    def cancel(self) -> None: ...


class Dispatcher:
    """``usual`` requests at once, and on each thread one after the other. Python runs one at a time anyway, and threads
    that hand it to each other at every question to SQLite spend more on that than on the answers.

    Only if nothing gets done, as Slack or a lock is waited for, another one is begun meanwhile; up to ``threads`` are.
    This is what waitress asks of its ``ThreadedTaskDispatcher``.
    """

    def __init__(self, threads: int, usual: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._moved = Condition()
        self._waiting: deque[Task] = deque()
        self._most, self._usual, self._allowed, self._busy = threads, usual, usual, 0
        self._answered = self._raised = monotonic()
        self._stopping = False
        Thread(target=self._watch, name="web-watch", daemon=True).start()

    def add_task(self, task: Task) -> None:
        with self._moved:
            if self._stopping:
                task.cancel()
                return
            self._waiting.append(task)
            self._begin()
            if len(self._waiting) == 1:
                self._moved.notify_all()

    def shutdown(self, timeout: float = 5.0) -> None:
        """Who waits is turned away; what is being answered has so many seconds left."""
        with self._moved:
            self._stopping = True
            self._moved.notify_all()
            while self._waiting:
                self._waiting.popleft().cancel()
            self._moved.wait_for(lambda: not self._busy, timeout)
        self._pool.shutdown(wait=False)

    def _begin(self) -> None:
        if self._waiting and self._busy < self._allowed:
            if not self._busy:
                self._answered = monotonic()
            self._busy += 1
            self._pool.submit(self._work)

    def _work(self) -> None:
        """One after the other, as long as there are any."""
        while (task := self._next()) is not None:
            try:
                task.service()
            except BaseException:  # whatever it was, the next one is answered
                log.exception("A request could not be answered")

    def _next(self) -> Task | None:
        with self._moved:
            now = self._answered = monotonic()
            if self._allowed > self._usual and now - self._raised > CALM:
                self._allowed, self._raised = self._allowed - 1, now
            if self._waiting and self._busy <= self._allowed:
                return self._waiting.popleft()
            self._busy -= 1
            if self._stopping:
                self._moved.notify_all()
            return None

    def _watch(self) -> None:
        """Somebody waits, and nothing gets done: one more is worked on."""
        with self._moved:
            while not self._stopping:
                overdue = monotonic() - self._answered - PATIENCE
                if not self._waiting:
                    self._moved.wait()
                elif overdue < 0:
                    self._moved.wait(-overdue)
                else:
                    self._allowed = min(self._most, self._allowed + 1)
                    self._answered = self._raised = monotonic()
                    self._begin()
