"""Deliveries that failed for good: told once to the admins, and again only after they have worked in between.

What an inbox could not tell concerns its owner instead, and stands on the inbox until it works again.
"""

from datetime import datetime

from bot.domain.act import CASEBOOK
from bot.domain.delivery import Delivery, State, Tell
from bot.domain.telling import UPDATES, lane_of, tell
from bot.domain.ticket_telling import OF_TICKETS
from bot.storage.database import Work
from bot.usecases import recipients


def report_dead(
    work: Work, delivery: Delivery, problem: str, now: datetime, *, remedy: str, everywhere: bool = False
) -> None:
    """One message a person concerned for each way and problem, until the way has healed.

    ``remedy``: a sentence of ours, what to do. ``everywhere``: it concerns every delivery of this kind.
    """
    if delivery.kind == Tell.PROBLEM:
        return
    owners = recipients.note_problem(work, delivery, remedy, now) or linkers(work, delivery)
    known = [everywhere_of(delivery)] if everywhere else ways(delivery)
    if not work.deliveries.keys_of(map(mark, known)):
        work.deliveries.forget(f"{mark(known[0])}/")  # what was still to be told when it healed
        work.enqueue([broken_since(delivery, known[0], now)])
    for person_id in owners if owners and not everywhere else [admin.id for admin in work.people.admins()]:
        if work.deliveries.keys_of(f"{mark(one)}/{problem}/{person_id}" for one in known):
            continue
        work.enqueue(
            [
                tell(
                    Tell.PROBLEM,
                    f"{mark(known[0])}/{problem}/{person_id}",
                    now,
                    stream=f"dm/{person_id}",
                    lane=lane_of(person_id),
                    target=person_id,
                    case_id=delivery.case_id,
                    data={"delivery": delivery.id, "problem": problem, "remedy": remedy},
                )
            ]
        )


def linkers(work: Work, delivery: Delivery) -> list[str]:
    """Whom a ticket that cannot be told concerns: the person who wanted it, and the admins."""
    ticket = work.tickets.by_id(delivery.data["ticket"]) if delivery.kind in OF_TICKETS else None
    if ticket is None:
        return []
    linked = [ticket.linked_by] if ticket.linked_by != CASEBOOK else []  # a rule wanted it
    return [*dict.fromkeys([*linked, *(admin.id for admin in work.people.admins())])]


def heal(work: Work, delivery: Delivery, now: datetime) -> None:
    """This got through, so a new breakdown of the same would be news."""
    for broken in work.deliveries.keys_of([mark(way(delivery)), mark(everywhere_of(delivery))]):
        work.deliveries.forget(broken)
        recipients.note_recovery(work, delivery, now)


def broken_since(delivery: Delivery, one: str, now: datetime) -> Delivery:
    """A row that is never sent: its key makes a success cheap, which must see that there is nothing to heal."""
    row = tell(Tell.PROBLEM, mark(one), now, stream=mark(one), lane=delivery.lane, partner=delivery.partner)
    row.state, row.done_at = State.DONE.value, now
    return row


def mark(one: str) -> str:
    return f"problem/{one}"


def way(delivery: Delivery) -> str:
    """What breaks and heals together. A channel that takes no posts may well take changes, and the other way round."""
    return f"{place(delivery)}/{delivery.lane}"


def ways(delivery: Delivery) -> list[str]:
    """The delivery's own first; what was told of any of them is not told again."""
    lanes = dict.fromkeys([delivery.lane, place(delivery), UPDATES])
    return [f"{place(delivery)}/{lane}" for lane in lanes]


def everywhere_of(delivery: Delivery) -> str:
    return f"{delivery.partner}/{delivery.kind}"


def place(delivery: Delivery) -> str:
    if delivery.kind in OF_TICKETS:
        return delivery.stream
    return lane_of(delivery.target) if delivery.target else delivery.lane
