"""Looking: what people see of a case, of lists of them, and of their App Home."""

from contextlib import suppress

import pytest

from bot.domain.case import Case
from bot.domain.errors import Invalid
from bot.domain.evidence import RelationKind
from bot.domain.priority import Priority
from bot.storage.database import Database
from bot.usecases import evidence, looking, people, shelves, working
from bot.usecases.access import Stranger
from bot.usecases.people import Group
from tests.usecases.world import START, WORKSPACE, Acts, mirror, open_case, post, project


def keys(cases: object) -> list[str]:
    assert isinstance(cases, list | tuple)
    return [case.key for case in cases]


def test_everything_about_a_case(db: Database, act: Acts, case: Case) -> None:
    other = open_case(db, act("ann")).case
    working.note_case(db, act("bob"), case.id, "seen")
    evidence.add_to_case(db, act("bob"), case.id, post(), "look", WORKSPACE)
    working.watch_case(db, act("bob"), case.id)
    working.relate_case(db, act("bob"), case.id, RelationKind.PARENT, other.id)
    details = looking.show_details(db, act("bob"), case.key)
    assert details.is_watching
    assert not looking.show_details(db, act("ann"), case.key).is_watching
    assert [piece.title for piece in details.evidence] == ["The checkout page is blank"]
    ((relation, end),) = details.relations
    assert (relation.kind, end.key, end.posts, end.teams) == ("parent", "OPS-2", [], [])
    timeline = details.timeline
    assert [entry.kind for entry in timeline.entries] == [
        "CaseRelated", "WatcherAdded", "EvidenceAdded", "NoteAdded", "CaseOpened"
    ]  # fmt: skip
    assert sorted(note.text for note in timeline.notes.values()) == ["look", "seen"]
    assert [piece.title for piece in timeline.evidence.values()] == ["The checkout page is blank"]
    assert [watcher.person_id for watcher in details.case.watchers] == ["bob"]


def test_the_timeline_is_paged_newest_first(db: Database, act: Acts, case: Case) -> None:
    for number in range(16):
        working.note_case(db, act("bob"), case.id, f"note {number}")
    first = looking.show_timeline(db, act("ann"), case.key)
    assert (len(first.entries), first.page, first.has_next) == (15, 1, True)
    assert first.entries[0].version == 17
    second = looking.show_timeline(db, act("ann"), case.key, page=2)
    assert ([entry.version for entry in second.entries], second.has_next) == ([2, 1], False)
    assert looking.show_timeline(db, act("ann"), case.key, page=0).page == 1
    assert list(looking.show_timeline(db, act("ann"), case.key, page=9).entries) == []


def test_lists_hold_what_a_person_may_see(db: Database, act: Acts, case: Case, vault: str) -> None:
    secret = open_case(db, act("ann"), "Checkout leaks", key=vault, assignee="ann").case
    assert keys(looking.list_cases(db, act("ann"), "checkout").cases) == ["SEC-1", "OPS-1"]
    seen = looking.list_cases(db, act("bob"), "checkout", heading="Found")
    assert (keys(seen.cases), seen.total, seen.heading, seen.query) == (["OPS-1"], 1, "Found", "checkout")
    assert looking.list_cases(db, act("gus"), "checkout").total == 0
    assert looking.list_cases(db, act("bob"), "project:OPS").total == 1
    assert keys(looking.suggest_cases(db, act("bob"), "checkout")) == ["OPS-1"]
    assert keys(looking.suggest_cases(db, act("bob"), secret.key)) == []
    assert keys(looking.suggest_projects(db, act("bob"), "s")) == ["OPS"]
    assert keys(looking.suggest_projects(db, act("ann"), " sec TEAM")) == ["SEC"]
    assert keys(looking.suggest_projects(db, act("gus"), "")) == []
    mirror(db, "CSEC", members=("dana",))
    assert shelves.my_cases(db, act("ann")).total == 0, "hers, but no longer hers to see"


