"""An act: who does something, when, from where, and what they had seen."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Act:
    """Everything about a request that is not its content.

    ``actor``: a Slack user id, or ``casebook`` for the clockwork.
    ``via``: where from, in a word people know: command, card, details, shortcut, thread, home, clock.
    ``origin``: unique for this arrival (a view id, an event's message); a repeat of it finds the first one's result.
    ``seen``: the version of the case that the person looked at; ``None`` when they named it by key.
    """

    actor: str
    at: datetime
    via: str
    origin: str | None = None
    seen: int | None = None


CASEBOOK = "casebook"
