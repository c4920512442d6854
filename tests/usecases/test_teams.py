"""Teams kept here and mirrored ones: who may do what, what is kept, where their cases are told."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.domain.case import Case
from bot.domain.delivery import CHORES, Delivery, Tell
from bot.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from bot.domain.person import Team
from bot.domain.priority import Priority
from bot.domain.project import Channel
from bot.storage.database import Database
from bot.usecases import looking, people, teams, working
from bot.usecases.people import Group
from tests.usecases.world import START, Acts, at_once, card, open_case, rows

NEW: dict[str, Any] = {
    "handle": "@DBA",
    "name": " Database  admins ",
    "members": ["bob", "carol"],
    "home_channel": None,
}
SRE = Group("SSRE", "sre", "SRE", ("ann", "bob"))


@pytest.fixture
def dba(db: Database, act: Acts) -> Team:
    return teams.create_team(db, act("dana"), **NEW)


def team(db: Database, team_id: int) -> Team:
    with db.read() as work:
        found = work.teams.by_id(team_id)
    assert found
    return found


def asked(db: Database, kind: Tell) -> list[Delivery]:
    return rows(db, Delivery, Delivery.kind == kind.value)


def changed(db: Database, act: Any, one: Team, **over: Any) -> tuple[Team, bool]:
    now = team(db, one.id)
    same = {"handle": now.handle, "name": now.name, "members": now.member_ids, "home_channel": now.home_channel}
    return teams.change_team(db, act, one.id, **({"seen": now.version} | same | over))


def listed(db: Database, act: Acts, query: str, who: str = "ann") -> list[str]:
    return [case.key for case in looking.list_cases(db, act(who), query).cases]


def test_a_team_is_kept(db: Database, act: Acts, dba: Team) -> None:
    kept = team(db, dba.id)
    assert (kept.handle, kept.name, kept.is_mirrored, kept.created_by) == ("dba", "Database admins", False, "dana")
    assert kept.member_ids == {"bob", "carol"}
    page = teams.show_team(db, act("ann"), "@dba")
    assert ([one.name for one in page.members], page.may_edit_members, page.may_manage) == (
        ["Bob", "Carol"],
        False,
        False,
    )
    listing = teams.list_teams(db, act("ann"))
    assert [(row.team.handle, row.size, row.is_overshadowed) for row in listing.rows] == [
        ("dba", 2, False), ("sre", 2, False),
    ]  # fmt: skip
    assert not listing.may_create
    assert teams.list_teams(db, act("dana")).may_create


def test_a_form_that_slack_repeats_makes_one_team(db: Database, act: Acts) -> None:
    acts = [act("dana") for _ in range(6)]
    made = at_once(6, lambda index: teams.create_team(db, acts[index], **NEW))
    assert {one.id for one in made} == {made[0].id}
    assert len(rows(db, Team)) == 2


def test_two_admins_cannot_take_the_same_handle(db: Database, act: Acts) -> None:
    people.keep_people(db, [people.Profile("dora", "Dora", is_admin=True)], frozenset())
    acts = [act(who) for who in ("dana", "dora") * 2]
    made = at_once(4, lambda index: teams.create_team(db, acts[index], **NEW))
    assert len({one.id for one in made if isinstance(one, Team)}) == 1
    refused = [one for one in made if not isinstance(one, Team)]
    assert [one.fields for one in refused] == [{"handle": "@dba is taken. Choose another handle."}] * 2


@pytest.mark.parametrize(
    ("over", "field", "words"),
    [
        ({"handle": "SRE"}, "handle", "is a user group in Slack"),
        ({"handle": ""}, "handle", "one word"),
        ({"handle": "a b"}, "handle", "one word"),
        ({"handle": "<!here>"}, "handle", "one word"),
        ({"handle": "me"}, "handle", "means something else"),
        ({"handle": "x" * 41}, "handle", "up to 40"),
        ({"name": "x" * 121}, "name", "up to 120"),
        ({"members": []}, "members", "at least one"),
        ({"members": [f"p{n}" for n in range(201)]}, "members", "up to 200"),
        ({"members": ["nobody-known"]}, "members", "does not know"),
        ({"members": ["robot"]}, "members", "Robot is an app"),
        ({"members": ["bob", "gone"]}, "members", "Gone is an app or no longer"),
    ],
)
def test_what_is_wrong_is_said_by_field(
    db: Database, act: Acts, over: dict[str, Any], field: str, words: str
) -> None:  # fmt: skip
    with pytest.raises(Invalid) as refused:
        teams.create_team(db, act("dana"), **(NEW | over))
    assert words in refused.value.fields[field]
    assert len(rows(db, Team)) == 1


def test_handles_of_other_scripts_are_handles(db: Database, act: Acts) -> None:
    made = teams.create_team(db, act("dana"), **(NEW | {"handle": "ÜBER-wacht", "name": ""}))
    assert (made.handle, made.name) == ("über-wacht", "über-wacht")
    assert teams.show_team(db, act("ann"), "Über-Wacht").team.id == made.id


def test_who_may(db: Database, act: Acts, dba: Team) -> None:
    members = {"seen": dba.version, "members": ["bob"]}
    manage = [
        lambda act: teams.require_team_admin(db, act),
        lambda act: teams.create_team(db, act, **(NEW | {"handle": "mine"})),
        lambda act: changed(db, act, dba, name="Mine"),
        lambda act: teams.change_home(db, act, dba.id, seen=dba.version, home_channel="COPS"),
        lambda act: teams.delete_team(db, act, dba.id),
    ]
    for who in ("ann", "bob", "gus", "olga", "gone", "robot"):
        for use in manage:
            with pytest.raises(NotAllowed):
                use(act(who))
    for who in ("ann", "gus", "olga", "gone", "robot"):
        with pytest.raises(NotAllowed):
            teams.change_members(db, act(who), dba.id, **members)
    for who in ("gus", "olga", "gone", "robot"):
        with pytest.raises(NotAllowed):
            teams.list_teams(db, act(who))
        with pytest.raises(NotAllowed):
            teams.show_team(db, act(who), dba.id)
    assert team(db, dba.id).version == dba.version
    changed_, did = teams.change_members(db, act("carol"), dba.id, **members)
    assert (changed_.member_ids, did) == ({"bob"}, True)
    with pytest.raises(NotAllowed, match="Only its members"):
        teams.change_members(db, act("carol"), dba.id, seen=changed_.version, members=["carol"])


def test_of_a_mirrored_team_only_the_home_channel_is_changed_here(db: Database, act: Acts) -> None:
    (sre,) = rows(db, Team)
    for use in (
        lambda: changed(db, act("dana"), sre, name="Mine"),
        lambda: teams.change_members(db, act("ann"), sre.id, seen=0, members=["ann"]),
        lambda: teams.delete_team(db, act("dana"), sre.id),
    ):
        with pytest.raises(Invalid, match="change it there"):
            use()
    _, did = teams.change_home(db, act("dana"), sre.id, seen=sre.version, home_channel="CSRE")
    assert did
    assert [row.target for row in asked(db, Tell.CHANNEL)][-1] == "CSRE"
    assert {channel.id for channel in rows(db, Channel)} == {"COPS", "CSRE"}
    people.keep_groups(db, [Group("SSRE", "sre", "Reliability", ("ann",))], START)
    assert (team(db, sre.id).home_channel, team(db, sre.id).name) == ("CSRE", "Reliability")


def test_forms_do_not_overwrite_each_other_but_may_be_repeated(db: Database, act: Acts, dba: Team) -> None:
    _, did = changed(db, act("dana"), dba, seen=dba.version, name="Data")
    assert did
    assert changed(db, act("dana"), dba, seen=dba.version)[1] is False
    with pytest.raises(Conflict, match="Somebody has changed @dba"):
        changed(db, act("dana"), dba, seen=dba.version, name="Dates")
    with pytest.raises(Conflict):
        teams.change_members(db, act("bob"), dba.id, seen=dba.version, members=["bob"])
    assert (team(db, dba.id).name, team(db, dba.id).member_ids) == ("Data", {"bob", "carol"})
    at = team(db, dba.id).version
    forms = at_once(
        4, lambda n: teams.change_members(db, act("bob"), dba.id, seen=at, members=["bob", ("ann", "dana")[n % 2]])
    )
    assert {type(one) for one in forms} <= {tuple, Conflict}
    assert team(db, dba.id).version == at + 1


def test_somebody_who_left_may_stay_in_a_team_but_not_come(db: Database, act: Acts, dba: Team) -> None:
    people.keep_people(db, [people.Profile("carol", "Carol", is_gone=True)], frozenset())
    assert changed(db, act("dana"), dba, members=["bob", "carol", "ann"])[1]
    with pytest.raises(Invalid):
        changed(db, act("dana"), dba, members=["bob", "gone"])


def test_a_later_group_of_the_same_handle_is_the_one_that_is_meant(
    db: Database, act: Acts, dba: Team, case: Case
) -> None:
    working.assign_case(db, act("ann"), case.id, team="dba")
    people.keep_groups(db, [SRE, Group("SDBA", "dba", "Slack's", ("ann",))], START)
    assert teams.show_team(db, act("ann"), "dba").team.is_mirrored
    assert [row.is_overshadowed for row in teams.list_teams(db, act("ann")).rows] == [False, True, False]
    assert teams.show_team(db, act("ann"), dba.id).is_overshadowed
    assert listed(db, act, "team:@dba") == []
    assert changed(db, act("dana"), dba, members=["bob"])[1], "what does not touch the handle can be changed"
    with pytest.raises(Invalid, match="user group in Slack"):
        changed(db, act("dana"), dba, handle="sre")
    assert changed(db, act("dana"), dba, handle="databases")[1]
    assert listed(db, act, "team:@databases") == ["OPS-1"]


def test_a_deleted_team_keeps_its_cases_and_can_come_back(db: Database, act: Acts, dba: Team, case: Case) -> None:
    working.assign_case(db, act("ann"), case.id, team=dba.id)
    changed(db, act("dana"), dba, home_channel="COPS")
    teams.delete_team(db, act("dana"), dba.id)
    gone = teams.delete_team(db, act("dana"), dba.id)
    assert (gone.gone_at is not None, gone.home_channel, gone.version) == (True, None, 3)
    assert listed(db, act, "team:@dba") == listed(db, act, "team:@me", "bob") == ["OPS-1"]
    other = open_case(db, act("ann")).case
    for use in (
        lambda: working.assign_case(db, act("ann"), other.id, team="dba"),
        lambda: working.assign_case(db, act("ann"), other.id, team=dba.id),
        lambda: open_case(db, act("ann"), teams=[dba.id]),
        lambda: changed(db, act("dana"), dba, name="Still here"),
    ):
        with pytest.raises(Invalid):
            use()
    assert looking.suggest_teams(db, act("ann"), "dba") == []
    with pytest.raises(Invalid, match="was deleted"):
        changed(db, act("dana"), teams.create_team(db, act("dana"), **(NEW | {"handle": "x"})), handle="dba")
    back = teams.create_team(db, act("dana"), **(NEW | {"members": ["ann"]}))
    assert (back.id, back.gone_at, back.member_ids) == (dba.id, None, {"ann"})
    assert listed(db, act, "team:@me") == ["OPS-1"]


def test_what_is_not_there_is_not_found(db: Database, act: Acts) -> None:
    for ref in ("nobody", 999, "S\x00X"):
        with pytest.raises(NotFound, match="`/case team`"):
            teams.show_team(db, act("ann"), ref)
    with pytest.raises(Invalid, match=r"There is no team @nobody"):
        working.assign_case(db, act("ann"), open_case(db, act("ann")).case.id, team="nobody")


# -- where cases of a team are told ---------------------------------------------------------------------------------
def told_in(db: Database, kind: Tell, after: int) -> list[str]:
    return [row.target for row in asked(db, kind) if row.id > after]


def last(db: Database) -> int:
    return max(row.id for row in rows(db, Delivery))


def test_a_case_is_told_where_its_team_is_at_home_as_long_as_it_has_it(
    db: Database, act: Acts, dba: Team, case: Case
) -> None:
    changed(db, act("dana"), dba, home_channel="CDBA")
    card(db, case, "COPS", "1.1")
    before = last(db)
    working.assign_case(db, act("ann"), case.id, team="dba")
    assert told_in(db, Tell.LINE, before) == told_in(db, Tell.CARD, before) == ["COPS", "CDBA"]
    card(db, case, "CDBA", "2.1", for_team=True)
    before = last(db)
    working.assign_case(db, act("ann"), case.id, nobody=True)
    assert told_in(db, Tell.LINE, before) == ["COPS", "CDBA"], "the last thing said there"
    before = last(db)
    working.prioritize_case(db, act("ann"), case.id, Priority.P1)
    assert (told_in(db, Tell.LINE, before), told_in(db, Tell.CARD, before)) == (["COPS"], ["COPS", "CDBA"])


def test_no_card_of_a_private_project_leaves_its_channel(db: Database, act: Acts, dba: Team, vault: str) -> None:
    changed(db, act("dana"), dba, home_channel="COPS")
    before = last(db)
    secret = open_case(db, act("ann"), key=vault, teams=[dba.id]).case
    working.prioritize_case(db, act("ann"), secret.id, Priority.P1)
    assert {*told_in(db, Tell.CARD, before), *told_in(db, Tell.LINE, before)} == {"CSEC"}


# -- mirroring ------------------------------------------------------------------------------------------------------
def writes(db: Database, use: Any) -> int:
    begun: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        begun.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        use()
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len([one for one in begun if not one.lstrip().upper().startswith(("SELECT", "BEGIN", "PRAGMA"))])


def test_mirroring_what_is_known_writes_nothing_and_waits_for_no_writer(db: Database) -> None:
    gone = Group("SOLD", "old", "Old", (), is_gone=True)
    people.keep_groups(db, [SRE, gone], START)
    assert writes(db, lambda: people.keep_groups(db, [SRE, gone], START + timedelta(hours=1))) == 0
    with db.write():
        people.keep_groups(db, [SRE, gone], START + timedelta(hours=2))
    assert [row.gone_at for row in rows(db, Team)] == [None, START]
    assert asked(db, Tell.REDRAW) == []


def test_cards_follow_what_becomes_of_a_team_a_few_at_a_time(db: Database, act: Acts) -> None:
    (sre,) = rows(db, Team)
    cases = [open_case(db, act("ann"), teams=[sre.id]).case for _ in range(13)]
    for one in cases[:-1]:
        card(db, one, "COPS", f"{one.number}.1")
    working.close_case(db, act("ann"), cases[0].id, "Resolved")
    people.keep_groups(db, [], START)
    (first,) = asked(db, Tell.REDRAW)
    assert (first.partner, first.not_before) == (CHORES, START)
    before = last(db)
    for _ in range(2):
        teams.redraw_cards(db, first.data, START)
    drawn = [row.case_id for row in asked(db, Tell.CARD) if row.id > before]
    assert drawn == [one.id for one in cases[1:11]]
    _, second = asked(db, Tell.REDRAW)
    assert (second.lane, second.data["after"]) == ("chores/redraw", cases[10].id)
    before = last(db)
    teams.redraw_cards(db, second.data, START)
    drawn = [row.case_id for row in asked(db, Tell.CARD) if row.id > before]
    assert drawn == [cases[11].id], "the last one's card is still to be posted, and will be right"
    assert len(asked(db, Tell.REDRAW)) == 2
    people.keep_groups(db, [], START + timedelta(hours=1))
    assert len(asked(db, Tell.REDRAW)) == 2
