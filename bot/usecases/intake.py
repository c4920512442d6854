"""Taking in alerts: one case each however often they come, resolved and reopened as they end and begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain import telling
from bot.domain.act import CASEBOOK, Act
from bot.domain.alert import Alert, is_late
from bot.domain.case import Case
from bot.domain.casetype import SECURITY, STANDARD, CaseType, Group
from bot.domain.entry import Entry, Kind
from bot.domain.errors import Invalid
from bot.domain.evidence import EvidenceKind
from bot.domain.facts import ATTRIBUTES, Source
from bot.domain.intake import Hook, KnownAlert, Standing, Watch
from bot.domain.query_fields import FIELDS, HAS
from bot.domain.reading import PostRef, Workspace
from bot.storage.database import Database, Work
from bot.usecases.evidence import piece
from bot.usecases.opening import keep_post
from bot.usecases.verb import once, record

# A case that somebody closes while its alert goes on is left alone so long: the alert's tail is no news.
TAIL = timedelta(minutes=10)
RESOLVED = "Resolved"
ATTRIBUTES_KEPT = 10
NOT_ATTRIBUTES = {*FIELDS, *HAS, "is", "has", "sort"} - set(ATTRIBUTES)


class Did(StrEnum):
    """What became of an alert."""

    OPENED = "opened"
    COUNTED = "counted"
    TRIGGERED = "triggered again"
    REOPENED = "reopened"
    RECOVERED = "recovered"
    RESOLVED = "resolved"
    NOTHING = "nothing to do"


@dataclass(frozen=True, slots=True)
class Taken:
    """``case``: the key of the alert's case; empty if it has none."""

    did: Did
    case: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Where alerts go and what their ends and beginnings do. ``reopens``: how long after closing a case is reopened."""

    project: int
    resolves: bool
    reopens: timedelta

    @classmethod
    def of(cls, source: Hook | Watch) -> "Terms":
        return cls(source.project_id, source.resolves, timedelta(minutes=source.reopen_minutes))


@dataclass(frozen=True, slots=True)
class Place:
    """The post that tells of an alert."""

    post: PostRef
    workspace: Workspace


def take_alerts(db: Database, terms: Terms, alerts: Sequence[Alert], now: datetime) -> list[Taken]:
    """What one request brings, in one unit of work."""
    fitting = [alert.fitting(now) for alert in alerts]
    return once(db, lambda work: [take(work, terms, alert, now) for alert in fitting])


def take_alert(db: Database, terms: Terms, alert: Alert, now: datetime, place: Place | None = None) -> Taken:
    """The alert opens a case, joins the one that is open, or ends it; the same arrival again changes nothing."""
    return once(db, lambda work: take(work, terms, alert.fitting(now), now, place))


def take(work: Work, terms: Terms, alert: Alert, now: datetime, place: Place | None = None) -> Taken:
    if alert.delivery and not work.alerts.arrives(terms.project, alert.source, alert.delivery, now):
        return Taken(Did.NOTHING)
    known = work.alerts.locked(terms.project, alert.source, alert.key, unheard(alert, now))
    taking = Taking(work, terms, alert, known, now, place)
    standing = work.alerts.standing(known.case_id)
    if standing is None:
        return taking.first()
    if is_late(alert, known):
        return Taken(Did.NOTHING, standing.key)
    return taking.over() if alert.is_over else taking.heard(standing)


def unheard(alert: Alert, now: datetime) -> dict[str, Any]:
    """The row of an alert that nobody has heard of."""
    return {
        "case_id": None, "state": alert.state.value, "name": alert.name, "link": alert.link, "tags": dict(alert.tags),
        "repeats": 0, "cycle": alert.cycle, "first_at": now, "last_at": now, "moved_at": alert.at, "moves": 0,
        "moves_since": now, "is_stale": False,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taking:
    """One alert that has arrived, with its row, which is locked. Locks are taken in the order row, case, project."""

    work: Work
    terms: Terms
    alert: Alert
    known: KnownAlert
    now: datetime
    place: Place | None

    @property
    def act(self) -> Act:
        return Act(actor=CASEBOOK, at=self.now, via="alert")

    @property
    def is_other_cycle(self) -> bool:
        return bool(self.alert.cycle and self.known.cycle and self.alert.cycle != self.known.cycle)

    def case(self) -> Case:
        found = self.work.cases.by_id(self.known.case_id or 0, lock=True)
        if found is None:
            raise Invalid("The case of this alert was deleted at this moment. Send the alert again.")
        return found

    def first(self) -> Taken:
        """It has no case. If it is over already, that is remembered: word of its beginning may still be on its way."""
        known, alert = self.known, self.alert
        if alert.is_over:
            known.state, known.moved_at, known.last_at = alert.state.value, max(known.moved_at, alert.at), self.now
            known.cycle = alert.cycle or known.cycle
            return Taken(Did.NOTHING)
        if known.is_over and not self.is_other_cycle and (alert.cycle or alert.at <= known.moved_at):
            return Taken(Did.NOTHING)
        return Taken(Did.OPENED, self.opened(known).key)

    def heard(self, standing: Standing) -> Taken:
        """It has a case, and goes on or has begun again."""
        is_new = self.known.is_over or self.is_other_cycle
        is_open = standing.archived_at is None and standing.group != Group.CLOSED
        since = self.now - (standing.closed_at or self.now)
        is_tail = not is_new and since < TAIL
        if not is_open and not is_tail and (standing.archived_at or since > self.terms.reopens):
            return self.open_anew()
        self.count()
        if is_new and is_open:
            return self.again()
        return Taken(Did.COUNTED, standing.key) if is_open or is_tail else self.reopen()

    def count(self) -> None:
        """On the row and nowhere else; the card follows when `intake_clock` next looks."""
        known, alert = self.known, self.alert
        known.repeats += 1
        known.state, known.last_at = alert.state.value, max(known.last_at, self.now)
        known.moved_at = max(known.moved_at, alert.at)
        known.cycle, known.link = alert.cycle or known.cycle, alert.link or known.link
        known.is_stale = True

    def again(self) -> Taken:
        """It had ended, and its case is open still."""
        case = self.case()
        if self.known.is_flapping(self.now):
            return Taken(Did.COUNTED, case.key)
        self.told(case, case.log(Kind.ALERTED, self.act, {}))
        return Taken(Did.TRIGGERED, case.key)

    def reopen(self) -> Taken:
        case = self.case()
        entry = case.reopen(self.act)
        if entry is None:  # somebody was faster
            return Taken(Did.COUNTED, case.key)
        self.told(case, entry)
        return Taken(Did.REOPENED, case.key)

    def over(self) -> Taken:
        """Noted once, and the end of the case if its project says so and its type can be closed so."""
        if self.known.is_over:
            return Taken(Did.NOTHING)
        known, alert, case = self.known, self.alert, self.case()
        known.state, known.moved_at, known.is_stale = alert.state.value, max(known.moved_at, alert.at), True
        if not case.is_open or case.is_archived or known.is_flapping(self.now):
            return Taken(Did.RECOVERED, case.key)
        resolved = close(case, self.act) if self.terms.resolves else None
        self.told(case, resolved or case.log(Kind.RECOVERED, self.act, {}))
        return Taken(Did.RESOLVED if resolved else Did.RECOVERED, case.key)

    def told(self, case: Case, entry: Entry) -> None:
        """The card is drawn for the entry, and tells all of the alert with that."""
        self.known.note_move(self.now)
        entry.data["alert"], self.known.is_stale = self.known.label, False
        record(self.work, case, entry)

    def open_anew(self) -> Taken:
        """Another case of the alert; the earlier one keeps what it was about."""
        known, alert = self.known, self.alert
        known.is_current, known.is_stale = None, False
        self.work.flush()
        fresh = self.work.alerts.locked(self.terms.project, alert.source, alert.key, unheard(alert, self.now))
        return Taken(Did.OPENED, self.opened(fresh).key)

    def opened(self, known: KnownAlert) -> Case:
        alert, post = self.alert, self.place.post if self.place else None
        known.state, known.cycle, known.moved_at, known.last_at = alert.state.value, alert.cycle, alert.at, self.now
        escalated = self.work.cases.source_post(post.channel, post.ts) if post else None
        if escalated and (case := self.work.cases.by_id(escalated.case_id)):
            known.case_id, known.is_stale = case.id, True  # a person was faster
            return case
        case, entry = self.new_case()
        self.work.add(case)
        entry.case_id, known.case_id = case.id, case.id
        entry.data["alert"], entry.data["evidence"] = known.label, self.evidence(case)
        outcome = record(self.work, case, entry)
        if post:
            self.work.enqueue([telling.answer(case, entry, post.channel, post.thread_ts)])
        return outcome.case

    def new_case(self) -> tuple[Case, Entry]:
        alert, project = self.alert, self.work.projects.by_id(self.terms.project, lock=True)
        if project is None:
            raise Invalid("The project of these alerts no longer exists.")
        return Case.open(
            self.act,
            project,
            type_of(self.work, alert.kind),
            title=alert.title,
            description=alert.text,
            priority=alert.priority,
            attributes=attributes_of(alert.tags),
            source=alert.kind,
        )

    def evidence(self, case: Case) -> list[int]:
        """The post, or else the link to whatever raised the alert."""
        if self.place:
            return keep_post(self.work, self.act, case, self.place.post, self.place.workspace)
        if not self.alert.link:
            return []
        linked = piece(case, self.act, EvidenceKind.LINK, self.alert.name, self.alert.link)
        self.work.add(linked)
        case.evidence_count = 1
        return [linked.id]


def type_of(work: Work, kind: Source) -> CaseType:
    found = work.cases.type_named(SECURITY if kind == Source.SIGNAL else STANDARD)
    return found or work.cases.types()[0]


def attributes_of(tags: Mapping[str, str]) -> dict[str, str]:
    """Service and environment first. A tag with the name of a field could not be asked for: it is on the alert only."""
    names = sorted((name for name in tags if name not in NOT_ATTRIBUTES), key=lambda name: name not in ATTRIBUTES)
    return {name: tags[name] for name in names[:ATTRIBUTES_KEPT]}


def close(case: Case, act: Act) -> Entry | None:
    """``None`` for a type that wants to be closed with a reason, and has none that says this."""
    if RESOLVED in case.type.reasons:
        return case.close(act, RESOLVED)
    return None if case.type.reason_required else case.close(act, None)
