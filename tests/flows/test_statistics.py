"""Somebody asks how it goes, and has a channel told every week."""

import base64

import pytest

from bot.jobs import send_weeklies
from bot.views import chart
from tests.flows.conftest import create_project, running, settings_for

PNG = b"\x89PNG"


@pytest.fixture
def casebook(town, database_url):
    with running(settings_for(town.slack, database_url)) as casebook:
        yield casebook


@pytest.fixture
def cases(town, project, card, casebook):
    town.ann.command("/case quick checkout is down p1 @bob in OPS", channel=town.ops)
    card("checkout is down")
    town.ann.command("/case quick search is slow in OPS", channel=town.ops)
    card("search is slow")
    town.bob.command("/case close OPS-1 resolved", channel=town.ops)
    assert casebook.worker.wait_until_idle(30)


def told(person, slack, number: int = 1):
    """The person's ``number``-th statistics."""
    return slack.wait_for(
        lambda: [message for message in person.dm() if "Statistics" in message.text][number - 1 :],
        what=f"statistics {number}",
    )[0]


def pictures(messages) -> list[dict]:
    return [file for message in messages for file in message.files]


def test_figures_come_in_words_and_as_a_picture(town, cases, casebook, slack):
    answer = town.ann.command("/case stats", channel=town.ops)
    assert "are being counted" in answer.shown
    said = told(town.ann, slack).shown
    assert "Statistics of all cases: 2 cases (1 open, 0 in progress, 1 closed)." in said
    assert "P1 Critical: 1\nNot set: 1" in said
    assert "bob: 1\nNobody: 1" in said
    assert "Time to take\nMedian: less than a minute" in said
    assert "2 opened, 1 closed" in said
    assert casebook.worker.wait_until_idle(30)
    (picture,) = pictures(town.ann.dm())
    assert "P1 Critical 1" in picture["alt_txt"]
    assert "2 opened, 1 closed" in picture["alt_txt"]
    assert base64.b64decode(slack.ask(lambda: slack.platform.workspace.files[picture["id"]].content)).startswith(PNG)


def test_where_no_chart_can_be_drawn_nothing_is_said_to_be_missing(town, cases, casebook, slack, monkeypatch):
    monkeypatch.setattr(chart, "IS_INSTALLED", False)
    town.ann.command("/case stats is:closed", channel=town.ops)
    assert "1 case (0 open, 0 in progress, 1 closed)" in told(town.ann, slack).shown
    assert casebook.worker.wait_until_idle(30)
    assert not pictures(town.ann.dm())


@pytest.mark.parametrize(("query", "words"), [("banana:3", "banana"), ("status:blue", "blue")])
def test_a_query_that_means_nothing_is_said_at_once(town, cases, casebook, query, words):
    assert words in town.ann.command(f"/case stats {query}", channel=town.ops).shown
    assert casebook.worker.wait_until_idle(30)
    assert not [message for message in town.ann.dm() if "Statistics" in message.text]


def test_a_stranger_learns_nothing_and_a_command_that_is_repeated_is_answered_once(town, cases, casebook, slack):
    town.gus.command("/case stats", channel=town.general)
    assert "no case matches" in told(town.gus, slack).shown
    slack.faults.add(delivery="slash_commands", kind="duplicate", times=1)
    town.ann.command("/case stats <!channel>", channel=town.ops)
    assert not told(town.ann, slack).pings
    assert casebook.worker.wait_until_idle(30)
    assert len([message for message in town.ann.dm() if "Statistics" in message.text]) == 1


def test_by_the_button_under_a_list(town, cases, slack):
    listed = town.bob.command("/case list is:closed", channel=town.ops).message
    town.bob.click(listed, "Statistics")
    assert "being counted" in town.bob.modal.text
    assert "is:closed: 1 case" in told(town.bob, slack).shown


def set_up(town, person, channel, query="", **fields):
    """By the button under the answer; what the form says at the end."""
    person.command(f"/case stats {query}", channel=town.ops)
    person.click(told(person, town.slack), "Send weekly")
    form = person.modal
    form.fill({"channel": channel, **fields})
    answer = form.submit()
    assert not answer.errors, answer.errors
    done = person.modal.text
    person.modal.close()
    return done


