"""`/case show` while Jira takes every connection and never answers, beside a Casebook that has no Jira, in one run.

Both have the same cases and as many tickets to create. ``hanging``: connections to Jira that were open when it ended.
Goal: as fast as without it, ratio 1.0.
"""

import argparse
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import islice

from bot.domain.act import Act
from bot.domain.delivery import JIRA
from bot.domain.link import Wanted
from bot.storage.database import Database
from bot.usecases.tickets import create_ticket
from tests.benchmarks import load, places
from tests.benchmarks.load import Answers
from tests.benchmarks.throughput import Town, is_card


class Abyss:
    """A partner that takes connections and says nothing."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=500)
        self.taken: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def _take(self) -> None:
        while True:
            try:
                self.taken.append(self.listening.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        for one in (self.listening, *self.taken):
            one.close()


@contextmanager
def served(cases: int, tickets: int, jira: str) -> Iterator[tuple[int, Town]]:
    """The port of a Casebook with so many tickets to create, at ``jira`` if that is not empty."""
    with places.sqlite(cases) as url:
        db = Database(url)
        town = Town(db, clicks=tickets)
        for number, case in enumerate(town.cases):
            act = Act(town.people[0], datetime.now(UTC), "command", f"hanging/{number}")
            create_ticket(db, act, case.id, JIRA, Wanted("SHOP", "10200"))
        db.close()
        settings = {"JIRA_URL": jira, "JIRA_EMAIL": "a@example.com", "JIRA_API_TOKEN": "x"} if jira else {}
        with places.slack(town.slack) as api_url:
            port = places.free_port()
            env = places.environment(url, api_url) | settings
            env |= {"CASEBOOK_MODE": "http", "CASEBOOK_PORT": str(port), "LOG_LEVEL": "error"}
            with places.running("bot", "serve", env=env):
                yield port, town


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=10_000)
    options.add_argument("--tickets", type=int, default=100)
    options.add_argument("--at-once", type=int, default=16)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--requests", type=int, default=400, help="in each round, of each of the two")
    chosen = options.parse_args()
    abyss = Abyss()
    answers = [Answers(), Answers()]
    with ExitStack() as stack:
        two = [stack.enter_context(served(chosen.cases, chosen.tickets, url)) for url in (abyss.url, "")]
        for turn in range(chosen.rounds + 1):
            for number, (port, town) in enumerate(two):
                told = load.send(port, list(islice(town.shows(), chosen.requests)), chosen.at_once, is_card)
                if turn:  # the first warms up
                    answers[number] += told
        hanging = len(abyss.taken)
    abyss.close()
    rows = [
        (name, f"{one.rate:.0f}", f"{one.percentile(50) * 1000:.0f}", f"{one.percentile(99) * 1000:.0f}", one.refused)
        for name, one in zip(("Jira hangs", "no Jira"), answers, strict=True)
    ]
    places.table(("", "requests/s", "p50 ms", "p99 ms", "refused"), rows)
    print(f"ratio {answers[0].rate / answers[1].rate:.2f}; {hanging} connections hung at Jira")


if __name__ == "__main__":
    main()
