"""An act: who does something, when, from where, and what they had seen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Together:
    """The bulk edit that an act is a part of: its id, of how many cases it is, and whether the act takes it back."""

    bulk: int
    of: int
    undo: bool = False

    @property
    def data(self) -> dict[str, Any]:
        """What each entry says of it."""
        return {"bulk": self.bulk, "of": self.of} | ({"undo": True} if self.undo else {})


@dataclass(frozen=True, slots=True)
class Act:
    """Everything about a request that is not its content.

    ``actor``: a Slack user id, or ``casebook`` for the clockwork.
    ``via``: where from, in a word people know: command, card, details, shortcut, thread, home, bulk, clock,
    workflow.
    ``origin``: unique for this arrival (a view id, an event's message); a repeat of it finds the first one's result.
    ``seen``: the version of the case that the person looked at; ``None`` when they named it by key.
    ``together``: the bulk edit that it is a part of.
    """

    actor: str
    at: datetime
    via: str
    origin: str | None = None
    seen: int | None = None
    together: Together | None = None

    @property
    def is_human(self) -> bool:
        return self.actor != CASEBOOK


CASEBOOK = "casebook"
