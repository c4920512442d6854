"""How a ticket fares: why it cannot be told, since when, and that it is well again."""

from collections.abc import Collection
from datetime import datetime

from bot.domain import ticket_telling
from bot.domain.case import Case
from bot.domain.in_step import problems
from bot.domain.link import Health, Ticket
from bot.storage.database import Database, Work


def settle(work: Work, case: Case, ticket: Ticket, now: datetime, *, done: Collection[int] = ()) -> None:
    """Whether it is in step by what is known; one that fails does so until that which failed gets through.

    ``done``: the ids of the deliveries that are just being carried out.
    """
    if not ticket.is_followed or ticket.problem_in:
        return
    if differing := problems(ticket):
        if ticket.health != Health.OUT_OF_STEP:
            ticket.problem_at = now
        ticket.health, ticket.problem = Health.OUT_OF_STEP.value, differing
        return
    ticket.problem = ticket.problem_at = None
    if ticket.foreign_id is None:
        ticket.health = (Health.LINKING if "words" in ticket.wanted else Health.CREATING).value
        return
    # One that has got through is due until that is recorded, and its echo may be heard before.
    if ticket.health != Health.IN_STEP:
        waits = work.deliveries.waits(ticket_telling.stream_of(ticket), done)
        ticket.health = (Health.PENDING if waits else Health.IN_STEP).value


def well_again(ticket: Ticket, what: str) -> None:
    """This kind of thing got through."""
    if ticket.problem_in == what:
        ticket.problem, ticket.problem_at, ticket.problem_in = None, None, ""


def note_trouble(
    db: Database, ticket_id: int, what: str, problem: str, now: datetime, *, perhaps: bool = False
) -> None:
    """``what`` could not be told; ``problem``: why, in words for people. ``perhaps``: it may have got there."""
    with db.read() as work:
        known = work.tickets.by_id(ticket_id)
        is_known = known is not None and (known.problem, known.problem_in) == (problem, what)
        if known is None or not known.is_followed or (is_known and not perhaps):
            return
        case_id = known.case_id
    with db.write() as work:
        case = work.cases.by_id(case_id, lock=True)
        ticket = work.tickets.by_id(ticket_id)
        if case is None or ticket is None or not ticket.is_followed:
            return
        if perhaps and ticket.foreign_id is None:
            ticket.wanted = {**ticket.wanted, "tried": now.isoformat()}
        if (ticket.problem, ticket.problem_in) != (problem, what):
            if not ticket.problem_in:
                ticket.problem_at = now
            ticket.health, ticket.problem, ticket.problem_in = Health.FAILING.value, problem, what
            work.enqueue(ticket_telling.redrawn(case, ticket, now, f"trouble/{now.isoformat()}"))


def trouble_over(work: Work, ticket: Ticket, case: Case, now: datetime, what: str, *, done: Collection[int]) -> None:
    """Also draws the cards anew if that changes how the ticket fares."""
    before = (ticket.health, ticket.problem)
    well_again(ticket, what)
    settle(work, case, ticket, now, done=done)
    if (ticket.health, ticket.problem) != before:
        fresh = ticket_telling.redrawn(case, ticket, now, f"told/{min(done)}/{now.isoformat()}")
        work.enqueue(one for one in fresh if not work.deliveries.has_key(one.key))
