"""A case grows into an incident: its channel, its people, its end, and what may go wrong on the way."""

import pytest

from bot.domain.act import Act
from bot.usecases.verb import record
from tests.flows.conftest import create_project, running, settings_for


@pytest.fixture
def casebook(town, database_url):
    with running(settings_for(town.slack, database_url)) as casebook:
        yield casebook


@pytest.fixture
def grave(town, project, card):
    """OPS-1, a P1 case that Bob has."""
    town.ann.command("/case quick Checkout is down everywhere p1 @bob in OPS", channel=town.ops)
    return card("Checkout is down")


def declare(person, source, **fields):
    person.click(source, "Declare incident")
    return fill(person, **fields)


def fill(person, **fields):
    modal = person.modal
    modal.fill({"severity": "SEV1", **fields})
    answer = modal.submit()
    assert not answer.errors, answer.errors
    return answer


def led_in(slack, casebook, name):
    channel = slack.wait_for(lambda: slack.channel(name), what=f"#{name}")
    assert casebook.worker.wait_until_idle(10)
    return channel


def exists(slack, name):
    try:
        return bool(slack.channel(name))
    except LookupError:
        return False


def our_cards(slack, channel):
    return [message for message in slack.messages(channel) if message.user == slack.bot_user and message.buttons]


def lines(message):
    return [reply.shown for reply in message.replies]


def test_a_case_is_led_in_a_channel_of_its_own_until_it_is_closed(town, slack, casebook, grave):
    assert "Declare incident" in grave.buttons
    town.carol.command("/case watch OPS-1", channel=town.general)
    town.ann.click(grave, "Declare incident")
    modal = town.ann.modal
    assert modal.value("name") == "inc-ops-1-checkout-is-down-everywhere"
    fill(town.ann, commander=town.bob, how=["archive"])

    channel = led_in(slack, casebook, "inc-ops-1-checkout-is-down-everywhere")
    assert {town.ann.id, town.bob.id, town.carol.id} <= set(channel.members)
    assert town.gus.id not in channel.members
    assert channel.topic.startswith("SEV1 OPS-1, led by bob: Checkout is down everywhere")
    assert channel.bookmarks[0]["link"].startswith("http")
    (there,) = our_cards(slack, channel)
    assert "SEV1" in there.shown
    assert "Moved to" not in there.shown
    slack.wait_for(lambda: f"SEV1 in #{channel.name}" in grave.shown, what="the card at home to say where it is led")
    assert any("declared an incident, SEV1, led by bob" in line for line in lines(grave))
    assert "Declare incident" not in grave.buttons

    town.bob.post(channel, "the primary is out of disk", thread=there)
    slack.wait_for(lambda: any("out of disk" in line for line in lines(grave)), what="the note at home")
    town.bob.command("/case close OPS-1", channel=town.ops)
    slack.wait_for(lambda: channel.archived, what="the channel to be archived")
    said = [message.shown for message in slack.messages(channel)]
    assert any("is closed, so this incident is over. This channel is archived now." in words for words in said)
    assert any("closed this case" in line for line in lines(there))
    assert casebook.worker.wait_until_idle(10)
    assert "ended the incident" in town.ann.command("/case timeline OPS-1", channel=town.ops).shown


def test_a_closed_case_that_is_opened_again_is_not_said_to_be_over(town, slack, casebook, grave):
    declare(town.ann, grave, commander=town.bob, name="inc one")
    channel = led_in(slack, casebook, "inc-one")
    casebook.worker.stop()
    town.bob.command("/case close OPS-1", channel=town.ops)
    town.bob.command("/case reopen OPS-1", channel=town.ops)
    casebook.worker.run_until_idle()
    assert not channel.archived
    assert not [message for message in slack.messages(channel) if "is over" in message.shown]
    assert "being led as an incident already" in town.ann.command("/case incident OPS-1", channel=town.ops).shown


def test_a_taken_name_gets_a_number_and_an_archived_one_keeps_its(town, slack, casebook, grave):
    slack.add_channel("war-room", members=[town.ann])
    slack.add_channel("war-room-2", members=[town.ann]).archive()
    declare(town.ann, grave, commander=town.ann, name="#War room")
    led_in(slack, casebook, "war-room-3")


