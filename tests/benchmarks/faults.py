"""What is left of many changes when everything goes wrong: a fault run.

Eight people work on cases through the real surfaces, all at once. Meanwhile Slack fails, delays, drops connections
before and after it has acted and refuses for haste, deliveries to Casebook are lost, cut off and repeated, and two
replicas of Casebook are killed with SIGKILL at random moments and started again. Then all is well again, the outbox
runs dry, and the database and the stand-in are asked what became of it:

- each change that a person was told of is on its case's timeline once, and each submission that failed at most once;
- each reply that Slack delivered is a note, once;
- each case has one card, which shows how the case stands; each line is in its thread and in order;
- lines, cards and direct messages that came more than once are counted: Slack lets us find out, so there should be
  none.
"""

import argparse
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import Delivery, State, Tell
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import Note, PostRole
from bot.domain.reading import Workspace
from bot.outbox.posting import key_of
from bot.sandbox.slack import LocalSlack
from bot.sandbox.traffic import Record
from bot.storage.database import Database, Work
from bot.usecases import projects
from bot.views import cards
from tests.benchmarks import places
from tests.benchmarks.places import MANIFEST, ROOT

PEOPLE = ("ann", "bob", "eve", "fay", "hal", "ida", "joe", "kim")
PRIORITIES = ("P1 Critical", "P2 High", "P3 Medium", "P4 Low", "P5 Info")
TOLD, REFUSED, FAILED = "told", "refused", "failed"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--changes", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--kill-every", type=float, default=4.0, help="seconds, more or less")
    options.add_argument(
        "--pause", type=float, default=0.5, help="seconds between two changes of a person, more or less"
    )
    options.add_argument("--linger", type=float, default=20.0, help="seconds that all goes wrong after the last change")
    options.add_argument("--lease", type=float, default=60.0, help="seconds until a dead worker's deliveries are free")
    chosen = options.parse_args()
    found = run(**vars(chosen))
    found.show()
    sys.exit(1 if found.wrong else 0)


@dataclass
class Change:
    """What somebody tried. ``origin``: how Slack names the attempt. ``fate``: told, refused or failed."""

    what: str
    case: str
    fate: str
    origin: str


@dataclass
class Found:
    changes: list[Change] = field(default_factory=list)
    replies: int = 0
    kills: int = 0
    seconds: float = 0.0
    drained: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def show(self) -> None:
        fates = Counter((change.what, change.fate) for change in self.changes)
        rows = [
            (what, *(fates[what, fate] for fate in (TOLD, REFUSED, FAILED))) for what in sorted({w for w, _ in fates})
        ]
        places.table(("change", "told of", "refused", "failed"), rows)
        print(f"{len(self.changes)} changes and {self.replies} replies in {self.seconds:.0f} s, {self.kills} kills;")
        print(f"the outbox was dry {self.drained:.0f} s later. Misfortunes: {listed(self.faults)}.")
        print(f"Messages: {listed(self.sent)}. Repeated: {listed(self.repeated) or 'none'}.")
        print("\n".join(f"WRONG: {line}" for line in self.wrong) or "Nothing is lost, doubled or wrong.", flush=True)


def listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()) if count)


