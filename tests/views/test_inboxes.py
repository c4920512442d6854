"""Inboxes: their form, what it finds, their list, and what is said of one."""

import pytest
from hypothesis import given, settings

from bot.domain.errors import Invalid
from bot.domain.person import Team
from bot.domain.reading import InboxForm, Preview, ShelfPage
from bot.views import forms, inboxes, pickers
from bot.views.clicks import read_value
from bot.views.forms import outside
from bot.views.queries import preview_blocks, query_code, typed_query
from tests.views.filling import click, sent
from tests.views.samples import (
    WORDS,
    built_in,
    case,
    fits_message,
    fits_modal,
    full_inbox,
    huge_case,
    inbox,
    project,
    recipient,
    shelf,
    shown,
)

PREVIEW = Preview("priority:>=P2", cases=[case()], total=3, opened=2)


def form(**over):
    teams = [Team(id=3, handle="sre", name="Site reliability"), Team(id=4, handle="web", name="")]
    values = {"preview": PREVIEW, "teams": teams, "projects": [project()], "tz": "Europe/Berlin"}
    return InboxForm(**(values | over))


# -- the form -----------------------------------------------------------------------------------------------------
def test_a_new_inbox_is_filled_in_and_read_back():
    view = forms.inbox_form(form())
    fits_modal(view)
    assert forms.read_inbox(sent(view, name="Urgent")) == forms.InboxFormFields(
        inbox=0, name="Urgent", query="priority:>=P2", team=None, project=None, events=("created",), stay_minutes=None,
        channels=(), people=(), digest=None, digest_minute=540,
    )  # fmt: skip
    filled = sent(
        view, name=" Urgent ", query="is:open", shelf="project/1", events=["created", "left"], stay="60",
        channels=["C0GEN", "C0OPS"], people=["U0BOB"], digest="fri", time="1410",
    )  # fmt: skip
    assert forms.read_inbox(filled) == forms.InboxFormFields(
        inbox=0, name="Urgent", query="is:open", team=None, project=1, events=("created", "left"), stay_minutes=60,
        channels=("C0GEN", "C0OPS"), people=("U0BOB",), digest="fri", digest_minute=1410,
    )  # fmt: skip
    assert forms.read_below(filled) == 0


def test_an_inbox_with_everything_set_comes_back_as_it_was():
    made = full_inbox("is:open priority:>=P2")
    view = forms.inbox_form(form(inbox=made, preview=Preview(made.query)), below=2)
    fits_modal(view)
    read = forms.read_inbox(sent(view))
    assert (read.inbox, read.name, read.query) == (7, made.name, made.query)
    assert (read.team, read.project, read.events) == (3, None, ("created", "entered", "left"))
    assert (read.stay_minutes, read.digest, read.digest_minute) == (120, "mon", 450)
    assert read.channels == tuple(f"C{n:09}" for n in range(24))
    assert read.people == tuple(f"U{n:09}" for n in range(24))
    assert forms.read_below(sent(view)) == 2
    assert "inbox.delete" in str(view)


def test_times_that_are_no_choice_stay():
    made = inbox(stay_minutes=45, digest="daily", digest_minute=547)
    read = forms.read_inbox(sent(forms.inbox_form(form(inbox=made))))
    assert (read.stay_minutes, read.digest, read.digest_minute) == (45, "daily", 547)


def test_whose_clocks_are_meant_is_said():
    assert "By yours: Europe/Berlin." in shown(forms.inbox_form(form()))
    others = forms.inbox_form(form(owner="Ann", inbox=inbox()))
    assert "By the clocks of Ann, whose inbox it is: Europe/Berlin." in shown(others)


def test_nothing_chosen_is_nothing():
    read = forms.read_inbox(sent(forms.inbox_form(form()), events=[], name=None))
    assert (read.events, read.name) == ((), "")


