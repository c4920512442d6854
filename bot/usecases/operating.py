"""What operators watch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.delivery import State
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Figure:
    """A gauge in Prometheus' sense; figures of one name come one after the other."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


def figures(db: Database, now: datetime) -> Iterator[Figure]:
    """Cheap however many cases there are."""
    with db.read() as work:
        backlog = work.deliveries.backlog()
        opened = [(project.key, project.last_number) for project in work.projects.all()]
    age = (now - backlog.oldest_due).total_seconds() if backlog.oldest_due else 0
    for state in (State.DUE, State.DEAD):
        count = backlog.counts[state]
        yield Figure("casebook_deliveries", "Deliveries to Slack and partners by state.", count, {"state": state.value})
    yield Figure("casebook_oldest_due_seconds", "Age of the delivery that has been due for longest.", max(age, 0))
    for key, count in opened:
        yield Figure("casebook_cases_opened", "Cases opened so far.", count, {"project": key})
