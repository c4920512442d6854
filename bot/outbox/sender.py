"""What the worker and a partner's sender say to each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.storage.claims import Held


@dataclass(frozen=True, slots=True)
class Sent:
    """It got through. ``covers``: ids of waiting deliveries that say nothing more than what was just sent."""

    covers: Sequence[int] = ()


# Sends one delivery, or raises a `Failure`. `held.was_taken_over`: it may have been sent before; look first.
Sender = Callable[[Held], Sent]


class Failure(Exception):
    """It did not get through. ``problem``: the partner's own code, or ours; fit for logs, never anybody's text."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Unreachable(Failure):
    """Not now. ``perhaps_sent``: the request went out and no answer came back."""

    def __init__(self, problem: str, *, perhaps_sent: bool) -> None:
        super().__init__(problem)
        self.perhaps_sent = perhaps_sent


class TooFast(Failure):
    """The partner asks for a pause of so many seconds."""

    def __init__(self, problem: str, seconds: float) -> None:
        super().__init__(problem)
        self.seconds = seconds


class LockedOut(Failure):
    """The partner does not know us any more, so nothing at all would get through. ``remedy``: for the operator."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


class Refused(Failure):
    """Never, as long as nobody does something about it.

    ``remedy``: what, in a sentence for an admin. ``everywhere``: the same happens to every delivery of this kind,
    whatever its target. ``quiet``: nobody needs to be told.
    """

    def __init__(self, problem: str, remedy: str, *, everywhere: bool = False, quiet: bool = False) -> None:
        super().__init__(problem)
        self.remedy = remedy
        self.everywhere = everywhere
        self.quiet = quiet