def test_a_list_is_paged_and_a_page_that_is_not_there_is_the_last(db: Database, act: Acts) -> None:
    for _ in range(12):
        open_case(db, act("ann"), assignee="ann")
    assert (len(shelves.my_cases(db, act("ann")).cases), shelves.my_cases(db, act("ann")).pages) == (10, 2)
    for page in (2, 3, 99):
        listing = shelves.my_cases(db, act("ann"), page=page)
        assert (len(listing.cases), listing.page, listing.total) == (2, 2, 12)
    assert shelves.my_cases(db, act("ann"), page=-1).page == 1
    assert shelves.my_cases(db, act("bob")).pages == 1


def test_a_query_that_is_wrong_is_refused_in_words(db: Database, act: Acts) -> None:
    with pytest.raises(Invalid):
        looking.list_cases(db, act("ann"), "priority:p9")
    for odd in ("\x00", "a\x00b", "\ud800", "title:\x00*", "@\ud83d"):
        with suppress(Invalid):
            looking.list_cases(db, act("ann"), odd)
        for suggest in (looking.suggest_cases, looking.suggest_teams, looking.suggest_projects):
            suggest(db, act("ann"), odd)


def test_the_home_tab(db: Database, act: Acts, vault: str) -> None:
    taken = open_case(db, act("bob"), assignee="ann").case
    open_case(db, act("ann"))
    working.close_case(db, act("ann"), open_case(db, act("ann")).case.id)
    working.assign_case(db, act("bob"), taken.id, team="sre")
    home = shelves.home_page(db, "ann", START)
    assert (home.inbox, home.listing.heading, keys(home.listing.cases)) == ("mine", "Assigned to me", ["OPS-1"])
    assert {shelf.id: shelf.count for shelf in home.shelves} == {
        "mine": 1, "created": 1, "teams": 1, "open": 2, "open/OPS": 2, "open/SEC": 0
    }  # fmt: skip
    assert ([shelf.key for shelf in home.projects], home.is_admin, home.helpers) == (["OPS", "SEC"], False, "@Dana")
    people.turn_home(db, act("ann"), inbox="open", page=7)
    home = shelves.home_page(db, "ann", START)
    assert (home.inbox, home.listing.page, home.listing.total) == ("open", 1, 2)
    people.turn_home(db, act("ann"), inbox="nonsense")
    assert shelves.home_page(db, "ann", START).inbox == "mine"
    guest = shelves.home_page(db, "gus", START)
    assert ({shelf.count for shelf in guest.shelves}, list(guest.projects)) == ({0}, [])
    with pytest.raises(Stranger):
        shelves.home_page(db, "zed", START)


def test_the_edit_form_holds_the_case_as_it_is(db: Database, act: Acts) -> None:
    case = open_case(db, act("ann"), description="since 9", priority=Priority.P2, due=START.date()).case
    form = looking.edit_form(db, act("bob"), case.key)
    assert (form.title, form.description) == ("Checkout is down", "since 9")
    assert (form.priority, form.due) == ("P2", "2026-03-02")
    assert form.case
    assert form.type
    assert (form.case.id, form.project, form.type.name) == (case.id, form.projects[0], "Standard")


def test_teams_and_names_are_found(db: Database, act: Acts) -> None:
    names = [("sre", "Site reliability"), ("dba", "Data 100%"), ("x", "X")]
    groups = [Group(f"S{handle}", handle, name, ()) for handle, name in names]
    people.keep_groups(db, groups, START)
    people.keep_groups(db, groups[:2], START)

    def found(typed: str) -> list[str]:
        return [team.handle for team in looking.suggest_teams(db, act("ann"), typed)]

    assert (found(""), found("@SR"), found("data"), found("%"), found("_"), found("x")) == (
        ["dba", "sre"], ["sre"], ["dba"], ["dba"], [], [],
    )  # fmt: skip
    assert looking.names_of(db, ["ann", "zed"]) == {"ann": "Ann"}
    with pytest.raises(Stranger):
        looking.suggest_teams(db, act("zed"), "")


def test_projects_are_suggested_to_those_who_may_use_them(db: Database, act: Acts) -> None:
    for key in ("WEB", "APP"):
        project(db, act("dana"), key)
    assert [shelf.key for shelf in looking.suggest_projects(db, act("ann"), "")] == ["APP", "OPS", "WEB"]
    assert len(looking.suggest_projects(db, act("ann"), "", limit=2)) == 2
