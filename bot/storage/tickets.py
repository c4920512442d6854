"""Finding tickets, their notes, each project's terms, and how far the news have been read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.domain.evidence import Note
from bot.domain.link import Health, KindStatuses, NewsMark, PersonAccount, Terms, Ticket, TicketNote
from bot.storage.locking import AS_LEFT
from bot.storage.parking import changed, insert_absent

LONG_AGO = datetime.fromtimestamp(0, UTC)
LIVE = Ticket.unlinked_at.is_(None)
# Those that the partner may have news of.
FOLLOWED = LIVE & Ticket.foreign_id.is_not(None) & (Ticket.health != Health.GONE.value)


@dataclass(frozen=True, slots=True)
class Faring:
    """How a partner's tickets fare. ``since``: since when the first of those that fail does."""

    live: int
    failing: int
    since: datetime | None


class Tickets:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_id(self, ticket_id: int) -> Ticket | None:
        """As it is in the database now."""
        return self._session.scalar(select(Ticket).where(Ticket.id == ticket_id), execution_options=AS_LEFT)

    def with_foreign_id(self, partner: str, foreign_id: str) -> Sequence[Ticket]:
        """Those of all cases that have it now; one unless it is shared."""
        query = select(Ticket).where(Ticket.partner == partner, Ticket.foreign_id == foreign_id, LIVE)
        return self._session.scalars(query.order_by(Ticket.id)).all()

    def left_before(self, ticket: Ticket, foreign_id: str) -> Ticket | None:
        """The row of the same ticket and case from when it was linked before."""
        query = select(Ticket).where(
            Ticket.partner == ticket.partner, Ticket.foreign_id == foreign_id, Ticket.case_id == ticket.case_id,
            Ticket.id != ticket.id,
        )  # fmt: skip
        return self._session.scalar(query)

    def inherit_notes(self, heir: Ticket, former: Ticket) -> None:
        changed(
            self._session, update(TicketNote).where(TicketNote.ticket_id == former.id).values(ticket_id=heir.id)
        )  # fmt: skip

    def known(self, partner: str) -> Sequence[str]:
        """The ids, over there, of all tickets that are followed."""
        query = select(Ticket.foreign_id).where(Ticket.partner == partner, FOLLOWED)
        return [found for found in self._session.scalars(query.distinct().order_by(Ticket.foreign_id)) if found]

    def partners(self) -> Sequence[str]:
        """Those that have tickets."""
        return self._session.scalars(select(Ticket.partner).where(LIVE).distinct().order_by(Ticket.partner)).all()

    def faring(self, partner: str) -> Faring:
        live = select(func.count()).where(Ticket.partner == partner, LIVE)
        failing = (Ticket.partner == partner, LIVE, Ticket.health == Health.FAILING.value)
        return Faring(
            live=self._session.scalar(live) or 0,
            failing=self._session.scalar(select(func.count()).where(*failing)) or 0,
            since=self._session.scalar(select(func.min(Ticket.problem_at)).where(*failing)),
        )

    def note(self, ticket: Ticket, foreign_id: str) -> TicketNote | None:
        query = select(TicketNote).where(TicketNote.ticket_id == ticket.id, TicketNote.foreign_id == foreign_id)
        return self._session.scalar(query)

    def note_of(self, ticket: Ticket, note_id: int) -> TicketNote | None:
        query = select(TicketNote).where(TicketNote.ticket_id == ticket.id, TicketNote.note_id == note_id)
        return self._session.scalar(query.order_by(TicketNote.id).limit(1))

    def origin_of(self, note_id: int) -> Ticket | None:
        """The ticket in which a note was written, if it was."""
        query = select(Ticket).join(TicketNote, TicketNote.ticket_id == Ticket.id)
        return self._session.scalar(query.where(TicketNote.note_id == note_id, TicketNote.is_theirs).limit(1))

    def untold_notes(self, ticket: Ticket, limit: int) -> Sequence[int]:
        """Notes that were added since the ticket was asked for, and are not there yet."""
        told = select(TicketNote.note_id).where(TicketNote.ticket_id == ticket.id)
        query = select(Note.id).where(
            Note.case_id == ticket.case_id, Note.created_at >= ticket.linked_at, Note.deleted_at.is_(None),
            Note.id.not_in(told),
        )  # fmt: skip
        return self._session.scalars(query.order_by(Note.id).limit(limit)).all()

    def terms(self, project_id: int, partners: Collection[str], at: datetime) -> dict[str, Terms]:
        """By partner; the defaults where nothing was agreed on."""
        query = select(Terms).where(Terms.project_id == project_id)
        kept = {terms.partner: terms for terms in self._session.scalars(query)}
        return {partner: kept.get(partner) or Terms.default(project_id, partner, at) for partner in partners}

    def news_mark(self, partner: str) -> NewsMark:
        """Made if it is not there; call it where something may be written."""
        insert_absent(self._session, NewsMark, [{"partner": partner, "mark": "", "account": ""}])
        return self._session.scalars(select(NewsMark).where(NewsMark.partner == partner).with_for_update()).one()

    def news_of(self, partner: str) -> NewsMark | None:
        return self._session.scalar(select(NewsMark).where(NewsMark.partner == partner))

    def statuses(self, partner: str, kind: str) -> KindStatuses | None:
        return self._session.get(KindStatuses, (partner, kind))

    def person_account(self, partner: str, email: str) -> PersonAccount | None:
        return self._session.get(PersonAccount, (partner, email))

    def forget_account(self, partner: str, email: str) -> None:
        """It is asked for anew. The row stays: somebody may be writing it."""
        account = update(PersonAccount).where(PersonAccount.partner == partner, PersonAccount.email == email)
        changed(self._session, account.values(asked_at=LONG_AGO))

    def keep(self, told: KindStatuses | PersonAccount) -> None:
        """Whoever wrote last is right, and two may write at once."""
        columns = {column.key: getattr(told, column.key) for column in told.__table__.columns}
        insert_absent(self._session, type(told), [columns])
        self._session.merge(told)

    def kinds_without_statuses(self, partner: str, since: datetime) -> Sequence[str]:
        """Kinds of tickets that are followed, whose statuses were not asked for since then."""
        asked = select(KindStatuses.kind).where(KindStatuses.partner == partner, KindStatuses.asked_at > since)
        query = select(Ticket.foreign_kind).where(
            FOLLOWED, Ticket.partner == partner, Ticket.foreign_kind.not_in(asked)
        )
        return self._session.scalars(query.distinct().order_by(Ticket.foreign_kind)).all()
