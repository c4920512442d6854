"""Nothing lost and nothing twice, whenever the worker dies and whatever the network does."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_sdk import WebClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.domain.case import Case
from bot.domain.priority import Priority
from bot.usecases import working
from tests.outbox import dying
from tests.outbox.conftest import Town

LEASE_IS_OVER = 61


class Killed(BaseException):
    """As good as SIGKILL: nothing of ours catches it."""


class Steps:
    """Kills at the given step: before and after each commit, before and after each call of Slack."""

    def __init__(self, fatal: int) -> None:
        self.fatal = fatal
        self.taken = 0

    def step(self, *_: Any) -> None:
        self.taken += 1
        if self.taken == self.fatal:
            raise Killed

    @contextmanager
    def watching(self) -> Iterator[None]:
        moments = ("before_commit", "after_commit")
        for moment in moments:
            event.listen(Session, moment, self.step)
        try:
            yield
        finally:
            for moment in moments:
                event.remove(Session, moment, self.step)


class MortalClient(WebClient):
    steps: Steps

    def api_call(self, *args: Any, **kwargs: Any) -> Any:
        self.steps.step()
        answer = super().api_call(*args, **kwargs)
        self.steps.step()
        return answer


def mortal(town: Town, steps: Steps) -> MortalClient:
    client = MortalClient(token=town.slack.bot_token, base_url=town.slack.api_url, timeout=5, retry_handlers=[])
    client.steps = steps
    return client


def live(town: Town, steps: Steps) -> bool:
    """Whether a worker got to the end without meeting its fate."""
    try:
        with steps.watching():
            town.worker(client=mortal(town, steps)).run_until_idle()
    except Killed:
        return False
    return True


def something_happens(town: Town, name: str) -> Case:
    """A post becomes a case, which is given to Bob and closed: a card, an answer, two lines, two direct messages."""
    post = town.ann.post(town.general, name)
    case = town.escalate(post)
    working.assign_case(town.db, town.act(town.ann), case.id, person=town.bob.id)
    working.close_case(town.db, town.act(town.bob), case.id, "Resolved")
    return case


def assert_told_once(town: Town, case: Case, number: int = 1) -> None:
    """``number``: how many such cases there have been; what has become of the earlier ones is not asked again."""
    cards = town.slack.messages(town.ops)
    assert len(cards) == number
    assert case.title in cards[-1].shown
    assert "Closed" in cards[-1].shown
    assert [deed(reply.shown) for reply in cards[-1].replies] == ["assigned", "closed"]
    assert len(town.slack.messages(town.general)[-1].replies) == 1
    for person in (town.ann, town.bob):
        told = person.dm()
        assert len(told) == number
        assert case.title in told[-1].shown


def deed(line: str) -> str:
    return line.split()[1]


def test_the_worker_may_die_at_any_step(town: Town) -> None:
    survived, fatal = False, 0
    while not survived:
        fatal += 1
        case = something_happens(town, f"trouble {fatal}.")
        survived = live(town, Steps(fatal))
        town.clock.move(seconds=LEASE_IS_OVER)
        town.tell()
        assert_told_once(town, case, fatal)
        assert not town.due()
    assert fatal > 20, "the steps were not counted"
    assert not town.dead()


def test_two_workers_may_die_one_after_the_other(sqlite_town: Town) -> None:
    town = sqlite_town
    dice = random.Random(7)
    for number in range(1, 16):
        case = something_happens(town, f"trouble {number}.")
        for _ in range(2):
            live(town, Steps(dice.randint(1, 25)))
            town.clock.move(seconds=LEASE_IS_OVER)
        town.tell()
        assert_told_once(town, case, number)


@pytest.mark.parametrize("point", dying.POINTS)
def test_a_real_process_may_die_with_all_its_threads(sqlite_town: Town, sqlite_url: str, point: str) -> None:
    town = sqlite_town
    case = something_happens(town, "trouble with threads.")
    command = [sys.executable, "-m", "tests.outbox.dying", point, sqlite_url, town.slack.api_url, town.slack.bot_token]
    died = subprocess.run([*command, town.clock().isoformat()], check=False, timeout=30)
    assert died.returncode == dying.DIED
    town.clock.move(seconds=LEASE_IS_OVER)
    town.tell()
    assert_told_once(town, case)


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_an_answer_that_is_lost_on_its_way(town: Town, method: str) -> None:
    case = town.open()
    town.slack.faults.add(method, "drop_after", times=3)
    working.assign_case(town.db, town.act(town.ann), case.id, person=town.bob.id)
    for _ in range(6):
        town.tell()
        town.clock.move(seconds=10)
    assert len(town.slack.messages(town.ops)) == 1
    assert len(town.lines()) == 1
    assert len(town.dms(town.bob)) == 1


def test_where_casebook_may_not_read_a_message_may_come_twice_but_comes(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("conversations.history", "error", "missing_scope")
    town.slack.faults.add("chat.postMessage", "drop_after", times=1)
    town.open()
    town.tell()
    town.clock.move(seconds=2)
    town.tell()
    assert len(town.slack.messages(town.ops)) == 2
    assert not town.due()


def test_a_busy_channel_is_searched_to_the_end(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("chat.postMessage", "drop_after", times=1)
    town.open()
    town.tell()
    for number in range(450):
        town.ann.post(town.ops, f"chatter {number}")
    town.clock.move(seconds=2)
    town.tell()
    assert len([message for message in town.slack.messages(town.ops) if "OPS-1" in message.shown]) == 1


@pytest.mark.parametrize("seed", range(2))
def test_a_bad_day(town: Town, seed: int) -> None:
    """Four cases are changed eight times each while a quarter of all calls go wrong in one way or another."""
    dice = random.Random(seed)
    town.slack.faults.seed(seed)
    for kind, value in (("drop_after", None), ("drop_before", None), ("status", 502), ("ratelimited", 1)):
        for method in ("chat.postMessage", "chat.update"):
            town.slack.faults.add(method, kind, value, probability=0.07)  # type: ignore[arg-type]
    cases = [town.open(f"bad day {number}.") for number in range(4)]
    wanted: dict[int, list[str]] = {case.id: [] for case in cases}
    for _ in range(32):
        case = dice.choice(cases)
        priority = dice.choice([p for p in Priority if p.words.split()[0] != (wanted[case.id] or ["Not"])[-1]])
        working.prioritize_case(town.db, town.act(town.bob), case.id, priority)
        wanted[case.id].append(priority.words.split()[0])
        if dice.random() < 0.3:
            town.tell()
            town.clock.move(seconds=1)
    while town.due():
        town.tell()
        town.clock.move(seconds=20)
    cards = town.slack.messages(town.ops)
    assert len(cards) == len(cases)
    for case in cases:
        (card,) = [message for message in cards if case.title in message.shown]
        assert [line.shown.split(" to ")[1].split()[0] for line in card.replies] == wanted[case.id]
        assert (wanted[case.id] or ["Not"])[-1] in card.shown
    assert not town.dead()


def test_the_same_message_is_not_adopted_for_another_case(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("chat.postMessage", "drop_after", times=2)
    town.open("first")
    town.open("second")
    town.tell()
    town.clock.move(seconds=2)
    town.tell()
    with town.db.read() as work:
        posts = [work.cases.standing_post(case_id, town.ops.id) for case_id in (1, 2)]
    assert len({post.ts for post in posts if post}) == 2
