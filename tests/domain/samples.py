"""A case without a database: everything that a verb does can be seen on the case and on the entry it returns."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.casetype import CaseType
from bot.domain.entry import Entry
from bot.domain.person import Person, Team
from bot.domain.project import Project

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def act(actor: str = "ann", after: float = 60, **more: Any) -> Act:
    return Act(actor=actor, at=NOON + timedelta(seconds=after), via="command", **more)


def case_type(name: str = "Standard", **more: Any) -> CaseType:
    statuses = [
        {"name": "Open", "group": "open"},
        {"name": "In progress", "group": "in progress"},
        {"name": "Closed", "group": "closed"},
    ]
    fixed: dict[str, Any] = {"statuses": statuses, "reasons": ["Resolved", "Duplicate"], "reason_required": False}
    return CaseType(name=name, **(fixed | more))


def many_statuses() -> CaseType:
    """A type of a team's own, with several names a group."""
    names = [
        ("New", "open"), ("Waiting", "open"), ("Analysis", "in progress"), ("Fixing", "in progress"),
        ("Done", "closed"), ("Won't do", "closed"),
    ]  # fmt: skip
    return case_type("Incident", statuses=[{"name": name, "group": group} for name, group in names])


def security() -> CaseType:
    reasons = ["Testing", "False positive", "One-time exception", "Resolved"]
    return case_type("Security", reasons=reasons, reason_required=True)


def project(key: str = "OPS", **more: Any) -> Project:
    made = Project.start(
        act(after=0), key=key, name="Operations", home_channel="COPS", retention_months=15, guests_allowed=False
    )
    made.id, made.is_private = 1, False
    for name, value in more.items():
        setattr(made, name, value)
    return made


def team(id_: int, handle: str) -> Team:
    return Team(id=id_, slack_id=f"S{id_}", handle=handle, name=handle.upper(), members=[])


def person(id_: str, **more: Any) -> Person:
    flags = {"is_admin": False, "is_guest": False, "is_outside": False, "is_bot": False, "is_gone": False}
    fixed: dict[str, Any] = {"name": id_.title(), "notify": "all", "home_opened_at": None}
    return Person(id=id_, **(flags | fixed | more))


def opened(type_: CaseType | None = None, **more: Any) -> Case:
    case, _ = Case.open(act(after=0), project(), type_ or case_type(), **({"title": "Checkout is down"} | more))
    case.id = 1
    return case


def logged(case: Case, entry: Entry | None, kind: str, version: int = 2) -> Entry:
    """Exactly one entry of this kind, and a case that has moved with it."""
    assert entry is not None
    assert (entry.kind, entry.version, case.version) == (kind, version, version)
    assert (entry.case_id, entry.at, entry.via) == (case.id, case.updated_at, "command")
    return entry
