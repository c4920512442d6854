"""Two processes on one PostgreSQL live through a month, one of which is killed at random and started anew."""

import os
import random
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, text

from bot.config import Settings
from bot.domain.case import Case
from bot.domain.delivery import Tell
from bot.domain.entry import Kind
from bot.domain.inbox import Inbox
from bot.domain.retention import Departure, State, Tombstone
from bot.domain.rule import RuleClock
from bot.jobs import JOBS, Job
from bot.sandbox import Channel, LocalSlack, Message
from bot.sandbox.records import Post
from bot.storage.database import Database
from tests.outbox.conftest import Clock, Town, settled
from tests.outbox.month import (
    BEGINS,
    DAY,
    ENDS,
    HEATED,
    HOUR,
    MONDAYS,
    RULED,
    TO_BOB,
    WARNED,
    Deed,
    Month,
    Times,
    in_paris,
)
from tests.outbox.twin import Here, Twin, answers

# By then whoever died has no lease left.
AFTER_A_DEATH = timedelta(minutes=11)
# What is due is done when somebody looks the next time, or the time after that if what led to it was late.
LOOKS = 3
LONGEST_REST = 8  # hours
LONGEST_LIFE = 1500  # steps; there are some hundred whenever somebody looks
# Deliveries of these kinds are a message each, and none without one.
SAID = {Tell.LINE, Tell.DM, Tell.DIGEST, Tell.WEEKLY, Tell.RULE_TOLD}
JOURNAL = """
CREATE TABLE journal (id bigserial PRIMARY KEY, what text, name text, slot_at timestamptz, lease timestamptz);
CREATE FUNCTION of_slot() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO journal (what, name, slot_at, lease) VALUES ('slot', NEW.job, NEW.slot_at, NEW.lease_until);
    RETURN NULL; END $$;
CREATE FUNCTION of_delivery() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO journal (what, name) VALUES (NEW.kind, NEW.key); RETURN NULL; END $$;
CREATE TRIGGER of_slot AFTER INSERT OR UPDATE ON slots FOR EACH ROW EXECUTE FUNCTION of_slot();
CREATE TRIGGER of_delivery AFTER INSERT ON deliveries FOR EACH ROW EXECUTE FUNCTION of_delivery();
"""


class Twins:
    """Either may be the next one to be killed; another one then takes its place."""

    def __init__(self, settings: Settings, dice: random.Random) -> None:
        self.settings, self.dice = settings, dice
        self.both = [Twin(settings), Twin(settings)]
        self.mortal: Twin | None = None
        self.deaths: list[tuple[datetime, Here]] = []

    def tell(self, now: datetime) -> list[Twin]:
        """The time, to one of them or, now and then, to both at once; who was told."""
        told = self.dice.sample(self.both, self.dice.choice([1, 1, 1, 2]))
        for twin in told:
            steps = None
            if self.mortal is None:
                self.mortal, steps = twin, self.dice.randint(1, LONGEST_LIFE)
            twin.tell(now, steps)
        return told

    def wait_for(self, told: list[Twin], now: datetime) -> bool:
        """Until they are through; whether one has died of it."""
        before = len(self.deaths)
        while told:
            for twin, here in answers(told):
                told.remove(twin)
                if here:
                    self.bury(twin, now, here)
        return len(self.deaths) > before

    def bury(self, twin: Twin, now: datetime, here: Here) -> None:
        twin.kill()
        self.deaths.append((now, here))
        self.both[self.both.index(twin)] = Twin(self.settings)
        self.mortal = None

    def close(self) -> None:
        for twin in self.both:
            twin.kill()

    @property
    def interrupted(self) -> Counter[tuple[str, datetime]]:
        """How often somebody died at a job's slot."""
        return Counter((here.job, here.slot_at) for _, here in self.deaths if here.slot_at)

    @property
    def obituary(self) -> str:
        return "\n".join(
            f"{now:%d %b %H:%M} {here.job or 'outbox':12} {' '.join(here.doing.split()):.80}"
            for now, here in self.deaths
        )


