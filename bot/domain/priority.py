"""How urgent a case is."""

from enum import StrEnum

from bot.domain.errors import Invalid
from bot.domain.text import alike


class Priority(StrEnum):
    """From the most urgent to the least."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"
    NOT_SET = "none"

    @property
    def words(self) -> str:
        return PRIORITY_WORDS[self]


PRIORITY_WORDS = {
    Priority.P1: "P1 Critical",
    Priority.P2: "P2 High",
    Priority.P3: "P3 Medium",
    Priority.P4: "P4 Low",
    Priority.P5: "P5 Info",
    Priority.NOT_SET: "Not set",
}


def priority_named(words: str) -> Priority:
    """The priority meant by ``p1``, ``P1``, ``critical`` or ``none``; raises ``Invalid``."""
    wanted = alike(words)
    for priority, full in PRIORITY_WORDS.items():
        if wanted in {alike(priority), alike(full), alike(full.removeprefix(priority))}:
            return priority
    raise Invalid.field("priority", f"“{words}” is not a priority. Choose p1, p2, p3, p4, p5 or none.")


def is_more_urgent(one: str, other: str) -> bool:
    order = list(Priority)
    return order.index(Priority(one)) < order.index(Priority(other))
