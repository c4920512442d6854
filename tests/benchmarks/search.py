"""Search at scale: python -m tests.benchmarks.search --cases 1000000 --database sqlite|postgresql

Each question is asked through ``Search`` and as SQL written by hand for it, in turn, in the same run; both end with the
same ten cases, loaded with all that a row is drawn from. Times are medians in milliseconds. ``--keep PATH`` keeps, or
takes up again, a SQLite file.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import selectinload

from bot.domain.case import Case
from bot.domain.query import Viewer, parse
from bot.storage import revision
from bot.storage.database import Database, Work
from tests.benchmarks.seed import NOW, SPAN_SECONDS, Seeded, seed
from tests.storage import servers

ROUNDS = 15
PAGE_LIMIT_MS, TEXT_LIMIT_MS, PREVIEW_LIMIT_MS = 50, 150, 300
PREVIEWED = 5
LATEST = "updated_at DESC, id DESC"
WEEK_AGO = f"{NOW - timedelta(days=7):%Y-%m-%d %H:%M:%S.%f}"
OLD_MONTH = NOW - timedelta(seconds=SPAN_SECONDS * 0.8)

# Query, and by hand: condition and order. What is not asked for here is asked of every one: visible and not archived.
PAGES = (
    ("", "true", LATEST),
    ("project:OPS", "project_id = 1", LATEST),
    ("project:P40", "project_id = 40", LATEST),
    ("key:OPS-77", "key = 'OPS-77'", LATEST),
    ("status:open", "status_group = 'open'", LATEST),
    ('status:"in progress"', "status_group = 'in progress'", LATEST),
    ("status:closed", "status_group = 'closed'", LATEST),
    ("is:open", "status_group <> 'closed'", LATEST),
    ("is:overdue", "due < '2026-03-01' AND status_group <> 'closed'", "due, id"),
    ("priority:P1", "priority = 'P1'", LATEST),
    ("priority:>=P2", "priority IN ('P1', 'P2')", LATEST),
    ("priority:none", "priority = 'none'", LATEST),
    ("type:security", "type_id = 2", LATEST),
    ("type:standard", "type_id = 1", LATEST),
    ("assignee:@me", "assignee = 'U000001'", LATEST),
    ("assignee:<@U001900>", "assignee = 'U001900'", LATEST),
    ("assignee:none", "assignee IS NULL", LATEST),
    ("assignee:@me is:open", "assignee = 'U000001' AND status_group <> 'closed'", LATEST),
    ("reporter:@me", "reporter = 'U000001'", LATEST),
    ("reporter:@me is:open", "reporter = 'U000001' AND status_group <> 'closed'", LATEST),
    ("team:team-1", "id IN (SELECT case_id FROM case_teams WHERE team_id = 1)", LATEST),
    ("team:team-60", "id IN (SELECT case_id FROM case_teams WHERE team_id = 60)", LATEST),
    ("team:none", "NOT EXISTS (SELECT 1 FROM case_teams WHERE case_id = cases.id)", LATEST),
    ("team:@me is:open", "id IN (SELECT case_id FROM case_teams WHERE team_id = 1) AND status_group <> 'closed'", LATEST),
    ("watcher:@me", "id IN (SELECT case_id FROM watchers WHERE person_id = 'U000001')", LATEST),
    ("watcher:<@U001900>", "id IN (SELECT case_id FROM watchers WHERE person_id = 'U001900')", LATEST),
    ("source:monitor", "source = 'monitor'", LATEST),
    ("source:alert", "source = 'other alert'", LATEST),
    ("service:checkout", "{attribute} name = 'service' AND value = 'checkout')", LATEST),
    ("service:chat-proxy", "{attribute} name = 'service' AND value = 'chat-proxy')", LATEST),
    ("service:chat*", "{attribute} name = 'service' AND value >= 'chat' AND value < 'chau')", LATEST),
    ("env:prod", "{attribute} name = 'env' AND value = 'prod')", LATEST),
    ("region:eu-west-1", "{attribute} name = 'region' AND value = 'eu-west-1')", LATEST),
    ("env:none", "NOT EXISTS (SELECT 1 FROM case_search_attributes WHERE case_id = cases.id AND name = 'env')", LATEST),
    ("created:<7d", f"created_at > '{WEEK_AGO}'", "created_at DESC, id DESC"),
    (f"created:{OLD_MONTH:%Y-%m-%d}", f"created_at >= '{OLD_MONTH:%Y-%m-%d} 00:00' AND created_at < "
     f"'{OLD_MONTH + timedelta(1):%Y-%m-%d} 00:00'", "created_at DESC, id DESC"),
    (f"created:<{OLD_MONTH:%Y-%m-%d}", f"created_at < '{OLD_MONTH:%Y-%m-%d} 00:00'", "created_at DESC, id DESC"),
    ("updated:<7d", f"updated_at > '{WEEK_AGO}'", LATEST),
    ("updated:>7d", f"updated_at < '{WEEK_AGO}'", LATEST),
    ("closed:<7d", f"closed_at > '{WEEK_AGO}'", "closed_at DESC, id DESC"),
    ("due:today..2026-03-07", "due >= '2026-03-01' AND due < '2026-03-08'", "due, id"),
    ("due:none", "due IS NULL", LATEST),
    ("has:evidence", "evidence_count > 0", LATEST),
    ("is:archived", "archived_at IS NOT NULL", LATEST),
    ("sort:priority", "true", "priority, updated_at DESC, id DESC"),
    ("is:open sort:created", "status_group <> 'closed'", "created_at, id"),
    ("project:P30 priority:P1 is:open", "project_id = 30 AND priority = 'P1' AND status_group <> 'closed'", LATEST),
    ("assignee:@me OR reporter:@me", "(assignee = 'U000001' OR reporter = 'U000001')", LATEST),
)  # fmt: skip
# Query, and in the databases' own words: for SQLite, for PostgreSQL.
TEXTS = (
    ("checkout", "checkout", "'checkout'"),
    ("title:checkout", "title : checkout", "'t/checkout'"),
    ("deploy", "deploy", "'deploy'"),
    ("host-4242", '"host 4242"', "'host' <-> '4242'"),
    ("checkout certificate", "checkout AND certificate", "'checkout' & 'certificate'"),
    ("checkout -certificate", "checkout NOT certificate", "'checkout' & !'certificate'"),
    ('"feature flag"', '"feature flag"', "'feature' <-> 'flag'"),
    ("check*", "check*", "'check':*"),
    ("c*", "c*", "'c':*"),
    ("café", "cafe", "'cafe'"),
    ("zebra", "zebra", "'zebra'"),
    ("障害", '"障 害"', "'障' <-> '害'"),
)
MIXED = (
    "checkout is:open", "the assignee:<@U001900>", "checkout project:P40", "the sort:-updated", "zebra OR is:overdue",
    "checkout OR priority:P1", "is:open -checkout", "host-4242 sort:created", "the is:open priority:P1",
)  # fmt: skip
TYPED = ("", "c", "ch", "checkout", "checkout ce", "ops-123", "zeb", "warehouse-proxy b")


class Bench:
    def __init__(self, db: Database, seeded: Seeded) -> None:
        self.db = db
        self.projects = sorted(range(1, len(seeded.projects) + 1))
        self.viewer = Viewer("U000001", NOW, "UTC", frozenset(self.projects), frozenset({1}))
        self.failed = False

    def ours(self, query: str) -> Callable[[Work], Any]:
        return lambda work: [case.id for case in work.search.page(parse(query), self.viewer)]

    def by_hand(self, sql: str) -> Callable[[Work], Any]:
        """The SQL finds ids; loading the cases is the same for both."""
        found = text(sql).bindparams(bindparam("projects", expanding=True))
        loading = select(Case).options(selectinload(Case.teams), selectinload(Case.posts))

        def run(work: Work) -> list[int]:
            ids = list(work.session.scalars(found, {"projects": self.projects}))
            cases = {case.id: case for case in work.session.scalars(loading.where(Case.id.in_(ids)))}
            return [cases[id_].id for id_ in ids]

        return run

    def timed(self, run: Callable[[Work], Any]) -> tuple[float, Any]:
        with self.db.read() as work:
            start = time.perf_counter()
            found = run(work)
            return (time.perf_counter() - start) * 1000, found

    def compared(self, *runs: Callable[[Work], Any]) -> list[tuple[float, Any]]:
        """In turn, so that a busy moment of the machine hits each alike; slow ones are not asked so often."""
        first = [self.timed(run) for run in runs]
        rounds = ROUNDS if sum(took for took, _ in first) < 500 else 3
        took: list[list[float]] = [[] for _ in runs]
        for _ in range(rounds):
            for times, run in zip(took, runs, strict=True):
                times.append(self.timed(run)[0])
        return [(median(times), found) for times, (_, found) in zip(took, first, strict=True)]

    def line(self, query: str, ours: float, hand: float | None, limit: float, note: str = "") -> None:
        slow = "  SLOW" if ours > limit else ""
        ratio = f"{hand:9.2f} {ours / hand:6.2f}" if hand else " " * 16
        self.failed = self.failed or bool(slow)
        print(f"{query:36} {ours:9.2f} {ratio}{slow} {note}", flush=True)

    def pages(self) -> None:
        print(f"\n{'first page':36} {'ours':>9} {'by hand':>9} {'ratio':>6}")
        attribute = "id IN (SELECT case_id FROM case_search_attributes WHERE"
        for query, condition, order in PAGES:
            archived = "true" if "archived" in query else "archived_at IS NULL"
            where = condition.replace("{attribute}", attribute)
            seen = "+project_id" if self.db.is_sqlite else "project_id"
            sql = f"SELECT id FROM cases WHERE {archived} AND {seen} IN :projects AND {where} ORDER BY {order} LIMIT 10"
            (ours, found), (hand, expected) = self.compared(self.ours(query), self.by_hand(sql))
            same = "" if found == expected else "  DIFFERENT"
            self.failed = self.failed or bool(same)
            self.line(query or "(everything)", ours, hand, PAGE_LIMIT_MS, same)

    def texts(self) -> None:
        print(f"\n{'words, best first':36} {'ours':>9} {'by hand':>9} {'ratio':>6}  (by hand: ranked by the database)")
        for query, sqlite, postgresql in TEXTS:
            (ours, _), (hand, _) = self.compared(self.ours(query), self.by_hand(self.ranked(sqlite, postgresql)))
            self.line(query, ours, hand, TEXT_LIMIT_MS)
        print(f"\n{'words and fields':36} {'ours':>9}")
        for query in MIXED:
            self.line(query, self.compared(self.ours(query))[0][0], None, TEXT_LIMIT_MS)

    def ranked(self, sqlite: str, postgresql: str) -> str:
        if self.db.is_sqlite:
            return (
                "SELECT case_search_words.rowid FROM case_search_words JOIN cases ON cases.id = case_search_words.rowid "
                "WHERE archived_at IS NULL "
                f"AND +project_id IN :projects AND case_search_words MATCH '{sqlite}' "
                "ORDER BY bm25(case_search_words, 10, 10, 3, 1) LIMIT 10"
            )
        asked = "'" + postgresql.replace("'", "''").replace(":", "\\:") + "'"
        return (
            "SELECT case_id FROM case_search JOIN cases ON cases.id = case_id WHERE archived_at IS NULL "
            f"AND project_id IN :projects AND document @@ CAST({asked} AS tsquery) "
            f"ORDER BY ts_rank(document, CAST({asked} AS tsquery)) DESC LIMIT 10"
        )

    def counts(self) -> None:
        print(f"\n{'count, up to 1,001':36} {'ours':>9}")
        for query in ("", "is:open", "priority:P1", "assignee:@me", "team:@me is:open", "service:checkout", "checkout",
                      "is:overdue", "has:evidence", "created:<7d", "checkout OR priority:P1", "zebra OR is:overdue"):  # fmt: skip
            took, found = self.compared(lambda work, q=query: work.search.count(parse(q), self.viewer))[0]  # type: ignore[misc]
            self.line(query or "(everything)", took, None, TEXT_LIMIT_MS, f"{found}")
        print(f"\n{'suggest':36} {'ours':>9}")
        for typed in TYPED:
            took, found = self.compared(lambda work, t=typed: work.search.suggest(t, self.viewer))[0]  # type: ignore[misc]
            self.line(typed or "(nothing)", took, None, TEXT_LIMIT_MS, f"{len(found)}")

    def previews(self) -> None:
        """What a form asks after every choice: how many match, and the first five of them."""

        def asked(query: str) -> Callable[[Work], Any]:
            def run(work: Work) -> int:
                parsed = parse(query)
                work.search.page(parsed, self.viewer, size=PREVIEWED)
                return work.search.count(parsed, self.viewer)

            return run

        print(f"\n{'preview: count and first five':36} {'ours':>9}")
        for query in (*(query for query, *_ in (*PAGES, *TEXTS)), *MIXED):
            ((took, found),) = self.compared(asked(query))
            self.line(query or "(everything)", took, None, PREVIEW_LIMIT_MS, f"{found}")

    def writes(self) -> None:
        """What the index costs when it is not concerned: one change of status and its commit."""

        def change(_work: Work) -> None:
            with self.db.write() as work:
                case = work.session.get(Case, 1 + int(time.perf_counter_ns() * 7919 % len_of_cases))
                assert case
                case.priority = "P1" if case.priority != "P1" else "P2"
                case.updated_at = NOW + timedelta(microseconds=time.perf_counter_ns() // 1000 % 10**12)
                case.version += 1

        len_of_cases = self.size()
        took = [self.timed(change)[0] for _ in range(200)]
        print(f"\none change of priority, with its commit: {median(took):.2f} ms")

    def size(self) -> int:
        with self.db.read() as work:
            return int(work.session.scalar(text("SELECT max(id) FROM cases")))


@contextmanager
def database(kind: str, cases: int, keep: Path | None) -> Iterator[tuple[Database, Seeded]]:
    with ExitStack() as stack:
        if kind == "sqlite":
            path = keep or Path(stack.enter_context(TemporaryDirectory())) / "casebook.db"
            url = f"sqlite:///{path}"
        else:
            server = stack.enter_context(servers.postgres_server())
            url = server.render_as_string(hide_password=False)
        db = Database(url, wait_seconds=60)
        stack.callback(db.close)
        revision.upgrade(db)
        with db.read() as work:
            there = work.session.scalar(text("SELECT count(*) FROM projects"))
        start = time.perf_counter()
        seeded = Seeded([], [], [""] * there, cases) if there else seed(db, cases=cases)
        print(f"{kind}: {cases:,} cases, seeded in {time.perf_counter() - start:.0f} s", flush=True)
        yield db, seeded


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=100_000)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--keep", type=Path)
    chosen = asked.parse_args()
    with database(chosen.database, chosen.cases, chosen.keep) as (db, seeded):
        bench = Bench(db, seeded)
        bench.pages()
        bench.texts()
        bench.counts()
        bench.previews()
        bench.writes()
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
