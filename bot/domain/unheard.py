"""What they had changed when we wrote over it, and of which we hear only afterwards.

Of each part, ``Ticket.base`` keeps ``over`` from when we write until they change it again: ``at``, up to when we knew
their changes, by their clock, and ``theirs``, the last values (a `token`) that we knew. ``unheard`` is a change that
came late: it is certain only once the ticket has been read which of the two it ended up with.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bot.domain.casetype import Group
from bot.domain.in_step import CLOSE, base_of, moment, note, token
from bot.domain.link import Ticket
from bot.domain.ticket import Account, Part, Standing, TicketChange, Value

REMEMBERED = 5


def write_over(ticket: Ticket, part: Part) -> None:
    """We are about to note what we wrote."""
    base = base_of(ticket, part)
    over = base.get("over") or {"at": base.get("at"), "theirs": []}
    note(ticket, part, over=known(over, base.get("theirs"), over["at"]))


def known(over: Mapping[str, Any], value: str | None, at: str | None) -> dict[str, Any]:
    return {"at": at, "theirs": [*over["theirs"], value or ""][-REMEMBERED:]}


def comes_late(ticket: Ticket, part: Part, change: TicketChange, *, was_read: bool) -> bool:
    """Whether we may have written over it without having heard of it.

    ``was_read``: the time may be that of another change, so that a value we knew, or wrote ourselves, is no news.
    """
    over = base_of(ticket, part).get("over")
    up_to = moment(over["at"]) if over else None
    if over is None or up_to is None or change.at <= up_to or (was_read and change.by is None):
        return False
    is_known = token(change.value) in over["theirs"] and (was_read or change.at < up_to + CLOSE)
    later = kept(ticket, part)
    return not is_known and (later is None or later.at <= change.at)


def keep(ticket: Ticket, part: Part, change: TicketChange) -> None:
    by = asdict(change.by) if change.by else None
    note(ticket, part, unheard={"at": change.at.astimezone(UTC).isoformat(), "by": by, "value": packed(change.value)})


def kept(ticket: Ticket, part: Part) -> TicketChange | None:
    found = base_of(ticket, part).get("unheard")
    if not found:
        return None
    by = Account(**found["by"]) if found["by"] else None
    at = datetime.fromisoformat(found["at"])
    return TicketChange(str(ticket.foreign_id), part, at, unpacked(found["value"]), by=by)


def drop(ticket: Ticket, part: Part) -> None:
    """It was not what we wrote over."""
    note(ticket, part, unheard=None)


def settle(ticket: Ticket, part: Part, change: TicketChange) -> None:
    """That we wrote over it is said; it and all before is known from now on."""
    over = base_of(ticket, part)["over"]
    at = change.at.astimezone(UTC).isoformat()
    note(ticket, part, unheard=None, over=known(over, token(change.value), at))


def forget(ticket: Ticket, part: Part) -> None:
    """They have changed it again, and we have heard of that."""
    note(ticket, part, unheard=None, over=None)


def packed(value: Value) -> Any:
    if isinstance(value, Standing):
        return {"name": value.name, "group": value.group.value}
    return asdict(value) if isinstance(value, Account) else value


def unpacked(value: Any) -> Value:
    if not isinstance(value, dict):
        return None if value is None else str(value)
    return Standing(value["name"], Group(value["group"])) if "group" in value else Account(**value)
