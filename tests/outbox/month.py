"""A month in the life of a team, and what is to come of it: what people do, and by the clock what Casebook does.

It is March 2026: the clocks of Paris, where everybody lives, are put forward in the night to the 29th.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Kind
from bot.domain.priority import Priority
from bot.domain.rule import Action, Then, When
from bot.sandbox import Channel
from bot.usecases import idle, inboxes, opening, projects, retention, rules, snoozing, weeklies, working
from bot.usecases.inboxes import InboxFields
from bot.usecases.rules import RuleFields
from bot.usecases.weeklies import WeeklyFields
from tests.outbox.conftest import Town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGINS = datetime(2026, 3, 5, tzinfo=UTC)
ENDS = BEGINS + 30 * DAY
PARIS = ZoneInfo("Europe/Paris")
Deed = tuple[datetime, Callable[[], Any]]


def on(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Of March, whose 32nd is the 1st of April."""
    return datetime(2026, 3, 1, hour, minute, tzinfo=UTC) + (day - 1) * DAY


def in_paris(hour: int, minute: int = 0) -> list[datetime]:
    """Every day at this time by the clocks there. What these skip comes when they have been put forward."""
    days = [BEGINS.date() + number * DAY for number in range(30)]
    return [datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC) for day in days]


@dataclass
class Tale:
    """``then``: what its timeline says in the end, and from when on each of it may be there."""

    title: str
    opened: datetime
    new: dict[str, Any] = field(default_factory=dict)
    deeds: Sequence[tuple[datetime, Callable[..., Any], str, tuple[Any, ...]]] = ()
    then: Sequence[tuple[Kind, datetime]] = ()


