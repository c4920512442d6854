"""Silences: what inboxes do not tell, on both databases."""

import pytest

from bot.domain.errors import NotAllowed, NotFound
from bot.usecases import inbox_clock, inboxes, silencing
from bot.usecases.inboxes import InboxFields
from tests.outbox.conftest import Town


@pytest.fixture
def inbox(town: Town) -> int:
    """Of every case that is opened, and of those still open after an hour; told in #general."""
    fields = InboxFields("All", "is:open", stay_minutes=60, channels=[town.general.id], people=[town.bob.id])
    made = inboxes.create_inbox(town.db, town.act(town.ann), fields)
    town.tell()
    return made.id


def told(town: Town) -> str:
    return "\n".join(message.shown for message in town.slack.messages(town.general))


def test_a_query_is_silenced_for_every_inbox(town: Town, inbox: int) -> None:
    silence = silencing.silence_query(town.db, town.act(town.bob), "database", "2h", "maintenance")
    town.open("database is slow")
    town.open("checkout is down")
    town.tell()
    assert "checkout" in told(town)
    assert "database" not in told(town)
    assert not any("database" in dm for dm in town.dms(town.bob))
    with town.db.read() as work:
        kept = work.silences.by_id(silence.id)
        assert kept
        assert kept.withheld == 2
    town.clock.move(hours=2)
    town.open("database is slow again")
    town.tell()
    assert "slow again" in told(town)


def test_an_inbox_is_silenced_and_nothing_is_told_afterwards(town: Town, inbox: int) -> None:
    silence = silencing.silence_inbox(town.db, town.act(town.ann), inbox, "2h")
    town.open("checkout is down")
    town.tell()
    town.clock.move(minutes=61)
    inbox_clock.wake_inboxes(town.db, town.clock())
    town.tell()
    assert told(town) == ""
    silencing.end_silence(town.db, town.act(town.bob), silence.id)
    town.open("search is down")
    town.tell()
    assert "search is down" in told(town)
    assert "checkout" not in told(town)
    with pytest.raises(NotFound, match="over already"):
        silencing.end_silence(town.db, town.act(town.ann), silence.id)


def test_who_silences(town: Town, inbox: int) -> None:
    with pytest.raises(NotAllowed, match="Only people of this workspace"):
        silencing.silence_query(town.db, town.act(town.gus), "a", "2h")
    with pytest.raises(NotAllowed, match="This inbox is"):
        silencing.silence_inbox(town.db, town.act(town.bob), inbox, "2h")
    assert silencing.silence_inbox(town.db, town.act(town.dana), inbox, "2h").made_by == town.dana.id


def test_the_same_arrival_twice_is_one_silence(town: Town, inbox: int) -> None:
    act = town.act(town.bob)
    one, same = (silencing.silence_query(town.db, act, "database", "2h") for _ in range(2))
    assert one.id == same.id
    assert len(silencing.list_silences(town.db, act).silences) == 1
