"""Slack's rate limits are kept, so that Slack need not enforce them."""

from collections.abc import Iterator

import pytest

from bot.outbox.pace import pace
from bot.sandbox import LocalSlack
from bot.usecases import working
from tests.outbox.conftest import MANIFEST, Clock, Town


@pytest.fixture
def slack(clock: Clock) -> Iterator[LocalSlack]:
    with LocalSlack(manifest=MANIFEST, rate_limits=True, burst=4, now=clock.seconds) as local:
        yield local


def test_a_channel_gets_a_short_burst_and_then_a_message_a_second(town: Town) -> None:
    town.clock.move(minutes=2)
    case = town.open()
    for number in range(12):
        working.note_case(town.db, town.act(town.bob), case.id, f"note {number}")
    worker = town.worker(pace=pace)
    worker.run_until_idle()
    assert len(town.lines()) == 3, "with the card that is a burst of four"
    for seconds in range(1, 10):
        town.clock.move(seconds=1)
        worker.run_until_idle()
        assert len(town.lines()) == 3 + seconds
    refused = [call for call in town.slack.traffic.calls() if call.response and call.response.get("error")]
    assert refused == []


def test_cards_share_the_workspaces_limit_for_changes(sqlite_town: Town) -> None:
    town = sqlite_town
    cases = [town.open(f"case number {number}.") for number in range(24)]
    town.tell_slowly()
    for case in cases:
        working.take_case(town.db, town.act(town.bob), case.id)
    before = town.calls("chat.update")
    town.worker(pace=pace).run_until_idle()
    assert town.calls("chat.update") - before <= 20
    town.tell_slowly()
    assert town.calls("chat.update") - before == 24
