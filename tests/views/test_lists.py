"""Lists, Details and the timeline, at their smallest and their largest."""

from datetime import date

import pytest
from hypothesis import given, settings

from bot.domain.entry import Kind
from bot.domain.errors import Invalid
from bot.domain.evidence import Relation, Watcher
from bot.domain.reading import Details, Listing, TimelinePage
from bot.views import details, lists
from bot.views.clicks import TOO_OLD, PageClick, read_case_click, read_page_click, read_value
from tests.views.filling import click
from tests.views.samples import (
    NAMES,
    NOW,
    WORDS,
    WORKSPACE,
    archived_case,
    case,
    closed_case,
    entries,
    entry,
    evidence,
    fits_message,
    fits_modal,
    huge_case,
    note,
    shown,
    small_case,
)


def page_of(cases, **over):
    values = {"heading": "Cases", "query": "is:open", "page": 1, "total": len(cases)}
    return Listing(**(values | {"cases": cases} | over))


def ten(**over):
    return [case(id=n, key=f"OPS-{n}", **over) for n in range(1, 11)]


def block_with(drawn, action_id):
    return next(
        block
        for block in drawn["blocks"]
        for element in [*block.get("elements", []), block.get("accessory", {})]
        if element.get("action_id") == action_id
    )


# -- lists --------------------------------------------------------------------------------------------------------
def test_a_list_says_how_many_and_what_they_are():
    found = page_of([case(due=date(2026, 11, 20)), closed_case(id=13, key="OPS-13"), archived_case()], total=3)
    message = lists.listing(page_of(found.cases[:2], total=2), WORKSPACE, now=NOW)
    fits_message(message)
    said = shown(message)
    assert "*Cases*: 2 cases" in said
    assert (
        "|OPS-12>* Checkout is down\nOpen · P2 High · <@U0BOB> · 3 days old · due 20 Nov 2026 (overdue by 3 days)"
        in said
    )
    assert "OPS-13 Checkout is down" in message["text"]
    assert "page" not in said
    assert read_value(click(message["blocks"][-1], "query.build")) == "is:open"


def test_an_empty_list_says_what_to_do_next():
    message = lists.listing(page_of([]), WORKSPACE)
    fits_message(message)
    assert "No case matches" in shown(message)
    offered = [e["action_id"] for block in message["blocks"][-2:] for e in block["elements"]]
    assert offered == ["case.new", "inbox.save", "query.build"]
    fits_modal(lists.listing_view(page_of([]), WORKSPACE))


def test_pages_are_turned_by_buttons_that_carry_the_query():
    found = page_of(ten(), page=2, total=1001, query='title:"a & b" is:open', on="0/9/i1", back="0/1/i9")
    message = lists.listing(found, WORKSPACE, now=NOW)
    fits_message(message)
    assert "more than 1,000 cases" in shown(message)
    assert "Page 2 of 100" in shown(message)
    buttons = block_with(message, "list.page")
    on = read_page_click(click(buttons, "list.page"))
    assert on == PageClick(3, 0, 'title:"a & b" is:open', "Cases", on="0/9/i1")
    back = read_page_click(click(buttons, "list.page.back"))
    assert (back.page, back.on, back.back) == (1, "", "0/1/i9")


def test_the_first_and_the_last_page_have_one_way():
    for page, there in ((1, "list.page"), (2, "list.page.back")):
        way = {"on": "0/1/i1"} if page == 1 else {"back": "0/1/i1"}
        message = lists.listing(page_of(ten(), page=page, total=20, **way), WORKSPACE)
        assert [e["action_id"] for e in message["blocks"][-2]["elements"]] == [there]


def test_a_page_that_turned_out_to_be_there_is_counted():
    message = lists.listing(page_of(ten(), page=2, total=20, on="0/1/i1", back="0/9/i9"), WORKSPACE)
    assert "Page 2 of 3" in shown(message)


def test_a_list_can_be_saved_as_an_inbox_and_that_of_an_inbox_edited():
    found = page_of(ten(), total=20, query='priority:>=P2 "a & b"')
    saved = block_with(lists.listing(found, WORKSPACE), "inbox.save")
    assert read_page_click(click(saved, "inbox.save")).query == 'priority:>=P2 "a & b"'
    made = lists.listing(page_of(ten(), total=20, query="x" * 2000, inbox=7, on="0/1/i1"), WORKSPACE)
    fits_message(made)
    assert read_value(click(block_with(made, "inbox.edit"), "inbox.edit")) == "7"
    assert read_page_click(click(block_with(made, "list.page"), "list.page")) == PageClick(2, on="0/1/i1", inbox=7)
    assert "inbox.save" not in str(made)


def test_a_query_too_long_for_a_button_says_so():
    message = lists.listing(page_of(ten(), total=20, query="x" * 2000, on="0/1/i1"), WORKSPACE)
    fits_message(message)
    assert "too long" in shown(message)


@pytest.mark.parametrize(
    ("drawn", "verbs"),
    [
        (case(), ["case.take", "case.assign", "case.close", "case.note", "case.details"]),
        (closed_case(), ["case.details", "case.reopen", "case.note"]),
        (archived_case(), ["case.details", "case.unarchive"]),
    ],
)
def test_a_rows_menu_fits_and_is_read_back(drawn, verbs):
    message = lists.listing(page_of([drawn]), WORKSPACE)
    block = message["blocks"][1]
    values = [option["value"] for option in block["accessory"]["options"]]
    found = [read_case_click(click(block, "case.row", value)) for value in values]
    assert [one.value for one in found] == verbs
    assert {(one.case_id, one.version, one.verb) for one in found} == {(12, 7, "case.row")}


