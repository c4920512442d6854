"""ServiceNow: the tickets of a case are records of a table that extends `task`, by default incidents.

A record is ours by its ``correlation_id``, and ``correlation_display`` says whose that is. Times are UTC.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import unquote, urlsplit

from bot.domain.text import alike
from bot.domain.ticket import (
    Account,
    Asked,
    CaseLink,
    Choice,
    Comment,
    Draft,
    News,
    Part,
    Seen,
    Standing,
    Step,
    System,
    There,
    Ticketing,
    Value,
)
from bot.integrations import servicenow_fields as read
from bot.integrations.errors import Declined, Gone, Trouble, Unanswered
from bot.integrations.notice import clipped
from bot.integrations.servicenow_fields import CASEBOOK, COMMENTS, ENTRY, FIELDS, WORK_NOTES, raw, stamp
from bot.integrations.servicenow_moving import MOST_CHOICES, choices, filled_in, moved, states
from bot.integrations.servicenow_news import news
from bot.integrations.servicenow_states import INCIDENT, KINDS
from bot.integrations.servicenow_wire import EPOCH, NOT_THERE, SYS_ID, UNSAFE, Record, Wire, sought

SYSTEM = System(
    name="servicenow",
    label="ServiceNow",
    noun="record",
    kind_label="Table",
    subtype_label="",
    priorities={"P1": "1/1", "P2": "1/2", "P3": "2/2", "P4": "2/3", "P5": "3/3"},
    has_internal=True,
    default_kind=INCIDENT,
    keeps_past=False,
)
# ServiceNow lets a request work on for a minute after nobody waits for it any more ("Transaction quotas").
SETTLES = timedelta(seconds=75)
# Our clock and theirs may differ by as much.
SKEW = timedelta(minutes=5)
LATEST = 200

NUMBER = re.compile(r"[A-Z][A-Z_]{1,14}[0-9]{4,12}")
IN_ADDRESS = re.compile(r"(?:sys_id=|/record/[a-z0-9_]+/)([0-9a-f]{32})")
NUMBER_IN_ADDRESS = re.compile(r"\bnumber=([A-Z][A-Z_]{1,14}[0-9]{4,12})")

HOW = "Write a record's number, like INC0010023, or copy its address."
NO_RECORD = "“{words}” is neither a number nor an address of ServiceNow's. " + HOW
ANOTHER_PLACE = "That address is of {host}, and Casebook is connected to {ours}. " + HOW
NOT_FOUND = "ServiceNow has no record {words}, or none that Casebook's account may see. Check the number."
TAKEN = "The record belongs to another case already. Unlink it there first, or leave it as it is."
TAKEN_ELSEWHERE = (
    "The record is tied to “{display}” already, by its correlation id, and a record can be tied to one thing only. "
    "Clear its correlation id in ServiceNow first, or link another record."
)


def servicenow(url: str, *, user: str, password: str, settles: timedelta = SETTLES) -> Callable[[], Ticketing]:
    """``settles``: for how long nobody can tell whether a request without an answer was carried out."""
    return lambda: ServiceNow(Wire(url, user, password), settles)


class ServiceNow:
    """See `Ticketing`. One piece of work's."""

    def __init__(self, wire: Wire, settles: timedelta) -> None:
        self._wire = wire
        self._settles = settles
        self._just_read: Record | None = None

    def me(self) -> Account:
        return self._me

    @cached_property
    def _me(self) -> Account:
        rows = self._wire.rows("sys_user", f"user_name={sought(self._wire.user)}", read.USER, limit=2)
        return read.account(rows[0]) if len(rows) == 1 else Account(self._wire.user, self._wire.user)

    # -- one record ----------------------------------------------------------------------------------------------------

    def create(self, draft: Draft) -> Seen:
        """In one request, and nothing is tried again by itself: the Table API cannot tell a repetition."""
        ours = {
            "correlation_id": draft.mark,
            "correlation_display": CASEBOOK,
            WORK_NOTES: read.link_note(draft.case),
        }
        values = {**draft.extra, **read.fields(draft.values), **ours}
        return read.seen(self._wire.insert(draft.kind, values, FIELDS), self._wire.base)

    def created(self, draft: Draft) -> Seen | None:
        query = f"correlation_id={sought(draft.mark)}^correlation_display={CASEBOOK}^ORDERBYsys_created_on"
        rows = self._wire.rows(draft.kind, query, FIELDS, limit=2)
        if rows:
            return read.seen(rows[0], self._wire.base)
        self._check_settled(draft.tried or draft.since)
        return None

    def read(self, id: str, kind: str) -> Seen:  # noqa: A002 - the partners' word
        """By way of the table that all others extend if it is in its own no longer."""
        try:
            record = self._just_read = self._wire.one(kind, id, (*FIELDS, *filled_in(kind)))
        except Gone:
            record = self._wire.one("task", id, FIELDS)
        return read.seen(record, self._wire.base)

    def look_up(self, words: str) -> Seen:
        words = words.strip()
        if "://" in words:
            return self._at(words)
        number = words.upper()
        if not NUMBER.fullmatch(number):
            raise Declined("no record", NO_RECORD.format(words=clipped(words, 80)))
        return self._numbered(number)

    def _at(self, address: str) -> Seen:
        try:
            host = urlsplit(address).netloc.rpartition("@")[2].lower()
        except ValueError:
            host = ""
        ours = urlsplit(self._wire.base).netloc.lower()
        if host != ours:
            raise Declined("another instance", ANOTHER_PLACE.format(host=clipped(host or "nowhere", 80), ours=ours))
        plain = unquote(unquote(address))
        if found := IN_ADDRESS.search(plain):
            return read.seen(self._wire.one("task", found[1], FIELDS), self._wire.base)
        if found := NUMBER_IN_ADDRESS.search(plain):
            return self._numbered(found[1])
        raise Declined("no record", NO_RECORD.format(words=clipped(plain, 80)))

    def _numbered(self, number: str) -> Seen:
        rows = self._wire.rows("task", f"number={number}", FIELDS, limit=2)
        if len(rows) != 1:
            raise Gone("no such number", NOT_FOUND.format(words=number))
        return read.seen(rows[0], self._wire.base)

    def attach(self, id: str, kind: str, mark: str, case: CaseLink) -> None:  # noqa: A002
        """The link is in a work note, which is written with the mark and so only once."""
        record = self._wire.one(kind, id, ("correlation_id", "correlation_display"))
        held, display = raw(record, "correlation_id"), raw(record, "correlation_display")
        if held and (held, display) != (mark, CASEBOOK):
            taken = TAKEN_ELSEWHERE.format(display=clipped(display or held, 80))
            raise Declined("taken", TAKEN if display == CASEBOOK else taken)
        if not held:
            values = {"correlation_id": mark, "correlation_display": CASEBOOK, WORK_NOTES: read.link_note(case)}
            self._wire.update(kind, id, values, ("sys_id",))

    def detach(self, id: str, kind: str, mark: str) -> None:  # noqa: A002
        record = self._wire.one(kind, id, ("correlation_id", "correlation_display"))
        if (raw(record, "correlation_id"), raw(record, "correlation_display")) == (mark, CASEBOOK):
            self._wire.update(kind, id, {"correlation_id": "", "correlation_display": ""}, ("sys_id",))

    def change(self, id: str, kind: str, values: Mapping[Part, Value]) -> None:  # noqa: A002
        if written := read.fields(values):
            self._wire.update(kind, id, written, ("sys_id",))

    # -- its state -----------------------------------------------------------------------------------------------------

    def move(self, id: str, kind: str, step: Step, there: There) -> Standing:  # noqa: A002
        known, self._just_read = self._just_read, None
        is_it = known is not None and read.raw(known, "sys_id") == id
        return moved(self._wire, id, kind, step, there, known if is_it else None)

    def statuses(self, kind: str) -> Sequence[Standing]:
        return states(self._wire, kind)

    # -- its journal ---------------------------------------------------------------------------------------------------

    def comment(self, id: str, kind: str, text: str, *, internal: bool | None) -> Comment:  # noqa: A002
        """A work note, unless all are to see it."""
        element = COMMENTS if internal is False else WORK_NOTES
        record = self._wire.update(kind, id, {element: read.note(text)}, ("sys_updated_on",))
        at = read.moment(raw(record, "sys_updated_on"))
        try:
            found = self._entry(id, text, at - SKEW, element)
        except Trouble:  # it is written, and would be again if this were raised
            found = None
        return found or Comment(f"{element} {stamp(at)}", text, at, internal=element == WORK_NOTES)

    def commented(self, id: str, kind: str, text: str, since: datetime) -> Comment | None:  # noqa: A002
        found = self._entry(id, text, since - SKEW)
        if found is None:
            self._check_settled(since)
        return found

    def _entry(self, id: str, text: str, since: datetime, element: str = "") -> Comment | None:  # noqa: A002
        """The latest of ours that says so."""
        for entry in self._entries(id, since):
            is_fitting = not element or raw(entry, "element") == element
            if is_fitting and raw(entry, "sys_created_by") == self._wire.user and read.is_same(entry, text):
                return read.comment(entry, None)
        return None

    def _entries(self, id: str, since: datetime) -> Sequence[Record]:  # noqa: A002
        if not SYS_ID.fullmatch(id):
            raise Gone("odd id", NOT_THERE)
        query = f"element_id={id}^elementIN{WORK_NOTES},{COMMENTS}^sys_created_on>={stamp(since)}"
        order = "^ORDERBYDESCsys_created_on"
        return self._wire.rows("sys_journal_field", query + order, ENTRY, limit=LATEST)

    def rewrite(self, id: str, kind: str, comment: str, text: str | None) -> None:  # noqa: A002
        """ServiceNow's journals cannot be changed. May be repeated: what was said last is not said again."""
        entries = list(self._entries(id, EPOCH))
        place = next((number for number, one in enumerate(entries) if raw(one, "sys_id") == comment), None)
        written = raw(entries[place], "element") if place is not None else comment.partition(" ")[0]
        element = written if written in {COMMENTS, WORK_NOTES} else WORK_NOTES
        words = rewritten(text, entries[place] if place is not None else None)
        last = next((one for one in entries[:place] if raw(one, "sys_created_by") == self._wire.user), None)
        if last is None or not read.is_same(last, words):
            self._wire.update(kind, id, {element: read.note(words)}, ("sys_id",))

    # -- people, news and lists ----------------------------------------------------------------------------------------

    def account(self, email: str) -> Account | None:
        if not email or UNSAFE.search(email):
            return None
        rows = self._wire.rows("sys_user", f"email={email}^active=true", read.USER, limit=2)
        return read.account(rows[0]) if len(rows) == 1 else None

    def news(self, mark: str, known: Sequence[str], now: datetime) -> News:
        return news(self._wire, mark, known, now)

    def kinds(self, words: str) -> Sequence[Choice]:
        wanted = alike(words)
        return [kind for kind in KINDS if alike(kind.name).startswith(wanted) or alike(kind.id).startswith(wanted)]

    def subtypes(self, kind: str) -> Sequence[Choice]:
        return ()

    def asked(self, kind: str, subtype: str) -> Sequence[Asked]:
        """What cannot be listed is not asked: as text it would be wrong more often than not."""
        query = "active=true^ORDERBYname"
        try:
            rows = self._wire.rows("sys_user_group", query, ("sys_id", "name"), limit=MOST_CHOICES)
        except Declined:
            rows = ()
        groups = [Choice(raw(row, "sys_id"), raw(row, "name")) for row in rows if raw(row, "name")]
        fields = [Asked("assignment_group", "Assignment group", groups, required=False)]
        if kind == INCIDENT:
            fields.append(Asked("category", "Category", choices(self._wire, kind, "category"), required=False))
        return [field for field in fields if field.choices]

    def _check_settled(self, asked: datetime) -> None:
        """By the partner's clock, which is asked anyway."""
        if self._wire.date is not None and self._wire.date - asked < self._settles:
            raise Unanswered("too early to tell", perhaps_sent=True)


def rewritten(text: str | None, old: Record | None) -> str:
    if text is not None:
        return f"Corrected: {text}"
    if old is None:
        return "A note of Casebook's was withdrawn."
    return f"The note “{clipped(' '.join(raw(old, 'value').split()), 80)}” was withdrawn."
