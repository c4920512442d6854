"""What is asked of a partner between the changes, so that a change asks for nothing: who we are, and its statuses."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.domain.delivery import JIRA
from bot.domain.link import Health
from bot.domain.ticket import Account, Part, Partner, Standing, Ticketing
from bot.integrations.errors import Declined
from bot.outbox.tickets import TicketSender
from bot.storage.database import Database
from bot.usecases import ticket_accounts, ticket_statuses, tickets, working
from bot.usecases.ticket_news import our_account
from tests.ticketing import BOB, STATUSES, SYSTEM, US, Asking
from tests.usecases.stepping import Town
from tests.usecases.world import WORKSPACE, Acts


class Asked(Asking):
    """It writes down also that it was asked who we are. ``us``: who we are from now on."""

    us = US
    is_hidden = False

    def me(self) -> Account:
        self.desk.calls.append("me")
        return type(self).us

    def statuses(self, kind: str) -> Sequence[Standing]:
        found = super().statuses(kind)
        if type(self).is_hidden:
            raise Declined("404", "There is no such project.")
        return found


@pytest.fixture
def town(db: Database, act: Acts, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(Asked, "us", US)
    monkeypatch.setattr(Asked, "is_hidden", False)
    town = Town(db, act)
    restart(town)
    return town


def restart(town: Town) -> None:
    """A new process, which remembers nothing."""

    def make() -> Ticketing:
        return Asked(town.desk)

    town.sender = TicketSender(town.db, Partner(SYSTEM, make), WORKSPACE, town.clock)


def polled(town: Town) -> list[str]:
    town.desk.calls.clear()
    town.poll()
    return town.desk.calls


def test_they_are_asked_for_with_the_news_once_a_day(town: Town) -> None:
    town.linked()
    assert polled(town) == ["news", "statuses"]
    assert polled(town) == ["news"]
    restart(town)
    assert polled(town) == ["me", "news"], "who we are may have been set up anew"
    town.clock.move(days=1)
    assert polled(town) == ["news", "statuses"]


def test_a_change_asks_for_neither(town: Town) -> None:
    case, _, issue = town.linked()
    town.poll()
    restart(town)
    town.desk.calls.clear()
    working.set_status(town.db, town.act(), case.id, "in progress")
    town.tell()
    assert (town.desk.calls, issue.values[Part.STATUS]) == (["move"], Standing("In Progress", STATUSES["In Progress"]))


def test_who_we_are_is_asked_before_anything_is_told(town: Town) -> None:
    town.linked()
    assert town.desk.calls == ["me", "create"]
    Asked.us = Account("another-bot")
    restart(town)
    town.poll()
    assert our_account(town.db, JIRA) == "another-bot"


def test_those_that_are_hidden_are_not_asked_for_every_minute(town: Town) -> None:
    town.linked()
    Asked.is_hidden = True
    assert polled(town) == ["news", "statuses"]
    assert polled(town) == ["news"]
    assert not town.dead()


def test_those_that_are_kept_count_however_old_they_are(town: Town) -> None:
    def none() -> Sequence[Standing]:
        raise AssertionError("they are known")

    kept = [Standing(name, group, f"id-{name}") for name, group in STATUSES.items()]
    now = town.clock()
    for _ in range(2):
        ticket_statuses.learn(town.db, JIRA, "ABC", now, lambda: kept)
    later = now + timedelta(days=30)
    found = ticket_statuses.statuses_of(town.db, JIRA, "ABC", later, none)
    assert [(one, one.id) for one in found] == [(one, one.id) for one in kept]
    assert ticket_statuses.is_known(town.db, JIRA, "ABC", now + timedelta(hours=23))
    assert not ticket_statuses.is_known(town.db, JIRA, "ABC", later)
    ticket_statuses.learn(town.db, JIRA, "ABC", later, lambda: ())
    assert ticket_statuses.statuses_of(town.db, JIRA, "ABC", later, lambda: kept) == kept, "none is no answer"


def test_an_account_is_kept_for_a_day_whoever_asked_for_it(town: Town) -> None:
    asked: list[str] = []

    def found(email: str) -> Account | None:
        asked.append(email)
        return Account("acc-bob", "Bob over there", email)

    case = town.open(assignee="bob")
    ticket_accounts.meet(town.db, JIRA, ["bob"], town.clock(), found)
    restart(town)
    town.create(case)
    assert (asked, town.desk.calls) == (["bob@example.com"], ["me", "create"])
    assert town.desk.only().values[Part.ASSIGNEE] == BOB
    for later, count in (({"hours": 23}, 1), ({"hours": 1}, 2)):
        town.clock.move(**later)
        ticket_accounts.meet(town.db, JIRA, ["bob"], town.clock(), found)
        assert len(asked) == count


def test_nobody_is_asked_for_where_nobody_has_the_case_or_no_address_is_known(town: Town) -> None:
    def never(email: str) -> Account | None:
        raise AssertionError(email)

    for people in ([], ["carol"], ["nobody"]):
        ticket_accounts.meet(town.db, JIRA, people, town.clock(), never)


def test_that_there_is_no_account_is_kept_for_ten_minutes(town: Town) -> None:
    def found() -> Account | None:
        return ticket_accounts.account_of(town.db, JIRA, "b@x", town.clock(), lambda _: told)

    told: Account | None = None
    assert found() is None
    told = BOB
    town.clock.move(minutes=9)
    assert found() is None
    town.clock.move(minutes=1)
    assert found() == BOB


def test_whoever_tries_again_has_the_holder_asked_for_anew_and_nobody_else(town: Town) -> None:
    town.desk.accounts.clear()
    assert ticket_accounts.account_of(town.db, JIRA, "m@x", town.clock(), lambda _: None) is None
    case, ticket, issue = town.linked(assignee="bob")
    assert issue.values[Part.ASSIGNEE] is None
    town.desk.accounts.append(BOB)
    tickets.retry_ticket(town.db, town.act(), ticket.id)
    town.tell()
    assert (issue.values[Part.ASSIGNEE], town.ticket(case).health) == (BOB, Health.IN_STEP)
    assert ticket_accounts.account_of(town.db, JIRA, "m@x", town.clock(), lambda _: BOB) is None
