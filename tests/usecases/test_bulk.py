"""A bulk edit from the first tick to the undo, and what a worker that dies, a repeat or somebody else does to it."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.domain.bulk import Became, Bulk, BulkCase, Deed, State, What
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.errors import Invalid, NotFound
from bot.domain.evidence import Note
from bot.usecases import bulk_running, people, working
from bot.usecases.bulk import Ticks, choose_deed, confirm_bulk, show_bulk, start_bulk, tick, tick_all, untick_all
from bot.usecases.bulk_undo import undo_bulk
from tests.usecases.test_cost import cost
from tests.usecases.world import START, fresh, mirror, open_case, rows

CLOSE = Deed(What.STATUS, status="Closed", reason="Resolved")
LATER = START + timedelta(hours=1)


def clock():
    return LATER


@pytest.fixture
def cases(db, act):
    """OPS-1 to OPS-45, reported by Bob."""
    return [open_case(db, act("bob"), f"printer {number} jams").case for number in range(1, 46)]


def begin(db, act, deed, query="printer", *, who="ann", only=()):
    """Chosen and confirmed; ``only``: ids, else all that match."""
    bulk = start_bulk(db, act(who), query).bulk
    ticks = Ticks((), only)
    if not only:
        tick_all(db, act(who), bulk.id)
    choose_deed(db, act(who), bulk.id, ticks, deed)
    return confirm_bulk(db, act(who), bulk.id)


def work_off(db, bulk):
    """As a worker does, part by part."""
    for _ in range(100):
        bulk_running.go_on_with(db, bulk.id, clock)
        if state(db, bulk) in {State.DONE, State.UNDONE}:
            return
    raise AssertionError("it never ends")


def state(db, bulk):
    return again(db, bulk).state


def again(db, bulk):
    with db.read() as work:
        return work.bulks.by_id(bulk.id)


def report(db, bulk):
    with db.read() as work:
        return work.bulks.report(work.bulks.by_id(bulk.id))


def entries(db, bulk, *, undo=False):
    found = rows(db, Entry, Entry.origin.startswith(f"bulk/{bulk.id}/"))
    return [entry for entry in found if entry.origin.endswith("/undo") == undo]


def deliveries(db, kind):
    return rows(db, Delivery, Delivery.kind == kind.value)


# -- choosing ---------------------------------------------------------------------------------------------------------


def test_pages_turn_and_what_is_ticked_stays(db, act, cases):
    form = start_bulk(db, act("ann"), "printer")
    bulk = form.bulk
    assert (form.matching, form.count, form.listing.pages, len(form.listing.cases)) == (45, 0, 5, 10)
    ids = [case.id for case in form.listing.cases]
    tick(db, act("ann"), bulk.id, Ticks(ids, ids[:3]))
    assert show_bulk(db, act("ann"), bulk.id, 2).count == 3
    back = show_bulk(db, act("ann"), bulk.id)
    assert back.ticked == set(ids[:3])
    tick(db, act("ann"), bulk.id, Ticks(ids, ids[1:2]))
    assert show_bulk(db, act("ann"), bulk.id).ticked == {ids[1]}
    tick_all(db, act("ann"), bulk.id)
    assert show_bulk(db, act("ann"), bulk.id, 5).count == 45
    untick_all(db, act("ann"), bulk.id)
    assert show_bulk(db, act("ann"), bulk.id).count == 0


def test_what_cannot_be_started(db, act, cases):
    with pytest.raises(Invalid, match="Say which cases"):
        start_bulk(db, act("ann"), " \u200b ")
    with pytest.raises(Invalid, match="No case matches"):
        start_bulk(db, act("ann"), "unicorn")
    assert rows(db, Bulk) == []
    bulk = start_bulk(db, act("ann"), "printer").bulk
    with pytest.raises(Invalid, match="Tick at least one"):
        choose_deed(db, act("ann"), bulk.id, Ticks((), ()), CLOSE)
    with pytest.raises(NotFound, match="not there any more"):
        show_bulk(db, act("bob"), bulk.id)
    with pytest.raises(Invalid, match="no team"):
        choose_deed(db, act("ann"), bulk.id, Ticks((), [cases[0].id]), Deed(What.ASSIGN, team=99))


def test_the_forecast_says_what_the_run_will_do_and_does_nothing(db, act, cases, vault):
    secret = open_case(db, act("ann"), "printer stolen", key=vault).case
    working.close_case(db, act("bob"), cases[0].id)
    bulk = start_bulk(db, act("ann"), "printer").bulk
    tick_all(db, act("ann"), bulk.id)
    mirror(db, "CSEC", members=("dana",))
    found = choose_deed(db, act("ann"), bulk.id, Ticks((), ()), CLOSE)
    assert (found.total, found.unknown, found.changes_nothing) == (46, 0, False)
    assert [found.report.count(one) for one in (Became.CHANGED, Became.UNCHANGED, Became.REFUSED)] == [44, 1, 1]
    ((why, keys),) = found.report.reasons(Became.REFUSED)
    assert keys == [secret.key]
    assert "SEC belongs to the members of its private channel" in why
    assert fresh(db, cases[5]).status == "Open"
    work_off(db, confirm_bulk(db, act("ann"), bulk.id))
    assert report(db, bulk).keys == found.report.keys


@pytest.mark.parametrize(
    ("deed", "after"),
    [
        (Deed(What.STATUS, status="in progress"), {"status": "In progress"}),
        (Deed(What.ASSIGN, person="carol"), {"assignee": "carol"}),
        (Deed(What.ASSIGN, nobody=True), {}),
        (Deed(What.PRIORITY, priority="P1"), {"priority": "P1"}),
        (Deed(What.ARCHIVE), {"is_archived": True}),
        (Deed(What.UNARCHIVE), {}),
        (Deed(What.NOTE, text="seen"), {}),
    ],
)
def test_each_deed_is_foreseen_done_and_undone(db, act, cases, deed, after):
    before = state_of(db, cases[1])
    bulk = start_bulk(db, act("ann"), "printer").bulk
    found = choose_deed(db, act("ann"), bulk.id, Ticks((), [case.id for case in cases[:3]]), deed)
    work_off(db, confirm_bulk(db, act("ann"), bulk.id))
    assert report(db, bulk).keys == found.report.keys
    assert {name: getattr(fresh(db, cases[1]), name) for name in after} == after
    if not found.changes_nothing:
        undo_bulk(db, act("ann", at=LATER), bulk.id)
        work_off(db, bulk)
        assert report(db, bulk).count(Became.BACK) == 3
    assert state_of(db, cases[1]) == before
    assert [note.text for note in rows(db, Note) if note.deleted_at is None] == []


def state_of(db, case):
    one = fresh(db, case)
    return one.key, one.status, one.group, one.reason, one.assignee, one.priority, one.archived_at, one.closed_at


# -- running ----------------------------------------------------------------------------------------------------------


def test_each_case_has_an_entry_that_names_the_bulk(db, act, cases):
    bulk = begin(db, act, CLOSE)
    work_off(db, bulk)
    written = entries(db, bulk)
    assert len(written) == 45
    assert {entry.case_id for entry in written} == {case.id for case in cases}
    assert all(entry.data["bulk"] == bulk.id and entry.data["of"] == 45 for entry in written)
    assert {entry.via for entry in written} == {"bulk"}
    assert again(db, bulk).done == 45


def test_a_confirmation_that_arrives_twice_begins_once(db, act, cases):
    bulk = begin(db, act, CLOSE)
    assert confirm_bulk(db, act("ann"), bulk.id).state == State.RUNNING
    assert len(deliveries(db, Tell.BULK_RUN)) == 1
    with pytest.raises(Invalid, match="has begun already"):
        tick_all(db, act("ann"), bulk.id)
    with pytest.raises(NotFound):
        confirm_bulk(db, act("bob"), bulk.id)


class Died(BaseException):
    """The process ends in the middle of something."""


@pytest.mark.parametrize("commit", [1, 2, 3])
@pytest.mark.parametrize("undo", [False, True])
def test_a_worker_that_dies_loses_nothing_and_repeats_nothing(db, act, cases, commit, undo):
    """Each of its three transactions fails in turn when everything in it has been written."""
    bulk = begin(db, act, CLOSE)
    if undo:
        work_off(db, bulk)
        undo_bulk(db, act("ann", at=LATER), bulk.id)
    seen = []

    def die(session):
        if session.in_nested_transaction():
            return
        seen.append(session.flush())
        if len(seen) == commit:
            raise Died

    event.listen(Session, "before_commit", die)
    try:
        with pytest.raises(Died):
            bulk_running.go_on_with(db, bulk.id, clock)
    finally:
        event.remove(Session, "before_commit", die)
    assert len(entries(db, bulk, undo=undo)) == 20 * (commit - 1)
    work_off(db, bulk)
    bulk_running.go_on_with(db, bulk.id, clock)
    assert len(entries(db, bulk, undo=undo)) == 45
    assert report(db, bulk).count(Became.BACK if undo else Became.CHANGED) == 45


def test_a_change_whose_record_was_lost_is_found_by_its_origin(db, act, cases):
    bulk = begin(db, act, Deed(What.NOTE, text="once"))
    work_off(db, bulk)
    with db.write() as work:
        again_ = work.bulks.by_id(bulk.id, lock=True)
        again_.state = State.RUNNING.value
        for row in work.session.query(BulkCase).all():
            row.became = row.entry_id = None
    with db.write() as work:
        work.deliveries.forget("")
        work.session.query(Delivery).delete()
    work_off(db, bulk)
    assert len(rows(db, Note)) == 45
    assert report(db, bulk).count(Became.CHANGED) == 45


def test_a_refusal_takes_nothing_of_its_case_with_it(db, act, cases):
    """The others of its batch are changed, and a half-made change of its own is not kept."""
    people.keep_people(db, [people.Profile("leaver", "Lee", is_gone=True)], frozenset())
    with db.write() as work:
        (_, security) = work.cases.types()
        work.cases.by_id(cases[7].id, lock=True).type_id = security.id
    bulk = begin(db, act, Deed(What.STATUS, status="Closed", reason="Duplicate"))
    work_off(db, bulk)
    done = report(db, bulk)
    assert (done.count(Became.CHANGED), done.count(Became.REFUSED)) == (44, 1)
    ((why, keys),) = done.reasons(Became.REFUSED)
    assert keys == ["OPS-8"]
    assert "“Duplicate” is not a closing reason here" in why
    assert fresh(db, cases[7]).status == "Open"
    assert fresh(db, cases[8]).status == "Closed"


def test_people_are_told_of_all_their_cases_at_once(db, act, cases):
    for number in (0, 1):
        working.assign_case(db, act("bob"), cases[number].id, person="carol")
    before = len(deliveries(db, Tell.DM))
    bulk = begin(db, act, CLOSE)
    work_off(db, bulk)
    assert len(deliveries(db, Tell.DM)) == before
    told = {one.target: one.data for one in deliveries(db, Tell.BULK_TOLD)}
    assert {who: data["count"] for who, data in told.items()} == {"bob": 45, "carol": 2}
    assert told["carol"]["keys"] == ["OPS-1", "OPS-2"]
    assert len(told["bob"]["keys"]) == 20
    lanes = {one.lane for one in rows(db, Delivery, Delivery.entry_id.in_([e.id for e in entries(db, bulk)]))}
    assert lanes == {"slack/COPS/bulk"}


def test_what_somebody_does_meanwhile_does_not_wait_behind_a_thousand_lines(db, act, cases):
    bulk = begin(db, act, CLOSE)
    work_off(db, bulk)
    entry = working.reopen_case(db, act("bob"), cases[3].id).entry
    mine = rows(db, Delivery, Delivery.stream == f"case/{entry.case_id}/COPS")
    assert {one.lane for one in mine} == {"slack/COPS"}
    others = rows(db, Delivery, Delivery.stream == f"case/{cases[4].id}/COPS", Delivery.kind == "line")
    assert {one.lane for one in others} == {"slack/COPS/bulk"}


def test_a_home_that_is_open_is_drawn_once_a_batch(db, act, cases):
    people.open_home(db, act("bob"))
    before = len(deliveries(db, Tell.HOME))
    work_off(db, begin(db, act, CLOSE))
    assert len(deliveries(db, Tell.HOME)) - before == 3


def test_nobody_undoes_the_bulk_edit_of_somebody_else_or_too_late_or_twice(db, act, cases):
    bulk = begin(db, act, CLOSE)
    undo_bulk(db, act("ann"), bulk.id)
    assert state(db, bulk) == State.RUNNING, "there is nothing to undo yet"
    work_off(db, bulk)
    with pytest.raises(NotFound):
        undo_bulk(db, act("bob", at=LATER), bulk.id)
    with pytest.raises(Invalid, match="ten minutes"):
        undo_bulk(db, act("ann", at=LATER + timedelta(minutes=10)), bulk.id)
    for _ in range(2):
        undo_bulk(db, act("ann", at=LATER), bulk.id)
    work_off(db, bulk)
    undo_bulk(db, act("ann", at=LATER), bulk.id)
    assert len(entries(db, bulk, undo=True)) == 45
    assert state(db, bulk) == State.UNDONE


def test_undo_leaves_alone_what_somebody_has_changed_since(db, act, cases):
    bulk = begin(db, act, Deed(What.ASSIGN, person="ann"), only=[case.id for case in cases[:5]])
    work_off(db, bulk)
    assert (fresh(db, cases[0]).assignee, fresh(db, cases[0]).status) == ("ann", "In progress")
    working.assign_case(db, act("bob"), cases[0].id, person="carol")
    working.close_case(db, act("bob"), cases[1].id)
    working.note_case(db, act("bob"), cases[2].id, "looking")
    working.assign_case(db, act("bob"), cases[3].id, person="carol")
    working.close_case(db, act("bob"), cases[3].id)
    undo_bulk(db, act("ann", at=LATER), bulk.id)
    work_off(db, bulk)
    done = report(db, bulk)
    assert dict(done.reasons(Became.BACK)) == {
        "": ["OPS-3", "OPS-5"],
        "All but the assignee, changed since.": ["OPS-1"],
        "All but the status, changed since.": ["OPS-2"],
    }
    ((why, keys),) = done.reasons(Became.LEFT)
    assert keys == ["OPS-4"]
    assert "Bob assigned this case to Carol" in why
    assert [(fresh(db, one).assignee, fresh(db, one).status) for one in cases[:5]] == [
        ("carol", "Open"), (None, "Closed"), (None, "Open"), ("carol", "Closed"), (None, "Open"),
    ]  # fmt: skip


def test_undo_asks_for_the_right_anew_and_gives_nobody_what_they_may_not_have(db, act, cases):
    working.assign_case(db, act("bob"), cases[0].id, person="carol", team="sre")
    working.assign_case(db, act("bob"), cases[1].id, team="sre")
    bulk = begin(db, act, Deed(What.ASSIGN, nobody=True), only=[case.id for case in cases[:2]])
    work_off(db, bulk)
    people.keep_people(db, [people.Profile("carol", "Carol", is_gone=True)], frozenset())
    undo_bulk(db, act("ann", at=LATER), bulk.id)
    work_off(db, bulk)
    done = report(db, bulk)
    assert done.reasons(Became.LEFT) == [("Carol is no longer in this workspace. Choose somebody else.", ["OPS-1"])]
    assert [team.handle for team in fresh(db, cases[1]).teams] == ["sre"]


def test_bulks_that_are_over_are_forgotten(db, act, cases):
    kept = begin(db, act, CLOSE, only=[cases[0].id])
    dropped = start_bulk(db, act("ann"), "printer").bulk
    tick_all(db, act("ann"), dropped.id)
    with db.write() as work:
        assert work.bulks.purge(LATER, START, 10) == 1
    assert [bulk.id for bulk in rows(db, Bulk)] == [kept.id]
    assert {row.bulk_id for row in rows(db, BulkCase)} == {kept.id}


def test_a_case_of_a_bulk_costs_about_what_it_costs_alone(db, act, cases):
    """A savepoint, and a twentieth of what the batch costs."""
    alone = cost(db, lambda: working.close_case(db, act("ann"), cases[44].id, "Resolved"))
    bulk = begin(db, act, CLOSE, only=[case.id for case in cases[:40]])
    together = cost(db, lambda: work_off(db, bulk)) / 40
    assert together <= alone + 3, (together, alone)
