"""What a test changes in the whole process and gives back."""

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from bot import logs


@contextmanager
def kept_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in logs.LEAST}
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


@contextmanager
def kept_signals() -> Iterator[None]:
    """`serve` takes the signals, which are pytest's here."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)
