"""The inboxes that listen, understood once and kept in memory while nothing has changed that their meaning rests on."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from bot.domain.case import Case
from bot.domain.inbox import Inbox
from bot.domain.listening import Listener, Listeners
from bot.domain.matching import Asked
from bot.domain.person import Person
from bot.domain.query import Query, Viewer, parse
from bot.domain.query_conditions import Either, Meaning
from bot.domain.query_meaning import understand
from bot.domain.query_text import QueryError
from bot.storage.database import Work
from bot.usecases.access import those_who_may_see

log = logging.getLogger(__name__)

# A query whose meaning moves with time is understood anew when that is so long ago.
FRESH = timedelta(minutes=1)
# Whatever speaks of today or of an age means something else by then.
MUCH_LATER = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Understood:
    """An inbox's query as its owner means it. ``is_timely``: it means something else a moment later."""

    inbox_id: int
    query: Query
    viewer: Viewer
    meaning: Meaning
    is_timely: bool

    @property
    def listener(self) -> Listener:
        return Listener(self.inbox_id, self.viewer.actor, self.meaning.where)


def is_timely(work: Work, query: Query, viewer: Viewer) -> bool:
    """Whether time alone can change what the query finds."""
    later = replace(viewer, now=viewer.now + MUCH_LATER)
    names = work.search.names
    try:
        return understand(query, viewer, names).where != understand(query, later, names).where
    except QueryError:  # it will contradict itself by then
        return True


class Listening:
    """For all inboxes with recipients: which of them a case is in. One for a process; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._revisions: Mapping[str, int] = {}
        self._understood: dict[int, Understood] = {}
        self._at: datetime | None = None
        self._has_timely = False
        self._listeners = Listeners(())

    def inboxes_of(self, work: Work, case: Case, now: datetime) -> set[int]:
        """The ids of those whose query the case meets and whose owner may see it."""
        listeners = self.listeners(work, now)
        notes = work.cases.note_texts(case) if listeners.reads_notes else ()
        heard = listeners.heard(case, notes)
        owners = work.people.by_ids(listener.owner for listener in heard).values()
        allowed = {person.id for person in those_who_may_see(work, case.project, owners)}
        return {listener.inbox_id for listener in heard if listener.owner in allowed}

    def inside(self, work: Work, case: Case, ids: Iterable[int], now: datetime) -> set[int]:
        """Those of these inboxes whose query the case meets."""
        listeners = self.listeners(work, now)
        known = self._understood
        asked = Asked(case, work.cases.note_texts(case) if listeners.reads_notes else ())
        return {id_ for id_ in ids if (one := known.get(id_)) and asked.holds(one.meaning.where)}

    def listeners(self, work: Work, now: datetime) -> Listeners:
        """True to the database as ``work`` sees it."""
        revisions = work.revisions.now()
        with self._lock:
            if revisions != self._revisions:
                self._read(work, now, revisions)
            elif self._has_timely and self._at and not timedelta() <= now - self._at < FRESH:
                self._refresh(work, now)
            return self._listeners

    def _read(self, work: Work, now: datetime, revisions: Mapping[str, int]) -> None:
        """Only what is new, unless names may mean something else."""
        same_names = revisions.get("names") == self._revisions.get("names")
        people, teams = work.inboxes.owners()
        found = {}
        for inbox in work.inboxes.listening():
            before = self._understood.get(inbox.id)
            if before and (before.query.text, before.viewer.actor) != (inbox.query, inbox.owner):
                before = None
            if before and same_names:
                found[inbox.id] = before
            elif one := understood(work, inbox, before, people.get(inbox.owner), teams.get(inbox.owner, set()), now):
                found[inbox.id] = one
        self._keep(found.values(), now)
        self._revisions = revisions

    def _refresh(self, work: Work, now: datetime) -> None:
        asked = (replace(one, viewer=replace(one.viewer, now=now)) for one in self._understood.values())
        self._keep([found for one in asked if (found := understood_anew(work, one))], now)

    def _keep(self, found: Iterable[Understood], now: datetime) -> None:
        self._understood = {one.inbox_id: one for one in found}
        self._has_timely = any(one.is_timely for one in self._understood.values())
        self._listeners = Listeners(one.listener for one in self._understood.values())
        self._at = now


def understood(
    work: Work, inbox: Inbox, before: Understood | None, owner: Person | None, teams: set[int], now: datetime
) -> Understood | None:
    """``None`` if the query means nothing any more: its inbox is silent, and says so to whoever looks at it."""
    if owner is None or owner.is_gone:
        return None
    # Who may see what is asked of each case: here every project can be meant.
    projects = frozenset(work.search.names.projects().values())
    viewer = Viewer(owner.id, now, owner.tz, projects, frozenset(teams))
    try:
        query = before.query if before else parse(inbox.query)
    except QueryError:
        return None
    nothing = Meaning(Either(), projects, None)
    return understood_anew(work, Understood(inbox.id, query, viewer, nothing, is_timely=True), inbox.is_timely)


def understood_anew(work: Work, one: Understood, timely: bool = True) -> Understood | None:
    if not one.is_timely:
        return one
    try:
        meaning = understand(one.query, one.viewer, work.search.names)
    except QueryError as error:
        log.warning("inbox %s is silent: its query means nothing from %s on", one.inbox_id, error.span.start)
        return None
    return replace(one, meaning=meaning, is_timely=timely)
