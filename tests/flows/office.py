"""A Jira in memory that asks something for new issues, and that can hang or be down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from bot.domain.ticket import Asked, Choice, Partner
from bot.integrations.errors import Declined
from tests.ticketing import SYSTEM, Asking, Desk

PROJECTS = [Choice("PAY", "Payments (PAY)"), Choice("WEB", "Web (WEB)")]
TYPES = {"PAY": [Choice("1", "Bug"), Choice("2", "Task")], "WEB": [Choice("3", "Story")]}
CAUSE = Asked("cause", "Root cause", (Choice("10", "Config"), Choice("11", "Code")))
LABELS = Asked("labels", "Labels", many=True, required=False)
WRONG = "Casebook's account has no permission for that. Whoever runs Jira gives it to the account."


@dataclass
class Office:
    """``open``: cleared, whoever asks has to wait. ``is_down``: nothing is permitted to us."""

    desk: Desk = field(default_factory=Desk)
    open: Event = field(default_factory=Event)
    is_down: bool = False
    extra: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open.set()
        self.desk.fault = lambda moment, call: self.pass_through(moment)
        self.partner = Partner(SYSTEM, lambda: Clerk(self))

    def pass_through(self, moment: str = "before") -> None:
        if moment == "before":
            assert self.open.wait(30)
            if self.is_down:
                raise Declined("403", WRONG)


class Clerk(Asking):
    def __init__(self, office: Office) -> None:
        super().__init__(office.desk)
        self.office = office

    def _told(self, call: str, what: Callable[[], Any]) -> Any:
        self.office.desk.calls.append(call)
        self.office.pass_through()
        return what()

    def create(self, draft: Any) -> Any:
        self.office.extra.append((draft.kind, draft.subtype, dict(draft.extra)))
        return super().create(draft)

    def kinds(self, words: str) -> Sequence[Choice]:
        found: list[Choice] = self._told(
            "kinds", lambda: [one for one in PROJECTS if words.lower() in one.name.lower()]
        )
        return found

    def subtypes(self, kind: str) -> Sequence[Choice]:
        found: list[Choice] = self._told("subtypes", lambda: TYPES[kind])
        return found

    def asked(self, kind: str, subtype: str) -> Sequence[Asked]:
        found: list[Asked] = self._told("asked", lambda: [CAUSE, LABELS] if kind == "PAY" else [])
        return found
