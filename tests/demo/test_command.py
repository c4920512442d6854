"""`python -m bot demo` as a newcomer has it: a process of its own, in a folder of its own."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from bot import cli as door
from bot.demo import run as running
from bot.demo.folder import CannotRun, Folder
from bot.demo.history import Stopped
from bot.demo.run import Demo
from tests.kept import kept_logging, kept_signals

ROOT = Path(__file__).parents[2]
# None of these is meant for the demo; most would keep it from starting.
FOREIGN = {
    "SLACK_BOT_TOKEN": "nonsense",
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "secret",
    "DATABASE_URL": "sqlite:////nowhere/at/all.db",
    "CASEBOOK_MODE": "http",
    "http_proxy": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
}


class Process:
    def __init__(self, folder, *words):
        command = [sys.executable, "-m", "bot", "demo", "--no-browser", *words]
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **FOREIGN}
        self.popen = subprocess.Popen(
            command, cwd=folder, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.said = ""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.popen.stdout:
            self.said += line

    def wait_for(self, words, seconds=60):
        deadline = time.monotonic() + seconds
        while not (found := re.search(words, self.said)):
            assert time.monotonic() < deadline, self.said
            assert self.popen.poll() is None or self.reader.is_alive(), self.said
            time.sleep(0.02)
        return found

    def end(self, number=signal.SIGINT, seconds=15):
        self.popen.send_signal(number)
        code = self.popen.wait(seconds)
        self.reader.join(5)
        return code


@pytest.fixture
def process():
    started = []

    def start(folder, *words):
        started.append(Process(folder, *words))
        return started[-1]

    yield start
    for one in started:
        if one.popen.poll() is None:
            one.popen.kill()
        one.popen.wait()
        one.reader.join(5)
        one.popen.stdout.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_it_prints_one_address_serves_and_stops_on_ctrl_c(process, kept, tmp_path):
    """With settings of another kind all around it, and a second one that is told to stay away."""
    (tmp_path / ".env").write_text("SLACK_APP_TOKEN=nonsense\nLOG_LEVEL=nonsense\n")
    demo = process(tmp_path, "--port", str(free_port()))
    address = demo.wait_for(r"http://127\.0\.0\.1:\d+/")[0]
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{address}control/state") as answer:
        assert json.load(answer)["app"]["connected"]
    second = process(tmp_path)
    assert second.popen.wait(30) == 1
    second.reader.join(5)
    assert second.said.strip() == (
        f"A demo is running in .casebook-demo already, at {address}. Stop that one first, or start this one elsewhere."
    )
    began = time.monotonic()
    assert demo.end() == 0, demo.said
    assert time.monotonic() - began < 8
    assert demo.said.count(address) == 1  # beside those of its Jira and its ServiceNow
    assert demo.said.count("http://") == 3
    assert demo.said.endswith("Stopped.\n")
    assert "Traceback" not in demo.said
    assert not (kept / "address").exists()


def test_killed_while_it_is_set_up_the_next_start_begins_anew(process, tmp_path):
    demo = process(tmp_path)
    demo.wait_for("Setting up")
    database = tmp_path / ".casebook-demo" / "casebook.db"
    while not database.exists() or database.stat().st_size < 100_000:
        assert demo.popen.poll() is None, demo.said
        time.sleep(0.02)
    demo.end(signal.SIGKILL)
    folder = Folder(tmp_path / ".casebook-demo")
    assert not folder.is_set_up
    with folder.locked():
        pass


@pytest.fixture
def here(kept, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with kept_logging(), kept_signals():
        yield tmp_path


def test_fresh_begins_anew(here, kept, monkeypatch):
    """All but the setting up, which `template` has done once already."""
    said = []

    def found_again(self, casebook):
        assert self.kept is None
        said.append("set up")
        raise Stopped

    monkeypatch.setattr(Demo, "set_up", found_again)
    options = {"port": 0, "browser": False, "script": False, "say": said.append}
    running.demo(fresh=False, stopping=stopped_soon(), **options)
    assert "set up" not in said
    running.demo(fresh=True, stopping=threading.Event(), **options)
    assert "set up" in said
    assert said[-1].startswith("Stopped before the company was there")


def stopped_soon():
    stopping = threading.Event()
    stopping.set()
    return stopping


def test_a_port_that_is_taken_is_left_to_whoever_has_it(kept):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        demo = Demo(Folder(kept), port, threading.Event())
        try:
            assert port < int(demo.slack.url.rpartition(":")[2]) <= port + running.PORTS_TRIED
        finally:
            demo.slack.stop()


def test_when_every_port_is_taken_it_says_so(here, capsys, monkeypatch):
    monkeypatch.setattr(running, "PORTS_TRIED", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert door.main(["demo", "--no-browser", "--port", str(port)]) == 1
    assert f"No port from {port} to {port} can be used" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_refused(port, capsys):
    with pytest.raises(SystemExit):
        door.parser().parse_args(["demo", f"--port={port}"])
    assert "is not a port" in capsys.readouterr().err


def test_the_highest_port_has_no_next_one(kept, monkeypatch):
    def refuse(self, port, kept):
        tried.append(port)
        raise OSError(98, "Address already in use")

    tried = []
    monkeypatch.setattr(Demo, "slack_on", refuse)
    with pytest.raises(CannotRun, match="--port"):
        Demo(Folder(kept), 65534, threading.Event())
    assert tried == [65534, 65535]


def test_a_folder_that_cannot_be_made_is_said(here, capsys):
    shutil.rmtree(here / ".casebook-demo")
    (here / ".casebook-demo").write_text("a file")
    assert door.main(["demo", "--no-browser"]) == 1
    said = capsys.readouterr().err
    assert ".casebook-demo" in said
    assert len(said.splitlines()) == 1


def test_the_browser_is_opened_with_its_users_own_environment(here, monkeypatch):
    opened = []

    def popen(command, env, **_):
        opened.append((command[1:], env.get("http_proxy"), env.get("SLACK_BOT_TOKEN"), os.environ.get("http_proxy")))

    for name, value in FOREIGN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(subprocess, "Popen", popen)
    running.demo(fresh=False, port=0, browser=True, script=False, say=lambda _: None, stopping=stopped_soon())
    ((command, proxy, token, own),) = opened
    assert command[:2] == ["-m", "webbrowser"]
    assert command[2].startswith("http://127.0.0.1:")
    assert (proxy, token, own) == (FOREIGN["http_proxy"], FOREIGN["SLACK_BOT_TOKEN"], None)
    assert {name: os.environ[name] for name in FOREIGN} == FOREIGN


def test_alerts_come_in_now_and_then_and_survive_an_archived_channel(run, monkeypatch):
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 4:
            run.company.channels["alerts"].archive()
        if len(waits) == 12:
            raise Stopped

    before = len(run.demo.slack.messages(run.company.channels["alerts"]))
    alerts = run.company.channels["alerts"]
    monkeypatch.setattr(run.demo, "wait", wait)
    with pytest.raises(Stopped):
        run.demo.live()
    assert len(run.demo.slack.messages(alerts)) > before
    assert waits[0] < 60
    assert waits == sorted(waits)
    assert waits[-1] == running.LONGEST_BETWEEN_ALERTS
