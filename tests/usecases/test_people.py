"""The mirror of Slack's directory, and what people choose for themselves."""

from typing import Any

import pytest

from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.errors import NotAllowed
from bot.domain.person import Notify, Person, Team, TeamMember
from bot.domain.project import Channel, ChannelMember
from bot.storage.database import Database
from bot.usecases import looking, people, projects, working
from bot.usecases.access import Stranger
from bot.usecases.people import Group, Profile
from tests.usecases.world import START, Acts, at_once, fresh, mirror, open_case, rows


def one(db: Database, person_id: str) -> Person:
    (found,) = rows(db, Person, Person.id == person_id)
    assert isinstance(found, Person)
    return found


def test_people_are_kept_as_slack_knows_them(database: Database) -> None:
    assert not people.knows_anybody(database)
    people.keep_people(
        database,
        [Profile("ann", "A\x00nn\n B" + "x" * 100, tz="T" * 100), Profile("bob", ""), Profile("bob", "Bob", tz="UTC")],
        frozenset({"ann"}),
    )
    assert people.knows_anybody(database)
    ann, bob = one(database, "ann"), one(database, "bob")
    assert (ann.name[:7], len(ann.name), len(ann.tz), ann.is_admin) == ("Ann Bxx", 80, 64, True)
    assert (bob.name, bob.is_admin, bob.notify, bob.home_opened_at) == ("Bob", False, "all", None)
    people.keep_people(database, [Profile("ann", "\u202f"), Profile("bob", "Bob", is_admin=True)], frozenset())
    assert (one(database, "ann").name, one(database, "ann").is_admin) == ("ann", False)
    assert one(database, "bob").is_admin


def test_what_people_chose_outlives_the_mirror(db: Database, act: Acts) -> None:
    people.choose_notify(db, act("ann"), Notify.NOTHING)
    people.keep_people(db, [Profile("ann", "Ann B", is_guest=True)], frozenset())
    assert (one(db, "ann").notify, one(db, "ann").name, one(db, "ann").is_guest) == ("nothing", "Ann B", True)


def test_two_replicas_mirror_the_same_people_and_groups_at_once(database: Database) -> None:
    profiles = [Profile(f"p{number}", f"Person {number}") for number in range(40)]
    groups = [Group(f"S{number}", f"team-{number}", "Team", ("p1", "p2")) for number in range(10)]

    def both(index: int) -> None:
        people.keep_people(database, profiles, frozenset())
        people.keep_groups(database, groups, START)

    assert at_once(4, both) == [None] * 4
    assert len(rows(database, Person)) == 40
    assert (len(rows(database, Team)), len(rows(database, TeamMember))) == (10, 20)


def test_user_groups_are_teams(db: Database) -> None:
    people.keep_groups(
        db,
        [Group("SSRE", "s\x00re2", "SRE", ("bob", "carol", "bob")), Group("SDBA", "d" * 99, "D" * 200, ())],
        START,
    )
    sre, dba = rows(db, Team)
    assert (sre.handle, sre.slack_id, sre.gone_at) == ("sre2", "SSRE", None)
    assert [row.person_id for row in rows(db, TeamMember, TeamMember.team_id == sre.id)] == ["bob", "carol"]
    assert (len(dba.handle), len(dba.name)) == (80, 120)
    people.keep_groups(db, [Group("SSRE", "sre", "SRE", (), is_gone=True)], START)
    assert [team.gone_at for team in rows(db, Team)] == [START, START], "switched off, and missing"
    people.keep_groups(db, [Group("SSRE", "sre", "SRE", ("ann",))], START)
    assert [team.gone_at for team in rows(db, Team)] == [None, START]


def test_a_channel_that_turns_private_shuts_out_whoever_is_not_in_it(db: Database, act: Acts, case: Case) -> None:
    mirror(db, "COPS", members=("ann", "dana", "ann"))
    looking.show_case(db, act("ann"), case.id)
    with pytest.raises(NotAllowed, match="private channel"):
        looking.show_case(db, act("bob"), case.id)
    mirror(db, "COPS", members=("bob",))
    looking.show_case(db, act("bob"), case.id)
    with pytest.raises(NotAllowed, match="private channel"):
        looking.show_case(db, act("ann"), case.id)
    mirror(db, "COPS")
    looking.show_case(db, act("carol"), case.id)
    assert rows(db, ChannelMember) == []


def test_a_channel_that_casebook_has_lost_is_private_with_the_members_last_known(
    db: Database, act: Acts, case: Case
) -> None:
    mirror(db, "COPS", members=("ann",))
    people.lose_channel(db, "COPS", START)
    (channel,) = rows(db, Channel)
    assert (channel.is_private, channel.is_member, channel.mirrored_at) == (True, False, START)
    looking.show_case(db, act("ann"), case.id)
    with pytest.raises(NotAllowed, match="private channel"):
        looking.show_case(db, act("bob"), case.id)


