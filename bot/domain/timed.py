"""What time does to a case: when somebody last worked on it, how long it rests, and how long it is kept."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.act import Act
from bot.domain.entry import Kind

# As late as both databases and every calendar allow.
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
ENDS_REST = {Kind.CLOSED, Kind.REOPENED, Kind.ARCHIVED}
BEGINS_ANEW = {Kind.OPENED, Kind.REOPENED, Kind.UNARCHIVED, Kind.WOKEN}


def as_changed(context: Any) -> datetime:
    """For rows that were not made by `Case.open`: what is restored, or made by the thousand."""
    changed: datetime = context.get_current_parameters()["updated_at"]
    return changed


class Timed:
    """The part of a case that the clock looks at.

    ``touched_at``: when a person last did something to it. ``closing_at``: when it will close by itself, once that has
    been announced. ``kept_until``: not deleted before, however long ago it was closed.
    """

    touched_at: Mapped[datetime] = mapped_column(default=as_changed)
    closing_at: Mapped[datetime | None]
    kept_until: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    snoozed_by: Mapped[str | None] = mapped_column(String(32))

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_until is not None

    def rest(self, until: datetime | None, by: str | None) -> None:
        self.snoozed_until, self.snoozed_by = until, by

    def feel(self, kind: Kind, act: Act, changes: Mapping[str, Any]) -> dict[str, Any]:
        """What every act does to the clocks; what its entry says of that."""
        if act.is_human or kind in BEGINS_ANEW:
            self.touched_at = max(self.touched_at or act.at, act.at)
            self.closing_at = None
        if kind in ENDS_REST:
            self.closing_at = None
        if not self.is_snoozed or not wakes(kind, act, changes):
            return {}
        self.rest(None, None)
        return {"woke": True}


def wakes(kind: Kind, act: Act, changes: Mapping[str, Any]) -> bool:
    """Whether this ends a rest: it concerns somebody else now, or cannot wait any longer."""
    urgent = changes.get("priority", [None, None])[1] == "P1"
    return kind in ENDS_REST or urgent or ("assignee" in changes and act.is_human)