@dataclass
class Lived:
    """A month that is over. ``told``: every time that somebody was told."""

    town: Town
    month: Month
    twins: Twins
    told: list[datetime]

    def replaced(self, job: Job) -> set[datetime]:
        """Slots at which somebody died and nobody could try again before another slot had come.

        That one does the work of both.
        """
        return {
            job.slot(now)
            for now, _ in self.twins.deaths
            if not any(then >= now + AFTER_A_DEATH and job.slot(then) == job.slot(now) for then in self.told)
        }

    def posts(self) -> list[Post]:
        return self.town.slack.ask(
            lambda: [post for posts in self.town.slack.platform.workspace.posts.values() for post in posts.values()]
        )

    def times(self, channel: Channel) -> list[datetime]:
        """Of the messages in the channel, without replies and pictures."""
        return [at_of(post) for post in self.town.slack.messages(channel) if not post.files]

    def on_time(self, found: Times, due: Times, what: str) -> None:
        assert len(found) == len(due), f"{what}: {[str(at) for at in found]}"
        late = [str(at) for at, due_at in zip(found, due, strict=True) if not due_at <= at <= self.latest(due_at)]
        assert not late, f"{what}: not when it was due: {late}"

    def latest(self, due: datetime) -> datetime:
        """A look at which somebody died does not count."""
        died = {now for now, _ in self.twins.deaths}
        looks = [now for now in self.told if now not in died]
        return looks[min(bisect_left(looks, due) + LOOKS, len(looks)) - 1] + timedelta(seconds=1)


def lived(town: Town, month: Month, twins: Twins) -> list[datetime]:
    """Every few hours, and a little after each death, until the month is over and nothing is left to do."""
    moments, now, told, died = [*month.moments, ENDS], BEGINS, [], False
    tales, busy = (deque(deed for deed in month.deeds(of) if deed[0] >= BEGINS) for of in (month.tales, month.busy))
    while now < ENDS or died or town.due():
        assert now < ENDS + DAY, f"still waiting: {[(row.kind, row.last_error) for row in town.due()]}"
        town.clock.now = now
        told.append(now)
        do(tales, now)
        living = twins.tell(now)
        do(busy, now)  # while the twins are at work
        died = twins.wait_for(living, now)
        later = now + (AFTER_A_DEATH if died else twins.dice.randint(1, LONGEST_REST) * HOUR)
        now = min([later, *(at for at in moments if at > now)])
    return told


def do(deeds: deque[Deed], now: datetime) -> None:
    while deeds and deeds[0][0] <= now:
        deeds.popleft()[1](now)


@pytest.fixture
def journal(postgres_database: Database) -> Database:
    """The database, which writes down what becomes of slots, and each delivery for good."""
    with postgres_database.write() as work:
        work.session.execute(text(JOURNAL))
    return postgres_database


@pytest.fixture
def month_gone_by(
    request: pytest.FixtureRequest, journal: Database, postgres_url: str, slack: LocalSlack, clock: Clock
) -> Iterator[Lived]:
    seed = int(os.environ.get("TWINS_SEED") or random.SystemRandom().randrange(10**6))
    dice = random.Random(seed)
    clock.now = BEGINS - 12 * HOUR
    town = settled(journal, slack, clock)
    month = Month(town, dice)
    month.prepare()
    settings = Settings(bot_token=slack.bot_token, api_url=slack.api_url, database_url=postgres_url, mode="http")
    with closing(Twins(settings, dice)) as twins:
        try:
            told = lived(town, month, twins)
        finally:
            request.node.add_report_section("setup", "deaths", f"TWINS_SEED={seed}\n{twins.obituary}")
        yield Lived(town, month, twins, told)


# To see it fail, let two of them have a slot at once: with a `LEASE` of nothing in `bot/jobs.py`.
@pytest.mark.slow
def test_a_month_of_two_processes_one_of_which_is_killed_now_and_then(month_gone_by: Lived) -> None:
    """One test, since the month takes its time."""
    gone_by = month_gone_by
    assert len(gone_by.twins.deaths) > 15
    assert gone_by.twins.interrupted
    every_slot_was_run_once(gone_by)
    nothing_is_left(gone_by)
    all_was_said_once(gone_by)
    it_was_said_in_time(gone_by)
    every_case_is_as_it_should_be(gone_by)
    what_was_old_is_gone(gone_by)


def every_slot_was_run_once(gone_by: Lived) -> None:
    """In the journal each slot's leases stand as they were written, one after the other; none when it was through."""
    with gone_by.town.db.read() as work:
        rows = work.session.execute(text("SELECT name, slot_at, lease FROM journal WHERE what = 'slot' ORDER BY id"))
        written: dict[tuple[str, datetime], list[datetime | None]] = defaultdict(list)
        for name, slot_at, lease in rows:
            written[name, slot_at].append(lease)
    for job in JOBS:
        slots = sorted({job.slot(now) for now in gone_by.told})
        assert {slot_at for name, slot_at in written if name == job.name} <= set(slots), job.name
        if job.every >= DAY:
            assert {later - earlier for earlier, later in pairwise(slots)} == {job.every}, f"{job.name} left out a slot"
        for slot_at in slots:
            leases, deaths = written[job.name, slot_at], gone_by.twins.interrupted[job.name, slot_at]
            ended, of = leases.count(None), f"{job.name} of {slot_at}"
            assert len(leases) - ended <= 1 + deaths, f"{of} was begun too often: {leases}"
            assert ended <= 1, f"{of} was run too often: {leases}"
            assert ended or slot_at in gone_by.replaced(job), f"{of} was not run: {leases}"


