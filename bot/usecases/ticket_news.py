"""Asking partners for news of all their tickets, and how far that has come."""

from datetime import datetime

from bot.domain import ticket_telling
from bot.domain.link import NewsMark
from bot.storage.database import Database


def ask_for_news(db: Database, partner: str, now: datetime, occasion: str) -> None:
    """One question at a time: one that waits to be tried again, or was given up, is tried now instead."""
    with db.write() as work:
        if not work.deliveries.hasten(ticket_telling.news_stream(partner), now):
            delivery = ticket_telling.news(partner, occasion, now)
            work.enqueue([delivery] if not work.deliveries.has_key(delivery.key) else [])
        work.has_deliveries = True


def go_on(db: Database, partner: str, now: datetime) -> None:
    """There is more than one turn has time for."""
    delivery = ticket_telling.news(partner, f"more/{now.isoformat()}", now)
    with db.write() as work:
        if not work.deliveries.has_key(delivery.key):
            work.enqueue([delivery])


def keep_mark(db: Database, partner: str, mark: str, read_at: datetime) -> None:
    """Only after all up to there is kept: a crash in between reads it once more, which does no harm."""
    with db.write() as work:
        news = work.tickets.news_mark(partner)
        news.mark, news.read_at = mark, read_at


def our_account(db: Database, partner: str) -> str:
    """Who we are there, as far as that is known."""
    with db.read() as work:
        known = work.tickets.news_of(partner)
    return known.account if known else ""


def keep_account(db: Database, partner: str, account: str) -> None:
    if our_account(db, partner) != account:
        with db.write() as work:
            work.tickets.news_mark(partner).account = account[:120]


def heard(db: Database, partner: str) -> None:
    """The partner can be asked again."""
    with db.read() as work:
        known = work.tickets.news_of(partner)
    if known and known.problem:
        with db.write() as work:
            news = work.tickets.news_mark(partner)
            news.problem = news.problem_at = None


def note_trouble(db: Database, partner: str, problem: str, now: datetime) -> None:
    with db.read() as work:
        known = work.tickets.news_of(partner)
    if known is None or known.problem != problem:
        with db.write() as work:
            news: NewsMark = work.tickets.news_mark(partner)
            news.problem, news.problem_at = problem, news.problem_at or now
