"""What came of a workflow's step is told to Slack once, after the card that it speaks of."""

from typing import Any

import pytest

from bot.domain.act import Act
from bot.domain.step import CREATE, Step
from bot.usecases.steps import run_step
from tests.outbox.conftest import Town
from tests.outbox.test_once import LEASE_IS_OVER, Steps, live


def run(town: Town, **inputs: str) -> str:
    """As if Casebook's surfaces had heard of it; twice, as it may be."""
    given = {"run_as": town.ann.id, "title": "trouble", "project": "OPS"} | inputs
    execution = town.slack.run_step(CREATE, given)
    act = Act(town.ann.id, town.clock(), "workflow", f"function/{execution}")
    for _ in range(2):
        run_step(town.db, act, Step(CREATE, execution, given), town.workspace)
    return execution


def test_the_worker_may_die_at_any_step(town: Town) -> None:
    survived, fatal = False, 0
    while not survived:
        fatal += 1
        execution = run(town)
        survived = live(town, Steps(fatal))
        town.clock.move(seconds=LEASE_IS_OVER)
        town.tell()
        step, card = town.slack.step(execution), town.card()
        assert (step["state"], step["outputs"]["message"]) == ("done", card.ts), f"killed at step {fatal}"
        assert step["outputs"]["key"] == f"OPS-{fatal}"
        assert not town.due()
    assert fatal > 3, "the steps were not counted"
    assert not town.dead()


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "ratelimited"])
@pytest.mark.parametrize("method", ["functions.completeSuccess", "functions.completeError"])
def test_an_answer_that_is_lost_on_its_way(sqlite_town: Town, method: str, kind: Any) -> None:
    town = sqlite_town
    town.slack.faults.add(method, kind, times=1)
    execution = run(town, **({"project": "NOPE"} if method.endswith("Error") else {}))
    for _ in range(4):
        town.tell()
        town.clock.move(seconds=40)
    assert town.slack.step(execution)["state"] == ("failed" if method.endswith("Error") else "done")
    assert not town.due()
    assert not town.dead()


def test_a_card_that_cannot_be_posted_does_not_keep_the_workflow(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("chat.postMessage", "error", "is_archived", match={"channel": town.ops.id})
    execution = run(town)
    town.tell()
    step = town.slack.step(execution)
    assert (step["state"], step["outputs"]) == ("done", {"key": "OPS-1"})
