"""A case and its ticket, as people live with both: a local Jira or ServiceNow over the wire, and either side moves when
the other one does. The clock can be moved."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.entry import Kind
from bot.domain.link import Health
from bot.domain.ticket import Part, Partner
from bot.sandbox import LocalJira, LocalServiceNow
from bot.sandbox.slack import LocalSlack
from bot.wiring import Casebook, build, ticketing_of
from tests.flows.conftest import MANIFEST, Clock, Town, create_project, settings_for
from tests.flows.partners import DONE, OPEN, WORKING, JiraSide, ServiceNowSide, Side
from tests.flows.story import SOON, Mortal, Story


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[LocalSlack]:
    with LocalSlack(manifest=MANIFEST, now=clock.seconds) as local:
        yield local
        assert not local.refusals, f"Slack refused: {local.refusals}"


@pytest.fixture(params=["jira", "servicenow"])
def side(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Side]:
    if request.param == "jira":
        with LocalJira(now=clock.seconds) as jira:
            yield founded(JiraSide(jira))
    else:
        with LocalServiceNow(now=clock.seconds) as servicenow:
            yield founded(ServiceNowSide(servicenow))


def founded(side: Side) -> Side:
    side.found()
    return side


@pytest.fixture
def deadly() -> set[str]:
    """What nobody survives, the next time."""
    return set()


@pytest.fixture
def casebook(town: Town, side: Side, clock: Clock, deadly: set[str], sqlite_url: str) -> Iterator[Casebook]:
    town.bob.change(email="bob@example.com")
    settings = settings_for(town.slack, sqlite_url, **side.settings)
    known = ticketing_of(settings, clock.now)
    mortal = {
        name: Partner(partner.system, lambda partner=partner: Mortal(partner.make(), deadly))  # type: ignore[misc]
        for name, partner in known.items()
    }
    found = build(settings, clock=clock.now, ticketing=mortal)
    found.start()
    try:
        create_project(town, found, "OPS", "Operations", town.ops)
        yield found
    finally:
        found.stop()


@pytest.fixture
def story(town: Town, casebook: Casebook, side: Side, clock: Clock, card: Callable[[str], Any]) -> Story:
    town.ann.command("/case quick the cart is slow p2 in OPS", channel=town.ops)
    return Story(town, casebook, side, clock, card("the cart is slow"))


def ask_for_one(story: Story) -> None:
    """By the form."""
    story.town.ann.click(story.card, "Link ticket")
    modal = story.town.ann.modal

    def offered(name: str, choice: str) -> None:
        story.until(lambda: choice in options(modal, name), f"the choice of {choice}")

    story.side.fill_form(modal, offered)
    story.until(lambda: "come from the case" in modal.text, "the rest of the form")
    answer = modal.submit()
    assert not answer.errors, answer.errors


def options(modal: Any, name: str) -> list[str]:
    blocks = [block for block in modal.blocks if block.get("block_id") == name]
    return [one["text"]["text"] for block in blocks for one in block["element"].get("options", ())]


def edit(story: Story, **fields: str) -> None:
    story.bob("edit OPS-1")
    story.town.bob.modal.fill(fields)
    assert not story.town.bob.modal.submit().errors


def test_ann_creates_one_and_what_happens_here_happens_there(story: Story, side: Side) -> None:
    side.call(story.casebook.server.port)
    story.both_ways()
    ask_for_one(story)
    story.in_step()
    (key,) = side.keys()
    first = {"title": "the cart is slow", "description": "", "status": side.words[OPEN], "assignee": ""}
    assert story.there() == first | {"priority": side.priorities["P2"]}
    assert side.mark(key) == story.ticket.wanted["mark"]
    assert f"{side.label} {key} the cart is slow · {side.words[OPEN]} · nobody has it · in step" in story.card.shown

    story.bob("note OPS-1 the disk is full")
    edit(story, Title="the cart stands still", Description="since noon")
    story.bob("priority OPS-1 p1")
    story.bob("take OPS-1")
    story.bob("note OPS-1 it is the database")
    then = {"title": "the cart stands still", "description": "since noon", "assignee": "bob"}
    wanted = then | {"status": side.words[WORKING], "priority": side.priorities["P1"]}
    story.becomes(story.there, wanted)
    story.in_step()
    assert side.said(key) == ["bob in Slack, OPS-1: the disk is full", "bob in Slack, OPS-1: it is the database"]

    story.bob("close OPS-1 resolved")
    story.until(lambda: story.there()["status"] == side.closed_by_us, "the ticket to be closed")
    story.bob("reopen OPS-1")
    story.until(lambda: story.there()["status"] in {side.words[OPEN], side.words[WORKING]}, "it to be open again")
    story.in_step()
    nothing_came_back(story, side)

    story.bob(f"unlink OPS-1 {key}")
    story.until(lambda: not side.mark(key), "the mark to be taken off")
    before, group = side.fields(key), story.case.group
    story.bob("priority OPS-1 p4")
    side.set(key, Part.STATUS, DONE)
    assert story.casebook.worker.wait_until_idle(SOON)
    assert side.fields(key) == before | {"status": side.words[DONE]}
    assert (story.case.group, story.case.priority) == (group, "P4")


def nothing_came_back(story: Story, side: Side) -> None:
    """Casebook was called about each of its own doings, and did nothing about it."""
    story.until(lambda: side.told >= 7, "the calls about our own doings")
    assert story.casebook.worker.wait_until_idle(SOON)
    from_there = [entry.kind for entry in story.timeline() if entry.via == side.name]
    assert from_there == [Kind.TICKET_CREATED]


@pytest.mark.parametrize("way", ["called", "asking"])
def test_what_happens_there_happens_here(story: Story, side: Side, way: str) -> None:
    """``called``: by webhook, and linked by key; ``asking``: by polling, and linked by address."""
    key = side.make("the cart again")
    if way == "called":
        side.call(story.casebook.server.port)
        story.link(key)
    else:
        story.link(side.address(key))
    story.both_ways()
    assert (story.case.title, story.there()["title"]) == ("the cart is slow", "the cart again"), "each as it was"
    before = story.writes()

    def heard(look: Callable[[], Any], wanted: Any) -> None:
        if way == "asking":
            story.poll()
        story.becomes(look, wanted)

    for part, value in {
        Part.TITLE: "the till is slow", Part.DESCRIPTION: "says a customer", Part.PRIORITY: "P1",
        Part.STATUS: WORKING, Part.ASSIGNEE: "bob",
    }.items():  # fmt: skip
        side.set(key, part, value)
    side.say(key, "I look into it")
    story.clock.ahead += timedelta(seconds=1)  # ServiceNow's times are no finer
    side.say(key, "So do I", by="bob")
    heard(story.here, {
        "title": "the till is slow", "description": "says a customer", "priority": "P1", "status": "In progress",
        "assignee": story.town.bob.id, "notes": [f"Mia ({side.label}): I look into it", "So do I"],
    })  # fmt: skip

    side.set(key, Part.STATUS, DONE)
    heard(lambda: story.case.group, "closed")
    side.set(key, Part.STATUS, WORKING)
    heard(lambda: story.case.status, "In progress")
    story.in_step()
    if way == "asking":
        story.poll()  # the same once more, as what is new overlaps
    assert story.writes() == before, "what came from there is not told there"
    assert len(story.notes()) == 2
    line = f"{key} the till is slow · {side.words[WORKING]} · Bob · in step"
    story.until(lambda: line in story.card.shown, "the card to follow")

    side.delete(key)
    if way == "asking":
        story.bob("priority OPS-1 p3")  # Jira's search does not tell of what was deleted; the next act finds out
    heard(lambda: story.ticket.health, Health.GONE)
    story.until(lambda: f"deleted in {side.label}" in story.card.shown, "the card to say so")


def test_while_it_is_down_all_waits_in_order(story: Story, side: Side) -> None:
    key = side.make("the cart again")
    side.call(story.casebook.server.port)
    story.link(key)
    side.local.faults.add(kind="status", value=503)
    story.bob("note OPS-1 first")
    story.bob("priority OPS-1 p1")
    story.bob("note OPS-1 second")
    story.bob("take OPS-1")
    story.until(lambda: "failing" in story.card.shown, "the card to say that it fails")
    assert f"{side.label} does not answer. Casebook keeps trying." in story.card.shown
    assert "upstream trouble" not in story.card.shown
    for kind, value in (("html", None), ("ratelimited", "40"), ("ratelimited", "Wed, 21 Oct 2015 07:28:00 GMT")):
        side.local.faults.clear()
        fault = side.local.faults.add(kind=kind, value=value)  # type: ignore[arg-type]
        story.later(minutes=20)
        story.until(lambda fault=fault: fault.hits > 0, f"{kind} to strike")  # type: ignore[misc]
        assert story.ticket.health == Health.FAILING
    assert side.said(key) == []

    side.set(key, Part.PRIORITY, "P4")
    story.until(lambda: story.case.priority == "P4", "the newer change to count")
    story.town.ann.click(story.card, "Details")
    said = story.town.ann.modal.text.replace("*", "")
    assert f"Both sides changed the priority. In OPS-1: P1 Critical. In {side.label} {key}: P4 Low, by Mia." in said
    story.town.ann.modal.click("Keep ours")
    story.until(lambda: story.case.priority == "P1", "ours to be kept")

    side.local.faults.clear()
    story.later(minutes=20)
    story.in_step()
    assert side.said(key) == ["bob in Slack, OPS-1: first", "bob in Slack, OPS-1: second"]
    there = story.there()
    assert (there["priority"], there["assignee"], there["status"]) == (
        side.priorities["P1"],
        "bob",
        side.words[WORKING],
    )
    assert not story.ticket.conflicts


def test_the_older_change_of_both_loses_and_may_be_taken(story: Story, side: Side) -> None:
    key = side.make("the cart again")
    story.link(key)
    story.poll()
    side.local.faults.add(kind="status", value=503)
    side.set(key, Part.PRIORITY, "P4")
    story.clock.ahead += timedelta(seconds=5)
    story.bob("priority OPS-1 p1")
    story.until(lambda: story.ticket.health == Health.FAILING, "ours to wait")
    side.local.faults.clear()
    story.poll()
    story.until(lambda: story.ticket.conflicts, "both to be told apart")
    story.later(minutes=20)
    story.in_step()
    assert (story.case.priority, story.there()["priority"]) == ("P1", side.priorities["P1"])
    theirs_may_be_taken(story, side)


def test_what_nobody_had_told_us_of_when_we_wrote_over_it_may_be_taken(story: Story, side: Side) -> None:
    key = side.make("the cart again")
    story.link(key)
    story.poll()
    side.set(key, Part.PRIORITY, "P4")
    story.clock.ahead += timedelta(seconds=5)
    story.bob("priority OPS-1 p1")
    story.until(lambda: story.there()["priority"] == side.priorities["P1"], "ours to be written")
    story.poll()
    story.until(lambda: story.ticket.conflicts, "both to be told apart")
    theirs_may_be_taken(story, side)


def theirs_may_be_taken(story: Story, side: Side) -> None:
    (told,) = [entry for entry in story.timeline() if entry.kind == Kind.TICKET_DIFFERS]
    assert (told.data["ours"], told.data["ours_by"]) == ("P1", story.town.bob.id)
    assert told.data["by"] in {"Mia", f"Somebody in {side.label}"}
    story.town.ann.click(story.card, "Details")
    story.town.ann.modal.click("Take theirs")
    story.until(lambda: story.there()["priority"] == side.priorities["P4"], "theirs to be taken on both sides")
    story.in_step()
    assert story.case.priority == "P4"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_dies_after_the_partners_yes_leaves_nothing_twice(story: Story, side: Side, deadly: set[str]) -> None:
    side.call(story.casebook.server.port)
    for deed, act in (("create", lambda: ask_for_one(story)), ("comment", lambda: story.bob("note OPS-1 once"))):
        deadly.add(deed)
        act()
        story.until(lambda: not deadly, f"the death after {deed}")
        assert len(side.keys()) == 1
        story.later(minutes=3)
        story.in_step()
    (key,) = side.keys()
    assert story.key == key
    assert side.said(key) == ["bob in Slack, OPS-1: once"]
