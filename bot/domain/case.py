"""The case: what it holds and what may be done to it. A verb logs one entry, or returns ``None`` if nothing changes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from bot.domain.act import Act
from bot.domain.base import Base, BigId
from bot.domain.casetype import CaseType, Group
from bot.domain.entry import OPPOSITE, Entry, Kind
from bot.domain.errors import Invalid
from bot.domain.evidence import CaseTeam, Evidence, Note, Post, Relation, RelationKind, Watcher
from bot.domain.facts import TITLE_LIMIT, Source, check, filled, meant, plain
from bot.domain.incident import Led
from bot.domain.intake import KnownAlert
from bot.domain.link import Ticket
from bot.domain.person import Team
from bot.domain.priority import Priority
from bot.domain.project import Project
from bot.domain.storm import Storm
from bot.domain.text import kept, kept_line
from bot.domain.timed import Timed

LIVE = "archived_at IS NULL"


def listed(name: str, *columns: str, where: str = LIVE) -> Index:
    """What lists are read from: the first page of any one field costs the same however many cases there are."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Case(Led, Timed, Base):
    """``status`` is a name of the case's type, ``group`` the group it lies in.

    ``taken_at``: when somebody first had it or work on it began, whatever became of that later.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_reporter", "reporter", "id"),
        *(
            listed(f"ix_cases_{name}_updated", *columns, "status_group", "updated_at")
            for name, columns in {
                "group": (),
                "project": ("project_id",),
                "assignee": ("assignee",),
                "reporter": ("reporter",),
                "priority": ("priority",),
                "type": ("type_id",),
                "source": ("source",),
                "status": ("status",),
            }.items()
        ),
        listed("ix_cases_group_created", "status_group", "created_at"),
        listed("ix_cases_group_due", "status_group", "due", where=f"{LIVE} AND due IS NOT NULL"),
        listed("ix_cases_closed", "closed_at", where=f"{LIVE} AND closed_at IS NOT NULL"),
        listed("ix_cases_archived", "updated_at", where="archived_at IS NOT NULL"),
        listed("ix_cases_touched", "project_id", "touched_at", where=f"{LIVE} AND status_group <> 'closed'"),
        listed("ix_cases_closing_at", "closing_at", where="closing_at IS NOT NULL"),
        listed("ix_cases_snoozed_until", "snoozed_until", where="snoozed_until IS NOT NULL"),
        {"sqlite_autoincrement": True},  # deliveries and buttons name a case by its id long after it is gone
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(24), unique=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    number: Mapped[int]
    type_id: Mapped[int] = mapped_column(ForeignKey("case_types.id"))
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(40))
    group: Mapped[str] = mapped_column("status_group", String(16))
    priority: Mapped[str] = mapped_column(String(8), default=Priority.NOT_SET)
    assignee: Mapped[str | None] = mapped_column(String(32))
    reporter: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(String(32), default=Source.PERSON)
    attributes: Mapped[dict[str, str]]
    due: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    evidence_count: Mapped[int] = mapped_column(default=0)
    ticket_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)

    # A concurrent change that slipped past the row's lock fails instead of being overwritten.
    __mapper_args__: Mapping[str, Any] = {"version_id_col": version, "version_id_generator": False}

    # What writing a case leaves alone is viewonly: the unit of work need not go through it at every change.
    project: Mapped[Project] = relationship(lazy="joined", innerjoin=True, viewonly=True)
    type: Mapped[CaseType] = relationship(lazy="joined", innerjoin=True, viewonly=True)
    teams: Mapped[list[Team]] = relationship(secondary=CaseTeam.__table__, order_by=Team.id)
    posts: Mapped[list[Post]] = relationship(order_by=Post.id, viewonly=True)
    alert: Mapped[KnownAlert | None] = relationship(
        primaryjoin=lambda: (Case.id == foreign(KnownAlert.case_id)) & (Case.source != Source.STORM.value),
        uselist=False,
        viewonly=True,
    )
    storm: Mapped[Storm | None] = relationship(uselist=False, viewonly=True)
    watchers: Mapped[list[Watcher]] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    tickets: Mapped[list[Ticket]] = relationship(
        primaryjoin=lambda: (Ticket.case_id == Case.id) & Ticket.unlinked_at.is_(None),
        order_by=Ticket.id,
        viewonly=True,
    )

    @classmethod
    def open(
        cls,
        act: Act,
        project: Project,
        type: CaseType,  # noqa: A002 - the users' word
        *,
        title: str,
        description: str = "",
        priority: Priority = Priority.NOT_SET,
        assignee: str | None = None,
        teams: Iterable[Team] = (),
        due: date | None = None,
        attributes: Mapping[str, str] | None = None,
        source: Source = Source.PERSON,
    ) -> tuple["Case", Entry]:
        """A new case with its first entry. Raises ``Invalid`` naming each field that is wrong."""
        title, description, attributes = kept_line(title), kept(description), filled(attributes or {})
        check(title, description, attributes)
        number = project.next_number()
        group = Group.IN_PROGRESS if assignee == act.actor else Group.OPEN
        case = cls(
            key=f"{project.key}-{number}",
            number=number,
            project_id=project.id,
            project=project,
            type_id=type.id,
            type=type,
            title=title,
            description=description,
            status=type.default(group),
            group=group.value,
            priority=priority.value,
            assignee=assignee,
            teams=list(teams),
            reporter=act.actor,
            source=source.value,
            attributes=attributes,
            due=due,
            created_at=act.at,
            updated_at=act.at,
            evidence_count=0,
            ticket_count=0,
            version=0,
            posts=[],
            alert=None,
            storm=None,
            watchers=[],
            tickets=[],
        )
        return case, case.log(Kind.OPENED, act, {})

    def log(self, kind: Kind, act: Act, changes: Mapping[str, Any], **data: Any) -> Entry:
        """The one way to write on the timeline: it also moves the version and the time of the last change."""
        felt = self.feel(kind, act, changes)
        self.version += 1
        self.updated_at = max(self.updated_at, act.at)  # Slack may tell of a reply late
        if self.taken_at is None and (self.assignee or self.group == Group.IN_PROGRESS):
            self.taken_at = act.at
        return Entry(
            case_id=self.id,
            kind=kind.value,
            actor=act.actor,
            at=act.at,
            via=act.via,
            origin=act.origin,
            version=self.version,
            changes=dict(changes),
            data=data | felt | act.data,
        )

    def _set(self, **values: Any) -> dict[str, list[Any]]:
        """Set columns; what really changed, as field → [before, after] in plain JSON values."""
        changes = {}
        for field, after in values.items():
            before = getattr(self, field)
            if before != after:
                setattr(self, field, after)
                changes[field] = [plain(before), plain(after)]
        return changes

    @property
    def comes_from_alert(self) -> bool:
        """Only then is it worth asking which alert is behind it."""
        return self.source not in {Source.PERSON, Source.STORM}

    @property
    def is_storm(self) -> bool:
        """Then there are many alerts behind it, and no single one."""
        return self.source == Source.STORM

    @property
    def is_open(self) -> bool:
        return self.group != Group.CLOSED

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def edit(self, act: Act, **fields: Any) -> Entry | None:
        """Set any of title, description, priority, assignee, due, attributes, teams, as one entry."""
        for field, keep in (("title", kept_line), ("description", kept), ("attributes", filled)):
            if field in fields:
                fields[field] = keep(fields[field])
        now = {"title": self.title, "description": self.description, "attributes": self.attributes}
        check(**{field: fields.get(field, value) for field, value in now.items()})
        teams = fields.pop("teams", None)
        changes = self._set(**fields) | self._set_teams(teams)
        changes |= self._start_working(act, changes)
        return self.log(Kind.EDITED, act, changes) if changes else None

    def assign(self, act: Act, person: str | None, teams: Iterable[Team] | None = None) -> Entry | None:
        """Give the case to a person or to nobody, and to ``teams`` unless that is ``None``."""
        changes = self._set(assignee=person) | self._set_teams(teams)
        changes |= self._start_working(act, changes)
        return self.log(Kind.ASSIGNED, act, changes) if changes else None

    def unassign(self, act: Act) -> Entry | None:
        """Neither a person nor a team has the case any more."""
        return self.assign(act, None, [])

    def _start_working(self, act: Act, changes: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Whoever takes an open case starts working on it."""
        takes = "assignee" in changes and self.assignee == act.actor
        return self._move(Group.IN_PROGRESS) if takes and self.group == Group.OPEN else {}

    def _set_teams(self, teams: Iterable[Team] | None) -> dict[str, list[Any]]:
        wanted = list(teams) if teams is not None else self.teams
        if {team.id for team in self.teams} == {team.id for team in wanted}:
            return {}
        before, self.teams = self.teams, wanted
        return {"teams": [[team.handle for team in before], [team.handle for team in wanted]]}

    def prioritize(self, act: Act, priority: Priority) -> Entry | None:
        changes = self._set(priority=priority.value)
        return self.log(Kind.PRIORITY, act, changes) if changes else None

    def set_status(self, act: Act, status: str, reason: str | None = None) -> Entry | None:
        """Move to a status by its name or its group's; into the closed group it closes, out of it it reopens."""
        status = self.type.status_named(status)
        group = self.type.group_of(status)
        if group == Group.CLOSED and self.is_open:
            return self.close(act, reason, status)
        changes = self._set(status=status, group=group.value)
        if not changes:
            return None
        if group != Group.CLOSED and self.closed_at:
            changes |= self._set(closed_at=None, reason=None)
            return self.log(Kind.REOPENED, act, changes)
        return self.log(Kind.STATUS, act, changes)

    def _move(self, group: Group) -> dict[str, list[Any]]:
        return self._set(status=self.type.default(group), group=group.value)

    def close(
        self, act: Act, reason: str | None, status: str | None = None, note: Note | None = None, **data: Any
    ) -> Entry | None:
        """Close with a reason as the type demands it; ``None`` if it is closed already. ``note`` must have its id."""
        if not self.is_open:
            return None
        status, reason = self.type.closing_status(status), self.type.reason_named(reason)
        changes = self._set(status=status, group=Group.CLOSED.value, closed_at=act.at, reason=reason)
        return self.log(Kind.CLOSED, act, changes, note=note.id if note else None, **data)

    def reopen(self, act: Act) -> Entry | None:
        """Back to open, or to in progress if somebody has it."""
        if self.is_open:
            return None
        changes = self._move(Group.IN_PROGRESS if self.assignee else Group.OPEN)
        changes |= self._set(closed_at=None, reason=None)
        return self.log(Kind.REOPENED, act, changes)

    def set_due(self, act: Act, due: date | None) -> Entry | None:
        changes = self._set(due=due)
        return self.log(Kind.DUE, act, changes) if changes else None

    def archive(self, act: Act) -> Entry | None:
        changes = {} if self.archived_at else self._set(archived_at=act.at)
        return self.log(Kind.ARCHIVED, act, changes) if changes else None

    def unarchive(self, act: Act) -> Entry | None:
        changes = self._set(archived_at=None)
        return self.log(Kind.UNARCHIVED, act, changes) if changes else None

    def move(self, act: Act, project: Project, former: str | None = None) -> Entry | None:
        """Into another project, under a new key or under the ``former`` one that the case had there before."""
        if project.id == self.project.id:
            return None
        changes = {"project": [self.project.key, project.key]}
        self.project_id, self.project = project.id, project
        self.number = int(former.rpartition("-")[2]) if former else project.next_number()
        changes |= self._set(key=f"{project.key}-{self.number}")
        return self.log(Kind.MOVED, act, changes)

    def take_back(
        self, act: Act, entry: Entry, fields: Iterable[str], teams: Iterable[Team] | None = None
    ) -> Entry | None:
        """Put these fields back to what they were before ``entry``. ``teams``: those that its handles mean."""
        values = {field: meant(field, entry.before(field)) for field in fields if field != "teams"}
        changes = self._set(**values) | self._set_teams(teams)
        kind = Kind(entry.kind)
        return self.log(OPPOSITE.get(kind, kind), act, changes) if changes else None

    def watch(self, act: Act) -> Entry | None:
        if any(watcher.person_id == act.actor for watcher in self.watchers):
            return None
        self.watchers.append(Watcher(person_id=act.actor))
        return self.log(Kind.WATCHER_ADDED, act, {}, person=act.actor)

    def unwatch(self, act: Act) -> Entry | None:
        staying = [watcher for watcher in self.watchers if watcher.person_id != act.actor]
        if len(staying) == len(self.watchers):
            return None
        self.watchers = staying
        return self.log(Kind.WATCHER_REMOVED, act, {}, person=act.actor)

    def add_note(self, act: Act, note: Note, files: Iterable[Evidence] = (), thread: str | None = None) -> Entry:
        """``note`` and ``files`` must have their ids. ``thread``: the channel in whose card's thread it was written."""
        ids = [piece.id for piece in files]
        self.evidence_count += len(ids)
        return self.log(Kind.NOTE_ADDED, act, {}, note=note.id, evidence=ids, thread=thread)

    def edit_note(self, act: Act, note: Note, text: str, thread: str | None = None) -> Entry | None:
        """Not by an edit older than the last. The timeline never holds a note's words: they can be taken back."""
        is_old = note.edited_at is not None and act.at < note.edited_at
        if note.deleted_at or is_old or note.text == kept(text):
            return None
        note.text, note.edited_at = text, act.at
        return self.log(Kind.NOTE_EDITED, act, {}, note=note.id, thread=thread)

    def delete_note(self, act: Act, note: Note, thread: str | None = None) -> Entry | None:
        if note.deleted_at:
            return None
        note.text, note.deleted_at = "", act.at
        return self.log(Kind.NOTE_DELETED, act, {}, note=note.id, thread=thread)

    def add_evidence(self, act: Act, pieces: Iterable[Evidence], note: Note | None = None) -> Entry:
        """``pieces`` must have their ids; ``note`` is what the person said of them."""
        ids = [piece.id for piece in pieces]
        self.evidence_count += len(ids)
        return self.log(Kind.EVIDENCE_ADDED, act, {}, evidence=ids, note=note.id if note else None)

    def declare_incident(self, act: Act, severity: str, commander: str) -> Entry:
        """Raises ``Invalid`` for a case that is closed or archived."""
        if not self.is_open or self.is_archived:
            raise Invalid(f"{self.key} is {'archived' if self.is_archived else 'closed'}. Bring it back first.")
        return self.log(Kind.INCIDENT_DECLARED, act, self._set(severity=severity), commander=commander)

    def meet_in(self, act: Act, channel: str, name: str) -> Entry:
        """The incident has its channel, of that name."""
        return self.log(Kind.INCIDENT_OPENED, act, self._set(incident_channel=channel), name=name)

    def end_incident(self, act: Act, *, archived: bool) -> Entry:
        """``archived``: its channel has been, so nothing is told there any more."""
        changes = self._set(incident_channel=None) if archived else {}
        return self.log(Kind.INCIDENT_ENDED, act, changes)

    def end_storm(self, act: Act, kinds: int, **facts: str) -> Entry:
        """``facts``: what its title and description say from now on."""
        return self.log(Kind.STORM_OVER, act, self._set(**facts), kinds=kinds)

    def relate(self, act: Act, kind: RelationKind, other: "Case") -> tuple[Relation, Entry]:
        """The entry on this side; the other case reads the relation from its own page."""
        if other.id == self.id:
            raise Invalid.field("other", f"{self.key} cannot be related to itself. Name another case.")
        relation = Relation(case_id=self.id, kind=kind.value, other_id=other.id)
        return relation, self.log(Kind.RELATED, act, {}, relation=kind.value, other=other.key)
