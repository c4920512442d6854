"""Alerts as bots post them, and the forms and cards of alerts at their largest and smallest."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.intake import POSTING, SENDING, AlertState, Hook, KnownAlert, System, Watch
from bot.domain.project import Channel
from bot.domain.reading import Details, Intake, Preview, StormPage, TimelinePage
from bot.domain.storm import Storm
from bot.views.alert_posts import post_of, read_alert
from bot.views.cards import card_message
from bot.views.details import details_view
from bot.views.forms import intake as forms
from bot.views.forms.projects import project_form
from bot.views.storms import alerts_view
from tests.views import messages, samples
from tests.views.filling import sent
from tests.views.samples import NOW, fits_message, fits_modal, shown

LONG = "<!channel> *&<>*`_~ \u202e👩‍👩‍👧‍👦 x" * 200


def known(text: str = "CPU is high", **over: Any) -> KnownAlert:
    values: dict[str, Any] = {
        "id": 1, "project_id": 1, "source": "datadog", "key": "k", "is_current": True, "case_id": 12,
        "state": "triggered", "name": text[:200], "link": "https://app.datadoghq.eu/monitors/1", "tags": {},
        "repeats": 0, "cycle": "", "first_at": NOW, "last_at": NOW, "moved_at": NOW, "moves": 0, "moves_since": NOW,
        "is_stale": False,
    }  # fmt: skip
    return KnownAlert(**(values | over))


def watch(**over: Any) -> Watch:
    values: dict[str, Any] = {
        "id": 1, "project_id": 1, "channel": "C0ALERTS", "systems": [], "words": "", "any_word": False, "tags": {},
        "query": "", "resolves": True, "reopen_minutes": 60, "most_cases": 50, "changed_by": "U0DANA",
        "changed_at": NOW,
    }  # fmt: skip
    return Watch(**(values | over))


def hook(source: System = System.DATADOG, **over: Any) -> Hook:
    values: dict[str, Any] = {
        "id": 1, "project_id": 1, "source": source.value, "token_hash": "h", "sealed": None, "resolves": False,
        "reopen_minutes": 0, "most_cases": 200, "changed_by": "U0DANA", "changed_at": NOW,
    }  # fmt: skip
    return Hook(**(values | over))


def storm(**over: Any) -> Storm:
    values: dict[str, Any] = {
        "id": 1, "case_id": 12, "intake": "hook/1", "is_raging": True, "label": "Datadog", "most": 50, "resolves": True,
        "priority": "none", "began_at": NOW, "ended_at": None, "recovered_at": None, "kinds": 1530, "recovered": 1200,
        "repeats": 9999, "last_at": NOW,
    }  # fmt: skip
    return Storm(**(values | over))


def full_watch() -> Watch:
    tags = {f"{'n' * 38}{number:02}": LONG[:200] for number in range(20)}
    return watch(systems=[one.value for one in POSTING], words=LONG[:200], any_word=True, tags=tags, query=LONG[:2000])


def intake(watches: list[Watch] | None = None, hooks: list[Hook] | None = None) -> Intake:
    lost = Channel(id="C0ALERTS", name="alerts", is_private=True, is_archived=False, is_member=False, mirrored_at=NOW)
    seen = {"datadog": NOW - timedelta(minutes=5)}
    return Intake(samples.project(), watches or [], hooks or [], {"C0ALERTS": lost}, seen, {1: LONG})


CPU = "datadog | monitor/12345678/host:web-1 | triggered | CPU usage is high on host:web-1 | host:web-1"


# source | key | state | title | tags
@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (messages.DATADOG_A, CPU),
        (messages.DATADOG_B, CPU),
        (messages.DATADOG_C, "datadog | signal/AQAAAX | triggered | Brute force login on checkout | severity:high"),
        (messages.DATADOG_D, "datadog | page/52486 | recovered | Page #52486: Checkout is down |"),
        (messages.DATADOG_E, "datadog | monitor/12345678/ | warning | disk is filling |"),
        (messages.ALERTMANAGER, "alertmanager | title/higherr | triggered | HighErr (critical) | instance:web-1"),
        (messages.SENTRY, "sentry | issue/4242 | triggered | TypeError |"),
    ],
)
def test_the_forms_in_which_bots_post(message: dict[str, Any], wanted: str) -> None:
    event = {**message, "channel": "C1"}
    assert post_of(event, "U0CASEBOOK") == event
    found = read_alert(event, event)
    assert found
    alert, post = found
    tags = " ".join(f"{name}:{value}" for name, value in alert.tags.items())
    assert " | ".join([alert.source, alert.key, alert.state, alert.title, tags]).strip() == wanted
    assert post.channel == "C1"


@pytest.mark.parametrize(
    ("title", "state", "said"),
    [
        ("Recovered: disk", "recovered", "disk"),
        ("Re-Triggered on {host:a}: disk", "triggered", "disk"),
        ("[RESOLVED] disk", "recovered", "disk"),
        ("[Alerting] disk", "triggered", "disk"),
        ("[OK] disk", "recovered", "disk"),
        ("No data: disk", "no data", "disk"),
        ("Okay then: disk", "triggered", "Okay then: disk"),
        ("Resolved:", "triggered", "Resolved:"),
    ],
)
def test_titles_that_begin_with_a_state(title: str, state: str, said: str) -> None:
    event = messages.bot(username="Grafana", channel="C1", attachments=[{"title": title}])
    found = read_alert(event, event)
    assert found
    assert (found[0].state, found[0].title) == (state, said)


@pytest.mark.parametrize(
    "event",
    [
        messages.PERSON,
        messages.FILE,
        {**messages.DATADOG_B, "user": "U0CASEBOOK"},
        {**messages.DATADOG_A, "thread_ts": "1.1"},
        {"subtype": "message_deleted", "previous_message": messages.DATADOG_A},
        {**messages.DATADOG_A, "subtype": "bot_add"},
        {"subtype": "message_changed", "message": messages.PERSON},
        {"subtype": "message_changed"},
    ],
)
def test_what_is_no_post_of_another_bot(event: dict[str, Any]) -> None:
    assert post_of(event, "U0CASEBOOK") is None


def test_a_changed_post_counts_only_as_an_end() -> None:
    ended = {**messages.ALERTMANAGER, "attachments": [{"title": "[RESOLVED] HighErr (critical)"}]}
    for message, is_heard in ((messages.ALERTMANAGER, False), (ended, True)):
        event = {"subtype": "message_changed", "channel": "C1", "event_ts": "1787891700.1", "message": message}
        post = post_of(event, "U0CASEBOOK")
        assert post
        assert bool(read_alert(event, post)) == is_heard


@pytest.mark.parametrize("text", ["CPU", LONG], ids=["small", "large"])
@pytest.mark.parametrize("state", AlertState)
@pytest.mark.parametrize("source", System)
def test_cards_and_details_of_alerts(text: str, state: AlertState, source: System) -> None:
    tags = {f"tag{number}": text[:200] for number in range(20)}
    case = samples.huge_case(text) if text == LONG else samples.case(source="monitor")
    case.source, case.alert = "monitor", known(text, state=state.value, source=source.value, repeats=9999, tags=tags)
    message = card_message(case, workspace=samples.WORKSPACE, now=NOW)
    fits_message(message)
    assert "came 9,999 more times, last seen" in shown(message).replace("\n", "")
    found = Details(case, (), (), TimelinePage(case, (), {}, {}, 1, has_next=False), is_watching=False)
    fits_modal(details_view(found, samples.WORKSPACE, now=NOW))


@pytest.mark.parametrize("text", ["CPU", LONG], ids=["small", "large"])
@pytest.mark.parametrize("over", [None, NOW], ids=["raging", "over"])
def test_cards_and_details_of_storms(text: str, over: datetime | None) -> None:
    case = samples.huge_case(text) if text == LONG else samples.case(source="alert storm")
    case.source, case.storm = "alert storm", storm(label=f"#{text[:80]}", ended_at=over)
    message = card_message(case, workspace=samples.WORKSPACE, now=NOW)
    fits_message(message)
    said = shown(message).replace("\n", "")
    assert "1,530 more kinds of alerts from" in said
    assert "1,200 recovered, came 9,999 more times, last seen" in said
    assert ("The storm was over" in said) == bool(over)
    alerts = [known(text, link=f"https://example.com/{'x' * 1900}", repeats=number) for number in range(25)]
    found = StormPage(case, alerts, page=2, has_next=True)
    timeline = TimelinePage(case, (), {}, {}, 1, has_next=False)
    fits_modal(
        details_view(Details(case, (), (), timeline, is_watching=False, storm=found), samples.WORKSPACE, now=NOW)
    )
    listed = alerts_view(found, samples.WORKSPACE)
    fits_modal(listed)
    assert shown(listed).count("is triggered") == 25
    fits_modal(alerts_view(StormPage(case, [], page=9, has_next=False), samples.WORKSPACE))


@pytest.mark.parametrize("there", [None, watch(), full_watch()], ids=["new", "small", "large"])
def test_the_form_to_watch_a_channel(there: Watch | None) -> None:
    view = forms.watch_form([samples.project()], there, "C0ALERTS", Preview(there.query if there else ""))
    fits_modal(view)
    filled = forms.read_watch(sent(view, project="OPS"))
    assert (filled.channel, filled.project, filled.reopen_minutes, filled.resolves) == ("C0ALERTS", "OPS", 60, True)
    assert filled.most_cases == 50
    assert filled.systems == tuple(there.systems if there else ())


FULL = intake([full_watch()] * 40, [hook(one) for one in SENDING])


@pytest.mark.parametrize("found", [intake(), intake([watch()], [hook()]), FULL], ids=["nothing", "small", "large"])
def test_where_alerts_come_from(found: Intake) -> None:
    fits_modal(project_form(found.project, below=forms.intake_blocks(found, NOW)))
    fits_modal(forms.hooks_view(found, NOW))
    for one in found.watches[:1]:
        fits_modal(forms.watching_view(found, one))


@pytest.mark.parametrize("source", SENDING)
def test_an_address_is_shown_with_where_it_goes(source: System) -> None:
    for found in (intake(), intake(hooks=[hook(source)]), intake(hooks=[hook(source, sealed="x", resolves=True)])):
        view = forms.hook_form(found, source, "t0ken")
        fits_modal(view)
        filled = forms.read_hook(sent(view))
        assert (filled.project, filled.source, filled.token, filled.replace) == ("OPS", source, "t0ken", False)
    issued = forms.issued_view(samples.project(), hook(source), "t" * 32, "https://casebook.example")
    fits_modal(issued)
    assert f"https://casebook.example/hooks/{source.value}/{'t' * 32}" in shown(issued)
    fits_modal(forms.issued_view(samples.project(), hook(source), "t" * 32, ""))
