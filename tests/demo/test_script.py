"""`--script` plays the main journey to its end."""

import threading

import pytest

from bot.demo.folder import CannotRun
from bot.demo.history import Stopped
from bot.demo.script import TITLE, Script
from bot.sandbox import seen


def test_the_script_plays_to_its_end(run):
    told, waits = [], []
    script = Script(run.demo.slack, waits.append, told.append, pause=0)
    script.run()
    assert len(told) > 8
    assert len(waits) > 10

    slack, ops = run.demo.slack, run.company.channels["ops"]
    card = next(message for message in slack.messages(ops) if message.user == slack.bot_user and TITLE in message.shown)
    for words in ("Closed", "P1 Critical", "bob"):
        assert words in card.shown
    for words in ("took this case", "P1 Critical", "Rolling back now", "Resolved"):
        slack.wait_for(
            lambda words=words: any(words in reply.shown for reply in card.replies), what=f"{words} below it"
        )
    alert = next(
        message for message in slack.messages(ops) if message.bot_id and message.subtype and TITLE in message.shown
    )
    assert "is now case" in alert.replies[0].shown
    for name in ("ann", "bob"):
        assert not run.company.people[name].has_modal
    run.nothing_went_wrong()


def test_it_can_be_played_again(run):
    Script(run.demo.slack, lambda _: None, lambda _: None, pause=0).run()
    run.nothing_went_wrong()


def test_its_address_shows_ann_in_ops(run):
    script = Script(run.demo.slack, lambda _: None, lambda _: None)
    assert script.address == f"{run.demo.slack.url}/#/ann/{run.company.channels['ops'].id}"


def test_what_is_filled_in_is_what_the_page_is_told(run):
    """The page shows the acting person's modal with its values, whoever filled them in."""
    ann = run.company.people["ann"]

    def look(_):
        modals = run.demo.slack.ask(seen.modals, run.demo.slack.platform, ann.id)
        shown.extend(str(modal["values"]) for modal in modals)

    shown = []
    Script(run.demo.slack, look, lambda _: None, pause=0).run()
    assert any("P2" in values and "Customers call" in values for values in shown)


def test_whoever_clicks_in_between_gets_a_sentence_and_the_demo_goes_on(run):
    ann, told = run.company.people["ann"], []

    def tell(words):
        told.append(words)
        if "She says" in words:
            ann.modal.close(everything=True)

    Script(run.demo.slack, lambda _: None, tell, pause=0).run()
    assert told[-1].startswith("The script ends here")
    run.nothing_went_wrong()


def test_without_its_actors_it_says_so(start):
    other = start()
    other.company.channels["ops"].rename("operations")
    with pytest.raises(CannotRun, match="--fresh"):
        Script(other.demo.slack, lambda _: None, lambda _: None)


def test_ctrl_c_ends_it_at_once(run, monkeypatch):
    stopping, told = threading.Event(), []
    monkeypatch.setattr(run.demo, "stopping", stopping)

    def tell(words):
        told.append(words)
        if "Bob takes it" in words:
            stopping.set()

    with pytest.raises(Stopped):
        Script(run.demo.slack, run.demo.wait, tell, pause=0).run()
    assert "Bob takes it" in told[-1]
