"""Finding incidents."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.delivery import Delivery, State
from bot.domain.incident import Incident


class Incidents:
    def __init__(self, session: Session) -> None:
        self._session = session

    def running(self, case_id: int) -> Incident | None:
        """Writers have locked its case."""
        query = select(Incident).where(Incident.case_id == case_id, Incident.ended_at.is_(None))
        return self._session.scalar(query.order_by(Incident.id.desc()).limit(1))

    def still_tells(self, case_id: int, channel: str) -> bool:
        """Whether something waits to be said of the case in its channel."""
        stream = f"case/{case_id}/{channel}"
        query = select(Delivery.id).where(Delivery.stream == stream, Delivery.state == State.DUE.value)
        return self._session.scalar(query.limit(1)) is not None
