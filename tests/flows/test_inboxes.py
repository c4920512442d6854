"""Inboxes as people live with them: made, posting, acted upon, muted, changed."""

from datetime import timedelta

import pytest

from bot.domain.act import Act
from bot.usecases import inbox_clock
from bot.usecases.inboxes import InboxFields, create_inbox
from tests.flows.conftest import create_project


@pytest.fixture
def case(town, project, casebook):
    """Opens a case in OPS by command; returns what was answered."""

    def open_case(words, person=None):
        answer = (person or town.bob).command(f"/case quick {words} in OPS", channel=town.ops)
        assert not answer.error
        return answer

    return open_case


def post_in(town, channel, words):
    """The newest post of Casebook with these words, once it is there."""
    return town.slack.wait_for(
        lambda: next(
            (m for m in reversed(town.slack.messages(channel)) if m.user == town.slack.bot_user and words in m.shown),
            None,
        ),
        what=f"a post with “{words}” in #{channel.name}",
    )


def make_inbox(person, town, query, name="Urgent", **fields):
    """By the command; what the form says at the end."""
    person.command(f"/case inbox new {query}", channel=town.ops)
    form = person.modal
    form.fill({"name": name, **fields})
    answer = form.submit()
    assert not answer.errors, answer.errors
    done = person.modal.text
    person.modal.close()
    return done


def preview_of(form, town, words):
    return town.slack.wait_for(lambda: words in form.text and form.text, what=f"the preview to say “{words}”")


# -- the main journey ---------------------------------------------------------------------------------------------
def test_ann_saves_a_search_as_an_inbox_and_bob_acts_on_what_it_posts(town, casebook, case, slack):
    case("search is slow p3")
    case("login fails p1")
    found = town.ann.command("/case search priority:>=P2", channel=town.ops)
    town.ann.click(found, "Save as inbox")
    form = town.ann.modal
    assert form.title == "New inbox"
    assert form.value("Query") == "priority:>=P2"
    assert "finds 1 case now" in form.text.replace("*", "")
    assert "OPS-2 login fails · Open" in form.text.replace("*", "")
    form.fill({"Name": "Urgent", "channels": [town.general]})
    assert not form.submit().errors
    assert "Inbox Urgent is created" in town.ann.modal.text.replace("*", "")
    assert "Tells #general" in town.ann.modal.text.replace("It tells", "Tells")

    case("checkout is down p1 ")
    post = post_in(town, town.general, "checkout is down")
    assert "In Urgent (priority:>=P2) because it was opened and matches. Owner: ann." in post.shown
    assert {"Take", "Assign", "Close", "Note", "Details"} <= set(post.buttons)
    assert not post.pings
    assert casebook.worker.wait_until_idle(10)

    town.bob.click(post, "Take")
    slack.wait_for(lambda: "In progress" in post.shown and "bob" in post.shown, what="the post to say who has it")
    town.bob.choose(post, "case.priority", "P2 High")
    slack.wait_for(lambda: "P2 High" in post.shown, what="the post to say its priority")
    town.bob.click(post, "Close")
    town.bob.modal.fill({"reason": "Resolved"})
    assert not town.bob.modal.submit().errors
    slack.wait_for(lambda: "Closed" in post.shown and "Reopen" in post.buttons, what="the post to be marked closed")
    assert casebook.worker.wait_until_idle(10)
    assert [m.shown for m in slack.messages(town.general)].count(post.shown) == 1


def test_a_case_that_no_longer_matches_is_marked(town, casebook, case, slack):
    make_inbox(town.ann, town, "priority:&gt;=P2", channels=[town.general])
    case("checkout is down p1")
    post = post_in(town, town.general, "checkout is down")
    assert "No longer matches" not in post.shown
    town.bob.choose(post, "case.priority", "P4 Low")
    slack.wait_for(lambda: "No longer matches." in post.shown, what="the post to be marked")


def test_two_inboxes_of_one_channel_make_one_post(town, casebook, case, slack):
    make_inbox(town.ann, town, "priority:P1", "Critical", channels=[town.general])
    make_inbox(town.bob, town, "checkout", "Checkout", channels=[town.general])
    case("checkout is down p1", town.dana)
    post = post_in(town, town.general, "checkout is down")
    slack.wait_for(lambda: "In Critical (" in post.shown and "In Checkout (" in post.shown, what="both inboxes named")
    assert casebook.worker.wait_until_idle(10)
    assert len([m for m in slack.messages(town.general) if "checkout is down" in m.shown]) == 1


