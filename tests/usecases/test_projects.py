"""Projects: who makes them, what they may be, and what becomes of their home channels."""

from typing import Any

import pytest

from bot.domain.delivery import Delivery, Tell
from bot.domain.errors import Invalid, NotAllowed, NotFound
from bot.domain.project import Channel, ChannelMember, Project
from bot.storage.database import Database
from bot.usecases import intake_sources, people, projects
from tests.usecases.world import START, Acts, at_once, mirror, open_case, rows

NEW: dict[str, Any] = {"key": "web", "name": " Web  shop ", "home_channel": "CWEB", "retention_months": 15}
SAME: dict[str, Any] = {
    "name": "OPS team", "home_channel": "COPS", "retention_months": 15, "guests_allowed": False
}  # fmt: skip


def shelf(db: Database, key: str) -> Project:
    (found,) = rows(db, Project, Project.key == key)
    assert isinstance(found, Project)
    return found


def test_a_project_is_its_makers_alone_until_slack_has_said_what_its_channel_is(db: Database, act: Acts) -> None:
    made = projects.create_project(db, act("dana"), **NEW)
    assert (made.key, made.name, made.is_private, made.created_by) == ("WEB", "Web shop", True, "dana")
    (asked,) = rows(db, Delivery, Delivery.kind == Tell.CHANNEL, Delivery.target == "CWEB")
    assert asked.state == "due"
    with pytest.raises(NotAllowed):
        open_case(db, act("ann"), key="WEB")
    assert open_case(db, act("dana"), key="WEB").case.key == "WEB-1"
    mirror(db, "CWEB")
    assert not shelf(db, "WEB").is_private
    assert open_case(db, act("ann"), key="WEB").case.key == "WEB-2"
    assert rows(db, ChannelMember, ChannelMember.channel_id == "CWEB") == []


def test_a_project_in_a_channel_that_is_known_is_open_at_once(db: Database, act: Acts) -> None:
    made = projects.create_project(db, act("dana"), **(NEW | {"home_channel": "COPS"}))
    assert not made.is_private
    assert {project.key for project in projects.list_projects(db, act("ann"))[0]} == {"OPS", "WEB"}


def test_only_admins_make_and_change_projects(db: Database, act: Acts) -> None:
    for who in ("ann", "gus", "olga", "gone", "robot"):
        for use in (
            lambda act: projects.require_admin(db, act),
            lambda act: projects.create_project(db, act, **NEW),
            lambda act: projects.change_project(db, act, "OPS", **(SAME | {"name": "Mine"})),
            lambda act: intake_sources.intake_of(db, act, "OPS"),
        ):
            with pytest.raises(NotAllowed, match=r"Only Casebook's admins manage projects. Ask @Dana."):
                use(act(who))
    assert [row.name for row in rows(db, Project)] == ["OPS team"]


def test_a_form_that_slack_repeats_makes_one_project(db: Database, act: Acts) -> None:
    first = projects.create_project(db, act("dana"), **NEW)
    assert projects.create_project(db, act("dana"), **NEW).id == first.id
    assert len(rows(db, Project)) == 2


def test_a_form_that_slack_repeats_at_once_makes_one_project(db: Database, act: Acts) -> None:
    acts = [act("dana") for _ in range(6)]
    made = at_once(6, lambda index: projects.create_project(db, acts[index], **NEW))
    assert len({project.id for project in made}) == 1


def test_a_key_is_taken_once(db: Database, act: Acts) -> None:
    people.keep_people(db, [people.Profile("dora", "Dora", is_admin=True)], frozenset())
    acts = [act(who) for who in ("dana", "dora") * 3]
    made = at_once(6, lambda index: projects.create_project(db, acts[index], **NEW))
    refused = [one for one in made if isinstance(one, Exception)]
    assert len({project.id for project in made if isinstance(project, Project)}) == 1
    assert len(refused) == 3
    for one in refused:
        assert isinstance(one, Invalid)
        assert one.fields == {"key": "WEB is taken. Choose another key."}


