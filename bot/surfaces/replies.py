"""Answers to a click that cannot ride on its acknowledgement.

``ack()`` is the last statement of a listener and no network comes before it, so an answer through ``response_url`` or
a refreshed modal is sent from here, at once, by a thread of its own. It is only ever an answer to somebody who is
looking; whatever must not be lost goes through the outbox.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

log = logging.getLogger(__name__)


class Replies:
    def __init__(self, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reply")

    def send(self, call: Callable[..., Any], /, **arguments: Any) -> None:
        """Call Slack soon. A failure is logged: the person sees that nothing came and can ask again."""
        self._pool.submit(self._run, call, arguments)

    def _run(self, call: Callable[..., Any], arguments: dict[str, Any]) -> None:
        try:
            call(**arguments)
        except Exception:
            log.warning("an answer to a click could not be sent", exc_info=True)

    def close(self) -> None:
        self._pool.shutdown(wait=True)
