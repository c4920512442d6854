"""The company's Jira and ServiceNow: where tickets of its cases are, and may be changed by hand."""

import logging
import secrets
from contextlib import suppress

from bot.demo.clock import Clock
from bot.demo.company import PEOPLE
from bot.sandbox import LocalJira, LocalServiceNow
from bot.sandbox.jira_site import FREE
from bot.sandbox.wire import Json

log = logging.getLogger(__name__)

PROJECTS = (("SHOP", "Web shop"), ("PAY", "Payments"))
GUARDED_PROJECT = ("SEC", "Security reviews")
GROUPS = ("Service desk", "Network", "Databases")


class Offices:
    """``kept``: what `snapshot` gave at the last end; they open at the same addresses if those are still free."""

    def __init__(self, clock: Clock, kept: Json | None) -> None:
        self.clock = clock
        # Whoever signs wrongly is turned away, so nobody but these two calls.
        self.secret = secrets.token_hex(16)
        self.jira, self.servicenow = self.open(kept)

    def open(self, kept: Json | None) -> tuple[LocalJira, LocalServiceNow]:
        """Raises KeyError or TypeError for what another version has kept."""
        ports = kept["ports"] if kept else (0, 0)
        for jira_port, servicenow_port in (ports, (0, 0)):
            jira = LocalJira(port=jira_port, now=self.clock.seconds)
            servicenow = LocalServiceNow(port=servicenow_port, now=self.clock.seconds)
            if kept:
                jira.restore(kept["jira"])
                servicenow.restore(kept["servicenow"])
            try:
                jira.start()
                servicenow.start()
            except OSError as error:
                log.info("an office opens elsewhere than before: %s", error)
                jira.stop()
                continue
            if not kept:
                self.found(jira, servicenow)
            return jira, servicenow
        raise OSError("no port is free for the demo's Jira and ServiceNow")

    def found(self, jira: LocalJira, servicenow: LocalServiceNow) -> None:
        for handle, name in PEOPLE:
            jira.add_person(handle, name, f"{handle}@acme.example")
            servicenow.add_user(handle, name, f"{handle}@acme.example")
        for key, name in PROJECTS:
            jira.add_project(key, name, FREE)
        jira.add_project(*GUARDED_PROJECT)
        for group in GROUPS:
            servicenow.add_group(group)

    def call(self, port: int) -> None:
        """Casebook hears of every change from now on, at its own port."""
        self.jira.add_hook(f"http://127.0.0.1:{port}/hooks/jira", self.secret)
        self.servicenow.hook(f"http://127.0.0.1:{port}/hooks/servicenow", self.secret)

    def snapshot(self) -> Json:
        ports = [int(office.url.rpartition(":")[2]) for office in (self.jira, self.servicenow)]
        return {"ports": ports, "jira": self.jira.snapshot(), "servicenow": self.servicenow.snapshot()}

    def close(self) -> None:
        for office in (self.jira, self.servicenow):
            with suppress(RuntimeError):
                office.stop()
