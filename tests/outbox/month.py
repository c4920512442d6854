"""A month in the life of a team, and what is to come of it: what people do, and by the clock what Casebook does.

It is March 2026: the clocks of Paris, where everybody lives, are put forward in the night to the 29th.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Kind
from bot.domain.priority import Priority
from bot.domain.rule import Action, Then, When
from bot.sandbox import Channel, Person
from bot.usecases import idle, inboxes, opening, projects, retention, rules, snoozing, weeklies, working
from bot.usecases.inboxes import InboxFields
from bot.usecases.rules import RuleFields
from bot.usecases.weeklies import WeeklyFields
from tests.outbox.conftest import Town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGINS = datetime(2026, 3, 5, tzinfo=UTC)
ENDS = BEGINS + 30 * DAY
PARIS = ZoneInfo("Europe/Paris")
BUSY = 40
Times = Sequence[datetime]
Deed = tuple[datetime, Callable[[datetime], None]]


def on(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Of March, whose 32nd is the 1st of April."""
    return datetime(2026, 3, 1, hour, minute, tzinfo=UTC) + (day - 1) * DAY


def ago(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def in_paris(hour: int, minute: int = 0) -> Times:
    """Every day at this time by the clocks there. What these skip comes when they have been put forward."""
    days = [BEGINS.date() + number * DAY for number in range(30)]
    return [datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC) for day in days]


# While clocks are changed somebody looks every hour.
DST = [on(28, 12) + hour * HOUR for hour in range(24)]
MONDAYS = [at for at in in_paris(9) if at.weekday() == 0]
# What is told beside the cases, and from when on each may be there. In rules' channel: not taken for a day, not taken
# in time, not closed in time, not taken for a day. In that of inboxes: urgent, urgent still, overdue.
RULED = (on(7, 10), on(9, 10), on(30, 8), on(34, 8))
HEATED = (on(6, 10), on(6, 14), on(32, 22))
WARNED = (on(9, 5), on(16, 5))
TO_BOB: Mapping[str, Times] = {
    "Tomorrow!": (on(31, 15),),
    "will close by itself soon": (on(16, 1), on(16, 2), on(28, 2)),
    "nobody had worked on it": (on(19, 1), on(31, 2)),
}


@dataclass
class Tale:
    """``deeds``: when, who, and what. ``then``: what its timeline says in the end, and from when on each may be there.

    ``goes``: when it is deleted.
    """

    title: str
    opened: datetime
    new: dict[str, Any] = field(default_factory=dict)
    deeds: Sequence[tuple[datetime, tuple[Any, ...]]] = ()
    then: Sequence[tuple[Kind, datetime]] = ()
    goes: datetime | None = None

    @property
    def moments(self) -> set[datetime]:
        found = {self.opened, self.goes, *(at for at, _ in self.deeds), *(at for _, at in self.then)}
        return {at for at in found if at and at >= BEGINS}


