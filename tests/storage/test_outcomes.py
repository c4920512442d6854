"""What a worker says of a delivery, and what that does to the others."""

from bot.domain.delivery import State, Tell
from bot.storage.claims import Held
from bot.storage.database import Database
from bot.storage.outcomes import close_lane, coalesce, record_dead, record_retry, release, siblings
from bot.storage.work import Work
from tests.storage.outbox import (
    LEASE,
    NOW,
    after,
    done,
    enqueue,
    ids,
    one_a_second,
    only,
    row,
    stored,
    take,
    write,
)

CARD = Tell.CARD.value


def taken_over(db: Database) -> Held:
    """The only delivery, whose first worker fell silent."""
    take(db)
    return only(take(db, NOW + LEASE))


def test_done_is_done(database: Database) -> None:
    (one,) = enqueue(database, row())
    assert done(database, only(take(database)), after(1))
    kept = stored(database, one)
    assert (kept.state, kept.done_at, kept.lease_until) == (State.DONE, after(1), None)
    assert take(database, after(1000)).next_at is None


def test_a_dead_letter_says_why(database: Database) -> None:
    (one,) = enqueue(database, row())
    held = only(take(database))
    assert write(database, lambda work: record_dead(work, held, after(1), "channel_not_found"))
    kept = stored(database, one)
    assert (kept.state, kept.done_at, kept.last_error) == (State.DEAD, after(1), "channel_not_found")
    assert take(database, after(1000)).next_at is None


def test_a_retry_counts_its_attempts(database: Database) -> None:
    (one,) = enqueue(database, row())
    for attempt in (1, 2, 3):
        held = only(take(database, after(attempt)))
        assert (held.delivery.attempts, held.was_taken_over) == (attempt, False)
        at = after(attempt + 1)
        assert write(database, lambda work, held=held, at=at: record_retry(work, held, at, "internal_error"))
    assert stored(database, one).last_error == "internal_error"


def test_what_was_perhaps_sent_is_looked_for_at_the_next_try(database: Database) -> None:
    enqueue(database, row())
    held = only(take(database))
    write(database, lambda work: record_retry(work, held, after(1), "timed out", perhaps_sent=True))
    assert ids(take(database)) == []
    assert only(take(database, after(1))).was_taken_over


def test_doubt_outlives_a_retry_until_somebody_has_looked(database: Database) -> None:
    enqueue(database, row())
    held = taken_over(database)
    write(database, lambda work: record_retry(work, held, after(40), "the look-up failed"))
    again = only(take(database, after(40)))
    assert again.was_taken_over
    write(database, lambda work: record_retry(work, again, after(50), "not there", perhaps_sent=False))
    assert not only(take(database, after(50))).was_taken_over


def test_who_lost_the_lease_records_nothing_over_the_successor(database: Database) -> None:
    (one,) = enqueue(database, row())
    late = only(take(database))
    successor = only(take(database, NOW + LEASE))
    assert not done(database, late)
    assert not write(database, lambda work: record_dead(work, late, NOW, "late"))
    assert not write(database, lambda work: record_retry(work, late, NOW, "late"))
    assert not write(database, lambda work: release(work, late))
    kept = stored(database, one)
    assert (kept.state, kept.attempts, kept.lease_until, kept.last_error) == (State.DUE, 2, successor.lease, None)
    assert done(database, successor)
    assert not done(database, successor)


def test_a_closed_lane_waits_and_no_attempt_is_lost(database: Database) -> None:
    first, other, _ = enqueue(database, row(), row(lane="slack/C2"), row())
    told_to_wait = take(database, pace=one_a_second).deliveries[0]

    def wait(work: Work) -> bool:
        close_lane(work, "slack/C1", after(30))
        return release(work, told_to_wait)

    assert write(database, wait)
    assert stored(database, first).attempts == 0
    waiting = take(database, after(29))
    assert ids(waiting) == []
    assert waiting.next_at == min(after(30), NOW + LEASE)
    again = take(database, after(30), pace=one_a_second)
    assert [(held.delivery.id, held.was_taken_over) for held in again.deliveries] == [(first, False), (other, True)]


def test_a_lane_stays_closed_for_the_longest_time_said(database: Database) -> None:
    enqueue(database, row())
    for until in (after(5), after(30), after(10)):
        write(database, lambda work, until=until: close_lane(work, "slack/C1", until))
    assert take(database).next_at == after(30)
    assert len(ids(take(database, after(30)))) == 1


def test_a_release_keeps_the_doubt(database: Database) -> None:
    enqueue(database, row())
    held = taken_over(database)
    write(database, lambda work: release(work, held))
    again = only(take(database, NOW + LEASE))
    assert (again.was_taken_over, again.delivery.attempts) == (True, 2)


def test_cards_that_wait_are_done_with_the_one_that_is_drawn(database: Database) -> None:
    card, line, second, third, elsewhere = enqueue(
        database,
        row("case/1", kind=CARD),
        row("case/1"),
        row("case/1", kind=CARD),
        row("case/1", kind=CARD),
        row("case/2", kind=CARD),
    )
    held = take(database).deliveries[0]
    drawn_with = write(database, lambda work: siblings(work, held))
    (later,) = enqueue(database, row("case/1", kind=CARD))
    assert held.delivery.id == card
    assert write(database, lambda work: coalesce(work, held, drawn_with, NOW)) == 2
    assert done(database, held)
    states = [stored(database, one).state for one in (card, line, second, third, later, elsewhere)]
    assert states == ["done", "due", "done", "done", "due", "due"]
    after_line = only(take(database))
    assert after_line.delivery.id == line
    done(database, after_line)
    assert ids(take(database)) == [later]


def test_what_another_worker_sends_is_not_coalesced(database: Database) -> None:
    """Two of one stream are in flight only after an operator's or an old row's doing, but then they both count."""
    first, second = enqueue(database, row(kind=CARD), row(kind=CARD))
    one, other = take(database).deliveries
    assert write(database, lambda work: coalesce(work, one, [second], NOW)) == 0
    assert write(database, lambda work: coalesce(work, one, [], NOW)) == 0
    assert done(database, one)
    assert done(database, other)
    assert {stored(database, each).state for each in (first, second)} == {"done"}
