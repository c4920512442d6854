"""A local Jira and a local ServiceNow in the same words, so that one journey is told of both."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.domain.ticket import Part
from bot.sandbox import LocalJira, LocalServiceNow
from bot.sandbox.endpoint import Call
from bot.sandbox.jira_site import FREE, Issue

SECRET = "hook-5ecret"
PEOPLE = (("mia", "Mia"), ("bob", "Bob"))
# Titles of the fields as Jira's and ServiceNow's own forms have them are none of a journey's business.
OPEN, WORKING, DONE = "open", "working", "done"


@dataclass
class JiraSide:
    """``local``: where people of the other side are at work. ``words``: how it calls what a case is in."""

    local: LocalJira
    name: str = "jira"
    label: str = "Jira"
    words: dict[str, str] = field(default_factory=lambda: {OPEN: "To Do", WORKING: "In Progress", DONE: "Done"})
    priorities: dict[str, str] = field(
        default_factory=lambda: {"P1": "Highest", "P2": "High", "P3": "Medium", "P4": "Low"}
    )
    closed_by_us: str = "Done"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "JIRA_URL": self.local.url, "JIRA_EMAIL": self.local.email, "JIRA_API_TOKEN": self.local.token,
            "JIRA_WEBHOOK_SECRET": SECRET,
        }  # fmt: skip

    def found(self) -> None:
        for handle, name in PEOPLE:
            self.local.add_person(handle, name)
        self.local.add_project("ABC", "Cart", FREE)
        self.local.add_project("WEB", "Web", FREE)

    def call(self, port: int) -> None:
        """Casebook hears of every change from now on."""
        self.local.add_hook(f"http://127.0.0.1:{port}/hooks/jira", SECRET)

    @property
    def told(self) -> int:
        """How often Casebook was called, and took it."""
        return sum(delivery.status == 200 for delivery in self.local.hooks.deliveries)

    @property
    def calls(self) -> list[Call]:
        return self.local.asked

    # -- what people do there -----------------------------------------------------------------------------------------

    def make(self, title: str) -> str:
        return self.local.create("ABC", title, "mia").key

    def set(self, key: str, part: Part, value: str, by: str = "mia") -> None:
        """A status as one of the words, a priority as the case calls it, an assignee by handle."""
        acts: dict[Part, Callable[[], None]] = {
            Part.TITLE: lambda: self.local.set_title(key, value, by),
            Part.DESCRIPTION: lambda: self.local.edit(key, by, description=value),
            Part.STATUS: lambda: self.local.set_status(key, self.words[value], by),
            Part.PRIORITY: lambda: self.local.set_priority(key, self.priorities[value], by),
            Part.ASSIGNEE: lambda: self.local.assign(key, value, by),
        }
        acts[part]()

    def say(self, key: str, text: str, by: str = "mia") -> None:
        self.local.comment(key, text, by)

    def delete(self, key: str) -> None:
        self.local.delete(key, "mia")

    # -- what is there ------------------------------------------------------------------------------------------------

    def keys(self) -> list[str]:
        return [issue.key for issue in self.local.issues]

    def _issue(self, key: str) -> Issue:
        return self.local.issue(key)

    def fields(self, key: str) -> dict[str, str]:
        issue = self._issue(key)
        assignee = issue.assignee.handle if issue.assignee else ""
        return {
            "title": issue.summary, "description": issue.description or "", "status": issue.status.name,
            "priority": issue.priority, "assignee": assignee,
        }  # fmt: skip

    def said(self, key: str) -> list[str]:
        return [note.body for note in self._issue(key).notes]

    def mark(self, key: str) -> str:
        return "".join(str(one.get("mark", "")) for one in self._issue(key).properties.values())

    def address(self, key: str) -> str:
        return self.local.browse(key)

    # -- Casebook's form ----------------------------------------------------------------------------------------------

    def fill_form(self, modal: Any, offered: Callable[[str, str], None]) -> None:
        """``offered``: waits until a list offers a choice."""
        offered("kind", "Cart (ABC)")
        modal.choose("kind", "Cart (ABC)")
        offered("subtype", "Task")
        modal.choose("subtype", "Task")


@dataclass
class ServiceNowSide:
    """See `JiraSide`."""

    local: LocalServiceNow
    name: str = "servicenow"
    label: str = "ServiceNow"
    words: dict[str, str] = field(default_factory=lambda: {OPEN: "New", WORKING: "In Progress", DONE: "Resolved"})
    priorities: dict[str, str] = field(default_factory=lambda: {"P1": "1/1", "P2": "1/2", "P3": "2/2", "P4": "2/3"})
    closed_by_us: str = "Closed"

    STATES = {"New": "1", "In Progress": "2", "Resolved": "6", "Closed": "7"}  # noqa: RUF012

    @property
    def settings(self) -> dict[str, str]:
        return {
            "SERVICENOW_URL": self.local.url, "SERVICENOW_USER": self.local.user,
            "SERVICENOW_PASSWORD": self.local.password, "SERVICENOW_WEBHOOK_SECRET": SECRET,
        }  # fmt: skip

    def found(self) -> None:
        for handle, name in PEOPLE:
            self.local.add_user(handle, name, f"{handle}@example.com")
        self.local.add_group("Database")
        self.local.add_group("Network")

    def call(self, port: int) -> None:
        self.local.hook(f"http://127.0.0.1:{port}/hooks/servicenow", SECRET)

    @property
    def told(self) -> int:
        return sum(status == 200 for status in self.local.hooks.answers)

    @property
    def calls(self) -> list[Call]:
        return self.local.calls

    # -- what people do there -----------------------------------------------------------------------------------------

    def make(self, title: str) -> str:
        return self.local.insert("incident", "mia", short_description=title)

    def set(self, key: str, part: Part, value: str, by: str = "mia") -> None:
        acts: dict[Part, Callable[[], None]] = {
            Part.TITLE: lambda: self.local.edit(key, by, short_description=value),
            Part.DESCRIPTION: lambda: self.local.edit(key, by, description=value),
            Part.STATUS: lambda: self.local.set_state(key, self.STATES[self.words[value]], by),
            Part.PRIORITY: lambda: self.local.edit(
                key, by, **dict(zip(("impact", "urgency"), self.priorities[value].split("/"), strict=True))
            ),
            Part.ASSIGNEE: lambda: self.local.assign(key, value, by),
        }
        acts[part]()

    def say(self, key: str, text: str, by: str = "mia") -> None:
        self.local.comment(key, text, by, internal=True)

    def delete(self, key: str) -> None:
        self.local.delete(key, "mia")

    # -- what is there ------------------------------------------------------------------------------------------------

    def keys(self) -> list[str]:
        return self.local.numbers()

    def fields(self, key: str) -> dict[str, str]:
        record = self.local.record(key)
        people = {row["sys_id"]: name for name, row in self._users().items()}
        states = {value: name for name, value in self.STATES.items()}
        return {
            "title": record["short_description"], "description": record["description"],
            "status": states[record["state"]], "priority": f"{record['impact']}/{record['urgency']}",
            "assignee": people.get(record["assigned_to"], ""),
        }  # fmt: skip

    def _users(self) -> dict[str, dict[str, str]]:
        return {name: self.local.ask(self.local.records.user, name) for name, _ in PEOPLE}

    def said(self, key: str) -> list[str]:
        """Notes go to the work notes, where the caller does not see them; the first is the link to the case."""
        assert self.local.journal(key, internal=False) == []
        return self.local.journal(key, internal=True)[1:]

    def mark(self, key: str) -> str:
        return self.local.record(key)["correlation_id"]

    def address(self, key: str) -> str:
        """As people copy it from the browser."""
        return f"{self.local.url}/nav_to.do?uri=incident.do%3Fsys_id%3D{self.local.record(key)['sys_id']}"

    # -- Casebook's form ----------------------------------------------------------------------------------------------

    def fill_form(self, modal: Any, offered: Callable[[str, str], None]) -> None:
        offered("kind", "Incident")
        offered("asked.assignment_group", "Database")
        modal.fill({"Assignment group": "Database", "Category": "Network"})


Side = JiraSide | ServiceNowSide
