"""When a digest is due: every day, or on a day of the week, at a time of day where its reader lives."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bot.domain.zone import zone_named

DAILY = "daily"
# As stored, in the order of ``date.weekday``.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHOICES = (DAILY, *WEEKDAYS)
DAY_NAMES = dict(
    zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``every``: ``daily`` or a day of ``WEEKDAYS``. ``minute``: after midnight, by the clocks of ``tz``."""

    every: str
    minute: int
    tz: str

    def after(self, moment: datetime) -> datetime:
        """The next time it is due, in UTC. A time that the clocks skip comes when they have been put forward."""
        zone = zone_named(self.tz)
        day = moment.astimezone(zone).date()
        at = time(self.minute // 60, self.minute % 60)
        for ahead in range(9):
            due = datetime.combine(day + timedelta(days=ahead), at, zone).astimezone(UTC)
            if due > moment and (self.every == DAILY or due.astimezone(zone).weekday() == WEEKDAYS.index(self.every)):
                return due
        raise ValueError(f"not a rhythm: {self.every!r}")

    @property
    def words(self) -> str:
        """``every Monday at 09:00 (Europe/Berlin)``."""
        day = "every day" if self.every == DAILY else f"every {DAY_NAMES[self.every]}"
        return f"{day} at {self.minute // 60:02}:{self.minute % 60:02} ({self.tz})"
