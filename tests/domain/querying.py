"""A small town's names, as a directory would hold them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from bot.domain.casetype import CaseType
from bot.domain.query import Viewer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VIEWER = Viewer("U1", NOW, "Europe/Berlin", frozenset({1, 2}), frozenset({10}))
STANDARD = CaseType(
    id=1,
    name="Standard",
    statuses=[{"name": n, "group": n.casefold()} for n in ("Open", "In progress", "Closed")],
    reasons=[],
)
TRIAGE = CaseType(
    id=2,
    name="Triage",
    statuses=[
        {"name": "New", "group": "open"},
        {"name": "Open", "group": "in progress"},
        {"name": "Rejected", "group": "closed"},
    ],
    reasons=[],
)
PEOPLE = {"U1": "Ann Lee", "U2": "Bob", "U3": "Carol Díaz", "U4": "Ann Poe"}
TEAMS = {"sre": 10, "payments": 11}


class Town:
    """The ``Resolver`` of the tests."""

    def projects(self) -> Mapping[str, int]:
        return {"OPS": 1, "WEB": 2, "SECRET": 3}

    def people(self, name: str) -> Mapping[str, str]:
        return {
            id_: full for id_, full in PEOPLE.items() if name.casefold() in {full.casefold(), *full.casefold().split()}
        }

    def people_names(self, name: str) -> Collection[str]:
        return PEOPLE.values()

    def team_with(self, handle: str) -> int | None:
        return TEAMS.get(handle)

    def key_now(self, key: str) -> str:
        return key

    def team_of_slack(self, slack_id: str) -> int | None:
        return {"S1": 10}.get(slack_id)

    def team_handles(self) -> Collection[str]:
        return TEAMS

    def types(self) -> Sequence[CaseType]:
        return [STANDARD, TRIAGE]

    def has_attribute(self, name: str) -> bool:
        return name in {"service", "env", "region"}

    def attribute_names(self) -> Collection[str]:
        return {"service", "env", "region"}