def run(changes: int, seed: int, *, kill_every: float, pause: float, linger: float, lease: float) -> Found:
    """See the options of `main`."""
    found = Found()
    with TemporaryDirectory(prefix="casebook-faults-") as folder, ExitStack() as stack:
        slack = stack.enter_context(LocalSlack(MANIFEST, retry_delays=(0.0, 4.0, 12.0), patience=1.5))
        url = f"sqlite:///{Path(folder) / 'casebook.db'}"
        replicas = Replicas(slack, url, lease, log=Path(folder) / "log")
        stack.callback(replicas.stop)
        town = Town(slack, seed)
        replicas.start_all()
        db = Database(url)
        stack.callback(db.close)
        town.settle(db)
        heard = stack.enter_context(listening(slack))
        began = time.monotonic()
        misfortunes(slack, seed)
        with killing(replicas, random.Random(seed), kill_every):
            share = -(-changes // len(PEOPLE))
            together([lambda person=person: person.work(share, pause, heard) for person in town.people])
            time.sleep(linger)
        found.faults = Counter(fault.kind for fault in slack.faults.all() for _ in range(fault.hits))
        slack.faults.clear()
        ended = time.monotonic()
        found.kills, found.seconds = replicas.kills, ended - began
        found.changes = [change for person in town.people for change in person.changes]
        wait_dry(db, slack)
        found.drained = time.monotonic() - ended
        Inspection(db, slack, town, found).all()
    return found


# -- the misfortunes --------------------------------------------------------------------------------------------------


def misfortunes(slack: LocalSlack, seed: int) -> None:
    faults = slack.faults
    faults.seed(seed)
    for method in ("chat.postMessage", "chat.update", "conversations.history", "conversations.replies", "views.open"):
        for kind, value, probability in (
            ("delay", 0.3, 0.10),
            ("drop_before", None, 0.05),
            ("drop_after", None, 0.06),
            ("ratelimited", 1, 0.03),
            ("status", 500, 0.03),
            ("error", "internal_error", 0.02),
            ("html", None, 0.02),
        ):
            faults.add(method, kind, value, probability=probability)  # type: ignore[arg-type]
    for kind, value, probability in (
        ("duplicate", None, 0.05),
        ("delay", 0.2, 0.10),
        ("drop_socket", None, 0.02),
        ("lose", None, 0.02),
    ):
        faults.add(kind=kind, value=value, probability=probability, delivery="*")  # type: ignore[arg-type]


class Replicas:
    """Two processes of Casebook on one database."""

    def __init__(self, slack: LocalSlack, database_url: str, lease: float, log: Path) -> None:
        self.slack, self.lease, self.log = slack, lease, log
        self.env = places.environment(database_url, slack.api_url) | {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "CASEBOOK_PORT": "0",
            "PYTHONPATH": str(ROOT),
        }
        self.running: list[subprocess.Popen[bytes]] = []
        self.kills = 0

    def start_all(self) -> None:
        """The first one migrates the database."""
        self.running = [self.start()]
        self.slack.wait_connected(2, timeout=60)
        self.running.append(self.start())
        self.slack.wait_connected(4, timeout=60)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.benchmarks.serving", str(self.lease)]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def kill(self, number: int) -> None:
        self.running[number].kill()
        self.running[number].wait()
        self.kills += 1

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def killing(replicas: Replicas, chance: random.Random, every: float) -> Iterator[None]:
    """Now this one, now that one, sometimes both at once."""
    enough = threading.Event()

    def kill() -> None:
        while not enough.wait(chance.uniform(0.3, 1.7) * every):
            numbers = chance.choice(([0], [1], [0], [1], [0, 1]))
            for number in numbers:
                replicas.kill(number)
            enough.wait(chance.uniform(0.0, 0.5))
            for number in numbers:
                replicas.running[number] = replicas.start()

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


# -- the people -------------------------------------------------------------------------------------------------------


class Town:
    """Everybody has a project, a channel and a case of their own, and writes on the others' cases too."""

    def __init__(self, slack: LocalSlack, seed: int) -> None:
        self.slack = slack
        self.dana = slack.add_person("dana", admin=True)
        handles = [slack.add_person(name) for name in PEOPLE]
        self.channels = {
            name: slack.add_channel(f"{name}s", members=[*handles, self.dana], bot=True) for name in PEOPLE
        }
        self.people = [
            Person(self, handle, name, random.Random(f"{seed}/{name}"))
            for handle, name in zip(handles, PEOPLE, strict=True)
        ]

    def settle(self, db: Database) -> None:
        """Projects, a case each, and its card."""
        for name in PEOPLE:
            act = Act(actor=self.dana.id, at=datetime.now(UTC), via="command")
            projects.create_project(
                db, act, key=name.upper(), name=name, home_channel=self.channels[name].id, retention_months=15
            )
        wait_dry(db, self.slack)
        for person in self.people:
            answer = person.handle.command(f"/case quick {person.name} has a problem in {person.key}", person.channel)
            assert fate_of_command(answer) == TOLD, answer
        for person in self.people:
            person.card = self.slack.wait_for(lambda person=person: self.card(person), 20, "a card")
        wait_dry(db, self.slack)

    def card(self, person: "Person") -> Any:
        return next((m for m in self.slack.messages(person.channel) if "has a problem" in m.shown), None)


Heard = Mapping[str, list[str]]


class Person:
    """One of them, at work: one change after the other."""

    def __init__(self, town: Town, handle: Any, name: str, chance: random.Random) -> None:
        self.town, self.handle, self.name, self.chance = town, handle, name, chance
        self.channel, self.key = town.channels[name], name.upper()
        self.card: Any = None
        self.changes: list[Change] = []
        self.written: list[tuple[Any, str]] = []
        self.count = self.priority = 0

    def work(self, count: int, pause: float, heard: Heard) -> None:
        acts = [self.note, self.note, self.due, self.prioritize, self.edit, self.reply, self.watch, self.open]
        for _ in range(count):
            self.count += 1
            self.chance.choice(acts)(heard)
            time.sleep(self.chance.uniform(0.5, 1.5) * pause)

    def new_words(self) -> str:
        return f"{self.name}'s {self.count}th word"

    def keep(self, what: str, case: str, heard: Heard, act: Callable[[], Any], fate: Callable[[Any], str]) -> str:
        """Act, and remember what the person was told."""
        before = len(heard[self.handle.id])
        try:
            outcome = fate(act())
        except AssertionError:  # the stand-in's own: what was expected on the screen did not come
            outcome = FAILED
        for origin in heard[self.handle.id][before:]:
            self.changes.append(Change(what, case, outcome, origin))
        return outcome

    def say(self, what: str, case: str, line: str, heard: Heard) -> None:
        self.keep(what, case, heard, lambda: self.handle.command(line, self.channel), fate_of_command)

    def note(self, heard: Heard) -> None:
        other = self.chance.choice(self.town.people)
        self.say("note", other.key, f"/case note {other.key}-1 {self.new_words()}", heard)

    def due(self, heard: Heard) -> None:
        other = self.chance.choice(self.town.people)
        day = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(days=self.chance.randrange(100_000))
        self.say("due", other.key, f"/case due {other.key}-1 {day:%Y-%m-%d}", heard)

    def open(self, heard: Heard) -> None:
        if self.count % 3 == 0:
            self.say("open", self.key, f"/case quick {self.new_words()} in {self.key}", heard)
        else:
            self.note(heard)

    def watch(self, heard: Heard) -> None:
        verb = ("watch", "unwatch")[self.count % 2]
        other = self.chance.choice(self.town.people)
        self.say("watch", other.key, f"/case {verb} {other.key}-1", heard)

    def prioritize(self, heard: Heard) -> None:
        """On the card of their own case, whose priority nobody else touches."""
        self.priority = (self.priority + 1) % 5
        wanted = PRIORITIES[self.priority]
        choose = lambda: self.handle.choose(self.card, "case.priority", wanted)  # noqa: E731
        self.keep("priority", self.key, heard, choose, lambda answer: TOLD if answer.ok else FAILED)

    def edit(self, heard: Heard) -> None:
        """By the form; whoever sees trouble presses the button again."""
        self.handle.command(f"/case edit {self.key}-1", self.channel)
        try:
            modal = self.handle.modal
            modal.fill({"title": f"{self.name} has a problem {self.count}"})
        except AssertionError:
            return  # no form came
        for _ in range(4):
            if self.keep("edit", self.key, heard, modal.submit, lambda a: TOLD if a.ok else FAILED) == TOLD:
                break
            time.sleep(0.5)
        while self.handle.has_modal:
            self.handle.modal.close(everything=True)

    def reply(self, _: Heard) -> None:
        """In the thread of a card; Slack tells Casebook of it, and again if that fails."""
        other = self.chance.choice(self.town.people)
        words = self.new_words()
        self.written.append((self.handle.post(other.channel, words, thread=other.card), words))
        time.sleep(0.05)


def fate_of_command(answer: Any) -> str:
    if not answer.ok:
        return FAILED
    return TOLD if "You " in answer.text and "Nothing changed" not in answer.text else REFUSED


@contextmanager
def listening(slack: LocalSlack) -> Iterator[Heard]:
    """Person → how Slack named each thing that they did, in order."""
    heard: dict[str, list[str]] = {person: [] for person in slack.platform.workspace.users}

    def hear(record: Record) -> None:
        body = record.request
        if record.kind != "delivery" or record.name == "events_api" or body.get("type") == "view_closed":
            return
        person = body.get("user_id") or body["user"]["id"]
        view = body.get("view") if body.get("type") == "view_submission" else None
        origin = f"view/{view['id']}/{view['hash']}" if view else f"click/{body['trigger_id']}"
        if origin not in heard[person]:
            heard[person].append(origin)

    stop = slack.traffic.subscribe(hear)
    try:
        yield heard
    finally:
        stop()


def together(works: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


# -- what became of it ------------------------------------------------------------------------------------------------


def wait_dry(db: Database, slack: LocalSlack, timeout: float = 300) -> None:
    """Until Slack has delivered everything and nothing is due any more."""
    deadline = time.monotonic() + timeout
    slack.settle(timeout)
    while True:
        with db.read() as work:
            due = work.deliveries.backlog().counts[State.DUE]
        if not due:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{due} deliveries are still due after {timeout:.0f} s")
        time.sleep(0.2)


class Inspection:
    def __init__(self, db: Database, slack: LocalSlack, town: Town, found: Found) -> None:
        self.db, self.slack, self.town, self.found = db, slack, town, found
        self.workspace = Workspace(slack.platform.workspace.team_url, slack.platform.workspace.team_id, slack.bot_user)
        self.sent = self.messages_sent()

    def messages_sent(self) -> dict[str, list[Any]]:
        """Key of a delivery → its messages in Slack."""
        sent: dict[str, list[Any]] = {}
        for conversation in self.slack.platform.workspace.conversations.values():
            for post in self.slack.platform.workspace.lasting(conversation.id):
                if key := key_of({"metadata": post.metadata or {}}):
                    sent.setdefault(key, []).append(post)
        return sent

    def all(self) -> None:
        with self.db.read() as work:
            self.check_changes(work)
            self.check_replies(work)
            for case in work.session.scalars(select(Case)).all():
                self.check_timeline(work, case)
                self.check_card(work, case)
                self.check_thread(work, case)
            self.check_deliveries(work)
        for key, posts in self.sent.items():
            kind = key.partition("/")[0]
            self.found.sent[kind] += len(posts)
            self.found.repeated[kind] += len(posts) - 1

    def wrong(self, words: str) -> None:
        self.found.wrong.append(words)

    def check_changes(self, work: Work) -> None:
        for change in self.found.changes:
            entry = work.cases.entry_of(change.origin)
            if entry is None and change.fate == TOLD:
                self.wrong(f"{change} is on no timeline")
        texts = work.session.execute(select(Note.text, func.count()).group_by(Note.text).having(func.count() > 1))
        for text, count in texts:
            self.wrong(f"the note {text!r} is there {count} times")

    def check_replies(self, work: Work) -> None:
        lost = {
            record.request["event"].get("ts")
            for record in self.slack.warnings
            if record.name == "event_lost" and record.request.get("event", {}).get("type") == "message"
        }
        for person in self.town.people:
            for message, words in person.written:
                self.found.replies += 1
                count = work.session.scalar(
                    select(func.count()).select_from(Note).where(Note.channel == message.channel, Note.ts == message.ts)
                )
                if count != 1 and message.ts not in lost:
                    self.wrong(f"the reply {words!r} is {count} notes")

    def entries(self, work: Work, case: Case) -> list[Entry]:
        return list(work.session.scalars(select(Entry).where(Entry.case_id == case.id).order_by(Entry.id)))

    def check_timeline(self, work: Work, case: Case) -> None:
        versions = [entry.version for entry in self.entries(work, case)]
        if versions != list(range(1, case.version + 1)):
            self.wrong(f"{case.key} has version {case.version} and entries {versions}")

    def check_card(self, work: Work, case: Case) -> None:
        posts = [post for post in case.posts if post.role == PostRole.CARD]
        shown = self.sent.get(f"card/{case.id}/{case.project.home_channel}", [])
        if len(posts) != 1 or posts[0].ts not in {post.ts for post in shown}:
            self.wrong(f"{case.key} has {len(posts)} cards on record and {len(shown)} in Slack")
            return
        people = work.people.by_ids(id_ for id_ in (case.assignee, case.reporter) if id_)
        names = {person.id: person.name for person in people.values()}
        wanted = cards.card_message(case, workspace=self.workspace, names=names, now=datetime.now(UTC))
        body = next(post.body for post in shown if post.ts == posts[0].ts)
        if plain(body["blocks"]) != plain(wanted["blocks"]):
            self.wrong(f"the card of {case.key} does not show how it stands")

    def check_thread(self, work: Work, case: Case) -> None:
        channel = case.project.home_channel
        card = next((post.ts for post in case.posts if post.role == PostRole.CARD), "")
        times = []
        for entry in self.entries(work, case):
            if entry.kind == Kind.OPENED or entry.data.get("thread") == channel:
                continue
            posts = self.sent.get(f"line/{entry.id}/{channel}", [])
            if not posts or any(post.thread_ts != card for post in posts):
                self.wrong(f"{case.key}: the line of entry {entry.id} ({entry.kind}) is not in the card's thread")
            times += [min(post.ts for post in posts)] if posts else []
        if times != sorted(times):
            self.wrong(f"{case.key}: the lines are not in order")

    def check_deliveries(self, work: Work) -> None:
        for row in work.session.scalars(select(Delivery).where(Delivery.state == State.DEAD.value)):
            self.wrong(f"delivery {row.key} is dead: {row.last_error}")
        told = select(Delivery.key).where(Delivery.kind == Tell.DM.value, Delivery.state == State.DONE.value)
        for key in work.session.scalars(told):
            if key not in self.sent:
                self.wrong(f"the direct message {key} never came")


def plain(blocks: Any) -> Any:
    """Without the ids that Slack gives to blocks, and without links: a card does not know its own when it is put up."""
    if isinstance(blocks, list):
        return [plain(one) for one in blocks]
    if not isinstance(blocks, dict):
        return blocks
    kind = blocks.get("type")
    kept = {key: plain(one) for key, one in blocks.items() if key != "url" and (key != "block_id" or kind == "actions")}
    return kept | {"type": "text"} if kind == "link" else kept


if __name__ == "__main__":
    main()
