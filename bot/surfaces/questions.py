"""Questions to partners on behalf of somebody who looks at a form, who need not wait for the answers.

Each partner has threads of its own, so that one that hangs holds up neither the others nor any answer to Slack.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock, Semaphore, Timer
from typing import TypeVar

log = logging.getLogger(__name__)

THREADS = 4
# Seconds. Slack waits three for the options of a menu.
AT_ONCE = 2.0
# Seconds. Whoever looks is told then that the partner takes its time.
PATIENCE = 4.0

T = TypeVar("T")
Deed = Callable[[], None]


class Questions:
    def __init__(self, patience: float = PATIENCE, at_once: float = AT_ONCE) -> None:
        self.patience, self.at_once = patience, at_once
        self._free: dict[str, Semaphore] = {}
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._lock = Lock()

    def ask(self, partner: str, question: Deed, late: Deed = lambda: None) -> None:
        """``late`` is called if the question is not over in good time; it goes on being asked."""
        timer = Timer(self.patience, self._run, (partner, late))
        timer.daemon = True
        timer.start()
        self._pool(partner).submit(self._run, partner, question).add_done_callback(lambda _: timer.cancel())

    def answer(self, partner: str, question: Callable[[], T]) -> T | None:
        """What it says if it says so at once; nobody waits where others wait already."""
        if not self._free.setdefault(partner, Semaphore(THREADS)).acquire(blocking=False):
            return None
        asked = self._pool(partner).submit(question)
        asked.add_done_callback(lambda _: self._free[partner].release())
        try:
            return asked.result(self.at_once)
        except Exception as error:
            log.warning("%s told no options: %s", partner, getattr(error, "problem", type(error).__name__))
            return None

    def _pool(self, partner: str) -> ThreadPoolExecutor:
        with self._lock:
            if partner not in self._pools:
                self._pools[partner] = ThreadPoolExecutor(THREADS, thread_name_prefix=f"ask-{partner}")
            return self._pools[partner]

    def _run(self, partner: str, deed: Deed) -> None:
        try:
            deed()
        except Exception:
            log.warning("a question to %s came to nothing", partner, exc_info=True)

    def close(self) -> None:
        """What has not been asked yet never will be: nobody looks any more."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
