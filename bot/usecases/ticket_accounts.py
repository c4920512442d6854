"""Whose account at a partner is which: kept for a while, so that nobody need be looked for at each change."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.case import Case
from bot.domain.link import PersonAccount
from bot.domain.ticket import Account
from bot.storage.database import Database

KEPT_FOR = timedelta(minutes=10)

Ask = Callable[[str], Account | None]


def account_of(db: Database, partner: str, email: str, now: datetime, ask: Ask) -> Account | None:
    """``ask`` goes to the partner, and may raise. That there is none is not kept: there may be one any minute."""
    with db.read() as work:
        kept = work.tickets.person_account(partner, email)
    if kept and now - kept.asked_at < KEPT_FOR:
        return kept.known
    if found := ask(email):
        with db.write() as work:
            work.tickets.keep(PersonAccount.of(partner, email, found, now))
    return found


def meet_holder(db: Database, partner: str, case: Case, now: datetime, ask: Ask) -> None:
    """Ask for the account of whoever has the case, ahead of the ticket that is about to be created."""
    with db.read() as work:
        holder = work.people.by_id(case.assignee) if case.assignee else None
    if holder and holder.email:
        account_of(db, partner, holder.email, now, ask)
