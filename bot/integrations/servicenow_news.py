"""What has changed in ServiceNow, asked for by the time of change: the requests grow with what has.

Of a record we learn what it is like now and who touched it last, not who changed which field: what Casebook touched
last is told without a name, lest a change that somebody else made shortly before is taken for our own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ticket import Account, Became, News, Part, Seen, TicketChange
from bot.integrations.errors import Declined
from bot.integrations.servicenow_fields import (
    CASEBOOK,
    COMMENTS,
    ENTRY,
    FIELDS,
    USER,
    WORK_NOTES,
    account,
    comment,
    moment,
    raw,
    seen,
    stamp,
)
from bot.integrations.servicenow_states import KINDS
from bot.integrations.servicenow_wire import UNSAFE, Record, Wire

# Records a time; their ids have to fit into an address.
PAGE = 100
ENTRIES = 500
# What is written takes a while to be seen, and keeps the time it was begun at. All that is as new is told twice.
OVERLAP = timedelta(seconds=20)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """How far the news have been read. ``start``: notes from then on are new. ``at``: records from then on; with
    ``after``, those of that very second whose id comes later, as more were changed in it than go into one page."""

    start: str
    at: str
    after: str = ""

    @classmethod
    def of(cls, mark: str) -> "Place":
        start, _, rest = mark.partition("|")
        at, _, after = rest.partition("|")
        return cls(start, at or start, after)

    def __str__(self) -> str:
        return "|".join(filter(None, (self.start, self.at if self.at != self.start or self.after else "", self.after)))

    @property
    def condition(self) -> str:
        return f"sys_updated_on={self.at}^sys_id>{self.after}" if self.after else f"sys_updated_on>={self.at}"

    def beyond(self, rows: Sequence[Record], clock: datetime) -> "tuple[Place, bool]":
        """Where to go on behind a page, and whether there is more at once. ``clock``: the partner's."""
        if len(rows) == PAGE:
            last = rows[-1]
            at = raw(last, "sys_updated_on")
            return Place(self.start, at, raw(last, "sys_id") if at == self.at else ""), True
        if self.after:
            return Place(self.start, stamp(moment(self.at) + SECOND)), True
        start = max(self.start, stamp(clock - OVERLAP))
        return Place(start, start), False


def news(wire: Wire, mark: str, known: Sequence[str], now: datetime) -> News:
    if not mark or not known:
        return News((), stamp(now - OVERLAP))
    place, ids = Place.of(mark), set(known)
    query = f"correlation_display={CASEBOOK}^{place.condition}^ORDERBYsys_updated_on^ORDERBYsys_id"
    rows = wire.rows("task", query, FIELDS, limit=PAGE)
    following, more = place.beyond(rows, wire.date or now)
    changed = [row for row in rows if raw(row, "sys_id") in ids]
    entries = list(journal(wire, [raw(row, "sys_id") for row in changed], place.start))
    names = {raw(row, "sys_updated_by") for row in changed} | {raw(entry, "sys_created_by") for entry in entries}
    people = accounts(wire, names)
    changes = [change for row in changed for change in field_changes(row, wire, people)]
    changes += [comment_change(entry, people) for entry in entries]
    if not more:
        changes += deleted(wire, ids, place.start)
    return News(sorted(changes, key=lambda change: change.at), str(following), more)


def field_changes(row: Record, wire: Wire, people: Mapping[str, Account]) -> Iterator[TicketChange]:
    by = raw(row, "sys_updated_by")
    return changes_of(seen(row, wire.base), people.get(by) if by != wire.user else None)


def changes_of(ticket: Seen, by: Account | None, parts: Iterable[Part] | None = None) -> Iterator[TicketChange]:
    for part, value in ticket.values.items():
        if parts is None or part in parts:
            yield TicketChange(ticket.id, part, ticket.updated, value, by=by)


def comment_change(entry: Record, people: Mapping[str, Account]) -> TicketChange:
    by = people.get(raw(entry, "sys_created_by"))
    said = comment(entry, by)
    return TicketChange(raw(entry, "element_id"), Part.NOTES, said.at, comment=said, by=by)


def journal(wire: Wire, ids: Sequence[str], since: str) -> Iterator[Record]:
    if not ids:
        return
    query = (
        f"element_idIN{','.join(ids)}^elementIN{WORK_NOTES},{COMMENTS}^sys_created_on>={since}"
        "^ORDERBYsys_created_on^ORDERBYsys_id"
    )
    yield from pages(wire, "sys_journal_field", query, ENTRY)


def accounts(wire: Wire, names: Iterable[str]) -> dict[str, Account]:
    """By user name. Whoever is not found is known by that alone."""
    wanted = sorted(name for name in names if name)
    safe = [name for name in wanted if not UNSAFE.search(name) and "," not in name]
    people = {name: Account(name, name) for name in wanted}
    for start in range(0, len(safe), PAGE):
        query = f"user_nameIN{','.join(safe[start : start + PAGE])}"
        with suppress(Declined):  # it may not be read: the names will do
            people |= {raw(row, "user_name"): account(row) for row in wire.rows("sys_user", query, USER, limit=PAGE)}
    return people


def deleted(wire: Wire, ids: set[str], since: str) -> Iterator[TicketChange]:
    """Where the account may read what was deleted; elsewhere the next act on the ticket finds out."""
    tables = ",".join(kind.id for kind in KINDS)
    query = f"tablenameIN{tables}^sys_created_on>={since}^ORDERBYsys_created_on^ORDERBYsys_id"
    with suppress(Declined):
        for row in pages(wire, "sys_audit_delete", query, ("documentkey", "sys_created_on")):
            if raw(row, "documentkey") in ids:
                yield TicketChange(raw(row, "documentkey"), Became.GONE, moment(raw(row, "sys_created_on")))


def pages(wire: Wire, table: str, query: str, fields: Sequence[str]) -> Iterator[Record]:
    """What is added meanwhile comes last, as it is ordered by the time it was made."""
    offset, is_full = 0, True
    while is_full:
        rows = wire.rows(table, query, fields, limit=ENTRIES, offset=offset)
        yield from rows
        offset, is_full = offset + ENTRIES, len(rows) == ENTRIES
