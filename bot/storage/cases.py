"""Finding cases and what hangs on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, event, func, inspect, or_, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from bot.domain.case import Case
from bot.domain.casetype import CaseType, Group
from bot.domain.entry import Entry
from bot.domain.evidence import CaseTeam, Evidence, FormerKey, Note, Post, PostRole, Relation, Watcher
from bot.domain.person import Team
from bot.domain.project import Project
from bot.domain.query_words import NOTE_LIMIT as SEARCHED_NOTES
from bot.storage.locking import AS_LEFT, lock_on, wait_for
from bot.storage.parking import changed, insert_absent

Part = TypeVar("Part", Entry, Note, Evidence, Watcher)

# Statements that every click needs are put together once.
ENTRY = select(Entry).where(Entry.id == bindparam("id"))
ENTRIES = Entry.__table__.c
ENTRY_OF = select(ENTRIES.id).where(ENTRIES.origin == bindparam("origin"))


@dataclass(frozen=True, slots=True)
class One:
    """How a case is read by its key or its id."""

    looking: Select[Case]
    changing: Select[Case]
    lock: Select[int]


def one(condition: ColumnElement[bool]) -> One:
    """The teams are joined by hand: for the pair of tables that `joinedload` joins, SQLite reads both of them whole."""
    looking = (
        select(Case)
        .outerjoin(CaseTeam, CaseTeam.case_id == Case.id)
        .outerjoin(Team, Team.id == CaseTeam.team_id)
        .where(condition)
        .order_by(Team.id)
        .options(contains_eager(Case.teams), joinedload(Case.posts), joinedload(Case.alert))
    )
    return One(looking, looking.options(joinedload(Case.watchers)), lock_on(Case.id, condition))


@event.listens_for(Case, "load")
@event.listens_for(Case, "refresh")
def without_tickets(case: Case, *_context: Any) -> None:
    """Most cases have none: nobody need ask the database for them."""
    if not vars(case).get("ticket_count", True):
        set_committed_value(case, "tickets", [])


BY_KEY, BY_ID = one(Case.key == bindparam("ref")), one(Case.id == bindparam("ref"))


class Cases:
    def __init__(self, session: Session) -> None:
        self._session = session

    def by_key(self, key: str, *, lock: bool = False) -> Case | None:
        """Also by a key that the case had before it was moved."""
        wanted = key.strip().upper()
        if found := self._one(BY_KEY, wanted, lock=lock):
            return found
        moved = self._session.get(FormerKey, wanted)
        return self.by_id(moved.case_id, lock=lock) if moved else None

    def former_key(self, case: Case, project: Project) -> str | None:
        """The key that the case had in this project before."""
        query = select(FormerKey.key).where(FormerKey.case_id == case.id)
        return self._session.scalar(query.where(FormerKey.key.startswith(f"{project.key}-", autoescape=True)))

    def remember_key(self, case: Case) -> None:
        """Before it gets another one."""
        insert_absent(self._session, FormerKey, [{"key": case.key, "case_id": case.id}])

    def by_id(self, case_id: int, *, lock: bool = False) -> Case | None:
        return self._one(BY_ID, case_id, lock=lock)

    def _one(self, one: "One", ref: str | int, *, lock: bool) -> Case | None:
        """With what a card shows, in one question; to be changed also with who must be told."""
        wanted = {"ref": ref}
        if lock:
            wait_for(self._session, one.lock, wanted)
            found = self._session.scalars(one.changing, wanted, execution_options=AS_LEFT)
        else:
            found = self._session.scalars(one.looking, wanted)
        return found.unique().one_or_none()

    def by_ids(self, ids: Iterable[int]) -> dict[int, Case]:
        """In the order of the ids."""
        wanted = list(ids)
        query = select(Case).where(Case.id.in_(wanted)).options(selectinload(Case.teams), selectinload(Case.posts))
        found = {case.id: case for case in self._session.scalars(query)}
        return {case_id: found[case_id] for case_id in wanted if case_id in found}

    def entry_of(self, origin: str) -> Entry | None:
        """The entry that this arrival made before, if it is a repeat."""
        entry_id = self._session.scalar(ENTRY_OF, {"origin": origin})
        return self.entry(entry_id) if entry_id else None

    def entry(self, entry_id: int) -> Entry | None:
        return self._session.scalar(ENTRY, {"id": entry_id})

    def entries(self, ids: Iterable[int]) -> Sequence[Entry]:
        return self._session.scalars(select(Entry).where(Entry.id.in_(sorted(set(ids)))).order_by(Entry.id)).all()

    def entries_since(self, case: Case, version: int) -> Sequence[Entry]:
        query = select(Entry).where(Entry.case_id == case.id, Entry.version > version).order_by(Entry.id)
        return self._session.scalars(query).all()

    def timeline(self, case: Case, *, page: int, size: int) -> Sequence[Entry]:
        """Newest first; ``page`` counts from 1. One row more than ``size`` says that there is a next page."""
        query = select(Entry).where(Entry.case_id == case.id).order_by(Entry.id.desc())
        return self._session.scalars(query.limit(size + 1).offset((page - 1) * size)).all()

    def note(self, note_id: int) -> Note | None:
        return self._session.get(Note, note_id)

    def note_from(self, channel: str, ts: str) -> Note | None:
        return self._session.scalar(select(Note).where(Note.channel == channel, Note.ts == ts))

    def notes(self, ids: Iterable[int]) -> dict[int, Note]:
        return {note.id: note for note in self._session.scalars(select(Note).where(Note.id.in_(list(ids))))}

    def note_texts(self, case: Case) -> Sequence[str]:
        """Of the notes that can be searched, oldest first."""
        found = select(Note.text).where(Note.case_id == case.id, Note.deleted_at.is_(None))
        return self._session.scalars(found.order_by(Note.id.desc()).limit(SEARCHED_NOTES)).all()[::-1]

    def evidence(self, case: Case, *, limit: int = 50) -> Sequence[Evidence]:
        query = select(Evidence).where(Evidence.case_id == case.id).order_by(Evidence.id.desc())
        return self._session.scalars(query.limit(limit)).all()

    def evidence_rows(self, ids: Iterable[int]) -> Sequence[Evidence]:
        return self._session.scalars(select(Evidence).where(Evidence.id.in_(list(ids))).order_by(Evidence.id)).all()

    def has_evidence(self, case: Case, url: str) -> bool:
        query = select(Evidence.id).where(Evidence.case_id == case.id, Evidence.url == url).limit(1)
        return self._session.scalar(query) is not None

    def belonging(self, model: type[Part], ids: Iterable[int]) -> dict[int, list[Part]]:
        """What hangs on each of the cases, in order."""
        found: dict[int, list[Part]] = {}
        query = select(model).where(model.case_id.in_(list(ids))).order_by(model.case_id, *inspect(model).primary_key)
        for part in self._session.scalars(query):
            found.setdefault(part.case_id, []).append(part)
        return found

    def relations(self, case: Case) -> list[tuple[Relation, Case]]:
        """Both directions, each with the case at the other end."""
        query = select(Relation).where(or_(Relation.case_id == case.id, Relation.other_id == case.id))
        rows = self._session.scalars(query.order_by(Relation.id)).all()
        others = self.by_ids(row.other_id if row.case_id == case.id else row.case_id for row in rows)
        return [(row, others[row.other_id if row.case_id == case.id else row.case_id]) for row in rows]

    def relation(self, case: Case, kind: str, other: Case) -> Relation | None:
        return self._session.scalar(
            select(Relation).where(Relation.case_id == case.id, Relation.kind == kind, Relation.other_id == other.id)
        )

    def source_post(self, channel: str, ts: str) -> Post | None:
        """The post that this message is, if it belongs to a case."""
        return self._session.scalar(select(Post).where(Post.channel == channel, Post.ts == ts))

    def post_of_thread(self, channel: str, thread_ts: str) -> Post | None:
        """The newest post in whose thread replies are notes."""
        query = select(Post).where(Post.channel == channel, Post.thread_ts == thread_ts).order_by(Post.id.desc())
        return self._session.scalar(query.limit(1))

    def standing_post(self, case_id: int, target: str) -> Post | None:
        """The case's card in a channel or in a person's direct messages, whoever has put it up."""
        query = select(Post).where(
            Post.case_id == case_id,
            or_(Post.channel == target, Post.person_id == target),
            Post.role.in_((PostRole.CARD.value, PostRole.INBOX.value)),
        )
        return self._session.scalar(query.limit(1))

    def idle(self, project: Project, since: datetime, limit: int) -> Sequence[int]:
        """Ids of open cases that nobody has worked on since then, and whose closing is still to be announced."""
        query = select(Case.id).where(
            Case.project_id == project.id, Case.group != Group.CLOSED.value, Case.archived_at.is_(None),
            Case.touched_at <= since, Case.closing_at.is_(None), Case.snoozed_until.is_(None),
        )  # fmt: skip
        return self._session.scalars(query.order_by(Case.touched_at, Case.id).limit(limit)).all()

    def closing(self, project: Project, at: datetime, limit: int) -> Sequence[int]:
        """Ids of those that were to close by themselves by then."""
        query = select(Case.id).where(Case.project_id == project.id, Case.closing_at <= at)
        return self._session.scalars(query.order_by(Case.closing_at, Case.id).limit(limit)).all()

    def forget_closings(self, project: Project) -> None:
        """What was announced is announced anew."""
        announced = update(Case).where(Case.project_id == project.id, Case.closing_at.is_not(None))
        changed(self._session, announced.values(closing_at=None))

    def over_rested(self, at: datetime, limit: int) -> Sequence[int]:
        """Ids of cases whose snooze is over."""
        query = select(Case.id).where(Case.snoozed_until <= at).order_by(Case.snoozed_until, Case.id).limit(limit)
        return self._session.scalars(query).all()

    def types(self) -> Sequence[CaseType]:
        return self._session.scalars(select(CaseType).order_by(CaseType.id)).all()

    def type_named(self, name: str) -> CaseType | None:
        return self._session.scalar(select(CaseType).where(func.lower(CaseType.name) == name.lower()))

    def type(self, type_id: int) -> CaseType | None:
        return self._session.get(CaseType, type_id)
