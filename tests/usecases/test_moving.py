"""A case moves to another project: under a new key, with all that hangs on it, and only where it may go."""

import pytest

from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.errors import Invalid, NotAllowed
from bot.domain.evidence import Note
from bot.usecases import looking, working
from bot.usecases.moving import move_case
from tests.usecases.world import card, fresh, open_case, project, rows, ts


@pytest.fixture
def net(db, act):
    """The id of NET, a public project."""
    return project(db, act("dana"), "NET")


@pytest.fixture
def vault_id(db, vault):
    with db.read() as work:
        return work.projects.by_key(vault).id


def found(db, act, query, who="ann"):
    return [case.key for case in looking.list_cases(db, act(who), query).cases]


def test_it_gets_a_key_of_the_new_project_and_the_old_one_still_finds_it(db, act, case, net):
    working.note_case(db, act("bob"), case.id, "the fan is loud")
    moved = move_case(db, act("ann"), case.id, net)
    assert (moved.case.key, moved.case.number, moved.case.project.key) == ("NET-1", 1, "NET")
    assert moved.entry.changes == {"project": ["OPS", "NET"], "key": ["OPS-1", "NET-1"]}
    assert looking.show_case(db, act("bob"), "ops-1").id == case.id
    assert working.take_case(db, act("bob"), "OPS-1").case.key == "NET-1"
    assert found(db, act, "project:NET") == ["NET-1"]
    assert found(db, act, "project:OPS") == []
    assert found(db, act, "key:OPS-1") == ["NET-1"]
    assert found(db, act, "fan net") == ["NET-1"], "the index of words follows the key"
    assert [row.case_id for row in rows(db, Note)] == [case.id]
    assert [one.key for one in looking.suggest_cases(db, act("ann"), "OPS-1")] == ["NET-1"]
    assert open_case(db, act("ann")).case.key == "OPS-2", "no other case gets the old key"


def test_moving_back_gives_the_old_key_back(db, act, case, net):
    open_case(db, act("ann"))
    with db.read() as work:
        ops = work.projects.by_key("OPS").id
    move_case(db, act("ann"), case.id, net)
    assert move_case(db, act("ann"), case.id, ops).case.key == "OPS-1"
    assert looking.show_case(db, act("ann"), "NET-1").key == "OPS-1"
    assert move_case(db, act("ann"), case.id, net).case.key == "NET-1", "and so on, without using up numbers"
    assert move_case(db, act("ann"), case.id, net).entry is None


def test_a_move_needs_the_right_in_both_projects(db, act, case, vault_id):
    with pytest.raises(NotAllowed, match="SEC belongs to the members"):
        move_case(db, act("bob"), case.id, vault_id)
    move_case(db, act("ann"), case.id, vault_id)
    with pytest.raises(NotAllowed):
        looking.show_case(db, act("bob"), "OPS-1")
    with pytest.raises(NotAllowed):
        move_case(db, act("bob"), "OPS-1", fresh(db, case).project_id)
    assert found(db, act, "key:OPS-1", "bob") == []


def test_whoever_has_it_must_see_where_it_goes(db, act, case, vault_id):
    working.take_case(db, act("bob"), case.id)
    with pytest.raises(Invalid, match="Bob has it and has no access to SEC"):
        move_case(db, act("ann"), case.id, vault_id)
    assert fresh(db, case).key == "OPS-1"
    working.assign_case(db, act("ann"), case.id, person="dana")
    assert move_case(db, act("ann"), case.id, vault_id).case.key == "SEC-1"


def test_a_project_that_is_gone(db, act, case):
    with pytest.raises(Invalid, match="no longer exists"):
        move_case(db, act("ann"), case.id, 999)


def told(db, entry: Entry):
    found_ = rows(db, Delivery, Delivery.entry_id == entry.id)
    return {(one.kind, one.target) for one in found_ if one.kind in {Tell.CARD, Tell.LINE}}


def test_both_cards_are_told_of_it_but_nothing_of_a_private_project(db, act, case, net, vault_id):
    card(db, case, "COPS", ts(1))
    to_net = move_case(db, act("ann"), case.id, net).entry
    assert told(db, to_net) == {("line", "CNET"), ("card", "CNET"), ("line", "COPS"), ("card", "COPS")}
    to_vault = move_case(db, act("ann"), case.id, vault_id).entry
    assert told(db, to_vault) == {("line", "CSEC"), ("card", "CSEC"), ("card", "COPS")}


def test_the_same_move_twice_is_one(db, act, case, net):
    once = act("ann")
    first, second = (move_case(db, once, case.id, net) for _ in range(2))
    assert (first.entry.id, second.repeated) == (second.entry.id, True)
