"""The shape every change to a case has: find it, ask for the right, look for news, change it, record it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from bot.domain import notifying, ruling, ticket_telling
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import Tell
from bot.domain.entry import Entry
from bot.domain.errors import Conflict
from bot.domain.rights import Right
from bot.domain.telling import LATER, deliveries_for, people_wanted
from bot.domain.wording import sentence
from bot.storage.database import Database, Work, is_repeat
from bot.usecases.access import case_for, those_who_may_see

P = ParamSpec("P")
T = TypeVar("T")
Ref = str | int


@dataclass(frozen=True, slots=True)
class Outcome:
    """``entry`` is ``None`` when nothing changed. ``repeated``: this arrival had been dealt with before."""

    case: Case
    entry: Entry | None
    repeated: bool = False


Body = Callable[Concatenate[Work, Case, Act, P], Entry | None]


class Verb(Generic[P]):
    """A use-case on one case. ``body`` is the change alone, without who may make it and who is told."""

    def __init__(self, body: Body[P], guards: Collection[str]) -> None:
        self.body = body
        self.guards = guards
        update_wrapper(self, body)

    def __call__(self, db: Database, act: Act, ref: Ref, /, *args: P.args, **kwargs: P.kwargs) -> Outcome:
        return once(db, lambda work: self.within(work, act, ref, *args, **kwargs))

    def within(self, work: Work, act: Act, ref: Ref, /, *args: P.args, **kwargs: P.kwargs) -> Outcome:
        """The same as a part of a larger unit of work."""
        case = case_for(work, act, ref, Right.CONTRIBUTE, lock=True)
        # What this arrival did before would have made a newer version than the one that it has seen.
        if act.seen != case.version and (repeated := earlier(work, act)):
            return repeated
        refuse_stale(work, case, act, self.guards)
        return record(work, case, self.body(work, case, act, *args, **kwargs))


def verb(*guards: str) -> Callable[[Body[P]], Verb[P]]:
    """Makes a use-case of a function on one case.

    ``guards``: the fields it sets. If one of them was changed by somebody else after ``act.seen``, the use-case raises
    ``Conflict`` instead of writing over what the person has not seen.
    """
    return lambda body: Verb(body, guards)


def once(db: Database, attempt: Callable[[Work], T]) -> T:
    """Run ``attempt`` in a unit of work; if somebody did the same in the same instant, run it again to find theirs."""
    try:
        with db.write() as work:
            return attempt(work)
    except Exception as error:
        if not is_repeat(error):
            raise
    with db.write() as work:
        return attempt(work)


def earlier(work: Work, act: Act) -> Outcome | None:
    """What this very arrival did before, if the outside repeats itself."""
    entry = work.cases.entry_of(act.origin) if act.origin else None
    case = work.cases.by_id(entry.case_id) if entry else None
    return Outcome(loaded(case), entry, repeated=True) if case else None


def refuse_stale(work: Work, case: Case, act: Act, guards: Collection[str]) -> None:
    if not guards:
        return
    news = [
        entry
        for entry in entries_unseen(work, case, act)
        if entry.actor != act.actor and any(field in entry.changes for field in guards)
    ]
    if news:
        raise Conflict(f"{case.key} has changed since you looked: {said(work, news)}. Look again before you change it.")


def entries_unseen(work: Work, case: Case, act: Act) -> Sequence[Entry]:
    """Oldest first."""
    if act.seen is None or act.seen >= case.version:
        return ()
    return work.cases.entries_since(case, act.seen)


def as_seen(work: Work, case: Case, act: Act) -> dict[str, Any]:
    """What has changed since the person looked, as it was then: field → plain value."""
    seen: dict[str, Any] = {}
    for entry in entries_unseen(work, case, act):
        for field in entry.changes:
            seen.setdefault(field, entry.before(field))
    return seen


def said(work: Work, entries: list[Entry]) -> str:
    people = work.people.by_ids(
        person
        for entry in entries
        for person in (entry.actor, entry.before("assignee"), entry.after("assignee"))
        if person
    )
    names = {person.id: person.name for person in people.values()}
    return "; ".join(sentence(entry, names) for entry in entries)


def record(work: Work, case: Case, entry: Entry | None) -> Outcome:
    """Write the entry and everything it causes, in the transaction of the change itself."""
    if entry is None:
        return Outcome(loaded(case), None)
    work.log(entry)
    people = work.people.by_ids(people_wanted(case, entry))
    may_see = those_who_may_see(work, case.project, people.values())
    deliveries = deliveries_for(case, entry, {person.id: person for person in may_see})
    streams = [one.stream for one in deliveries if one.entry_id and one.kind != Tell.DM]
    outlook = work.deliveries.outlook(streams, LATER, case.project_id)
    if outlook.unhurried and not entry.is_one_of_many:
        work.deliveries.hurry(streams, LATER)
    deliveries += notifying.changed(case, entry, listened_to=outlook.is_listened_to)
    if case.tickets:
        terms = work.tickets.terms(case.project_id, {ticket.partner for ticket in case.tickets}, entry.at)
        deliveries += ticket_telling.changed(case, entry, terms)
    if outlook.is_ruled:
        deliveries.append(ruling.changed(case, entry))
    work.enqueue(deliveries)
    return Outcome(loaded(case), entry)


def loaded(case: Case) -> Case:
    """With all that a card shows, so that it can be drawn after the session has ended."""
    _ = case.teams, case.posts, case.tickets, case.comes_from_alert and case.alert, case.is_storm and case.storm
    return case
