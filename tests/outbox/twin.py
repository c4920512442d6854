"""Two Casebooks on one database, each a process of its own. Their clock is the test's, and so is the hour of death."""

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any

from sqlalchemy import event

from bot.config import Settings
from bot.wiring import Casebook, build

CONTEXT = get_context("forkserver")
# So that a new twin is there at once.
CONTEXT.set_forkserver_preload([__name__, "bot.views.chart", "psycopg"])
PATIENCE = 120  # seconds, after which something hangs


@dataclass(frozen=True)
class Here:
    """Where a process stands, to be killed: in the middle of the job's slot, if it runs one."""

    job: str
    slot_at: datetime | None
    doing: str


class Life:
    """Its steps: before each statement and each commit, before and after each call of Slack.

    It has no end until they are counted. Whoever is at the last one stands still, to be killed.
    """

    def __init__(self, orders: Connection) -> None:
        self.orders = orders
        self.left = 0
        self.job = ""
        self.slot_at: datetime | None = None

    def step(self, doing: str) -> None:
        self.left -= 1
        if self.left == 0:
            self.orders.send(Here(self.job, self.slot_at, doing))
            self.orders.recv()  # for ever: nobody says anything to one that is to be killed

    def lead(self, casebook: Casebook) -> None:
        engine, call = casebook.db.engine, casebook.client.api_call
        event.listen(engine, "connect", be_patient)
        event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: self.step(statement))
        event.listen(engine, "commit", lambda _: self.step("COMMIT"))

        def api_call(method: str, *args: Any, **kwargs: Any) -> Any:
            self.step(f"before {method}")
            answer = call(method, *args, **kwargs)
            self.step(f"after {method}")
            return answer

        casebook.client.api_call = api_call  # type: ignore[method-assign]


def be_patient(connection: Any, _record: Any) -> None:
    """The machine may be slow, and nobody waits for a twin as a click does."""
    connection.execute(f"SET lock_timeout = '{PATIENCE}s'")
    connection.commit()


def live(orders: Connection, settings: Settings) -> None:
    """Whenever it is told the time it does all that is due then, as the clockwork and the worker would."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the test's, which takes its twins along
    now = [datetime.min]
    casebook = build(settings, clock=lambda: now[0])
    life = Life(orders)
    life.lead(casebook)
    while True:
        now[0], steps = orders.recv()
        life.left = steps or life.left
        for job in casebook.clockwork.jobs:
            life.job, life.slot_at = job.name, job.slot(now[0])
            casebook.clockwork.tick(job)
        life.job, life.slot_at = "", None
        casebook.worker.run_until_idle(PATIENCE)
        orders.send(None)


class Twin:
    def __init__(self, settings: Settings) -> None:
        self.orders, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=live, args=(theirs, settings), daemon=True)
        self.process.start()
        theirs.close()

    def tell(self, now: datetime, steps: int | None = None) -> None:
        """``steps``: how many it has left from now on; ``None`` if nothing changes about that."""
        self.orders.send((now, steps))

    def kill(self) -> None:
        """SIGKILL: nothing of it goes on, and it tidies up nothing."""
        self.process.kill()
        self.process.join(PATIENCE)
        assert self.process.exitcode == -signal.SIGKILL, "it had ended by itself"
        self.process.close()
        self.orders.close()


def answers(twins: Sequence[Twin]) -> list[tuple[Twin, Here | None]]:
    """Of those that have answered by now, at least one: ``None`` if all is done, else where it stands to be killed."""
    ready = wait([twin.orders for twin in twins], PATIENCE)
    assert ready, "the twins hang"
    return [(twin, twin.orders.recv()) for twin in twins if twin.orders in ready]
