"""A bulk edit as Slack sees it: one message that counts up, is found again after a crash, and loses *Undo* in time."""

from datetime import timedelta

import pytest

from bot.domain.bulk import Deed, What
from bot.domain.delivery import State, Tell
from bot.storage import claims
from bot.usecases import projects
from bot.usecases.bulk import Ticks, choose_deed, confirm_bulk, start_bulk, tick_all
from bot.usecases.bulk_undo import undo_bulk
from bot.usecases.moving import move_case
from tests.outbox.conftest import Town, unpaced


@pytest.fixture
def cases(town: Town):
    found = [town.open(f"printer {number} jams", by=town.bob) for number in range(6)]
    town.tell()
    return found


def begin(town: Town, deed: Deed = Deed(What.STATUS, status="closed")):  # noqa: B008 - it is frozen
    act = town.act(town.ann)
    bulk = start_bulk(town.db, act, "printer").bulk
    tick_all(town.db, act, bulk.id)
    choose_deed(town.db, act, bulk.id, Ticks((), ()), deed)
    return confirm_bulk(town.db, act, bulk.id)


def test_one_message_from_the_beginning_to_the_end(town: Town, cases):
    bulk = begin(town)
    town.tell()
    (said,) = town.ann.dm()
    assert "Done: 6 changed" in said.shown
    assert said.buttons == ["Undo"]
    assert [text for text in town.dms(town.bob) if "6 of them concern you" in text]
    undo_bulk(town.db, town.act(town.ann), bulk.id)
    town.tell()
    assert "Undone: 6 brought back" in said.shown
    assert len(town.ann.dm()) == 1
    assert town.due()[0].key == f"bulk/{bulk.id}/message/end", "nothing else waits"


def test_undo_is_taken_away_after_ten_minutes(town: Town, cases):
    begin(town)
    town.tell()
    (said,) = town.ann.dm()
    assert [one.kind for one in town.due()] == [Tell.BULK]
    town.clock.move(minutes=10, seconds=1)
    town.tell()
    assert said.buttons == []
    assert "Done: 6 changed" in said.shown
    assert town.due() == []


def test_a_message_whose_sender_died_is_found_again(town: Town, cases):
    """Before it could write down where the message is."""
    begin(town)
    held = claims.claim(
        town.db, partner="slack", now=town.clock(), lease=timedelta(seconds=60), pace=unpaced, limit=20
    ).deliveries
    (one,) = [one for one in held if one.delivery.kind == Tell.BULK]
    sender = town.sender(town.db, None, town.clock)
    sender(one)
    with town.db.write() as work:
        bulk = work.bulks.by_id(one.delivery.data["bulk"], lock=True)
        bulk.channel = bulk.ts = None
    town.clock.move(seconds=61)
    town.tell()
    assert len(town.ann.dm()) == 1
    assert "Done: 6 changed" in town.ann.dm()[0].shown


def test_a_message_that_was_deleted_is_posted_anew(town: Town, cases):
    bulk = begin(town)
    town.tell()
    (said,) = town.ann.dm()
    town.client.chat_delete(channel=said.channel, ts=said.ts)
    undo_bulk(town.db, town.act(town.ann), bulk.id)
    town.tell()
    assert "Undone: 6 brought back" in town.ann.dm()[-1].shown


def test_a_bulk_that_was_purged_is_not_spoken_of(town: Town, cases):
    begin(town)
    town.tell()
    with town.db.write() as work:
        later = town.clock() + timedelta(days=1)
        assert work.bulks.purge(later, later, 10) == 1
    town.clock.move(minutes=11)
    town.tell()
    assert town.deliveries(State.DEAD) == []
    assert town.due() == []


def test_a_card_that_a_case_left_behind_says_nothing_of_a_private_project(town: Town, cases):
    vault = town.slack.add_channel("vault", members=[town.ann], private=True, bot=True)
    made = projects.create_project(
        town.db, town.act(town.dana), key="SEC", name="Secrets", home_channel=vault.id, retention_months=None
    )
    town.tell()
    case = cases[3]
    old = next(message for message in town.slack.messages(town.ops) if "printer 3 jams" in message.shown)
    moved = move_case(town.db, town.act(town.ann), case.id, made.id)
    town.tell()
    assert "has moved to a project that is private" in old.shown
    assert "printer" not in old.shown
    assert "SEC" not in old.shown + "".join(reply.shown for reply in old.replies)
    assert old.buttons == []
    (new,) = [message for message in town.slack.messages(vault) if "printer 3 jams" in message.shown]
    assert f"{moved.entry.before('key')} is SEC-1 now" in new.replies[0].shown
