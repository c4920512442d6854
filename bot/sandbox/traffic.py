"""Everything that went between Slack and the app, in order: calls, deliveries, refusals, sockets."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .wire import Json

# Answers that mean a mistake in the app rather than a state of the workspace; they are also kept as refusals.
MISTAKES = {
    "invalid_blocks", "invalid_blocks_format", "invalid_arguments", "invalid_attachments", "invalid_metadata_format",
    "metadata_too_large", "msg_too_long", "msg_blocks_too_long", "no_text", "too_many_attachments", "view_too_large",
    "missing_scope", "unknown_method", "not_authed", "invalid_auth", "not_allowed_token_type", "invalid_limit",
    "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "push_limit_reached", "invalid_cursor",
    "duplicate_external_id", "cannot_reply_to_message", "markdown_text_conflict", "invalid_json", "json_not_object",
    "messages_tab_disabled", "not_enabled", "parameter_validation_failed",
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """`kind`: call (Web API), delivery (to the app), response_url, refusal, warning or socket.

    `name`: the method, delivery kind or rule. `ms` is None where nothing was waited for. `at` in Unix seconds.
    """

    number: int
    at: float
    kind: str
    name: str
    request: Json
    response: Json | None = None
    ms: float | None = None
    note: str = ""

    def as_json(self) -> Json:
        return dict(vars(self))  # not asdict: it would copy every payload of a long list


class Traffic:
    """A bounded ring of records that any thread may read; listeners are called on the server's thread."""

    def __init__(self, now: Callable[[], float], size: int = 5000) -> None:
        self._now = now
        self._records: deque[Record] = deque(maxlen=size)
        self._judged: deque[Record] = deque(maxlen=size)
        self._lock = threading.Lock()
        self._count = 0
        self._listeners: list[Callable[[Record], None]] = []

    def add(
        self,
        kind: str,
        name: str,
        request: Json,
        response: Json | None = None,
        ms: float | None = None,
        note: str = "",
    ) -> Record:
        with self._lock:
            self._count += 1
            record = Record(self._count, self._now(), kind, name, request, response, ms, note)
            self._records.append(record)
            if kind in ("refusal", "warning"):
                self._judged.append(record)
            listeners = list(self._listeners)
        for listener in listeners:
            listener(record)
        return record

    def refuse(self, name: str, note: str, request: Json) -> Record:
        return self.add("refusal", name, request, note=note)

    def warn(self, name: str, note: str, request: Json) -> Record:
        return self.add("warning", name, request, note=note)

    def subscribe(self, listener: Callable[[Record], None]) -> Callable[[], None]:
        """`listener` is told each record from now on and must not block. Returns the way to unsubscribe."""
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._unsubscribe(listener)

    def _unsubscribe(self, listener: Callable[[Record], None]) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def records(self, kind: str | None = None, name: str | None = None, after: int = 0) -> list[Record]:
        with self._lock:
            records = list(self._records)
        return [r for r in records if r.number > after and kind in (None, r.kind) and name in (None, r.name)]

    def calls(self, method: str | None = None) -> list[Record]:
        return self.records("call", method)

    def deliveries(self, kind: str | None = None) -> list[Record]:
        """`kind`: events_api, interactive or slash_commands."""
        return self.records("delivery", kind)

    def refusals(self) -> list[Record]:
        with self._lock:
            return [r for r in self._judged if r.kind == "refusal"]

    def warnings(self) -> list[Record]:
        with self._lock:
            return [r for r in self._judged if r.kind == "warning"]

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
            self._judged.clear()

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records())

    def __len__(self) -> int:
        with self._lock:
            return len(self._records)
