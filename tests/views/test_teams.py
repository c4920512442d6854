"""Teams in lists and forms, at their smallest and their largest, for everybody who may look at them."""

import pytest
from hypothesis import given, settings

from bot.domain.evidence import Post
from bot.domain.person import Team
from bot.domain.reading import TEAMS_PAGE, TeamListing, TeamPage, TeamRow
from bot.views import answers, cards, details, forms
from bot.views.clicks import read_page_click
from bot.views.forms.working import assign_form
from bot.views.words import case_link, team_words
from tests.views.filling import click, sent
from tests.views.samples import NOW, TS, WORDS, WORKSPACE, case, fits_message, fits_modal, person, shown


def team(**over):
    values = {"id": 3, "slack_id": None, "handle": "dba", "name": "Database admins", "version": 4, "members": []}
    return Team(**(values | over))


def page(one=None, *, edits=False, manages=False, members=None, shadowed=False):
    members = [person(), person(id="U0BOB", name="Bob")] if members is None else members
    return TeamPage(one or team(), members, shadowed, edits, manages)


def listing(rows=(), **over):
    return TeamListing(**({"rows": rows, "page": 1, "has_next": False, "may_create": False} | over))


SLACKS = {"slack_id": "S1", "handle": "sre"}


def test_the_list_says_whose_each_team_is_and_what_became_of_it():
    rows = [
        TeamRow(team(home_channel="C0DBA"), 1, True),
        TeamRow(team(id=4, **SLACKS), 3, False),
        TeamRow(team(id=5, **(SLACKS | {"handle": "old"}), gone_at=NOW), 0, False),
        TeamRow(team(id=6, handle="was", gone_at=NOW), 2, False),
    ]
    message = forms.teams_message(listing(rows))
    fits_message(message)
    fits_modal(forms.teams_view(listing(rows)))
    assert message["text"] == "Teams: @dba, @sre, @old (gone in Slack), @was (deleted)"
    first, second, *_ = (block["text"]["text"] for block in message["blocks"])
    assert "1 person · at home in <#C0DBA> · kept in Casebook" in first
    assert "Rename this team." in first
    assert "3 people · no channel · a user group of Slack's" in second
    assert "New team" not in shown(message)
    assert "New team" in shown(forms.teams_message(listing(rows, may_create=True)))


def test_no_team_is_said():
    for empty in (forms.teams_message(listing()), forms.teams_message(listing(page=3, may_create=True))):
        fits_message(empty)
    assert "no team yet" in shown(forms.teams_view(listing()))


def test_pages_are_turned_both_ways():
    view = forms.teams_view(listing([TeamRow(team(), 1, False)], page=2, has_next=True))
    for action_id, number in (("team.page.back", 1), ("team.page", 3)):
        assert read_page_click(click(view["blocks"][-1], action_id)).page == number


@settings(max_examples=40, deadline=None)
@given(WORDS)
def test_a_full_page_of_anything_fits(text):
    rows = [
        TeamRow(team(id=n, handle=text[:80], name=text[:120], slack_id="S", gone_at=NOW, home_channel="C0"), 9999, True)
        for n in range(TEAMS_PAGE)
    ]
    fits_message(forms.teams_message(listing(rows, page=2, has_next=True, may_create=True)))
    fits_modal(forms.teams_view(listing(rows, page=2, has_next=True, may_create=True)))


def test_a_new_team_is_filled_in_and_read_back():
    view = forms.new_team_form()
    fits_modal(view)
    fields = forms.read_team(sent(view, handle=" dba ", name="", members=["U0ANN", "U0BOB"], home_channel="C0DBA"))
    assert (fields.handle, fields.name, fields.members, fields.home_channel) == ("dba", "", ("U0ANN", "U0BOB"), "C0DBA")


@pytest.mark.parametrize(
    ("over", "rights", "form", "inputs"),
    [
        ({}, {"manages": True, "edits": True}, "team.edit", {"handle", "name", "members", "home_channel"}),
        ({}, {"edits": True}, "team.members", {"members"}),
        ({}, {}, "team.show", set()),
        (SLACKS, {"manages": True, "edits": True}, "team.home", {"home_channel"}),
        (SLACKS, {"edits": True}, "team.show", set()),
        ({"gone_at": NOW}, {"manages": True, "edits": True}, "team.show", set()),
        (SLACKS | {"gone_at": NOW}, {"manages": True}, "team.home", {"home_channel"}),
    ],
)
def test_each_sees_the_form_of_what_they_may_change(over, rights, form, inputs):
    view = forms.team_view(page(team(home_channel="C0DBA", **over), **rights))
    fits_modal(view)
    assert view["callback_id"] == form
    assert {block["block_id"] for block in view["blocks"] if block["type"] == "input"} == inputs
    if form != "team.edit":
        assert "Ann, Bob" in shown(view)
    if inputs:
        back = sent(view)
        assert forms.read_team_target(back) == forms.TeamTarget(3, 4)
        assert not inputs & {"members"} or forms.read_team(back).members == ("U0ANN", "U0BOB")
        assert not inputs & {"home_channel"} or forms.read_team(back).home_channel == "C0DBA"


def test_whoever_has_left_is_not_offered_again():
    view = forms.team_view(page(members=[person(is_gone=True), person(id="U0BOB")], edits=True))
    assert forms.read_team(sent(view)).members == ("U0BOB",)


@settings(max_examples=40, deadline=None)
@given(WORDS)
def test_the_largest_team_fits(text):
    people = [person(id=f"U{n:09}", name=text[:80]) for n in range(5000)]
    for over in ({}, {"gone_at": NOW}, {"slack_id": "S1"}):
        one = team(handle=text[:80], name=text[:120], home_channel="C0DBA", **over)
        for rights in ({}, {"edits": True}, {"manages": True}):
            fits_modal(forms.team_view(page(one, members=people[:200] if rights else people, shadowed=True, **rights)))
        fits_modal(forms.team_done(one, "is saved"))


def test_a_deletion_is_asked_about_first():
    view = forms.team_view(page(manages=True))
    (button,) = view["blocks"][-1]["elements"]
    assert button["confirm"]["title"]["text"] == "Delete @dba?"
    assert "The cases it has keep it" in shown(forms.team_done(team(gone_at=NOW), "is deleted"))


def test_wherever_a_case_is_shown_its_teams_say_what_became_of_them():
    teams = [team(), team(id=4, **SLACKS, gone_at=NOW), team(id=5, handle="was", gone_at=NOW)]
    one = case(teams=teams)
    words = "@dba, @sre (gone in Slack), @was (deleted)"
    assert team_words(one) == words
    card = cards.card_message(one, workspace=WORKSPACE, now=NOW)
    assert words in card["text"]
    for drawn in (card, assign_form(one), answers.changed(one, None, WORKSPACE, verb="case.assign")):
        assert words in shown(drawn)
    assert details.facts(one, NOW, {})


def test_the_link_of_a_case_leads_home_even_if_another_card_was_first():
    away = Post(role="card", channel="C0DBA", ts="1.1", thread_ts="1.1")
    home = Post(role="card", channel="C0OPS", ts=TS, thread_ts=TS)
    assert "C0OPS" in str(case_link(case(posts=[away, home]), WORKSPACE))
    assert "C0DBA" in str(case_link(case(posts=[away]), WORKSPACE))
