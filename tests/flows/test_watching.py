"""A project watches a channel: what bots post there becomes cases, ends them and reopens them."""

import pytest
from sqlalchemy import select

from bot.domain.intake import KnownAlert, Watch
from bot.usecases.intake_clock import refresh_cards
from tests.flows.conftest import create_project, running, settings_for
from tests.flows.inboxes import preview_of
from tests.views.messages import ALERTMANAGER, DATADOG_C, DATADOG_D

MONITOR = "https://app.datadoghq.eu/monitors/{}?group=host%3Aweb-1&link_monitor_id={}"


@pytest.fixture
def casebook(town, database_url):
    with running(settings_for(town.slack, database_url)) as casebook:
        yield casebook


@pytest.fixture
def alerts(town):
    return town.slack.add_channel("alerts", members=[town.ann, town.bob, town.dana])


@pytest.fixture
def datadog(slack):
    return slack.add_bot("Datadog")


@pytest.fixture
def watched(town, casebook, project, alerts):
    watch(town, casebook, alerts)
    return alerts


def watch(town, casebook, channel, **filled):
    assert not town.dana.command(f"/case project watch #{channel.name}", channel=town.general).error
    town.dana.modal.fill({"project": "OPS Operations", **filled})
    assert not town.dana.modal.submit().errors
    told = town.dana.modal.text
    town.dana.modal.close()
    assert casebook.worker.wait_until_idle(10)
    return told


def monitor(state, title="CPU is high on web-1", number=12345678):
    link = MONITOR.format(number, number)
    return {
        "text": "",
        "attachments": [
            {"title": f"{state}: {title}", "title_link": link, "text": "High CPU\n\nTags: env:prod, service:web"}
        ],
    }


def answered(slack, post, words):
    slack.wait_for(lambda: any(words in reply.shown for reply in post.replies), what=f"“{words}” below the post")


def refreshed(casebook):
    """The clockwork's minute."""
    refresh_cards(casebook.db, casebook.desk.now())
    assert casebook.worker.wait_until_idle(10)


def test_an_alert_becomes_a_case_is_counted_recovers_and_comes_back(town, casebook, watched, datadog, card, slack):
    post = datadog.post(watched, **monitor("Triggered"))
    answered(slack, post, "This post is now case OPS-1")
    posted = card("OPS-1")
    assert "Monitor by Datadog: CPU is high on web-1 is triggered" in posted.shown
    assert "prod" in posted.shown

    for state in ("Re-Triggered", "Triggered", "Triggered"):
        datadog.post(watched, **monitor(state))
    slack.wait_for(lambda: repeats(casebook) == 3, what="the repeats to be counted")
    assert posted.replies == []
    refreshed(casebook)
    assert "came 3 more times" in posted.shown

    datadog.post(watched, **monitor("Recovered"))
    slack.wait_for(lambda: "Closed (closed)" in posted.shown or "Closed" in posted.shown, what="the case to be closed")
    slack.wait_for(lambda: len(posted.replies) == 1, what="the line in the thread")
    assert (
        "Casebook closed this case as Resolved, since Datadog says that the alert has recovered"
        in posted.replies[0].shown
    )
    assert "has recovered" in posted.shown

    datadog.post(watched, **monitor("Triggered"))
    slack.wait_for(lambda: len(posted.replies) == 2, what="the case to be reopened")
    assert (
        "Casebook reopened this case as Open, since Datadog says that the alert has triggered again"
        in posted.replies[1].shown
    )
    assert town.bob.command("/case list", channel=town.ops).shown.count("OPS-") == 1

    town.bob.click(posted, "Details")
    details = town.bob.modal.text
    assert "What raised it" in details
    assert "First seen" in details
    timeline = town.bob.command("/case timeline OPS-1", channel=town.ops).shown
    assert "Casebook opened this case for an alert by Datadog" in timeline


def repeats(casebook):
    with casebook.db.read() as work:
        return sum(work.session.scalars(select(KnownAlert.repeats)))


def test_people_casebook_and_other_channels_open_nothing(town, casebook, watched, datadog, slack):
    town.ann.post(watched, "Triggered: is this one?")
    datadog.post(town.ops, **monitor("Triggered"))
    root = town.ann.post(watched, "let us talk")
    datadog.post(watched, thread=root, **monitor("Triggered"))
    last = datadog.post(watched, **monitor("Triggered", "the last one", 99))
    answered(slack, last, "OPS-1")
    assert casebook.worker.wait_until_idle(10)
    assert "1 case" in town.bob.command("/case list", channel=town.ops).shown


