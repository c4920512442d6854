"""Statistics that are sent to a channel every week."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.base import Base
from bot.domain.digest import WEEKDAYS, Rhythm
from bot.domain.errors import Invalid
from bot.domain.person import Person
from bot.domain.rights import is_admin


class Weekly(Base):
    """``owner``: what is counted is what they may see, and ``@me`` in the query is they.

    ``day``: one of ``WEEKDAYS``; ``minute``: after midnight by the clocks of ``tz``. ``due_at``: when it is sent next.
    ``problem``: why it could not be sent the last time.
    """

    __tablename__ = "weeklies"
    # Deliveries and buttons name these rows by id long after they are gone; SQLite would give the id to another.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read by SQLAlchemy

    id: Mapped[int] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(32), index=True)
    owner: Mapped[str] = mapped_column(String(32), index=True)
    day: Mapped[str] = mapped_column(String(8))
    minute: Mapped[int]
    tz: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime] = mapped_column(index=True)
    problem: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str | None] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime]

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.day, self.minute, self.tz)

    def may_remove(self, person: Person) -> bool:
        return person.id == self.owner or is_admin(person)


def check(channel: str, day: str, minute: int) -> None:
    """Raises ``Invalid`` naming each field that is wrong."""
    wrong = {}
    if channel[:1] not in {"C", "G"}:
        wrong["channel"] = "Choose a channel."
    if day not in WEEKDAYS:
        wrong["day"] = "Choose a day of the week."
    if not 0 <= minute < 24 * 60:
        wrong["time"] = "Choose a time of the day."
    if wrong:
        raise Invalid(" ".join(wrong.values()), wrong)
