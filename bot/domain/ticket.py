"""Tickets: what Casebook asks of a ticketing system, and what it hears from one. A partner is a module of this shape.

Sources of the rules: Atlassian, "Jira Cloud platform REST API v2"; ServiceNow, "Table API".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.casetype import Group


class Part(StrEnum):
    """What a case and its ticket both have."""

    TITLE = "title"
    DESCRIPTION = "description"
    STATUS = "status"
    PRIORITY = "priority"
    ASSIGNEE = "assignee"
    NOTES = "notes"


FIELDS = tuple(part for part in Part if part != Part.NOTES)


class Way(StrEnum):
    """Which way a part goes once a ticket is linked; ``ONCE``: into a ticket when Casebook creates it, never again."""

    ONCE = "once"
    TO = "to the ticket"
    FROM = "from the ticket"
    BOTH = "both"
    OFF = "off"

    @property
    def goes_out(self) -> bool:
        return self in {Way.TO, Way.BOTH}

    @property
    def comes_in(self) -> bool:
        return self in {Way.FROM, Way.BOTH}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody over there. ``id``: the partner's own; ``email`` is empty where the partner does not show it."""

    id: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket's status: its name as the partner's people see it, and the group that the partner puts it in.

    ``id``: what it is set by, where that is not its name.
    """

    name: str
    group: Group
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as the partner has it. A part that was not told is ``None``.

    ``id``: lasts as long as the ticket, whatever its key. ``kind``: a Jira project's key, or a ServiceNow table.
    ``values``: by `FIELDS`; a `Standing` for the status, an `Account` or ``None`` for the assignee, else text. The
    priority is in the words that the map of priorities uses: Jira's name, or ServiceNow's "impact/urgency".
    ``label``: the priority as it is shown. ``updated``: by the partner's clock. ``mark``: whose case it says it is of.
    """

    id: str
    key: str
    kind: str
    url: str
    updated: datetime
    values: Mapping[Part, "Value"]
    label: str = ""
    mark: str = ""


Value = str | Standing | Account | None


@dataclass(frozen=True, slots=True)
class Comment:
    """``id``: lasts. ``text`` is ``None`` once it is deleted. ``internal``: only for those who work on the ticket."""

    id: str
    text: str | None
    at: datetime
    by: Account | None = None
    internal: bool = False


class Became(StrEnum):
    """What can happen to a ticket besides changes of its fields and comments."""

    RENAMED = "renamed"  # it has another key now, since it was moved
    GONE = "gone"  # deleted, or nothing that we may see any more


@dataclass(frozen=True, slots=True)
class TicketChange:
    """One thing that happened to a ticket. ``ticket``: its lasting id. ``at``: by the partner's clock.

    ``what``: a field with its new ``value``; ``Part.NOTES`` with a ``comment``; or what became of it, with the new key
    as ``value``. ``by``: who did it, if the partner says so. ``is_first``: the ticket was created with it.
    """

    ticket: str
    what: Part | Became
    at: datetime
    value: Value = None
    comment: Comment | None = None
    by: Account | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket to be created. ``mark``: found again by it, should nobody learn of the creation.

    ``kind``: Jira project key or ServiceNow table. ``subtype``: Jira's issue type id; elsewhere empty. ``extra``: what
    the form asked besides, by the names of `Asked`: text, the id of a `Choice`, a list of either, or the partner's own
    JSON. ``since``: when its creation was first asked for. ``tried``: when it was last tried, as far as that is known;
    searches find nothing so new. ``case``: key, title and address of the case, for a link back.
    """

    mark: str
    kind: str
    subtype: str
    values: Mapping[Part, Value]
    since: datetime
    case: "CaseLink"
    extra: Mapping[str, object] = field(default_factory=dict)
    tried: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseLink:
    """``url`` is empty as long as the case has no post in Slack."""

    key: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """Where a ticket's status is to go. ``names``: statuses, any of which will do, the best first; then any status of
    ``group``. ``via``: those that it may go through if it cannot go there at once, in that order."""

    names: Sequence[str]
    group: Group
    via: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list in a form. ``id``: what is kept."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A field that the partner wants filled for a new ticket, besides those a case has. ``choices``: none for text."""

    name: str
    label: str
    choices: Sequence[Choice] = ()
    many: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class News:
    """``changes`` of all tickets since the last mark, oldest first; ``mark``: where to go on next time."""

    changes: Sequence[TicketChange]
    mark: str
    more: bool = False