def test_every_form_in_which_bots_post(town, casebook, watched, slack, card):
    bot = slack.add_bot("Datadog")
    bot.post(watched, attachments=DATADOG_C["attachments"])
    assert "Security" in card("Brute force login on").shown
    page = {**DATADOG_D["attachments"][0]}
    bot.post(watched, attachments=[page])  # resolved before anybody heard of it
    am = slack.add_bot("Alertmanager")
    am.post(watched, attachments=ALERTMANAGER["attachments"])
    posted = card("HighErr (critical)")
    assert "Monitor by Alertmanager" in posted.shown or "Alert by Alertmanager" in posted.shown
    resolved = {**ALERTMANAGER["attachments"][0], "title": "[RESOLVED] HighErr (warning)"}
    am.post(watched, attachments=[resolved])
    slack.wait_for(lambda: "has recovered" in posted.shown, what="the recovery")
    assert "2 cases" in town.bob.command("/case list is:open OR is:closed", channel=town.ops).shown


def test_only_what_meets_the_condition(town, casebook, project, alerts, datadog, slack):
    told = watch(
        town, casebook, alerts, systems=["Datadog"], words="checkout web-1", mode="Any of these words", tags="env:prod"
    )
    assert "alerts by Datadog with any of the words" in told
    other = slack.add_bot("Pingdom")
    other.post(alerts, "DOWN: checkout\nTags: env:prod")
    datadog.post(alerts, **monitor("Triggered", "disk is full", 5))
    datadog.post(alerts, attachments=[{"title": "Triggered: checkout is slow", "text": "Tags: env:staging"}])
    met = datadog.post(alerts, **monitor("Triggered"))
    answered(slack, met, "OPS-1")
    assert casebook.worker.wait_until_idle(10)
    assert "1 case" in town.bob.command("/case list", channel=town.ops).shown


def test_only_what_the_query_finds_and_its_end_whatever_it_says(town, casebook, project, alerts, datadog, card, slack):
    told = watch(town, casebook, alerts, query='env:prod -title:disk "High CPU"')
    assert 'whose case env:prod -title:disk "High CPU" finds' in told.replace("`", "")
    datadog.post(alerts, **monitor("Triggered", "disk is full", 5))
    datadog.post(alerts, attachments=[{"title": "Triggered: checkout is slow", "text": "High CPU\n\nTags: env:dev"}])
    met = datadog.post(alerts, **monitor("Triggered"))
    answered(slack, met, "OPS-1")
    posted = card("OPS-1")
    link = MONITOR.format(12345678, 12345678)
    datadog.post(alerts, attachments=[{"title": "Recovered: CPU", "title_link": link, "text": "All is well"}])
    slack.wait_for(lambda: "has recovered" in posted.shown, what="the recovery")
    assert casebook.worker.wait_until_idle(10)
    assert "1 case" in town.bob.command("/case list is:open OR is:closed", channel=town.ops).shown


def test_the_query_of_a_watch_is_checked_while_it_is_typed_and_can_be_built(town, casebook, project, open_case, alerts):
    open_case("login fails p1")
    town.dana.command("/case project watch #alerts", channel=town.general)
    form = town.dana.modal
    form.fill({"project": "OPS Operations", "words": "production", "query": "banana:3"})
    preview_of(form, town, "This query does not work yet.")
    errors = form.submit().errors
    assert list(errors) == ["query"]
    assert "“banana” is not a field" in errors["query"]
    form.fill({"query": "priority:P1"})
    preview_of(form, town, "priority:P1 finds 1 case now.")
    assert "would have posted" not in form.text
    form.click("query.build")
    town.slack.wait_for(lambda: "Use it" in town.dana.modal.text, what="the form that builds a search")
    assert not town.dana.modal.submit().errors
    town.slack.wait_for(lambda: town.dana.modal.title == "Watch a channel", what="the form")
    assert town.dana.modal.value("words") == "production"
    assert not town.dana.modal.submit().errors
    assert "with all of the words “production” whose case priority:P1 finds" in town.dana.modal.text
    town.dana.modal.close(everything=True)
    town.dana.command("/case project watch #alerts", channel=town.general)
    assert town.dana.modal.value("query") == "priority:P1"