# -- the menu on a post -------------------------------------------------------------------------------------------
@pytest.fixture
def post(town, casebook, case):
    make_inbox(town.ann, town, "reporter:@me priority:P1", channels=[town.general], people=[town.bob])
    case("my own case p1", town.ann)
    case("bobs case p1")
    return post_in(town, town.general, "my own case")


def test_show_lists_the_inbox_as_its_owner_means_it(town, post):
    town.carol.choose(post, "inbox.post", "Show inbox")
    listed = town.carol.modal.text
    assert "Urgent" in listed
    assert "my own case" in listed
    assert "bobs case" not in listed


def test_mute_says_what_it_does_and_does_it(town, casebook, case, post, slack):
    assert any("my own case" in m.shown for m in town.bob.dm())
    said = town.bob.choose(post, "inbox.post", "Mute for me")
    assert not said.error
    told = slack.wait_for(
        lambda: next((m for m in town.bob.messages(town.general) if m.ephemeral and "Urgent" in m.shown), None),
        what="Bob being told",
    )
    assert "sends you no direct messages any more" in told.shown
    assert "#general" in told.shown
    assert "is for everybody there" in told.shown
    case("another one p1", town.ann)
    post_in(town, town.general, "another one")
    assert casebook.worker.wait_until_idle(10)
    assert not any("another one" in m.shown for m in town.bob.dm())
    town.bob.click(told, "Unmute")
    slack.wait_for(
        lambda: any("not muted for you any more" in m.shown for m in town.bob.messages(town.general)), what="Bob told"
    )
    case("a third one p1", town.ann)
    slack.wait_for(lambda: any("a third one" in m.shown for m in town.bob.dm()), what="Bob to be told again")


def test_edit_is_for_its_owner_and_says_so_to_others(town, post, slack):
    town.bob.choose(post, "inbox.post", "Edit inbox")
    told = slack.wait_for(
        lambda: next((m for m in town.bob.messages(town.general) if m.ephemeral and "Ask them" in m.shown), None),
        what="Bob being told who may",
    )
    assert "ann" in told.shown
    town.ann.choose(post, "inbox.post", "Edit inbox")
    form = town.ann.modal
    assert form.title == "Edit inbox"
    assert form.value("Name") == "Urgent"
    assert form.value("channels") == [town.general.id]
    assert form.value("people") == [town.bob.id]


# -- the form -----------------------------------------------------------------------------------------------------
def test_the_preview_follows_the_typing_and_keeps_what_was_typed(town, casebook, case, slack):
    case("search is slow p3")
    case("login fails p1")
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


def test_quick_typing_ends_with_the_preview_of_what_stands_there(town, casebook, case, slack):
    case("login fails p1")
    town.ann.command("/case inbox new", channel=town.ops)
    form = town.ann.modal
    slack.faults.add(method="views.update", kind="delay", value=0.3, times=2)
    words = "priority:P1"
    for end in range(1, len(words) + 1):
        form.fill({"Query": words[:end]})
    preview_of(form, town, "finds 1 case now")
    assert form.value("Query") == words


def test_a_preview_that_comes_late_is_not_drawn_over_what_took_the_forms_place(town, casebook, case, slack):
    town.ann.command("/case inbox new", channel=town.ops)
    form = town.ann.modal
    slack.faults.add(method="views.update", kind="delay", value=0.5, times=1)
    form.fill({"Name": "Late", "Query": "is:open"})
    assert not form.submit().errors
    slack.wait_for(lambda: "is created" in town.ann.modal.text, what="the answer to the form")
    casebook.desk.replies.close()
    assert "is created" in town.ann.modal.text
    assert town.ann.modal.callback_id == "inbox.done"


def test_a_wrong_query_stands_under_its_field(town, casebook, case):
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
def test_bad_input_is_refused_under_its_field(town, casebook, case, fields, wrong, words):
    town.ann.command("/case inbox new", channel=town.ops)
    form = town.ann.modal
    form.fill(fields)
    errors = form.submit().errors
    assert list(errors) == [wrong]
    assert words in errors[wrong]


