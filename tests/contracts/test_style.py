"""Rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
TEXTS = [*SOURCES, *(path for path in sorted(ROOT.iterdir()) if path.suffix in {".md", ".toml", ".yml"})]
LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
NOT_WORDS = re.compile(r"^class \w*(Manager|Service|Helper|Utils?)\b", re.MULTILINE)


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_nothing_is_left_for_later() -> None:
    assert not [shown(path) for path in TEXTS if LATER.search(path.read_text(encoding="utf-8"))]


def test_no_error_is_swallowed_whole() -> None:
    """``except Exception: pass`` and its like; naming the expected exception is fine."""
    wrong = []
    for path in SOURCES:
        handlers = [node for node in nodes(path) if isinstance(node, ast.ExceptHandler)]
        wrong += [f"{shown(path)}:{node.lineno}" for node in handlers if is_broad(node) and is_silent(node)]
    assert not wrong


def is_broad(node: ast.ExceptHandler) -> bool:
    return node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"BaseException", "Exception"})


def is_silent(node: ast.ExceptHandler) -> bool:
    return all(isinstance(statement, ast.Pass | ast.Continue) for statement in node.body)


def test_names_are_the_users_words() -> None:
    assert not {shown(path): found for path in SOURCES if (found := NOT_WORDS.findall(path.read_text("utf-8")))}


def test_a_listener_has_no_try_and_acknowledges_last() -> None:
    """Only before the acknowledgement can an error still be shown, and one just after it takes it back."""
    wrong = []
    for path in (path for path in SOURCES if path.parent.name == "surfaces"):
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef) and "ack" in {argument.arg for argument in node.args.args}:
                tries = any(isinstance(part, ast.Try) for part in ast.walk(node))
                if tries or not any(is_ack(part) for part in ast.walk(node.body[-1])):
                    wrong.append(f"{shown(path)}:{node.lineno} {node.name}")
    assert not wrong


def is_ack(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ack"
