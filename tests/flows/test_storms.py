"""An alert storm as people live it: five cases, then one for all the rest, which is told once and ends by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.intake import KnownAlert
from bot.domain.storm import Storm
from bot.jobs import JOBS
from bot.sandbox import Alarms
from bot.sandbox.slack import LocalSlack
from tests.flows.conftest import MANIFEST, running, settings_for
from tests.flows.test_hooks import local, make
from tests.flows.test_time import Clock
from tests.flows.test_watching import watch

FIVE = "5 in 10 minutes"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def slack(clock):
    with LocalSlack(manifest=MANIFEST, now=clock.seconds) as local:
        yield local
        assert not local.refusals, f"Slack refused: {local.refusals}"


@pytest.fixture
def casebook(town, database_url, clock):
    settings = settings_for(town.slack, database_url, CASEBOOK_URL="https://casebook.example/")
    with running(settings, clock=clock.now) as casebook:
        yield casebook


@pytest.fixture
def later(casebook, clock):
    """So many minutes later: the clockwork has ticked, and all it caused is told."""

    def moved(minutes):
        clock.ahead += timedelta(minutes=minutes)
        for job in JOBS:
            casebook.clockwork.tick(job)
        assert casebook.worker.wait_until_idle(20)

    return moved


def test_a_storm_over_http(town, casebook, project, card, slack, later):
    generic = Alarms(local(casebook, make(town, "generic", most=FIVE)))
    town.dana.modal.close(everything=True)
    first = [{"key": f"k{number}", "title": f"Host {number} is down"} for number in range(5)]
    assert generic.send(first).did == ["opened"] * 5
    rest = [{"key": f"k{number}", "title": f"Host {number} is down", "priority": "p2"} for number in range(5, 35)]
    answer = generic.send(rest)
    assert (set(answer.did), set(answer.cases)) == ({"collected"}, {"OPS-6"})
    posted = card("Alert storm from another system")
    assert len(slack.messages(town.ops)) == 6
    assert "5 new kinds of alerts from another system had opened cases within 10 minutes." in posted.shown
    later(1)
    assert "30 more kinds of alerts from another system since" in posted.shown
    assert posted.replies == []

    assert generic.generic("k7", "Host 7 is down").did == ["counted"]
    for number in range(5, 25):
        assert generic.generic(f"k{number}", "over", "recovered").did == ["recovered"]
    later(1)
    assert "20 recovered, came 1 more time, last seen" in posted.shown.replace("\n", "")

    town.bob.click(posted, "Details")
    assert "Host 25 is down is triggered" in town.bob.modal.text
    town.bob.modal.click("case.alerts")
    slack.wait_for(lambda: town.bob.modal.title == "Alerts", what="the alerts")
    assert "Host 12 is down has recovered" in town.bob.modal.text
    town.bob.modal.click("alerts.page")
    slack.wait_for(lambda: "Host 9 is down" in town.bob.modal.text, what="the next page")
    town.bob.modal.close(everything=True)

    later(11)
    assert "noted that the alert storm is over: 30 more kinds of alerts came" in posted.replies[0].shown
    assert "Alert storm: 30 more kinds from another system" in posted.shown
    assert "1 case" in town.bob.command('/case list source:storm "Host 33 is down"', channel=town.ops).shown
    for number in range(25, 35):
        generic.generic(f"k{number}", "over", "recovered")
    later(11)
    assert "Closed" in posted.shown
    assert "since another system says that all its alerts have recovered" in posted.replies[-1].shown
    assert len(posted.replies) == 2
    assert "5 cases" in town.bob.command("/case list is:open", channel=town.ops).shown


def test_a_storm_in_a_watched_channel_is_told_below_one_post(town, casebook, project, slack, card, later):
    alerts = slack.add_channel("alerts", members=[town.ann, town.bob, town.dana])
    watch(town, casebook, alerts, most=FIVE)
    bot = slack.add_bot("Pingdom")
    posts = [bot.post(alerts, f"DOWN: host {number}") for number in range(5)]
    slack.wait_for(lambda: all(post.replies for post in posts), what="five cases")
    posts += [bot.post(alerts, f"DOWN: host {number}") for number in range(5, 9)]
    posted = card("Alert storm from #alerts")
    slack.wait_for(lambda: collected(casebook) == 4, what="all to be taken")
    later(1)
    assert "4 more kinds of alerts from #alerts since" in posted.shown
    told = [reply.shown for post in posts[5:] for reply in post.replies]
    assert len(told) == 1
    assert "This post is now case OPS-6 (Alert storm from #alerts)" in told[0]
    assert len(slack.messages(town.ops)) == 6
    town.bob.click(posted, "Details")
    assert "DOWN: host 8 is triggered" in town.bob.modal.text
    town.bob.modal.close()
    alone = next(post for post in posts[5:] if not post.replies)
    town.ann.message_shortcut("case.escalate", alone)
    assert not town.ann.modal.submit().errors
    card("OPS-7")


def collected(casebook):
    with casebook.db.read() as work:
        storms = list(work.session.scalars(select(Storm.case_id)))
        return work.session.scalar(select(func.count()).where(KnownAlert.case_id.in_(storms)))
