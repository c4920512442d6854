"""Inboxes as people live with them: made, posting, acted upon, muted, changed."""

import pytest

from bot.domain.act import Act
from bot.usecases import inbox_clock
from bot.usecases.inboxes import InboxFields, create_inbox
from tests.flows.conftest import create_project
from tests.flows.inboxes import make_inbox, post_in


# -- the main journey ---------------------------------------------------------------------------------------------
def test_ann_saves_a_search_as_an_inbox_and_bob_acts_on_what_it_posts(town, casebook, open_case, slack):
    open_case("search is slow p3")
    open_case("login fails p1")
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

    open_case("checkout is down p1 ")
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


def test_a_case_that_no_longer_matches_is_marked(town, casebook, open_case, slack):
    make_inbox(town.ann, town, "priority:>=P2", channels=[town.general])
    open_case("checkout is down p1")
    post = post_in(town, town.general, "checkout is down")
    assert "No longer matches" not in post.shown
    town.bob.choose(post, "case.priority", "P4 Low")
    slack.wait_for(lambda: "No longer matches." in post.shown, what="the post to be marked")


def test_two_inboxes_of_one_channel_make_one_post(town, casebook, open_case, slack):
    make_inbox(town.ann, town, "priority:P1", "Critical", channels=[town.general])
    make_inbox(town.bob, town, "checkout", "Checkout", channels=[town.general])
    open_case("checkout is down p1", town.dana)
    post = post_in(town, town.general, "checkout is down")
    slack.wait_for(lambda: "In Critical (" in post.shown and "In Checkout (" in post.shown, what="both inboxes named")
    assert casebook.worker.wait_until_idle(10)
    assert len([m for m in slack.messages(town.general) if "checkout is down" in m.shown]) == 1


# -- the menu on a post -------------------------------------------------------------------------------------------
@pytest.fixture
def post(town, casebook, open_case):
    make_inbox(town.ann, town, "reporter:@me priority:P1", channels=[town.general], people=[town.bob])
    open_case("my own case p1", town.ann)
    open_case("bobs case p1")
    return post_in(town, town.general, "my own case")


def test_show_lists_the_inbox_as_its_owner_means_it(town, post):
    town.carol.choose(post, "inbox.post", "Show inbox")
    listed = town.carol.modal.text
    assert "Urgent" in listed
    assert "my own case" in listed
    assert "bobs case" not in listed


def test_mute_says_what_it_does_and_does_it(town, casebook, open_case, post, slack):
    slack.wait_for(lambda: any("my own case" in m.shown for m in town.bob.dm()), what="Bob's own message")
    said = town.bob.choose(post, "inbox.post", "Mute for me")
    assert not said.error
    told = slack.wait_for(
        lambda: next((m for m in town.bob.messages(town.general) if m.ephemeral and "Urgent" in m.shown), None),
        what="Bob being told",
    )
    assert "sends you no direct messages any more" in told.shown
    assert "#general" in told.shown
    assert "is for everybody there" in told.shown
    open_case("another one p1", town.ann)
    post_in(town, town.general, "another one")
    assert casebook.worker.wait_until_idle(10)
    assert not any("another one" in m.shown for m in town.bob.dm())
    town.bob.click(told, "Unmute")
    slack.wait_for(
        lambda: any("not muted for you any more" in m.shown for m in town.bob.messages(town.general)), what="Bob told"
    )
    open_case("a third one p1", town.ann)
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


# -- looking ------------------------------------------------------------------------------------------------------
def test_the_command_lists_shows_and_pages(town, casebook, open_case, slack):
    for number in range(11):
        open_case(f"checkout {number} p1")
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


def test_two_hundred_inboxes(town, casebook, open_case, slack):
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


def test_the_home_tab_picks_makes_mutes_and_forgets(town, casebook, open_case, slack):
    open_case("login fails p1")
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


def test_from_the_menu_through_the_list_to_a_form_and_back(town, casebook, open_case, slack):
    """Slack stacks three modals; a fourth takes the third's place."""
    open_case("login fails p1")
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


def test_a_digest_is_for_everybody_and_turned_and_worked_by_one(town, casebook, open_case, slack):
    for number in range(11):
        open_case(f"checkout {number} p1")
    make_inbox(town.ann, town, "checkout sort:created", "Checkout", channels=[town.general], digest="Every day")
    with casebook.db.write() as work:
        work.inboxes.by_id(1).digest_at = casebook.desk.now()
    inbox_clock.wake_inboxes(casebook.db, casebook.desk.now())
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


def test_a_guest_looks_into_nothing(town, casebook, open_case):
    open_case("login fails p1")
    listed = town.gus.command("/case inbox", channel=town.general).shown.replace("*", "")
    assert "Open · 0 cases" in listed
    town.gus.command("/case inbox new is:open", channel=town.general)
    assert "finds 0 cases now" in town.gus.modal.text
