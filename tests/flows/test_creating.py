"""Ann creates cases: by the modal, from the shortcut, from Home, in one line."""

import pytest

from tests.flows.conftest import Town, create_project


def test_a_case_from_the_command_becomes_a_card_in_its_home_channel(town, project, card):
    town.ann.command("/case new checkout is down", channel=town.ops)
    modal = town.ann.modal
    assert modal.title == "New case"
    assert modal.value("Title") == "checkout is down"
    modal.fill({"Description": "500s since 02:55", "Priority": "P1 Critical", "service": "checkout", "env": "prod"})
    assert not modal.submit().errors
    assert "OPS-1" in town.ann.modal.text

    posted = card("checkout is down")
    assert "OPS-1" in posted.shown
    assert "P1 Critical" in posted.shown
    assert "500s since 02:55" in posted.shown
    assert {"Take", "Assign", "Close", "Details"} <= set(posted.buttons)
    assert "OPS-1" in posted.text


def test_the_global_shortcut_and_the_home_button_open_the_same_modal(town, project, card):
    town.ann.shortcut("case.new")
    assert town.ann.modal.title == "New case"
    town.ann.modal.close()

    home = town.bob.open_home()
    town.bob.click(home, "New case")
    modal = town.bob.modal
    modal.fill({"Title": "from home"})
    assert not modal.submit().errors
    card("from home")


def test_errors_stand_under_their_field_and_keep_what_was_typed(town, project):
    town.ann.command("/case new", channel=town.ops)
    modal = town.ann.modal
    modal.fill({"Title": "   ", "Description": "kept"})
    errors = modal.submit().errors
    assert "title" in errors
    assert "needs a title" in errors["title"]
    assert town.ann.modal.value("Description") == "kept"


def test_quick_creates_at_once(town, project, card):
    answer = town.ann.command("/case quick search is slow p2 @bob in OPS", channel=town.general)
    assert "OPS-1" in answer.text
    posted = card("search is slow")
    assert "P2 High" in posted.shown
    assert "bob" in posted.shown


def test_quick_takes_the_channels_project(town, casebook, project):
    create_project(town, casebook, "WEB", "Website", town.general)
    assert "OPS-1" in town.ann.command("/case quick from ops", channel=town.ops).text
    assert "WEB-1" in town.ann.command("/case quick from general", channel=town.general).text


def test_an_admin_without_a_project_is_led_to_create_one(town, casebook):
    town.dana.command("/case new db down", channel=town.ops)
    modal = town.dana.modal
    assert "project" in modal.title.lower()
    modal.fill({"key": "OPS", "name": "Operations", "home_channel": town.ops})
    assert not modal.submit().errors
    assert "OPS" in town.dana.modal.text


def test_anyone_else_is_told_whom_to_ask(town, casebook):
    answer = town.ann.command("/case new db down", channel=town.ops)
    assert "@dana" in answer.text
    assert not town.ann.has_modal


@pytest.mark.parametrize("key", ["CASE", "1OPS", "OPERATIONSTEAM", "O PS"])
def test_a_bad_project_key_is_refused_under_its_field(town, casebook, key):
    town.dana.command("/case project new", channel=town.ops)
    modal = town.dana.modal
    modal.fill({"key": key[:10], "name": "Operations", "home_channel": town.ops})
    if len(key) > 10:
        pytest.skip("Slack's own client stops typing at ten characters")
    assert "key" in modal.submit().errors


def test_a_taken_project_key_is_refused(town, project):
    town.dana.command("/case project new", channel=town.ops)
    town.dana.modal.fill({"key": "ops", "name": "Other", "home_channel": town.ops})
    assert "taken" in town.dana.modal.submit().errors["key"]


def test_only_admins_make_projects(town, casebook):
    answer = town.ann.command("/case project new", channel=town.ops)
    assert "admins" in answer.text
    assert "@dana" in answer.text


def test_a_title_with_a_channel_mention_pings_nobody(town: Town, project, card):
    town.ann.command("/case quick <!channel> & *all* `down` 🔥 in OPS", channel=town.ops)
    posted = card("all")
    assert not posted.pings
