"""The notebook of an investigation: a canvas that begins with what is known, and a paragraph that stays true."""

import pytest

from tests.flows.conftest import running, settings_for


@pytest.fixture
def casebook(town, database_url):
    with running(settings_for(town.slack, database_url)) as casebook:
        yield casebook


@pytest.fixture
def opened(town, project, card):
    town.ann.command("/case quick Checkout is <!channel> *down* [now](http://evil.example) p1 in OPS", channel=town.ops)
    return card("Checkout is")


def start(town, casebook, **where):
    answer = town.ann.command("/case notebook OPS-1", channel=town.ops)
    assert casebook.worker.wait_until_idle(10)
    return answer.shown


def the_canvas(slack):
    (canvas,) = slack.platform.workspace.canvases.values()
    return canvas


def words(canvas):
    return "\n\n".join(canvas.sections.values())


def lines(message):
    return [reply.shown for reply in message.replies]


def test_it_begins_with_what_is_known_and_keeps_one_paragraph_true(town, slack, casebook, opened):
    town.bob.command("/case note OPS-1 the pool is empty", channel=town.ops)
    assert "started an investigation notebook" in start(town, casebook)
    canvas = the_canvas(slack)
    assert canvas.title.startswith("OPS-1 Checkout is")
    assert canvas.access == {town.ops.id: "write"}
    text = words(canvas)
    assert "**Status** Open" in text
    assert "## Findings" in text
    assert "added a note" in text
    assert "<!channel>" not in text
    assert "](http://evil" not in text
    slack.wait_for(lambda: "Notebook" in opened.shown, what="the card to link to it")
    assert [line for line in lines(opened) if "is ready: " in line and canvas.id in line]

    slack.write_in(canvas.id, "It was the **pool**.")
    town.bob.command("/case take OPS-1", channel=town.ops)
    town.bob.command("/case priority OPS-1 p2", channel=town.ops)
    assert casebook.worker.wait_until_idle(10)
    now = words(canvas)
    assert "**Status** In progress" in now
    assert "**Assignee** bob" in now
    assert now.count("Kept up to date by Casebook") == 1
    assert now.endswith("It was the **pool**.")

    assert "It stays as it is" in start(town, casebook) or "nothing" in start(town, casebook).lower()
    assert len(slack.platform.workspace.canvases) == 1


def test_whoever_deletes_the_paragraph_is_left_alone(town, slack, casebook, opened):
    start(town, casebook)
    canvas = the_canvas(slack)
    canvas.sections = {"s1": "All mine."}
    town.bob.command("/case take OPS-1", channel=town.ops)
    assert casebook.worker.wait_until_idle(10)
    assert canvas.sections == {"s1": "All mine."}
    canvas.deleted = True
    town.bob.command("/case close OPS-1", channel=town.ops)
    assert casebook.worker.wait_until_idle(10)
    assert not town.dana.dm()


def test_an_incident_has_it_in_its_channel(town, slack, casebook, opened):
    town.ann.click(opened, "Declare incident")
    town.ann.modal.fill({"severity": "SEV1", "commander": town.bob, "name": "inc-one"})
    assert not town.ann.modal.submit().errors
    channel = slack.wait_for(lambda: slack.channel("inc-one"), what="the channel")
    assert casebook.worker.wait_until_idle(10)
    start(town, casebook)
    assert the_canvas(slack).channel == channel.id


@pytest.mark.parametrize("kind", ["drop_before", "ratelimited", "status"])
def test_it_comes_once_slack_answers(town, slack, casebook, opened, kind):
    value = {"ratelimited": 1, "status": 503}.get(kind)
    slack.faults.add(method="canvases.create", kind=kind, value=value, times=1)
    start(town, casebook)
    slack.wait_for(lambda: [line for line in lines(opened) if "is ready: " in line], what="the notebook", timeout=15)
    assert len(slack.platform.workspace.canvases) == 1


def test_without_canvases_it_is_a_file_in_the_thread(town, slack, casebook, opened):
    slack.faults.add(method="canvases.create", kind="error", value="free_teams_cannot_create_non_tabbed_canvases")
    start(town, casebook)
    (reply,) = [reply for reply in opened.replies if reply.files]
    assert reply.files[0]["name"] == "OPS-1-notebook.md"
    assert "no canvases in this workspace" in reply.text
    assert "Notebook" not in opened.shown


def test_the_same_click_twice_makes_one(town, slack, casebook, opened):
    town.ann.click(opened, "Details")
    slack.faults.add(delivery="interactive", kind="duplicate", times=1)
    town.ann.click(town.ann.modal, "Notebook")
    assert casebook.worker.wait_until_idle(10)
    the_canvas(slack)
