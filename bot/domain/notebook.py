"""Investigation notebooks: one a case, in a canvas or, where there are none, in a file."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base, BigId
from bot.domain.evidence import CASE


class Notebook(Base):
    """``canvas``: its id, once it is there. ``is_file``: it was handed out as one, and nobody keeps it up to date."""

    __tablename__ = "notebooks"

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey(CASE, ondelete="CASCADE"), primary_key=True)
    canvas: Mapped[str | None] = mapped_column(String(32))
    is_file: Mapped[bool] = mapped_column(default=False)
    started_by: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[datetime]
