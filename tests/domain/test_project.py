"""Making and changing a project."""

from typing import Any

import pytest

from bot.domain.errors import Invalid
from bot.domain.project import Project
from tests.domain.samples import NOON, act, project

RIGHT: dict[str, Any] = {
    "key": "OPS", "name": "Operations", "home_channel": "COPS", "retention_months": 15, "guests_allowed": False
}  # fmt: skip


def start(**more: Any) -> Project:
    return Project.start(act("dana", after=0), **(RIGHT | more))


def test_a_project_is_private_until_slack_has_said_otherwise() -> None:
    made = start(key=" ops ", name=" The  operations\nteam ")
    assert (made.key, made.name, made.is_private) == ("OPS", "The operations team", True)
    assert (made.created_by, made.created_at, made.next_number(), made.next_number()) == ("dana", NOON, 1, 2)


@pytest.mark.parametrize("key", ["A", "A1", "ABCDEFGHIJ", "z9"])
def test_keys_that_will_do(key: str) -> None:
    assert start(key=key).key == key.upper()


@pytest.mark.parametrize("key", ["", "1A", "A-B", "ABCDEFGHIJK", "CASE", "case", "Ä", "A B", "A\x00", "О"])
def test_keys_that_will_not(key: str) -> None:
    with pytest.raises(Invalid) as refused:
        start(key=key)
    assert refused.value.fields == {
        "key": "A key has 1–10 letters A–Z and digits, starts with a letter and is not CASE, for example OPS."
    }


def test_every_field_that_is_wrong_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        start(key="", name="\u200b", home_channel="", retention_months=0)
    assert {*refused.value.fields} == {"key", "name", "home_channel", "retention"}
    assert refused.value.fields["name"] == "A project needs a name, for example Operations."
    assert refused.value.sentence.startswith("The project was not created. ")
    with pytest.raises(Invalid, match="has up to 80 characters; this one has 81"):
        start(name="x" * 81)
    assert start(name="x" * 80, retention_months=None).retention_months is None


def test_a_change_says_whether_there_was_one() -> None:
    made, same = project(), {key: value for key, value in RIGHT.items() if key != "key"}
    assert not made.change(**same)
    assert made.change(**(same | {"name": "Ops"}))
    assert not made.is_private
    assert made.change(**(same | {"home_channel": "CNEW"}))
    assert made.is_private, "until Slack has said what the new channel is"
    with pytest.raises(Invalid, match=r"The project was not changed. A project needs a name"):
        made.change(**(same | {"name": " "}))


def test_projects_made_alike() -> None:
    assert start().is_like(start())
    assert not start().is_like(start(name="Other"))
    assert not start().is_like(Project.start(act("ann"), **RIGHT))