def test_a_very_long_query_is_taken_from_a_command_and_refused_in_words(town, casebook, case):
    town.ann.command("/case inbox new " + "x" * 3900, channel=town.ops)
    form = town.ann.modal
    assert len(form.value("Query")) == 2000
    listed = town.ann.command("/case search " + "x" * 1990, channel=town.ops)
    assert "Save as inbox" not in listed.shown


def test_an_inbox_is_edited_with_everything_set_and_deleted(town, casebook, case, slack):
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


def test_the_same_submission_twice_makes_one_inbox(town, casebook, case, slack):
    slack.faults.add(delivery="interactive", kind="duplicate", times=1)
    town.ann.command("/case inbox new is:open", channel=town.ops)
    town.ann.modal.fill({"name": "Once"})
    town.ann.modal.submit()
    assert town.ann.command("/case inbox", channel=town.ops).shown.count("Once ·") == 1


# -- looking ------------------------------------------------------------------------------------------------------
def test_the_command_lists_shows_and_pages(town, casebook, case, slack):
    for number in range(11):
        case(f"checkout {number} p1")
    make_inbox(town.ann, town, "checkout sort:created", "Checkout 🔥 <!channel> *all*")
    listed = town.ann.command("/case inbox", channel=town.ops)
    assert not listed.message.pings
    for words in ("Assigned to me · 0 cases", "Open · 11 cases", "· 11 cases · personal", "Tells nobody by itself."):
        assert words in listed.shown.replace("*", "")
    town.ann.click(listed, "Show", within="sort:created")
    modal = town.ann.modal
    assert "11 cases" in modal.text
    modal.click("Next")
    slack.wait_for(lambda: "Page 2 of 2" in town.ann.modal.text, what="the second page")
    assert "checkout 10" in town.ann.modal.text
    modal.close(everything=True)
    shown = town.ann.command("/case inbox checkout", channel=town.ops)
    assert "11 cases" in shown.shown
    town.ann.click(shown, "Edit inbox")
    assert town.ann.modal.value("query") == "checkout sort:created"
    town.ann.modal.close()
    nearest = town.ann.command("/case inbox banana", channel=town.ops).shown
    assert "There is no inbox “banana”. There are Assigned to me" in nearest


def test_two_hundred_inboxes(town, casebook, case, slack):
    for number in range(200):
        act = Act(actor=town.ann.id, at=casebook.desk.now(), via="test", origin=f"many/{number}")
        create_inbox(casebook.db, act, InboxFields(name=f"{number:03} {'🔥' * 35}"[:80], query=f"checkout {number}"))
    listed = town.ann.command("/case inbox", channel=town.ops)
    assert "Page 1 of 26" in listed.shown
    town.ann.click(listed, "Next")
    slack.wait_for(lambda: any("Page 2 of 26" in m.shown for m in town.ann.messages(town.ops)), what="the second page")
    home = town.ann.open_home()
    assert [name[:3] for name in home.suggest("home.inbox", "19")] == ["019", "119", *map(str, range(190, 200))]
    home.choose("home.inbox", town.ann.suggest(home, "home.inbox", "149")[0])
    slack.wait_for(lambda: "checkout 149" in town.ann.home.text, what="the inbox on the Home tab")


def test_the_home_tab_picks_makes_mutes_and_forgets(town, casebook, case, slack):
    case("login fails p1")
    home = town.ann.open_home()
    offered = home.options("home.inbox")
    assert offered == ["Assigned to me (0)", "Created by me (0)", "My teams (0)", "Open (1)"]
    home.click("New inbox")
    town.ann.modal.fill({"name": "Critical", "query": "priority:P1", "people": [town.ann, town.bob]})
    assert not town.ann.modal.submit().errors
    town.ann.modal.close()
    slack.wait_for(lambda: "Critical (1)" in town.ann.home.options("home.inbox"), what="the inbox in the picker")
    town.ann.home.choose("home.inbox", "Critical (1)")
    slack.wait_for(lambda: "login fails" in town.ann.home.text and "personal" in town.ann.home.text, what="its cases")
    assert {"Edit", "Mute", "Show", "Take"} <= set(town.ann.home.buttons)
    town.ann.home.click("Mute")
    assert "sends you no direct messages any more" in town.ann.modal.text
    slack.wait_for(lambda: "Unmute" in town.ann.home.buttons, what="the Home tab to know it")
    town.ann.modal.click("Unmute")
    slack.wait_for(lambda: "again" in town.ann.modal.text, what="the answer")
    town.ann.modal.close()
    slack.wait_for(lambda: "Mute" in town.ann.home.buttons, what="the Home tab to know it")
    town.ann.home.click("Edit")
    town.ann.modal.click("Delete inbox")
    slack.wait_for(lambda: "Assigned to me" in town.ann.home.text and "Edit" not in town.ann.home.buttons, what="Home")


