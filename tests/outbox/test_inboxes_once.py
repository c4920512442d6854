"""Exactly one notification for each inbox, case and event, whenever the worker dies."""

import pytest

from bot.domain.case import Case
from bot.domain.priority import Priority
from bot.usecases import inboxes, working
from bot.usecases.inboxes import InboxFields
from tests.outbox.conftest import Town
from tests.outbox.test_once import LEASE_IS_OVER, Steps, live


def settle(town: Town, steps: Steps) -> bool:
    """Whether the worker survived; if it did not, another one goes on when its lease is over."""
    if live(town, steps):
        return True
    town.clock.move(seconds=LEASE_IS_OVER)
    town.tell()
    return False


def happens(town: Town, name: str, steps: Steps) -> tuple[Case, bool]:
    """An urgent case is opened, and later it is urgent no longer."""
    case = town.open(name, priority=Priority.P1)
    survived = settle(town, steps)
    town.clock.move(seconds=5)
    working.prioritize_case(town.db, town.act(town.ann), case.id, Priority.P4)
    return case, settle(town, steps) and survived


@pytest.mark.slow
def test_the_worker_may_die_at_any_step(town: Town) -> None:
    war = town.slack.add_channel("war", members=[town.bob], bot=True)
    for owner, name in ((town.ann, "Urgent"), (town.bob, "Pressing")):
        fields = InboxFields(
            name, "priority:P1", events=["created", "left"], channels=[war.id], people=[town.dana.id]
        )  # fmt: skip
        inboxes.create_inbox(town.db, town.act(owner), fields)
    town.tell()
    survived, fatal = False, 0
    while not survived:
        fatal += 1
        case, survived = happens(town, f"trouble {fatal}.", Steps(fatal))
        town.clock.move(seconds=LEASE_IS_OVER)
        found = [
            message for message in town.slack.messages(war) if case.title in message.shown and not message.thread_ts
        ]
        assert len(found) == 1, f"killed at step {fatal}"
        assert "Urgent" in found[0].shown
        assert "Pressing" in found[0].shown
        assert [line.shown.count("no longer matches") for line in found[0].replies] == [2], f"killed at step {fatal}"
        assert len([dm for dm in town.dms(town.dana) if case.title in dm and "Urgent" in dm]) == 1
        assert not town.due()
        assert not town.dead()
    assert fatal > 20, "so many steps there are to die at"