def test_a_public_channel_that_casebook_has_lost_lets_nobody_in_until_it_is_found_again(
    db: Database, act: Acts, case: Case
) -> None:
    people.lose_channel(db, "COPS", START)
    for who in ("ann", "dana"):
        with pytest.raises(NotAllowed, match="private channel"):
            looking.show_case(db, act(who), case.id)
    mirror(db, "COPS")
    looking.show_case(db, act("ann"), case.id)


def test_channels_that_are_nobodys_home_are_not_kept(db: Database) -> None:
    mirror(db, "CGENERAL")
    people.lose_channel(db, "CGENERAL", START)
    assert [channel.id for channel in rows(db, Channel)] == ["COPS"]
    assert people.is_home_channel(db, "COPS")
    assert not people.is_home_channel(db, "CGENERAL")


def test_the_directory_is_asked_for_once_an_occasion(db: Database) -> None:
    before = len(rows(db, Delivery))
    assert at_once(4, lambda index: people.ask_for_directory(db, START, "hourly/9")) == [None] * 4
    asked = rows(db, Delivery)[before:]
    assert sorted((row.kind, row.target) for row in asked) == [("channel", "COPS"), ("people", ""), ("teams", "")]
    people.ask_for_directory(db, START, "hourly/10")
    assert len(rows(db, Delivery)) == before + 6


def test_asking_with_others_leaves_nothing_out(db: Database) -> None:
    before = len(rows(db, Delivery))

    def ask(index: int) -> None:
        people.ask_for(db, Tell.PERSON, START, "event/1", "zed")
        people.ask_for_directory(db, START, "hourly/9")
        people.ask_for(db, Tell.PERSON, START, f"event/{index}", "yan")

    assert at_once(6, ask) == [None] * 6
    keys = {row.key for row in rows(db, Delivery)[before:]}
    assert len(keys) == 1 + 3 + 6


def test_opening_the_home_tab_has_it_drawn_and_kept_true(db: Database, act: Acts, case: Case) -> None:
    opening = act("ann")
    people.open_home(db, opening)
    people.open_home(db, opening)
    (drawn,) = rows(db, Delivery, Delivery.kind == Tell.HOME)
    assert (drawn.target, one(db, "ann").home_opened_at) == ("ann", opening.at)
    working.take_case(db, act("bob"), case.id)
    assert len(rows(db, Delivery, Delivery.kind == Tell.HOME)) == 2


def test_turning_the_home_tab(db: Database, act: Acts) -> None:
    people.turn_home(db, act("ann"), inbox="open")
    people.turn_home(db, act("ann"), page=3)
    assert (one(db, "ann").home_inbox, one(db, "ann").home_page) == ("open", 3)
    people.turn_home(db, act("ann"), inbox="teams")
    assert (one(db, "ann").home_inbox, one(db, "ann").home_page) == ("teams", 1)
    assert len(rows(db, Delivery, Delivery.kind == Tell.HOME)) == 3


def test_a_click_on_the_home_tab_that_slack_repeats_does_nothing_more(db: Database, act: Acts) -> None:
    first = act("ann", origin="click/1")
    people.turn_home(db, first, page=2)
    people.turn_home(db, act("ann"), page=3)
    people.turn_home(db, first, page=2)
    assert one(db, "ann").home_page == 3
    clicks: list[Any] = at_once(5, lambda index: people.choose_notify(db, act("ann", origin="click/2"), Notify.MINE))
    assert clicks == [None] * 5
    assert one(db, "ann").notify == "mine"
    assert len(rows(db, Delivery, Delivery.kind == Tell.HOME)) == 3


def test_a_stranger_has_no_home(db: Database, act: Acts) -> None:
    for use in (
        lambda: people.open_home(db, act("zed")),
        lambda: people.turn_home(db, act("zed"), page=2),
        lambda: people.choose_notify(db, act("zed"), Notify.ALL),
        lambda: projects.list_projects(db, act("zed")),
    ):
        with pytest.raises(Stranger):
            use()


def test_what_people_hear_follows_their_choice(db: Database, act: Acts) -> None:
    people.choose_notify(db, act("bob"), Notify.NOTHING)
    case = open_case(db, act("ann"), assignee="bob").case
    working.watch_case(db, act("carol"), case.id)
    people.choose_notify(db, act("carol"), Notify.MINE)
    working.prioritize_case(db, act("dana"), case.id, working.Priority.P1)
    told = [row.target for row in rows(db, Delivery, Delivery.kind == Tell.DM)]
    assert told == ["ann"]
    assert fresh(db, case).priority == "P1"