def test_a_query_that_means_nothing_any_more_lets_everything_in_and_says_so(
    town, casebook, project, alerts, datadog, slack
):
    watch(town, casebook, alerts, query="service:web")
    with casebook.db.write() as work:
        work.session.scalars(select(Watch)).one().query = "team:gone"
    post = datadog.post(alerts, **monitor("Triggered"))
    answered(slack, post, "OPS-1")
    town.dana.command("/case project OPS", channel=town.general)
    assert "Its query means nothing any more, so it lets everything in." in town.dana.modal.text


def test_recovery_is_only_noted_if_the_project_wants_that(town, casebook, project, alerts, datadog, card, slack):
    watch(town, casebook, alerts, resolves=[])
    datadog.post(alerts, **monitor("Triggered"))
    posted = card("OPS-1")
    datadog.post(alerts, **monitor("Recovered"))
    slack.wait_for(lambda: posted.replies, what="the line in the thread")
    assert "Casebook heard from Datadog that the alert has recovered" in posted.replies[0].shown
    assert "1 case" in town.bob.command("/case list is:open", channel=town.ops).shown


def test_only_admins_watch_and_the_project_lists_it(town, casebook, project, alerts, datadog, slack):
    refused = town.bob.command("/case project watch #alerts", channel=town.ops)
    assert "Only Casebook's admins" in refused.shown
    assert "Only Casebook's admins" in town.bob.command("/case project unwatch #alerts", channel=town.ops).shown
    assert "is not a channel" in town.dana.command("/case project watch alerts", channel=town.ops).shown
    assert "No project of yours" in town.dana.command("/case project unwatch #alerts", channel=town.ops).shown
    watch(town, casebook, alerts, tags="env:prod")
    town.dana.command("/case project ops", channel=town.general)
    assert "tagged env:prod; recovery closes the case, a new trigger within 1 hour reopens it." in town.dana.modal.text
    assert "not in it" not in town.dana.modal.text
    town.dana.modal.close()
    gone = town.dana.command("/case project unwatch #alerts", channel=town.ops)
    assert "OPS does not watch" in gone.shown
    datadog.post(alerts, **monitor("Triggered"))
    assert casebook.worker.wait_until_idle(10)
    assert "no case" in town.bob.command("/case list", channel=town.ops).shown.lower()


def test_a_private_channel_that_casebook_is_not_in_is_told_of(town, casebook, project, slack):
    vault = slack.add_channel("vault", members=[town.dana], private=True)
    watch(town, casebook, vault)
    town.dana.command("/case project OPS", channel=town.general)
    assert "Casebook is not in it" in town.dana.modal.text
    slack.wait_for(lambda: any("/invite" in message.shown for message in town.dana.dm()), what="word to the admin")


def test_a_private_project_tells_nothing_in_a_public_channel(town, casebook, alerts, datadog, slack):
    cellar = slack.add_channel("cellar", members=[town.dana, town.ann], private=True, bot=True)
    create_project(town, casebook, "SEC", "Security", cellar)
    town.dana.command("/case project watch #alerts", channel=cellar)
    town.dana.modal.fill({"project": "SEC Security"})
    assert not town.dana.modal.submit().errors
    assert "only the case's key" in town.dana.modal.text
    assert casebook.worker.wait_until_idle(10)
    post = datadog.post(alerts, **monitor("Triggered", "<!channel> *root* logged in"))
    answered(slack, post, "SEC-1")
    assert "root" not in post.replies[0].shown
    slack.wait_for(lambda: slack.messages(cellar), what="the card in the project's own channel")
    assert "logged in" in slack.messages(cellar)[-1].shown
    assert slack.messages(cellar)[-1].pings == []


def test_an_alert_that_a_person_escalated_first_is_that_case(town, casebook, project, alerts, datadog, card, slack):
    alerts.invite("bot")
    post = datadog.post(alerts, **monitor("Triggered"))
    town.ann.message_shortcut("case.escalate", post)
    assert not town.ann.modal.submit().errors
    card("OPS-1")
    watch(town, casebook, alerts)
    datadog.post(alerts, **monitor("Triggered"))
    slack.wait_for(lambda: "2 cases" in town.bob.command("/case list", channel=town.ops).shown, what="the alert's case")
