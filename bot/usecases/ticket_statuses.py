"""Which statuses a partner has for each kind of its tickets: kept, so that whoever changes one need not ask first."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from bot.domain.link import KindStatuses
from bot.domain.ticket import Standing
from bot.storage.database import Database

# They change seldom; an admin who opens the form of the terms has them asked for anew.
KEPT_FOR = timedelta(days=1)

Ask = Callable[[], Iterable[Standing]]


def statuses_of(db: Database, partner: str, kind: str, now: datetime, ask: Ask) -> Sequence[Standing]:
    """Those that are kept, however old. ``ask`` goes to the partner if there are none, and may raise."""
    with db.read() as work:
        kept = work.tickets.statuses(partner, kind)
    return (kept.standings if kept else ()) or learn(db, partner, kind, now, ask)


def learn(db: Database, partner: str, kind: str, now: datetime, ask: Ask) -> Sequence[Standing]:
    """Ask, and keep what was said; also that there are none, or none that may be read."""
    standings = list(ask())
    with db.write() as work:
        work.tickets.keep(KindStatuses.of(partner, kind, standings, now))
    return standings


def is_known(db: Database, partner: str, kind: str, now: datetime) -> bool:
    """Whether they were asked for lately."""
    with db.read() as work:
        kept = work.tickets.statuses(partner, kind)
    return kept is not None and now - kept.asked_at < KEPT_FOR


def unknown_kinds(db: Database, partner: str, now: datetime) -> Sequence[str]:
    """Kinds that tickets are of, whose statuses were not asked for lately."""
    with db.read() as work:
        return work.tickets.kinds_without_statuses(partner, now - KEPT_FOR)
