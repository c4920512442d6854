"""Alerts over HTTP: each source's own way to send, told to the project that gave out the address."""

import pytest

from bot.sandbox import Alarms
from bot.vault import new_key
from tests.flows.conftest import running, settings_for

SECRET = "a client secret"


@pytest.fixture
def casebook(town, database_url):
    settings = settings_for(
        town.slack, database_url, CASEBOOK_SECRET_KEY=new_key(), CASEBOOK_URL="https://casebook.example/"
    )
    with running(settings) as casebook:
        yield casebook


@pytest.fixture
def hook(town, casebook, project):
    """An address for a source, made by Dana; ``hook("datadog")`` sends to it."""

    def made(source, secret="", **filled):
        alarms = Alarms(local(casebook, make(town, source, secret=secret, **filled)), secret)
        town.dana.modal.close(everything=True)
        return alarms

    return made


def make(town, source, **filled):
    """The address that is shown."""
    assert not town.dana.command("/case project hooks OPS", channel=town.general).error
    town.dana.modal.click("project.hook", value=f"OPS/{source}")
    town.slack.wait_for(lambda: town.dana.modal.title == "Alerts over HTTP", what="the form")
    town.dana.modal.fill({name: value for name, value in filled.items() if value or name != "secret"})
    assert not town.dana.modal.submit().errors
    return address(town)


def address(town):
    return next(line.strip("` ") for line in town.dana.modal.text.splitlines() if "/hooks/" in line)


def local(casebook, url):
    """Where that address is here."""
    assert url.startswith("https://casebook.example/hooks/")
    return url.replace("https://casebook.example", f"http://127.0.0.1:{casebook.server.port}")


def test_datadog_opens_counts_resolves_and_reopens(town, casebook, hook, card, slack):
    datadog = hook("datadog")
    assert datadog.datadog("CPU is high on web-1").did == ["opened"]
    posted = card("OPS-1")
    assert "Monitor by Datadog: CPU is high on web-1 is triggered" in posted.shown
    for fact in ("P2 High", "prod", "web"):
        assert fact in posted.shown
    assert datadog.datadog("CPU is high on web-1", "Re-Triggered").did == ["counted"]
    assert datadog.datadog("CPU is high on web-1", "Recovered").did == ["resolved"]
    slack.wait_for(lambda: "has recovered, came 1 more time" in posted.shown, what="the card to say so")
    again = datadog.datadog("CPU is high on web-1", cycle="8")
    assert (again.did, again.cases) == (["reopened"], ["OPS-1"])
    late = datadog.datadog("CPU is high on web-1", "Recovered", cycle="7")
    assert late.did == ["nothing to do"]
    town.bob.click(posted, "Details")
    assert "Tags: team: sre" in town.bob.modal.text


def test_a_security_signal_is_a_security_case(town, hook, card):
    datadog = hook("datadog")
    body = {"signal_id": "AAAAA-1", "rule": "Brute force", "severity": "high", "title": "Brute force by root"}
    assert datadog.datadog("x", **body).did == ["opened"]
    posted = card("Brute force by root")
    assert "Security signal by Datadog: Brute force is triggered" in posted.shown
    assert "P2 High" in posted.shown


def test_alertmanager_sends_a_group(town, hook, card, slack):
    am = hook("alertmanager")
    assert am.alertmanager("HighErr").did == ["opened"]
    assert am.alertmanager("HighErr").did == ["counted"]
    posted = card("HighErr on web-1")
    assert "P1 Critical" in posted.shown
    assert am.alertmanager("HighErr", "resolved").did == ["resolved"]
    assert am.alertmanager("HighErr").did == ["nothing to do"]  # the same beginning, told late
    assert am.alertmanager("Other", "resolved").did == ["nothing to do"]


