"""What happens when Slack refuses, hesitates or falls silent."""

import logging

import pytest
from slack_sdk import WebClient

from bot.domain.delivery import Tell
from bot.domain.errors import Busy
from bot.domain.priority import Priority
from bot.outbox.counter import ATTEMPTS, LONGEST_WAIT, back_off
from bot.storage.queue import BUSY
from bot.usecases import people, working
from tests.outbox.conftest import Town, client_of

ALL = (Priority.P1, Priority.P2, Priority.P3, Priority.P4, Priority.P5)


def prioritize(town: Town, case_id: int, *priorities: Priority) -> None:
    for priority in priorities:
        working.prioritize_case(town.db, town.act(town.bob), case_id, priority)


def test_an_archived_channel_is_told_once_and_heals(town: Town) -> None:
    case = town.open()
    town.tell()
    town.ops.archive()
    prioritize(town, case.id, Priority.P1, Priority.P2)
    town.tell()
    assert {row.last_error for row in town.dead()} == {"is_archived"}
    (told,) = town.dms(town.dana)
    assert "#ops is archived" in told
    assert "/case project" in told
    prioritize(town, case.id, Priority.P3)
    town.tell()
    assert len(town.dms(town.dana)) == 1, "until it has healed it is no news"

    town.ops.unarchive()
    town.ops.invite()
    prioritize(town, case.id, Priority.P4)
    town.tell()
    assert "P4 Low" in town.card().shown
    assert "P4" in town.lines()[-1]

    town.ops.archive()
    prioritize(town, case.id, Priority.P5)
    town.tell()
    assert len(town.dms(town.dana)) == 2, "a new breakdown is news"


def test_dead_letters_can_be_sent_when_the_cause_is_gone(town: Town) -> None:
    town.ops.archive()
    case = town.open()
    prioritize(town, case.id, Priority.P1)
    town.tell()
    assert len(town.dead()) == 3
    town.ops.unarchive()
    with town.db.write() as work:
        work.deliveries.retry(None, town.clock())
    town.tell()
    assert "P1" in town.card().shown
    assert len(town.lines()) == 1
    assert len(town.slack.messages(town.ops)) == 1
    assert not town.dead()


