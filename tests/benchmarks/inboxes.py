"""What very many inboxes cost: python -m tests.benchmarks.inboxes [--inboxes 10000] [--channels 500] [--cases 1000]

1. One case is matched against all inboxes, which ask something of every case ("any case"), or name a project, an
   assignee or a team: those of the case, or others. Processor time, beside as many tests of one attribute by hand.
   Goal: at most 10 µs an inbox, and far below that where inboxes name what the case does not have.
2. Opening a case, with and without those inboxes: whoever opens it waits for none of them.
3. As many inboxes as channels match one case, each with a channel of its own: every post arrives, at Slack's rate.
"""

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import insert, select

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import CHORES, SLACK
from bot.domain.inbox import Inbox, Recipient, Revision
from bot.domain.person import Person, Team
from bot.domain.priority import Priority
from bot.domain.project import Project
from bot.domain.reading import Workspace
from bot.outbox.chores import Chores
from bot.outbox.slack import SlackSender
from bot.outbox.worker import Worker
from bot.sandbox.slack import LocalSlack
from bot.storage.database import Database
from bot.usecases import opening
from bot.usecases.listening import Listening
from bot.wiring import slack_client
from tests.benchmarks import places
from tests.flows.conftest import settings_for

NOW = datetime.now(UTC)
# {0} and {1} are of the case, or of others, as the row says.
ANY_CASE = (
    "is:open priority:>=P2", "service:checkout* is:open", "error timeout -test", "created:>2026-01-01 priority:P5",
    "status:open source:monitor", "title:check* OR title:pay*",
)  # fmt: skip
NAMED = ("project:{project} priority:>=P2", "assignee:{assignee} is:open", "team:{team} is:open")
HEAD = ("", "inboxes", "asked", "heard", "µs an inbox", "by hand µs", "ratio")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--database", choices=[*places.DATABASES, "both"], default="both")
    options.add_argument("--inboxes", type=int, default=10_000)
    options.add_argument("--cases", type=int, default=1000)
    options.add_argument("--channels", type=int, default=500)
    chosen = options.parse_args()
    for name in places.DATABASES if chosen.database == "both" else [chosen.database]:
        print(f"{name}, {chosen.inboxes:,} inboxes", flush=True)
        with places.DATABASES[name](chosen.cases) as url:
            db = Database(url)
            matching(db, chosen.inboxes)
            db.close()
        with places.DATABASES[name](chosen.cases) as url:
            posting(url, chosen.channels)


# -- matching ---------------------------------------------------------------------------------------------------------


def matching(db: Database, count: int) -> None:
    with db.read() as work:
        case = work.session.scalars(
            select(Case).where(Case.assignee.is_not(None), Case.teams.any()).order_by(Case.id.desc()).limit(1)
        ).one()
        _ = case.teams, case.watchers, case.posts, case.project
    alone = opened(db, 50)
    rows = []
    for what, queries in (
        ("any case", any_case),
        ("of this case", lambda number: named(db, case, number, own=True)),
        ("of others", lambda number: named(db, case, number, own=False)),
    ):
        fill(db, queries, count)
        rows.append(asked(db, what, case, count))
    places.table(HEAD, rows)
    fill(db, any_case, count)
    crowded = opened(db, 50)
    places.table(
        ("ms to open a case", "median", "slowest"),
        [("no inbox", *timed(alone)), (f"{count:,} inboxes", *timed(crowded))],
    )


def any_case(number: int) -> str:
    return ANY_CASE[number % len(ANY_CASE)]


def named(db: Database, case: Case, number: int, *, own: bool) -> str:
    known = NAMES.setdefault(id(db), Names(db))
    if own:
        found = {"project": case.project.key, "assignee": case.assignee, "team": f"@{case.teams[0].handle}"}
    else:
        found = known.others(case, number)
    return NAMED[number % len(NAMED)].format(**found)


class Names:
    def __init__(self, db: Database) -> None:
        with db.read() as work:
            self.projects = list(work.session.scalars(select(Project.key)))
            self.people = list(work.session.scalars(select(Person.id)))
            self.teams = list(work.session.scalars(select(Team.handle)))

    def others(self, case: Case, number: int) -> dict[str, str]:
        chance = random.Random(number)
        mine = {team.handle for team in case.teams}
        return {
            "project": chance.choice([key for key in self.projects if key != case.project.key]),
            "assignee": chance.choice([one for one in self.people if one != case.assignee]),
            "team": "@" + chance.choice([handle for handle in self.teams if handle not in mine]),
        }


NAMES: dict[int, Names] = {}


