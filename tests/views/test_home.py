"""The App Home, at its smallest and its largest."""

from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.domain.reading import HomePage, Listing
from bot.views.clicks import read_value
from bot.views.home import home_view
from tests.views.filling import click
from tests.views.samples import (
    NOW,
    WORDS,
    WORKSPACE,
    built_in,
    case,
    fits_home,
    full_inbox,
    huge_case,
    inbox,
    person,
    project,
    shelf,
    shown,
)

EVERYBODYS = [
    built_in("mine", "Assigned to me", 3), built_in("created", "Created by me"), built_in("teams", "My teams"),
    built_in("open", "Open", 1001),
]  # fmt: skip


def home_page(cases=(), **over):
    listing = Listing(heading="Assigned to me", query="is:open", cases=list(cases), page=1, total=len(cases))
    values = {
        "person": person(), "listing": listing, "inbox": "mine", "shelves": EVERYBODYS, "projects": [project()],
        "is_admin": False, "helpers": "@dana",
    }  # fmt: skip
    return HomePage(**(values | over))


def actions_of(view):
    found = [
        element for block in view["blocks"] for element in [*block.get("elements", []), block.get("accessory", {})]
    ]
    return [element["action_id"] for element in found if "action_id" in element]


def block_with(view, action_id):
    return next(
        block
        for block in view["blocks"]
        for element in [*block.get("elements", []), block.get("accessory", {})]
        if element.get("action_id") == action_id
    )


def offered(view):
    menu = block_with(view, "home.inbox")["accessory"]
    return {
        group["label"]["text"]: [option["text"]["text"] for option in group["options"]]
        for group in menu["option_groups"]
    }


@given(WORDS)
@settings(max_examples=15, deadline=None)
def test_the_largest_home_fits(text):
    rows = [huge_case(text) for _ in range(10)]
    for number, row in enumerate(rows):
        row.id = number
    listing = Listing(heading=text[:80], query=text[:2000], cases=rows, page=2, total=1001)
    made = full_inbox(text)
    for many in (96, 97, 200):
        mine = [shelf(made, id=f"inbox/{n}", whose=text[:80], problem=text[:200], is_muted=True) for n in range(many)]
        page = home_page(
            listing=listing, is_admin=True, helpers=text[:200], inbox="inbox/90", shelves=[*EVERYBODYS, *mine]
        )
        fits_home(home_view(page, WORKSPACE, now=NOW))


def test_home_counts_and_offers():
    mine, others = case(id=1, assignee="U0ANN"), case(id=2, key="OPS-2")
    view = home_view(
        home_page([mine, others], shelves=[*EVERYBODYS, shelf(), shelf(id="inbox/8", count=None)]), WORKSPACE, now=NOW
    )
    fits_home(view)
    assert offered(view) == {
        "For everybody": ["Assigned to me (3)", "Created by me (0)", "My teams (0)", "Open (more than 1,000)"],
        "Made by people": ["Urgent checkouts (3)", "Urgent checkouts"],
    }
    assert "Last updated <!date^" in shown(view)
    assert actions_of(view).count("case.take") == 1
    assert actions_of(view).count("case.close") == 2
    assert {"inbox.new", "inbox.list"} <= set(actions_of(view))
    menu = block_with(view, "home.inbox")
    assert menu["accessory"]["initial_option"]["value"] == "mine"
    assert read_value(click(menu, "home.inbox", "created")) == "created"
    assert view["blocks"][-2]["accessory"]["initial_option"]["value"] == "all"


def test_of_an_inbox_that_was_made_home_tells_all_and_lets_it_be_changed():
    made = inbox(team_id=3, stay_minutes=120, digest="mon", events=["created", "left"])
    view = home_view(home_page(inbox="inbox/7", shelves=[*EVERYBODYS, shelf(made, whose="@sre")]), WORKSPACE, now=NOW)
    fits_home(view)
    said = shown(view)
    for words in (
        "of team @sre, made by <@U0ANN>", "`priority:&gt;=P2 checkout`", "Tells <#C0GEN> when a case is opened",
        "or stops matching", "after 2 hours", "every Monday at 09:00 (Europe/Berlin)", "No case is in this inbox now",
    ):  # fmt: skip
        assert words in said
    row = block_with(view, "inbox.edit")
    assert [element["action_id"] for element in row["elements"]] == [
        "inbox.edit", "inbox.mute", "inbox.silence", "inbox.open", "inbox.new",
    ]  # fmt: skip
    assert read_value(click(row, "inbox.open")) == "inbox/7"


def test_what_somebody_may_not_edit_is_not_offered_and_a_muted_one_can_be_unmuted():
    stranger = shelf(can_edit=False, is_muted=True)
    view = home_view(home_page(inbox="inbox/7", shelves=[*EVERYBODYS, stranger]), WORKSPACE, now=NOW)
    assert "inbox.edit" not in actions_of(view)
    assert "inbox.unmute" in actions_of(view)
    assert "Muted for you" in shown(view)


def test_an_inbox_whose_query_means_nothing_any_more_says_so():
    broken = shelf(count=None, problem="At “team:@old”: there is no team “old”.")
    view = home_view(home_page(inbox="inbox/7", shelves=[*EVERYBODYS, broken]), WORKSPACE, now=NOW)
    fits_home(view)
    assert "*Problem:* At “team:@old”" in shown(view)
    assert "until the query of this inbox is mended" in shown(view)


@pytest.mark.parametrize("shown_one", ["mine", "created", "teams", "open", "open/OPS"])
def test_each_empty_inbox_has_its_sentence_and_a_button(shown_one):
    shelves = [*EVERYBODYS, built_in("open/OPS", "Open in OPS")]
    view = home_view(home_page(inbox=shown_one, shelves=shelves), WORKSPACE)
    fits_home(view)
    assert actions_of(view).count("case.new") == 2
    assert any(words in shown(view) for words in ("No open case", "no open case", "No case is open"))


def test_home_without_a_project():
    admin = home_view(home_page(projects=[], is_admin=True), WORKSPACE)
    other = home_view(home_page(projects=[], helpers="@dana"), WORKSPACE)
    for view in (admin, other):
        fits_home(view)
        assert "case.new" not in actions_of(view)
    assert "project.new" in actions_of(admin)
    assert "Ask @dana" in shown(other)
    assert "project.new" not in actions_of(other)


def test_home_pages():
    ten = [case(id=n, key=f"OPS-{n}") for n in range(1, 11)]
    listing = Listing(heading="Open", query="is:open", cases=ten, page=2, total=30)
    view = home_view(home_page(listing=listing, inbox="open"), WORKSPACE, now=NOW + timedelta(days=1))
    buttons = block_with(view, "home.page")
    assert read_value(click(buttons, "home.page")) == "3"
    assert read_value(click(buttons, "home.page.back")) == "1"
