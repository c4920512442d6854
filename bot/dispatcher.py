"""Which request is answered when, and on how many threads at once."""

import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Condition, Thread
from time import monotonic
from typing import Protocol

log = logging.getLogger(__name__)

# Seconds, after which an answer is slow and the next request is not kept waiting for it. Most answers take a few ms.
PATIENCE = 0.05


class Task(Protocol):
    """A request of waitress'."""

    def service(self) -> None: ...

    def cancel(self) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    task: Task
    at: float

    @property
    def patience_left(self) -> float:
        return self.at + PATIENCE - monotonic()


class Dispatcher:
    """``usual`` requests at once, and on each thread one after the other. Python runs one at a time anyway, and threads
    that hand it to each other at every question to SQLite spend more on that than on the answers.

    Beside each one that is slow, as it waits for Slack or for a lock, another one is begun, on up to ``threads``.
    This is what waitress asks of its ``ThreadedTaskDispatcher``.
    """

    def __init__(self, threads: int, usual: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="web")
        self._moved = Condition()
        self._waiting: deque[Task] = deque()
        self._begun: list[Begun] = []
        self._threads, self._usual = threads, usual
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
            self._moved.wait_for(lambda: not self._begun, timeout)
        self._pool.shutdown(wait=False)

    def _begin(self) -> None:
        if begun := self._next():
            self._pool.submit(self._work, begun)

    def _next(self) -> Begun | None:
        """Whoever has waited longest, if there is room."""
        quick = sum(begun.patience_left > 0 for begun in self._begun)
        if not self._waiting or quick >= self._usual or len(self._begun) >= self._threads:
            return None
        begun = Begun(self._waiting.popleft(), monotonic())
        self._begun.append(begun)
        return begun

    def _work(self, begun: Begun | None) -> None:
        """One after the other, as long as there are any."""
        while begun:
            try:
                begun.task.service()
            except BaseException:  # whatever it was, the next one is answered
                log.exception("A request could not be answered")
            begun = self._after(begun)

    def _after(self, begun: Begun) -> Begun | None:
        with self._moved:
            self._begun.remove(begun)
            if self._stopping:
                self._moved.notify_all()
            return self._next()

    def _watch(self) -> None:
        """What waits is begun as soon as something has become slow."""
        with self._moved:
            while not self._stopping:
                self._begin()
                self._moved.wait(self._until_slow())

    def _until_slow(self) -> float | None:
        """Seconds until there may be room for whoever waits."""
        quick = [left for begun in self._begun if (left := begun.patience_left) > 0]
        return min(quick, default=PATIENCE) if self._waiting else None
