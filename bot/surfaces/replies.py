"""Answers to a click that cannot ride on its acknowledgement.

``ack()`` is the last statement of a listener and no network comes before it, so an answer through ``response_url`` or
a refreshed modal is sent from here, at once, by a thread of its own. It is only ever an answer to somebody who is
looking; whatever must not be lost goes through the outbox.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from math import inf
from threading import Lock
from typing import Any

log = logging.getLogger(__name__)

CONFLICT, CLOSED = "hash_conflict", "not_found"  # docs.slack.dev, views.update
REMEMBERED = 500  # views: of each when it was last clicked in


class Replies:
    def __init__(self, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reply")
        self._views: OrderedDict[str, _View] = OrderedDict()
        self._lock = Lock()

    def send(self, call: Callable[..., Any], /, **arguments: Any) -> None:
        """Call Slack soon. A failure is logged: the person sees that nothing came and can ask again."""
        self._pool.submit(self._run, call, arguments)

    def redraw(self, update: Callable[..., Any], body: Mapping[str, Any], view: dict[str, Any]) -> None:
        """Show a modal anew after a click in it, while the person goes on choosing and typing.

        Of several clicks the last one is shown in the end, whichever was worked out first, and what is overtaken is
        left out: calls for one view go to Slack one after the other.
        """
        id_, at = body["view"]["id"], float(body["actions"][0]["action_ts"])
        with self._lock:
            known = self._views.setdefault(id_, _View(body["view"]["hash"]))
            self._views.move_to_end(id_)
            if len(self._views) > REMEMBERED:
                self._views.popitem(last=False)
            if at < known.at:
                return
            known.at, known.next = at, view
            if known.is_busy:
                return
            known.is_busy = True
        self._pool.submit(self._redraw, update, id_, known)

    def settle(self, body: Mapping[str, Any]) -> None:
        """The modal has been sent: what earlier clicks in it would still show must not take the answer's place."""
        with self._lock:
            if known := self._views.get(body["view"]["id"]):
                known.at, known.next = inf, None

    def _redraw(self, update: Callable[..., Any], id_: str, known: "_View") -> None:
        while True:
            with self._lock:
                view, known.next = known.next, None
                known.is_busy = view is not None
            if view is None:
                return
            self._run(known.show, {"update": update, "view_id": id_, "view": view})

    def _run(self, call: Callable[..., Any], arguments: dict[str, Any]) -> None:
        try:
            call(**arguments)
        except Exception:
            log.warning("an answer to a click could not be sent", exc_info=True)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


class _View:
    """``hash``: of the view as we know it. ``at``: the time of the last click. ``next``: what is still to be shown."""

    def __init__(self, seen: str) -> None:
        self.hash = seen
        self.at = 0.0
        self.next: dict[str, Any] | None = None
        self.is_busy = False

    def show(self, update: Callable[..., Any], view_id: str, view: dict[str, Any]) -> None:
        """Another replica may have drawn it since: then this click, which Slack answers now, is the newer one."""
        try:
            answer = update(view_id=view_id, hash=self.hash, view=view)
        except Exception as error:
            code = getattr(error, "response", {}).get("error")
            if code == CLOSED or (code == CONFLICT and self.at == inf):
                return
            if code != CONFLICT:
                raise
            answer = update(view_id=view_id, view=view)
        self.hash = answer["view"]["hash"]
