"""Bulk edits at their smallest and their largest: what is chosen from, foreseen, and said of them."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.domain.bulk import MOST, UNDO_FOR, Became, Bulk, BulkForm, Deed, Fate, Forecast, Report, State, What
from bot.domain.errors import Invalid
from bot.domain.reading import Listing
from bot.domain.text import kept
from bot.sandbox import blockkit
from bot.views import bulk as views
from bot.views.forms import bulk as forms
from bot.views.lists import below
from tests.views.filling import sent
from tests.views.samples import (
    NAMES,
    NOW,
    WORDS,
    archived_case,
    case,
    fits_message,
    fits_modal,
    huge_case,
    project,
    shown,
    small_case,
    types,
    wide_type,
)

KEYS = [f"ABCDEFGHIJ-{number}" for number in range(123_456_789, 123_466_789)]


def bulk(deed=None, **over):
    values = {
        "id": 7, "actor": "U0ANN", "query": "printer", "state": State.CHOOSING.value, "total": 40, "done": 0,
        "back_total": 0, "back_done": 0, "deed": deed.kept() if deed else {}, "created_at": NOW, "ended_at": None,
    }  # fmt: skip
    return Bulk(**(values | over))


def form(cases, **over):
    listing = Listing("Cases", "printer", cases, over.pop("page", 1), over.pop("total", len(cases)))
    values = {
        "bulk": bulk(), "listing": listing, "ticked": (), "count": 0, "matching": len(cases), "types": types(),
        "projects": [project()],
    }  # fmt: skip
    return BulkForm(**(values | over))


def deeds(text="x"):
    """One of each kind, as long as it can be."""
    return [
        Deed(What.STATUS, status=text[:40] or "x", reason=text[:80]),
        Deed(What.ASSIGN, person="U0BOB", team=3, handle=text[:80] or "x"),
        Deed(What.ASSIGN, nobody=True),
        Deed(What.PRIORITY, priority="P1"),
        Deed(What.ARCHIVE),
        Deed(What.UNARCHIVE),
        Deed(What.MOVE, project=1, key="OPS"),
        Deed(What.NOTE, text=text[:3000]),
    ]


def buttons(view):
    return [element["action_id"] for block in view["blocks"] for element in block.get("elements", [])
            if element["type"] == "button"]  # fmt: skip


def test_one_case_needs_no_pages():
    view = forms.bulk_form(form([small_case()]))
    fits_modal(view)
    assert "1 case found*, 0 ticked" in shown(view)
    assert buttons(view) == ["bulk.all"]
    assert "Page" not in shown(view)


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_the_form_fits_with_anything_in_it(text):
    cases = [huge_case(text) for _ in range(10)]
    for number, one in enumerate(cases):
        one.id = number + 1
    for deed in deeds(kept(text)):
        wide = form(
            cases, page=50, total=1001, matching=MOST + 1, count=MOST, ticked={1, 10}, bulk=bulk(deed),
            types=[*types(), wide_type(90, kept(text) or "x")],
            projects=[project(id=n, name=text[:80]) for n in (1, 2)],
        )  # fmt: skip
        view = forms.bulk_form(wide, drawn=99)
        fits_modal(view)
        assert buttons(view) == ["bulk.all", "bulk.none", "bulk.page.back", "bulk.page"]
        read = forms.read_bulk(sent(view))
        assert (read.bulk, read.page, read.drawn, read.what) == (7, 50, 99, deed.what)
        assert (set(read.shown), set(read.ticked)) == (set(range(1, 11)), {1, 10})


def test_a_case_says_what_it_is_like():
    view = forms.bulk_form(form([case(), archived_case()]))
    assert "OPS-12 Checkout is down" in shown(view)
    assert "P2 High" in shown(view)
    assert "archived" in shown(view)


def test_no_case_is_left():
    view = forms.bulk_form(form([], count=3))
    fits_modal(view)
    assert "No case matches any more" in shown(view)
    assert forms.read_bulk(sent(view)).shown == ()


@pytest.mark.parametrize(
    ("deed", "filled"),
    [
        (Deed(What.STATUS, status="In progress"), {"status": "In progress"}),
        (Deed(What.STATUS, status="Closed", reason="Testing"), {"status": "Closed", "reason": "Testing"}),
        (Deed(What.ASSIGN, person="U0BOB", team=4), {"assignee": "U0BOB", "teams": "4"}),
        (Deed(What.ASSIGN, nobody=True), {"nobody": ["nobody"]}),
        (Deed(What.PRIORITY, priority="none"), {"priority": "none"}),
        (Deed(What.ARCHIVE), {}),
        (Deed(What.UNARCHIVE), {}),
        (Deed(What.MOVE, project=1), {"project": "1"}),
        (Deed(What.NOTE, text="seen"), {"text": "seen"}),
    ],
)
def test_each_deed_survives_filling_in_reading_and_going_back(deed, filled):
    view = forms.bulk_form(form([case()]), what=deed.what)
    fits_modal(view)
    assert forms.read_deed(sent(view, deed=deed.what.value, **filled)) == deed
    again = forms.bulk_form(form([case()], bulk=bulk(deed)))
    fits_modal(again)
    assert forms.read_deed(sent(again)) == deed


def test_other_fields_than_those_of_before_start_empty():
    view = forms.bulk_form(form([case()], bulk=bulk(Deed(What.NOTE, text="seen"))), what=What.PRIORITY)
    assert "initial_option" not in view["blocks"][-1]["element"]


@pytest.mark.parametrize(
    ("what", "field"),
    [(None, "deed"), (What.STATUS, "status"), (What.ASSIGN, "assignee"), (What.MOVE, "project")],
)
def test_what_is_missing_is_said_under_its_field(what, field):
    with pytest.raises(Invalid) as caught:
        forms.read_deed(sent(forms.bulk_form(form([case()]), what=what)))
    assert list(caught.value.fields) == [field]


def test_the_reasons_of_all_types_are_offered_with_the_types_that_have_them():
    view = forms.bulk_form(form([case()]), what=What.STATUS)
    options = {o["value"]: o["description"]["text"] for o in view["blocks"][-1]["element"]["options"]}
    assert options["Resolved"] == "Standard, Security"
    assert options["Testing"] == "Security"
    assert view["blocks"][-1]["hint"]["text"] == "Security cases are closed with a reason."


# -- what comes of it -------------------------------------------------------------------------------------------------


def report(changed=0, unchanged=0, refused=(), back=0, left=()):
    """``refused`` and ``left``: (reason, how many)."""
    keys = iter(KEYS)
    fates = [Fate(next(keys), Became.CHANGED) for _ in range(changed)]
    fates += [Fate(next(keys), Became.UNCHANGED) for _ in range(unchanged)]
    fates += [Fate(next(keys), Became.REFUSED, why) for why, count in refused for _ in range(count)]
    fates += [Fate(next(keys), Became.BACK) for _ in range(back)]
    fates += [Fate(next(keys), Became.LEFT, why) for why, count in left for _ in range(count)]
    return Report.of(fates)


def test_the_forecast_counts_names_and_asks():
    found = Forecast(bulk(Deed(What.ARCHIVE)), report(38, 1, [("OPS is closed.", 1)]), 40)
    view = forms.forecast_view(found)
    fits_modal(view)
    for words in (
        "Bulk edit of 40 cases",
        "archive",
        "Will change: 38",
        "like that already: 1",
        "Cannot be changed: 1",
    ):
        assert words in shown(view)
    assert f"OPS is closed.\n{KEYS[39]}" in shown(view)
    assert view["submit"]["text"] == "Confirm"
    assert buttons(view) == ["bulk.back"]
    assert forms.read_bulk_id(view) == 7


def test_a_forecast_of_very_many_says_how_many_it_has_looked_at():
    view = forms.forecast_view(Forecast(bulk(Deed(What.ARCHIVE)), report(1000), 3500))
    assert "The first 1,000 were looked at. The other 2,500" in shown(view)


def test_what_changes_nothing_cannot_be_confirmed():
    view = forms.forecast_view(Forecast(bulk(Deed(What.ARCHIVE)), report(0, 3), 3))
    fits_modal(view)
    assert "submit" not in view
    assert "nothing to do" in shown(view)
    assert buttons(view) == ["bulk.back"]


def many(text):
    return [(f"{text[:700]} {number}", 500) for number in range(12)]


@given(WORDS)
@settings(max_examples=25, deadline=None)
def test_everything_said_of_a_bulk_edit_fits(text):
    text = kept(text) or "x"
    whole = report(2000, 2000, many(text))
    undone = report(back=2000, left=many(text))
    for deed in deeds(text):
        fits_modal(forms.forecast_view(Forecast(bulk(deed), whole, MOST)))
        for state, found in (
            (State.RUNNING, whole),
            (State.DONE, whole),
            (State.UNDOING, undone),
            (State.UNDONE, undone),
        ):
            one = bulk(deed, state=state.value, total=MOST, done=MOST, back_total=MOST, back_done=9, ended_at=NOW)
            message = views.progress_message(one, found, {"U0BOB": text[:80]}, NOW)
            fits_message(message)
        told = views.told_message(bulk(deed), {"U0BOB": text[:80]}, KEYS[:20], 9999, undo=False)
        fits_message(told)
    fits_modal(forms.begun_view(bulk(total=MOST)))


def said(state, found, now=NOW, **over):
    one = bulk(Deed(What.STATUS, status="Closed", reason="Resolved"), state=state.value, **over)
    return views.progress_message(one, found, NAMES, now)


def test_progress_counts_up():
    message = said(State.RUNNING, report(18, 1, [("No.", 1)]), done=20)
    assert "Bulk edit of 40 cases: set the status to Closed with the reason Resolved" in message["text"].replace(
        "*", ""
    )
    assert "20 of 40 done, 18 changed, 1 unchanged, 1 refused" in message["text"]
    assert "10 of 38 done" in said(State.UNDOING, report(back=10), back_done=10, back_total=38)["text"]


def test_the_summary_names_each_and_counts_what_it_cannot_name():
    found = report(10_000)
    text = shown(said(State.DONE, found, ended_at=NOW))
    named = [key for key in KEYS if key in text]
    assert named == KEYS[: len(named)]
    assert f"and {10_000 - len(named):,} more" in text
    assert "Changed: 10,000" in text


def test_very_many_reasons_are_counted():
    text = shown(said(State.DONE, report(1, 0, [(f"Because of {n}.", n + 1) for n in range(13)]), ended_at=NOW))
    assert "Because of 12." in text, "the most frequent ones are told"
    assert "And 6 cases more for 3 other reasons" in text


@pytest.mark.parametrize(
    ("found", "minutes", "offered"), [(report(1), 0, True), (report(1), 10, False), (report(0, 3), 0, False)]
)
def test_undo_is_offered_for_ten_minutes_if_anything_changed(found, minutes, offered):
    message = said(State.DONE, found, NOW + timedelta(minutes=minutes), ended_at=NOW)
    assert ("bulk.undo" in buttons(message)) is offered
    assert timedelta(minutes=10) == UNDO_FOR


def test_what_was_undone_and_what_was_left_alone():
    fates = [
        Fate("OPS-1", Became.BACK),
        Fate("OPS-2", Became.BACK, "All but the status, changed since."),
        Fate("OPS-10", Became.LEFT, "Bob closed this case."),
    ]
    text = shown(said(State.UNDONE, Report.of(fates)))
    assert "2 brought back, 1 left alone, as they have changed since" in text
    assert "*Brought back: 1*\nOPS-1" in text
    assert "All but the status, changed since.\nOPS-2" in text
    assert "Bob closed this case.\nOPS-10" in text


def test_people_are_told_of_their_cases_and_how_to_hear_less():
    message = views.told_message(bulk(Deed(What.ARCHIVE)), NAMES, ["OPS-1", "OPS-2"], 12, undo=False)
    assert message["text"] == (
        "Ann did a bulk edit of 40 cases (archive). 12 of them concern you: OPS-1, OPS-2 and 10 more"
    )
    assert "Direct messages" in shown(message)
    assert blockkit.pings(message["blocks"]) == []
    undone = views.told_message(bulk(Deed(What.ARCHIVE)), NAMES, ["OPS-1"], 1, undo=True)
    assert "Ann undid a bulk edit of 40 cases (archive). 1 of them concerns you: OPS-1" in undone["text"]


def test_keys_are_in_the_order_that_people_count_in():
    report_ = Report.of([Fate(f"OPS-{number}", Became.CHANGED) for number in (10, 9, 100, 1)])
    assert views.keys_of(report_, Became.CHANGED) == ["OPS-1", "OPS-9", "OPS-10", "OPS-100"]


def test_a_query_that_is_too_long_for_a_button_has_none():
    (row,) = below(Listing("Cases", "x" * 3000, [case()], 1, 1))
    assert [element["action_id"] for element in row["elements"]] == ["query.build"]
