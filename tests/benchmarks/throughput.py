"""How many `/case show` and *Take* clicks Casebook answers, beside a Bolt app that does nothing.

Both run on waitress with as many threads, each in a process of its own, and are asked in turns, so that whatever else
the machine does hits both. Which of its threads Casebook uses, it decides itself (bot/dispatcher.py). Slack is a third
process: while people click, the outbox tells it of every change at the pace that Slack allows. ``cpu`` is the processor
time of the server for one request.

Goals: `/case show` at least 0.25 of the bare app's requests a second and *Take* 0.20; none refused, none above 1 s.
"""

import argparse
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import func, select

from bot.domain.case import Case
from bot.domain.entry import Entry, Kind
from bot.domain.reading import Workspace
from bot.sandbox.records import Conversation, Post, User, Usergroup
from bot.sandbox.slack import LocalSlack
from bot.storage.database import Database
from bot.usecases.verb import loaded
from bot.views import cards
from tests.benchmarks import load, places
from tests.benchmarks.load import Answers, Fields
from tests.benchmarks.places import MANIFEST, Running


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--database", choices=[*places.DATABASES, "both"], default="both")
    options.add_argument("--cases", type=int, default=100_000)
    options.add_argument("--at-once", type=int, default=32)
    options.add_argument("--rounds", type=int, default=6, help="how often the two are asked in turn")
    options.add_argument("--inline", action="store_true", help="the bare app without a pool of its own, like Casebook")
    options.add_argument("--requests", type=int, default=1000, help="in each round, half as many of them clicks")
    chosen = options.parse_args()
    for name in places.DATABASES if chosen.database == "both" else [chosen.database]:
        measure(name, chosen)