def test_a_digest_that_is_not_offered_is_refused():
    view = sent(forms.inbox_form(form()))
    view["state"]["values"]["digest"]["digest"]["selected_option"] = {"value": "hourly"}
    with pytest.raises(Invalid) as refused:
        forms.read_inbox(view)
    assert list(refused.value.fields) == ["digest"]


@given(WORDS)
@settings(max_examples=20, deadline=None)
def test_the_largest_form_fits_and_keeps_every_word(text):
    made = full_inbox(text)
    teams = [Team(id=n, handle=text[:80], name=text[:120]) for n in range(1, 150)]
    projects = [project(id=n, key=f"P{n}", name=text[:80]) for n in range(1, 150)]
    found = Preview(made.query, cases=[huge_case(text)] * 5, total=1001, opened=1001)
    for few in (40, 149):
        filled = form(inbox=made, preview=found, teams=teams[:few], projects=projects[:few], owner=text[:80])
        view = forms.inbox_form(filled)
        fits_modal(view)
        read = forms.read_inbox(sent(view))
        assert read.name == made.name.replace("\x00", "").strip()
        assert read.team == 3
        assert len(pickers.shelf_options(filled, "")) <= 100
    fits_modal(forms.inbox_saved(made, inboxes.promises(made), created=True))


def test_more_shelves_than_a_menu_holds_are_found_by_typing():
    many = form(projects=[project(id=n, key=f"P{n}") for n in range(1, 120)])
    view = forms.inbox_form(many)
    fits_modal(view)
    assert forms.read_inbox(sent(view, name="x", shelf="project/77")).project == 77
    assert [choice["value"] for choice in pickers.shelf_options(many, "p119")] == ["project/119"]


# -- the preview --------------------------------------------------------------------------------------------------
def test_the_preview_says_how_many_which_and_how_many_it_would_have_posted():
    said = shown({"blocks": preview_blocks(PREVIEW)})
    assert "`priority:&gt;=P2` finds *3 cases* now." in said
    assert "In the last 7 days it would have posted *2 cases*." in said
    assert "*OPS-12* Checkout is down · Open\nand 2 more" in said


def test_the_preview_counts_up_to_a_thousand():
    said = shown({"blocks": preview_blocks(Preview("is:open", cases=[case()], total=1001, opened=1))})
    assert "*more than 1,000 cases*" in said
    assert "posted *1 case*." in said


def test_the_preview_of_a_wrong_query_an_empty_one_and_one_that_finds_nothing():
    wrong = shown({"blocks": preview_blocks(Preview("banana:3", problem="There is no field “banana”."))})
    assert "*This query does not work yet.* There is no field “banana”." in wrong
    assert "Type a query" in shown({"blocks": preview_blocks(Preview("  "))})
    assert "No case at the moment" in shown({"blocks": preview_blocks(Preview("is:open"))})


def test_the_preview_follows_what_is_typed_and_nothing_else_moves():
    view = sent(forms.inbox_form(form(inbox=inbox())), query="is:open banana:", name="typed")
    assert forms.read_query(view) == "is:open banana:"
    again = forms.with_preview(view, Preview("is:open banana:", problem="What is banana?"))
    fits_modal(again)
    assert "What is banana?" in shown(again)
    assert "Checkout is down" not in shown(again)
    before, after = ([block.get("block_id") for block in one["blocks"]] for one in (view, again))
    assert before == after
    for key in ("callback_id", "private_metadata", "title", "submit"):
        assert again[key] == view[key]
    kept = [block for block in again["blocks"] if block["type"] == "input"]
    assert kept == [block for block in view["blocks"] if block["type"] == "input"]


