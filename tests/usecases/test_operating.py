"""What admins are told of broken deliveries, and what operators measure."""

from datetime import timedelta
from typing import Any

from bot.domain.case import Case
from bot.domain.delivery import Delivery, State, Tell
from bot.storage.database import Database
from bot.usecases import ledger, operating, people
from bot.usecases.people import Profile
from tests.usecases.world import START, Acts, open_case, rows

REMEDY = "Invite Casebook with `/invite @casebook`."


def bury(db: Database, delivery: Delivery, problem: str = "not_in_channel", **more: Any) -> None:
    with db.write() as work:
        ledger.report_dead(work, delivery, problem, START, remedy=REMEDY, **more)


def healed(db: Database, delivery: Delivery) -> None:
    with db.write() as work:
        ledger.heal(work, delivery, START)


def told(db: Database) -> list[str]:
    """Whom of the admins."""
    found = rows(db, Delivery, Delivery.kind == Tell.PROBLEM, Delivery.target != "")
    return [row.target for row in found]


def card_of(db: Database, case: Case) -> Delivery:
    found = rows(db, Delivery, Delivery.case_id == case.id, Delivery.kind == Tell.CARD)
    delivery = found[0]
    assert isinstance(delivery, Delivery)
    return delivery


def test_admins_are_told_once_until_it_has_healed(db: Database, act: Acts, case: Case) -> None:
    people.keep_people(db, [Profile("dora", "Dora", is_admin=True), Profile("dave", "Dave", is_gone=True)], frozenset())
    card = card_of(db, case)
    bury(db, card)
    other = card_of(db, open_case(db, act("ann")).case)
    bury(db, other)
    assert told(db) == ["dana", "dora"]
    message = rows(db, Delivery, Delivery.target == "dora")[0]
    assert message.lane == "slack/dora"
    assert message.data == {"delivery": card.id, "problem": "not_in_channel", "remedy": REMEDY}
    bury(db, card, "is_archived")
    assert sorted(told(db)) == ["dana", "dana", "dora", "dora"], "another problem is news"
    with db.write() as work:
        for row in rows(db, Delivery, Delivery.kind == Tell.PROBLEM):
            found = work.deliveries.by_id(row.id)
            assert found
            found.state, found.done_at = State.DONE.value, START
    healed(db, other)
    bury(db, card)
    assert told(db) == ["dana", "dora"], "told anew, and the old marks are gone"


def test_a_message_about_a_failure_that_fails_is_not_reported(db: Database, act: Acts, case: Case) -> None:
    bury(db, card_of(db, case))
    (message,) = rows(db, Delivery, Delivery.kind == Tell.PROBLEM, Delivery.target == "dana")
    bury(db, message)
    assert told(db) == ["dana"]


def test_keys_fit_whatever_slack_says(db: Database, act: Acts, case: Case) -> None:
    bury(db, card_of(db, case), "restricted_action_thread_only_channel", everywhere=True)
    bury(db, card_of(db, case), "restricted_action_thread_only_channel")
    assert max(len(row.key) for row in rows(db, Delivery)) <= 160


def test_the_figures(db: Database, act: Acts, case: Case) -> None:
    oldest = min(row.created_at for row in rows(db, Delivery))
    found = {(figure.name, *figure.labels.values()): figure.value for figure in operating.figures(db, oldest)}
    assert found[("casebook_cases_opened", "OPS")] == 1
    assert found[("casebook_deliveries", "due")] == len(rows(db, Delivery))
    assert found[("casebook_deliveries", "dead")] == found[("casebook_oldest_due_seconds",)] == 0
    later = {figure.name: figure.value for figure in operating.figures(db, oldest + timedelta(seconds=90))}
    assert later["casebook_oldest_due_seconds"] == 90
