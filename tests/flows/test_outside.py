"""An inbox tells PagerDuty and a webhook: added in Slack, tried, told, removed."""

import pytest

from bot.sandbox import LocalPagerDuty, WebhookReceiver
from bot.vault import new_key
from tests.flows.conftest import create_project, running, settings_for


@pytest.fixture
def pagerduty():
    with LocalPagerDuty() as local:
        yield local


@pytest.fixture
def receiver():
    with WebhookReceiver("not known yet") as local:
        yield local


@pytest.fixture
def casebook(town, sqlite_url, pagerduty, receiver):
    settings = settings_for(
        town.slack, sqlite_url, CASEBOOK_SECRET_KEY=new_key(), PAGERDUTY_EVENTS_URL=pagerduty.events_url,
        CASEBOOK_PRIVATE_WEBHOOKS="127.0.0.1",
    )  # fmt: skip
    with running(settings) as casebook:
        yield casebook


@pytest.fixture
def urgent(town, casebook):
    """Ann's inbox of P1 cases; she is in the modal of its recipients outside Slack."""
    create_project(town, casebook, "OPS", "Operations", town.ops)
    town.ann.command("/case inbox new priority:P1 is:open", channel=town.ops)
    town.ann.modal.fill({"name": "Urgent"})
    assert not town.ann.modal.submit().errors
    town.ann.modal.click("PagerDuty and webhooks")
    assert "Nobody outside Slack yet." in town.ann.modal.text


def waits_for_text(town, words):
    town.slack.wait_for(lambda: words in town.ann.modal.text, what=f"the modal to say “{words}”")


def add(town, button, title, **fields):
    town.ann.modal.click(button)
    town.slack.wait_for(lambda: town.ann.modal.title == title, what=title)
    town.ann.modal.fill(fields)
    return town.ann.modal.submit().errors


def secret_shown(town):
    return next(line for line in town.ann.modal.text.splitlines() if "whsec_" in line).strip("` ")


def test_pagerduty_is_added_tried_and_called(town, casebook, urgent, pagerduty, slack):
    errors = add(town, "Add PagerDuty", "Add PagerDuty", key="not a key")
    assert "32 letters and digits" in errors["key"]
    town.ann.modal.fill({"key": pagerduty.add_service("shop"), "label": "Shop"})
    assert not town.ann.modal.submit().errors
    assert "PagerDuty Shop" in town.ann.modal.text
    town.ann.modal.click("inbox.outside.test")
    waits_for_text(town, "A test is on its way to Shop.")
    slack.wait_for(lambda: [alert.state for alert in pagerduty.alerts] == ["resolved"], what="the test")
    town.bob.command("/case quick checkout is down p1 in OPS", channel=town.ops)
    slack.wait_for(lambda: pagerduty.alerts[-1].state == "triggered", what="the alert")
    town.bob.command("/case close OPS-1 resolved", channel=town.ops)
    slack.wait_for(lambda: pagerduty.alerts[-1].state == "resolved", what="the alert to be over")
    town.ann.modal.click("inbox.outside.remove")
    waits_for_text(town, "Nobody outside Slack yet.")


def test_a_webhooks_secret_is_shown_once_and_signs_what_it_is_told(town, casebook, urgent, receiver, slack):
    errors = add(town, "Add webhook", "Add a webhook", address="http://10.0.0.1/x")
    assert "private network" in errors["address"]
    assert "CASEBOOK_PRIVATE_WEBHOOKS" in errors["address"]
    town.ann.modal.fill({"address": receiver.hook})
    assert not town.ann.modal.submit().errors
    receiver.secret = secret_shown(town)
    town.ann.modal.click("All of them")
    waits_for_text(town, "also tells:")
    assert "a webhook at 127.0.0.1" in town.ann.modal.text
    for hidden in ("whsec_", "t0ken", "/hooks/casebook"):
        assert hidden not in str(town.ann.modal.blocks)
    town.ann.modal.click("inbox.outside.test")
    slack.wait_for(lambda: [b["event"] for b in receiver.deliveries.values()] == ["test"], what="the test")
    town.bob.command("/case quick checkout is down p1 in OPS", channel=town.ops)
    slack.wait_for(lambda: [b["event"] for b in receiver.deliveries.values()][1:] == ["created"], what="the case")
    assert not receiver.refusals
    listed = town.ann.command("/case inbox", channel=town.ops).shown
    assert "Tells a webhook at 127.0.0.1 when a case is opened and matches." in listed


