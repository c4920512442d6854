"""`python -m bot.demo.picture`; that it draws what it should is seen by looking at the picture."""

import struct
from pathlib import Path

from bot.demo import picture

ROOT = Path(__file__).parents[2]


def test_without_a_browser_it_says_what_to_install(monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(picture, "find_spec", lambda name: object())
    monkeypatch.setattr(picture.shutil, "which", lambda name: None)
    assert picture.main([str(tmp_path / "picture.png")]) == 1
    assert "install the package chromium" in capsys.readouterr().err


def test_without_playwright_it_says_what_to_install(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(picture, "find_spec", lambda name: None)
    assert picture.main([str(tmp_path / "picture.png")]) == 1
    assert "pip install" in capsys.readouterr().err


def test_the_readmes_picture_is_what_the_command_takes():
    head = (ROOT / picture.TARGET).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == picture.SIZE
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"]({picture.TARGET})" in readme
    assert "python -m bot.demo.picture" in readme
