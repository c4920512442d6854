"""How often a partner is asked for what people do, also right after a start, when nothing has been asked yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.config import Settings
from bot.domain.link import Health
from bot.sandbox import LocalJira, LocalServiceNow
from bot.usecases import ticket_statuses
from bot.wiring import Casebook
from tests.flows.conftest import Town, create_project, running, settings_for
from tests.flows.partners import JiraSide, ServiceNowSide, Side

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


def linked(casebook: Casebook) -> bool:
    with casebook.db.read() as work:
        case = work.cases.by_key("OPS-1")
        return bool(case and case.tickets and case.tickets[0].health == Health.IN_STEP)


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
        town.slack.wait_for(lambda: linked(casebook), SOON, "the ticket to be in step")
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
        # Jira's create does not tell the status, which is read then.
        assert len(created) == {"jira": 2 + 1, "servicenow": 1}[side.name], created
        assert has_holder(side, key)
        assert len(found := asked("/case status OPS-1 in progress")) == 2, found
    with just_started(settings) as casebook:
        assert len(found := asked("/case close OPS-1 resolved")) == 2, found
        assert len(found := asked("/case reopen OPS-1")) == 2, found
