"""What rules put into the outbox: their own chores, and what they have to tell."""

from datetime import datetime

from bot.domain.case import Case
from bot.domain.delivery import CHORES, Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.rule import Rule
from bot.domain.telling import lane_of, tell

CHORE_LANE = f"{CHORES}/{Tell.RULE}"


def changed(case: Case, entry: Entry) -> Delivery:
    """The chore of asking the project's rules about a change. Those of one case are done in order."""
    return tell(
        Tell.RULE,
        f"rule/{case.id}/{entry.id}",
        entry.at,
        stream=f"rule/{case.id}",
        lane=CHORE_LANE,
        partner=CHORES,
        case_id=case.id,
        entry_id=entry.id,
    )


def rung(rule_id: int, case_id: int, at: datetime) -> Delivery:
    """The chore of looking at a case whose time has come."""
    return tell(
        Tell.RULE,
        f"rule/{case_id}/clock/{rule_id}/{at.isoformat()}",
        at,
        stream=f"rule/{case_id}",
        lane=CHORE_LANE,
        partner=CHORES,
        case_id=case_id,
        data={"rule": rule_id},
    )


def seed(rule_id: int, occasion: str, at: datetime, *, after: int = 0) -> Delivery:
    """Wind the clocks of a rule, some cases at a time. ``after``: the id of the last case done."""
    return tell(
        Tell.RULE_SEED,
        f"rule.seed/{rule_id}/{occasion}/{after}",
        at,
        stream=f"rule.seed/{rule_id}",
        lane=CHORE_LANE,
        partner=CHORES,
        data={"rule": rule_id, "occasion": occasion, "after": after},
    )


def told(rule: Rule, case: Case, target: str, text: str, occasion: str, at: datetime) -> Delivery:
    """``target``: a channel or a person. ``text``: what the rule's owner wants to be said, if anything."""
    return tell(
        Tell.RULE_TOLD,
        f"rule.told/{rule.id}/{case.id}/{occasion}/{target}",
        at,
        stream=f"rule/{case.id}/{target}",
        lane=lane_of(target),
        target=target,
        case_id=case.id,
        data={"name": rule.name, "when": rule.when, "text": text},
    )


def problem(rule: Rule, case: Case, at: datetime) -> Delivery:
    return tell(
        Tell.RULE_PROBLEM,
        f"rule.problem/{rule.id}/{at.isoformat()}",
        at,
        stream=f"dm/{rule.owner}",
        lane=lane_of(rule.owner),
        target=rule.owner,
        case_id=case.id,
        data={"name": rule.name, "project": case.project.key, "key": case.key, "sentence": rule.last_error},
    )
