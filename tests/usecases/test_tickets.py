"""From a case to its ticket: created, linked, told of every change, left."""

from typing import Any

import pytest

from bot.domain.delivery import JIRA, Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.errors import Invalid, NotAllowed, NotFound
from bot.domain.evidence import Note
from bot.domain.link import Health, Wanted
from bot.domain.priority import Priority
from bot.domain.ticket import Part, Way
from bot.storage.database import Database
from bot.usecases import tickets, working
from tests.ticketing import BOB, after, down
from tests.usecases.stepping import Town
from tests.usecases.world import Acts, project, rows

WANTED = Wanted("ABC", "1")


@pytest.fixture
def town(db: Database, act: Acts) -> Town:
    return Town(db, act)


def test_a_ticket_is_created_from_what_the_case_says(town: Town) -> None:
    case, ticket, issue = town.linked(title="Checkout is down", priority=Priority.P2, description="All of it")
    assert (issue.values[Part.TITLE], issue.values[Part.DESCRIPTION]) == ("Checkout is down", "All of it")
    assert (issue.values[Part.PRIORITY], issue.mark) == ("High", ticket.wanted["mark"])
    assert (ticket.key, ticket.health, ticket.status) == (issue.key, Health.IN_STEP, "To Do")
    assert town.desk.calls == ["create"]
    assert town.lines(case)[1:] == ["Ann asked for a Jira ticket", f"Casebook created Jira {issue.key} for this case"]


def test_until_it_is_there_the_case_says_so(town: Town) -> None:
    case = town.open()
    outcome = tickets.create_ticket(town.db, town.act(), case.id, JIRA, WANTED)
    assert [one.health for one in outcome.case.tickets] == [Health.CREATING]
    assert outcome.entry
    assert tickets.find_ticket(town.db, town.act(), outcome.entry.data["ticket"]).case.id == case.id


def test_asking_twice_in_one_breath_asks_once(town: Town) -> None:
    case, act = town.open(), town.act()
    for _ in range(2):
        tickets.create_ticket(town.db, act, case.id, JIRA, WANTED)
    town.tell()
    assert (len(town.desk.issues), town.case(case).ticket_count) == (1, 1)


def test_the_holder_is_found_by_address_alone(town: Town) -> None:
    case = town.open(assignee="bob")
    town.create(case)
    assert town.desk.only().values[Part.ASSIGNEE] == BOB
    assert town.desk.calls == ["account", "create"]


def test_somebody_without_an_account_is_named(town: Town) -> None:
    case, ticket, issue = town.linked(assignee="ann")
    assert issue.values[Part.ASSIGNEE] is None
    assert (ticket.health, ticket.problem) == (
        Health.OUT_OF_STEP,
        "Ann has no account in Jira under the address that Slack knows.",
    )
    working.assign_case(town.db, town.act(), case.id, person="bob")
    town.tell()
    assert issue.values[Part.ASSIGNEE] == BOB
    assert (town.ticket(case).health, town.ticket(case).problem) == (Health.IN_STEP, None)


def test_each_change_is_told_with_few_words(town: Town) -> None:
    case, _, issue = town.linked()
    for change, expected in (
        (lambda act: working.prioritize_case(town.db, act, case.id, Priority.P1), ["change"]),
        (lambda act: working.set_status(town.db, act, case.id, "in progress"), ["move"]),
        (lambda act: working.note_case(town.db, act, case.id, "The disk is full"), ["comment"]),
        (lambda act: working.assign_case(town.db, act, case.id, person="bob"), ["account", "change"]),
        (lambda act: working.close_case(town.db, act, case.id), ["move"]),
        (lambda act: working.reopen_case(town.db, act, case.id), ["move"]),
    ):
        town.desk.calls.clear()
        change(town.act())
        assert town.ticket(case).health in {Health.PENDING, Health.IN_STEP}
        town.tell()
        assert town.desk.calls == expected
        assert town.ticket(case).health == Health.IN_STEP
    assert issue.values[Part.PRIORITY] == "Highest"
    assert town.desk.said(issue.id) == [f"Ann in Slack, {case.key}: The disk is full"]
    assert town.ticket(case).status == "In Progress"