@pytest.mark.parametrize(
    ("arrived", "in_the_field", "said"),
    [
        ("priority:&gt;=P2", "priority:>=P2", "`priority:&gt;=P2`"),
        ("assignee:<@U0BOB|bob>", "assignee:<@U0BOB|bob>", "`assignee:@Bob`"),
        ("assignee:<@U9|zed>", "assignee:<@U9|zed>", "`assignee:@zed`"),
        ("assignee:<@U9>", "assignee:<@U9>", "`assignee:@U9`"),
        ("team:<!subteam^S1|@sre>", "team:<!subteam^S1|@sre>", "`team:@sre`"),
        ("a `b`\n<!channel>", "a `b`\n<!channel>", "`a ˋbˋ &lt;!channel&gt;`"),
    ],
)
def test_a_query_is_shown_as_it_was_typed(arrived, in_the_field, said):
    assert typed_query(arrived) == in_the_field
    assert query_code(arrived, {"U0BOB": "Bob"}) == said


# -- the list -----------------------------------------------------------------------------------------------------
def page(*shelves, number=1, total=0):
    return ShelfPage(shelves, number, total or len(shelves))


def test_the_list_tells_of_each_inbox_and_offers_what_this_person_may():
    others = inbox(
        id=8, name="Others", project_id=1, recipients=[recipient("person", "U0BOB"), recipient(problem="Gone.")]
    )
    found = page(
        built_in("mine", "Assigned to me", 1001), shelf(), shelf(others, whose="OPS", can_edit=False, is_muted=True),
        shelf(inbox(id=9, name="Quiet", recipients=[])),
    )  # fmt: skip
    for drawn, fits in ((inboxes.inboxes_message(found), fits_message), (inboxes.inboxes_view(found), fits_modal)):
        fits(drawn)
        said = shown(drawn)
        for words in (
            "*Assigned to me* · more than 1,000 cases", "*Urgent checkouts* · 3 cases · personal",
            "of project OPS, made by <@U0ANN>", "Tells <@U0BOB>, <#C0GEN> when a case is opened and matches.",
            "*Problem:* Gone.", "*Muted for you:*", "Tells nobody by itself.",
        ):  # fmt: skip
            assert words in said
        rows = {block["block_id"]: block for block in drawn["blocks"] if "block_id" in block}
        offered = {id_: [one["action_id"] for one in row.get("elements", [])] for id_, row in rows.items()}
        assert offered["shelf/inbox/7"] == ["inbox.open", "inbox.edit", "inbox.mute", "inbox.silence"]
        assert offered["shelf/inbox/8"] == ["inbox.open", "inbox.unmute"]
        assert offered["shelf/inbox/9"] == ["inbox.open", "inbox.edit"]
        assert offered["inbox/list"] == ["inbox.new"]
        assert read_value(click(rows["shelf/mine"], "inbox.open")) == "mine"


def test_the_list_turns_its_pages():
    row = inboxes.inboxes_message(page(shelf(), number=2, total=20))["blocks"][-1]
    assert read_value(click(row, "inbox.page")) == "3"
    assert read_value(click(row, "inbox.page.back")) == "1"


@given(WORDS)
@settings(max_examples=20, deadline=None)
def test_the_largest_list_fits(text):
    made = full_inbox(text)
    shelves = [shelf(made, id=f"inbox/{n}", whose=text[:80], problem=text[:400], is_muted=True) for n in range(8)]
    found = page(*shelves, number=2, total=200)
    fits_message(inboxes.inboxes_message(found))
    fits_modal(inboxes.inboxes_view(found))
    for done in (inboxes.muted(made, "U0BOB"), inboxes.unmuted(made, "U000000003")):
        fits_message(done)
        fits_modal(inboxes.told_view(done))
    fits_modal(inboxes.deleted_view(text[:80]))


def test_muting_says_what_it_does_and_what_not():
    both = inbox(recipients=[recipient(), recipient("person", "U0BOB")])
    said = shown(inboxes.muted(both, "U0BOB"))
    assert "sends you no direct messages any more" in said
    assert "What it posts in <#C0GEN> is for everybody there and goes on." in said
    assert "ask <@U0ANN>" in said
    assert "will send you no direct messages." in shown(inboxes.muted(both, "U0ANN"))
    assert "posts in" not in shown(inboxes.muted(inbox(recipients=[recipient("person", "U0BOB")]), "U0BOB"))
    assert "sends you direct messages again" in shown(inboxes.unmuted(both, "U0BOB"))
    assert "not among those" in shown(inboxes.unmuted(both, "U0ANN"))


