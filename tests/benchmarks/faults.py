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
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select

from bot.domain.case import Case
from bot.domain.delivery import Delivery, State, Tell
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import Note, PostRole
from bot.domain.reading import Workspace
from bot.outbox.posting import key_of
from bot.sandbox.slack import LocalSlack
from bot.storage.database import Database, Work
from bot.views import cards
from tests.benchmarks.crowd import Town, listening, together, wait_dry
from tests.benchmarks.found import PEOPLE, REFUSED, TOLD, Found
from tests.benchmarks.misfortunes import Replicas, killing, misfortunes
from tests.benchmarks.places import MANIFEST


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--changes", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--kill-every", type=float, default=8.0, help="seconds, more or less")
    options.add_argument(
        "--pause", type=float, default=0.5, help="seconds between two changes of a person, more or less"
    )
    options.add_argument("--linger", type=float, default=20.0, help="seconds that all goes wrong after the last change")
    options.add_argument("--lease", type=float, default=60.0, help="seconds until a dead worker's deliveries are free")
    chosen = options.parse_args()
    found = run(**vars(chosen))
    found.show()
    sys.exit(1 if found.wrong else 0)


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
            if change.fate == TOLD and work.cases.entry_of(change.origin) is None:
                if change.what == "priority" and self.town.objections[change.person]:
                    self.town.objections[change.person] -= 1
                    change.fate = REFUSED
                else:
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
