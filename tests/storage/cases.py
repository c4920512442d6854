"""The least that a case needs to exist."""

from datetime import UTC, datetime

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.project import Channel, Project
from bot.storage.database import Database

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def act(actor: str = "U1", origin: str | None = None) -> Act:
    return Act(actor=actor, at=AT, via="command", origin=origin)


def a_project(db: Database, key: str = "OPS") -> str:
    with db.write() as work:
        work.add(Channel(id=f"C{key}", name=key.lower()))
        work.add(
            Project.start(act(), key=key, name=key, home_channel=f"C{key}", retention_months=15, guests_allowed=False)
        )
    return key


def a_case(db: Database, project_key: str, title: str = "Checkout is down") -> str:
    """As a use-case opens it: the project may have been read before it is locked for its number."""
    with db.write() as work:
        work.projects.all()
        project = work.projects.by_key(project_key, lock=True)
        type_ = work.cases.type_named("Standard")
        assert project is not None
        assert type_ is not None
        case, entry = Case.open(act(), project, type_, title=title)
        work.add(case)
        entry.case_id = case.id
        work.add(entry)
        return case.key
