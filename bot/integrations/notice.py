"""What a recipient outside Slack is told: an inbox's event, with the cases that it is about as they are now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from bot.domain.case import Case, Priority

LONGEST_DESCRIPTION = 1000


class Event(StrEnum):
    """Why a recipient is told."""

    CREATED = "created"  # a new case matches the inbox
    ENTERED = "entered"  # a case has come to match it
    LEFT = "left"  # a case matches it no longer
    STAYED = "stayed"  # a case has matched it for as long as the inbox says
    DIGEST = "digest"  # what matches it now, at the time that the inbox says
    DECLARED = "declared"  # a case has become an incident
    ENDED = "ended"  # the incident is over
    TEST = "test"  # somebody tries whether the recipient can be told


@dataclass(frozen=True, slots=True)
class Told:
    """``url``: where the case is in Slack; empty if nowhere yet. Its teams must be loaded, or loadable."""

    case: Case
    url: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One recipient's. Of an incident it has no inbox. ``told`` has the one case, a digest's cases, or for a test none.

    ``secret``: what a webhook's body is signed with, or PagerDuty's integration key. ``address``: a webhook's.
    ``at``: when it happened. ``total``: how many cases match, of which a digest lists the first. ``names``: of people,
    by id.
    """

    secret: str = field(repr=False)
    event: Event
    at: datetime
    inbox_id: int
    inbox: str
    query: str
    owner: str
    address: str = field(default="", repr=False)
    told: Sequence[Told] = ()
    total: int = 0
    names: Mapping[str, str] = field(default_factory=dict)


def case_facts(told: Told, names: Mapping[str, str]) -> dict[str, Any]:
    """A case in plain JSON values, as the README documents it; what it does not have is ``None``."""
    case = told.case
    return {
        "key": case.key,
        "title": case.title,
        "url": told.url or None,
        "project": case.project.key,
        "type": case.type.name,
        "status": case.status,
        "group": case.group,
        "priority": None if case.priority == Priority.NOT_SET else case.priority,
        "assignee": person(case.assignee, names),
        "reporter": person(case.reporter, names),
        "teams": [team.handle for team in case.teams],
        "due": plain(case.due),
        "source": case.source,
        "attributes": dict(case.attributes),
        "created_at": plain(case.created_at),
        "updated_at": plain(case.updated_at),
        "closed_at": plain(case.closed_at),
        "reason": case.reason,
        "description": clipped(case.description, LONGEST_DESCRIPTION),
    }


def person(id_: str | None, names: Mapping[str, str]) -> dict[str, str] | None:
    return {"id": id_, "name": names.get(id_, id_)} if id_ else None


def plain(moment: date | None) -> str | None:
    """A day, or a moment to the millisecond in UTC."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return moment.isoformat() if moment else None


def clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
