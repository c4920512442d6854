"""Answers to a click that cannot ride on its acknowledgement.

``ack()`` is the last statement of a listener and no network comes before it, so an answer through ``response_url`` or
a refreshed modal is sent from here, at once, by a thread of its own. It is only ever an answer to somebody who is
looking; whatever must not be lost goes through the outbox.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

log = logging.getLogger(__name__)

MODALS_KNOWN = 500


@dataclass(slots=True)
class Drawn:
    """How a modal stands: ``asked`` is the moment of what it answers, with which answer to it; ``hash`` is Slack's name
    for this state of it."""

    lock: Lock = field(default_factory=Lock)
    asked: tuple[float, int] = (0.0, 0)
    hash: str = ""


class Replies:
    def __init__(self, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reply")
        self._modals: OrderedDict[str, Drawn] = OrderedDict()
        self._lock = Lock()

    def send(self, call: Callable[..., Any], /, **arguments: Any) -> None:
        """Call Slack soon. A failure is logged: the person sees that nothing came and can ask again."""
        self._pool.submit(self._run, call, arguments)

    def redraw(self, call: Callable[..., Any], body: Mapping[str, Any], view: Mapping[str, Any], step: int = 0) -> None:
        """Draw the modal of a click anew, with ``views.update``; many clicks may be under way, as when somebody types.

        A later one is never drawn over by an earlier one, and nothing is drawn over what has taken the form's place.
        Where another replica has drawn meanwhile, the modal stays as it is until the next click. ``step``: of several
        answers to one click, the highest is the last.
        """
        self.send(self._redraw, call=call, body=body, view=view, step=step)

    def _redraw(self, call: Callable[..., Any], body: Mapping[str, Any], view: Mapping[str, Any], step: int) -> None:
        modal, asked = body["view"], (float(body["actions"][0]["action_ts"]), step)
        drawn = self._drawn(modal["id"])
        with drawn.lock:
            if asked < drawn.asked:
                return
            # The click may have been on its way while we drew: then ours is the state that Slack knows.
            for known in dict.fromkeys(one for one in (drawn.hash, str(modal["hash"])) if one):
                try:
                    answer = call(view_id=modal["id"], hash=known, view=view)
                except Exception as error:
                    if problem_of(error) != "hash_conflict":
                        raise
                else:
                    drawn.asked, drawn.hash = asked, str(answer["view"]["hash"])
                    return

    def _drawn(self, modal: str) -> Drawn:
        with self._lock:
            drawn = self._modals.pop(modal, None) or Drawn()
            self._modals[modal] = drawn
            while len(self._modals) > MODALS_KNOWN:
                self._modals.popitem(last=False)
            return drawn

    def _run(self, call: Callable[..., Any], arguments: dict[str, Any]) -> None:
        try:
            call(**arguments)
        except Exception:
            log.warning("an answer to a click could not be sent", exc_info=True)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


def problem_of(error: Exception) -> str:
    """Slack's code for a refusal, which its client puts into the error."""
    response = getattr(error, "response", None)
    return str(response.get("error") or "") if response is not None else ""
