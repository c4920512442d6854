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
from bot.domain.intake import DEFAULT_MOST, STORM_WITHIN, Hook, KnownAlert, Standing, Watch
from bot.domain.priority import is_more_urgent
from bot.domain.project import Project
from bot.domain.query_fields import FIELDS, HAS
from bot.domain.reading import PostRef, Workspace
from bot.domain.storm import Storm
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
    COLLECTED = "collected"
    NOTHING = "nothing to do"


@dataclass(frozen=True, slots=True)
class Taken:
    """``case``: the key of the alert's case; empty if it has none."""

    did: Did
    case: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Where alerts go and what their ends and beginnings do. ``reopens``: how long after closing a case is reopened.

    ``intake``: the hook or watch that they come by; ``most``: the cases that it opens before it is a storm.
    """

    project: int
    resolves: bool
    reopens: timedelta
    intake: str = ""
    most: int = DEFAULT_MOST

    @classmethod
    def of(cls, source: Hook | Watch) -> "Terms":
        reopens = timedelta(minutes=source.reopen_minutes)
        return cls(source.project_id, source.resolves, reopens, source.intake, source.most_cases)


@dataclass(frozen=True, slots=True)
class Place:
    """The post that tells of an alert."""

    post: PostRef
    workspace: Workspace


def take_alerts(db: Database, terms: Terms, alerts: Sequence[Alert], now: datetime) -> list[Taken]:
    """What one request brings, in one unit of work."""
    fitting = [alert.fitting(now) for alert in alerts]

    def attempt(work: Work) -> list[Taken]:
        # All their rows before anything else, so that two requests never have what the other one waits for.
        for alert in sorted(fitting, key=lambda one: one.key) if len(fitting) > 1 else ():
            work.alerts.locked(terms.project, alert.source, alert.key, unheard(alert, now))
        return [take(work, terms, alert, now) for alert in fitting]

    return once(db, attempt)


def take_alert(db: Database, terms: Terms, alert: Alert, now: datetime, place: Place | None = None) -> Taken:
    """The alert opens a case, joins the one that is open, or ends it; the same arrival again changes nothing."""
    return once(db, lambda work: take(work, terms, alert.fitting(now), now, place))


def take(work: Work, terms: Terms, alert: Alert, now: datetime, place: Place | None = None) -> Taken:
    if alert.delivery and not work.alerts.arrives(terms.project, alert.source, alert.delivery, now):
        return Taken(Did.NOTHING)
    known = work.alerts.locked(terms.project, alert.source, alert.key, unheard(alert, now))
    taking = Taking(work, terms, alert, known, now, place)
    standing = standing_of(work, known)
    if standing is None:
        return taking.first()
    if is_late(alert, known):
        return Taken(Did.NOTHING, standing.key)
    return taking.over(standing) if alert.is_over else taking.heard(standing)


def standing_of(work: Work, known: KnownAlert) -> Standing | None:
    """A storm's case is closed by the clock, which only the storm's own row keeps from doing it meanwhile."""
    standing = work.alerts.standing(known.case_id)
    if standing and standing.is_storm and known.case_id:
        work.storms.hold(known.case_id)
        return work.alerts.standing(known.case_id)
    return standing


def unheard(alert: Alert, now: datetime) -> dict[str, Any]:
    """The row of an alert that nobody has heard of."""
    return {
        "case_id": None, "state": alert.state.value, "name": alert.name, "link": alert.link, "tags": dict(alert.tags),
        "repeats": 0, "cycle": alert.cycle, "first_at": now, "last_at": now, "moved_at": alert.at, "moves": 0,
        "moves_since": now, "is_stale": False, "intake": "",
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taking:
    """One alert that has arrived, with its row, which is locked. Locks are taken in the order row, case, project.

    In a storm nobody is told of a single alert, and what the card tells is counted by `storm_clock`. Its row is locked
    before its case.
    """

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
        return self.opened(known)

    def heard(self, standing: Standing) -> Taken:
        """It has a case, and goes on or has begun again."""
        is_new = self.known.is_over or self.is_other_cycle
        is_open = standing.archived_at is None and standing.group != Group.CLOSED
        since = self.now - (standing.closed_at or self.now)
        is_tail = not is_new and since < TAIL
        if not is_open and not is_tail and (standing.archived_at or since > self.terms.reopens):
            return self.open_anew()
        self.count()
        if standing.is_storm:
            self.known.is_stale = False
        elif is_new and is_open:
            return self.again()
        return Taken(Did.COUNTED, standing.key) if is_open or is_tail else self.reopen(standing)

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

    def reopen(self, standing: Standing) -> Taken:
        case = self.case()
        entry = case.reopen(self.act)
        if entry is None:  # somebody was faster
            return Taken(Did.COUNTED, case.key)
        if standing.is_storm:
            entry.data["storm"] = True
        self.told(case, entry)
        return Taken(Did.REOPENED, case.key)

    def over(self, standing: Standing) -> Taken:
        """Noted once, and the end of the case if its project says so and its type can be closed so."""
        if self.known.is_over:
            return Taken(Did.NOTHING)
        known, alert = self.known, self.alert
        known.state, known.moved_at = alert.state.value, max(known.moved_at, alert.at)
        known.is_stale = not standing.is_storm
        if standing.is_storm:
            return Taken(Did.RECOVERED, standing.key)
        case = self.case()
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
        return self.opened(fresh)

    def opened(self, known: KnownAlert) -> Taken:
        """A case of its own, unless the source has opened too many: whoever would open another one waits for that."""
        alert, post = self.alert, self.place.post if self.place else None
        known.state, known.cycle, known.moved_at, known.last_at = alert.state.value, alert.cycle, alert.at, self.now
        known.first_at, known.intake = self.now, self.terms.intake
        escalated = self.work.cases.source_post(post.channel, post.ts) if post else None
        if escalated and (case := self.work.cases.by_id(escalated.case_id)):
            known.case_id, known.is_stale = case.id, True  # a person was faster
            return Taken(Did.OPENED, case.key)
        storm = self.storm()
        if storm is None:
            project = self.project()
            since = self.now - STORM_WITHIN
            if self.work.alerts.opened_since(self.terms.intake, since, self.terms.most) < self.terms.most:
                return Taken(Did.OPENED, self.one_case(known, project).key)
            storm = self.storm() or self.storm_begun(project)
        return self.collected(known, storm)

    def project(self) -> Project:
        found = self.work.projects.by_id(self.terms.project, lock=True)
        if found is None:
            raise Invalid("The project of these alerts no longer exists.")
        return found

    def one_case(self, known: KnownAlert, project: Project) -> Case:
        case, entry = case_of(self.work, self.act, self.alert, project)
        self.work.add(case)
        known.case_id = case.id
        return self.recorded(case, entry, known.label)

    def recorded(self, case: Case, entry: Entry, label: str) -> Case:
        """With what it came from as evidence, and told below its post."""
        post = self.place.post if self.place else None
        entry.case_id, entry.data["alert"], entry.data["evidence"] = case.id, label, self.evidence(case)
        outcome = record(self.work, case, entry)
        if post:
            self.work.enqueue([telling.answer(case, entry, post.channel, post.thread_ts)])
        return outcome.case

    def storm(self) -> Storm | None:
        """The one that rages; it is over when its case has been archived."""
        storm = self.work.storms.joined(self.terms.intake)
        standing = self.work.alerts.standing(storm.case_id) if storm else None
        return storm if standing and standing.archived_at is None else None

    def storm_begun(self, project: Project) -> Storm:
        self.work.storms.end(self.terms.intake, self.now)
        storm = Storm(
            intake=self.terms.intake, is_raging=True, label=self.label(), most=self.terms.most,
            resolves=self.terms.resolves, priority=self.alert.priority.value, began_at=self.now, kinds=1, recovered=0,
            repeats=0, last_at=self.now,
        )  # fmt: skip
        case, entry = Case.open(
            self.act,
            project,
            type_of(self.work, self.alert.kind),
            title=storm.title,
            description=storm.explanation,
            priority=self.alert.priority,
            source=Source.STORM,
        )
        self.work.add(case)
        storm.case_id, entry.data["storm"] = case.id, True
        self.work.add(storm)
        self.recorded(case, entry, storm.label)
        return storm

    def label(self) -> str:
        """Where it comes from. A private channel's name is no public one's business."""
        channel = self.work.projects.channel(self.place.post.channel) if self.place else None
        return f"#{channel.name}" if channel and channel.name and not channel.is_private else self.known.label

    def collected(self, known: KnownAlert, storm: Storm) -> Taken:
        """Nobody is told of it, unless it is more urgent than all before or the case was closed a while ago."""
        known.case_id = storm.case_id
        if self.place:
            post = self.place.post
            known.link = known.link or self.place.workspace.link(post.channel, post.ts, post.thread_ts) or ""
        if storm.is_outdone_by(self.alert.priority):
            self.hurry(storm)
        standing = self.work.alerts.standing(storm.case_id)
        if standing is None:
            raise Invalid("The case of this storm was deleted at this moment. Send the alert again.")
        if standing.closed_at and self.now - standing.closed_at >= TAIL:
            self.reopen_storm(storm)
        return Taken(Did.COLLECTED, standing.key)

    def hurry(self, storm: Storm) -> None:
        """The case is as urgent as the most urgent of its alerts; what people make of that afterwards stays."""
        locked, alert = self.work.storms.locked(storm.id), self.alert
        case = self.work.cases.by_id(storm.case_id, lock=True)
        if locked is None or case is None or not locked.is_outdone_by(alert.priority):
            return
        locked.priority = alert.priority.value
        if is_more_urgent(alert.priority, case.priority):
            record(self.work, case, case.prioritize(self.act, alert.priority))

    def reopen_storm(self, storm: Storm) -> None:
        case = self.work.cases.by_id(storm.case_id, lock=True)
        entry = case.reopen(self.act) if case else None
        if case and entry:
            entry.data["alert"], entry.data["storm"] = storm.label, True
            record(self.work, case, entry)

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


def case_of(work: Work, act: Act, alert: Alert, project: Project) -> tuple[Case, Entry]:
    """The case that the alert opens; it is up to the caller to keep it."""
    return Case.open(
        act,
        project,
        type_of(work, alert.kind),
        title=alert.title,
        description=alert.text,
        priority=alert.priority,
        attributes=attributes_of(alert.tags),
        source=alert.kind,
    )


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
