"""A server of the outside, in a thread of its own, which other threads can ask and wait for."""

import asyncio
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Running(ABC):
    """`with …() as it:`. Its methods are for other threads: they block until the server has done what they say."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._moved = threading.Condition()
        self._moves = 0

    @abstractmethod
    async def _begin(self) -> None:
        """Raises OSError when the port is taken."""

    @abstractmethod
    async def _shut_down(self) -> None: ...

    @property
    def is_running(self) -> bool:
        return self._loop is not None

    def start(self) -> Self:
        """Raises OSError when the port is taken."""
        if self._thread is not None:
            raise RuntimeError("already started")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=type(self).__name__, daemon=True)
        self._thread.start()
        try:
            self.run(self._begin())
        except OSError:
            self._end_loop()
            raise
        return self

    def stop(self) -> None:
        """Closes every connection; what is under way is dropped. Does nothing when not running."""
        if self._thread is None:
            return
        self.run(self._end())
        self._end_loop()

    async def _end(self) -> None:
        await self._shut_down()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    def _end_loop(self) -> None:
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()
        self._loop = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def run(self, work: Coroutine[Any, Any, T], timeout: float = 60) -> T:
        """Runs a coroutine on the server's thread and waits for it."""
        if self._loop is None or self._thread is None:
            work.close()
            raise RuntimeError(f"it is not running: use `with {type(self).__name__}(…) as it`")
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("the driver cannot be used from the server's own thread")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def ask(self, question: Callable[..., T], *args: Any) -> T:
        """Calls a plain function on the server's thread, where everything lives."""

        async def answer() -> T:
            return question(*args)

        return self.run(answer())

    def moved(self) -> None:
        """Something has happened: whoever waits looks again."""
        with self._moved:
            self._moves += 1
            self._moved.notify_all()

    def wait_for(self, condition: Callable[[], T | None], timeout: float = 20, what: str = "") -> T:
        """The first truthy value of `condition`, asked again whenever something moves.

        Conditions that look elsewhere (a database) are asked at least every 0.2 s. AssertionError and LookupError mean
        "not yet". Raises AssertionError after `timeout` seconds.
        """
        deadline, last = time.monotonic() + timeout, ""
        while True:
            with self._moved:
                before = self._moves
            try:
                value = condition()
                if value:
                    return value
                last = f"last value {value!r}"
            except (AssertionError, LookupError) as error:
                last = f"{type(error).__name__}: {error}"
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"waited {timeout} s in vain for {what or 'the condition'} ({last})")
            with self._moved:
                if self._moves == before:
                    self._moved.wait(min(left, 0.2))
