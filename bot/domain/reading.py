"""What people look at: the answers of the reading use-cases, which the views draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.case import Case
from bot.domain.casetype import CaseType
from bot.domain.entry import Entry
from bot.domain.evidence import Evidence, Note, Relation, Watcher
from bot.domain.inbox import Inbox
from bot.domain.intake import Hook, KnownAlert, Watch
from bot.domain.person import Person, Team
from bot.domain.project import Channel, Project
from bot.domain.query_building import Choices, Known
from bot.domain.retention import Departure
from bot.domain.rule import Rule
from bot.domain.silence import Silence
from bot.domain.ticket import System
from bot.domain.weekly import Weekly

PAGE = 10
TIMELINE_PAGE = 15
PREVIEW_LIMIT = 1000
SHELVES = 8
TEAMS_PAGE = 12
PREVIEWED = 5
WEEKLIES = 8


@dataclass(frozen=True, slots=True)
class Workspace:
    """``url``: the workspace's address with a final slash, for links to posts.

    ``systems``: the ticketing systems that are switched on.
    """

    url: str
    team_id: str
    bot_user_id: str
    systems: tuple[System, ...] = ()

    def canvas(self, canvas_id: str) -> str:
        return f"{self.url}docs/{self.team_id}/{canvas_id}"

    def link(self, channel: str, ts: str, thread_ts: str | None = None) -> str:
        """The permalink of a message, in the form Slack itself gives out."""
        path = f"{self.url}archives/{channel}/p{ts.replace('.', '')}"
        return f"{path}?thread_ts={thread_ts}&cid={channel}" if thread_ts and thread_ts != ts else path


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Entries newest first; ``notes`` holds the notes that they speak of, ``evidence`` the evidence, by id."""

    case: Case
    entries: Sequence[Entry]
    notes: Mapping[int, Note]
    evidence: Mapping[int, Evidence]
    page: int
    has_next: bool


@dataclass(frozen=True, slots=True)
class Details:
    """Everything about one case. ``storm``: the first of its alerts, if it is an alert storm."""

    case: Case
    evidence: Sequence[Evidence]
    relations: Sequence[tuple[Relation, Case]]
    timeline: TimelinePage
    is_watching: bool
    storm: "StormPage | None" = None


ALERTS_PAGE = 25


@dataclass(frozen=True, slots=True)
class StormPage:
    """The alerts that a storm's case collects: those that go on first."""

    case: Case
    alerts: Sequence[KnownAlert]
    page: int
    has_next: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of cases. ``total`` stops counting at ``PREVIEW_LIMIT`` + 1.

    ``on`` and ``back``: where the next page begins and the one before ends, whatever changes; empty if there is none.
    ``inbox``: the id of the inbox that these are the cases of, if somebody has made it.
    """

    heading: str
    query: str
    cases: Sequence[Case]
    page: int
    total: int
    on: str = ""
    back: str = ""
    inbox: int = 0

    @property
    def pages(self) -> int:
        return max(1, -(-min(self.total, PREVIEW_LIMIT) // PAGE))


@dataclass(frozen=True, slots=True)
class Shelf:
    """An inbox as somebody sees it. ``id``: ``mine``, ``created``, ``teams``, ``open/OPS``, or ``inbox/12``.

    ``inbox``: ``None`` for those that everybody has. ``count``: capped as in ``Listing``; ``None`` if it was not
    counted, or if the query means nothing any more, which ``problem`` says. ``whose``: the team or project that it
    belongs to, in a word; empty for a personal one.
    """

    id: str
    name: str
    query: str
    inbox: Inbox | None = None
    count: int | None = None
    problem: str = ""
    is_muted: bool = False
    can_edit: bool = False
    whose: str = ""
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """Some of the inboxes that a person can look into, each counted. ``total``: how many there are."""

    shelves: Sequence[Shelf]
    page: int
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SHELVES))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a query finds now. ``total`` and ``opened`` (in the last seven days) are capped as in ``Listing``.

    ``opened`` is ``None`` where it is not asked. ``problem``: why it finds nothing at all, in a sentence; the rest is
    empty then.
    """

    query: str
    cases: Sequence[Case] = ()
    total: int = 0
    opened: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class InboxForm:
    """What the inbox form is filled with. ``inbox`` is set when editing.

    ``teams`` and ``projects``: whose the inbox may be, the present ones among them. ``owner``: of somebody else's
    inbox, by name. ``tz``: whose days and times are meant, the owner's.
    """

    preview: Preview
    teams: Sequence[Team]
    projects: Sequence[Project]
    tz: str
    owner: str = ""
    inbox: Inbox | None = None


