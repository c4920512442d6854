"""What time does, as people live with it: retention, auto-close, snoozes and silences. The clock can be moved."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.jobs import JOBS
from bot.sandbox.slack import LocalSlack
from bot.wiring import Casebook, build
from tests.flows.conftest import MANIFEST, Clock, settings_for
from tests.flows.inboxes import make_inbox, post_in

WEEK = timedelta(weeks=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock) -> Iterator[LocalSlack]:
    with LocalSlack(manifest=MANIFEST, now=clock.seconds) as local:
        yield local
        assert not local.refusals, f"Slack refused: {local.refusals}"


@pytest.fixture
def casebook(town, database_url, clock) -> Iterator[Casebook]:
    casebook = build(settings_for(town.slack, database_url), clock=clock.now)
    casebook.start()
    try:
        yield casebook
    finally:
        casebook.stop()


@pytest.fixture
def later(casebook, clock):
    """So much later: every job that is due has run, and all it caused is told."""

    def moved(**by: float) -> None:
        clock.ahead += timedelta(**by)
        for job in JOBS:
            casebook.clockwork.tick(job)
        assert casebook.worker.wait_until_idle(20)

    return moved


def set_project(town, **fields):
    listed = town.dana.command("/case project", channel=town.ops)
    town.dana.click(listed, "Edit")
    town.dana.modal.fill(fields)
    assert not town.dana.modal.submit().errors
    town.dana.modal.close()


# -- retention ------------------------------------------------------------------------------------------------------
def test_old_cases_go_after_a_warning_and_what_somebody_keeps_stays(town, open_case, card, later, slack):
    set_project(town, retention="3 months")
    for words in ("first outage", "second outage", "third outage", "fourth outage"):
        open_case(words)
        posted = card(words)
    for number in range(1, 5):
        town.bob.command(f"/case close OPS-{number} resolved", channel=town.ops)
    slack.wait_for(lambda: "Closed" in posted.shown, what="the last one to be closed")
    later(days=85)
    later(days=7)
    warning = post_in(town, town.ops, "will be deleted on")
    assert "4 cases of OPS" in warning.shown
    assert "OPS-2 second outage" in warning.shown
    assert not warning.pings
    town.bob.choose(warning, "retention.keep", "Keep for 6 months", within="OPS-1")
    slack.wait_for(lambda: "3 cases of OPS" in warning.shown, what="the warning to count one less")
    answer = town.ann.command("/case keep OPS-3 forever", channel=town.ops)
    assert "You kept this case for ever" in answer.shown
    town.ann.command("/case reopen OPS-4", channel=town.ops)
    later(days=14, hours=1)
    slack.wait_for(lambda: "1 case of OPS was deleted" in warning.shown, what="the message to say what went")
    assert "3 of 4 stay" in warning.shown
    gone = town.ann.command("/case show OPS-2", channel=town.ops)
    assert "OPS-2 was deleted on" in gone.shown
    assert "OPS-1" in town.ann.command("/case show OPS-1", channel=town.ops).shown
    assert "OPS-4" in town.ann.command("/case show OPS-4", channel=town.ops).shown
    assert any("OPS-2 was deleted on" in m.shown and "outage" not in m.shown for m in slack.messages(town.ops))


def test_keep_all_and_strangers_keep_nothing(town, open_case, card, later, slack):
    set_project(town, retention="3 months")
    open_case("an outage")
    card("an outage")
    town.bob.command("/case close OPS-1 resolved", channel=town.ops)
    later(days=92)
    warning = post_in(town, town.ops, "will be deleted on")
    town.ann.choose(warning, "retention.keep.all", "Keep all for ever")
    slack.wait_for(lambda: "ann keeps them" in warning.shown, what="the message to say who keeps them")
    assert "deleted" in town.gus.command("/case keep OPS-1 6mo", channel=town.general).shown or town.gus
    later(days=300)
    assert "OPS-1" in town.ann.command("/case show OPS-1", channel=town.ops).shown


# -- auto-close -----------------------------------------------------------------------------------------------------
def test_a_case_that_nobody_works_on_closes_unless_somebody_keeps_it_open(town, open_case, card, later, slack):
    set_project(town, close_after="After 14 days without anybody's work")
    open_case("a stale one @bob", town.ann)
    posted = card("a stale one")
    later(days=11, hours=1)
    line = slack.wait_for(lambda: next((r for r in posted.replies if "will close" in r.shown), None), what="the line")
    told = slack.wait_for(lambda: next((m for m in town.bob.dm() if "will close" in m.shown), None), what="the message")
    assert "nobody works on it" in told.shown
    town.bob.click(told, "Keep open")
    slack.wait_for(lambda: any("You kept" in m.shown for m in town.bob.dm() if m.ephemeral), what="an answer to Bob")
    slack.wait_for(lambda: any("bob kept this case open" in r.shown for r in posted.replies), what="the line of it")
    later(days=5)
    assert "Open" in posted.shown
    later(days=7)
    town.ann.click(line, "Keep open")
    slack.wait_for(lambda: any("You kept" in m.shown for m in town.ann.messages(town.ops)), what="an answer to Ann")
    later(days=11, hours=1)
    later(days=3, hours=1)
    slack.wait_for(lambda: "Closed" in posted.shown, what="the case to close by itself")
    assert any("Casebook closed this case: nobody had worked on it" in r.shown for r in posted.replies)
    assert any("was closed, since nobody" in m.shown for m in town.bob.dm())


# -- snooze ---------------------------------------------------------------------------------------------------------
def test_a_snoozed_case_tells_nobody_and_wakes_by_itself(town, open_case, card, later, slack):
    open_case("noisy neighbour @bob", town.ann)
    posted = card("noisy neighbour")
    before = len(town.bob.dm())
    answer = town.ann.command("/case snooze OPS-1 2h", channel=town.ops)
    assert "You snoozed this case until" in answer.shown
    slack.wait_for(lambda: "Snoozed until" in posted.shown and "by ann" in posted.shown, what="the card to say so")
    town.ann.command("/case note OPS-1 just noise", channel=town.ops)
    slack.wait_for(lambda: any("just noise" in r.shown for r in posted.replies), what="the note in the thread")
    assert len(town.bob.dm()) == before
    assert "OPS-1" in town.ann.command("/case list is:snoozed", channel=town.ops).shown
    later(hours=3)
    slack.wait_for(lambda: "Snoozed until" not in posted.shown, what="the card to forget it")
    assert sum("ended the snooze" in r.shown for r in posted.replies) == 1
    assert len(town.bob.dm()) == before + 1
    assert "No case matches" in town.ann.command("/case list is:snoozed", channel=town.ops).shown


def test_snoozing_from_details_and_what_ends_it(town, open_case, card, slack):
    open_case("noisy neighbour @bob", town.ann)
    posted = card("noisy neighbour")
    town.bob.click(posted, "Details")
    town.bob.click(town.bob.modal, "Snooze")
    town.bob.modal.fill({"until": "the day after never"})
    assert "is no time" in town.bob.modal.submit().errors["until"]
    town.bob.modal.fill({"until": "", "length": "4 hours"})
    assert not town.bob.modal.submit().errors
    slack.wait_for(lambda: "Snoozed until" in posted.shown, what="the card to say so")
    town.ann.command("/case priority OPS-1 p1", channel=town.ops)
    slack.wait_for(lambda: "Snoozed until" not in posted.shown, what="the snooze to end")
    assert any("P1 Critical and ended its snooze" in r.shown for r in posted.replies)
    town.ann.command("/case snooze OPS-1 tomorrow 9:00", channel=town.ops)
    town.ann.command("/case snooze OPS-1 none", channel=town.ops)
    slack.wait_for(lambda: any("ann ended the snooze" in r.shown for r in posted.replies), what="the line of it")
    closed = town.ann.command("/case close OPS-1 resolved", channel=town.ops)
    assert not closed.error
    assert "is closed" in town.ann.command("/case snooze OPS-1 2h", channel=town.ops).shown


# -- silence --------------------------------------------------------------------------------------------------------
def test_a_silence_keeps_inboxes_from_telling_for_a_time(town, casebook, open_case, card, later, slack):
    make_inbox(town.ann, town, "is:open", channels=[town.general])
    answer = town.bob.command("/case silence database 2h <!channel> maintenance", channel=town.ops)
    assert "is silenced until" in answer.shown
    open_case("database is slow")
    card("database is slow")
    open_case("checkout is down")
    post_in(town, town.general, "checkout is down")
    assert casebook.worker.wait_until_idle(10)
    assert not [m for m in slack.messages(town.general) if "database" in m.shown]
    listed = town.carol.command("/case silence", channel=town.general)
    assert "database" in listed.shown
    assert "1 notification not sent" in listed.shown
    assert "<!channel>" not in str(listed.message.blocks)
    later(hours=3)
    assert "Nothing is silenced" in town.bob.command("/case silence", channel=town.ops).shown
    over = post_in(town, town.general, "is over")
    assert "1 case was held back here" in over.shown
    town.carol.click(over, "Show them")
    assert "OPS-1" in town.carol.modal.text
    assert "OPS-2" not in town.carol.modal.text
    town.carol.modal.close()
    (dm,) = [message for message in town.bob.dm() if "is over" in message.shown]
    assert "1 case was held back and" in dm.shown
    town.bob.click(dm, "Show them")
    assert "OPS-1" in town.bob.modal.text
    town.bob.modal.close()
    open_case("database is slow again")
    post_in(town, town.general, "slow again")
    assert "Only people of this workspace" in town.gus.command("/case silence a 2h", channel=town.general).shown


def test_an_inbox_can_be_silenced_and_the_silence_ended(town, casebook, open_case, slack):
    make_inbox(town.ann, town, "is:open", channels=[town.general])
    open_case("login is down")
    post_in(town, town.general, "login is down")
    town.ann.command("/case inbox", channel=town.ops)
    home = town.ann.open_home()
    town.ann.click(home, "Inboxes")
    town.ann.click(town.ann.modal, "Silence")
    town.ann.modal.fill({"length": "1 hour", "reason": "upgrade"})
    assert not town.ann.modal.submit().errors
    assert "Inbox Urgent is silenced until" in town.ann.modal.text.replace("*", "")
    open_case("checkout is down")
    assert casebook.worker.wait_until_idle(10)
    assert not [m for m in slack.messages(town.general) if "checkout" in m.shown]
    listed = town.ann.command("/case inbox", channel=town.ops)
    assert "Silenced until" in listed.shown
    assert "(upgrade)" in listed.shown
    assert "Silenced until" in post_in(town, town.general, "login is down").shown
    town.ann.click(listed, "End silence")
    assert "ended it. 1 case was held back here" in post_in(town, town.general, "is over").shown
    slack.wait_for(
        lambda: "Silenced until" not in post_in(town, town.general, "login is down").shown,
        what="the post to say no more that it is silenced",
    )
    open_case("search is down")
    post_in(town, town.general, "search is down")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("silence checkout", "Say for how long"),
        ("silence 2h", "Say for how long"),
        ("silence status:blue 2h", "blue"),
        ("silence checkout until nowhere", "is no time"),
        ("silence checkout 9000d", "more than a year"),
        ("snooze OPS-1", "for how long"),
        ("snooze OPS-1 yesterday", "passed"),
        ("keep OPS-1 <!channel>", "is no time"),
        ("keep OPS-1", "for how long"),
        ("keep OPS-99 6mo", "There is no case OPS-99"),
    ],
)
def test_what_cannot_be_done_is_said(town, open_case, card, typed, words):
    open_case("an outage")
    card("an outage")
    answer = town.ann.command(f"/case {typed}", channel=town.ops)
    assert words in answer.shown
