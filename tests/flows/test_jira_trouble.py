"""A case and its issue in a local Jira, over the wire, when changes cross or Jira does not answer."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import doctor
from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import JIRA
from bot.domain.link import Health, Ticket, Wanted
from bot.domain.priority import Priority
from bot.domain.ticket_telling import stream_of
from bot.outbox.counter import LOCKED_OUT
from bot.sandbox import LocalJira
from bot.sandbox.jira_site import FREE
from bot.usecases import ticket_news, tickets, working
from bot.wiring import Casebook
from tests.flows.conftest import Town, create_project, running, settings_for

SECRET = "hook-5ecret"


@pytest.fixture
def jira() -> Iterator[LocalJira]:
    with LocalJira() as local:
        local.add_person("mia", "Mia")
        local.add_person("bob", "Bob")
        local.add_project("ABC", "Cart", FREE)
        yield local


@pytest.fixture
def casebook(town: Town, jira: LocalJira, sqlite_url: str) -> Iterator[Casebook]:
    """With a webhook of Jira's, which is heard in Socket Mode too."""
    settings = replace(
        settings_for(town.slack, sqlite_url), jira_url=jira.url, jira_email=jira.email, jira_api_token=jira.token,
        jira_webhook_secret=SECRET,
    )  # fmt: skip
    with running(settings) as found:
        create_project(town, found, "OPS", "Operations", town.ops)
        jira.add_hook(f"http://127.0.0.1:{found.server.port}/hooks/jira", SECRET)
        yield found


class Story:
    def __init__(self, town: Town, casebook: Casebook) -> None:
        self.town, self.casebook, self.db = town, casebook, casebook.db
        self.serial = 0

    def act(self) -> Act:
        self.serial += 1
        return Act(self.town.ann.id, self.casebook.desk.now(), "card", f"story/{self.serial}")

    def case(self, key: str = "OPS-1") -> Case:
        return tickets.tickets_of(self.db, self.act(), key).case

    def ticket(self, key: str = "OPS-1") -> Ticket:
        return tickets.tickets_of(self.db, self.act(), key).tickets[-1]

    def until(self, holds: Callable[[], Any]) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline, "it does not come about"
            time.sleep(0.05)

    def is_well(self) -> bool:
        return self.ticket().health == Health.IN_STEP


@pytest.fixture
def story(town: Town, casebook: Casebook) -> Story:
    town.ann.command("/case quick the cart is slow p2", channel=town.ops)
    found = Story(town, casebook)
    tickets.create_ticket(casebook.db, found.act(), "OPS-1", JIRA, Wanted("ABC", kinds(casebook)))
    found.until(found.is_well)
    return found


def kinds(casebook: Casebook) -> str:
    """The id of the first issue type."""
    return casebook.desk.ticketing[JIRA].make().subtypes("ABC")[0].id


def test_what_ours_was_written_over_is_told_and_may_be_taken(story: Story, jira: LocalJira, card: Any) -> None:
    (issue,) = jira.issues
    jira.hooks.hooks.clear()
    ticket_news.ask_for_news(story.db, JIRA, story.casebook.desk.now(), "first")
    story.until(lambda: mark(story))
    assert story.casebook.worker.wait_until_idle(30)  # the news would hear of Mia in time
    jira.set_priority(issue.key, "Low", "mia")
    time.sleep(0.01)  # the later one counts, and both clocks tell milliseconds
    working.prioritize_case(story.db, story.act(), "OPS-1", Priority.P1)
    story.until(lambda: story.is_well() and issue.priority == "Highest")
    ann = story.town.ann

    def told() -> int:
        asked(story)
        shown: str = ann.command("/case timeline OPS-1", channel=story.town.ops).shown
        return shown.count(
            f"Mia changed the priority to “Low” in Jira {issue.key}; P1 Critical stays, which @ann set later"
        )

    story.until(told)
    for _ in range(3):
        assert told() == 1
    ann.click(card("the cart is slow"), "Details")
    assert {"Take theirs", "Keep ours"} <= set(ann.modal.buttons)
    ann.modal.click("Take theirs")
    story.until(lambda: issue.priority == "Low" and story.case().priority == "P4")
    asked(story)
    assert (told(), story.ticket().conflicts) == (1, {})


def waiting(story: Story) -> tuple[str, str]:
    """What the check-up says of Jira the day after, and what to do about it."""
    examined = doctor.examine(story.casebook.settings, now=lambda: datetime.now(UTC) + timedelta(days=1))
    (found,) = [finding for finding in examined if finding.what.startswith("Jira: ")]
    return found.what, found.remedy


def test_while_jira_is_down_the_checkup_names_what_waits(story: Story, jira: LocalJira) -> None:
    with story.db.write() as work:  # a day later nothing is left of it, since the webhook has told the status
        assert work.deliveries.hasten(f"{stream_of(story.ticket())}/unread", story.casebook.desk.now())
    assert story.casebook.worker.wait_until_idle(20)
    jira.faults.add(kind="status", value=503)
    working.prioritize_case(story.db, story.act(), "OPS-1", Priority.P1)
    story.until(lambda: story.ticket().health == Health.FAILING)
    working.note_case(story.db, story.act(), "OPS-1", "the disk is full")
    story.until(lambda: ": 503." in waiting(story)[0])
    what, remedy = waiting(story)
    assert re.fullmatch(r"Jira: 2 deliveries wait, the oldest since 2\d{3}-.* UTC, 24 h: 503\.", what)
    assert "nothing is lost" in remedy
    assert "*Retry* on a ticket tries at once" in remedy


def test_while_jira_lets_nobody_in_the_checkup_says_so(story: Story, jira: LocalJira) -> None:
    jira.token = "another"
    working.prioritize_case(story.db, story.act(), "OPS-1", Priority.P1)
    story.until(lambda: story.ticket().health == Health.FAILING)
    assert "24 h: Jira does not let Casebook in. " in waiting(story)[0]


def test_retry_acts_at_once_although_jira_let_nobody_in(story: Story, jira: LocalJira, card: Any) -> None:
    (issue,) = jira.issues
    token, jira.token = jira.token, "another"
    working.prioritize_case(story.db, story.act(), "OPS-1", Priority.P1)
    story.until(lambda: story.casebook.worker.locked_out and story.ticket().health == Health.FAILING)
    jira.token = token
    pressed = time.monotonic()
    ann = story.town.ann
    ann.click(card("the cart is slow"), "Details")
    ann.modal.click("Retry")
    story.until(lambda: issue.priority == "Highest" and story.is_well())
    assert time.monotonic() - pressed < LOCKED_OUT.total_seconds() / 2


def mark(story: Story) -> str:
    with story.db.read() as work:
        news = work.tickets.news_of(JIRA)
    return news.mark if news else ""


def asked(story: Story) -> bool:
    act = story.act()
    ticket_news.ask_for_news(story.db, JIRA, act.at, act.origin or "")
    story.casebook.worker.wait_until_idle(10)
    return False