def fill(db: Database, query: Callable[[int], str], count: int) -> None:
    """Straight into the tables, in place of the inboxes that were there."""
    with db.write() as work:
        session, owner = work.session, work.session.scalars(select(Person.id).limit(1)).one()
        session.execute(Inbox.__table__.delete())  # type: ignore[attr-defined]
        session.execute(
            insert(Inbox),
            [
                {"id": number, "name": f"Inbox {number}", "query": query(number), "owner": owner, "events": ["created"],
                 "digest_minute": 540, "digest_tz": "UTC", "knows_cases": False, "is_timely": False, "created_at": NOW,
                 "updated_at": NOW}
                for number in range(1, count + 1)
            ],
        )  # fmt: skip
        session.execute(
            insert(Recipient),
            [
                {"inbox_id": number, "medium": "channel", "target": f"C{number:06}", "label": ""}
                for number in range(1, count + 1)
            ],
        )
        session.execute(Revision.__table__.update().values(number=Revision.number + 1))  # type: ignore[attr-defined]


def asked(db: Database, what: str, case: Case, count: int) -> Sequence[object]:
    listening = Listening()
    with db.read() as work:
        listeners = listening.listeners(work, NOW)
        notes = work.cases.note_texts(case)
    candidates = len(list(listeners.candidates(case)))
    heard = listeners.heard(case, notes)
    cost = cpu(lambda: listeners.heard(case, notes)) / count
    by_hand = [{"priority": "P1"} for _ in range(count)]
    hand = cpu(lambda: [one for one in by_hand if one["priority"] == case.priority]) / count
    return (
        what, f"{count:,}", f"{candidates:,}", f"{len(heard):,}", f"{1e6 * cost:.2f}", f"{1e6 * hand:.2f}",
        f"{cost / hand:.0f}",
    )  # fmt: skip


def cpu(act: Callable[[], object], times: int = 15) -> float:
    taken = []
    for _ in range(times):
        began = time.process_time()
        act()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def opened(db: Database, times: int) -> list[float]:
    with db.read() as work:
        person = work.session.scalars(select(Person.id).limit(1)).one()
        key = work.session.scalars(select(Project.key).where(Project.is_private.is_(False)).limit(1)).one()
    taken = []
    for number in range(times):
        act = Act(person, datetime.now(UTC), "command", f"inboxes/{time.perf_counter_ns()}")
        new = opening.NewCase(title=f"error timeout {number}", priority=Priority.P1)
        began = time.perf_counter()
        opening.open_case(db, act, new, Workspace("https://acme.slack.com/", "T1", "UBOT"), project_key=key)
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def timed(taken: Sequence[float]) -> tuple[str, str]:
    return f"{statistics.median(taken):.1f}", f"{max(taken):.1f}"


# -- posting ----------------------------------------------------------------------------------------------------------


def posting(url: str, channels: int) -> None:
    with LocalSlack(places.MANIFEST, rate_limits=True) as slack:
        dana = slack.add_person("dana", admin=True)
        rooms = [slack.add_channel(f"room-{number}", members=[dana], bot=True) for number in range(channels)]
        settings = settings_for(slack, url)
        client = slack_client(settings)
        identity = client.auth_test()
        db, listening = Database(url), Listening()
        workspace = Workspace(identity["url"], identity["team_id"], identity["user_id"])
        sender = SlackSender(client, workspace, db, frozenset(), lambda: datetime.now(UTC), listening)
        worker = Worker(db, {SLACK: sender, CHORES: Chores(db, listening, lambda: datetime.now(UTC))})
        fill(db, lambda _: "is:open", channels)
        with db.write() as work:
            for recipient, room in zip(work.session.scalars(select(Recipient)).all(), rooms, strict=True):
                recipient.target = room.id
        worker.start()
        began = time.perf_counter()
        (waited,) = opened(db, 1)
        slack.wait_for(
            lambda: all(slack.platform.workspace.lasting(room.id) for room in rooms), 600, "a post in every channel"
        )
        took = time.perf_counter() - began
        worker.wait_until_idle(60)
        worker.stop()
        report(slack, [room.id for room in rooms], took, waited)
        db.close()


def report(slack: LocalSlack, rooms: Sequence[str], took: float, waited: float) -> None:
    posts = [post for room in rooms for post in slack.platform.workspace.lasting(room)]
    per_channel = Counter(post.channel for post in posts)
    gaps = [
        float(after.ts) - float(before.ts)
        for room in rooms
        for before, after in pairwise(sorted(slack.platform.workspace.lasting(room), key=lambda post: post.ts))
    ]
    refused = [call for call in slack.traffic.calls() if call.response and call.response.get("error")]
    places.table(
        ("", "channels", "posts", "twice", "refused", "seconds", "closest posts s", "opener waited ms"),
        [
            (
                "one case, an inbox a channel", len(rooms), len(posts), sum(n > 1 for n in per_channel.values()),
                len(refused), f"{took:.1f}", f"{min(gaps):.2f}" if gaps else "-", f"{waited:.0f}",
            )
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
