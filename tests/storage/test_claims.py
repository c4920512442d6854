"""A claim: what may go now, in which order, and when it is worth asking again."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.storage.claims import Pace, Turn, claim_slot, finish_slot, look_at_slot, purge_slots
from bot.storage.database import Database
from bot.storage.outcomes import record_dead, record_retry
from bot.storage.work import Work
from tests.storage.outbox import LEASE, NOW, after, done, enqueue, ids, one_a_second, only, row, stored, take, write


def test_an_empty_outbox_has_nothing_now_or_later(database: Database) -> None:
    claimed = take(database)
    assert list(claimed.deliveries) == []
    assert claimed.next_at is None


def test_a_claim_leases_and_counts_the_attempt(database: Database) -> None:
    (one,) = enqueue(database, row(data={"said": "hello"}))
    held = only(take(database))
    assert (held.delivery.id, held.delivery.data, held.was_taken_over) == (one, {"said": "hello"}, False)
    kept = stored(database, one)
    assert (kept.attempts, kept.lease_until, held.lease) == (1, NOW + LEASE, NOW + LEASE)


def test_deliveries_of_a_lane_go_by_id(database: Database) -> None:
    wanted = enqueue(database, *(row() for _ in range(5)))
    assert ids(take(database, limit=3)) == wanted[:3]
    assert ids(take(database, limit=3)) == wanted[3:]


def test_only_the_oldest_of_a_stream_goes(database: Database) -> None:
    first, second, other = enqueue(database, row("case/1"), row("case/1"), row("case/2"))
    claimed = take(database)
    assert ids(claimed) == [first, other]
    assert ids(take(database)) == []
    assert done(database, claimed.deliveries[0])
    assert ids(take(database)) == [second]


def test_a_stream_keeps_its_order_across_lanes(database: Database) -> None:
    line, card = enqueue(database, row("case/1", "slack/C1"), row("case/1", "slack/update"))
    held = only(take(database))
    assert held.delivery.id == line
    done(database, held)
    assert ids(take(database)) == [card]


def test_what_is_enqueued_behind_another_is_out_of_sight_from_the_start(database: Database) -> None:
    line, card, elsewhere = enqueue(
        database, row("case/1", "slack/C1"), row("case/1", "slack/update"), row("case/2", "slack/update")
    )
    assert [stored(database, one).parked_until is None for one in (line, card, elsewhere)] == [True, False, True]
    for held in take(database).deliveries:
        done(database, held)
    assert stored(database, card).parked_until is None


def test_a_stream_goes_on_after_a_dead_letter(database: Database) -> None:
    _, second = enqueue(database, row("case/1"), row("case/1"))
    held = only(take(database))
    write(database, lambda work: record_dead(work, held, NOW, "is_archived"))
    assert ids(take(database)) == [second]


def test_a_stream_waits_for_its_oldest_to_be_tried_again(database: Database) -> None:
    first, _ = enqueue(database, row("case/1"), row("case/1"))
    held = only(take(database))
    write(database, lambda work: record_retry(work, held, after(60), "internal_error"))
    waiting = take(database, after(59))
    assert ids(waiting) == []
    assert waiting.next_at == after(60)
    assert ids(take(database, after(60))) == [first]


def test_nothing_goes_before_its_time(database: Database) -> None:
    soon, now = enqueue(database, row(not_before=after(10)), row())
    claimed = take(database)
    assert ids(claimed) == [now]
    assert claimed.next_at == after(10)
    assert ids(take(database, after(10))) == [soon]


def test_partners_do_not_meet(database: Database) -> None:
    slack, jira = enqueue(database, row(), row(partner="jira", lane="jira/rest"))
    assert ids(take(database, partner="jira")) == [jira]
    assert ids(take(database)) == [slack]


def test_a_lane_sends_at_its_pace(database: Database) -> None:
    first, second, third = enqueue(database, row(), row(), row())
    claimed = take(database, pace=one_a_second)
    assert ids(claimed) == [first]
    assert claimed.next_at == after(1)
    assert ids(take(database, after(0.9), pace=one_a_second)) == []
    assert ids(take(database, after(1), pace=one_a_second)) == [second]
    assert ids(take(database, after(2), pace=one_a_second)) == [third]


def test_a_rested_lane_may_send_a_burst_and_no_more(database: Database) -> None:
    wanted = enqueue(database, *(row() for _ in range(10)))

    def pace(_lane: str) -> Pace:
        return Pace(timedelta(seconds=1), burst=3)

    assert ids(take(database, pace=pace)) == wanted[:3]
    assert ids(take(database, after(1), pace=pace)) == wanted[3:4]
    assert ids(take(database, after(1.5), pace=pace)) == []
    assert ids(take(database, after(20), pace=pace)) == wanted[4:7]


def test_a_busy_lane_does_not_hold_up_another(database: Database) -> None:
    first, _, other = enqueue(database, row(), row(), row(lane="slack/C2"))
    assert ids(take(database, pace=one_a_second)) == [first, other]


def test_the_lane_that_rested_longest_goes_first_when_there_is_not_room_for_all(database: Database) -> None:
    enqueue(database, *(row(lane=f"slack/C{lane}") for lane in (1, 2, 3) for _ in range(2)))
    lanes = [only(take(database, after(second), pace=one_a_second, limit=1)).delivery.lane for second in range(6)]
    assert sorted(lanes[:3]) == sorted(lanes[3:]) == ["slack/C1", "slack/C2", "slack/C3"]


def test_it_is_worth_claiming_again_at_once_when_there_was_no_room(database: Database) -> None:
    enqueue(database, row(), row(), row(lane="slack/C2"))
    assert take(database, limit=1).next_at == NOW


def test_a_lease_that_ran_out_is_taken_over_and_says_so(database: Database) -> None:
    (one,) = enqueue(database, row())
    first = take(database)
    assert first.next_at == NOW + LEASE
    assert ids(take(database, NOW + LEASE - timedelta(seconds=1))) == []
    held = only(take(database, NOW + LEASE))
    assert (held.delivery.id, held.was_taken_over, held.delivery.attempts) == (one, True, 2)


def test_the_pace_is_kept_in_the_database(database: Database) -> None:
    """As another replica would find it."""
    enqueue(database, row(), row())
    take(database, pace=one_a_second)
    replica = Database(database.url.render_as_string(hide_password=False))
    try:
        assert ids(take(replica, pace=one_a_second)) == []
        assert len(ids(take(replica, after(1), pace=one_a_second))) == 1
    finally:
        replica.close()


def test_a_slot_of_the_clockwork_is_had_once(database: Database) -> None:
    def have(job: str, at: datetime) -> Any:
        return write(database, lambda work: claim_slot(work, job, at, NOW, after(10)))

    assert have("digest", NOW)
    assert not have("digest", NOW)
    assert have("digest", after(60))
    assert have("retention", NOW)
    assert write(database, lambda work: purge_slots(work, after(60))) == 2
    assert not have("digest", after(60))


def test_a_slot_of_somebody_who_died_is_taken_over(database: Database) -> None:
    def claim(now: datetime) -> Any:
        return write(database, lambda work: claim_slot(work, "digest", NOW, now, now + timedelta(seconds=10)))

    def turn(now: datetime) -> Any:
        return write(database, lambda work: look_at_slot(work, "digest", NOW, now))

    assert turn(NOW) is Turn.OURS
    assert claim(NOW)
    assert turn(after(9)) is Turn.TAKEN
    assert not claim(after(9))
    assert turn(after(10)) is Turn.OURS
    assert claim(after(10))
    write(database, lambda work: finish_slot(work, "digest", NOW))
    assert turn(after(60)) is Turn.DONE
    assert not claim(after(60))


def test_a_slot_whose_run_failed_is_anybodys_again(database: Database) -> None:
    def broken(work: Work) -> None:
        assert claim_slot(work, "digest", NOW, NOW, after(10))
        raise RuntimeError("the job broke")

    with pytest.raises(RuntimeError):
        write(database, broken)
    assert write(database, lambda work: claim_slot(work, "digest", NOW, NOW, after(10)))
