"""A modal is redrawn while somebody types faster than Slack answers."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest

from bot.surfaces.replies import Replies


class Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"error": code}


class Slow:
    """``views.update`` that answers when it is let; a view is here what it shows."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str | None]] = []
        self.arrived, self.let = Event(), Event()
        self.hash = "h0"

    def __call__(self, *, view_id: str, view: str, hash: str | None = None) -> dict[str, Any]:  # noqa: A002 - Slack's word
        self.calls.append((view, hash))
        self.arrived.set()
        assert self.let.wait(10)
        if hash is not None and hash != self.hash:
            raise Refused("hash_conflict")
        self.hash = f"h{len(self.calls)}"
        return {"view": {"hash": self.hash}}


@pytest.fixture
def replies() -> Iterator[Replies]:
    replies = Replies()
    yield replies
    replies.close()


@pytest.fixture
def slow() -> Slow:
    return Slow()


def click(at: int, seen: str = "h0") -> dict[str, Any]:
    return {"view": {"id": "V1", "hash": seen}, "actions": [{"action_ts": f"{at}.5"}]}


@pytest.fixture
def typed(replies: Replies, slow: Slow) -> Callable[..., None]:
    def draw(at: int, shown: str, seen: str = "h0") -> None:
        replies.redraw(slow, click(at, seen), shown)  # type: ignore[arg-type]

    return draw


def test_the_last_click_is_shown_and_overtaken_ones_are_left_out(
    replies: Replies, slow: Slow, typed: Callable[..., None]
) -> None:
    typed(1, "a")
    assert slow.arrived.wait(10)
    for at, shown in ((2, "ab"), (4, "abcd"), (3, "abc")):
        typed(at, shown)
    slow.let.set()
    replies.close()
    assert slow.calls == [("a", "h0"), ("abcd", "h1")]


def test_what_another_replica_drew_is_drawn_over(replies: Replies, slow: Slow, typed: Callable[..., None]) -> None:
    slow.let.set()
    slow.hash = "elsewhere"
    typed(1, "a")
    replies.close()
    assert slow.calls == [("a", "h0"), ("a", None)]


def test_an_answer_to_the_whole_form_is_not_drawn_over(
    replies: Replies, slow: Slow, typed: Callable[..., None]
) -> None:
    typed(1, "a")
    assert slow.arrived.wait(10)
    typed(2, "ab")
    replies.settle(click(3))
    slow.hash = "the list"
    slow.let.set()
    typed(3, "abc")
    replies.close()
    assert slow.calls == [("a", "h0")]


def test_nobody_is_told_of_a_modal_that_was_closed(replies: Replies, caplog: pytest.LogCaptureFixture) -> None:
    seen = Event()

    def closed(**_: Any) -> dict[str, Any]:
        seen.set()
        raise Refused("not_found")

    replies.redraw(closed, click(1), {})
    replies.close()
    assert seen.is_set()
    assert not caplog.text


def test_a_failure_is_logged_and_the_next_click_drawn(
    replies: Replies, slow: Slow, typed: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_: Any) -> dict[str, Any]:
        slow.arrived.set()
        raise Refused("internal_error")

    replies.redraw(broken, click(1), {})
    assert slow.arrived.wait(10)
    slow.let.set()
    typed(2, "ab")
    replies.close()
    assert slow.calls == [("ab", "h0")]
    assert "could not be sent" in caplog.text
