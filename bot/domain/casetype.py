"""Case types: the names of their statuses and the reasons a case is closed with."""

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base
from bot.domain.errors import Invalid
from bot.domain.text import alike


class Group(StrEnum):
    """The three groups every status belongs to."""

    OPEN = "open"
    IN_PROGRESS = "in progress"
    CLOSED = "closed"


class CaseType(Base):
    """``statuses``: ``{"name", "group"}`` in the order people see them; a group's first one is its default."""

    __tablename__ = "case_types"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    statuses: Mapped[list[dict[str, str]]]
    reasons: Mapped[list[str]]
    reason_required: Mapped[bool] = mapped_column(default=False)

    def default(self, group: Group) -> str:
        return next(status["name"] for status in self.statuses if status["group"] == group)

    def group_of(self, status: str) -> Group:
        name = self.status_named(status)
        return Group(next(row["group"] for row in self.statuses if row["name"] == name))

    def closes(self, status: str) -> bool:
        return self.group_of(status) == Group.CLOSED

    def status_named(self, words: str) -> str:
        """The status people mean by ``words``, its name or its group's; ``Invalid`` lists the names there are."""
        wanted = alike(words)
        for row in self.statuses:
            if alike(row["name"]) == wanted:
                return row["name"]
        for group in Group:
            if group.value == wanted:
                return self.default(group)
        names = ", ".join(row["name"] for row in self.statuses)
        raise Invalid.field("status", f"“{words}” is not a status of {self.name} cases. Choose one of: {names}.")

    def closing_status(self, words: str | None) -> str:
        """The status that a case is closed with; ``Invalid`` for one that closes nothing."""
        status = self.status_named(words) if words else self.default(Group.CLOSED)
        if not self.closes(status):
            names = ", ".join(row["name"] for row in self.statuses if row["group"] == Group.CLOSED)
            raise Invalid.field("status", f"“{status}” does not close a case. Choose one of: {names}.")
        return status

    def reason_named(self, words: str | None) -> str | None:
        """The closing reason people mean; ``Invalid`` when one is needed and missing, or unknown."""
        wanted = alike(words or "")
        if not wanted:
            if self.reason_required:
                raise Invalid.field("reason", f"{self.name} cases are closed with a reason: {self._reasons()}.")
            return None
        for reason in self.reasons:
            if alike(reason) == wanted:
                return reason
        if not self.reasons:
            raise Invalid.field("reason", f"{self.name} cases are closed without a reason. Leave “{words}” out.")
        raise Invalid.field("reason", f"“{words}” is not a closing reason here. Choose one of: {self._reasons()}.")

    def idle_reason(self) -> str | None:
        """What a case is closed as that nobody works on: none, unless its type demands one."""
        if not self.reason_required or not self.reasons:
            return None
        named = {alike(reason): reason for reason in self.reasons}
        return next((named[one] for one in IDLE_REASONS if one in named), self.reasons[-1])

    def _reasons(self) -> str:
        return ", ".join(self.reasons)


# What comes nearest to "nobody works on it", the nearest first.
IDLE_REASONS = (
    "inactive", "inactivity", "no activity", "stale", "expired", "timed out", "no response", "abandoned",
    "no longer needed", "not needed", "will not fix", "won't fix", "will not do", "won't do", "other",
)  # fmt: skip

STANDARD = "Standard"
SECURITY = "Security"
