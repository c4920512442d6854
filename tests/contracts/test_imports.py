"""Who may import whom: the table of the design, chapter 2. Imports for type checkers and inside functions count too."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EVERYTHING = ("bot",)
# Whoever calls use-cases may name the type of what it hands them.
DATABASE = "bot.storage.database"
# What a declaration of columns needs; nothing to ask a database with.
COLUMNS = tuple(
    f"sqlalchemy.{name}"
    for name in (
        "orm", "types", "BigInteger", "Boolean", "CheckConstraint", "Date", "DateTime", "Dialect", "ForeignKey",
        "Index", "Integer", "JSON", "MetaData", "String", "Text", "UniqueConstraint", "text",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Room:
    ours: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


ROOMS = {
    "domain": Room((), COLUMNS),
    "storage": Room(("bot.domain",), ("sqlalchemy", "alembic")),
    "usecases": Room(("bot.domain", DATABASE)),
    "views": Room(("bot.domain",), ("matplotlib",)),
    "integrations": Room(("bot.domain",), ("jira", "pysnow", "requests", "urllib3")),
    "surfaces": Room(("bot.domain", "bot.usecases", "bot.views", DATABASE), ("slack_bolt",)),
    "outbox": Room(
        ("bot.domain", "bot.storage", "bot.usecases", "bot.views", "bot.integrations", "bot.vault"), ("slack_sdk",)
    ),
    "jobs": Room(("bot.usecases", "bot.storage.claims", DATABASE), ("apscheduler",)),
    "web": Room(
        ("bot.domain", "bot.usecases", "bot.integrations", "bot.dispatcher", DATABASE), ("slack_bolt", "waitress")
    ),
    "dispatcher": Room((), ()),
    "sandbox": Room((), ("aiohttp", "yaml")),
    "config": Room((), ("dotenv",)),
    "vault": Room((), ("cryptography",)),
    "logs": Room(),
    "doctor": Room(EVERYTHING, ("slack_sdk", "sqlalchemy", "yaml")),
    "wiring": Room(EVERYTHING, ("slack_bolt", "slack_sdk")),
    "cli": Room(EVERYTHING, ("slack_sdk", "sqlalchemy")),
    "__main__": Room(("bot.cli",)),
    "demo": Room(EVERYTHING, ("playwright",)),
    "__init__": Room(),
}
SOURCES = sorted((ROOT / "bot").rglob("*.py"))


def room_of(path: Path) -> str:
    inside = path.relative_to(ROOT / "bot")
    return inside.parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported; ``from x import y`` is ``x.y``."""
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            base = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def is_in(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_room_imports_only_what_the_design_allows() -> None:
    wrong = []
    for path in SOURCES:
        name = room_of(path)
        allowed = (f"bot.{name}", *ROOMS[name].ours, *ROOMS[name].outside)
        wrong += [
            f"{shown(path)}:{line}: {name} may not import {imported}"
            for line, imported in imports(path)
            if imported.partition(".")[0] not in sys.stdlib_module_names and not is_in(imported, allowed)
        ]
    assert not wrong


def test_every_room_is_in_the_table() -> None:
    assert {room_of(path) for path in SOURCES} <= set(ROOMS)


def test_relative_imports_are_understood() -> None:
    """The sandbox imports by dots: a mistake in reading them would let everything through."""
    found = [name for path in SOURCES for _, name in imports(path) if name.startswith("bot.sandbox.")]
    assert "bot.sandbox.wire.Json" in found


def test_a_file_is_split_before_it_is_long() -> None:
    paths = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py"))]
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert not {path: lines for path, lines in lengths.items() if lines > 400}
