"""What people look at: the answers of the reading use-cases, which the views draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.case import Case
from bot.domain.casetype import CaseType
from bot.domain.entry import Entry
from bot.domain.evidence import Evidence, Note, Relation
from bot.domain.person import Person, Team
from bot.domain.project import Project
from bot.domain.query_building import Choices, Known

PAGE = 10
TIMELINE_PAGE = 15
PREVIEW_LIMIT = 1000
PREVIEWED = 5


@dataclass(frozen=True, slots=True)
class Workspace:
    """``url``: the workspace's address with a final slash, for links to posts."""

    url: str
    team_id: str
    bot_user_id: str

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
    """Everything about one case."""

    case: Case
    evidence: Sequence[Evidence]
    relations: Sequence[tuple[Relation, Case]]
    timeline: TimelinePage
    is_watching: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of cases. ``total`` stops counting at ``PREVIEW_LIMIT`` + 1.

    ``on`` and ``back``: where the next page begins and the one before ends, whatever changes; empty if there is none.
    """

    heading: str
    query: str
    cases: Sequence[Case]
    page: int
    total: int
    on: str = ""
    back: str = ""

    @property
    def pages(self) -> int:
        return max(1, -(-min(self.total, PREVIEW_LIMIT) // PAGE))


@dataclass(frozen=True, slots=True)
class HomePage:
    """``counts``: inbox id → how many, capped as in ``Listing``; ids are mine, created, teams and open."""

    person: Person
    listing: Listing
    inbox: str
    counts: Mapping[str, int]
    projects: Sequence[Project]
    is_admin: bool
    helpers: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a query finds: how many, counted as in ``Listing``, and the first few. ``error``: why it finds nothing."""

    query: str
    total: int = 0
    cases: Sequence[Case] = ()
    error: str = ""


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
