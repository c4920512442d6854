"""What the tests of ServiceNow share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.ticket import CaseLink, Draft, Part, Ticketing
from bot.integrations.servicenow import servicenow
from bot.sandbox import LocalServiceNow

CASE = CaseLink("OPS-12", "Checkout is down", "https://acme.slack.com/archives/C0OPS/p1")


class Clock:
    """The partner's. It stands still."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

    def now(self) -> float:
        return self.at.timestamp()

    def pass_by(self, **time: float) -> None:
        self.at += timedelta(**time)


def clients(sn: LocalServiceNow) -> Callable[[], Ticketing]:
    return servicenow(sn.url, user=sn.user, password=sn.password)


def draft(clock: Clock, **over: Any) -> Draft:
    values: dict[str, Any] = {
        "mark": "OPS-12", "kind": "incident", "subtype": "", "since": clock.at, "case": CASE,
        "values": {
            Part.TITLE: "Checkout is down", Part.DESCRIPTION: "500s since 02:55", Part.PRIORITY: "1/2",
            Part.ASSIGNEE: None,
        },
    }  # fmt: skip
    return Draft(**(values | over))


def asked(sn: LocalServiceNow, act: Callable[[], Any]) -> int:
    """How many requests it takes."""
    before = len(sn.calls)
    act()
    return len(sn.calls) - before
