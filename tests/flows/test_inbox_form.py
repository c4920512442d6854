"""The inbox form: what it shows while somebody types, what it refuses, and what it keeps."""

import pytest

from tests.flows.inboxes import make_inbox, preview_of


def test_the_preview_follows_the_typing_and_keeps_what_was_typed(town, casebook, open_case, slack):
    open_case("search is slow p3")
    open_case("login fails p1")
    town.ann.command("/case inbox new", channel=town.ops)
    form = town.ann.modal
    assert "Type a query to see what it finds." in form.text
    form.fill({"Name": "Mine", "people": [town.bob], "stay": "4 hours"})
    for typed, said in (
        ("priority:", "This query does not work yet."),
        ("priority:P1", "finds 1 case now. In the last 7 days it would have posted 1 case."),
        ("is:open", "finds 2 cases now"),
        ("is:open banana:3", "“banana”"),
        ("is:closed", "finds 0 cases now"),
        ("", "Type a query to see what it finds."),
    ):
        form.fill({"Query": typed})
        preview_of(form, town, said)
        assert form.value("Query") == typed
    assert (form.value("Name"), form.value("people"), form.value("stay")) == ("Mine", [town.bob.id], "240")


def test_quick_typing_ends_with_the_preview_of_what_stands_there(town, casebook, open_case, slack):
    open_case("login fails p1")
    town.ann.command("/case inbox new", channel=town.ops)
    form = town.ann.modal
    slack.faults.add(method="views.update", kind="delay", value=0.3, times=2)
    words = "priority:P1"
    for end in range(1, len(words) + 1):
        form.fill({"Query": words[:end]})
    preview_of(form, town, "finds 1 case now")
    assert form.value("Query") == words


def test_a_preview_that_comes_late_is_not_drawn_over_what_took_the_forms_place(town, casebook, open_case, slack):
    town.ann.command("/case inbox new", channel=town.ops)
    form = town.ann.modal
    slack.faults.add(method="views.update", kind="delay", value=0.5, times=1)
    form.fill({"Name": "Late", "Query": "is:open"})
    assert not form.submit().errors
    slack.wait_for(lambda: "is created" in town.ann.modal.text, what="the answer to the form")
    casebook.desk.replies.close()
    assert "is created" in town.ann.modal.text
    assert town.ann.modal.callback_id == "inbox.done"


def test_a_wrong_query_stands_under_its_field(town, casebook, open_case):
    town.ann.command("/case inbox new", channel=town.ops)
    form = town.ann.modal
    form.fill({"Name": "Mine", "Query": "is:open banana:3"})
    errors = form.submit().errors
    assert list(errors) == ["query"]
    assert "banana" in errors["query"]
    form.fill({"Query": "is:open"})
    assert not form.submit().errors


@pytest.mark.parametrize(
    ("fields", "wrong", "words"),
    [
        ({"Name": "   ", "Query": "is:open"}, "name", "needs a name"),
        ({"Name": "x", "Query": "   "}, "query", "needs a query"),
        ({"Name": "x", "Query": "created:>2026-02-01 created:<2026-01-01"}, "query", ""),
        ({"Name": "x", "Query": "(" * 200 + "a" + ")" * 200}, "query", ""),
        ({"Name": "x", "Query": "assignee:@nobodyofthatname"}, "query", "nobodyofthatname"),
    ],
)
def test_bad_input_is_refused_under_its_field(town, casebook, open_case, fields, wrong, words):
    town.ann.command("/case inbox new", channel=town.ops)
    form = town.ann.modal
    form.fill(fields)
    errors = form.submit().errors
    assert list(errors) == [wrong]
    assert words in errors[wrong]


def test_a_query_from_a_command_is_shown_as_it_was_typed(town, casebook, open_case):
    town.ann.command("/case inbox new priority:>=P9", channel=town.ops)
    form = town.ann.modal
    assert form.value("Query") == "priority:>=P9"
    assert "does not work yet." in form.text
    assert "P9”" in form.text
    assert "&gt;" not in form.text


def test_a_very_long_query_is_taken_from_a_command_and_refused_in_words(town, casebook, open_case):
    town.ann.command("/case inbox new " + "x" * 3900, channel=town.ops)
    form = town.ann.modal
    assert len(form.value("Query")) == 2000
    listed = town.ann.command("/case search " + "x" * 1990, channel=town.ops)
    assert "Save as inbox" not in listed.shown


def test_an_inbox_is_edited_with_everything_set_and_deleted(town, casebook, open_case, slack):
    done = make_inbox(
        town.ann, town, "is:open", "Everything", shelf="Team @sre", channels=[town.general, town.ops],
        people=[town.bob], events=["created", "entered", "left"], stay="1 day", digest="Every Monday", time="07:30",
    )  # fmt: skip
    assert "by a digest every Monday at 07:30" in done
    listed = town.bob.command("/case inbox", channel=town.ops)
    assert "of team @sre, made by" in listed.shown
    town.bob.click(listed, "inbox.edit")
    form = town.bob.modal
    held = [form.value(name) for name in ("name", "query", "events", "stay", "digest", "time", "shelf")]
    assert held[:3] == ["Everything", "is:open", ["created", "entered", "left"]]
    assert held[3:6] == ["1440", "mon", "450"]
    assert "By the clocks of ann" in form.text
    form.fill({"name": "Less", "events": ["left"], "people": []})
    assert not form.submit().errors
    town.bob.modal.close()
    changed = town.ann.command("/case inbox", channel=town.ops).shown
    assert "Less ·" in changed
    assert "Tells #general, #ops when a case stops matching" in changed

    town.ann.click(town.ann.command("/case inbox", channel=town.ops), "inbox.edit")
    assert town.ann.modal.click("Delete inbox", confirm=False).declined
    town.ann.modal.click("Delete inbox")
    slack.wait_for(lambda: "is deleted" in town.ann.modal.text, what="the answer")
    assert "Less" not in town.ann.command("/case inbox", channel=town.ops).shown
    assert "no inbox “Less”" in town.ann.command("/case inbox Less", channel=town.ops).shown


def test_the_same_submission_twice_makes_one_inbox(town, casebook, open_case, slack):
    slack.faults.add(delivery="interactive", kind="duplicate", times=1)
    town.ann.command("/case inbox new is:open", channel=town.ops)
    town.ann.modal.fill({"name": "Once"})
    town.ann.modal.submit()
    assert town.ann.command("/case inbox", channel=town.ops).shown.count("Once ·") == 1
