"""Alerts that become cases by themselves: a channel that a project watches, and an address that it hands out."""

from dataclasses import dataclass
from datetime import datetime

from bot.demo.alerts import Alert, alertmanager, error, monitor, signal
from bot.demo.clock import Clock
from bot.domain.intake import System
from bot.sandbox.alarms import Alarms
from bot.sandbox.wire import Json
from bot.usecases.intake_sources import new_token

CHANNEL, PROJECT, SOURCE = "monitoring", "OPS", System.ALERTMANAGER


@dataclass(frozen=True, slots=True)
class Call:
    """What Alertmanager says over HTTP of one group of alerts. ``status``: ``firing`` or ``resolved``."""

    name: str
    summary: str
    service: str
    status: str = "firing"


def memory(state: str = "Triggered") -> Alert:
    text = "Memory of search-2 is at 93 % for 10 minutes.\n\nTags: env:prod, service:search"
    return monitor("Memory of search-2 is above 90 %", text, 22101, state)


def queue(state: str = "Triggered") -> Alert:
    text = "The oldest invoice waits for 22 minutes.\n\nTags: env:prod, service:invoices"
    return monitor("Invoices wait longer than 15 minutes", text, 22102, state)


def target(status: str = "firing") -> Call:
    return Call("TargetDown", "One of three nodes of inventory is down", "inventory", status)


# Hours ago: the first and the last are over, the one between is not.
PAST: tuple[tuple[float, Alert | Call], ...] = (
    (31, memory()), (30.5, memory()), (30, memory()), (29.2, memory("Recovered")),
    (11, queue()), (10, queue()), (8, queue()), (6.5, queue()),
    (9.5, target()), (9, target()), (7.8, target("resolved")),
)  # fmt: skip

# Posted and sent by turns while the demo runs: a channel with what is posted there, none for what comes over HTTP.
NOW_AND_THEN: tuple[tuple[str, Alert | Call], ...] = (
    ("alerts", monitor("p95 latency of checkout is above 2 s", "p95 is 2.7 s, usually 0.4 s", 22001)),
    (CHANNEL, queue()),
    ("", target()),
    ("alerts", alertmanager("KubePodCrashLooping", "Pod checkout-7f9 restarts every minute", 2)),
    ("", target()),
    ("security", signal("Login from a new country", "Account grace, Reykjavík", 31)),
    (CHANNEL, queue("Recovered")),
    ("alerts", error("TimeoutError in inventory.reserve", "57 events in five minutes", 88)),
    ("", target("resolved")),
    ("alerts", monitor("Disk of db-2 is above 90 %", "93 %, growing by 1 % an hour", 22002)),
)


class Monitoring:
    """``token``: of the address that the project has handed out; empty where a company was founded without one."""

    def __init__(self, clock: Clock, token: str | None) -> None:
        self.clock = clock
        self.token = new_token() if token is None else token
        self.address = ""
        self.began: dict[str, datetime] = {}

    def reach(self, port: int) -> None:
        """Casebook is at this port from now on."""
        self.address = f"http://127.0.0.1:{port}/hooks/{SOURCE.value}/{self.token}"

    def send(self, call: Call) -> None:
        if self.token and self.address:
            Alarms(self.address).send(self.body(call))

    def body(self, call: Call) -> Json:
        """A group keeps its beginning for as long as it fires."""
        began = self.began.setdefault(call.name, self.clock.now()).isoformat()
        if call.status == "resolved":
            del self.began[call.name]
        named = {"alertname": call.name, "service": call.service, "env": "prod", "severity": "warning"}
        alert = {
            "status": call.status, "labels": named, "annotations": {"summary": call.summary}, "startsAt": began,
            "generatorURL": f"http://prometheus.example:9090/graph?g0.expr=up%7Bservice%3D%22{call.service}%22%7D",
        }  # fmt: skip
        return {
            "version": "4", "groupKey": f'{{}}:{{alertname="{call.name}"}}', "status": call.status,
            "receiver": "casebook", "groupLabels": {"alertname": call.name}, "commonLabels": named,
            "commonAnnotations": {"summary": call.summary}, "externalURL": "http://alertmanager.example:9093",
            "alerts": [alert],
        }  # fmt: skip