class Month:
    def __init__(self, town: Town, dice: random.Random) -> None:
        self.town = town
        self.dice = dice
        self.digests, self.nightly, self.hot, self.rules, self.figures = (
            town.slack.add_channel(name, members=[town.ann, town.bob], bot=True)
            for name in ("digests", "nightly", "hot", "rules", "figures")
        )
        self.tales = [*self.told(), *self.busy()]

    # -- before it begins ---------------------------------------------------------------------------------------------
    def prepare(self) -> None:
        town, act = self.town, self.town.act(self.town.dana)
        projects.change_project(
            town.db, act, "OPS", name="Operations", home_channel=town.ops.id, retention_months=15,
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
        self.long_ago()
        town.tell_slowly()

    def inbox(self, name: str, query: str, channel: Channel, **more: Any) -> None:
        fields = InboxFields(**({"name": name, "query": query, "channels": [channel.id], "events": ()} | more))
        inboxes.create_inbox(self.town.db, self.town.act(self.town.ann), fields)

    def rule(self, name: str, when: When, action: Action, **more: Any) -> None:
        fields = RuleFields(name=name, when=when, actions=(action,), **more)
        rules.create_rule(self.town.db, self.town.act(self.town.dana), "OPS", fields)

    def long_ago(self) -> None:
        """Closed cases: the first three are over two weeks after the 9th, the next one a week later, the last never."""
        for title, closed in [
            ("old 1", datetime(2024, 12, 20, tzinfo=UTC)),
            ("old 2", datetime(2024, 12, 21, tzinfo=UTC)),
            ("old and kept", datetime(2024, 12, 22, tzinfo=UTC)),
            ("old 3", datetime(2024, 12, 27, tzinfo=UTC)),
            ("not so old", datetime(2025, 1, 25, tzinfo=UTC)),
        ]:
            self.open(title, closed - DAY)
            self.do(working.close_case, title, self.town.bob.id, closed, "resolved")

    # What else is to come of it, and from when on each may be there.
    gone, warned = (on(23, 5), on(23, 5), on(30, 5)), (on(9, 5), on(16, 5))
    stay = ("old and kept", "not so old")
    ruled = (on(7, 10), on(9, 10), on(30, 8), on(34, 8))  # not taken for a day, nor in time; not closed; the rota
    heated = (on(6, 10), on(6, 14), on(32, 22))  # urgent, urgent still, overdue
    to_bob: Mapping[str, Sequence[datetime]] = MappingProxyType(
        {
            "Tomorrow!": (on(31, 15),),
            "will close by itself soon": (on(16, 1), on(16, 2), on(28, 2)),
            "nobody had worked on it": (on(19, 1), on(31, 2)),
        }
    )

    # -- what people do -----------------------------------------------------------------------------------------------
    def deeds(self) -> Iterator[Deed]:
        """In order."""
        found: list[Deed] = [(on(12, 9), partial(self.keep, "old and kept", on(12, 9)))]
        for tale in self.tales:
            found.append((tale.opened, partial(self.open, tale.title, tale.opened, **tale.new)))
            for at, deed, person, more in tale.deeds:
                found.append((at, partial(self.do, deed, tale.title, person, at, *more)))
        yield from sorted(found, key=lambda one: one[0])

    def act(self, person: str, at: datetime) -> Act:
        return Act(actor=person, at=at, via="command", origin=f"month/{next(self.town.serial)}")

    def open(self, title: str, at: datetime, **new: Any) -> None:
        wanted = opening.NewCase(title=title, **new)
        opening.open_case(self.town.db, self.act(self.town.ann.id, at), wanted, self.town.workspace, project_key="OPS")

    def do(self, deed: Callable[..., Any], title: str, person: str, at: datetime, *more: Any) -> None:
        deed(self.town.db, self.act(person, at), self.id_of(title), *more)

    def keep(self, title: str, at: datetime) -> None:
        retention.keep_for(self.town.db, self.act(self.town.ann.id, at), self.id_of(title), 6)

    def id_of(self, title: str) -> int:
        with self.town.db.read() as work:
            return work.session.scalars(select(Case.id).where(Case.title == title)).one()

    # -- the tales ----------------------------------------------------------------------------------------------------
    def told(self) -> Iterator[Tale]:
        ann, bob = self.town.ann.id, self.town.bob.id
        yield Tale(
            "forgotten", on(5, 1), {"assignee": bob},
            then=[
                (Kind.OPENED, on(5, 1)), (Kind.NOTE_ADDED, on(8, 1)), (Kind.CLOSING, on(16, 1)),
                (Kind.CLOSED, on(19, 1)),
            ],
        )  # fmt: skip
        yield Tale(
            "kept open", on(5, 2), {"assignee": bob}, [(on(17, 2), idle.keep_open, ann, ())],
            [
                (Kind.OPENED, on(5, 2)), (Kind.NOTE_ADDED, on(8, 2)), (Kind.CLOSING, on(16, 2)),
                (Kind.KEPT_OPEN, on(17, 2)), (Kind.NOTE_ADDED, on(20, 2)), (Kind.CLOSING, on(28, 2)),
                (Kind.CLOSED, on(31, 2)),
            ],
        )  # fmt: skip
        yield Tale(
            "snoozed", on(6, 9), {"assignee": bob},
            [(on(6, 10), snoozing.snooze_case, ann, ("4d",)), (on(11, 9), working.close_case, bob, ("resolved",))],
            [
                (Kind.OPENED, on(6, 9)), (Kind.SNOOZED, on(6, 10)), (Kind.NOTE_ADDED, on(9, 10)),
                (Kind.WOKEN, on(10, 10)), (Kind.CLOSED, on(11, 9)),
            ],
        )  # fmt: skip
        yield Tale(  # on a Friday; with nobody who has it the clocks of UTC count
            "not taken", on(6, 10), {"priority": Priority.P1},
            [(on(9, 12), working.take_case, bob, ()), (on(9, 13), working.close_case, bob, ("resolved",))],
            [
                (Kind.OPENED, on(6, 10)), (Kind.LEVEL_WARNED, on(6, 16, 24)), (Kind.LEVEL_MISSED, on(9, 10)),
                (Kind.NOTE_ADDED, on(9, 10)), (Kind.ASSIGNED, on(9, 12)), (Kind.CLOSED, on(9, 13)),
            ],
        )  # fmt: skip
        yield Tale(  # forty hours of work from 10 o'clock on a Monday, until 10 o'clock on the next, in summer time
            "not closed", on(23, 9), {"priority": Priority.P2, "assignee": bob},
            [(on(31, 9), working.close_case, bob, ("resolved",))],
            [
                (Kind.OPENED, on(23, 9)), (Kind.NOTE_ADDED, on(26, 9)), (Kind.LEVEL_WARNED, on(27, 9)),
                (Kind.LEVEL_MISSED, on(30, 8)), (Kind.CLOSED, on(31, 9)),
            ],
        )  # fmt: skip
        yield Tale(
            "due", on(30, 6), {"assignee": bob, "due": date(2026, 4, 1)},
            then=[(Kind.OPENED, on(30, 6)), (Kind.NOTE_ADDED, on(33, 6))],
        )  # fmt: skip
        yield Tale("rota", on(33, 8), then=[(Kind.OPENED, on(33, 8)), (Kind.PRIORITY, on(33, 8))])

    def busy(self) -> Iterator[Tale]:
        """What comes and goes every day."""
        ann, bob = self.town.ann.id, self.town.bob.id
        for number in range(40):
            opened = BEGINS + self.dice.randrange(24 * 27) * HOUR
            taken, noted, closed = (opened + hours * HOUR for hours in sorted(self.dice.sample(range(24), 3)))
            yield Tale(
                f"busy {number}.", opened, {},
                [
                    (taken, working.take_case, bob, ()),
                    (noted, working.note_case, ann, (f"seen again at {noted:%H} o'clock",)),
                    (closed, working.close_case, bob, ("resolved",)),
                ],
                [(Kind.OPENED, opened), (Kind.ASSIGNED, taken), (Kind.NOTE_ADDED, noted), (Kind.CLOSED, closed)],
            )  # fmt: skip