@given(WORDS)
@settings(max_examples=25, deadline=None)
def test_the_largest_list_fits(text):
    rows = [huge_case(text) for _ in range(10)]
    for number, row in enumerate(rows):
        row.id = number
    ways = {"on": "1/1000000/t2026-11-23T04:00:00.123456+00:00", "back": "1/1000000/t2026-11-23T04:00:00.123456+00:00"}
    found = page_of(rows, page=2, total=500, query=text[:300], heading=text[:100], **ways)
    fits_message(lists.listing(found, WORKSPACE, now=NOW))
    fits_modal(lists.listing_view(found, WORKSPACE, now=NOW))


def test_an_old_button_is_refused_in_words():
    for action in ({"action_id": "x", "block_id": "b"}, {"action_id": "list.page", "value": "[]"}):
        for read in (read_case_click, read_page_click):
            with pytest.raises(Invalid) as refused:
                read({"actions": [action]})
            assert refused.value.sentence == TOO_OLD


# -- Details ------------------------------------------------------------------------------------------------------
def timeline(drawn, rows, page=1, has_next=False, notes=None, pieces=None):
    return TimelinePage(drawn, rows, notes or {}, pieces or {}, page, has_next)


def everything(text="x", watching=False):
    drawn = huge_case(text)
    pieces = [evidence(text, n) for n in range(60)]
    notes = {1: note(text[:3000] or "x", edited_at=NOW), 2: note("", id=2, deleted_at=NOW)}
    other = closed_case(id=13, key="OPS-13", title=text[:200])
    relations = [(Relation(case_id=12, other_id=13, kind="blocks"), other)] * 30
    relations += [(Relation(case_id=13, other_id=12, kind="parent"), other)]
    rows = (entries(text) * 2)[:15]
    page = timeline(drawn, rows, 2, True, notes, {1: pieces[1], 2: pieces[2]})
    return Details(drawn, pieces, relations, page, watching)


@given(WORDS)
@settings(max_examples=15, deadline=None)
def test_the_largest_details_fit(text):
    fits_modal(details.details_view(everything(text), WORKSPACE, now=NOW))


def test_the_smallest_details():
    drawn = small_case()
    view = details.details_view(Details(drawn, [], [], timeline(drawn, []), False), WORKSPACE)
    fits_modal(view)
    assert "Evidence" not in shown(view)
    assert "Nothing on this page." in shown(view)


def test_details_show_everything():
    drawn = case(attributes={"service": "checkout", "region": "eu"}, watchers=[Watcher(person_id="U0CAROL")])
    notes = {1: note(edited_at=NOW)}
    pieces = {n: evidence(f"piece {n}", n) for n in (1, 2)}
    other = case(id=13, key="OPS-13", title="Payment fails")
    relations = [
        (Relation(case_id=12, other_id=13, kind="blocks"), other),
        (Relation(case_id=13, other_id=12, kind="causes"), other),
    ]
    page = timeline(drawn, entries(), 1, True, notes, pieces)
    view = details.details_view(Details(drawn, list(pieces.values()), relations, page, True), WORKSPACE, names=NAMES)
    fits_modal(view)
    said = shown(view)
    for words in (
        "500s since 02:55", "*region*\neu", "Watched by Carol", "Blocks ", "Is caused by ", "Payment fails", "piece 2",
        "The cache was full", " (edited since)", "opened this case", "Evidence (2)",
    ):  # fmt: skip
        assert words in said
    assert "https://example.com/1" in str(view)
    more = view["blocks"][1]["elements"][-1]
    assert [option["value"] for option in more["options"]].count("case.watch") == 0
    assert "case.unwatch" in [option["value"] for option in more["options"]]
    assert "case.details" not in [element["action_id"] for element in view["blocks"][1]["elements"]]


def test_deleted_notes_say_so():
    gone = {1: note("", deleted_at=NOW)}
    view = details.timeline_view(timeline(case(), [entry(Kind.NOTE_ADDED, note=1)], notes=gone), WORKSPACE)
    assert "This note was deleted." in shown(view)
    without_words = {1: note("")}
    view = details.timeline_view(timeline(case(), [entry(Kind.NOTE_ADDED, note=1)], notes=without_words), WORKSPACE)
    assert "deleted" not in shown(view)


@given(WORDS)
@settings(max_examples=15, deadline=None)
def test_the_largest_timeline_fits_a_message_and_a_modal(text):
    notes = {n: note(text[:3000] or "x", id=n) for n in range(1, 16)}
    pieces = {n: evidence(text, n) for n in range(100)}
    rows = [entry(Kind.EVIDENCE_ADDED, id_=n, note=n, evidence=list(range(100))) for n in range(1, 16)]
    edited = {"title": [text[:200], text[:199]], "attributes": [{"service": text[:200]}, {"env": text[:200]}]}
    for many in (rows, [entry(Kind.EDITED, changes=edited)] * 15):
        page = timeline(huge_case(text), many, 2, True, notes, pieces)
        fits_message(details.timeline_message(page, WORKSPACE))
        fits_modal(details.timeline_view(page, WORKSPACE))


@pytest.mark.parametrize(("draw", "action_id"), [("timeline", "timeline.page"), ("details", "details.page")])
def test_the_timeline_is_paged(draw, action_id):
    page = timeline(case(), entries()[:15], 2, True)
    if draw == "timeline":
        view = details.timeline_message(page, WORKSPACE)
    else:
        view = details.details_view(Details(page.case, [], [], page, False), WORKSPACE)
    buttons = block_with(view, action_id)
    assert read_page_click(click(buttons, action_id)) == PageClick(3, 12)
    assert read_page_click(click(buttons, f"{action_id}.back")) == PageClick(1, 12)
