"""One clock for the local Slack and for Casebook, so that the company can have a past."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


class Clock:
    def __init__(self) -> None:
        self._set_to: datetime | None = None

    def now(self) -> datetime:
        return self._set_to or datetime.now(UTC)

    def seconds(self) -> float:
        return self.now().timestamp()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """It is ``moment`` until the block ends."""
        before, self._set_to = self._set_to, moment
        try:
            yield
        finally:
            self._set_to = before