def test_five_changes_are_told_at_once(town: Town) -> None:
    case, _, issue = town.linked()
    town.desk.calls.clear()
    for priority in Priority:
        working.prioritize_case(town.db, town.act(), case.id, priority)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P3)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    assert (town.desk.calls, issue.values[Part.PRIORITY]) == (["change"], "Highest")


def test_notes_are_changed_and_deleted_there_too(town: Town) -> None:
    case, _, issue = town.linked()
    working.note_case(town.db, town.act(), case.id, "The disk is fool")
    town.tell()
    (note,) = rows(town.db, Note)
    change_note(town, case.id, note.id, "The disk is full")
    assert town.desk.said(issue.id) == [f"Ann in Slack, {case.key}: The disk is full"]
    change_note(town, case.id, note.id, None)
    assert town.desk.said(issue.id) == []


def change_note(town: Town, case_id: int, note_id: int, text: str | None) -> None:
    from bot.usecases.verb import record

    town.clock.move(seconds=5)
    with town.db.write() as work:
        case, note = work.cases.by_id(case_id, lock=True), work.cases.note(note_id)
        assert case
        assert note
        act = town.act()
        record(work, case, case.edit_note(act, note, text) if text else case.delete_note(act, note))
    town.tell()


def test_what_the_terms_leave_out_stays(town: Town) -> None:
    case, _, issue = town.linked()
    ways = {Part.STATUS: Way.OFF, Part.NOTES: Way.FROM, Part.TITLE: Way.BOTH}
    tickets.change_terms(town.db, town.act("dana"), "OPS", JIRA, ways=ways)
    town.desk.calls.clear()
    working.set_status(town.db, town.act(), case.id, "in progress")
    working.note_case(town.db, town.act(), case.id, "seen")
    town.tell()
    assert town.desk.calls == []
    assert town.ticket(case).health == Health.IN_STEP
    assert issue.values[Part.TITLE] == case.title


