"""A slot of the clockwork: one run of one job, which only one replica may have."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base


class Slot(Base):
    """Whoever inserts the row runs the job; ``slot_at`` is when it was due, not when it ran.

    ``lease_until`` is set while it runs: one that ran out means that whoever ran it has died. Then it is
    anybody's again.
    """

    __tablename__ = "slots"

    job: Mapped[str] = mapped_column(String(64), primary_key=True)
    slot_at: Mapped[datetime] = mapped_column(primary_key=True)
    lease_until: Mapped[datetime | None]
