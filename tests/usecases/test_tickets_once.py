"""Whatever fails, and wherever it stops: once, in order, and both sides end up alike."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.evidence import Note
from bot.domain.link import Health, TicketNote, Wanted
from bot.domain.priority import Priority
from bot.domain.ticket import Part, Standing
from bot.integrations.errors import AskedToWait, Declined, Shut, Unanswered
from bot.storage.database import Database
from bot.usecases import ticket_news, tickets, working
from tests.ticketing import BOB, MIA, STATUSES, after, down
from tests.usecases.stepping import Town
from tests.usecases.world import Acts, losing_the_connection, rows


@pytest.fixture
def town(db: Database, act: Acts) -> Town:
    return Town(db, act)


WANTED = Wanted("ABC", "1")


class Died(BaseException):
    """The process is gone: nobody catches it, and nothing is written down."""


def dies(moment: str, call: str) -> Callable[[str, str], None]:
    def fault(now: str, asked: str) -> None:
        if (now, asked) == (moment, call):
            raise Died

    return fault


def run_and_die(town: Town) -> None:
    with pytest.raises(Died):
        town.tell()
    town.desk.fault = fine
    town.clock.move(minutes=2)  # the lease runs out
    town.again()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_dies_while_it_creates(town: Town, moment: str) -> None:
    case = town.open(assignee="bob")
    tickets.create_ticket(town.db, town.act(), case.id, "jira", WANTED)
    town.desk.fault = dies(moment, "create")
    run_and_die(town)
    assert len(town.desk.issues) == 1
    assert (town.ticket(case).health, town.desk.only().values[Part.ASSIGNEE]) == (Health.IN_STEP, BOB)


def test_what_changes_after_a_creation_without_an_answer_is_told(town: Town) -> None:
    case = town.open()
    town.desk.fault = after("create")
    town.create(case)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    working.assign_case(town.db, town.act(), case.id, person="bob")
    town.again()
    values = town.desk.only().values
    assert (values[Part.PRIORITY], values[Part.ASSIGNEE]) == ("Highest", BOB)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["look_up", "attach"])
def test_a_worker_dies_while_it_links(town: Town, moment: str, call: str) -> None:
    case, issue = town.open(), town.desk.make("Cart is slow", "ABC-7")
    tickets.link_ticket(town.db, town.act(), case.id, "jira", "ABC-7")
    town.desk.fault = dies(moment, call)
    run_and_die(town)
    assert (town.ticket(case).key, issue.mark) == ("ABC-7", town.ticket(case).wanted["mark"])


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["change", "move", "comment"])
def test_a_worker_dies_while_it_tells(town: Town, moment: str, call: str) -> None:
    case, _, issue = town.linked()
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    working.close_case(town.db, town.act(), case.id, text="It is over")
    town.desk.fault = dies(moment, call)
    run_and_die(town)
    town.poll()
    assert (issue.values[Part.PRIORITY], town.ticket(case).status) == ("Highest", "Done")
    assert town.desk.said(issue.id) == [f"Ann in Slack, {case.key}: It is over"]
    assert (town.ticket(case).health, town.case(case).priority) == (Health.IN_STEP, "P1")


def test_what_cannot_be_written_down_is_found_again(town: Town) -> None:
    """The partner said yes, and the database is not there to hear it."""
    case = town.open()
    tickets.create_ticket(town.db, town.act(), case.id, "jira", WANTED)

    held_up: list[Any] = []

    def fault(moment: str, call: str) -> None:
        if (moment, call) == ("after", "create"):
            lost = losing_the_connection()
            lost.__enter__()
            held_up.append(lost)

    town.desk.fault = fault
    sender = town.sender

    def sending(held: Any) -> Any:
        try:
            return sender(held)
        finally:
            for lost in held_up:
                lost.__exit__(None, None, None)
            held_up.clear()
            town.desk.fault = fine

    town.worker(sender=sending).run_until_idle()
    town.again()
    assert len(town.desk.issues) == 1
    assert town.ticket(case).health == Health.IN_STEP


def test_news_that_cannot_be_kept_are_read_again(town: Town) -> None:
    case, _, issue = town.linked()
    town.poll()
    town.clock.move(minutes=5)
    town.desk.by_hand(issue.id, Part.PRIORITY, "High")
    town.desk.say(issue.id, "Looking", BOB)
    sender = town.sender

    def sending(held: Any) -> Any:
        with losing_the_connection():
            return sender(held)

    ticket_news.ask_for_news(town.db, "jira", town.clock(), "lost")
    town.worker(sender=sending).run_until_idle()
    assert town.case(case).priority == "none"
    town.again()
    assert (town.case(case).priority, town.notes(case)) == ("P2", ["Looking"])


def test_two_workers_tell_it_once(town: Town) -> None:
    case, _, issue = town.linked()
    for number in range(4):
        working.note_case(town.db, town.act(), case.id, f"note {number}")
        tickets.create_ticket(town.db, town.act(), case.id, "jira", WANTED)
    workers = [town.worker() for _ in range(2)]
    threads = [Thread(target=worker.run_until_idle) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    town.again() if town.due() else None
    assert len(town.desk.issues) == 5
    assert [text[-6:] for text in town.desk.said(issue.id)] == [f"note {number}" for number in range(4)]


def test_two_say_the_same_at_once(town: Town) -> None:
    case, _, issue = town.linked()
    town.clock.move(minutes=5)
    told = [town.desk.by_hand(issue.id, Part.PRIORITY, "High"), town.desk.say(issue.id, "Looking", MIA)]
    threads = [Thread(target=town.hear, args=told) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (town.case(case).priority, town.notes(case)) == ("P2", ["Mia (Jira): Looking"])
    assert len(town.lines(case)) == 5


def test_shut_out_nothing_is_lost(town: Town) -> None:
    case, _, issue = town.linked()

    def shut(moment: str, call: str) -> None:
        raise Shut("401", "Set JIRA_API_TOKEN anew.")

    town.desk.fault = shut
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    worker = town.worker()
    with pytest.raises(TimeoutError):
        worker.run_until_idle(timeout=0.0)
    assert worker.locked_out == {"jira": "Set JIRA_API_TOKEN anew."}
    assert town.ticket(case).problem == "Jira does not let Casebook in. Set JIRA_API_TOKEN anew."
    town.desk.fault = fine
    town.again()
    assert (issue.values[Part.PRIORITY], town.ticket(case).health) == ("Highest", Health.IN_STEP)


def test_shut_out_it_is_tried_at_once_when_somebody_asks(town: Town) -> None:
    case, ticket, issue = town.linked()
    asked: list[str] = []

    def shut(moment: str, call: str) -> None:
        asked.append(call)
        raise Shut("401", "Set JIRA_API_TOKEN anew.")

    town.desk.fault = shut
    worker = town.worker()
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    worker.run_until_idle()
    town.clock.move(seconds=1)
    working.note_case(town.db, town.act(), case.id, "seen")
    worker.run_until_idle()
    assert asked == ["change"], "a partner that lets nobody in is left alone"
    for presses in (2, 3):
        town.clock.move(seconds=1)
        tickets.retry_ticket(town.db, town.act(), ticket.id)
        town.clock.move(seconds=1)
        worker.run_until_idle()
        worker.run_until_idle()
        assert len(asked) == presses, "once for each time that somebody asks"
    town.desk.fault = fine
    town.clock.move(seconds=1)
    tickets.retry_ticket(town.db, town.act(), ticket.id)
    town.clock.move(seconds=1)
    worker.run_until_idle()
    assert (issue.values[Part.PRIORITY], len(town.desk.said(issue.id))) == ("Highest", 1)
    assert (town.ticket(case).health, worker.locked_out, town.due()) == (Health.IN_STEP, {}, [])


def test_what_is_declined_says_why_and_who_it_concerns(town: Town) -> None:
    case, ticket, issue = town.linked()

    def declines(moment: str, call: str) -> None:
        if call == "comment":
            raise Declined("403", "Give Casebook the right to comment.")

    town.desk.fault = declines
    working.note_case(town.db, town.act(), case.id, "seen")
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    found = town.ticket(case)
    assert (found.health, found.problem) == (Health.FAILING, "Give Casebook the right to comment.")
    assert issue.values[Part.PRIORITY] == "Highest"
    town.desk.fault = fine
    tickets.retry_ticket(town.db, town.act(), ticket.id)
    town.tell()
    assert (town.ticket(case).health, len(town.desk.said(issue.id))) == (Health.IN_STEP, 1)


def test_a_pause_holds_up_all_of_the_partner_and_is_no_attempt(town: Town) -> None:
    case, _, issue = town.linked()
    left = [3]

    def slow(moment: str, call: str) -> None:
        if moment == "before" and left[0]:
            left[0] -= 1
            raise AskedToWait("429", 120.0)

    town.desk.fault = slow
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    assert town.ticket(case).problem == "Jira asks Casebook to wait. It goes on by itself."
    town.again()
    assert (issue.values[Part.PRIORITY], town.ticket(case).health) == ("Highest", Health.IN_STEP)


def test_while_one_hangs_nothing_is_held_in_a_transaction(town: Town) -> None:
    open_sessions: list[bool] = []

    def look(moment: str, call: str) -> None:
        if moment == "before":
            with town.db.write() as work:  # on SQLite this would wait for ever for a writer that asks a partner
                open_sessions.append(work.session.is_active)

    town.desk.fault = look
    case, _, _ = town.linked(assignee="bob")
    working.close_case(town.db, town.act(), case.id, text="over")
    town.tell()
    town.poll()
    assert len(open_sessions) >= 5


# -- whatever happens in whatever order -------------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ours"), st.sampled_from(["P1", "P2", "P3"])),
        st.tuples(st.just("our status"), st.sampled_from(["Open", "In progress", "Closed"])),
        st.tuples(st.just("theirs"), st.sampled_from(["Highest", "High", "Medium"])),
        st.tuples(st.just("their status"), st.sampled_from(sorted(STATUSES))),
        st.tuples(st.just("our note"), st.just("")),
        st.tuples(st.just("their note"), st.just("")),
        st.tuples(st.just("tell"), st.just("")),
        st.tuples(st.just("poll"), st.just("")),
        st.tuples(st.just("hooks"), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.sampled_from([1, 30, 120])),
        st.tuples(st.just("fault"), st.sampled_from(["none", "down", "lost"])),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, seed=st.integers(0, 1000))
def test_both_sides_end_up_alike(sqlite_town: Path, tmp_path: Path, steps: list[Any], seed: int) -> None:
    copy = shutil.copy(sqlite_town, tmp_path / f"{random.randrange(10**9)}.db")
    db = Database(f"sqlite:///{copy}", wait_seconds=30)
    try:
        converge(Town(db, Acts()), steps, random.Random(seed))
    finally:
        db.close()


def converge(town: Town, steps: list[Any], dice: random.Random) -> None:
    case, _, issue = town.linked()
    town.poll()
    for what, value in steps:
        take_step(town, case.id, issue.id, what, value, dice)
        town.clock.move(seconds=1)
    town.desk.fault = fine
    for _ in range(3):
        town.again() if town.due() else town.tell()
        town.clock.move(minutes=5)
        town.poll()
    town.again() if town.due() else town.tell()
    hear_some(town, 6, dice)  # late, and all at once
    town.again() if town.due() else town.tell()
    now, ticket = town.case(case), town.ticket(case)
    names = {"P1": "Highest", "P2": "High", "P3": "Medium"}
    assert ticket.health == Health.IN_STEP, ticket.problem
    if now.priority != "none":
        assert issue.values[Part.PRIORITY] == names[now.priority]
    standing = issue.values[Part.STATUS]
    assert isinstance(standing, Standing)
    assert standing.group == now.group
    ours = sum(what == "our note" for what, _ in steps)
    theirs = sum(what == "their note" for what, _ in steps)
    assert len(rows(town.db, Note)) == len(issue.comments) == ours + theirs
    assert len(rows(town.db, TicketNote)) == ours + theirs


def take_step(town: Town, case_id: int, issue_id: str, what: str, value: Any, dice: random.Random) -> None:
    someone = dice.choice([MIA, BOB, None])
    steps: dict[str, Callable[[], Any]] = {
        "ours": lambda: working.prioritize_case(town.db, town.act(), case_id, Priority(value)),
        "our status": lambda: working.set_status(town.db, town.act(), case_id, value),
        "theirs": lambda: town.desk.by_hand(issue_id, Part.PRIORITY, value, someone),
        "their status": lambda: town.desk.by_hand(issue_id, Part.STATUS, value, someone),
        "our note": lambda: working.note_case(town.db, town.act(), case_id, f"note {dice.random()}"),
        "their note": lambda: town.desk.say(issue_id, f"comment {dice.random()}", someone or MIA),
        "tell": town.tell,
        "poll": town.poll,
        "hooks": lambda: hear_some(town, value, dice),
        "wait": lambda: town.clock.move(seconds=value),
        "fault": lambda: setattr(town.desk, "fault", {"none": fine, "down": down, "lost": loses(dice)}[value]),
    }
    steps[what]()


def fine(moment: str, call: str) -> None:
    """No fault."""


def hear_some(town: Town, many: int, dice: random.Random) -> None:
    """Some of what has happened so far, in any order, perhaps for the second time."""
    for change in dice.choices(town.desk.log, k=many) if town.desk.log else ():
        town.hear(change)


def loses(dice: random.Random) -> Callable[[str, str], None]:
    def fault(moment: str, call: str) -> None:
        if moment == "after" and call not in {"created", "commented"} and dice.random() < 0.5:
            raise Unanswered("timeout", perhaps_sent=True)

    return fault
