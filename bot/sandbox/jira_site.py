"""What a local Jira knows: people, projects with their workflows, issues and all that ever happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .wire import Json

# The handle of the account that Casebook signs in with.
US = "casebook"
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
RESOLUTIONS = ("Done", "Won't Do", "Duplicate")


class No(Exception):
    """How Jira refuses: ``errorMessages``, and ``errors`` by field."""

    def __init__(self, status: int, /, *messages: str, **errors: str) -> None:
        super().__init__(f"{status}: {messages} {errors}")
        self.status = status
        self.body: Json = {"errorMessages": list(messages), "errors": errors}


@dataclass
class Person:
    """``id``: an accountId, or the user's name in Data Center. ``hidden``: shows nobody the address."""

    handle: str
    id: str
    name: str
    email: str
    hidden: bool = False
    active: bool = True
    kind: str = "atlassian"


@dataclass(frozen=True)
class Status:
    """``category``: ``new``, ``indeterminate`` or ``done``."""

    id: str
    name: str
    category: str


@dataclass(frozen=True)
class Arrow:
    """A transition. ``start``: empty for one that leads there from everywhere. ``screen``: what it must be given."""

    id: str
    name: str
    start: str
    to: str
    screen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """The first status is that of a new issue."""

    statuses: tuple[Status, ...]
    arrows: tuple[Arrow, ...]

    def status(self, name: str) -> Status:
        return next(status for status in self.statuses if status.name == name)

    def leading_from(self, name: str) -> list[Arrow]:
        return [arrow for arrow in self.arrows if arrow.start in {"", name} and arrow.to != name]


TO_DO, IN_PROGRESS = Status("10000", "To Do", "new"), Status("10001", "In Progress", "indeterminate")
IN_REVIEW, DONE = Status("10002", "In Review", "indeterminate"), Status("10003", "Done", "done")
# Every status can be reached from every other, as in a project that a team manages by itself.
FREE = Workflow(
    (TO_DO, IN_PROGRESS, DONE),
    (
        Arrow("11", "To do", "", "To Do"),
        Arrow("21", "Start work", "", "In Progress"),
        Arrow("31", "Finish", "", "Done"),
    ),
)
# Nothing is done before it was reviewed, and then only with a resolution.
GUARDED = Workflow(
    (TO_DO, IN_PROGRESS, IN_REVIEW, DONE),
    (
        Arrow("11", "Start work", "To Do", "In Progress"),
        Arrow("12", "Stop work", "In Progress", "To Do"),
        Arrow("21", "Ask for review", "In Progress", "In Review"),
        Arrow("22", "Send back", "In Review", "In Progress"),
        Arrow("31", "Approve", "In Review", "Done", ("resolution",)),
        Arrow("41", "Reopen", "Done", "To Do"),
    ),
)


@dataclass(frozen=True)
class Field:
    """``type``: as in a field's schema. ``items``: of what an array is."""

    id: str
    name: str
    type: str = "string"
    items: str = ""
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    defaulted: bool = False


@dataclass(frozen=True)
class Type:
    id: str
    name: str
    fields: tuple[Field, ...] = ()
    subtask: bool = False


GIVEN = (
    Field("summary", "Summary", required=True),
    Field("issuetype", "Issue Type", "issuetype", required=True),
    Field("project", "Project", "project", required=True),
    Field("description", "Description"),
    Field("priority", "Priority", "priority", defaulted=True),
    Field("assignee", "Assignee", "user"),
    Field("reporter", "Reporter", "user", required=True, defaulted=True),
    Field("labels", "Labels", "array", "string"),
)
WHERE = Field(
    "customfield_10050", "Environment", "option", required=True,
    choices=(("10100", "Production"), ("10101", "Staging")),
)  # fmt: skip
TEAMS = Field(
    "customfield_10051", "Affected teams", "array", "option", choices=(("10110", "Shop"), ("10111", "Payments"))
)
EFFORT = Field("customfield_10052", "Effort", "number")
TASK = Type("10200", "Task", GIVEN)
BUG = Type("10201", "Bug", (*GIVEN, WHERE, TEAMS, EFFORT))
SUBTASK = Type("10202", "Sub-task", (*GIVEN, Field("parent", "Parent", "issuelink", required=True)), subtask=True)


@dataclass
class Project:
    """``barred``: what our account may not do there: ``browse``, ``create``, ``edit``, ``transition``, ``comment``."""

    id: str
    key: str
    name: str
    workflow: Workflow
    types: Sequence[Type] = (TASK, BUG, SUBTASK)
    barred: set[str] = field(default_factory=set)
    last: int = 0

    def next_key(self) -> str:
        self.last += 1
        return f"{self.key}-{self.last}"


@dataclass
class Note:
    """A comment. ``role``: who alone may see it."""

    id: str
    author: Person
    body: str
    created: datetime
    updated: datetime
    editor: Person
    internal: bool = False
    role: str = ""


@dataclass
class Event:
    """A line of an issue's changelog."""

    id: str
    at: datetime
    by: Person
    items: list[Json]


@dataclass
class Issue:
    """``stamps``: every moment at which it was changed. ``former``: keys that it had and that still lead to it."""

    id: str
    key: str
    project: Project
    type: Type
    summary: str
    status: Status
    creator: Person
    created: datetime
    description: str | None = None
    priority: str = "Medium"
    assignee: Person | None = None
    resolution: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    links: dict[str, Json] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    stamps: list[datetime] = field(default_factory=list)
    former: list[str] = field(default_factory=list)

    @property
    def updated(self) -> datetime:
        return self.stamps[-1]

    def note(self, id_: str) -> Note:
        for note in self.notes:
            if note.id == id_:
                return note
        raise No(404, f"Can not find a comment for the id: {id_}.")