def weekly_in(town, casebook, channel):
    """The posts of the channel with figures, and the pictures there, once all is told."""
    assert casebook.worker.wait_until_idle(30)
    posts = town.slack.messages(channel)
    return [post for post in posts if "Statistics" in post.text], pictures(posts)


def a_week_later(casebook):
    """Each has come due."""
    now = casebook.desk.now()
    with casebook.db.write() as work:
        for weekly in work.weeklies.of(None, 10):
            weekly.due_at = now
    send_weeklies(casebook.db, now, now)


def test_a_channel_is_told_every_week_until_that_is_ended(town, cases, casebook, slack):
    done = set_up(town, town.ann, town.ops, "project:OPS", day="fri", time="1020")
    assert "every Friday at 17:00" in done
    send_weeklies(casebook.db, casebook.desk.now(), casebook.desk.now())
    assert weekly_in(town, casebook, town.ops) == ([], [])
    a_week_later(casebook)
    send_weeklies(casebook.db, casebook.desk.now(), casebook.desk.now())
    (post,), (picture,) = weekly_in(town, casebook, town.ops)
    assert "Sent every Friday at 17:00" in post.shown
    assert "for ann" in post.shown
    assert not post.pings
    assert picture["alt_txt"]
    assert "ann" not in town.bob.command("/case stats weekly", channel=town.ops).shown
    listed = town.dana.command("/case stats weekly", channel=town.ops)
    assert "for ann" in listed.shown
    town.dana.click(listed.message, "End")
    slack.wait_for(lambda: "There are none" in listed.message.shown, what="an empty list")
    a_week_later(casebook)
    assert len(weekly_in(town, casebook, town.ops)[0]) == 1


def test_numbers_of_a_private_project_stay_in_its_channel(town, cases, casebook, slack):
    den = slack.add_channel("den", members=[town.ann, town.dana], private=True, bot=True)
    create_project(town, casebook, "DEN", "The den", den)
    town.ann.command("/case quick a secret in DEN", channel=den)
    assert casebook.worker.wait_until_idle(30)
    for number, channel in enumerate((town.ops, den), 1):
        town.ann.command("/case stats", channel=town.ops)
        town.ann.click(told(town.ann, slack, number), "Send weekly")
        town.ann.modal.fill({"channel": channel})
        assert not town.ann.modal.submit().errors
        town.ann.modal.close()
    assert "3 cases" in told(town.ann, slack).shown
    a_week_later(casebook)
    for channel, count in ((town.ops, "2 cases ("), (den, "3 cases (")):  # one is counted after the other
        posts = slack.wait_for(lambda where=channel: weekly_in(town, casebook, where)[0], 20, f"#{channel.name}")
        assert count in posts[0].shown


def test_what_keeps_them_from_a_channel_is_told_to_whoever_sends_them(town, cases, casebook, slack):
    set_up(town, town.ann, town.general)
    slack.faults.add("chat.postMessage", "error", "is_archived", times=1)
    a_week_later(casebook)
    assert casebook.worker.wait_until_idle(30)
    problem = slack.wait_for(
        lambda: next((one for one in town.ann.dm() if "is archived" in one.shown), None), what="the problem"
    )
    assert "/case stats weekly" in problem.shown
    assert not [one for one in town.dana.dm() if "is archived" in one.shown]
    assert "Problem:" in town.ann.command("/case stats weekly", channel=town.ops).shown
    a_week_later(casebook)
    assert len(weekly_in(town, casebook, town.general)[0]) == 1
    assert "Problem:" not in town.ann.command("/case stats weekly", channel=town.ops).shown


def test_zones_are_found_by_a_city(town, cases, slack):
    town.ann.command("/case stats", channel=town.ops)
    town.ann.click(told(town.ann, slack), "Send weekly")
    assert town.ann.modal.suggest("tz", "new y") == ["America/New_York"]
    assert not town.ann.modal.suggest("tz", "atlantis")
    assert "channel" in town.ann.modal.submit().errors
