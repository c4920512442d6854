"""What `/case show`, `/case mine` and a note cost as the cases become more: use-case and view, without Slack.

``cpu`` is the processor time of this process alone; on PostgreSQL the server's is only in ``wall``. Medians, in ms.
The sizes take turns, call by call, so that whatever else the machine does hits all of them.
Goal: the same whether there are a thousand cases or a million; whoever asks for their own has as many at any size.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import func, select

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.reading import Workspace
from bot.storage.database import Database
from bot.usecases import looking, opening, people, shelves, working
from bot.views import answers, cards, lists
from tests.benchmarks import places

WORKSPACE = Workspace(url="https://acme.slack.com/", team_id="T00001", bot_user_id="U00001")
ASKERS = [f"UASKER{number:02}" for number in range(20)]
THEIRS = 10  # a page
HEAD = ("", "cases", "cpu", "wall", "slowest", "cpu ratio", "wall ratio")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--database", choices=[*places.DATABASES, "both"], default="both")
    options.add_argument("--cases", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    options.add_argument("--calls", type=int, default=400, help="of each kind")
    chosen = options.parse_args()
    for name in places.DATABASES if chosen.database == "both" else [chosen.database]:
        with ExitStack() as places_open:
            desks = [places_open.enter_context(desk(name, cases)) for cases in chosen.cases]
            print(name, flush=True)
            for what, prepare in ACTS.items():
                costs = measured(desks, prepare, chosen.calls)
                rows = [row(what, one.cases, cost, costs[0]) for one, cost in zip(desks, costs, strict=True)]
                places.table(HEAD, rows)


class Desk:
    """Somebody at work, on cases chosen at random."""

    def __init__(self, db: Database, cases: int) -> None:
        self.db, self.cases, self.random = db, cases, random.Random(cases)
        self.count = 0

    def settle(self) -> None:
        """People who have the same number of open cases to their name, however many cases there are."""
        people.keep_people(self.db, [people.Profile(asker, asker) for asker in ASKERS], frozenset())
        for asker in ASKERS * THEIRS:
            theirs = opening.NewCase(title="Checkout is slow", assignee=asker)
            opening.open_case(self.db, self.act(asker), theirs, WORKSPACE, project_key="OPS")

    def act(self, person: str = "") -> Act:
        self.count += 1
        person = person or f"U{self.random.randint(1, places.PEOPLE):06}"
        return Act(actor=person, at=datetime.now(UTC), via="command", origin=f"growth/{self.count}")

    def some(self) -> int:
        return self.random.randint(1, self.cases)

    def key(self) -> str:
        with self.db.read() as work:
            return work.session.scalar(select(Case.key).where(Case.id == self.some())) or ""

    def show(self) -> Callable[[], object]:
        act, key = self.act(), self.key()
        return lambda: cards.card_message(looking.show_case(self.db, act, key), workspace=WORKSPACE, now=act.at)

    def mine(self) -> Callable[[], object]:
        act = self.act(self.random.choice(ASKERS))
        return lambda: lists.listing(shelves.my_cases(self.db, act), WORKSPACE)

    def note(self) -> Callable[[], object]:
        act, key = self.act(), self.key()
        return partial(self.noted, act, key)

    def noted(self, act: Act, key: str) -> object:
        outcome = working.note_case(self.db, act, key, "The disk is full again, as it was last week.")
        return answers.changed(outcome.case, outcome.entry, WORKSPACE)


ACTS: dict[str, Callable[[Desk], Callable[[], object]]] = {"show": Desk.show, "mine": Desk.mine, "note": Desk.note}
WARMING = 50


@contextmanager
def desk(name: str, cases: int) -> Iterator[Desk]:
    with places.DATABASES[name](cases) as url:
        db = Database(url)
        with db.read() as work:
            assert work.session.scalar(select(func.count()).select_from(Case)) == cases
        made = Desk(db, cases)
        made.settle()
        yield made
        db.close()


@dataclass
class Cost:
    """Of each call, in ms."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def add(self, act: Callable[[], object]) -> None:
        began, used = time.perf_counter(), time.process_time()
        act()
        self.wall.append(1000 * (time.perf_counter() - began))
        self.cpu.append(1000 * (time.process_time() - used))

    @property
    def medians(self) -> tuple[float, float]:
        return statistics.median(self.cpu), statistics.median(self.wall)


def measured(desks: Sequence[Desk], prepare: Callable[[Desk], Callable[[], object]], calls: int) -> list[Cost]:
    """At each of the desks."""
    acts = [[prepare(one) for _ in range(calls + WARMING)] for one in desks]
    costs = [Cost() for _ in desks]
    for number, turn in enumerate(zip(*acts, strict=True)):
        for cost, act in zip(costs, turn, strict=True):
            cost.add(act) if number >= WARMING else act()
    return costs


def row(what: str, cases: int, found: Cost, first: Cost) -> Sequence[object]:
    ratios = (f"{now / then:.2f}" for now, then in zip(found.medians, first.medians, strict=True))
    return what, f"{cases:,}", *(f"{figure:.2f}" for figure in (*found.medians, max(found.wall))), *ratios


if __name__ == "__main__":
    main()
