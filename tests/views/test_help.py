"""Help: every command with an example, and the nearest one to what was typed."""

import pytest
from hypothesis import given, settings

from bot.views import help as helps
from bot.views.forms import help_view
from tests.views.samples import TEXTS, fits_message, fits_modal, shown

OF_THE_DESIGN = {
    "help", "new", "quick", "show", "list", "mine", "search", "assign", "take", "priority", "status", "close", "reopen",
    "note", "edit", "timeline", "due", "watch", "unwatch", "archive", "unarchive", "relate", "project",
    "inbox", "team", "export", "bulk", "incident", "rule", "notebook", "stats", "keep", "snooze", "silence",
    "link", "unlink",
}  # fmt: skip


def test_every_command_of_the_design_is_explained():
    assert set(helps.BY_NAME) == OF_THE_DESIGN
    message = helps.help_message()
    fits_message(message)
    fits_modal(help_view())
    for name in OF_THE_DESIGN:
        assert f"`/case {name}" in shown(message)


@pytest.mark.parametrize("command", helps.COMMANDS)
def test_each_command_has_an_example_that_begins_with_it(command):
    assert command.example.split()[0] == command.name
    assert command.usage.split()[0] == command.name
    message = helps.help_message(command.name)
    fits_message(message)
    assert command.does in shown(message)
    assert command.example in helps.example(command.name)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("prioritty", "priority"),
        ("asign", "assign"),
        ("Clsoe", "close"),
        ("frobnicate", None),
        ("", None),
        ("reopn", "reopen"),
    ],
)
def test_the_nearest_command(typed, meant):
    assert helps.nearest(typed) == meant


@pytest.mark.parametrize("topic", ["alerts", "storms"])
def test_alerts_and_storms_have_a_page_of_their_own(topic):
    message = helps.help_message(topic)
    fits_message(message)
    for words in ("/case project watch #alerts", "/case project hooks OPS", "a query finds", "up to 50 new cases"):
        assert words in shown(message)
    assert "/case help alerts" in shown(helps.help_message())


def test_an_unknown_word_gets_the_nearest_command_or_the_way_to_help():
    assert "`/case priority" in helps.unknown("prioritty")["text"]
    assert "`/case help`" in helps.unknown("frobnicate")["text"]
    assert "Did you mean" in helps.help_message("prioritty")["text"]
    assert helps.example("banana") == "`/case help` shows every command."


@given(TEXTS)
@settings(max_examples=30, deadline=None)
def test_anything_may_be_asked(text):
    fits_message(helps.help_message(text))
    fits_message(helps.unknown(text))