# Asked only where it is needed: it may be a request.
There = Callable[[], Sequence[Standing]]


class Ticketing(Protocol):
    """A ticketing system, as one piece of work speaks to it: made for it and thrown away, shared by no threads.

    Every method that asks the partner raises `bot.integrations.errors.Trouble`: ``Unanswered`` (perhaps done),
    ``AskedToWait``, ``Declined`` with a remedy for people, ``Gone`` for a ticket that is not there (any more), and
    ``Shut`` when the partner takes none of our words (wrong password, no permission at all).
    """

    def me(self) -> Account:
        """Who we are there: what this account does is an echo of ours."""

    def create(self, draft: Draft) -> Seen:
        """At most two requests. Tells of the values that it was created with, as far as the answers say; of the others
        its `news` tell, or its webhook."""

    def created(self, draft: Draft) -> Seen | None:
        """The ticket that an earlier `create` with that mark may have made. Raises ``Unanswered`` while too early to
        tell."""

    def read(self, id: str, kind: str) -> Seen:  # noqa: A002 - the partners' word
        """By its lasting id; wherever it was moved."""

    def look_up(self, words: str) -> Seen:
        """By what people type or paste: key, number or address. Raises ``Declined`` for what is none of these."""

    def attach(self, id: str, kind: str, mark: str, case: CaseLink) -> None:  # noqa: A002
        """Leave our mark and a link back to the case. May be repeated."""

    def detach(self, id: str, kind: str, mark: str) -> None:  # noqa: A002
        """Take the mark away, if it is still ours. May be repeated."""

    def change(self, id: str, kind: str, values: Mapping[Part, Value]) -> None:  # noqa: A002
        """Set fields other than the status. One request."""

    def move(self, id: str, kind: str, step: Step, there: There) -> Standing:  # noqa: A002
        """Bring it to a status; where it stands then. Two requests unless it goes via others. ``there``: what
        `statuses` has said. Raises ``Declined`` with the reason if its workflow does not let it."""

    def comment(self, id: str, kind: str, text: str, *, internal: bool | None) -> Comment:  # noqa: A002
        """``internal``: ``None`` as the partner does by itself."""

    def commented(self, id: str, kind: str, text: str, since: datetime) -> Comment | None:  # noqa: A002
        """Our own comment of that text, if an earlier `comment` made it. ``since``: when it was first asked for."""

    def rewrite(self, id: str, kind: str, comment: str, text: str | None) -> None:  # noqa: A002
        """Put other words in place of a comment, or delete it (``None``). Where comments cannot be changed, a new one
        says so."""

    def account(self, email: str) -> Account | None:
        """Whoever is known there under that address, and may have tickets; never a guess."""

    def news(self, mark: str, known: Sequence[str], now: datetime) -> News:
        """What has happened since ``mark`` (empty: since ``now``) to the ``known`` ids; the number of requests grows
        with what changed, not with what is known. Our own doings may be among it."""

    def kinds(self, words: str) -> Sequence[Choice]:
        """Where tickets can be created: Jira's projects, ServiceNow's tables, that ``words`` begin."""

    def subtypes(self, kind: str) -> Sequence[Choice]:
        """Issue types; none where there is no such thing."""

    def asked(self, kind: str, subtype: str) -> Sequence[Asked]:
        """What else a new ticket needs or may have."""

    def statuses(self, kind: str) -> Sequence[Standing]:
        """All that a ticket of that kind can have; none if they may not be read. One request."""


@dataclass(frozen=True, slots=True)
class System:
    """What can be said of a partner without asking it.

    ``priorities``: those that the map begins with, by our own. ``kind_label`` and ``subtype_label`` name the lists of
    the form; an empty one is not shown. ``has_internal``: whether comments can be hidden from those who reported.
    ``keeps_past``: whether it can say what a ticket was changed to before we changed it; else we ask before we do.
    """

    name: str
    label: str
    noun: str
    kind_label: str
    subtype_label: str
    priorities: Mapping[str, str]
    has_internal: bool
    default_kind: str = ""
    keeps_past: bool = True


@dataclass(frozen=True, slots=True)
class Partner:
    """A ticketing system that Casebook is set up to speak to. ``make``: for one piece of work, on one thread."""

    system: System
    make: Callable[[], Ticketing]