class Month:
    def __init__(self, town: Town, dice: random.Random) -> None:
        self.town = town
        self.digests, self.nightly, self.hot, self.rules, self.figures = (
            town.slack.add_channel(name, members=[town.ann, town.bob], bot=True)
            for name in ("digests", "nightly", "hot", "rules", "figures")
        )
        self.tales = [*old(town.ann, town.bob), *told(town.ann, town.bob)]
        self.busy = list(busy(town.ann, town.bob, dice))

    @property
    def moments(self) -> Times:
        """At which somebody has to look, so that it is certain what happens."""
        return sorted({*DST, *WARNED, *(at for tale in self.tales for at in tale.moments)})

    # -- before it begins ---------------------------------------------------------------------------------------------
    def prepare(self) -> None:
        town = self.town
        projects.change_project(
            town.db, town.act(town.dana), "OPS", name="Operations", home_channel=town.ops.id, retention_months=15,
            guests_allowed=False, close_after_days=14,
        )  # fmt: skip
        self.inbox("Daily", "is:open", self.digests, digest="daily")
        self.inbox("Nightly", "is:open", self.nightly, digest="daily", digest_minute=150)
        self.inbox("Hot", "priority:P1 is:open", self.hot, events=("created",), stay_minutes=240)
        self.inbox("Late", "is:overdue", self.hot, events=("entered",))
        weekly = WeeklyFields("", self.figures.id, "mon", 540, "Europe/Paris")
        weeklies.send_weekly(town.db, town.act(town.ann), weekly)
        tell = Action(Then.CHANNEL, channel=self.rules.id)
        self.rule("Remind", When.IDLE, Action(Then.NOTE, text="Any news?"), minutes=4320)
        self.rule("Whose", When.UNASSIGNED, tell, minutes=1440)
        self.rule("Soon", When.DUE, Action(Then.ASSIGNEE, text="Tomorrow!"), minutes=1440)
        self.rule("Take", When.UNTAKEN, tell, levels={"P1": 480})
        self.rule("Close", When.UNCLOSED, tell, levels={"P2": 2400})
        self.rule("Rota", When.CREATED, Action(Then.PRIORITY, priority="P4"), query="title:rota")
        for at, deed in self.deeds(self.tales):
            if at < BEGINS:
                deed(at)
        town.tell_slowly()

    def inbox(self, name: str, query: str, channel: Channel, **more: Any) -> None:
        fields = InboxFields(**({"name": name, "query": query, "channels": [channel.id], "events": ()} | more))
        inboxes.create_inbox(self.town.db, self.town.act(self.town.ann), fields)

    def rule(self, name: str, when: When, action: Action, **more: Any) -> None:
        fields = RuleFields(name=name, when=when, actions=(action,), **more)
        rules.create_rule(self.town.db, self.town.act(self.town.dana), "OPS", fields)

    # -- what people do -----------------------------------------------------------------------------------------------
    def deeds(self, tales: Iterable[Tale]) -> list[Deed]:
        """In order. Each wants to be told the time, which may be later than it was meant for."""
        found: list[Deed] = []
        for tale in tales:
            found.append((tale.opened, partial(self.open, tale)))
            found += [(at, partial(self.do, tale, *what)) for at, what in tale.deeds]
        return sorted(found, key=lambda one: one[0])

    def open(self, tale: Tale, at: datetime) -> None:
        new = opening.NewCase(title=tale.title, **tale.new)
        act = self.act(self.town.ann, at)
        opening.open_case(self.town.db, act, new, self.town.workspace, project_key="OPS")

    def do(self, tale: Tale, person: Person, deed: Callable[..., Any], *more: Any) -> None:
        """``more``: what the deed needs, and the time."""
        *needed, at = more
        with self.town.db.read() as work:
            case_id = work.session.scalars(select(Case.id).where(Case.title == tale.title)).one()
        deed(self.town.db, self.act(person, at), case_id, *needed)

    def act(self, person: Person, at: datetime) -> Act:
        return Act(actor=person.id, at=at, via="command", origin=f"month/{next(self.town.serial)}")


def old(ann: Person, bob: Person) -> Iterator[Tale]:
    """Cases are kept for 15 months: the first three are over two weeks after the 9th, the fourth a week later."""
    for title, closed, goes, kept in [
        ("old 1", ago(2024, 12, 20), on(23, 5), None),
        ("old 2", ago(2024, 12, 21), on(23, 5), None),
        ("old and kept", ago(2024, 12, 22), None, on(12, 9)),
        ("old 3", ago(2024, 12, 27), on(30, 5), None),
        ("not so old", ago(2025, 1, 25), None, None),
    ]:
        deeds: list[tuple[datetime, tuple[Any, ...]]] = [(closed, (bob, working.close_case, "resolved"))]
        then = [(Kind.OPENED, closed - DAY), (Kind.CLOSED, closed)]
        if kept:
            deeds.append((kept, (ann, retention.keep_for, 6)))
            then.append((Kind.KEPT, kept))
        yield Tale(title, closed - DAY, {}, deeds, then, goes)


