"""Whose account at a partner is which: kept for a while, so that nobody need be looked for at each change."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.domain.link import PersonAccount
from bot.domain.ticket import Account
from bot.storage.database import Database

KEPT_FOR = timedelta(days=1)
# There may be one any minute.
NONE_FOR = timedelta(minutes=10)

Ask = Callable[[str], Account | None]


def account_of(db: Database, partner: str, email: str, now: datetime, ask: Ask) -> Account | None:
    """``ask`` goes to the partner, and may raise. *Retry* on a ticket has its holder asked for anew."""
    with db.read() as work:
        kept = work.tickets.person_account(partner, email)
    if kept and now - kept.asked_at < (KEPT_FOR if kept.known else NONE_FOR):
        return kept.known
    found = ask(email)
    with db.write() as work:
        work.tickets.keep(PersonAccount.of(partner, email, found, now))
    return found


def meet(db: Database, partner: str, people: Iterable[str], now: datetime, ask: Ask) -> None:
    """Ask for the accounts of those who have the cases, ahead of the tickets that are about to be created."""
    with db.read() as work:
        known = work.people.by_ids(set(people))
    for person in known.values():
        if person.email:
            account_of(db, partner, person.email, now, ask)