@pytest.mark.parametrize("source", ["sentry", "pagerduty"])
def test_what_is_signed_is_taken_once_and_nothing_else_is(source, town, casebook, hook, card):
    alarms = hook(source, SECRET)
    tell = getattr(alarms, source)
    over = {"sentry": "resolved", "pagerduty": "incident.resolved"}[source]
    assert tell("Checkout is down").did == ["opened"]
    card("Checkout is down")
    forger = Alarms(alarms.url, "another secret")
    refused = getattr(forger, source)("Forged")
    assert refused.status == 401
    assert "not signed with the secret" in refused.text
    assert Alarms(alarms.url).send({"title": "x"}).status == 401
    assert tell("Checkout is down", over).did == ["resolved"]
    replay = Alarms(alarms.url, SECRET)  # whose deliveries have the first one's names
    assert getattr(replay, source)("Checkout is down").did == ["nothing to do"]
    assert "1 case" in town.bob.command("/case list is:closed", channel=town.ops).shown


def test_a_secret_is_entered_later_and_nothing_is_taken_before(town, casebook, hook):
    alarms = hook("sentry")
    refused = alarms.sentry("TypeError")
    assert refused.status == 401
    assert "/case project hooks" in refused.text
    town.dana.command("/case project hooks OPS", channel=town.general)
    assert "Its secret is missing" in town.dana.modal.text
    town.dana.modal.click("project.hook", value="OPS/sentry")
    town.slack.wait_for(lambda: town.dana.modal.title == "Alerts over HTTP", what="the form")
    town.dana.modal.fill({"secret": SECRET})
    assert not town.dana.modal.submit().errors
    assert "Its secret is kept" in town.dana.modal.text
    alarms.secret = SECRET
    assert alarms.sentry("TypeError").did == ["opened"]


def test_generic_json_as_the_readme_has_it(town, hook, card):
    generic = hook("generic")
    both = generic.send([{"key": "a", "title": "Disk is full"}, {"key": "b", "title": "Backup failed"}])
    assert both.did == ["opened", "opened"]
    assert generic.generic("a", "Disk is full", id="once").did == ["counted"]
    assert generic.generic("a", "Disk is full", id="once").did == ["nothing to do"]
    wrong = generic.send({"title": "no key"})
    assert wrong.status == 400
    assert '{"key": "disk/web-1"' in wrong.text
    shouted = generic.generic("c", "<!channel> *bold* <https://evil.example|click>", text="&lt;!here&gt; `x`\n" * 500)
    assert shouted.did == ["opened"]
    posted = card("bold")
    assert posted.pings == []


def test_whoever_has_no_token_learns_nothing(town, casebook, hook):
    generic = hook("generic")
    elsewhere = Alarms(generic.url.replace("/generic/", "/datadog/"))
    nothing = Alarms(f"http://127.0.0.1:{casebook.server.port}/hooks/generic/{'x' * 32}")
    nowhere = Alarms(f"http://127.0.0.1:{casebook.server.port}/nothing")
    answers = {(one.generic("a", "b").status, one.generic("a", "b").text) for one in (elsewhere, nothing, nowhere)}
    assert answers == {(404, "There is nothing here.\n")}
    assert generic.post(b"", {}, "GET").status == 405
    assert generic.post(b"{", {}).status == 400
    assert generic.post(b"[" * 5000, {}).status == 400


def test_a_replaced_or_removed_address_stops_working(town, casebook, hook):
    first = hook("generic")
    second = Alarms(
        local(casebook, make(town, "generic", replace=["Make a new address; the present one stops working"]))
    )
    town.dana.modal.close(everything=True)
    assert first.generic("a", "b").status == 404
    assert second.generic("a", "b").did == ["opened"]
    town.dana.command("/case project hooks OPS", channel=town.general)
    assert second.url.rpartition("/")[2] not in town.dana.modal.text
    assert "Last alert less than a minute ago" in town.dana.modal.text
    town.dana.modal.click("project.hook.remove")
    town.slack.wait_for(lambda: "Last alert" not in town.dana.modal.text, what="the address to be gone")
    assert second.generic("a", "b").status == 404


def test_the_same_form_twice_shows_the_address_that_works(town, casebook, project, slack):
    slack.faults.add(delivery="interactive", kind="duplicate", times=2)
    alarms = Alarms(local(casebook, make(town, "generic")))
    assert alarms.generic("a", "b").did == ["opened"]
