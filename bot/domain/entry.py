"""The timeline: one entry a change, in order, never altered."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base, BigId


class Kind(StrEnum):
    """What happened, in the past tense."""

    OPENED = "CaseOpened"
    EDITED = "CaseEdited"
    ASSIGNED = "CaseAssigned"
    PRIORITY = "PriorityChanged"
    STATUS = "StatusChanged"
    CLOSED = "CaseClosed"
    REOPENED = "CaseReopened"
    DUE = "DueChanged"
    NOTE_ADDED = "NoteAdded"
    NOTE_EDITED = "NoteEdited"
    NOTE_DELETED = "NoteDeleted"
    EVIDENCE_ADDED = "EvidenceAdded"
    WATCHER_ADDED = "WatcherAdded"
    WATCHER_REMOVED = "WatcherRemoved"
    RELATED = "CaseRelated"
    ARCHIVED = "CaseArchived"
    UNARCHIVED = "CaseUnarchived"
    MOVED = "CaseMoved"
    NOTEBOOK = "NotebookStarted"
    TICKET_ASKED = "TicketAsked"
    TICKET_CREATED = "TicketCreated"
    TICKET_LINKED = "TicketLinked"
    TICKET_UNLINKED = "TicketUnlinked"
    TICKET_GONE = "TicketGone"
    TICKET_DIFFERS = "TicketDiffers"
    INCIDENT_DECLARED = "IncidentDeclared"
    INCIDENT_OPENED = "IncidentChannelOpened"
    INCIDENT_ENDED = "IncidentEnded"
    KEPT = "CaseKept"
    KEPT_OPEN = "CaseKeptOpen"
    CLOSING = "ClosingAnnounced"
    SNOOZED = "CaseSnoozed"
    WOKEN = "CaseWoken"
    ALERTED = "AlertTriggered"
    RECOVERED = "AlertRecovered"
    STORM_OVER = "AlertStormOver"
    LEVEL_WARNED = "ServiceLevelWarned"
    LEVEL_MISSED = "ServiceLevelMissed"


# What takes a change back; of the others it is one of the same kind.
OPPOSITE = {
    Kind.CLOSED: Kind.REOPENED,
    Kind.REOPENED: Kind.CLOSED,
    Kind.ARCHIVED: Kind.UNARCHIVED,
    Kind.UNARCHIVED: Kind.ARCHIVED,
}


class Entry(Base):
    """``changes``: field → [before, after]. ``data``: ids of what was added, the bulk edit that it is a part of, the
    rule with those that led to it, of what came from a ticket its id as ``ticket`` and who did it there as ``by``, and
    who raised the alert that caused it, with ``storm`` if it was one of many.

    ``version``: the case's, afterwards.

    ``origin`` is what the outside may repeat (a view, an event); a second arrival finds this entry by it.
    """

    __tablename__ = "entries"
    # Deliveries are named after an entry's id, which no later one may have when its case has been deleted.
    __table_args__ = (Index("ix_entries_case_id_id", "case_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    via: Mapped[str] = mapped_column(String(32))
    origin: Mapped[str | None] = mapped_column(String(255), unique=True)
    version: Mapped[int]
    changes: Mapped[dict[str, Any]]
    data: Mapped[dict[str, Any]]

    @property
    def is_of_bulk(self) -> bool:
        return "bulk" in self.data

    @property
    def is_one_of_many(self) -> bool:
        """People are told of all such changes at once, and what others do goes before."""
        return self.is_of_bulk or "idle" in self.data or "departure" in self.data

    @property
    def rule_name(self) -> str:
        """Of the rule that did it; empty if none did."""
        return str(self.data.get("rule_name", ""))

    def before(self, field: str) -> Any:
        return self.changes[field][0] if field in self.changes else None

    def after(self, field: str) -> Any:
        return self.changes[field][1] if field in self.changes else None
