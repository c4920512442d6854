"""What a click asks of the database: so many questions, however long the case's history and however many follow it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.priority import Priority
from bot.storage.database import Database
from bot.usecases import evidence, looking, people, working
from tests.usecases.world import Acts, card, open_case, said, ts


def reply(db: Database, act: Act, case: Case) -> Any:
    below = evidence.Reply("COPS", ts(900 + case.number), ts(case.number), "bob", "the disk is full")
    return evidence.keep_reply(db, said(below, "new", 900), below)


USES: dict[str, tuple[Callable[[Database, Act, Case], Any], int]] = {
    "take": (lambda db, act, case: working.take_case(db, act, case.id), 12),
    "priority": (lambda db, act, case: working.prioritize_case(db, act, case.id, Priority.P1), 12),
    "note": (lambda db, act, case: working.note_case(db, act, case.id, "seen"), 16),
    "reply": (reply, 20),
    "open": (lambda db, act, case: open_case(db, act), 16),
    "show": (lambda db, act, case: looking.show_case(db, act, case.id), 5),
    "details": (lambda db, act, case: looking.show_details(db, act, case.id), 14),
}


def cost(db: Database, use: Callable[[], Any]) -> int:
    """How many statements it sends."""
    asked: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        use()
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(asked)


def test_a_click_costs_no_more_for_a_case_with_a_past(db: Database, act: Acts) -> None:
    new, old = (open_case(db, act("ann")).case for _ in range(2))
    people.keep_people(db, [people.Profile(f"w{number}", "Watcher") for number in range(12)], frozenset())
    for number in range(12):
        working.watch_case(db, act(f"w{number}"), old.id)
        working.note_case(db, act("ann"), old.id, "seen")
    for case in (new, old):
        card(db, case, "COPS", ts(case.number))
    for name, (use, most) in USES.items():
        costs = [cost(db, lambda case=case, use=use: use(db, act("bob"), case)) for case in (new, old)]
        assert costs[1] <= costs[0] <= most, (name, costs)