def nothing_is_left(gone_by: Lived) -> None:
    town, now = gone_by.town, gone_by.told[-1]
    assert not town.dead()
    assert not town.slack.refusals
    with town.db.read() as work:
        assert not work.session.scalars(select(RuleClock).where(RuleClock.due_at <= now)).all()
        assert not work.session.scalars(select(Inbox).where(Inbox.digest_at <= now)).all()
        assert not work.session.scalars(select(Departure).where(Departure.state != State.OVER)).all()
        assert not work.weeklies.due(now, 10)
        assert not work.cases.over_rested(now, 10)


def all_was_said_once(gone_by: Lived) -> None:
    said = Counter(key for post in gone_by.posts() if (key := key_of(post)))
    assert [key for key, times in said.items() if times > 1] == [], "said twice"
    with gone_by.town.db.read() as work:
        rows = work.session.execute(text("SELECT what, name FROM journal WHERE what <> 'slot'"))
        wanted = {name for what, name in rows if what in SAID}
    assert wanted == {key for key in said if key.split("/")[0] in SAID}
    pictures = Counter(
        file["name"] for post in gone_by.posts() for file in post.body.get("files") or () if not post.is_reply
    )
    assert len(pictures) == 4
    assert set(pictures.values()) == {1}


def key_of(post: Post) -> str:
    return str((post.metadata or {}).get("event_payload", {}).get("key", ""))


def at_of(post: Post | Message) -> datetime:
    return datetime.fromtimestamp(float(post.ts), UTC)


def it_was_said_in_time(gone_by: Lived) -> None:
    month, town = gone_by.month, gone_by.town
    gone_by.on_time(gone_by.times(month.digests), in_paris(9), "daily digests")
    gone_by.on_time(gone_by.times(month.nightly), in_paris(2, 30), "nightly digests")
    gone_by.on_time(gone_by.times(month.figures), MONDAYS, "weekly statistics")
    gone_by.on_time(gone_by.times(month.rules), RULED, "rules")
    gone_by.on_time(gone_by.times(month.hot), HEATED, "inboxes")
    told = [(at_of(message), message.shown) for message in town.bob.dm()]
    for words, due in TO_BOB.items():
        gone_by.on_time([at for at, shown in told if words in shown], due, words)


def every_case_is_as_it_should_be(gone_by: Lived) -> None:
    town, month = gone_by.town, gone_by.month
    tales = {tale.title: tale for tale in (*month.tales, *month.busy) if not tale.goes}
    cards = {key: post.ts for post in gone_by.posts() if (key := key_of(post)).startswith("card/")}
    with town.db.read() as work:
        cases = {case.title: case for case in work.session.scalars(select(Case))}
        assert cases.keys() == tales.keys()
        timelines = work.rules.history([case.id for case in cases.values()])
    for title, case in cases.items():
        happened = {kind: [entry.at for entry in timelines[case.id] if entry.kind == kind] for kind in Kind}
        for kind, found in happened.items():
            due = [at for one, at in tales[title].then if one == kind]
            gone_by.on_time(found, due, f"{title}: {kind}")
        assert case.is_open is not bool(happened[Kind.CLOSED])
        card = Message(town.slack, town.ops.id, cards[f"card/{case.id}/{town.ops.id}"])
        assert case.status in card.shown


def what_was_old_is_gone(gone_by: Lived) -> None:
    town = gone_by.town
    goes = sorted(tale.goes for tale in gone_by.month.tales if tale.goes)
    with town.db.read() as work:
        stones = sorted(work.session.scalars(select(Tombstone.deleted_at)))
    gone_by.on_time(stones, goes, "deleted cases")
    warnings = [post for post in gone_by.posts() if key_of(post).startswith("departure/")]
    gone_by.on_time([at_of(post) for post in warnings], WARNED, "warnings")
    farewells = [card for card in town.slack.messages(town.ops) if "was deleted on" in card.shown]
    assert len(farewells) == len(goes)
