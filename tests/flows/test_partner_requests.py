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


def test_a_change_of_status_takes_two_requests_from_the_first_on(town: Town, side: Side, settings: Settings) -> None:
    def asked(command: str) -> list[str]:
        before = len(side.calls)
        assert not town.bob.command(command, channel=town.ops).error
        return told_since(before)

    def told_since(before: int) -> list[str]:
        assert casebook.worker.wait_until_idle(SOON)
        town.slack.wait_for(lambda: linked(casebook), SOON, "the ticket to be in step")
        return [call.path for call in side.calls[before:]]

    is_jira = isinstance(side, JiraSide)
    kind, subtype, table = ("Cart (ABC)", "Task", "ABC") if is_jira else ("Problem", "", "problem")

    def are_statuses_known() -> bool:
        return ticket_statuses.is_known(casebook.db, side.name, table, casebook.desk.now())

    with just_started(settings) as casebook:
        create_project(town, casebook, "OPS", "Operations", town.ops)
        town.bob.command("/case quick the cart is slow p2", channel=town.ops)
        town.bob.command(f"/case link OPS-1 {side.name}", channel=town.ops)
        fill_form(town, town.bob.modal, kind, subtype)
        town.slack.wait_for(are_statuses_known, SOON, "the statuses, which the form asks for besides")
        before = len(side.calls)
        assert not town.bob.modal.submit().errors
        created = told_since(before)
        assert len(created) == (3 if is_jira else 1), created  # Jira's create does not tell the status, which is read
        assert len(found := asked("/case status OPS-1 in progress")) == 2, found
    with just_started(settings) as casebook:
        assert len(found := asked("/case close OPS-1 resolved")) == 2, found
        assert len(found := asked("/case reopen OPS-1")) == 2, found
