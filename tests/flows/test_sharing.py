"""Two cases share a ticket, in a local Jira and a local ServiceNow over the wire: both hear of it, once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from bot.domain.delivery import JIRA, SERVICENOW
from bot.domain.link import Health, Wanted
from bot.sandbox import LocalJira, LocalServiceNow
from bot.sandbox.jira_site import FREE
from bot.usecases import ticket_news, tickets
from tests.flows.conftest import Town, create_project, running, settings_for
from tests.flows.test_jira_trouble import SECRET, Story, kinds


@dataclass
class Shared:
    """OPS-1 and OPS-2 with one ticket. ``say``: Mia comments it; ``said``: all its comments."""

    story: Story
    partner: str
    say: Callable[[str], object]
    said: Callable[[], list[str]]

    def notes(self, key: str) -> list[str]:
        with self.story.db.read() as work:
            return list(work.cases.note_texts(self.story.case(key)))

    def timeline(self, key: str) -> str:
        town = self.story.town
        shown: str = town.bob.command(f"/case timeline {key}", channel=town.ops).shown
        return shown

    def ask(self) -> None:
        act = self.story.act()
        ticket_news.ask_for_news(self.story.db, self.partner, act.at, act.origin or "")
        self.story.casebook.worker.wait_until_idle(20)


@pytest.fixture
def jira() -> Iterator[LocalJira]:
    with LocalJira() as local:
        local.add_person("mia", "Mia")
        local.add_project("ABC", "Cart", FREE)
        yield local


@pytest.fixture
def servicenow() -> Iterator[LocalServiceNow]:
    with LocalServiceNow() as local:
        local.add_user("mia", "Mia", "mia@example.com")
        yield local


@pytest.fixture
def story(town: Town, jira: LocalJira, servicenow: LocalServiceNow, sqlite_url: str) -> Iterator[Story]:
    settings = replace(
        settings_for(town.slack, sqlite_url), jira_url=jira.url, jira_email=jira.email, jira_api_token=jira.token,
        jira_webhook_secret=SECRET, servicenow_url=servicenow.url, servicenow_user=servicenow.user,
        servicenow_password=servicenow.password, servicenow_webhook_secret=SECRET,
    )  # fmt: skip
    with running(settings) as casebook:
        create_project(town, casebook, "OPS", "Operations", town.ops)
        for title in ("the cart is slow", "the shop is slow"):
            town.ann.command(f"/case quick {title}", channel=town.ops)
        yield Story(town, casebook)


@pytest.fixture(params=[JIRA, SERVICENOW])
def shared(
    request: pytest.FixtureRequest, story: Story, jira: LocalJira, servicenow: LocalServiceNow
) -> Shared:  # fmt: skip
    partner: str = request.param
    kind, subtype = ("ABC", kinds(story.casebook)) if partner == JIRA else ("incident", "")
    tickets.create_ticket(story.db, story.act(), "OPS-1", partner, Wanted(kind, subtype))
    story.until(story.is_well)
    key = story.ticket().key
    tickets.link_ticket(story.db, story.act(), "OPS-2", partner, key, True)
    story.until(lambda: story.ticket("OPS-2").health == Health.IN_STEP)
    port = story.casebook.server.port
    jira.add_hook(f"http://127.0.0.1:{port}/hooks/jira", SECRET)
    servicenow.hook(f"http://127.0.0.1:{port}/hooks/servicenow", SECRET)
    if partner == JIRA:
        say = lambda text: jira.comment(key, text, "mia")  # noqa: E731
        return Shared(story, partner, say, lambda: [note.body for note in jira.issue(key).notes])
    id_ = str(story.ticket().foreign_id)

    def comment(text: str) -> object:
        return servicenow.ask(lambda: servicenow.records.update("incident", id_, {"comments": text}, "mia"))

    def comments() -> list[str]:
        rows = servicenow.ask(lambda: list(servicenow.records.all_of("sys_journal_field")))
        return [row["value"] for row in rows if row["element_id"] == id_ and row["sys_created_by"] == "mia"]

    return Shared(story, partner, comment, comments)


def test_a_comment_is_told_to_both_cases_once(shared: Shared) -> None:
    shared.ask()
    shared.say("I look into it")
    for key in ("OPS-1", "OPS-2"):
        shared.story.until(lambda key=key: shared.notes(key))  # type: ignore[misc]
    for _ in range(2):
        shared.ask()
    for key in ("OPS-1", "OPS-2"):
        assert [text.rpartition(": ")[2] for text in shared.notes(key)] == ["I look into it"]
        assert shared.timeline(key).count("added a note") == 1
    assert shared.said() == ["I look into it"]


def test_asked_for_it_is_told_to_both_as_well(
    shared: Shared, jira: LocalJira, servicenow: LocalServiceNow
) -> None:  # fmt: skip
    jira.hooks.hooks.clear()
    servicenow.hook("", "")
    shared.ask()
    shared.say("I look into it")
    shared.story.until(lambda: shared.ask() or (shared.notes("OPS-1") and shared.notes("OPS-2")))
    shared.ask()
    for key in ("OPS-1", "OPS-2"):
        assert len(shared.notes(key)) == 1
    assert shared.said() == ["I look into it"]