def test_a_map_comes_before_names_and_groups(town: Town) -> None:
    case, _, issue = town.linked()
    lines = [{"case": "Closed", "ticket": "In Review"}, {"case": "in progress", "ticket": "To Do", "via": ["Done"]}]
    priorities = [{"case": "p4", "ticket": "Someday"}]
    tickets.change_terms(town.db, town.act("dana"), "OPS", JIRA, statuses=lines, priorities=priorities)
    working.close_case(town.db, town.act(), case.id)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P4)
    town.tell()
    assert (town.ticket(case).status, issue.values[Part.PRIORITY]) == ("In Review", "Someday")


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        (
            {"statuses": [{"case": "Closed", "ticket": "Done"}, {"case": "x", "ticket": "Done"}]},
            "statuses",
            "Line 2: “x”",
        ),
        ({"statuses": [{"case": "Closed", "ticket": ""}]}, "statuses", "Line 1 names no status of Jira"),
        ({"priorities": [{"case": "p9", "ticket": "High"}]}, "priorities", "Line 1: “p9” is no priority"),
        ({"ways": {Part.NOTES: Way.ONCE}}, "ways", "cannot go once"),
        ({"statuses": [{"case": "Closed", "ticket": "Done"}] * 51}, "statuses", "up to 50 lines"),
    ],
)
def test_terms_that_make_no_sense_are_refused(town: Town, given: Any, field: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        tickets.change_terms(town.db, town.act("dana"), "OPS", JIRA, **given)
    assert said in refused.value.fields[field]
    assert tickets.terms_for(town.db, town.act(), "OPS", JIRA).changed_by == ""


def test_only_admins_change_terms(town: Town) -> None:
    with pytest.raises(NotAllowed):
        tickets.change_terms(town.db, town.act("ann"), "OPS", JIRA, ways={})


def test_an_existing_ticket_is_linked_as_it_is(town: Town) -> None:
    issue = town.desk.make("Cart is slow", "ABC-7")
    case = town.open(priority=Priority.P1)
    ticket = town.link(case, "https://jira.test/browse/ABC-7")
    assert (ticket.key, ticket.title, ticket.health) == ("ABC-7", "Cart is slow", Health.IN_STEP)
    assert issue.mark == ticket.wanted["mark"]
    assert (issue.values[Part.PRIORITY], town.case(case).priority) == ("Medium", "P1")
    assert town.desk.calls == ["look_up", "attach"]


def test_two_cases_share_no_ticket_unless_they_say_so(town: Town) -> None:
    town.desk.make("Cart is slow", "ABC-7")
    first, second = town.open(), town.open()
    town.link(first, "ABC-7")
    ticket = town.link(second, "ABC-7")
    assert ticket.health == Health.FAILING
    assert first.key in str(ticket.problem)
    tickets.unlink_ticket(town.db, town.act(), second.id, ticket.id)
    assert town.link(second, "ABC-7", shared=True).health == Health.IN_STEP
    town.poll()
    working.close_case(town.db, town.act(), first.id)
    town.tell()
    town.poll()
    assert town.case(second).group == "closed"


def test_an_unlinked_ticket_is_left_as_it_is(town: Town) -> None:
    case, ticket, issue = town.linked()
    outcome = tickets.unlink_ticket(town.db, town.act(), case.id, issue.key.lower())
    assert (outcome.case.tickets, outcome.case.ticket_count) == ([], 0)
    working.close_case(town.db, town.act(), case.id)
    town.tell()
    assert (issue.mark, issue.values[Part.STATUS].name) == ("", "To Do")  # type: ignore[union-attr]
    assert f"Ann unlinked Jira {issue.key}" in town.lines(case)
    with pytest.raises(NotFound):
        tickets.find_ticket(town.db, town.act(), ticket.id)


def test_linked_again_it_knows_its_comments(town: Town) -> None:
    case, ticket, issue = town.linked()
    said = town.desk.say(issue.id, "I look into it", BOB)
    town.hear(said)
    tickets.unlink_ticket(town.db, town.act(), case.id, ticket.id)
    assert town.link(case, issue.key).health == Health.IN_STEP
    assert said.comment
    town.clock.move(minutes=1)
    town.hear(town.desk.resay(issue.id, said.comment.id, "I looked into it", BOB))
    assert town.notes(case) == ["I looked into it"]


def test_strangers_do_nothing(town: Town) -> None:
    case, ticket, _ = town.linked()
    for attempt in (
        lambda act: tickets.create_ticket(town.db, act, case.id, JIRA, WANTED),
        lambda act: tickets.link_ticket(town.db, act, case.id, JIRA, "ABC-1"),
        lambda act: tickets.unlink_ticket(town.db, act, case.id, ticket.id),
        lambda act: tickets.retry_ticket(town.db, act, ticket.id),
        lambda act: tickets.tickets_of(town.db, act, case.id),
        lambda act: tickets.find_ticket(town.db, act, ticket.id),
    ):
        with pytest.raises(NotAllowed):
            attempt(town.act("gus"))


def test_no_ticket_is_created_twice(town: Town) -> None:
    case = town.open()
    town.desk.fault = after("create")
    town.create(case)
    assert town.ticket(case).problem == "Jira does not answer. Casebook keeps trying."
    town.again()
    assert (len(town.desk.issues), town.ticket(case).health) == (1, Health.IN_STEP)
    assert town.desk.calls == ["create", "created"]


def test_no_comment_is_made_twice(town: Town) -> None:
    case, _, issue = town.linked()
    town.desk.fault = after("comment")
    working.note_case(town.db, town.act(), case.id, "seen")
    town.tell()
    assert town.ticket(case).health == Health.FAILING
    town.again()
    assert len(town.desk.said(issue.id)) == 1
    assert town.ticket(case).health == Health.IN_STEP


def test_while_a_partner_is_down_all_waits_in_order(town: Town) -> None:
    case, _, issue = town.linked()
    town.desk.fault = down
    began = town.clock()
    for number in range(3):
        working.note_case(town.db, town.act(), case.id, f"note {number}")
        working.set_status(town.db, town.act(), case.id, ["in progress", "closed", "open"][number])
    for _ in range(30):
        town.tell()
        town.clock.move(minutes=20)
    ticket = town.ticket(case)
    assert (ticket.health, ticket.problem_at) == (Health.FAILING, began)
    town.desk.fault = lambda moment, call: None
    town.again()
    assert [text[-6:] for text in town.desk.said(issue.id)] == ["note 0", "note 1", "note 2"]
    assert town.ticket(case).health == Health.IN_STEP


def test_what_has_waited_looks_at_what_was_done_there_meanwhile(town: Town) -> None:
    case, _, issue = town.linked()
    town.desk.fault = down
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    town.clock.move(minutes=5)
    town.desk.by_hand(issue.id, Part.PRIORITY, "Low")
    town.desk.fault = lambda moment, call: None
    town.again()
    assert (town.case(case).priority, issue.values[Part.PRIORITY]) == ("P4", "Low")
    assert town.ticket(case).conflicts["priority"]["ours"] == "P1"


def test_a_day_is_too_long(town: Town) -> None:
    case, _, issue = town.linked()
    town.desk.fault = down
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    for _ in range(120):
        town.tell()
        town.clock.move(minutes=20)
    assert len(town.dead()) == 1
    told = rows(town.db, Delivery, Delivery.kind == Tell.PROBLEM.value, Delivery.state == "due")
    assert sorted(one.target for one in told) == ["ann", "dana"]
    town.desk.fault = lambda moment, call: None
    tickets.retry_ticket(town.db, town.act(), town.ticket(case).id)
    town.tell()
    assert (issue.values[Part.PRIORITY], town.ticket(case).health) == ("Highest", Health.IN_STEP)


def test_what_its_workflow_forbids_leaves_it_out_of_step(town: Town) -> None:
    case, ticket, issue = town.linked()
    town.desk.forbidden = {"Done"}
    working.close_case(town.db, town.act(), case.id)
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    assert (town.ticket(case).health, town.ticket(case).problem) == (
        Health.OUT_OF_STEP,
        "Its workflow does not lead to Closed.",
    )
    assert (issue.values[Part.PRIORITY], town.dead()) == ("Highest", [])
    town.desk.forbidden = set()
    tickets.retry_ticket(town.db, town.act(), ticket.id)
    town.tell()
    assert (town.ticket(case).health, town.ticket(case).status) == (Health.IN_STEP, "Done")


def test_a_ticket_that_was_deleted_is_followed_no_more(town: Town) -> None:
    case, _, issue = town.linked()
    issue.is_gone = True
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    ticket = town.ticket(case)
    assert (ticket.health, town.dead()) == (Health.GONE, [])
    assert town.lines(case)[-1] == f"Casebook found that Jira {issue.key} is gone and follows it no more"
    town.desk.calls.clear()
    working.close_case(town.db, town.act(), case.id)
    town.tell()
    assert town.desk.calls == []
    assert tickets.unlink_ticket(town.db, town.act(), case.id, ticket.id).case.tickets == []


def test_a_comment_that_was_deleted_there_is_no_lost_ticket(town: Town) -> None:
    case, _, issue = town.linked()
    working.note_case(town.db, town.act(), case.id, "seen")
    town.tell()
    issue.comments.clear()
    (note,) = rows(town.db, Note)
    change_note(town, case.id, note.id, "seen again")
    assert (town.ticket(case).health, town.dead()) == (Health.IN_STEP, [])


def test_a_case_has_so_many_tickets(town: Town) -> None:
    case = town.open()
    for _ in range(20):
        tickets.create_ticket(town.db, town.act(), case.id, JIRA, WANTED)
    with pytest.raises(Invalid, match="20 tickets already"):
        tickets.create_ticket(town.db, town.act(), case.id, JIRA, WANTED)


def test_moved_to_another_project_its_tickets_follow_other_terms(town: Town) -> None:
    from bot.usecases.moving import move_case

    case, _, _ = town.linked()
    other = project(town.db, town.act("dana"), "WEB")
    tickets.change_terms(town.db, town.act("dana"), "WEB", JIRA, ways={Part.PRIORITY: Way.OFF})
    move_case(town.db, town.act(), case.id, other)
    town.tell()
    town.desk.calls.clear()
    working.prioritize_case(town.db, town.act(), case.id, Priority.P1)
    town.tell()
    assert town.desk.calls == []


def test_each_entry_is_read_once(town: Town) -> None:
    case, _, _ = town.linked()
    assert [entry.version for entry in rows(town.db, Entry, Entry.case_id == case.id)] == [1, 2, 3]
