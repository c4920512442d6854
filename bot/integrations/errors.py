"""How a partner says no: the outcomes other than success that every client in this folder raises.

``problem`` is short and fit for logs. It never holds the path or query of an address, a key, or what was sent.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 3600.0


class Trouble(Exception):
    """It did not get through."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Unanswered(Trouble):
    """Not now: try again. ``perhaps_sent``: the request went out and no answer came back."""

    def __init__(self, problem: str, *, perhaps_sent: bool) -> None:
        super().__init__(problem)
        self.perhaps_sent = perhaps_sent


class AskedToWait(Trouble):
    """The partner wants a pause of so many seconds."""

    def __init__(self, problem: str, seconds: float) -> None:
        super().__init__(problem)
        self.seconds = seconds


class Declined(Trouble):
    """Not until somebody does something about it: ``remedy`` says what, in sentences for a person."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


class Gone(Declined):
    """What was asked for is not there any more, or nothing that we may see."""


class Shut(Trouble):
    """The partner takes nothing from us: ``remedy`` says what the operator can do about it."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


def pause(headers: Mapping[str, str], now: datetime, default: float) -> float:
    """Seconds, from ``Retry-After`` in either of its forms (RFC 9110, 10.2.3), within reason."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value)
    else:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return default
        # "-0000" means UTC of an unknown place.
        seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, SHORTEST_PAUSE), LONGEST_PAUSE)