def test_a_saved_inbox_says_what_it_does_from_now_on():
    quiet = inbox(events=[], recipients=[recipient("person", "U0BOB")])
    assert "nothing yet: choose when under Edit" in shown(
        forms.inbox_saved(quiet, inboxes.promises(quiet), created=True)
    )
    loud = shown(forms.inbox_saved(inbox(), inboxes.promises(inbox()), created=False))
    assert "Inbox *Urgent checkouts* is saved." in loud
    assert "`/invite @casebook`" in loud
    nobody = inbox(recipients=[])
    assert "It tells nobody by itself." in shown(forms.inbox_saved(nobody, inboxes.promises(nobody), created=True))


# -- recipients outside Slack -------------------------------------------------------------------------------------
def outsiders(text="hooks.example.com"):
    hook = recipient("webhook", "", id=5, label=text[:120], problem=text[:400])
    return inbox(name=text[:80], recipients=[recipient(), hook, recipient("pagerduty", "", id=6)])


def test_recipients_outside_are_listed_tried_and_removed():
    view = outside.outside_view(outsiders(), "", "A test is on its way.")
    fits_modal(view)
    said = shown(view)
    for words in ("a webhook at hooks.example.com", "PagerDuty", "*Problem:* hooks", "A test is on its way."):
        assert words in said
    row = next(block for block in view["blocks"] if block.get("block_id") == "outside/5")
    assert outside.read_recipient(click(row, "inbox.outside.test")) == outside.RecipientClick(7, 5)
    assert row["elements"][1]["confirm"]["text"]["text"].startswith("The inbox tells a webhook at hooks.example.com")
    added = [element["action_id"] for element in view["blocks"][-1]["elements"]]
    assert added == ["inbox.pagerduty.new", "inbox.webhook.new", "inbox.outside.again"]
    with pytest.raises(Invalid):
        outside.read_recipient({"actions": [{"action_id": "x", "value": "7"}]})


def test_without_a_key_none_can_be_added_and_it_is_said_why():
    view = outside.outside_view(inbox(), "PagerDuty and webhooks are off: set a key.")
    fits_modal(view)
    assert "are off: set a key." in shown(view)
    assert "Nobody outside Slack yet." in shown(view)
    assert "inbox.webhook.new" not in str(view)


def test_the_forms_of_recipients_outside_are_read_back():
    hook = outside.webhook_form(7)
    fits_modal(hook)
    filled = sent(hook, address=" https://hooks.example.com/x ")
    assert (outside.read_outside(filled), outside.read_webhook(filled)) == (7, "https://hooks.example.com/x")
    duty = outside.pagerduty_form(7)
    fits_modal(duty)
    filled = sent(duty, key="k" * 32, label="Checkout")
    assert (outside.read_outside(filled), outside.read_pagerduty(filled)) == (7, ("k" * 32, "Checkout"))
    assert outside.read_pagerduty(sent(duty, key="x")) == ("x", "")


def test_a_webhooks_secret_is_shown_as_it_is():
    view = outside.webhook_added(inbox(), recipient("webhook", "", label="h.example"), "whsec_-_a_B-")
    fits_modal(view)
    assert "```whsec_-_a_B-```" in shown(view)


@given(WORDS)
@settings(max_examples=15, deadline=None)
def test_the_largest_recipients_fit(text):
    many = outsiders(text)
    many.recipients += [recipient("webhook", "", id=n, label=text[:120], problem=text) for n in range(10, 60)]
    fits_modal(outside.outside_view(many, text[:500], text[:200]))
    fits_modal(outside.webhook_added(many, many.recipients[1], "whsec_x"))
