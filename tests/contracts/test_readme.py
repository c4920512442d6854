"""README.md names what there is, and all of it."""

import argparse
import re
from pathlib import Path

import pytest

from bot.cli import parser
from bot.views.help import COMMANDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTING = re.compile(r"^(?:# )?([A-Z]+(?:_[A-Z]+)+)=", re.MULTILINE)


def choices(of: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def operators_commands() -> list[list[str]]:
    """The words after each ``python -m bot``, without comments."""
    lines = re.findall(r"python -m bot ([^`\n#]*)", README)
    return [line.split() for line in lines]


@pytest.mark.parametrize("words", operators_commands(), ids=" ".join)
def test_each_operators_command_exists(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert parser().parse_args(words)


def test_every_operators_command_is_documented() -> None:
    assert {words[0] for words in operators_commands()} == set(choices(parser()))


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their heads."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert section, f"README.md has no section {heading}"
    lines = [line for line in section[1].splitlines() if line.startswith("|")][2:]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_commands_are_those_of_the_help() -> None:
    usages = {row[0].strip("`").removeprefix("/case ") for row in rows("Commands")}
    assert usages == {command.usage for command in COMMANDS}


def test_the_examples_are_those_of_the_help() -> None:
    for usage, example, _ in rows("Commands"):
        (command,) = [c for c in COMMANDS if c.usage == usage.strip("`").removeprefix("/case ")]
        assert f"`/case {command.example}`" in example


def test_the_settings_are_those_there_are() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert [row[0].strip("`") for row in rows("Settings")] == SETTING.findall(example)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_paths_named_are_there() -> None:
    for path in re.findall(r"`((?:bot|tests|\.ci)/[\w./]*)`", README):
        assert (ROOT / path).exists(), path


def test_ci_runs_this_pages_test_command() -> None:
    (command,) = re.findall(r"^python3\.11 -m venv \.venv && .*pytest$", README, re.MULTILINE)
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in ci
    assert command not in ci, "the command is written once, here"