def test_what_is_wrong_everywhere_is_told_once(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("chat.update", "error", "missing_scope")
    cases = [town.open(f"case {number}") for number in range(3)]
    town.tell()
    for case in cases:
        working.take_case(town.db, town.act(town.bob), case.id)
    town.tell()
    assert len(town.dead()) == 3
    (told,) = town.dms(town.dana)
    assert "manifest.yml" in told


def test_an_error_that_nobody_knows_is_for_good(sqlite_town: Town) -> None:
    """Or it would hold up its case for a day."""
    town = sqlite_town
    town.slack.faults.add("chat.postMessage", "error", "phase_of_the_moon", times=1)
    town.open()
    town.tell()
    assert [row.last_error for row in town.dead()] == ["phase_of_the_moon"]
    assert "phase_of_the_moon" in town.dms(town.dana)[0]


def test_somebody_who_left_is_not_written_to(sqlite_town: Town) -> None:
    town = sqlite_town
    case = town.open(by=town.ann)
    town.ann.change(deleted=True)
    working.take_case(town.db, town.act(town.bob), case.id)
    town.tell()
    (dead,) = town.dead()
    assert (dead.kind, dead.target) == (Tell.DM, town.ann.id)
    assert "not in this workspace any more" in town.dms(town.dana)[0]


def test_admins_that_cannot_be_told_are_not_told_of_that(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("chat.postMessage", "error", "messages_tab_disabled", match={"channel": town.dana.id})
    town.ops.archive()
    town.open()
    town.tell()
    assert sorted(row.kind for row in town.dead()) == ["card", "problem"]
    assert not town.due()


@pytest.mark.parametrize(
    ("kind", "value"), [("status", 500), ("html", None), ("drop_before", None), ("error", "internal_error")]
)
def test_passing_trouble_keeps_the_order_of_a_case(sqlite_town: Town, kind: str, value: object) -> None:
    town = sqlite_town
    case = town.open()
    town.tell()
    prioritize(town, case.id, *ALL)
    fault = town.slack.faults.add("chat.postMessage", kind, value, match={"channel": town.ops.id})  # type: ignore[arg-type]
    town.tell()
    assert town.lines() == []
    assert fault.hits == 1, "what comes after must wait"
    town.slack.faults.clear()
    town.tell()
    assert town.lines() == [], "not before its time"
    town.clock.move(seconds=2)
    town.tell()
    assert [line.split()[-2] for line in town.lines()] == ["P1", "P2", "P3", "P4", "P5"]


def test_one_case_in_trouble_does_not_hold_up_another(sqlite_town: Town) -> None:
    town = sqlite_town
    first, second = town.open("first"), town.open("second")
    town.tell()
    card = next(m for m in town.slack.messages(town.ops) if "first" in m.shown)
    town.slack.faults.add("chat.postMessage", "status", 500, match={"thread_ts": card.ts})
    prioritize(town, first.id, Priority.P1)
    prioritize(town, second.id, Priority.P1)
    town.tell()
    assert card.replies == []
    assert len(town.card().replies) == 1


def test_a_pause_that_slack_asks_for_is_kept_and_costs_no_attempt(town: Town) -> None:
    case = town.open()
    town.tell()
    town.slack.faults.add("chat.postMessage", "ratelimited", 7, times=1, match={"channel": town.ops.id})
    prioritize(town, case.id, Priority.P1)
    town.tell()
    posts = town.calls("chat.postMessage")
    assert [row.attempts for row in town.due() if row.kind == Tell.LINE] == [0]
    town.clock.move(seconds=6)
    town.tell()
    assert town.calls("chat.postMessage") == posts, "the lane is closed"
    town.clock.move(seconds=1)
    town.tell()
    assert len(town.lines()) == 1
    assert not town.due()


def test_a_silent_slack_is_tried_for_a_day_and_then_given_up(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("chat.postMessage", "status", 503, match={"channel": town.ops.id})
    town.open()
    began = town.clock()
    while town.due():
        town.tell()
        town.clock.move(seconds=LONGEST_WAIT.total_seconds() * 1.2)
    assert town.dead()[0].attempts == ATTEMPTS
    assert town.clock() > began
    assert "tried for a day" in town.dms(town.dana)[0]


def test_the_waits_grow_and_add_up_to_a_day() -> None:
    waits = [back_off(attempt).total_seconds() for attempt in range(1, ATTEMPTS)]
    assert 0.8 <= waits[0] <= 1.2
    assert max(waits) <= 15 * 60 * 1.2
    assert 22 <= sum(waits) / 3600 <= 26


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
def test_a_revoked_token_loses_nothing_and_heals(
    sqlite_town: Town, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    town = sqlite_town
    worker = town.worker()
    case = town.open()
    fault = town.slack.faults.add("*", "error", error)
    worker.run_until_idle()
    prioritize(town, case.id, Priority.P1)
    asked = len(town.slack.traffic.calls())
    worker.run_until_idle()
    assert len(town.slack.traffic.calls()) == asked, "it is not asked again at once"
    assert "Install the app again" in caplog.text
    assert worker.locked_out
    assert not town.dead()
    town.slack.faults.remove(fault)
    town.clock.move(seconds=30)
    worker.run_until_idle()
    assert not worker.locked_out
    assert "P1" in town.card().shown
    assert len(town.lines()) == 1
    assert not town.due()
    assert not town.dms(town.dana)


def test_a_restart_with_a_new_token_goes_on_at_once(sqlite_town: Town) -> None:
    town = sqlite_town
    town.open()
    stale = WebClient(token="xoxb-old", base_url=town.slack.api_url, retry_handlers=[])
    town.worker(client=stale).run_until_idle()
    assert town.slack.messages(town.ops) == []
    town.tell()
    assert "OPS-1" in town.card().shown


def test_a_broken_drawing_is_tried_again_and_names_nobodys_text(
    sqlite_town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town = sqlite_town

    case = town.open("the secret of the case")

    def broken(_held: object) -> None:
        raise ValueError(case.title)

    worker = town.worker()
    worker._counters[0].sender = broken  # type: ignore[assignment]
    with caplog.at_level(logging.DEBUG):
        worker.run_until_idle()
    assert [row.last_error for row in town.due()] == ["ValueError"]
    assert "test_failing.py" in caplog.text
    assert "secret" not in caplog.text
    town.clock.move(seconds=2)
    town.tell()
    assert "OPS-1" in town.card().shown


def test_a_busy_database_is_one_line_in_the_log(sqlite_town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town = sqlite_town
    town.open()

    def starved(_held: object) -> None:
        raise Busy(BUSY)

    worker = town.worker()
    worker._counters[0].sender = starved  # type: ignore[assignment]
    worker.run_until_idle()
    assert BUSY in caplog.text
    assert "test_failing.py" not in caplog.text
    assert town.due(), "it is tried again"


def test_no_connection_is_not_a_doubt(sqlite_town: Town) -> None:
    """Nothing was sent, so that nobody needs to look for it later."""
    town = sqlite_town
    town.open()
    nowhere = WebClient(token="xoxb-1", base_url="http://127.0.0.1:9/api/", timeout=2, retry_handlers=[])
    town.worker(client=nowhere).run_until_idle()
    assert [row.lease_until for row in town.due() if row.attempts] == [None]
    before = town.calls("conversations.history")
    town.clock.move(seconds=2)
    town.tell()
    assert town.calls("conversations.history") == before
    assert "OPS-1" in town.card().shown


def test_a_slack_that_hangs_is_left_after_the_timeout(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("chat.postMessage", "delay", 1.5, times=1)
    town.open()
    town.worker(client=client_of(town.slack, timeout=1)).run_until_idle()
    assert [row.attempts for row in town.due() if row.kind == Tell.CARD] == [1]
    town.slack.wait_for(lambda: town.slack.messages(town.ops), what="the message that Slack took in the end")
    town.clock.move(seconds=2)
    town.tell()
    assert len(town.slack.messages(town.ops)) == 1


def test_directory_questions_die_without_a_word_to_people_who_cannot_help(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("users.info", "error", "user_not_found", times=1)
    people.ask_for(town.db, Tell.PERSON, town.clock(), "again", town.bob.id)
    town.tell()
    assert not town.dead()
    with town.db.read() as work:
        bob = work.people.by_id(town.bob.id)
    assert bob is not None
    assert (bob.name, bob.is_outside) == ("bob", True)