def measure(name: str, chosen: argparse.Namespace) -> None:
    how = ["inline"] if chosen.inline else []
    with places.DATABASES[name](chosen.cases) as url:
        db = Database(url)
        town = Town(db, clicks=chosen.rounds * chosen.requests // 2 + 100)
        with (
            places.slack(town.slack) as api_url,
            places.casebook(url, api_url) as (served, port),
            places.running("tests.benchmarks.bare", *how, env=places.environment(url, api_url)) as bare,
        ):
            print(f"{name}, {chosen.cases:,} cases, {chosen.at_once} at once, {chosen.rounds} rounds", flush=True)
            asked = Asked(served, port), Asked(bare, int(bare.first))
            shows = Contest(*asked, town.shows(), is_card, chosen.at_once)
            takes = Contest(*asked, town.takes(), is_empty, chosen.at_once)
            served.settle()
            for contest in (shows, takes):
                contest.round(100, keep=False)
            for _ in range(chosen.rounds):
                shows.round(chosen.requests)
                takes.round(chosen.requests // 2)
        places.table(HEAD, [*shows.rows("/case show", 0.25), *takes.rows("Take", 0.20)])
        town.count_takes(takes)
        db.close()


@dataclass
class Asked:
    running: Running
    port: int


HEAD = ("", "requests/s", "p50 ms", "p99 ms", "slowest ms", "refused", "cpu ms", "ratio", "cpu ratio", "goal")


@dataclass
class Contest:
    """The same requests to Casebook and to the bare app, in turns."""

    casebook: Asked
    bare: Asked
    requests: Iterator[bytes]
    is_right: Callable[[bytes], bool]
    at_once: int
    answers: list[Answers] = field(default_factory=lambda: [Answers(), Answers()])
    cpu: list[float] = field(default_factory=lambda: [0.0, 0.0])
    sent: int = 0

    def round(self, count: int, *, keep: bool = True) -> None:
        requests = list(islice(self.requests, count))
        self.sent += len(requests)
        for number, (one, is_right) in enumerate([(self.casebook, self.is_right), (self.bare, is_ok)]):
            before = one.running.cpu()
            answers = load.send(one.port, requests, self.at_once, is_right)
            if keep:
                self.answers[number] += answers
                self.cpu[number] += one.running.cpu() - before

    def rows(self, what: str, goal: float) -> list[Sequence[object]]:
        casebook, bare = self.answers
        cpu, bare_cpu = (1000 * seconds / len(one.times) for seconds, one in zip(self.cpu, self.answers, strict=True))
        ratios = (f"{casebook.rate / bare.rate:.2f}", f"{bare_cpu / cpu:.2f}", f"{goal:.2f}")
        return [(what, *figures(casebook, cpu), *ratios), (f"{what}, bare", *figures(bare, bare_cpu), "", "", "")]


def figures(answers: Answers, cpu: float) -> tuple[str, ...]:
    slow = (f"{1000 * value:.0f}" for value in (answers.percentile(50), answers.percentile(99), max(answers.times)))
    return f"{answers.rate:.0f}", *slow, str(answers.refused), f"{cpu:.2f}"


def is_ok(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200 ")


def is_card(answer: bytes) -> bool:
    return is_ok(answer) and b'"case.details"' in answer


def is_empty(answer: bytes) -> bool:
    return is_ok(answer) and answer.endswith(b"\r\n\r\n")


class Town:
    """A workspace that goes with the seeded cases, and what its people do. Each case is taken once."""

    def __init__(self, db: Database, clicks: int) -> None:
        self.db = db
        self.random = random.Random(7)
        with db.read() as work:
            self.people = [f"U{number:06}" for number in range(1, places.PEOPLE + 1)]
            newest = select(Case.id).where(Case.archived_at.is_(None)).order_by(Case.id.desc()).limit(3 * clicks)
            ids = list(work.session.scalars(newest))
            self.random.shuffle(ids)
            self.cases = [loaded(case) for case in work.cases.by_ids(ids[:clicks]).values()]
            self.keys = list(work.session.scalars(select(Case.key)))
            self.assigned = self.assignments()
        self.slack = self.snapshot()
        self.random.shuffle(self.cases)

    def snapshot(self) -> Fields:
        """With the card of every case that will be taken."""
        slack = LocalSlack(MANIFEST)
        workspace, platform = slack.platform.workspace, slack.platform
        for person in self.people:
            workspace.users[person] = User(person, person.lower(), person, admin=person == self.people[0])
        with self.db.read() as work:
            for team in work.teams.all():
                members = [member.person_id for member in team.members]
                workspace.usergroups[str(team.slack_id)] = Usergroup(
                    str(team.slack_id), team.handle, team.name, members
                )
            for channel in work.projects.channels():
                members = [platform.bot_user, *self.people[:50]]
                workspace.conversations[channel.id] = Conversation(
                    channel.id, channel.name, "public", self.people[0], 0, members
                )
                workspace.posts[channel.id] = {}
        self.workspace = Workspace(workspace.team_url, workspace.team_id, platform.bot_user)
        for case in self.cases:
            post = case.posts[0]
            body = {"type": "message", "user": platform.bot_user, "bot_id": platform.bot_id, "ts": post.ts}
            body |= cards.card_message(case, workspace=self.workspace)
            workspace.add_post(Post(post.channel, post.ts, body, platform.bot_id))
        state = workspace.snapshot()
        slack.platform.restore(state)  # what cannot be restored is found out here
        return state

    def shows(self) -> Iterator[bytes]:
        while True:
            person = self.random.choice(self.people)
            fields = {
                "token": "x", "team_id": self.workspace.team_id, "team_domain": "acme", "channel_id": "C00001",
                "channel_name": "ops", "user_id": person, "user_name": person.lower(), "command": "/case",
                "text": f"show {self.random.choice(self.keys)}", "api_app_id": "A00001",
                "is_enterprise_install": "false", "response_url": "http://127.0.0.1:9/response/1",
                "trigger_id": f"{self.random.random()}.1",
            }  # fmt: skip
            yield load.signed(fields)

    def takes(self) -> Iterator[bytes]:
        for case in self.cases:
            person = self.random.choice([one for one in self.random.sample(self.people, 2) if one != case.assignee])
            yield load.interaction(self.click(case, person))

    def click(self, case: Case, person: str) -> Fields:
        post, card = case.posts[0], cards.card_message(case, workspace=self.workspace)
        message = {"type": "message", "user": self.workspace.bot_user_id, "bot_id": "B00001", "ts": post.ts, **card}
        return {
            "type": "block_actions",
            "team": {"id": self.workspace.team_id, "domain": "acme"},
            "user": {"id": person, "username": person.lower(), "name": person.lower(), "team_id": "T00001"},
            "api_app_id": "A00001",
            "token": "x",
            "container": {
                "type": "message", "message_ts": post.ts, "channel_id": post.channel, "is_ephemeral": False,
            },
            "trigger_id": f"{case.id}.{self.random.random()}",
            "channel": {"id": post.channel, "name": "ops"},
            "state": {"values": {}},
            "response_url": "http://127.0.0.1:9/response/1",
            "message": message,
            "actions": [
                {
                    "type": "button", "action_id": "case.take", "block_id": f"case/{case.id}/{case.version}",
                    "text": {"type": "plain_text", "text": "Take"}, "action_ts": f"{datetime.now(UTC).timestamp()}",
                }
            ],
        }  # fmt: skip

    def assignments(self) -> int:
        with self.db.read() as work:
            query = select(func.count()).select_from(Entry).where(Entry.kind == Kind.ASSIGNED.value)
            return work.session.scalar(query) or 0

    def count_takes(self, takes: Contest) -> None:
        """An acknowledged click that changed nothing would be a refused one."""
        lost = takes.sent - (self.assignments() - self.assigned)
        backlog = self.backlog()
        print(f"{lost} of {takes.sent} clicks are not on a timeline. Deliveries: {backlog}.\n", flush=True)

    def backlog(self) -> str:
        with self.db.read() as work:
            counts: dict[Any, int] = dict(work.deliveries.backlog().counts)
        return ", ".join(f"{count} {state}" for state, count in counts.items())


if __name__ == "__main__":
    main()
