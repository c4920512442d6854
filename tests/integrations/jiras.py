"""A local Jira with people and projects, a client of it, and a clock that stands still."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.ticket import CaseLink, Draft, Part, Ticketing, Value
from bot.integrations.jira import jira
from bot.sandbox import LocalJira
from bot.sandbox.jira_site import FREE, TASK

NOW = datetime(2026, 11, 23, 4, 0, 2, tzinfo=UTC)
CASE = CaseLink("OPS-12", "Checkout is down", "https://acme.slack.com/archives/C0OPS/p1700000000000100")


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def add(self, **over: float) -> None:
        self.at += timedelta(**over)


def filled(local: LocalJira) -> LocalJira:
    local.add_person("mia", "Mia")
    local.add_person("bob", "Bob")
    local.add_project("OPS", "Operations")
    local.add_project("WEB", "Website", FREE)
    return local


def client(local: LocalJira, clock: Callable[[], datetime], **over: Any) -> Ticketing:
    known = {"email": local.email, "token": local.token} if local.cloud else {"pat": local.pat}
    return jira(local.url, **(known | {"now": clock} | over))()


def draft(since: datetime, mark: str = "case:12", **over: Any) -> Draft:
    values: dict[Part, Value] = {Part.TITLE: "Checkout is down", Part.DESCRIPTION: "500s", Part.PRIORITY: "High"}
    told = {"mark": mark, "kind": "OPS", "subtype": TASK.id, "values": values, "since": since, "case": CASE}
    return Draft(**(told | over))
