"""Modals that are drawn anew while somebody types: the last word wins, however the calls overtake each other."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from bot.surfaces.replies import Replies


class Refused(Exception):
    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.response = {"ok": False, "error": error}


class Modal:
    """A modal as Slack keeps it: an update with the hash of an older state is refused."""

    def __init__(self) -> None:
        self.hash, self.shown, self.calls = "h0", "nothing", 0
        self.held: dict[str, Event] = {}

    def update(self, *, view_id: str, view: dict[str, Any], **more: str) -> dict[str, Any]:
        assert view_id == "V1"
        if gate := self.held.get(view["shown"]):
            assert gate.wait(5)
        if more["hash"] != self.hash:
            raise Refused("hash_conflict")
        self.calls += 1
        self.hash, self.shown = f"h{self.calls}", view["shown"]
        return {"view": {"hash": self.hash}}


def click(at: str, known: str) -> dict[str, Any]:
    return {"view": {"id": "V1", "hash": known}, "actions": [{"action_ts": at}]}


@pytest.fixture
def replies() -> Iterator[Replies]:
    found = Replies()
    yield found
    found.close()


def test_clicks_that_were_on_their_way_while_the_modal_was_drawn_are_shown(replies: Replies) -> None:
    modal = Modal()
    for number in range(1, 9):
        replies.redraw(modal.update, click(f"170000000{number}.0", "h0"), {"shown": str(number)})
    replies.close()
    assert modal.shown == "8"


def test_a_late_answer_to_an_early_click_is_not_drawn_over_a_later_one(replies: Replies) -> None:
    modal = Modal()
    replies.redraw(modal.update, click("1700000002.0", "h0"), {"shown": "later"})
    replies.redraw(modal.update, click("1700000001.0", "h0"), {"shown": "earlier"})
    replies.close()
    assert (modal.shown, modal.calls) == ("later", 1)


def test_a_later_click_waits_for_the_drawing_of_an_earlier_one(replies: Replies) -> None:
    modal = Modal()
    modal.held["earlier"] = Event()
    replies.redraw(modal.update, click("1700000001.0", "h0"), {"shown": "earlier"})
    replies.redraw(modal.update, click("1700000002.0", "h0"), {"shown": "later"})
    modal.held["earlier"].set()
    replies.close()
    assert modal.shown == "later"


def test_nothing_is_drawn_over_what_has_taken_the_modals_place(replies: Replies) -> None:
    modal = Modal()
    modal.hash, modal.shown = "submitted", "is created"
    replies.redraw(modal.update, click("1700000001.0", "h0"), {"shown": "a late preview"})
    replies.close()
    assert modal.shown == "is created"


def test_another_replica_has_drawn_and_the_click_has_seen_it(replies: Replies) -> None:
    modal = Modal()
    replies.redraw(modal.update, click("1700000001.0", "h0"), {"shown": "ours"})
    replies.close()
    again = Replies()
    again._modals = replies._modals
    modal.hash = "theirs"
    again.redraw(modal.update, click("1700000002.0", "theirs"), {"shown": "ours again"})
    again.close()
    assert modal.shown == "ours again"


def test_other_refusals_are_logged_and_tried_no_further(replies: Replies, caplog: pytest.LogCaptureFixture) -> None:
    calls = []

    def refuse(**arguments: Any) -> None:
        calls.append(arguments)
        raise Refused("not_found")

    replies.redraw(refuse, click("1700000001.0", "h0"), {"shown": "x"})
    replies.close()
    assert len(calls) == 1
    assert "could not be sent" in caplog.text


def test_so_many_modals_are_known_and_no_more(replies: Replies) -> None:
    for number in range(600):
        replies._drawn(f"V{number}")
    assert len(replies._modals) == 500
    assert "V599" in replies._modals
