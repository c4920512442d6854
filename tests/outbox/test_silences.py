"""Silences: what inboxes do not tell, on both databases."""

from datetime import timedelta

import pytest

from bot.domain.errors import NotAllowed, NotFound
from bot.domain.priority import Priority
from bot.domain.reading import Listing
from bot.usecases import inbox_clock, inboxes, silence_ends, silence_posts, silencing, working
from bot.usecases.inboxes import InboxFields
from tests.outbox.conftest import Town
from tests.storage.outbox import together


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


# -- its end --------------------------------------------------------------------------------------------------------
def end_by_clock(town: Town, **later: float) -> None:
    town.clock.move(**later)
    silence_ends.tell_of_ended(town.db, town.clock())
    town.tell()


def post(town: Town, words: str) -> str:
    return next(message.shown for message in town.slack.messages(town.general) if words in message.shown)


def of_end(shown: list[str]) -> list[str]:
    return [one for one in shown if "The silence of" in one]


def in_general(town: Town) -> list[str]:
    return of_end([message.shown for message in town.slack.messages(town.general)])


def keys(found: Listing) -> list[str]:
    return sorted(case.key for case in found.cases)


def test_its_end_is_told_once_where_it_kept_quiet_and_to_who_set_it(town: Town, inbox: int) -> None:
    silence = silencing.silence_query(town.db, town.act(town.bob), "database", "2h", "maintenance")
    for title in ("database is slow", "database is down", "checkout is down"):
        town.open(title)
    town.tell()
    end_by_clock(town, days=3)
    end_by_clock(town, minutes=1)
    (said,) = in_general(town)
    assert "The silence of database is over: its time has come." in said
    assert "2 cases were held back here and are not told of any more." in said
    assert "maintenance" in said
    (dm,) = of_end(town.dms(town.bob))
    assert "2 cases were held back and are not told" in dm
    assert not of_end([message.shown for message in town.slack.messages(town.ops)])
    assert not of_end(town.dms(town.ann))
    found = silence_ends.list_held_back(town.db, town.act(town.ann), silence.id, town.general.id)
    assert keys(found) == ["OPS-1", "OPS-2"]


def test_who_ends_it_by_hand_is_named_and_the_clock_adds_nothing(town: Town, inbox: int) -> None:
    silence = silencing.silence_inbox(town.db, town.act(town.ann), inbox, "2h")
    town.tell()
    for _ in range(2):
        silencing.end_silence(town.db, town.act(town.bob), silence.id)
    end_by_clock(town, hours=3)
    (said,) = in_general(town)
    assert "The silence of inbox All is over: bob ended it. Nothing was held back here." in said
    assert len(of_end(town.dms(town.ann))) == 1
    with pytest.raises(NotFound, match="have been deleted"):
        silence_ends.list_held_back(town.db, town.act(town.ann), silence.id)


def test_many_replicas_tell_of_the_end_once(town: Town, inbox: int) -> None:
    silencing.silence_query(town.db, town.act(town.bob), "database", "2h")
    town.open("database is slow")
    town.tell()
    town.clock.move(days=30)
    together(4, lambda _: silence_ends.tell_of_ended(town.db, town.clock()))
    town.tell()
    assert len(in_general(town)) == len(of_end(town.dms(town.bob))) == 1


def test_what_is_held_back_is_forgotten_a_while_after_its_end_was_told(town: Town, inbox: int) -> None:
    silence = silencing.silence_query(town.db, town.act(town.bob), "database", "2h")
    town.clock.move(days=30)
    with town.db.write() as work:
        assert work.silences.purge(town.clock()) == 0
    end_by_clock(town)
    with town.db.write() as work:
        assert work.silences.purge(town.clock() + timedelta(seconds=1)) == 1
    with pytest.raises(NotFound, match="no longer known"):
        silence_ends.list_held_back(town.db, town.act(town.bob), silence.id)


def test_from_when_its_end_is_told_it_keeps_nothing_back(town: Town, inbox: int) -> None:
    """A case that was looked at a moment before is told as usual: it would be in neither."""
    silence = silencing.silence_inbox(town.db, town.act(town.ann), inbox, "2h")
    quiet = silencing.Quiet(None, {inbox: silence.id})
    with town.db.write() as work:
        assert quiet.among(work.silences.still(quiet.ids)).by(inbox) == silence.id
    silencing.end_silence(town.db, town.act(town.bob), silence.id)
    with town.db.write() as work:
        assert quiet.among(work.silences.still(quiet.ids)).by(inbox) is None


# -- what posts say -------------------------------------------------------------------------------------------------
def test_posts_of_a_silenced_inbox_say_so_until_it_is_over(town: Town, inbox: int) -> None:
    town.open("checkout is down")
    town.tell()
    assert "Silenced until" not in post(town, "checkout")
    silence = silencing.silence_inbox(town.db, town.act(town.ann), inbox, "2h", "upgrade")
    town.tell()
    assert "by ann (upgrade). Inbox All tells nobody of it before." in post(town, "checkout")
    assert any("Silenced until" in dm for dm in town.dms(town.bob))
    assert "Silenced until" not in town.card().shown  # at home nobody is kept from hearing of it
    silencing.end_silence(town.db, town.act(town.bob), silence.id)
    town.tell()
    assert "Silenced until" not in post(town, "checkout")
    assert not any("Silenced until" in dm for dm in town.dms(town.bob))


def prioritize(town: Town, key: str, priority: Priority) -> None:
    working.prioritize_case(town.db, town.act(town.ann), key, priority)
    town.tell()


def test_posts_name_the_silence_of_a_query_while_it_finds_their_case(town: Town, inbox: int) -> None:
    town.open("checkout is down", priority=Priority.P2)
    town.open("search is down")
    town.tell()
    silencing.silence_query(town.db, town.act(town.bob), "priority:>=P3", "2h")
    town.tell()
    assert "by bob. Inboxes tell nobody of it before." in post(town, "OPS-1")
    assert "Silenced until" not in post(town, "OPS-2")
    prioritize(town, "OPS-1", Priority.P3)
    assert "Silenced until" in post(town, "OPS-1")
    prioritize(town, "OPS-1", Priority.P4)
    assert "Silenced until" not in post(town, "OPS-1")
    prioritize(town, "OPS-2", Priority.P3)
    assert "Silenced until" in post(town, "OPS-2")
    end_by_clock(town, hours=3)
    assert "Silenced until" not in post(town, "OPS-2")


def test_beginning_and_lifting_twice_draws_anew_once(town: Town, inbox: int) -> None:
    town.open("checkout is down")
    town.tell()
    silence = silencing.silence_inbox(town.db, town.act(town.ann), inbox, "2h")
    town.tell()
    drawn = town.calls("chat.update")
    silence_posts.keep_posts(town.db, silence.id, town.clock())
    town.tell()
    assert town.calls("chat.update") == drawn
    town.clock.move(hours=2)
    for _ in range(2):
        silence_posts.keep_posts(town.db, silence.id, town.clock())
        town.tell()
    assert town.calls("chat.update") == drawn + 2  # in the channel and in the direct message
    assert "Silenced until" not in post(town, "checkout")


def test_what_is_closed_is_left_alone(town: Town, inbox: int) -> None:
    case = town.open("checkout is down")
    town.tell()
    working.close_case(town.db, town.act(town.ann), case.key)
    town.tell()
    drawn = town.calls("chat.update")
    silencing.silence_query(town.db, town.act(town.bob), "checkout", "2h")
    silencing.silence_inbox(town.db, town.act(town.ann), inbox, "2h")
    town.tell()
    assert town.calls("chat.update") == drawn
