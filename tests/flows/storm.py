"""A fault run: many changes by many people while Slack fails and Casebook is killed again and again."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.domain.case import PRIORITY_WORDS, Case, Priority
from bot.domain.delivery import SLACK, Delivery, State
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import Note
from bot.outbox.slack import SlackSender
from bot.outbox.worker import Worker
from bot.sandbox.driver import Channel, Message, Person
from bot.sandbox.slack import LocalSlack
from bot.storage.database import Database
from bot.wiring import meet_workspace, slack_client
from tests.flows.conftest import MANIFEST, running, settings_for

ROOT = Path(__file__).parents[2]
PEOPLE = 8
PLACES = 4


@dataclass
class Report:
    """``told``: markers of changes that somebody was told have been made; ``unsure``: of those who saw an error."""

    told: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    kills: int = 0
    twice_on_timeline: list[str] = field(default_factory=list)
    missing_on_timeline: list[str] = field(default_factory=list)
    lines_lost: list[str] = field(default_factory=list)
    lines_repeated: list[str] = field(default_factory=list)
    cards_wrong: list[str] = field(default_factory=list)
    dead: int = 0


def storm(database_url: str, *, changes: int, seed: int = 7) -> Report:
    """``database_url``: an empty, migrated database."""
    chance = random.Random(seed)
    with LocalSlack(manifest=MANIFEST, burst=20, retry_delays=(0.0, 1.0, 3.0)) as slack:
        dana = slack.add_person("dana", admin=True)
        people = [slack.add_person(f"p{number}") for number in range(PEOPLE)]
        places = [slack.add_channel(f"place-{n}", members=[dana, *people], bot=True) for n in range(PLACES)]
        keys = prepare(slack, database_url, dana, places)
        report = Report()
        slack.faults.seed(seed)
        bad_weather(slack)
        with killed_now_and_then(slack, database_url, chance, report):
            act(slack, people, places, keys, changes, report, seed)
        slack.faults.clear()
        settle(slack, database_url)
        judge(slack, database_url, places, report)
        return report


def prepare(slack: LocalSlack, database_url: str, dana: Person, places: list[Channel]) -> list[str]:
    """A project and a case in each channel."""
    with running(settings_for(slack, database_url)) as casebook:
        for number, place in enumerate(places):
            dana.command("/case project new", channel=place)
            dana.modal.fill({"key": f"P{number}", "name": f"Project {number}", "home_channel": place})
            assert not dana.modal.submit().errors
            dana.modal.close()
            assert casebook.worker.wait_until_idle(20)
            assert f"P{number}-1" in dana.command(f"/case quick storm {number} in P{number}", channel=place).text
        assert casebook.worker.wait_until_idle(20)
    return [f"P{number}-1" for number in range(PLACES)]


def bad_weather(slack: LocalSlack) -> None:
    for method in ("chat.postMessage", "chat.update"):
        slack.faults.add(method=method, kind="drop_after", probability=0.06)
        slack.faults.add(method=method, kind="drop_before", probability=0.05)
        slack.faults.add(method=method, kind="status", value=503, probability=0.05)
        slack.faults.add(method=method, kind="ratelimited", value=1, probability=0.03)
        slack.faults.add(method=method, kind="delay", value=0.3, probability=0.1)


@contextmanager
def killed_now_and_then(slack: LocalSlack, database_url: str, chance: random.Random, report: Report) -> Iterator[None]:
    """`serve` as a process, killed without warning and started again until the block ends; then stopped properly."""
    over = threading.Event()

    def loop() -> None:
        while not over.is_set():
            process = serve(slack, database_url)
            try:
                slack.wait_connected(1, timeout=30)
            except AssertionError:
                process.kill()
                raise
            if over.wait(chance.uniform(1.0, 3.0)):
                process.send_signal(signal.SIGTERM)
            else:
                process.kill()
                report.kills += 1
            process.wait(20)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(60)


def serve(slack: LocalSlack, database_url: str) -> subprocess.Popen[bytes]:
    settings = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": database_url,
        "CASEBOOK_PORT": "0",
        "LOG_LEVEL": "error",
    }
    command = [sys.executable, "-m", "bot", "serve"]
    return subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def act(
    slack: LocalSlack,
    people: list[Person],
    places: list[Channel],
    keys: list[str],
    changes: int,
    report: Report,
    seed: int,
) -> None:
    """Everybody at once: notes with a marker of their own, and priorities now and then. Who sees an error waits."""

    def work(number: int) -> None:
        chance, person, told = random.Random(seed * 100 + number), people[number], 0
        for turn in range(changes):
            marker = f"mark-{number}-{turn}."
            place = chance.randrange(PLACES)
            answer = person.command(f"/case note {keys[place]} {marker}", channel=places[place])
            if answer.error or "added a note" not in answer.shown:
                report.unsure.add(marker)
                slack.wait_connected(1, timeout=60)
                continue
            report.told.add(marker)
            told += 1
            if told == changes // PEOPLE:
                return
            if told % 5 == 0:
                person.command(f"/case priority {keys[place]} p{chance.randint(1, 5)}", channel=places[place])

    slack.wait_connected(1, timeout=60)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def settle(slack: LocalSlack, database_url: str) -> None:
    """Another worker takes over what the killed ones held; its clock runs ahead, so that no lease has to be sat out."""
    ahead = timedelta(minutes=3)

    def clock() -> datetime:
        return datetime.now(UTC) + ahead

    db = Database(database_url)
    client = slack_client(settings_for(slack, database_url))
    sender = SlackSender(client, meet_workspace(client), db, frozenset(), clock)
    worker = Worker(db, {SLACK: sender}, clock=clock)
    deadline = time.monotonic() + 240
    try:
        while waiting(db):
            assert time.monotonic() < deadline, f"{waiting(db)} deliveries never got through"
            worker.run_until_idle(60)
            ahead += timedelta(seconds=1)
            time.sleep(0.02)
    finally:
        db.close()


def waiting(db: Database) -> int:
    with db.read() as work:
        return work.deliveries.backlog().counts[State.DUE]


def judge(slack: LocalSlack, database_url: str, places: list[Channel], report: Report) -> None:
    db = Database(database_url)
    try:
        with db.read() as work:
            notes = dict(work.session.execute(select(Note.id, Note.text)).all())
            entries = work.session.scalars(select(Entry)).all()
            cases = work.session.scalars(select(Case)).unique().all()
            posts = {case.key: next(p for p in case.posts if p.role == "card") for case in cases}
            report.dead = len(work.session.scalars(select(Delivery.id).where(Delivery.state == State.DEAD)).all())
    finally:
        db.close()
    noted = Counter(notes[e.data["note"]] for e in entries if e.kind == Kind.NOTE_ADDED)
    report.twice_on_timeline = [marker for marker, count in noted.items() if count > 1]
    report.missing_on_timeline = sorted(report.told - set(noted))
    for case in cases:
        card = Message(slack, posts[case.key].channel, posts[case.key].ts)
        said = [reply.shown for reply in card.replies]
        if PRIORITY_WORDS[Priority(case.priority)] not in card.shown:
            report.cards_wrong.append(case.key)
        mine = [e for e in entries if e.case_id == case.id]
        markers = [notes[e.data["note"]] for e in mine if e.kind == Kind.NOTE_ADDED]
        count_lines(said, markers, report)
        changed = sum(e.kind == Kind.PRIORITY for e in mine)
        shown = sum("changed the priority" in line for line in said)
        report.lines_lost += [f"{case.key} priority"] * max(0, changed - shown)
        report.lines_repeated += [f"{case.key} priority"] * max(0, shown - changed)


def count_lines(said: list[str], markers: list[str], report: Report) -> None:
    for marker in markers:
        count = sum(marker in line for line in said)
        if count == 0:
            report.lines_lost.append(marker)
        elif count > 1:
            report.lines_repeated.append(marker)
