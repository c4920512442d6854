"""The top level holds the six entries of the design and dot-files, nothing else."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRIES = {".env.example", "README.md", "bot", "manifest.yml", "pyproject.toml", "tests"}


def kept_by_git() -> list[str]:
    """What is in the repository or would be after `git add`."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("this is no git checkout")
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def test_the_six_entries() -> None:
    names = {line.partition("/")[0] for line in kept_by_git()}
    assert {name for name in names if not name.startswith(".")} == ENTRIES - {".env.example"}
    assert {".env.example", ".ci"} <= names


def test_nothing_that_belongs_to_one_machine_is_kept() -> None:
    kept = kept_by_git()
    assert not [
        line for line in kept if line.endswith((".db", ".db-wal", ".env", ".log", ".pyc")) or "egg-info" in line
    ]
