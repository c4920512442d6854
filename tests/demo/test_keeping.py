"""What is kept between starts, and what becomes of it when a demo ends in mid-sentence."""

import json
import threading

import pytest

from bot.demo.folder import CannotRun, Folder
from bot.demo.history import Stopped
from bot.demo.run import Demo
from bot.domain.delivery import State
from bot.storage.database import Database


def quick(run, words):
    """Ann opens a case; its card."""
    answer = run.company.people["ann"].command(f"/case quick {words} in OPS", channel=run.company.channels["ops"])
    assert not answer.error
    return run.demo.slack.wait_for(lambda: card(run, words), 10, f"the card of “{words}”")


def card(run, words):
    messages = run.demo.slack.messages(run.company.channels["ops"])
    return next(
        (message for message in messages if message.user == run.demo.slack.bot_user and words in message.shown), None
    )


def ended(run):
    """As if it had been stopped; the fixture finds it stopped already."""
    run.casebook.stop()
    run.demo.save()
    run.demo.slack.stop()


def test_what_happened_is_there_after_the_next_start(start):
    first = start()
    key = quick(first, "the lift is stuck").shown.split()[0]
    before = [message.ts for message in first.demo.slack.messages(first.company.channels["ops"])]
    ended(first)

    second = start()
    assert [message.ts for message in second.demo.slack.messages(second.company.channels["ops"])] == before
    second.company.people["bob"].click(card(second, "the lift is stuck"), "Take")
    second.demo.slack.wait_for(lambda: "In progress" in card(second, "the lift is stuck").shown, 10)
    assert key in second.company.people["bob"].command("/case mine", channel=second.company.channels["ops"]).shown
    second.nothing_went_wrong()


def test_a_database_that_knows_more_than_the_workspace_breaks_nothing(start, kept):
    """The demo was killed after Casebook had written something down and before the workspace was kept."""
    first = start()
    before = (kept / "workspace.json").read_bytes()
    lost = quick(first, "the roof leaks")
    key = lost.shown.split()[0]
    first.company.people["bob"].post(lost.channel, "fetching a bucket", thread=lost)
    assert first.casebook.worker.wait_until_idle(10)
    ended(first)
    (kept / "workspace.json").write_bytes(before)

    second = start()
    assert card(second, "the roof leaks") is None
    bob, ops = second.company.people["bob"], second.company.channels["ops"]
    assert not bob.command(f"/case take {key}", channel=ops).error
    put_up_again = second.demo.slack.wait_for(lambda: card(second, "the roof leaks"), 10, "the card, put up again")
    bob.post(ops, "the bucket is full", thread=put_up_again)
    second.demo.slack.wait_for(
        lambda: "the bucket is full" in bob.command(f"/case timeline {key}", channel=ops).shown, 10, "the note"
    )
    assert "In progress" in quick_and_take(second)
    second.nothing_went_wrong()


def quick_and_take(run):
    fresh = quick(run, "the bell rings")
    run.company.people["bob"].click(fresh, "Take")
    run.demo.slack.wait_for(lambda: "In progress" in fresh.shown, 10)
    return fresh.shown


def test_ids_are_never_given_out_twice(start, kept):
    first = start()
    before = (kept / "workspace.json").read_bytes()
    lost = first.demo.slack.add_channel("lost")
    ended(first)
    (kept / "workspace.json").write_bytes(before)
    assert start().demo.slack.add_channel("found").id != lost.id


def test_changes_are_kept_while_it_runs(run):
    kept = run.demo.folder.workspace
    run.company.people["carol"].post(run.company.channels["general"], "is this thing on?")
    run.demo.wait(0)
    assert "is this thing on?" in kept.read_text()
    assert run.casebook.worker.wait_until_idle(5)
    run.demo.wait(0)
    written = kept.stat().st_mtime_ns
    run.demo.wait(0)
    assert kept.stat().st_mtime_ns == written


def test_stopped_while_it_is_set_up_the_next_start_begins_anew(tmp_path):
    stopping = threading.Event()
    stopping.set()
    folder = Folder(tmp_path)
    with pytest.raises(Stopped), Demo(folder, 0, stopping).running():
        pytest.fail("it was to stop")
    assert folder.database.exists()
    assert not folder.is_set_up


def test_beginning_anew_leaves_nothing_of_the_database(kept):
    folder = Folder(kept)
    for suffix in ("-wal", "-shm"):
        folder.database.with_name(folder.database.name + suffix).write_bytes(b"left by a killed process")
    folder.clear()
    assert not folder.is_set_up
    assert [path.name for path in kept.iterdir() if path.name.startswith("casebook.db")] == []


@pytest.mark.parametrize("left", ["", "{", "[]", "{}", '{"team": 3}', '{"team": {"counters": {"U": "x"}}}'])
def test_what_cannot_be_read_is_said_with_the_way_out(kept, left):
    (kept / "workspace.json").write_text(left)
    with pytest.raises(CannotRun, match="--fresh"):
        Demo(Folder(kept), 0, threading.Event())


def test_a_workspace_of_another_make_is_said_too(kept):
    state = json.loads((kept / "workspace.json").read_text())
    state["users"][0]["shoe_size"] = 43
    (kept / "workspace.json").write_text(json.dumps(state))
    with pytest.raises(CannotRun, match="--fresh"):
        Demo(Folder(kept), 0, threading.Event())


def test_a_newer_database_is_said_too(kept):
    db = Database(f"sqlite:///{kept / 'casebook.db'}")
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    with pytest.raises(CannotRun, match="newer"), Demo(Folder(kept), 0, threading.Event()).running():
        pytest.fail("it was to refuse")


def test_nothing_is_dead_after_many_starts(start):
    for _ in range(2):
        ended(start())
    last = start()

    def due() -> int:
        with last.casebook.db.read() as work:
            return work.deliveries.backlog().counts[State.DUE]

    last.demo.slack.wait_for(lambda: due() == 0, timeout=30, what="everything to be told")
    last.nothing_went_wrong()
