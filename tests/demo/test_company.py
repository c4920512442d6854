"""The company is as promised: some forty cases of every kind and age, told without a single refusal."""

import pytest

from bot.demo.history import Stopped
from bot.demo.monitoring import NOW_AND_THEN
from bot.demo.talk import WAITING
from bot.domain.act import Act
from bot.domain.casetype import SECURITY, STANDARD, Group
from bot.domain.facts import Source
from bot.domain.priority import Priority
from bot.usecases import looking


def listed(run, who, query):
    """Keys of the cases that this person finds, all pages of them."""
    act = Act(actor=run.company.people[who].id, at=run.demo.clock.now(), via="command")
    found, page = [], 1
    while True:
        listing = looking.list_cases(run.casebook.db, act, query, page=page)
        found += [case.key for case in listing.cases]
        if len(found) >= listing.total:
            return found
        page += 1


def test_forty_cases_of_every_status_type_and_priority(run):
    everything = listed(run, "dana", "") + listed(run, "dana", "is:archived")
    assert len(set(everything)) >= 40
    assert {key.partition("-")[0] for key in everything} == {"OPS", "SEC"}
    queries = [f'status:"{group.value}"' for group in Group] + [f"type:{name}" for name in (STANDARD, SECURITY)]
    queries += [f"priority:{priority.value.lower()}" for priority in Priority]
    queries += [f'source:"{source.value}"' for source in Source if source != Source.STORM]
    queries += ["is:overdue", "is:archived", "created:<1d", "created:>1d created:<7d", "created:>30d", "team:@sre"]
    assert not [query for query in queries if not listed(run, "dana", query)]


def test_there_are_notes_evidence_relations_and_watchers(run):
    act = Act(actor=run.company.people["dana"].id, at=run.demo.clock.now(), via="command")
    seen = [looking.show_details(run.casebook.db, act, key) for key in listed(run, "dana", "")]
    assert any(details.evidence for details in seen)
    assert any(details.relations for details in seen)
    assert any(details.timeline.notes for details in seen)
    assert any(details.case.watchers for details in seen)
    assert any(len(details.timeline.entries) > 5 for details in seen)


def test_who_is_not_in_the_private_channel_sees_nothing_of_its_project(run):
    assert {key.partition("-")[0] for key in listed(run, "ann", "")} == {"OPS"}
    assert "security" not in [channel.get("name") for channel in state(run, "ann")["channels"]]


def state(run, who):
    from bot.sandbox import seen

    return run.demo.slack.ask(seen.overview, run.demo.slack.platform, run.company.people[who].id)


def test_the_first_person_has_something_to_do(run):
    first = next(person for person in state(run, "ann")["people"] if not person["is_bot"])
    assert first["name"] == "ann"
    home = run.company.people["ann"].open_home().text
    assert "Assigned to me (3)" in home
    assert "overdue" in home


def test_the_greeting_is_the_last_word_in_general_and_leads_on(run):
    slack, channels = run.demo.slack, run.company.channels
    greeting = slack.messages(channels["general"])[-1]
    assert run.company.people["dana"].id == greeting.user
    for words in ("/case", "#alerts", "Escalate to a case", "#ops", "Take", "thread", "Home", "top right"):
        assert words in greeting.shown
    assert greeting.pings == []


def test_there_are_alerts_that_nobody_has_escalated(run):
    alerts = run.demo.slack.messages(run.company.channels["alerts"])
    untouched = [message for message in alerts if message.bot_id and not message.replies]
    assert len(untouched) == sum(channel == "alerts" for _, channel, _ in WAITING)


def alert_case(run, title):
    """The newest case with this title, as Ann sees it."""
    act = Act(actor=run.company.people["ann"].id, at=run.demo.clock.now(), via="command")
    return looking.show_case(run.casebook.db, act, listed(run, "ann", f'title:"{title}" sort:-created')[0])


def test_alerts_have_become_cases_by_themselves(run):
    """From a watched channel and over HTTP: one goes on, two are over, each has repeated."""
    found = [alert_case(run, title) for title in ("Memory of search-2", "Invoices wait", "nodes of inventory")]
    assert [(case.is_open, case.alert.repeats, case.alert.label) for case in found] == [
        (False, 2, "Datadog"), (True, 3, "Datadog"), (False, 1, "Alertmanager"),
    ]  # fmt: skip
    assert [case.attributes["service"] for case in found] == ["search", "invoices", "inventory"]
    cards = [message.shown for message in run.demo.slack.messages(run.company.channels["ops"])]
    assert any("came 3 more times" in card and "last seen" in card for card in cards)


def test_alerts_go_on_in_both_ways(run, monkeypatch):
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) > len(NOW_AND_THEN):
            raise Stopped

    monkeypatch.setattr(run.demo, "wait", wait)
    with pytest.raises(Stopped):
        run.demo.live()
    node = alert_case(run, "nodes of inventory")
    assert (node.is_open, node.alert.repeats) == (False, 1)
    run.demo.slack.wait_for(lambda: not alert_case(run, "Invoices wait").is_open, what="the recovery to end its case")
    assert alert_case(run, "Invoices wait").alert.repeats == 4


def test_the_past_is_in_order(run):
    for channel in run.company.channels.values():
        stamps = [float(message.ts) for message in run.demo.slack.messages(channel)]
        assert stamps == sorted(stamps)
        assert stamps[-1] <= run.demo.clock.seconds()
        assert stamps[-1] - stamps[0] > 3600
    run.nothing_went_wrong()


def test_people_talk_beside_their_cases(run):
    people = {person.id for person in run.company.people.values()}
    for name in ("general", "ops", "alerts", "security"):
        assert any(message.user in people for message in run.demo.slack.messages(run.company.channels[name]))