@dataclass(frozen=True, slots=True)
class HomePage:
    """``shelves``: every inbox the person can look into; ``inbox`` is the id of the one that is shown."""

    person: Person
    listing: Listing
    inbox: str
    shelves: Sequence[Shelf]
    projects: Sequence[Project]
    is_admin: bool
    helpers: str


@dataclass(frozen=True, slots=True)
class SearchForm:
    """What the form that builds a search is filled with. ``projects``: those of the choices."""

    chosen: Choices
    known: Known
    projects: Sequence[Project]
    preview: Preview


@dataclass(frozen=True, slots=True)
class CaseForm:
    """What the New case and Edit modals are filled with. ``case`` is set when editing."""

    projects: Sequence[Project]
    types: Sequence[CaseType]
    project: Project | None = None
    type: CaseType | None = None
    title: str = ""
    description: str = ""
    priority: str = "none"
    assignee: str | None = None
    teams: Sequence[Team] = ()
    due: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    case: Case | None = None
    post: "PostRef | None" = None


@dataclass(frozen=True, slots=True)
class PostRef:
    """A Slack message that somebody wants to make into a case or keep as evidence, as read from its payload.

    ``links`` and ``files``: (url, label) in order, without repeats. ``thread_ts`` is its root's.
    """

    channel: str
    ts: str
    thread_ts: str
    author: str
    text: str
    title: str
    source: str
    links: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class SilenceList:
    """What lasts. ``inboxes``: those that are silenced, by id."""

    silences: Sequence[Silence]
    inboxes: Mapping[int, Inbox]


@dataclass(frozen=True, slots=True)
class SilenceEnd:
    """``held``: of how many cases it kept ``channel`` from hearing, or anybody if that is empty."""

    silence: Silence
    inbox: Inbox | None
    held: int
    channel: str


@dataclass(frozen=True, slots=True)
class LeavingPage:
    """The closed cases of a project that are to be deleted. ``left``: how many; ``cases``: the first of them.

    ``keeper``: who keeps all that were left, by name.
    """

    departure: Departure
    project: Project
    cases: Sequence[Case]
    left: int
    keeper: str = ""


@dataclass(frozen=True, slots=True)
class TeamRow:
    """``is_overshadowed``: its handle means a Slack user group that came later."""

    team: Team
    size: int
    is_overshadowed: bool


@dataclass(frozen=True, slots=True)
class TeamListing:
    rows: Sequence[TeamRow]
    page: int
    has_next: bool
    may_create: bool


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One team with its members by name, and what the person may change of it."""

    team: Team
    members: Sequence[Person]
    is_overshadowed: bool
    may_edit_members: bool
    may_manage: bool


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with what belongs to it, each in the order in which it came; all of that empty where it was not asked."""

    case: Case
    entries: Sequence[Entry] = ()
    notes: Sequence[Note] = ()
    evidence: Sequence[Evidence] = ()
    watchers: Sequence[Watcher] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of the cases of an export. ``names``: of the people they speak of."""

    rows: Sequence[WholeCase]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WeeklyForm:
    """What the form for weekly statistics is filled with. ``tz``: the person's own."""

    query: str
    tz: str


@dataclass(frozen=True, slots=True)
class WeeklyList:
    """Weekly statistics that a person may end, the newest first. ``of_all``: everybody's, as admins see them."""

    weeklies: Sequence[Weekly]
    names: Mapping[str, str]
    has_more: bool
    of_all: bool


@dataclass(frozen=True, slots=True)
class Intake:
    """Where a project's alerts come from. ``channels``: those watched, by id. ``seen``: source → its last alert.

    ``problems``: of a watch by its id why its query means nothing any more.
    """

    project: Project
    watches: Sequence[Watch]
    hooks: Sequence[Hook]
    channels: Mapping[str, Channel]
    seen: Mapping[str, datetime]
    problems: Mapping[int, str] = field(default_factory=dict)


RULES_PAGE = 8


@dataclass(frozen=True, slots=True)
class RulePage:
    """Some of the rules that an admin may manage. ``keys``: of their projects, by id. ``total``: of all pages."""

    rules: Sequence[Rule]
    keys: Mapping[int, str]
    page: int
    total: int
    project: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // RULES_PAGE))


@dataclass(frozen=True, slots=True)
class Trial:
    """Of the cases of the last 90 days: how many were ``asked``, for how many a rule would have fired, the first ones.

    ``is_all``: whether all of them were asked, rather than only the newest.
    """

    asked: int
    fired: int
    first: Sequence[Case]
    is_all: bool


@dataclass(frozen=True, slots=True)
class RuleForm:
    """What the rule form is filled with. ``projects``: where the rule may be; ``project``: where it is, by key.

    ``systems``: the ticketing systems that are connected.
    """

    projects: Sequence[Project]
    types: Sequence[CaseType]
    project: str = ""
    systems: Sequence[System] = ()
