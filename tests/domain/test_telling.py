"""Who is told of what, where, in which order."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import Note, Post, PostRole, Watcher
from bot.domain.person import Person, Team
from bot.domain.priority import Priority
from bot.domain.telling import (
    CONCERNS_PEOPLE,
    FOR_ASSIGNEE,
    UPDATES,
    answer,
    deliveries_for,
    mirror,
    people_wanted,
    redraw,
    redrawn,
    whisper,
)
from tests.domain.samples import NOON, act, opened, person, project, team

EVERYBODY = {id_: person(id_) for id_ in ("ann", "bob", "carol", "dana")}


def entry_of(case: Case, kind: Kind, actor: str = "bob", id_: int = 50, **more: Any) -> Entry:
    fixed: dict[str, Any] = {"changes": {}, "data": {}, "version": 2}
    return Entry(id=id_, case_id=case.id, kind=kind.value, actor=actor, at=NOON, via="card", **(fixed | more))


def told(
    case: Case, entry: Entry | None, people: Mapping[str, Person] = EVERYBODY, *, entry_id: int = 50
) -> list[Delivery]:
    assert entry
    entry.id = entry_id
    return deliveries_for(case, entry, people)


def targets(deliveries: list[Delivery], kind: Tell) -> set[str]:
    found = [delivery.target for delivery in deliveries if delivery.kind == kind]
    assert len(found) == len(set(found))
    return set(found)


def stands(case: Case, channel: str, role: PostRole = PostRole.CARD) -> None:
    case.posts.append(Post(case_id=case.id, role=role.value, channel=channel, ts="1.1", thread_ts="1.1"))


def test_a_new_case_is_a_card_and_no_line() -> None:
    case = opened(assignee="bob")
    deliveries = deliveries_for(case, entry_of(case, Kind.OPENED, "ann", version=1), EVERYBODY)
    assert [(delivery.kind, delivery.target) for delivery in deliveries] == [("card", "COPS"), ("dm", "bob")]
    card = deliveries[0]
    assert (card.key, card.stream, card.lane) == ("card/1/COPS/1", "case/1/COPS", "slack/COPS")
    assert (card.state, card.attempts, card.not_before, card.case_id, card.entry_id) == ("due", 0, NOON, 1, 50)


def test_a_line_comes_before_the_refreshed_card_in_the_same_stream(case: Case) -> None:
    stands(case, "COPS")
    deliveries = told(case, case.prioritize(act("bob"), Priority.P1))
    assert [(delivery.kind, delivery.stream, delivery.lane) for delivery in deliveries[:2]] == [
        ("line", "case/1/COPS", "slack/COPS"), ("card", "case/1/COPS", UPDATES),
    ]  # fmt: skip
    assert [delivery.key for delivery in deliveries] == ["line/50/COPS", "card/1/COPS/2", "dm/50/ann"]


def test_a_card_that_is_still_to_be_posted_waits_its_turn_in_the_channel(case: Case) -> None:
    deliveries = told(case, case.prioritize(act("bob"), Priority.P1))
    assert [delivery.lane for delivery in deliveries if delivery.kind == Tell.CARD] == ["slack/COPS"]


def test_what_was_written_in_a_thread_is_not_said_there_again(case: Case) -> None:
    stands(case, "COLD")
    note = Note(id=1, case_id=1, author="bob", text="seen", created_at=NOON)
    deliveries = told(case, case.add_note(act("bob"), note, thread="COPS"))
    assert targets(deliveries, Tell.LINE) == {"COLD"}
    assert targets(deliveries, Tell.CARD) == {"COPS", "COLD"}


def test_a_post_that_was_escalated_is_no_card(case: Case) -> None:
    stands(case, "CGENERAL", PostRole.SOURCE)
    assert targets(told(case, case.archive(act())), Tell.CARD) == {"COPS"}


def test_a_private_project_is_told_of_in_its_home_channel_only(case: Case) -> None:
    stands(case, "CPUBLIC")
    case.project.is_private = True
    deliveries = told(case, case.prioritize(act("bob"), Priority.P1))
    assert targets(deliveries, Tell.CARD) == targets(deliveries, Tell.LINE) == {"COPS"}


def test_assignee_reporter_and_watchers_are_told_and_never_whoever_did_it(case: Case) -> None:
    case.assignee = "bob"
    case.watchers = [Watcher(person_id="carol"), Watcher(person_id="ann")]
    assert targets(told(case, case.prioritize(act("dana"), Priority.P1)), Tell.DM) == {"ann", "bob", "carol"}
    assert targets(told(case, case.prioritize(act("ann"), Priority.P2)), Tell.DM) == {"bob", "carol"}


def test_whoever_loses_a_case_is_told(case: Case) -> None:
    case.assignee = "bob"
    entry = case.assign(act("ann"), "carol")
    assert entry
    assert set(people_wanted(case, entry)) == {"ann", "bob", "carol"}
    assert targets(told(case, entry), Tell.DM) == {"bob", "carol"}


@pytest.mark.parametrize(
    ("notify", "told_of_own", "told_of_watched"),
    [("all", True, True), ("mine", True, False), ("nothing", False, False)],
)
def test_people_choose_what_they_hear(case: Case, notify: str, told_of_own: bool, told_of_watched: bool) -> None:
    case.assignee = "bob"
    case.watchers = [Watcher(person_id="carol")]
    people = {id_: person(id_, notify=notify) for id_ in ("bob", "carol")}
    deliveries = told(case, case.archive(act("ann")), people)
    assert ("bob" in targets(deliveries, Tell.DM), "carol" in targets(deliveries, Tell.DM)) == (
        told_of_own, told_of_watched,
    )  # fmt: skip


def test_nobody_writes_to_bots_to_people_who_left_or_to_strangers(case: Case) -> None:
    case.watchers = [Watcher(person_id=id_) for id_ in ("robot", "gone", "unknown")]
    people = {"robot": person("robot", is_bot=True), "gone": person("gone", is_gone=True)}
    assert targets(told(case, case.archive(act("ann")), people), Tell.DM) == set()


def test_a_service_level_hurries_only_whoever_has_the_case(case: Case) -> None:
    for kind in FOR_ASSIGNEE:
        case.assignee = None
        assert targets(deliveries_for(case, entry_of(case, kind), EVERYBODY), Tell.DM) == set()
        case.assignee = "carol"
        assert targets(deliveries_for(case, entry_of(case, kind), EVERYBODY), Tell.DM) == {"carol"}


def test_small_things_disturb_nobody(case: Case) -> None:
    quiet = {kind for kind in Kind if kind not in CONCERNS_PEOPLE}
    assert quiet == {
        Kind.NOTE_EDITED, Kind.NOTE_DELETED, Kind.EVIDENCE_ADDED, Kind.WATCHER_ADDED, Kind.WATCHER_REMOVED,
        Kind.RELATED, Kind.NOTEBOOK, Kind.TICKET_ASKED, Kind.TICKET_CREATED, Kind.TICKET_LINKED, Kind.TICKET_UNLINKED,
        Kind.TICKET_GONE, Kind.TICKET_DIFFERS,
        Kind.INCIDENT_OPENED, Kind.INCIDENT_ENDED, Kind.KEPT, Kind.KEPT_OPEN, Kind.CLOSING, Kind.SNOOZED,
        Kind.ALERTED, Kind.RECOVERED, Kind.STORM_OVER,
    }  # fmt: skip
    for kind in set(Kind) - FOR_ASSIGNEE:
        deliveries = deliveries_for(case, entry_of(case, kind), EVERYBODY)
        assert bool(targets(deliveries, Tell.DM)) == (kind not in quiet)
        assert targets(deliveries, Tell.CARD) == {"COPS"}


def test_app_homes_that_were_ever_opened_are_kept_true(case: Case) -> None:
    people = {id_: person(id_, home_opened_at=NOON, notify="nothing") for id_ in ("ann", "bob", "carol")}
    people["dana"] = person("dana")
    case.assignee = "bob"
    deliveries = told(case, case.assign(act("dana"), "carol"), people)
    assert targets(deliveries, Tell.HOME) == {"ann", "bob", "carol"}
    one = next(delivery for delivery in deliveries if delivery.kind == Tell.HOME)
    assert (one.key, one.stream, one.lane) == (f"home/{one.target}/50", f"home/{one.target}", "slack/home")


def test_no_two_deliveries_of_a_life_share_a_key() -> None:
    case = opened()
    people = {id_: person(id_, home_opened_at=NOON) for id_ in EVERYBODY}
    stands(case, "COPS")
    stands(case, "COLD")
    deliveries = deliveries_for(case, entry_of(case, Kind.OPENED, "ann", version=1), people)
    changes = [
        case.assign(act("bob"), "bob"), case.prioritize(act("carol"), Priority.P1), case.close(act("bob"), None),
        case.reopen(act("ann")), case.watch(act("dana")), case.archive(act("dana")),
    ]  # fmt: skip
    for number, entry in enumerate(changes, start=51):
        deliveries += told(case, entry, people, entry_id=number)
    keys = [delivery.key for delivery in deliveries]
    assert len(keys) == len(set(keys))
    assert max(len(key) for key in keys) <= 160


def test_one_of_a_kind() -> None:
    case = opened()
    below = answer(case, entry_of(case, Kind.OPENED), "CGENERAL", "1.1")
    assert (below.kind, below.target, below.data) == ("answer", "CGENERAL", {"thread_ts": "1.1"})
    aside = whisper("C/1/ann", NOON, person="ann", channel="C", thread_ts=None, sentence="No.")
    assert (aside.kind, aside.target, aside.key) == ("whisper", "ann", "whisper/C/1/ann")
    assert aside.data == {"channel": "C", "thread_ts": None, "sentence": "No."}
    assert mirror(Tell.PERSON, NOON, "event/1", "ann").key == "person/ann/event/1"


def test_the_project_of_a_case_may_move(case: Case) -> None:
    stands(case, "COPS")
    case.project = project(home_channel="CNEW")
    deliveries = told(case, case.archive(act()))
    assert [(d.target, d.lane) for d in deliveries if d.kind == Tell.CARD] == [
        ("CNEW", "slack/CNEW"), ("COPS", UPDATES),
    ]  # fmt: skip


def at_home(id_: int, channel: str | None) -> Team:
    made = team(id_, f"team{id_}")
    made.home_channel = channel
    return made


def test_the_channel_of_a_team_is_told_too_until_the_team_loses_the_case(case: Case) -> None:
    stands(case, "COPS")
    case.teams = [at_home(1, "CDBA"), at_home(2, None), at_home(3, "COPS")]
    deliveries = told(case, case.prioritize(act("bob"), Priority.P1))
    assert targets(deliveries, Tell.CARD) == targets(deliveries, Tell.LINE) == {"COPS", "CDBA"}
    stands(case, "CDBA")
    case.posts[-1].for_team = True
    assert targets(told(case, case.archive(act())), Tell.LINE) == {"COPS", "CDBA"}
    goodbye = told(case, case.assign(act(), "bob", []))
    assert targets(goodbye, Tell.LINE) == {"COPS", "CDBA"}
    later = told(case, case.prioritize(act("bob"), Priority.P2))
    assert (targets(later, Tell.LINE), targets(later, Tell.CARD)) == ({"COPS"}, {"COPS", "CDBA"})


def test_a_private_project_ignores_the_channels_of_its_teams(case: Case) -> None:
    case.project.is_private = True
    case.teams = [at_home(1, "CDBA")]
    assert targets(told(case, case.archive(act())), Tell.CARD) == {"COPS"}


def test_cards_that_stand_are_drawn_anew_without_an_entry(case: Case) -> None:
    assert redrawn(case, "1/now", NOON) == []
    stands(case, "COLD")
    (only,) = redrawn(case, "1/now", NOON)
    assert (only.kind, only.target, only.stream, only.lane) == ("card", "COLD", "case/1/COLD", UPDATES)
    first, second = redraw(7, "now", NOON), redraw(7, "now", NOON, after=12)
    assert (first.stream, first.key != second.key) == (second.stream, True)
