"""What somebody changed in Jira just before we did: reading the issue tells only what we made of it.

A changelog knows names and ids alone. What else a status or a person is has to be asked for, which happens rarely:
only where our own change came last and somebody else's right before.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.domain.text import kept_line
from bot.domain.ticket import FIELDS, Account, Part, TicketChange, Value
from bot.integrations.errors import Declined
from bot.integrations.jira_fields import NAMES, account, moment, standing, text
from bot.integrations.jira_wire import Wire

Json = Mapping[str, Any]


def written_over(
    wire: Wire, us: Callable[[], Account], id_: str, histories: Sequence[Json], since: datetime
) -> Iterator[TicketChange]:
    """``histories``: the oldest first. ``us`` is asked only if several people have changed the same."""
    for part in FIELDS:
        said = [(one, item) for one in histories for item in one.get("items") or [] if part_in(item) == part]
        if not said:
            continue
        last = account(said[-1][0].get("author"))
        others = [(one, item) for one, item in said if account(one.get("author")) != last]
        if not others or moment(others[-1][0]["created"]) < since or last != us():
            continue
        history, item = others[-1]
        with suppress(Declined):  # a status or a person that is not there any more
            value = value_then(wire, part, item)
            yield TicketChange(id_, part, moment(history["created"]), value, by=account(history.get("author")))


def part_in(item: Json) -> Part | None:
    """``field`` is a name that may be translated; ``fieldId`` may be missing."""
    return NAMES.get(str(item.get("fieldId") or item.get("field") or ""))


def value_then(wire: Wire, part: Part, item: Json) -> Value:
    """What the field was changed to. Raises ``Declined`` if nobody can tell."""
    id_, name = item.get("to"), item.get("toString") or ""
    if part == Part.STATUS:
        found = standing(wire.get(f"status/{id_}"))
        if found is None:
            raise Declined("no category of the status", "Jira does not say which category the status has.")
        return found
    if part == Part.ASSIGNEE:
        return person(wire, str(id_), kept_line(name)) if id_ else None
    return kept_line(name) if part == Part.PRIORITY else text(name)


def person(wire: Wire, id_: str, name: str) -> Account:
    with suppress(Declined):
        if found := account(wire.get("user", **{"accountId" if wire.is_cloud else "key": id_})):
            return found
    return Account(id_, name)
