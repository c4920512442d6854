"""A Casebook without its surfaces: use-cases put deliveries into the database, a worker tells a local Slack."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk import WebClient

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import CHORES, SLACK, Delivery, State
from bot.domain.reading import PostRef, Workspace
from bot.outbox.chores import Chores
from bot.outbox.pace import pace
from bot.outbox.slack import SlackSender
from bot.outbox.worker import Worker
from bot.sandbox import Channel, LocalSlack, Message, Person
from bot.storage.claims import Pace
from bot.storage.database import Database
from bot.usecases import opening, people, projects
from bot.usecases.listening import Listening

# Read once: doing it for each test takes longer than most of them.
MANIFEST = yaml.safe_load((Path(__file__).parents[2] / "manifest.yml").read_text(encoding="utf-8"))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """One time for Casebook and for Slack, which only the tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def unpaced(_lane: str) -> Pace:
    return Pace(timedelta(0))


def client_of(slack: LocalSlack, *, timeout: int = 5) -> WebClient:
    return WebClient(token=slack.bot_token, base_url=slack.api_url, timeout=timeout, retry_handlers=[])


@dataclass
class Town:
    """Ann reports, Bob is on the team, Dana is an admin, Gus a guest. Project OPS lives in #ops."""

    db: Database
    slack: LocalSlack
    clock: Clock
    client: WebClient
    workspace: Workspace
    ann: Person
    bob: Person
    dana: Person
    gus: Person
    ops: Channel
    general: Channel
    serial: Any = field(default_factory=count)

    def worker(self, db: Database | None = None, client: WebClient | None = None, **more: Any) -> Worker:
        options = {"clock": self.clock, "pace": unpaced} | more
        db = db or self.db
        clock = options["clock"]
        listening = Listening()
        senders = {SLACK: self.sender(db, client, clock, listening), CHORES: Chores(db, listening, clock)}
        return Worker(db, senders, **options)

    def sender(
        self,
        db: Database,
        client: WebClient | None,
        clock: Callable[[], datetime],
        listening: Listening | None = None,
    ) -> SlackSender:
        return SlackSender(
            client or self.client, self.workspace, db, frozenset(), clock, listening or Listening()
        )  # fmt: skip

    def tell(self) -> int:
        """Send all that can be sent now."""
        return self.worker().run_until_idle()

    def tell_slowly(self) -> None:
        """At the pace that Slack asks for, until all of it is told."""
        worker = self.worker(pace=pace)
        while self.due():
            worker.run_until_idle()
            self.clock.move(seconds=1)

    def act(self, person: Person) -> Act:
        return Act(actor=person.id, at=self.clock(), via="command", origin=f"origin/{next(self.serial)}")

    def open(self, title: str = "checkout is down", *, by: Person | None = None, **new: Any) -> Case:
        outcome = opening.open_case(
            self.db, self.act(by or self.ann), opening.NewCase(title=title, **new), self.workspace, project_key="OPS"
        )
        return outcome.case

    def escalate(self, post: Message, *, by: Person | None = None) -> Case:
        return self.open(post.text, by=by, post=self.ref(post))

    def ref(self, post: Message) -> PostRef:
        return PostRef(post.channel, post.ts, post.ts, "ann", post.text, title=post.text, source="person")

    def whisper(self, person: Person, sentence: str) -> None:
        said = telling.whisper(
            f"{next(self.serial)}",
            self.clock(),
            person=person.id,
            channel=self.ops.id,
            thread_ts=None,
            sentence=sentence,
        )
        with self.db.write() as work:
            work.enqueue([said])

    def card(self, channel: Channel | None = None) -> Message:
        """The newest message in the channel."""
        return self.slack.messages(channel or self.ops)[-1]

    def lines(self) -> list[str]:
        """What stands in the thread of the newest card."""
        return [reply.shown for reply in self.card().replies]

    def dms(self, person: Person) -> list[str]:
        return [message.shown for message in person.dm()]

    def calls(self, method: str) -> int:
        return len([record for record in self.slack.traffic.records() if record.name == method])

    def deliveries(self, state: State | None = None) -> list[Delivery]:
        with self.db.read() as work:
            return list(work.deliveries.list(state, 1000))

    def dead(self) -> list[Delivery]:
        return self.deliveries(State.DEAD)

    def due(self) -> list[Delivery]:
        return self.deliveries(State.DUE)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[LocalSlack]:
    with LocalSlack(manifest=MANIFEST, rate_limits=False, now=clock.seconds) as local:
        yield local


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return client_of(slack)


@pytest.fixture
def town(database: Database, slack: LocalSlack, clock: Clock) -> Town:
    return settled(database, slack, clock)


@pytest.fixture
def sqlite_town(sqlite_database: Database, slack: LocalSlack, clock: Clock) -> Town:
    """For what does not depend on the database."""
    return settled(sqlite_database, slack, clock)


def settled(db: Database, slack: LocalSlack, clock: Clock) -> Town:
    """The directory is mirrored and the project is there."""
    ann, bob = slack.add_person("ann", "Ann"), slack.add_person("bob", "Bob")
    dana, gus = slack.add_person("dana", "Dana", admin=True), slack.add_person("gus", "Gus", guest=True)
    client = client_of(slack)
    answer: Any = client.auth_test()
    town = Town(
        db=db,
        slack=slack,
        clock=clock,
        client=client,
        workspace=Workspace(answer["url"], answer["team_id"], answer["user_id"]),
        ann=ann,
        bob=bob,
        dana=dana,
        gus=gus,
        ops=slack.add_channel("ops", members=[ann, bob, dana]),
        general=slack.add_channel("general", members=[ann, bob, dana, gus]),
    )
    people.ask_for_directory(db, clock(), "start")
    town.tell()
    projects.create_project(
        db, town.act(dana), key="OPS", name="Operations", home_channel=town.ops.id, retention_months=15
    )  # fmt: skip
    town.tell()
    return town
