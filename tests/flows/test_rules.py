"""Rules as people live with them: made in a form, fired by what people do and by the clock, looked after in a list."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.usecases.rule_running import wake_rules
from bot.wiring import build
from tests.flows.conftest import create_project, settings_for
from tests.flows.inboxes import post_in

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Clock:
    """It goes like any other, from whatever it is set to."""

    def __init__(self):
        self.set(0)

    def set(self, minutes):
        self.start = MONDAY + timedelta(minutes=minutes)
        self.since = time.monotonic()

    def __call__(self):
        return self.start + timedelta(seconds=time.monotonic() - self.since)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def casebook(town, database_url, clock):
    casebook = build(settings_for(town.slack, database_url), clock=clock)
    casebook.start()
    yield casebook
    casebook.stop()


@pytest.fixture
def project(town, casebook):
    create_project(town, casebook, "OPS", "Operations", town.ops)


def choose(person, slack, action, value, field):
    """Something in the form that brings a field with it."""
    person.choose(person.modal, action, value)
    slack.wait_for(lambda: has(person.modal, field), what=f"the field {field}")


def has(modal, field):
    return any(block.get("block_id") == field for block in modal.blocks)


def saved(person):
    answer = person.modal.submit()
    assert not answer.errors, answer.errors
    words = person.modal.text
    person.modal.close()
    return words.replace("*", "")


def lines(card):
    return [reply.shown for reply in card.replies]


def at(casebook, clock, minutes):
    clock.set(minutes)
    wake_rules(casebook.db, clock())
    assert casebook.worker.wait_until_idle(10)


def test_a_p1_case_goes_to_the_next_in_turn_who_is_told(town, casebook, project, slack, card):
    town.bob.command("/case quick an old one p1 in OPS", channel=town.ops)
    assert "Only Casebook's admins" in town.bob.command("/case rule", channel=town.ops).shown
    town.dana.command("/case rule new", channel=town.ops)
    form = town.dana.modal
    assert form.title == "New rule"
    choose(town.dana, slack, "rule.then/0", "Assign it to the next of a team in turn", "then0/turn")
    choose(town.dana, slack, "rule.then/1", "Tell a channel", "then1/channel")
    form = town.dana.modal
    form.fill({
        "name": "Page <!channel> *SRE*", "query": "priority:P1", "then0/turn": "@sre", "then1/channel": town.general,
        "then1/channel/text": "<!channel> all hands",
    })  # fmt: skip
    town.dana.modal.click("Try it on past cases")
    slack.wait_for(lambda: "for 1 of the 1 case" in town.dana.modal.text.replace("*", ""), what="what the trial found")
    assert "OPS-1" in town.dana.modal.text
    done = saved(town.dana)
    assert "assign it to the next of @sre in turn; tell #general" in done

    members = sorted([town.ann, town.bob], key=lambda person: person.id)
    for number, person in enumerate([*members, members[0]], 2):
        town.carol.command(f"/case quick checkout {number} is down p1 in OPS", channel=town.general)
        there = card(f"checkout {number}")
        slack.wait_for(lambda there=there, person=person: person.name in there.shown, what="the card to say who has it")
        words = f"Rule “Page @channel SRE” assigned this case to {person.name}"
        slack.wait_for(lambda there=there, words=words: words in lines(there), what="the line in the thread")
        assert not any(reply.pings for reply in there.replies)
        said = post_in(town, town.general, f"checkout {number}")
        assert "all hands" in said.shown
        assert not said.pings
        wanted = f"checkout {number}"
        slack.wait_for(
            lambda person=person, wanted=wanted: any(wanted in m.shown for m in person.dm()), what="a direct message"
        )
    assert "Rule “Page" in town.ann.command("/case timeline OPS-2", channel=town.ops).shown
    listed = town.dana.command("/case rule OPS", channel=town.ops)
    assert "Fired 3 times" in listed.shown
    assert set(listed.message.pings) <= {town.dana.id}
    town.dana.click(listed, "Switch off")
    slack.wait_for(lambda: any("Switch on" in m.buttons for m in town.dana.messages(town.ops)), what="the list anew")
    town.carol.command("/case quick a quiet one p1 in OPS", channel=town.general)
    assert "nobody" in card("a quiet one").shown.casefold() or "Take" in card("a quiet one").buttons
    assert not [line for line in lines(card("a quiet one")) if "Rule" in line]


def test_what_is_not_taken_in_time_is_warned_of_and_then_missed(town, casebook, project, slack, card, clock):
    town.dana.command("/case rule new OPS", channel=town.general)
    choose(town.dana, slack, "rule.when", "Nobody takes it in time (service level)", "level/P1")
    choose(town.dana, slack, "rule.then/0", "Tell a channel", "then0/channel")
    town.dana.modal.fill({"name": "First answer", "level/P1": "30 minutes", "then0/channel": town.general})
    assert "not taken in working time (P1 Critical 30 minutes)" in saved(town.dana)
    clock.set(0)
    town.carol.command("/case quick login fails p1 in OPS", channel=town.general)
    there = card("login fails")
    at(casebook, clock, 23)
    assert lines(there) == []
    at(casebook, clock, 25)
    warned = "Rule “First answer” warned that this case is to be taken by 23 Nov 2026, 10:30 UTC"
    slack.wait_for(lambda: lines(there) == [warned], what="the warning")
    at(casebook, clock, 26)
    at(casebook, clock, 31)
    missed = "Rule “First answer” noted that this case was not taken in time: it was due by 23 Nov 2026, 10:30 UTC"
    slack.wait_for(lambda: lines(there) == [warned, missed], what="the breach")
    assert "nobody has taken it in time" in post_in(town, town.general, "login fails").shown
    at(casebook, clock, 600)
    assert lines(there) == [warned, missed]
    assert missed in town.ann.command("/case timeline OPS-1", channel=town.ops).shown


def test_a_rule_is_edited_and_deleted_from_the_menu(town, casebook, project, slack):
    town.dana.command("/case", channel=town.ops)
    town.dana.modal.click("Rules")
    assert "There is no rule yet." in town.dana.modal.text
    town.dana.modal.click("New rule")
    refused = town.dana.modal.submit()
    assert refused.errors
    choose(town.dana, slack, "rule.then/0", "Set the priority", "then0/priority")
    town.dana.modal.fill({"name": "Calm down", "then0/priority": "P4 Low", "query": "priority:P9"})
    assert town.dana.modal.submit().errors
    town.dana.modal.fill({"query": ""})
    assert "set the priority to P4 Low" in saved(town.dana)
    listed = town.dana.command("/case rule", channel=town.ops)
    town.dana.click(listed, "Edit")
    form = town.dana.modal
    assert (form.title, form.value("name"), form.value("then0/priority")) == ("Edit rule", "Calm down", "P4")
    form.fill({"name": "Calm"})
    assert "Rule Calm of OPS is saved." in saved(town.dana)
    town.dana.click(listed, "Delete")
    slack.wait_for(
        lambda: any("There is no rule yet." in m.shown for m in town.dana.messages(town.ops)), what="an empty list"
    )


def test_a_grave_case_becomes_an_incident_by_itself(town, casebook, project, slack, card):
    town.dana.command("/case rule new OPS", channel=town.general)
    choose(town.dana, slack, "rule.then/0", "Declare an incident", "then0/incident")
    town.dana.modal.fill({"name": "War room", "query": "priority:P1", "then0/incident": "SEV1"})
    saved(town.dana)
    town.carol.command("/case quick login fails p1 @bob in OPS", channel=town.general)
    there = card("login fails")
    channel = slack.wait_for(lambda: slack.channel("inc-ops-1-login-fails"), what="the channel")
    slack.wait_for(lambda: town.bob.id in channel.members, what="Bob to be asked in")
    assert any("Rule “War room” declared an incident, SEV1, led by bob" in line for line in lines(there))
    assert casebook.worker.wait_until_idle(10)
    assert "Fired 1 time" in town.dana.command("/case rule OPS", channel=town.ops).shown
