"""Notices of one case, whose facts the README shows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.domain.person import Team
from bot.domain.ticket import Standing
from bot.integrations.notice import Event, Notice, Told
from tests.views import samples

NOW = datetime(2026, 11, 23, 4, 0, 2, 125000, tzinfo=UTC)
URL = "https://acme.slack.com/archives/C0OPS/p1700000000000100"
NAMES = {"U0ANN": "Ann", "U0BOB": "Bob"}


def told(**over: Any) -> Told:
    values = {
        "id": 12,
        "due": date(2026, 11, 30),
        "teams": [Team(id=1, slack_id="S1", handle="sre", name="SRE")],
        "created_at": NOW - timedelta(seconds=2),
        "updated_at": NOW - timedelta(seconds=2),
    }
    return Told(samples.case(**(values | over)), URL)


def notice(event: Event = Event.CREATED, **over: Any) -> Notice:
    values: dict[str, Any] = {
        "secret": "", "event": event, "at": NOW - timedelta(seconds=2), "inbox_id": 7, "inbox": "Checkout",
        "query": "service:checkout priority:>=P2", "owner": "Dana", "told": [told()], "names": NAMES,
    }  # fmt: skip
    return Notice(**(values | over))


def unasked() -> list[Standing]:
    raise AssertionError("which statuses there are need not be known")
