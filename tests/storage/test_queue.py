"""The writers' queue: by arrival, and sound after somebody gave up."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from bot.domain.errors import Busy
from bot.storage.queue import WriterQueue
from tests.storage.outbox import together, until

LONG = 30.0


@contextmanager
def held(queue: WriterQueue) -> Iterator[None]:
    """Somebody else has the turn."""
    has, leave = Event(), Event()

    def hold() -> None:
        with queue.turn(LONG):
            has.set()
            leave.wait(LONG)

    holder = Thread(target=hold)
    holder.start()
    assert has.wait(LONG)
    try:
        yield
    finally:
        leave.set()
        holder.join(LONG)


def test_turns_are_had_in_order_of_arrival() -> None:
    queue, order = WriterQueue(), []

    def wait_for_turn(number: int) -> None:
        with queue.turn(LONG):
            order.append(number)

    threads = [Thread(target=wait_for_turn, args=(number,)) for number in range(20)]
    with held(queue):
        for number, thread in enumerate(threads):
            thread.start()
            until(lambda number=number: len(queue._waiting) == number + 1)
    for thread in threads:
        thread.join(LONG)
    assert order == list(range(20))


def test_one_at_a_time_and_everybody_gets_through() -> None:
    queue, inside, most = WriterQueue(), [0], [0]

    def come_back_often(_number: int) -> int:
        for _ in range(50):
            with queue.turn(LONG):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1
        return 50

    assert sum(together(16, come_back_often)) == 800
    assert most == [1]


def test_who_waited_too_long_leaves_the_others_in_order() -> None:
    queue, order = WriterQueue(), []
    gave_up = Event()

    def hurried() -> None:
        with pytest.raises(Busy), queue.turn(0.2):
            pass
        gave_up.set()

    def patient(name: str) -> None:
        with queue.turn(LONG):
            order.append(name)

    threads = [
        Thread(target=patient, args=("first",)),
        Thread(target=hurried),
        Thread(target=patient, args=("second",)),
    ]
    with held(queue):
        threads[0].start()
        until(lambda: len(queue._waiting) == 1)
        threads[1].start()
        until(lambda: len(queue._waiting) == 2 or gave_up.is_set())
        threads[2].start()
        assert gave_up.wait(LONG)
        until(lambda: len(queue._waiting) == 2)
    for thread in threads:
        thread.join(LONG)
    assert order == ["first", "second"]
    with queue.turn(0.0):
        pass


def test_timeouts_that_meet_a_turn_just_given_lose_nothing() -> None:
    """The narrow case: the turn arrives while its owner is giving up."""
    queue = WriterQueue()

    def impatient(number: int) -> int:
        had = 0
        for attempt in range(100):
            try:
                with queue.turn(0.0001 * ((number + attempt) % 5)):
                    had += 1
            except Busy:
                pass
        return had

    assert sum(together(8, impatient)) > 0
    assert not queue._waiting
    with queue.turn(0.0):
        pass


def test_a_turn_ends_with_an_exception() -> None:
    queue = WriterQueue()
    with pytest.raises(RuntimeError), queue.turn(LONG):
        raise RuntimeError("the writer broke")
    with queue.turn(0.0):
        pass
