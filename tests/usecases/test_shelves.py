"""Looking into inboxes: pages of them, what is found by typing, others' inboxes, the form, the App Home."""

import pytest
from sqlalchemy import select

from bot.domain.delivery import Delivery, Tell
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.person import Team, TeamMember
from bot.domain.priority import Priority
from bot.domain.project import Project
from bot.storage.database import Database
from bot.usecases import inbox_forms, inboxes, people, shelves
from bot.usecases.inboxes import InboxFields
from tests.usecases.world import START, Acts, open_case, project


@pytest.fixture(autouse=True)
def ops(db: Database, act: Acts) -> None:
    project(db, act("dana"), "OPS")


def inbox(db, act, name, query="is:open", **fields):
    return inboxes.create_inbox(db, act, InboxFields(name=name, query=query, **fields))


def add_team(db, handle, *members):
    with db.write() as work:
        team = Team(slack_id=f"S{handle}", handle=handle, name=handle.upper(), members=[])
        team.members = [TeamMember(person_id=person) for person in members]
        work.add(team)
        return team.id


def homes(db):
    with db.read() as work:
        return [row.target for row in work.session.scalars(select(Delivery).where(Delivery.kind == Tell.HOME.value))]


def test_inboxes_are_listed_in_pages_each_counted(db: Database, act: Acts) -> None:
    open_case(db, act("bob"))
    for number in range(30):
        inbox(db, act("ann"), f"Inbox {number:02}")
    first, last, beyond = (shelves.list_shelves(db, act("ann"), page=page) for page in (1, 5, 99))
    assert (first.page, first.pages, first.total, len(first.shelves)) == (1, 5, 34, 8)
    assert [shelf.count for shelf in last.shelves] == [1, 1]
    assert last.shelves[-1].name == "Inbox 29"
    assert (beyond.page, shelves.list_shelves(db, act("ann"), page=-3).page) == (5, 1)


def test_inboxes_are_found_by_a_part_of_their_name(db: Database, act: Acts) -> None:
    for name in ("Urgent checkouts", "Checkout, all", "Logins"):
        inbox(db, act("ann"), name)
    assert [shelf.name for shelf in shelves.suggest_shelves(db, act("ann"), "CHECKOUT")] == [
        "Checkout, all", "Urgent checkouts",
    ]  # fmt: skip
    assert len(shelves.suggest_shelves(db, act("ann"), "")) == 7
    assert shelves.suggest_shelves(db, act("bob"), "checkout") == []


def test_whose_an_inbox_is(db: Database, act: Acts) -> None:
    team = add_team(db, "sre", "ann", "bob")
    with db.read() as work:
        ops = work.session.scalar(select(Project.id))
    inbox(db, act("ann"), "Mine")
    inbox(db, act("ann"), "Ours", team=team)
    inbox(db, act("ann"), "Theirs", project=ops)
    whose = {shelf.name: (shelf.whose, shelf.can_edit) for shelf in shelves.list_shelves(db, act("bob")).shelves}
    assert whose["Ours"] == ("@sre", True)
    assert whose["Theirs"] == ("OPS", False)
    assert "Mine" not in whose


def test_an_inbox_of_somebody_else_shows_what_they_mean_and_what_one_may_see(db: Database, act: Acts) -> None:
    project(db, act("dana"), "SEC", members=("ann", "dana"))
    open_case(db, act("ann"), "hers")
    open_case(db, act("ann"), "hers in secret", key="SEC")
    open_case(db, act("bob"), "his")
    made = inbox(db, act("ann"), "Reported by me", "reporter:@me")
    seen = {
        person: {case.title for case in shelves.open_inbox(db, act(person), made.id).cases}
        for person in ("ann", "bob", "gus")
    }
    assert seen == {"ann": {"hers", "hers in secret"}, "bob": {"hers"}, "gus": set()}
    assert shelves.open_inbox(db, act("bob"), made.id).inbox == made.id
    with pytest.raises(NotFound):
        shelves.open_shelf(db, act("bob"), f"inbox/{made.id}")
    inboxes.delete_inbox(db, act("ann"), made.id)
    with pytest.raises(NotFound, match="no longer exists"):
        shelves.open_inbox(db, act("bob"), made.id)


def test_the_inbox_that_home_shows_is_counted_however_many_there_are(db: Database, act: Acts) -> None:
    open_case(db, act("bob"))
    for number in range(40):
        inbox(db, act("ann"), f"Inbox {number:02}")
    last = shelves.suggest_shelves(db, act("ann"), "Inbox 39")[0]
    people.turn_home(db, act("ann"), inbox=last.id)
    page = shelves.home_page(db, "ann", START)
    assert page.inbox == last.id
    counted = [shelf.name for shelf in page.shelves if shelf.count is not None]
    assert len(counted) == shelves.COUNTED + 1
    assert counted[-1] == "Inbox 39"


def test_the_form_offers_the_teams_and_projects_of_its_owner(db: Database, act: Acts) -> None:
    mine, others = add_team(db, "pay", "carol", "bob"), add_team(db, "web", "bob")
    project(db, act("dana"), "SEC", members=("dana",))
    open_case(db, act("bob"), priority=Priority.P1)
    form = inbox_forms.new_form(db, act("carol"), "priority:P1")
    assert ([team.id for team in form.teams], [one.key for one in form.projects]) == ([mine], ["OPS"])
    assert (form.preview.total, form.owner, form.inbox) == (1, "", None)
    made = inbox(db, act("carol"), "Ours", team=mine)
    edited = inbox_forms.edit_form(db, act("bob"), made.id)
    assert (edited.owner, [team.id for team in edited.teams]) == ("Carol", [mine])
    assert others not in [team.id for team in edited.teams]
    assert edited.inbox
    assert edited.inbox.name == "Ours"
    with pytest.raises(NotAllowed, match="Carol's"):
        inbox_forms.edit_form(db, act("ann"), made.id)


def test_a_team_that_is_gone_stays_on_its_inbox(db: Database, act: Acts) -> None:
    team = add_team(db, "pay", "carol")
    made = inbox(db, act("carol"), "Ours", team=team)
    with db.write() as work:
        found = work.teams.by_id(team)
        assert found
        found.gone_at = START
    assert inbox_forms.new_form(db, act("carol")).teams == []
    assert [one.id for one in inbox_forms.edit_form(db, act("carol"), made.id).teams] == [team]


def test_what_somebody_does_with_an_inbox_shows_on_their_home(db: Database, act: Acts) -> None:
    made = inbox(db, act("ann"), "Mine")
    assert homes(db) == []
    people.open_home(db, act("ann"))
    again = act("ann")
    for _ in range(2):
        inboxes.mute_inbox(db, again, made.id)
    inboxes.change_inbox(db, act("ann"), made.id, InboxFields("Mine", "is:closed"))
    inboxes.delete_inbox(db, act("ann"), made.id)
    inbox(db, act("ann"), "Another")
    assert homes(db) == ["ann"] * 5