def test_a_recipient_that_cannot_be_reached_says_so(town, casebook, urgent, receiver, slack):
    assert not add(town, "Add webhook", "Add a webhook", address=receiver.hook)
    town.ann.modal.click("All of them")
    waits_for_text(town, "also tells:")
    assert "a webhook at 127.0.0.1" in town.ann.modal.text
    town.ann.modal.click("inbox.outside.test")
    slack.wait_for(lambda: receiver.refusals == ["wrong signature"], what="the test to be refused")
    assert casebook.worker.wait_until_idle(10)
    town.ann.modal.click("Refresh")
    waits_for_text(town, "does not let Casebook in")
    assert "Problem: " in town.ann.command("/case inbox", channel=town.ops).shown


def test_the_same_submission_twice_shows_the_secret_that_is_kept(town, casebook, urgent, receiver, slack):
    slack.faults.add(delivery="interactive", kind="duplicate", times=2)
    assert not add(town, "Add webhook", "Add a webhook", address=receiver.hook)
    receiver.secret = secret_shown(town)
    town.ann.modal.click("All of them")
    waits_for_text(town, "also tells:")
    assert "a webhook at 127.0.0.1" in town.ann.modal.text
    assert town.ann.modal.text.count("a webhook at 127.0.0.1") == 1
    town.ann.modal.click("inbox.outside.test")
    slack.wait_for(lambda: receiver.deliveries or receiver.refusals, what="the test")
    assert not receiver.refusals


def test_a_form_that_is_drawn_late_again_is_not_drawn_over_the_secret(town, casebook, urgent, receiver, slack):
    slack.faults.add(delivery="interactive", kind="duplicate", times=1)
    slack.faults.add(method="views.update", kind="delay", value=0.5, times=1)
    assert not add(town, "Add webhook", "Add a webhook", address=receiver.hook)
    secret_shown(town)
    casebook.desk.replies.close()
    secret_shown(town)


def test_without_a_key_it_is_said_what_an_admin_must_do(town, slack, sqlite_url):
    with running(settings_for(slack, sqlite_url)) as casebook:
        create_project(town, casebook, "OPS", "Operations", town.ops)
        town.ann.command("/case inbox new is:open", channel=town.ops)
        town.ann.modal.fill({"name": "Mine"})
        assert not town.ann.modal.submit().errors
        town.ann.modal.click("PagerDuty and webhooks")
        assert "CASEBOOK_SECRET_KEY" in town.ann.modal.text
        assert "Add webhook" not in town.ann.modal.buttons


def test_an_incident_calls_whoever_is_on_call_until_it_is_over(town, casebook, urgent, pagerduty, slack):
    add(town, "Add PagerDuty", "Add PagerDuty", key=pagerduty.add_service("shop"), label="Shop")
    town.ann.modal.close()
    town.bob.command("/case quick checkout is slow p2 in OPS", channel=town.ops)
    town.bob.command("/case incident OPS-1", channel=town.ops)
    assert "Page" not in town.bob.modal.text
    town.ann.command("/case incident OPS-1", channel=town.ops)
    town.ann.modal.fill({"severity": "SEV1", "commander": town.bob, "pager": "Shop (Urgent)"})
    assert not town.ann.modal.submit().errors
    alert = slack.wait_for(lambda: next((one for one in pagerduty.alerts if one.state == "triggered"), None), what="it")
    assert alert.payload["summary"] == "SEV1 incident OPS-1: checkout is slow"
    assert alert.payload["severity"] == "critical"
    town.bob.command("/case close OPS-1", channel=town.ops)
    slack.wait_for(lambda: alert.state == "resolved", what="the alert to be over")
    assert len(pagerduty.alerts) == 1
