"""The directory as Casebook keeps it."""

from collections.abc import Iterator

import pytest

from bot.domain.delivery import Tell
from bot.domain.person import Person, Team
from bot.domain.project import Channel
from bot.outbox.mirror import is_outside, profile
from bot.sandbox import LocalSlack
from bot.usecases import people, projects
from tests.outbox.conftest import MANIFEST, Clock, Town


def person(town: Town, id_: str) -> Person:
    with town.db.read() as work:
        found = work.people.by_id(id_)
    assert found is not None
    return found


def channel(town: Town, id_: str) -> Channel:
    with town.db.read() as work:
        found = work.projects.channel(id_)
    assert found is not None
    return found


def ask(town: Town, kind: Tell, target: str = "") -> None:
    people.ask_for(town.db, kind, town.clock(), f"{next(town.serial)}", target)
    town.tell()


def test_people_with_their_standing(town: Town) -> None:
    assert person(town, town.dana.id).is_admin
    assert person(town, town.gus.id).is_guest
    assert person(town, town.ann.id).tz == "Europe/Paris"
    assert person(town, town.ann.id).name == "ann"
    assert person(town, town.slack.bot_user).is_bot


class TestPages:
    @pytest.fixture
    def slack(self, clock: Clock) -> Iterator[LocalSlack]:
        with LocalSlack(manifest=MANIFEST, rate_limits=False, now=clock.seconds, page_size=2) as local:
            yield local

    def test_every_page_is_a_delivery_of_its_own(self, town: Town) -> None:
        assert person(town, town.gus.id).is_guest
        assert len([row for row in town.deliveries() if row.kind == Tell.PEOPLE]) == 3

    def test_a_pause_in_between_loses_nothing(self, sqlite_town: Town) -> None:
        town = sqlite_town
        town.gus.change(guest=False)
        town.slack.faults.add("users.list", "ratelimited", 30, times=1, match={"limit": 500})
        ask(town, Tell.PEOPLE)
        assert person(town, town.gus.id).is_guest
        town.clock.move(seconds=30)
        town.tell()
        assert not person(town, town.gus.id).is_guest

    def test_all_members_of_a_private_channel(self, sqlite_town: Town) -> None:
        town = sqlite_town
        den = town.slack.add_channel("den", members=[town.ann, town.bob, town.dana], private=True, bot=True)
        projects.create_project(
            town.db, town.act(town.dana), key="DEN", name="Den", home_channel=den.id, retention_months=None
        )  # fmt: skip
        town.tell()
        with town.db.read() as work:
            members = {row.person_id for row in work.projects.members(den.id)}
        assert {town.ann.id, town.bob.id, town.dana.id} <= members
        assert channel(town, den.id).is_private


def test_one_person_anew(sqlite_town: Town) -> None:
    town = sqlite_town
    town.bob.change(tz="Asia/Tokyo", deleted=True)
    ask(town, Tell.PERSON, town.bob.id)
    assert person(town, town.bob.id).tz == "Asia/Tokyo"
    assert person(town, town.bob.id).is_gone


def test_people_from_elsewhere_are_outside(sqlite_town: Town) -> None:
    town = sqlite_town
    stranger = town.slack.add_person("eve", stranger=True)
    ask(town, Tell.PERSON, stranger.id)
    ask(town, Tell.PERSON, "U0NOWHERE")
    assert person(town, stranger.id).is_outside
    assert person(town, "U0NOWHERE").is_outside
    assert not town.dead()


def test_user_groups_come_and_go(sqlite_town: Town) -> None:
    town = sqlite_town
    sre = town.slack.add_group("sre", "SRE", members=[town.ann, town.bob])
    ask(town, Tell.TEAMS)
    assert members(town, "sre") == {town.ann.id, town.bob.id}
    sre.set_members([town.bob])
    ask(town, Tell.TEAMS)
    assert members(town, "sre") == {town.bob.id}
    sre.disable()
    ask(town, Tell.TEAMS)
    gone = team(town, "sre")
    assert gone
    assert gone.gone_at


def test_a_plan_without_user_groups_has_none(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("usergroups.list", "error", "plan_upgrade_required")
    ask(town, Tell.TEAMS)
    assert not town.dead()


def team(town: Town, handle: str) -> Team | None:
    with town.db.read() as work:
        return work.teams.with_handle(handle)


def members(town: Town, handle: str) -> set[str]:
    with town.db.read() as work:
        found = work.teams.with_handle(handle)
        assert found is not None
        return {member.person_id for member in found.members}


def test_a_public_home_channel_is_joined(town: Town) -> None:
    assert town.slack.bot_user in town.ops.members
    kept = channel(town, town.ops.id)
    assert (kept.name, kept.is_private, kept.is_member) == ("ops", False, True)


def test_a_channel_that_is_closed_to_casebook_is_private_and_told(sqlite_town: Town) -> None:
    town = sqlite_town
    den = town.slack.add_channel("den", members=[town.dana], private=True)
    projects.create_project(
        town.db, town.act(town.dana), key="DEN", name="Den", home_channel=den.id, retention_months=None
    )  # fmt: skip
    town.tell()
    assert channel(town, den.id).is_private
    assert not channel(town, den.id).is_member
    (told,) = town.dms(town.dana)
    assert "/invite @casebook" in told
    den.invite()
    ask(town, Tell.CHANNEL, den.id)
    assert channel(town, den.id).is_member


def test_waiting_questions_are_asked_once(sqlite_town: Town) -> None:
    town = sqlite_town
    before = town.calls("users.info")
    for occasion in ("a", "b", "c"):
        people.ask_for(town.db, Tell.PERSON, town.clock(), occasion, town.bob.id)
    town.tell()
    assert town.calls("users.info") - before == 1
    assert not town.due()


@pytest.mark.parametrize(
    ("shape", "outside"),
    [
        ({"team_id": "T1"}, False),
        ({"team_id": "T2"}, True),
        ({"team_id": "T1", "is_stranger": True}, True),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T1", "T2"]}}, False),
        ({}, False),
    ],
)
def test_who_is_from_outside(shape: dict[str, object], outside: bool) -> None:
    assert is_outside(shape, "T1") is outside


def test_a_profile_of_few_words() -> None:
    kept = profile({"id": "USLACKBOT", "name": "slackbot", "is_ultra_restricted": True, "is_primary_owner": True}, "T1")
    assert (kept.name, kept.tz, kept.is_bot, kept.is_guest, kept.is_admin) == ("slackbot", "UTC", True, True, True)
