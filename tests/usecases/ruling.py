"""What the tests of rules have in common."""

from datetime import datetime
from typing import Any

from bot.domain.act import Act
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.rule import Action, Rule, Then, When
from bot.storage.database import Database
from bot.usecases import rule_running, rules
from bot.usecases.rules import RuleFields
from tests.usecases.world import rows

P1_NOTE = (Action(Then.NOTE, text="look at the dashboard"),)


def fields(when: When = When.CREATED, *actions: Action, **more: Any) -> RuleFields:
    return RuleFields(**({"name": "Page SRE", "when": when, "actions": actions or P1_NOTE} | more))


def rule(db: Database, act: Act, when: When = When.CREATED, *actions: Action, **more: Any) -> Rule:
    made = rules.create_rule(db, act, more.pop("project", "OPS"), fields(when, *actions, **more))
    settle(db, act.at)
    return made


def settle(db: Database, at: datetime) -> None:
    """Do every chore of rules that waits, as the worker would, until none is left."""
    while True:
        waiting = [
            one for one in rows(db, Delivery, Delivery.state == "due") if one.kind in {Tell.RULE, Tell.RULE_SEED}
        ]
        if not waiting:
            return
        for chore in waiting:
            do(db, chore, at)
            with db.write() as work:
                work.deliveries.drop([chore.id], at)


def do(db: Database, chore: Delivery, at: datetime) -> None:
    if chore.kind == Tell.RULE_SEED:
        rule_running.seed_rule(db, chore.data, at)
    elif chore.entry_id:
        rule_running.follow_change(db, chore.case_id or 0, chore.entry_id, at)
    else:
        rule_running.follow_clock(db, chore.data["rule"], chore.case_id or 0, at)


def tick(db: Database, at: datetime) -> None:
    """A minute of the clockwork."""
    rule_running.wake_rules(db, at)
    settle(db, at)


def by_rules(db: Database, *where: Any) -> list[Entry]:
    return [entry for entry in rows(db, Entry, *where) if entry.rule_name]


def as_now(db: Database, made: Rule) -> Rule:
    return rows(db, Rule, Rule.id == made.id)[0]
