"""Requests are answered one after the other, and no slow one keeps the others waiting."""

from collections.abc import Callable, Iterator
from threading import Event, Lock

import pytest

from bot import dispatcher
from bot.dispatcher import Dispatcher

SOON = 20  # seconds
NEVER = 1000.0


class Task:
    def __init__(self, do: Callable[[], None] = lambda: None) -> None:
        self.do, self.served, self.cancelled = do, Event(), Event()

    def service(self) -> None:
        try:
            self.do()
        finally:
            self.served.set()

    def cancel(self) -> None:
        self.cancelled.set()


class Crowd:
    """How many are at work at once."""

    def __init__(self) -> None:
        self.lock, self.now, self.most, self.order = Lock(), 0, 0, list[int]()

    def task(self, number: int) -> Task:
        def do() -> None:
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
                self.order.append(number)
            with self.lock:
                self.now -= 1

        return Task(do)


@pytest.fixture
def threads() -> Iterator[Dispatcher]:
    found = Dispatcher(4, usual=1)
    yield found
    found.shutdown()


def all_served(tasks: list[Task]) -> bool:
    return all(task.served.wait(SOON) for task in tasks)


def test_one_after_the_other_in_order(threads: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "PATIENCE", NEVER)
    crowd = Crowd()
    tasks = [crowd.task(number) for number in range(200)]
    for task in tasks:
        threads.add_task(task)
    assert all_served(tasks)
    assert (crowd.most, crowd.order) == (1, list(range(200)))


def test_whoever_waits_keeps_nobody_else_waiting(threads: Dispatcher) -> None:
    over = Event()
    slow = [Task(lambda: over.wait(SOON)) for _ in range(3)]
    quick = [Task() for _ in range(20)]
    for task in (*slow, *quick):
        threads.add_task(task)
    assert all_served(quick), "three wait, and there are four threads"
    assert not any(task.served.is_set() for task in slow)
    over.set()
    assert all_served(slow)


def test_with_all_threads_waiting_the_next_one_waits_too(threads: Dispatcher) -> None:
    over, begun = Event(), [Event() for _ in range(4)]

    def wait(number: int) -> None:
        begun[number].set()
        over.wait(SOON)

    slow = [Task(lambda number=number: wait(number)) for number in range(4)]  # type: ignore[misc]
    last = Task()
    for task in (*slow, last):
        threads.add_task(task)
    assert all(one.wait(SOON) for one in begun)
    assert not last.served.is_set()
    over.set()
    assert all_served([*slow, last])


def test_beside_a_slow_one_it_is_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(dispatcher, "monotonic", lambda: now[0])
    threads = Dispatcher(4, usual=1)
    begun, over, crowd = Event(), Event(), Crowd()

    def wait() -> None:
        begun.set()
        over.wait(SOON)

    slow = Task(wait)
    threads.add_task(slow)
    assert begun.wait(SOON)
    now[0] = 1.0
    tasks = [crowd.task(number) for number in range(200)]
    for task in tasks:
        threads.add_task(task)
    assert all_served(tasks)
    assert not slow.served.is_set()
    assert (crowd.most, crowd.order) == (1, list(range(200)))
    over.set()
    assert all_served([slow])
    threads.shutdown()


def test_what_cannot_be_answered_ends_nothing(threads: Dispatcher, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("odd")

    tasks = [Task(fail), Task()]
    for task in tasks:
        threads.add_task(task)
    assert all_served(tasks)
    assert "A request could not be answered" in caplog.text


def test_the_end_waits_for_what_is_being_answered_and_turns_the_rest_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "PATIENCE", NEVER)
    threads = Dispatcher(4, usual=1)
    begun, over = Event(), Event()

    def wait() -> None:
        begun.set()
        over.wait(SOON)

    busy, waiting, late = Task(wait), Task(), Task()
    threads.add_task(busy)
    threads.add_task(waiting)
    assert begun.wait(SOON)
    threads.shutdown(timeout=0)
    assert waiting.cancelled.is_set()
    assert not busy.served.is_set()
    threads.add_task(late)
    assert late.cancelled.is_set()
    over.set()
    assert busy.served.wait(SOON)
    threads.shutdown(timeout=SOON)
    assert not waiting.served.is_set()