def told(ann: Person, bob: Person) -> Iterator[Tale]:
    bobs, resolved = {"assignee": bob.id}, (bob, working.close_case, "resolved")
    yield Tale(
        "forgotten", on(5, 1), bobs, [],
        [
            (Kind.OPENED, on(5, 1)), (Kind.NOTE_ADDED, on(8, 1)), (Kind.CLOSING, on(16, 1)), (Kind.CLOSED, on(19, 1)),
        ],
    )  # fmt: skip
    yield Tale(
        "kept open", on(5, 2), bobs, [(on(17, 2), (ann, idle.keep_open))],
        [
            (Kind.OPENED, on(5, 2)), (Kind.NOTE_ADDED, on(8, 2)), (Kind.CLOSING, on(16, 2)),
            (Kind.KEPT_OPEN, on(17, 2)), (Kind.NOTE_ADDED, on(20, 2)), (Kind.CLOSING, on(28, 2)),
            (Kind.CLOSED, on(31, 2)),
        ],
    )  # fmt: skip
    yield Tale(
        "snoozed", on(6, 9), bobs, [(on(6, 10), (ann, snoozing.snooze_case, "4d")), (on(11, 9), resolved)],
        [
            (Kind.OPENED, on(6, 9)), (Kind.SNOOZED, on(6, 10)), (Kind.NOTE_ADDED, on(9, 10)),
            (Kind.WOKEN, on(10, 10)), (Kind.CLOSED, on(11, 9)),
        ],
    )  # fmt: skip
    yield Tale(  # on a Friday; with nobody who has it the clocks of UTC count
        "not taken", on(6, 10), {"priority": Priority.P1},
        [(on(9, 12), (bob, working.take_case)), (on(9, 13), resolved)],
        [
            (Kind.OPENED, on(6, 10)), (Kind.LEVEL_WARNED, on(6, 16, 24)), (Kind.LEVEL_MISSED, on(9, 10)),
            (Kind.NOTE_ADDED, on(9, 10)), (Kind.ASSIGNED, on(9, 12)), (Kind.CLOSED, on(9, 13)),
        ],
    )  # fmt: skip
    yield Tale(  # forty hours of work from 10 o'clock on a Monday, until 10 o'clock on the next, in summer time
        "not closed", on(23, 9), bobs | {"priority": Priority.P2}, [(on(31, 9), resolved)],
        [
            (Kind.OPENED, on(23, 9)), (Kind.NOTE_ADDED, on(26, 9)), (Kind.LEVEL_WARNED, on(27, 9)),
            (Kind.LEVEL_MISSED, on(30, 8)), (Kind.CLOSED, on(31, 9)),
        ],
    )  # fmt: skip
    yield Tale(
        "due", on(30, 6), bobs | {"due": date(2026, 4, 1)}, [],
        [(Kind.OPENED, on(30, 6)), (Kind.NOTE_ADDED, on(33, 6))],
    )  # fmt: skip
    yield Tale("rota", on(33, 8), then=[(Kind.OPENED, on(33, 8)), (Kind.PRIORITY, on(33, 8))])


def busy(ann: Person, bob: Person, dice: random.Random) -> Iterator[Tale]:
    """What comes and goes."""
    for number in range(BUSY):
        opened = BEGINS + dice.randrange(24 * 27) * HOUR
        taken, noted, closed = (opened + hours * HOUR for hours in sorted(dice.sample(range(12), 3)))
        yield Tale(
            f"busy {number}.", opened, {},
            [
                (taken, (bob, working.take_case)), (noted, (ann, working.note_case, "it is there again")),
                (closed, (bob, working.close_case, "resolved")),
            ],
            [(Kind.OPENED, opened), (Kind.ASSIGNED, taken), (Kind.NOTE_ADDED, noted), (Kind.CLOSED, closed)],
        )  # fmt: skip