def test_from_the_menu_through_the_list_to_a_form_and_back(town, casebook, case, slack):
    """Slack stacks three modals; a fourth takes the third's place."""
    case("login fails p1")
    make_inbox(town.ann, town, "priority:P1", "Critical")
    town.ann.command("/case", channel=town.ops)
    town.ann.modal.click("Inboxes")
    assert town.ann.modal.title == "Inboxes"
    town.ann.modal.click("Edit Critical" if "Edit Critical" in town.ann.modal.buttons else "inbox.edit")
    town.ann.modal.fill({"name": "Very critical"})
    assert not town.ann.modal.submit().errors
    town.ann.modal.click("Show its cases")
    assert "login fails" in town.ann.modal.text
    town.ann.choose(town.ann.modal, "case.row", "Add note")
    town.ann.modal.fill({"text": "seen it"})
    assert not town.ann.modal.submit().errors
    slack.wait_for(lambda: "seen it" in town.ann.command("/case timeline OPS-1", channel=town.ops).shown, what="note")
    town.ann.command("/case", channel=town.ops)
    town.ann.modal.click("Inboxes")
    assert "Very critical" in town.ann.modal.text


def test_a_digest_is_for_everybody_and_turned_and_worked_by_one(town, casebook, case, slack):
    for number in range(11):
        case(f"checkout {number} p1")
    make_inbox(town.ann, town, "checkout sort:created", "Checkout", channels=[town.general], digest="Every day")
    inbox_clock.send_digest(casebook.db, 1, casebook.desk.now() + timedelta(days=2))
    digest = post_in(town, town.general, "Digest of Checkout")
    assert "11 cases" in digest.shown
    before = digest.shown
    town.bob.click(digest, "Next")
    assert "checkout 10" in town.bob.modal.text
    town.bob.modal.close()
    town.bob.choose(digest, "case.row", "Take", within="OPS-1 ")
    told = slack.wait_for(
        lambda: next((m for m in town.bob.messages(town.general) if m.ephemeral and "took" in m.shown), None),
        what="Bob being told that it is his",
    )
    assert "OPS-1" in told.shown
    town.bob.choose(digest, "inbox.post", "Show inbox")
    assert "11 cases" in town.bob.modal.text
    assert digest.shown == before
    town.bob.modal.close()
    town.bob.click(digest, "Edit inbox")
    slack.wait_for(lambda: any("Ask them" in words for words in town.bob.seen), what="Bob being told who may")


# -- who may see what ---------------------------------------------------------------------------------------------
def test_a_private_projects_cases_stay_in_its_channel(town, casebook, slack):
    secret = slack.add_channel("secret", members=[town.ann, town.dana], private=True, bot=True)
    create_project(town, casebook, "SEC", "Secrets", secret)
    town.ann.command("/case inbox new project:SEC", channel=secret)
    form = town.ann.modal
    assert "posted only in their project's own channel" in form.text
    form.fill({"name": "Secrets", "shelf": "project/1", "channels": [town.general], "people": [town.bob, town.dana]})
    assert not form.submit().errors
    town.ann.command("/case quick the vault is open in SEC", channel=secret)
    slack.wait_for(lambda: any("the vault is open" in m.shown for m in town.dana.dm()), what="Dana to be told")
    assert casebook.worker.wait_until_idle(10)
    assert not [m for m in slack.messages(town.general) if "vault" in m.shown]
    assert not [m for m in town.bob.dm() if "vault" in m.shown]
    assert "Secrets" not in town.bob.command("/case inbox", channel=town.ops).shown


def test_a_guest_looks_into_nothing(town, casebook, case):
    case("login fails p1")
    listed = town.gus.command("/case inbox", channel=town.general).shown.replace("*", "")
    assert "Open · 0 cases" in listed
    town.gus.command("/case inbox new is:open", channel=town.general)
    assert "finds 0 cases now" in town.gus.modal.text
