"""What of its user's environment is not meant for the demo."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

# Slack's library takes a proxy also for this machine's own addresses, and leaves `no_proxy` out of account.
PROXIES = {"http_proxy", "https_proxy"}


@contextmanager
def left_behind() -> Iterator[Mapping[str, str]]:
    """Until the block ends there are no tokens and proxies for Slack's libraries to pick up. Gives what is hidden."""
    hidden = {name: value for name, value in os.environ.items() if is_unwanted(name)}
    for name in hidden:
        del os.environ[name]
    try:
        yield hidden
    finally:
        os.environ.update(hidden)


def is_unwanted(name: str) -> bool:
    return name.lower() in PROXIES or name.upper().startswith("SLACK_")


def with_hidden(hidden: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **hidden}
