"""Looking into the outbox and mending it by hand."""

from bot.domain.delivery import State
from bot.storage.database import Database
from bot.storage.outcomes import record_dead
from tests.storage.outbox import NOW, after, done, enqueue, fill, ids, only, row, stored, take, write


def test_the_backlog_is_counted_by_state(database: Database) -> None:
    with database.read() as work:
        assert work.deliveries.backlog().oldest_due is None
    enqueue(
        database,
        row(state="dead", done_at=NOW, created_at=after(-500)),
        row(state="done", done_at=NOW),
        row(created_at=after(-60)),
        row(),
    )
    with database.read() as work:
        backlog = work.deliveries.backlog()
        assert backlog.counts == {State.DUE: 2, State.DONE: 1, State.DEAD: 1}
        assert backlog.oldest_due == after(-60)


def test_what_waits_is_told_by_partner(database: Database) -> None:
    enqueue(
        database,
        row(created_at=after(-60), partner="jira"),
        row(created_at=after(-90), partner="jira"),
        row(created_at=after(-10), partner="jira", last_error="503"),
        row(created_at=after(1), partner="jira"),
        row(created_at=after(-10), last_error="ratelimited"),
        row(created_at=after(-99), partner="webhook", last_error="410", state="dead", done_at=NOW),
        row(created_at=after(-50), partner="pagerduty", last_error="timeout"),
        row(created_at=after(-40), partner="pagerduty", last_error="500"),
    )
    with database.read() as work:
        found = [(one.partner, one.count, one.oldest.created_at, one.error) for one in
                 work.deliveries.waiting_since(after(-30), NOW)]  # fmt: skip
    assert found == [("jira", 3, after(-90), "503"), ("pagerduty", 2, after(-50), "timeout")]


def test_lists_say_what_is_where(database: Database) -> None:
    dead, due, later, newer = enqueue(
        database, row(state="dead", done_at=NOW), row(), row(), row(state="dead", done_at=NOW)
    )
    with database.read() as work:
        assert [one.id for one in work.deliveries.dead(10)] == [newer, dead]
        assert [one.id for one in work.deliveries.dead(1)] == [newer]
        assert [one.id for one in work.deliveries.list(State.DUE, 10)] == [due, later]
        assert len(work.deliveries.list(None, 10)) == 4


def test_dead_letters_are_tried_again(database: Database) -> None:
    one, other = enqueue(database, row(), row())
    for held in take(database).deliveries:
        write(database, lambda work, held=held: record_dead(work, held, NOW, "is_archived"))
    assert write(database, lambda work: work.deliveries.retry([one, 999], after(5))) == 1
    again = only(take(database, after(5)))
    assert (again.delivery.id, again.delivery.attempts, again.was_taken_over) == (one, 1, False)
    assert write(database, lambda work: work.deliveries.retry(None, after(5))) == 1
    assert ids(take(database, after(5))) == [other]


def test_what_is_dropped_is_gone_and_its_stream_goes_on(database: Database) -> None:
    first, second = enqueue(database, row("case/1"), row("case/1"))
    held = only(take(database))
    take(database)
    assert write(database, lambda work: work.deliveries.drop([first], NOW)) == 0, "a worker has it"
    assert write(database, lambda work: work.deliveries.drop([first], held.lease)) == 1
    assert ids(take(database)) == [second]
    assert not done(database, held)


def test_dropping_all_means_all_dead_letters(database: Database) -> None:
    _, due, _ = enqueue(database, row(state="dead", done_at=NOW), row(), row(state="dead", done_at=NOW))
    assert write(database, lambda work: work.deliveries.drop(None, NOW)) == 2
    assert stored(database, due).state == "due"
    with database.read() as work:
        assert len(work.deliveries.list(None, 10)) == 1


def test_old_done_ones_are_purged_in_batches(database: Database) -> None:
    fill(database, (row(state="done", done_at=after(-number)) for number in range(7)))
    enqueue(database, row(state="dead", done_at=after(-100)), row(created_at=after(-100)))
    purged = [write(database, lambda work: work.deliveries.purge_done(after(-1), limit=3)) for _ in range(3)]
    assert purged == [3, 2, 0]
    with database.read() as work:
        assert work.deliveries.backlog().counts == {State.DUE: 1, State.DONE: 2, State.DEAD: 1}
