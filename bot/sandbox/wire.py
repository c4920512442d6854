"""What goes over the wire, and how Slack says no."""

from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """An answer with `ok: false`: HTTP 200 unless Slack says it by status.

    `messages` become `response_metadata.messages`; `extra` are further top-level fields (`needed`, `provided`).
    """

    def __init__(self, error: str, *messages: str, **extra: Any) -> None:
        super().__init__(f"{error}: {'; '.join(messages)}" if messages else error)
        self.error = error
        self.messages = messages
        self.extra = extra

    def answer(self) -> Json:
        body: Json = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": list(self.messages)}
        return body


class Impossible(AssertionError):
    """A person tried what Slack's own client would not let them do; the words say what they saw instead."""
