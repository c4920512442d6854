"""What a demo keeps between starts: the local Slack's workspace in one file, Casebook's database in another."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.sandbox.wire import Json


class CannotRun(Exception):
    """A sentence for whoever started the demo."""


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.workspace = path / "workspace.json"
        self.database = path / "casebook.db"
        self.address = path / "address"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One demo at a time. SQLite's lock is gone with its process, however that ends, and works everywhere."""
        self.path.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path / "lock.db", timeout=0, isolation_level=None)) as lock:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise CannotRun(self.why_locked(error)) from error
            try:
                yield
            finally:
                self.address.unlink(missing_ok=True)

    def why_locked(self, error: sqlite3.OperationalError) -> str:
        if "locked" not in str(error):
            return f"The demo cannot use the folder {self.path}: {error}."
        where = f", at {self.address.read_text(encoding='utf-8')}" if self.address.exists() else ""
        return f"A demo is running in {self.path} already{where}. Stop that one first, or start this one elsewhere."

    @property
    def is_set_up(self) -> bool:
        """The workspace is written last, so a demo that was killed while it was being set up begins anew."""
        return self.workspace.exists() and self.database.exists()

    def clear(self) -> None:
        """The database's own companions too: SQLite would take what is left in them for part of the next one."""
        beside = (self.database.with_name(self.database.name + suffix) for suffix in ("", "-wal", "-shm"))
        for path in (self.workspace, *beside):
            path.unlink(missing_ok=True)

    def load(self) -> Json:
        try:
            state: Json = json.loads(self.workspace.read_text(encoding="utf-8"))
            skip_ids(state)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise self.unreadable(error) from error
        return state

    def unreadable(self, error: Exception) -> CannotRun:
        return CannotRun(
            f"What an earlier demo left in {self.path} cannot be read ({type(error).__name__}). "
            "Begin anew with `python -m bot demo --fresh`."
        )

    def save(self, state: Json) -> None:
        """All or nothing: a half-written file would lose the workspace."""
        fresh = self.workspace.with_suffix(".new")
        fresh.write_text(json.dumps(state), encoding="utf-8")
        fresh.replace(self.workspace)


def skip_ids(state: Json) -> None:
    """A demo that was killed may have given out ids after it saved, and Casebook knows them: none is used twice."""
    counters = state["team"]["counters"]
    state["team"]["counters"] = {prefix: count + 1000 for prefix, count in counters.items()}