def test_what_is_wrong_is_said_by_field(db: Database, act: Acts) -> None:
    with pytest.raises(Invalid) as refused:
        projects.create_project(db, act("dana"), key="\x00", name="", home_channel="CWEB", retention_months=0)
    assert set(refused.value.fields) == {"key", "name", "retention"}
    with pytest.raises(Invalid):
        projects.change_project(db, act("dana"), "OPS", **(SAME | {"name": "\x00"}))
    assert (len(rows(db, Project)), len(rows(db, Channel))) == (1, 1)


def test_changing_a_project(db: Database, act: Acts) -> None:
    assert projects.change_project(db, act("dana"), " ops ", **SAME)[1] is False
    new = SAME | {"name": "O\x00ps", "guests_allowed": True}
    changed, did = projects.change_project(db, act("dana"), "OPS", **new)
    assert (did, changed.name, changed.guests_allowed, changed.is_private) == (True, "Ops", True, False)
    assert intake_sources.intake_of(db, act("dana"), "ops\x00").project.name == "Ops"
    for use in (
        lambda: intake_sources.intake_of(db, act("dana"), "nope"),
        lambda: projects.change_project(db, act("dana"), "nope", **SAME),
    ):
        with pytest.raises(NotFound, match="There is no project NOPE"):
            use()


def test_a_project_that_moves_is_private_until_its_new_channel_is_known(db: Database, act: Acts) -> None:
    changed, did = projects.change_project(db, act("dana"), "OPS", **(SAME | {"home_channel": "CNEW"}))
    assert (did, changed.home_channel, changed.is_private) == (True, "CNEW", True)
    with pytest.raises(NotAllowed):
        open_case(db, act("ann"))
    mirror(db, "CNEW", members=("ann",))
    assert open_case(db, act("ann")).case.key == "OPS-1"
    with pytest.raises(NotAllowed):
        open_case(db, act("dana"))
    with pytest.raises(NotAllowed, match="OPS belongs to the members of its private channel"):
        projects.change_project(db, act("dana"), "OPS", **SAME)


def test_a_private_project_is_changed_by_an_admin_among_its_members(db: Database, act: Acts, vault: str) -> None:
    people.keep_people(db, [people.Profile("dora", "Dora", is_admin=True)], frozenset())
    for use in (
        lambda: intake_sources.intake_of(db, act("dora"), vault),
        lambda: projects.change_project(db, act("dora"), vault, **(SAME | {"home_channel": "COPS"})),
    ):
        with pytest.raises(NotAllowed) as refused:
            use()
        assert "SEC team" not in refused.value.sentence
    assert "SEC" not in [project.key for project in projects.list_projects(db, act("dora"))[0]]
    changed, _ = projects.change_project(db, act("dana"), vault, **(SAME | {"home_channel": "COPS"}))
    assert not changed.is_private


def test_a_project_whose_channel_casebook_has_lost_can_be_moved_by_any_admin(
    db: Database, act: Acts, vault: str
) -> None:
    people.keep_people(db, [people.Profile("dora", "Dora", is_admin=True)], frozenset())
    people.lose_channel(db, "CSEC", START)
    changed, _ = projects.change_project(db, act("dora"), vault, **(SAME | {"home_channel": "COPS"}))
    assert changed.home_channel == "COPS"


def test_listing_projects(db: Database, act: Acts, vault: str) -> None:
    listed = {who: projects.list_projects(db, act(who)) for who in ("ann", "bob", "dana", "gus")}
    assert {who: ([project.key for project in found], is_admin) for who, (found, is_admin) in listed.items()} == {
        "ann": (["OPS", "SEC"], False), "bob": (["OPS"], False), "dana": (["OPS", "SEC"], True), "gus": ([], False),
    }  # fmt: skip
