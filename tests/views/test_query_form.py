"""The form that builds a search, the field with the way to it, and what a query finds."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.query_building import FACTS, NOT_CLOSED, ORDERS, PRIORITIES, WINDOWS, Choices, Known, Window
from bot.domain.reading import Preview, SearchForm
from bot.views import forms
from bot.views.forms.query import ORDER_WORDS, WHEN
from bot.views.previews import preview_blocks
from tests.views.filling import sent
from tests.views.samples import WORDS, case, fits_modal, project, shown

KNOWN = Known(("OPS", "WEB"), ("Open", "In progress", "Waiting", "Closed"), ("Standard", "Security"))
DAY = date(2026, 12, 24)


def search_form(chosen=None, **over):
    values = {"chosen": chosen or Choices(), "known": KNOWN, "projects": [], "preview": Preview("")}
    return SearchForm(**(values | over))


def read_back(chosen, **over):
    """What comes back from the form when nothing is touched."""
    projects = [project(id=number, key=key) for number, key in enumerate(chosen.projects)]
    view = forms.build_search_form(search_form(chosen, projects=projects, **over))
    fits_modal(view)
    return forms.read_build_search(sent(view))


names = st.sampled_from(("", "me", "none", "any", "U0BOB"))
windows = {
    name: st.builds(Window, st.sampled_from(("", *presets)))
    | st.builds(Window, st.just(""), st.none() | st.just(DAY), st.none() | st.just(DAY))
    for name, presets in WINDOWS.items()
}


def several(*values):
    return st.lists(st.sampled_from(values), unique=True).map(lambda found: tuple(sorted(found, key=values.index)))


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        Choices,
        words=st.sampled_from(("", "checkout slow", '"a b" c*')),
        projects=several("OPS", "WEB"),
        statuses=several(NOT_CLOSED, "open", "closed", "Waiting"),
        priorities=several(*PRIORITIES),
        types=several("Standard", "Security"),
        assignee=names,
        reporter=names.filter(lambda name: name not in {"none", "any"}),
        team=st.sampled_from(("", "me", "none", "any", "sre")),
        service=st.sampled_from(("", "checkout")),
        env=st.sampled_from(("", "prod")),
        has=several(*FACTS),
        without=several(*FACTS),
        sort=st.sampled_from(("", *ORDERS)),
        rest=st.sampled_from(("", "-status:closed")),
        **windows,
    )
)
def test_what_is_chosen_comes_back(chosen):
    assert read_back(chosen) == chosen


def test_everything_that_can_be_chosen_has_words():
    assert set(ORDER_WORDS) == set(ORDERS)
    for name, presets in WINDOWS.items():
        assert set(presets) <= set(WHEN[name][1])


def test_somebody_is_asked_for_when_a_person_a_team_or_days_are_wanted():
    view = forms.build_search_form(search_form())
    ids = [block.get("block_id") for block in view["blocks"]]
    filled = sent(view, assignee="one", team="one", created="days")
    assert forms.read_opened(filled) == {"assignee", "team", "created"}
    assert forms.read_build_search(filled) == Choices()
    again = forms.build_search_form(search_form(), opened=forms.read_opened(filled))
    fits_modal(again)
    more = [block.get("block_id") for block in again["blocks"]]
    assert [id_ for id_ in more if id_ not in ids] == ["assignee_one", "team_one", "created_from", "created_to"]
    chosen = forms.read_build_search(
        sent(again, assignee_one="U0BOB", team_one="sre", created_from="2026-12-24", created_to=None)
    )
    assert (chosen.assignee, chosen.team, chosen.created) == ("U0BOB", "sre", Window("", DAY, None))


@given(WORDS)
@settings(max_examples=25, deadline=None)
def test_the_largest_form_fits(text):
    word = text[:80].replace("\x00", "").strip() or "x"
    known = Known(
        [f"P{n}" for n in range(150)], [f"{word[:36]}{n}" for n in range(150)], [f"{word[:30]}{n}" for n in range(150)]
    )
    found = Preview(text[:2000], [case(id=n, title=text[:200]) for n in range(5)], 1001)
    chosen = Choices(
        words=text[:200], service=text[:200], env=text[:200], rest=text[:2000], team=word,
        projects=tuple(f"P{n}" for n in range(100)), assignee="U0BOB", reporter="U0BOB",
        created=Window("", DAY, DAY), updated=Window("", DAY, DAY), due=Window("", DAY, DAY),
    )  # fmt: skip
    projects = [project(id=n, key=f"P{n}", name=text[:80]) for n in range(100)]
    view = forms.build_search_form(search_form(chosen, known=known, projects=projects, preview=found))
    fits_modal(view)
    assert len(forms.read_build_search(sent(view)).projects) == 100


def test_a_preview_is_the_query_as_one_would_type_it():
    blocks = preview_blocks(Preview("assignee:<@U0BOB> a&amp;lt;b", [case()], 12))
    elements = blocks[0]["elements"][0]["elements"]
    assert [element.get("text") or element["user_id"] for element in elements] == [
        "Search: ",
        "assignee:",
        "U0BOB",
        " a&lt;b",
    ]
    assert shown({"blocks": blocks[1:]}) == "12 cases: OPS-12 Checkout is down"
    assert "everything that is not archived" in str(preview_blocks(Preview("")))
    wrong = preview_blocks(Preview("x", problem="“x” is no *field*. Here: <!channel>"))
    assert len(wrong) == 1
    assert "<!channel>" not in wrong[0]["text"]["text"]


def test_a_query_field_gives_way_to_the_query_that_was_built():
    view = {
        "type": "modal",
        "callback_id": "inbox.form",
        "blocks": forms.query_field("is:open", live=True),
        "private_metadata": "{}",
    }
    form = sent(view)
    assert (forms.read_query(form), forms.query_token(form)) == ("is:open", "")
    again = sent(view | {"blocks": forms.query_field("is:closed", token="V2")})
    assert (forms.read_query(again), forms.query_token(again)) == ("is:closed", "V2")
    entries = [one["blocks"][0]["element"] for one in (form, again)]
    assert entries[0]["action_id"] != entries[1]["action_id"]


@pytest.mark.parametrize("in_place", [True, False])
def test_the_form_beneath_is_remembered(in_place):
    values = {"name": {"name": {"type": "plain_text_input", "value": "Mine"}}, "query": {"q": {"value": "x" * 2000}}}
    form = {"callback_id": "inbox.form", "private_metadata": "{}", "state": {"values": values}}
    metadata = forms.field_metadata(form, in_place=in_place)
    view = forms.build_search_form(search_form(), metadata=metadata)
    field = forms.read_field(sent(view))
    assert (field.form, field.token, field.in_place) == ("inbox.form", "V1", in_place)
    assert field.view["state"] == {"values": {"name": values["name"]}}
    assert forms.read_field(sent(forms.build_search_form(search_form()))) is None


def test_a_form_with_too_much_in_it_stays_beneath():
    values = {"name": {"name": {"value": "x" * 3000}}}
    form = {"callback_id": "inbox.form", "private_metadata": "{}", "state": {"values": values}}
    assert forms.field_metadata(form, in_place=True) is None
    beneath = forms.read_field({"id": "V2", "private_metadata": forms.field_metadata(form, in_place=False)})
    assert beneath.view["state"] == {"values": {}}
