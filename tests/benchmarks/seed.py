"""Many believable cases, fast and the same every time: seed(db, cases=1_000_000).

Cases come in the order of time over three years, most of them closed, some work left open; people, services and teams
have favourites; projects end; each case has its timeline, some a long one. Rows go in with the indexes taken off.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bot.domain.query_words import GAP, Document, words
from bot.storage.database import Database
from bot.storage.search_index import postgresql_row, sqlite_row
from tests.benchmarks.seed_stock import (
    FIRST,
    LAST,
    NOTES,
    PARTS,
    REASONS,
    SECURITY_REASONS,
    SENTENCES,
    SERVICES,
    SYMPTOMS,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPAN_SECONDS = 3 * 365 * 86400
BATCH = 5000
STANDARD, SECURITY = 1, 2
CASE = (
    "id", "key", "project_id", "number", "type_id", "title", "description", "status", "status_group", "priority",
    "assignee", "reporter", "source", "attributes", "due", "reason", "created_at", "updated_at", "closed_at",
    "archived_at", "evidence_count", "version", "touched_at", "taken_at",
)  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    "cases": CASE,
    "entries": ("case_id", "kind", "actor", "at", "via", "origin", "version", "changes", "data"),
    "notes": ("id", "case_id", "author", "text", "created_at"),
    "posts": ("case_id", "role", "channel", "ts", "thread_ts"),
    "evidence": ("case_id", "kind", "title", "url", "text", "author", "added_by", "added_at"),
    "case_teams": ("case_id", "team_id"),
    "watchers": ("case_id", "person_id"),
    "case_search_attributes": ("case_id", "name", "value"),
}
DOCUMENT = {"sqlite": ("case_id", "key", "title", "description", "notes"), "postgresql": ("case_id", "document")}
PEOPLE = (
    "id",
    "name",
    "tz",
    "is_admin",
    "is_guest",
    "is_outside",
    "is_bot",
    "is_gone",
    "notify",
    "home_inbox",
    "home_page",
)
PROJECT = (
    "id", "key", "name", "home_channel", "is_private", "guests_allowed", "retention_months", "last_number", "created_at",
    "created_by",
)  # fmt: skip


@dataclass(frozen=True)
class Seeded:
    """What there is to ask for: ids of people and teams, keys of projects, the busiest first."""

    people: Sequence[str]
    teams: Sequence[int]
    projects: Sequence[str]
    cases: int


def seed(db: Database, *, cases: int, people: int = 2000, projects: int = 40, teams: int = 60) -> Seeded:
    """Into an empty, migrated database."""
    world = World(cases, people, projects, teams)
    with closing(db.engine.raw_connection()) as pooled:
        into = Sqlite(pooled.driver_connection) if db.is_sqlite else Postgresql(pooled.driver_connection)
        with into.bare():
            world.write_around(into)
            for first in range(1, cases + 1, BATCH):
                rows = Rows(into.document)
                for number in range(first, min(first + BATCH, cases + 1)):
                    world.write_case(rows, number)
                for table, found in rows.tables.items():
                    into.insert(table, rows.columns[table], found)
            into.insert("projects", PROJECT, world.project_rows())
        pooled.detach()
    return Seeded(world.people, world.teams, world.keys, cases)


class Rows:
    def __init__(self, document: Any) -> None:
        self.columns = COLUMNS | {"case_search": DOCUMENT["sqlite" if document is sqlite_row else "postgresql"]}
        self.tables: dict[str, list[tuple[Any, ...]]] = {table: [] for table in self.columns}
        self.document = document


class World:
    """Everything is drawn from one generator, so that the same numbers give the same cases."""

    def __init__(self, cases: int, people: int, projects: int, teams: int) -> None:
        self.random = Random(20260301)
        self.cases = cases
        self.people = [f"U{number:06}" for number in range(1, people + 1)]
        self.teams = list(range(1, teams + 1))
        self.keys = ["OPS", *(f"P{number}" for number in range(2, projects + 1))]
        self.numbers = [0] * projects
        self.note = 0
        self.sentences = [(text, words(text)) for text in SENTENCES]
        self.notes = [(text, words(text)) for text in NOTES]
        self.services = [service if not part else f"{service}-{part}" for part in ("", *PARTS) for service in SERVICES]
        self.titles = {symptom: words(symptom) for symptom in SYMPTOMS}

    def favourite(self, items: Sequence[Any]) -> Any:
        """The first ones much more often than the last."""
        return items[int(self.random.random() ** 2.5 * len(items))]

    def write_around(self, into: "Sqlite | Postgresql") -> None:
        named = [f"{FIRST[n % len(FIRST)]} {LAST[n // len(FIRST) % len(LAST)]}" for n in range(len(self.people))]
        into.insert(
            "people",
            PEOPLE,
            [
                (id_, name, "Europe/Berlin", 0, 0, 0, 0, 0, "all", "mine", 1)
                for id_, name in zip(self.people, named, strict=True)
            ],
        )
        into.insert(
            "teams",
            ("id", "slack_id", "handle", "name"),
            [(n, f"S{n:04}", f"team-{n}", f"Team {n}") for n in self.teams],
        )
        members = {(self.random.choice(self.teams), person) for person in self.people}
        into.insert("team_members", ("team_id", "person_id"), sorted(members))
        channels = [(f"C{key}", key.lower(), 0, 0, 1) for key in self.keys]
        into.insert("channels", ("id", "name", "is_private", "is_archived", "is_member"), channels)

    def project_rows(self) -> list[tuple[Any, ...]]:
        return [
            (number, key, f"Project {key}", f"C{key}", 0, 0, 15, self.numbers[number - 1], stamp(0), self.people[0])
            for number, key in enumerate(self.keys, 1)
        ]

    def project_at(self, age: float) -> int:
        """The last projects have ended: their cases are old."""
        while True:
            index = int(self.random.random() ** 2 * len(self.keys))
            if index < len(self.keys) * 0.8 or age < 0.3:
                return index

    def write_case(self, rows: Rows, id_: int) -> None:
        random = self.random.random
        age = id_ / self.cases
        created = age * SPAN_SECONDS - random() * 60
        took = min(self.random.expovariate(1 / (6 * 86400)), 400 * 86400)
        closed = created + took if created + took < SPAN_SECONDS and random() > 0.01 else None
        touched = SPAN_SECONDS - random() * 30 * 86400 if random() < 0.005 else 0
        updated = max(created, closed or created + random() * (SPAN_SECONDS - created), touched)
        project = self.project_at(age)
        self.numbers[project] += 1
        security = random() < 0.12
        service = self.favourite(self.services)
        assignee = self.favourite(self.people) if random() < (0.95 if closed else 0.6) else None
        group = "closed" if closed else "in progress" if assignee and random() < 0.6 else "open"
        symptom = self.favourite(SYMPTOMS)
        key = f"{self.keys[project]}-{self.numbers[project]}"
        said = [self.favourite(self.sentences) for _ in range(int(random() * 4))]
        host = f"host-{int(random() * self.cases / 20)}"
        attributes = {"service": service} if random() < 0.85 else {}
        if random() < 0.8:
            attributes["env"] = self.favourite(("prod", "prod", "staging", "dev"))
        if random() < 0.2:
            attributes["region"] = self.favourite(("eu-west-1", "us-east-1", "ap-south-1"))
        reporter = self.favourite(self.people)
        notes = self.write_timeline(rows, id_, created, closed, updated, reporter, assignee)
        evidence = int(random() * 3) if random() < 0.4 else 0
        rows.tables["cases"].append(
            (
                id_, key, project + 1, self.numbers[project], SECURITY if security else STANDARD,
                f"{service} {symptom}", f"{' '.join(text for text, _ in said)} Seen on {host}.",
                group.capitalize(), group,
                self.favourite(("P3", "none", "P4", "P2", "P3", "P1", "P5")), assignee, reporter,
                "security signal" if security else self.favourite(("monitor", "person", "error tracking issue", "other alert")),
                json.dumps(attributes),
                stamp(created + random() * 20 * 86400)[:10] if random() < 0.25 else None,
                self.random.choice(SECURITY_REASONS if security else REASONS) if closed else None,
                stamp(created), stamp(updated), stamp(closed) if closed else None,
                stamp(updated) if closed and random() < 0.01 else None, evidence, 2,
                stamp(updated), stamp(created + 60) if assignee else None,
            )
        )  # fmt: skip
        self.write_beside(rows, id_, project, created, reporter, evidence)
        rows.tables["case_search_attributes"] += [(id_, name, value) for name, value in sorted(attributes.items())]
        document = Document(
            key=words(key),
            title=[*service.split("-"), *self.titles[symptom]],
            description=[*(word for _, spoken in said for word in spoken), "seen", "on", *host.split("-")],
            notes=[word for spoken in notes for word in (GAP, *spoken)],
        )
        rows.tables["case_search"].append(tuple(rows.document(id_, document).values()))

    def write_timeline(
        self,
        rows: Rows,
        id_: int,
        created: float,
        closed: float | None,
        updated: float,
        reporter: str,
        assignee: str | None,
    ) -> list[list[str]]:
        """One entry a change, from opening to closing; the words of the notes."""
        random = self.random.random
        entries, said = rows.tables["entries"], []
        entries.append((id_, "CaseOpened", reporter, stamp(created), "details", f"view/{id_}", 1, "{}", "{}"))
        version = 1
        if assignee:
            version += 1
            changes = f'{{"assignee": [null, "{assignee}"]}}'
            entries.append((id_, "CaseAssigned", reporter, stamp(created + 60), "card", None, version, changes, "{}"))
        count = 46 if random() < 0.002 else int(random() ** 3 * 4)
        for number in range(count):
            version += 1
            self.note += 1
            text, spoken = self.favourite(self.notes)
            author, at = assignee or reporter, stamp(min(created + 120 + 600 * number, updated))
            rows.tables["notes"].append((self.note, id_, author, text, at))
            entries.append((id_, "NoteAdded", author, at, "thread", None, version, "{}", f'{{"note": {self.note}}}'))
            said.append(spoken)
        if closed:
            changes = '{"status": ["In progress", "Closed"]}'
            entries.append(
                (id_, "CaseClosed", assignee or reporter, stamp(closed), "card", None, version + 1, changes, "{}")
            )
        return said

    def write_beside(self, rows: Rows, id_: int, project: int, created: float, reporter: str, evidence: int) -> None:
        random = self.random.random
        channel, ts = f"C{self.keys[project]}", f"{1_600_000_000 + id_}.000100"
        rows.tables["posts"].append((id_, "card", channel, ts, ts))
        if random() < 0.8:
            rows.tables["case_teams"].append((id_, self.favourite(self.teams)))
        if random() < 0.3:
            rows.tables["watchers"].append((id_, self.favourite(self.people)))
        for number in range(evidence):
            url = f"https://monitors.example.com/{id_}/{number}"
            rows.tables["evidence"].append((id_, "link", "Monitor", url, "", "", reporter, stamp(created)))


def stamp(seconds: float) -> str:
    """A time in UTC as both databases read it; from the beginning of the three years on."""
    at = NOW - timedelta(seconds=SPAN_SECONDS - seconds)
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"


class Sqlite:
    document = staticmethod(sqlite_row)

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    @contextmanager
    def bare(self) -> Iterator[None]:
        execute = self.connection.execute
        for pragma in (
            "query_only=OFF",
            "journal_mode=OFF",
            "synchronous=OFF",
            "foreign_keys=OFF",
            "cache_size=-400000",
        ):
            execute(f"PRAGMA {pragma}")
        of_words = execute("SELECT name, sql FROM sqlite_master WHERE name = 'case_search_inserted'").fetchall()
        indexes = execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        for name, _ in indexes:
            execute(f'DROP INDEX "{name}"')
        execute("DROP TRIGGER case_search_inserted")
        execute("BEGIN")
        yield
        execute("INSERT INTO case_search_words (case_search_words) VALUES ('rebuild')")
        for _, sql in (*indexes, *of_words):
            execute(sql)
        execute("COMMIT")
        execute("PRAGMA journal_mode=WAL")

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        self.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)


class Postgresql:
    document = staticmethod(postgresql_row)

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    @contextmanager
    def bare(self) -> Iterator[None]:
        execute = self.connection.execute
        execute("SET session_replication_role = replica")
        execute("SET maintenance_work_mem = '512MB'")
        owned = "SELECT conindid FROM pg_constraint WHERE conindid <> 0"
        indexes = execute(
            "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid "
            f"WHERE c.relnamespace = 'public'::regnamespace AND c.oid NOT IN ({owned})"
        ).fetchall()
        for name, _ in indexes:
            execute(f'DROP INDEX "{name}"')
        yield
        for _, sql in indexes:
            execute(sql)
        for table in ("cases", "notes", "entries", "posts", "evidence", "projects", "teams"):
            execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1)) FROM {table} "
                f"HAVING pg_get_serial_sequence('{table}', 'id') IS NOT NULL"
            )
        self.connection.commit()
        self.connection.autocommit = True
        execute("VACUUM ANALYZE")

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        with self.connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
