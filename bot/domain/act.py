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
class Because:
    """The rule that an act is a part of, and all rules that led to it, itself the last.

    ``root``: the entry that set off the first of them; ``None`` if the clock did.
    """

    rule: int
    name: str
    chain: tuple[int, ...]
    root: int | None = None

    @property
    def data(self) -> dict[str, Any]:
        """What each entry says of it."""
        root = {"root": self.root} if self.root else {}
        return {"rule": self.rule, "rule_name": self.name, "chain": list(self.chain), **root}


@dataclass(frozen=True, slots=True)
class Act:
    """Everything about a request that is not its content.

    ``actor``: a Slack user id, or ``casebook`` for the clockwork.
    ``via``: where from, in a word people know: command, card, details, shortcut, thread, home, bulk, rule,
    clock, workflow.
    ``origin``: unique for this arrival (a view id, an event's message); a repeat of it finds the first one's result.
    ``seen``: the version of the case that the person looked at; ``None`` when they named it by key.
    ``together``: the bulk edit that it is a part of. ``because``: the rule.
    """

    actor: str
    at: datetime
    via: str
    origin: str | None = None
    seen: int | None = None
    together: Together | None = None
    because: Because | None = None

    @property
    def data(self) -> dict[str, Any]:
        """What each entry says of what the act is a part of."""
        parts = (self.together, self.because)
        return {name: value for part in parts if part for name, value in part.data.items()}

    @property
    def is_human(self) -> bool:
        return self.actor != CASEBOOK


CASEBOOK = "casebook"
