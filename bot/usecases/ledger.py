"""Deliveries that failed: told once to the admins, shown to the operator, tried again or dropped by hand."""

from datetime import datetime

from bot.domain.delivery import SLACK, Delivery, Tell
from bot.domain.telling import lane_of, tell
from bot.storage.database import Database, Work


def report_dead(work: Work, delivery: Delivery, problem: str, now: datetime) -> None:
    """One message an admin for each (lane, problem), until it has healed: see ``forget_problem``."""
    for admin in work.people.admins():
        key = f"problem/{delivery.lane}/{problem}/{admin.id}"
        if work.deliveries.has_key(key) or delivery.kind == Tell.PROBLEM:
            continue
        work.enqueue(
            [
                tell(
                    Tell.PROBLEM,
                    key,
                    now,
                    stream=f"dm/{admin.id}",
                    lane=lane_of(admin.id),
                    target=admin.id,
                    case_id=delivery.case_id,
                    data={"delivery": delivery.id, "problem": problem, "lane": delivery.lane},
                )
            ]
        )


def forget_problem(db: Database, lane: str) -> None:
    """The lane works again: a new breakdown is news."""
    with db.write() as work:
        work.deliveries.forget(f"problem/{lane}/")


__all__ = ["SLACK", "forget_problem", "report_dead"]
