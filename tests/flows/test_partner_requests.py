"""How often a partner is asked for what people do, also right after a start, when nothing has been asked yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.link import Health, Ticket
from bot.sandbox import LocalJira, LocalServiceNow
from bot.usecases import ticket_news, ticket_statuses
from bot.wiring import Casebook
from tests.flows.conftest import Town, create_project, running, settings_for
from tests.flows.partners import OPEN, JiraSide, ServiceNowSide, Side

SOON = 20


@pytest.fixture(params=["jira", "servicenow"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    with LocalJira() if request.param == "jira" else LocalServiceNow() as local:
        side = JiraSide(local) if isinstance(local, LocalJira) else ServiceNowSide(local)
        side.found()
        yield side


@pytest.fixture
def settings(town: Town, side: Side, sqlite_url: str) -> Settings:
    return settings_for(town.slack, sqlite_url, **side.settings)


@contextmanager
def just_started(settings: Settings) -> Iterator[Casebook]:
    """The clock's next minute asks for news, which is no part of what is counted."""
    with running(settings) as casebook:
        casebook.clockwork.stop()
        assert casebook.worker.wait_until_idle(SOON)
        yield casebook


def shown(casebook: Casebook, key: str = "OPS-1") -> Ticket:
    with casebook.db.read() as work:
        case = work.cases.by_key(key)
        assert case
        (ticket,) = case.tickets
        return ticket


def in_step(casebook: Casebook, *keys: str) -> bool:
    return all(shown(casebook, key).health == Health.IN_STEP for key in keys or ("OPS-1",))


def news(casebook: Casebook, side: Side) -> list[str]:
    """What is asked for them each minute."""
    before, now = len(side.calls), casebook.desk.now()
    ticket_news.ask_for_news(casebook.db, side.name, now, now.isoformat())
    assert casebook.worker.wait_until_idle(SOON)
    return [call.path for call in side.calls[before:]]


def fill_form(town: Town, modal: Any, kind: str, subtype: str) -> None:
    for name, choice in (("kind", kind), ("subtype", subtype)):
        if choice:
            town.slack.wait_for(lambda choice=choice: choice in str(modal.blocks), SOON, choice)
            modal.choose(name, choice)
    town.slack.wait_for(lambda: "come from the case" in modal.text, SOON, "the rest of the form")


def has_holder(side: Side, key: str) -> bool:
    return bool(side.fields(key)["assignee"] if isinstance(side, JiraSide) else side.local.record(key)["assigned_to"])


def test_the_first_acts_take_no_more_requests_than_others(town: Town, side: Side, settings: Settings) -> None:
    def asked(command: str) -> list[str]:
        before = len(side.calls)
        assert not town.bob.command(command, channel=town.ops).error
        return told_since(before)

    def told_since(before: int) -> list[str]:
        assert casebook.worker.wait_until_idle(SOON)
        town.slack.wait_for(lambda: in_step(casebook), SOON, "the ticket to be in step")
        return [call.path for call in side.calls[before:]]

    kind, subtype, table = ("Problem", "", "problem")
    if isinstance(side, JiraSide):
        kind, subtype, table = ("Cart (ABC)", "Task", "ABC")

    def is_prepared() -> bool:
        with casebook.db.read() as work:
            is_bob_known = work.tickets.person_account(side.name, "bob@example.com") is not None
        return is_bob_known and ticket_statuses.is_known(casebook.db, side.name, table, casebook.desk.now())

    town.bob.change(email="bob@example.com")
    with just_started(settings) as casebook:
        create_project(town, casebook, "OPS", "Operations", town.ops)
        town.bob.command("/case quick the cart is slow p2", channel=town.ops)
        town.ann.command("/case assign OPS-1 @bob", channel=town.ops)
        town.bob.command(f"/case link OPS-1 {side.name}", channel=town.ops)
        fill_form(town, town.bob.modal, kind, subtype)
        town.slack.wait_for(is_prepared, SOON, "what the form asks for besides: the statuses, and who Bob is there")
        before = len(side.calls)
        assert not town.bob.modal.submit().errors
        created, (key,) = told_since(before), side.keys()
        assert len(created) == {"jira": 2, "servicenow": 1}[side.name], created
        assert has_holder(side, key)
        assert len(found := news(casebook, side)) == {"jira": 1, "servicenow": 4}[side.name], found
        assert shown(casebook).status == side.words[OPEN], "the news tell what the creation does not"
        assert len(found := asked("/case status OPS-1 in progress")) == 2, found
    with just_started(settings) as casebook:
        assert len(found := asked("/case close OPS-1 resolved")) == 2, found
        assert len(found := asked("/case reopen OPS-1")) == 2, found


def test_a_ticket_each_for_many_cases_takes_no_more(town: Town, side: Side, settings: Settings) -> None:
    """Of the people who have them some are known there, and some are not."""
    kind, subtype = ("Cart (ABC)", "Task") if isinstance(side, JiraSide) else ("Problem", "")

    def are_prepared() -> bool:
        with casebook.db.read() as work:
            return all(work.tickets.person_account(side.name, f"{name}@example.com") for name in ("ann", "bob"))

    def are_posted() -> bool:
        with casebook.db.read() as work:
            found = [work.cases.by_key(f"OPS-{number}") for number in (1, 2, 3)]
            return all(case is not None and case.posts for case in found)

    town.ann.change(email="ann@example.com")
    town.bob.change(email="bob@example.com")
    with just_started(settings) as casebook:
        create_project(town, casebook, "OPS", "Operations", town.ops)
        for number, who in enumerate(("bob", "ann", "bob"), 1):
            town.bob.command(f"/case quick disk {number} is full p2", channel=town.ops)
            town.dana.command(f"/case assign OPS-{number} @{who}", channel=town.ops)
        town.slack.wait_for(are_posted, SOON, "the cards, for a link back")
        town.bob.command("/case bulk disk", channel=town.ops)
        modal = town.bob.modal
        modal.click("Select all 3")
        town.slack.wait_for(lambda: "3 ticked" in modal.text, SOON, "the ticks")
        modal.choose("deed", "Create a ticket for each")
        fill_form(town, modal, kind, subtype)
        assert not modal.submit().errors
        town.slack.wait_for(are_prepared, SOON, "who has them, to be asked for while the forecast is read")
        before = len(side.calls)
        assert not modal.submit().errors
        town.slack.wait_for(lambda: len(side.keys()) == 3, SOON, "the tickets")
        assert casebook.worker.wait_until_idle(SOON)
        assert in_step(casebook, "OPS-1", "OPS-3")
        assert "has no account" in str(shown(casebook, "OPS-2").problem)
        told = [call.path for call in side.calls[before:]]
        assert len(told) == 3 * {"jira": 2, "servicenow": 1}[side.name], told