STEPS = ["conversations.create", "conversations.setTopic", "conversations.invite", "bookmarks.add"]


@pytest.mark.parametrize("method", STEPS)
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "ratelimited"])
def test_what_was_begun_goes_on_where_it_was(town, slack, casebook, grave, method, kind):
    slack.faults.add(method=method, kind=kind, value=1 if kind == "ratelimited" else None, times=1)
    declare(town.ann, grave, commander=town.bob, name="inc-one")
    channel = led_in(slack, casebook, "inc-one")
    slack.wait_for(lambda: channel.bookmarks, what="the last step", timeout=15)
    assert casebook.worker.wait_until_idle(10)
    assert {town.ann.id, town.bob.id} <= set(channel.members)
    assert channel.topic
    assert len(our_cards(slack, channel)) == 1
    assert not exists(slack, "inc-one-2")


def test_the_same_click_twice_makes_one_channel(town, slack, casebook, grave):
    town.ann.click(grave, "Declare incident")
    slack.faults.add(delivery="interactive", kind="duplicate", times=1)
    fill(town.ann, commander=town.bob, name="inc-one")
    led_in(slack, casebook, "inc-one")
    assert not exists(slack, "inc-one-2")


def test_of_a_private_project_nobody_else_hears(town, slack, casebook):
    secret = slack.add_channel("secret", members=[town.dana, town.ann], private=True, bot=True)
    create_project(town, casebook, "SEC", "Security", secret)
    town.ann.command("/case quick Somebody is in p1 in SEC", channel=secret)
    town.ann.command("/case incident SEC-1", channel=secret)
    refused = town.ann.modal
    refused.fill({"severity": "SEV2", "commander": town.bob, "name": "inc-sec"})
    assert "has no access to SEC" in refused.submit().errors["commander"]
    refused.fill({"commander": town.dana})
    assert not refused.submit().errors
    channel = led_in(slack, casebook, "inc-sec")
    assert slack.ask(slack.platform.workspace.find_conversation, "inc-sec").kind == "private"
    assert set(channel.members) == {town.ann.id, town.dana.id, slack.bot_user}
    assert our_cards(slack, channel)


def test_a_wrong_name_is_said_under_its_field(town, grave):
    town.ann.click(grave, "Declare incident")
    modal = town.ann.modal
    modal.fill({"severity": "SEV1", "commander": town.bob, "name": "<!channel> ünïcode"})
    assert "letters a–z" in modal.submit().errors["name"]
    modal.fill({"name": "x" * 79})
    assert "up to 76 characters" in modal.submit().errors["name"]


def test_where_channels_may_not_be_made_the_admins_are_told(town, slack, casebook, grave):
    slack.faults.add(method="conversations.create", kind="error", value="restricted_action")
    declare(town.ann, grave, commander=town.bob)
    told = slack.wait_for(
        lambda: next((m for m in town.dana.dm() if "may not create channels" in m.shown), None), what="Dana to be told"
    )
    assert told
    assert casebook.worker.wait_until_idle(10)


def test_a_case_that_moves_into_a_private_project_says_no_more_in_a_public_channel(town, slack, casebook, grave):
    secret = slack.add_channel("secret", members=[town.dana, town.ann, town.bob], private=True, bot=True)
    create_project(town, casebook, "SEC", "Security", secret)
    declare(town.ann, grave, commander=town.bob, name="inc-one")
    channel = led_in(slack, casebook, "inc-one")
    with casebook.db.write() as work:
        case, there = work.cases.by_key("OPS-1", lock=True), work.projects.by_key("SEC", lock=True)
        record(work, case, case.move(Act(town.ann.id, casebook.desk.now(), "test"), there))
    assert casebook.worker.wait_until_idle(10)
    before = [message.shown for message in slack.messages(channel)]
    town.bob.command("/case note SEC-1 the password was hunter2", channel=secret)
    assert casebook.worker.wait_until_idle(10)
    (there,) = [message for message in slack.messages(channel) if "private" in message.shown]
    assert before == [message.shown for message in slack.messages(channel)]
    assert not [line for line in lines(there) if "hunter2" in line]
