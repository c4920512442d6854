"""Each change is matched once against all inboxes, and each recipient told of each event once, come what may."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.errors import Invalid, NotAllowed
from bot.domain.inbox import Inbox, Match, Medium, Notification
from bot.domain.priority import Priority
from bot.domain.query_text import QueryError
from bot.storage.database import Database
from bot.usecases import inbox_clock, inboxes, matching, people, shelves, working
from bot.usecases.inboxes import InboxFields
from bot.usecases.listening import Listening
from bot.usecases.people import Group, Profile
from tests.usecases.world import START, Acts, at_once, losing_the_connection, open_case, project, rows

NOW = START + timedelta(hours=1)


def inbox(db: Database, act: Act, query: str = "priority:P1", **more: Any) -> Inbox:
    fields: dict[str, Any] = {"name": "Urgent", "channels": ["CWAR"]} | more
    made = inboxes.create_inbox(db, act, InboxFields(query=query, **fields))
    inbox_clock.seed_inbox(db, made.id, NOW)
    return made


def settle(db: Database, listening: Listening, at: Any = NOW) -> None:
    """Match every change that nobody has matched yet, as the chores would."""
    with db.read() as work:
        waiting = [(one.id, one.case_id or 0, one.entry_id) for one in work.deliveries.list(None, 1000)
                   if one.kind == Tell.MATCH and one.state == "due"]  # fmt: skip
    for id_, case_id, entry_id in waiting:
        matching.match_case(db, listening, case_id, [entry_id] if entry_id else [], at)
        with db.write() as work:
            work.deliveries.drop([id_], at)


def told(db: Database) -> list[tuple[str, str]]:
    return [(row.target, row.event) for row in rows(db, Notification)]


@pytest.fixture
def listening() -> Listening:
    return Listening()


def urgent(db: Database, act: Act, **more: Any) -> Case:
    return open_case(db, act, priority=Priority.P1, **more).case


def test_nothing_is_matched_where_nobody_listens(db: Database, act: Acts) -> None:
    inboxes.create_inbox(db, act("ann"), InboxFields("Mine", "is:open"))
    urgent(db, act("ann"))
    assert rows(db, Delivery, Delivery.kind == Tell.MATCH) == []


def test_matching_again_tells_nobody_again(db: Database, act: Acts, listening: Listening) -> None:
    inbox(db, act("ann"), events=["created", "entered", "left"])
    case = urgent(db, act("bob"))
    entries = [row.entry_id for row in rows(db, Delivery, Delivery.kind == Tell.MATCH)]
    for minutes in range(3):
        matching.match_case(db, listening, case.id, entries, NOW + timedelta(minutes=minutes))
    assert told(db) == [("CWAR", "created")]
    assert len(rows(db, Delivery, Delivery.kind == Tell.NOTIFY)) == 1


def test_many_workers_at_once_tell_once(db: Database, act: Acts) -> None:
    inbox(db, act("ann"), events=["created", "entered"])
    case = urgent(db, act("bob"))
    entry = rows(db, Delivery, Delivery.kind == Tell.MATCH)[0].entry_id
    results = at_once(6, lambda _: matching.match_case(db, Listening(), case.id, [entry], NOW))
    assert [one for one in results if one] == []
    assert told(db) == [("CWAR", "created")]


def test_a_commit_that_fails_leaves_nothing_half_done(db: Database, act: Acts, listening: Listening) -> None:
    inbox(db, act("ann"), events=["created", "left"])
    case = urgent(db, act("bob"))
    entry = rows(db, Delivery, Delivery.kind == Tell.MATCH)[0].entry_id
    with losing_the_connection(), pytest.raises(ConnectionError):
        matching.match_case(db, listening, case.id, [entry], NOW)
    assert told(db) == []
    assert rows(db, Match) == []
    matching.match_case(db, listening, case.id, [entry], NOW)
    assert told(db) == [("CWAR", "created")]


def test_several_changes_that_wait_are_one_look(db: Database, act: Acts, listening: Listening) -> None:
    """A case that was opened and changed while nobody looked is told as it is now."""
    inbox(db, act("ann"))
    case = open_case(db, act("bob")).case
    working.prioritize_case(db, act("bob"), case.id, Priority.P1)
    entries = [row.entry_id for row in rows(db, Delivery, Delivery.kind == Tell.MATCH)]
    matching.match_case(db, listening, case.id, entries, NOW)
    assert told(db) == [("CWAR", "created")]


def test_an_inbox_is_heard_as_soon_as_it_is_there_and_as_it_was_changed(
    db: Database, act: Acts, listening: Listening
) -> None:
    made = inbox(db, act("ann"))
    urgent(db, act("bob"))
    settle(db, listening)
    inboxes.change_inbox(db, act("ann"), made.id, InboxFields("Slow", "priority:P4", channels=["CWAR"]))
    urgent(db, act("bob"))
    open_case(db, act("bob"), priority=Priority.P4)
    settle(db, listening)
    assert len(told(db)) == 2
    inboxes.delete_inbox(db, act("ann"), made.id)
    open_case(db, act("bob"), priority=Priority.P4)
    settle(db, listening)
    assert told(db) == [], "what it told goes with it"


def test_names_and_teams_are_followed(db: Database, act: Acts, listening: Listening) -> None:
    inbox(db, act("bob"), "team:@me")
    people.keep_people(db, [Profile("u9", "Zoe")], frozenset())
    inbox(db, act("bob"), "assignee:zoe", name="Zoe's")
    urgent(db, act("ann"), teams=[team_id(db)])
    settle(db, listening)
    assert len(told(db)) == 1
    people.keep_groups(db, [Group("SSRE", "sre", "SRE", ("ann",))], NOW)
    urgent(db, act("ann"), teams=[team_id(db)])
    settle(db, listening)
    assert len(told(db)) == 1, "Bob is in no team any more"
    urgent(db, act("ann"), assignee="u9")
    settle(db, listening)
    assert len(told(db)) == 2
    people.keep_people(db, [Profile("u9", "Ida")], frozenset())
    urgent(db, act("ann"), assignee="u9")
    settle(db, listening)
    assert len(told(db)) == 2, "nobody is called Zoe now: the inbox is silent"


def team_id(db: Database) -> int:
    with db.read() as work:
        team = work.teams.with_handle("sre")
        assert team
        return team.id


def test_me_is_the_owner(db: Database, act: Acts, listening: Listening) -> None:
    inbox(db, act("ann"), "assignee:@me")
    urgent(db, act("bob"), assignee="bob")
    urgent(db, act("bob"), assignee="ann")
    settle(db, listening)
    assert len(told(db)) == 1


def test_an_age_goes_by(db: Database, act: Acts, listening: Listening) -> None:
    made = inbox(db, act("ann"), "created:<2h", events=["entered", "left"])
    assert made.is_timely
    open_case(db, act("bob"))
    settle(db, listening)
    inbox_clock.sweep_inbox(db, made.id, NOW + timedelta(hours=3))
    settle(db, listening, NOW + timedelta(hours=3))
    assert told(db) == [("CWAR", "left")]


def test_seeding_knows_a_thousand_cases(db: Database, act: Acts, listening: Listening) -> None:
    for number in range(520):
        open_case(db, act("bob"), f"number {number}", priority=Priority.P1)
    made = inbox(db, act("ann"), events=["left"])
    assert len(rows(db, Match)) == 520
    with db.read() as work:
        again = work.inboxes.by_id(made.id)
        assert again
        assert again.knows_cases
    with db.read() as work:
        (case_id, *_) = work.inboxes.matches_in(made.id, 0, 1)
    working.prioritize_case(db, act("bob"), case_id, Priority.P3)
    settle(db, listening)
    assert told(db) == [("CWAR", "left")]


def test_a_repeated_submission_makes_one_inbox(db: Database, act: Acts) -> None:
    one = act("ann")
    first, second = (inboxes.create_inbox(db, one, InboxFields("Mine", "is:open")) for _ in range(2))
    assert first.id == second.id
    made = at_once(4, lambda _: inboxes.create_inbox(db, act("bob", origin="same"), InboxFields("His", "is:open")))
    assert len({inbox.id for inbox in made}) == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"query": ""}, "query"),
        ({"query": "priority:P9"}, "query"),
        ({"query": "assignee:@nobodyknown"}, "query"),
        ({"query": "(" * 200 + "x"}, "query"),
        ({"query": "x" * 4000}, "query"),
        ({"events": ["never"]}, "events"),
        ({"people": ["robot"]}, "people"),
        ({"people": ["unknown"]}, "people"),
        ({"team": 99}, "shelf"),
        ({"project": 99}, "shelf"),
    ],
)
def test_bad_input_names_its_field(db: Database, act: Acts, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        inboxes.create_inbox(db, act("ann"), InboxFields(**({"name": "Mine", "query": "is:open"} | fields)))
    assert wrong in refused.value.fields
    assert rows(db, Inbox) == []


def test_who_may_change_an_inbox(db: Database, act: Acts) -> None:
    mine = inbox(db, act("ann"))
    ours = inbox(db, act("ann"), name="Ours", team=team_id(db))
    with pytest.raises(NotAllowed, match="Ann's"):
        inboxes.delete_inbox(db, act("bob"), mine.id)
    inboxes.delete_inbox(db, act("bob"), ours.id)
    inboxes.delete_inbox(db, act("dana"), mine.id)


def test_who_sees_which_inbox(db: Database, act: Acts, vault: str) -> None:
    inbox(db, act("ann"), name="Mine")
    inbox(db, act("ann"), name="Ours", team=team_id(db))
    with db.read() as work:
        secret = work.projects.by_key(vault)
        assert secret
    inbox(db, act("ann"), name="Secret", project=secret.id)
    seen = {person: [shelf.name for shelf in shelves.suggest_shelves(db, act(person), "") if shelf.inbox]
            for person in ("ann", "bob", "carol", "dana")}  # fmt: skip
    assert seen == {"ann": ["Mine", "Ours", "Secret"], "bob": ["Ours"], "carol": [], "dana": ["Secret"]}


def test_a_preview_counts_shows_and_explains(db: Database, act: Acts) -> None:
    for _ in range(7):
        urgent(db, act("bob"))
    found = shelves.preview(db, act("ann"), "priority:P1")
    assert (len(found.cases), found.total, found.opened, found.problem) == (5, 7, 7, "")
    later = act("ann", at=START + timedelta(days=30))
    assert shelves.preview(db, later, "priority:P1").opened == 0
    wrong = shelves.preview(db, act("ann"), "priority:urgent")
    assert "urgent" in wrong.problem
    assert shelves.preview(db, act("gus"), "priority:P1").total == 0


def test_a_query_that_means_nothing_any_more_says_so(db: Database, act: Acts) -> None:
    people.keep_people(db, [Profile("u9", "Zoe")], frozenset())
    inbox(db, act("ann"), "assignee:zoe")
    people.keep_people(db, [Profile("u9", "Ida")], frozenset())
    (shelf,) = [shelf for shelf in shelves.list_shelves(db, act("ann")).shelves if shelf.inbox]
    assert shelf.count is None
    assert "zoe" in shelf.problem
    with pytest.raises(QueryError):
        shelves.open_shelf(db, act("ann"), shelf.id)


def test_pagerduty_is_raised_and_resolved_once_each(db: Database, act: Acts, listening: Listening) -> None:
    made = inbox(db, act("ann"), "priority:P1 is:open", channels=[])
    inboxes.add_recipient(db, act("ann"), made.id, Medium.PAGERDUTY, "PagerDuty", "sealed")
    case = urgent(db, act("bob"))
    settle(db, listening)
    working.close_case(db, act("bob"), case.id)
    settle(db, listening)
    working.note_case(db, act("bob"), case.id, "all well")
    settle(db, listening)
    assert [event for _, event in told(db)] == ["created", "resolved"]
    assert [row.data["notification"] for row in rows(db, Delivery, Delivery.partner == "pagerduty")] == [
        row.id for row in rows(db, Notification)
    ]


def test_two_projects_open_in_each(db: Database, act: Acts) -> None:
    assert [shelf.id for shelf in shelves.list_shelves(db, act("ann")).shelves] == ["mine", "created", "teams", "open"]
    project(db, act("dana"), "PAY")
    urgent(db, act("bob"), key="PAY")
    found = {shelf.id: shelf.count for shelf in shelves.list_shelves(db, act("ann")).shelves}
    assert found == {"mine": 0, "created": 0, "teams": 0, "open": 1, "open/OPS": 0, "open/PAY": 1}
    assert shelves.open_shelf(db, act("ann"), "open in pay").total == 1
