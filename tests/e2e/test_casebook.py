"""The main journeys, clicked through in a browser."""

import re

from playwright.sync_api import expect

from tests.flows.conftest import running, settings_for


def test_a_new_case_becomes_a_card(window, town, project):
    ann = window(town.ann, town.ops)
    ann.composer.press_sequentially("/ca")
    offered = ann.page.get_by_role("option", name="/case")
    expect(offered).to_contain_text("Open, find and work cases")
    ann.composer.press("Tab")
    expect(ann.composer).to_have_value("/case ")
    ann.composer.press_sequentially("new checkout is down")
    ann.composer.press("Enter")

    form = ann.wait_for_modal("New case")
    expect(form.get_by_label("Title")).to_have_value("checkout is down")
    form.get_by_label("Description").fill("500s since 02:55")
    ann.choose(form.get_by_role("button", name="Priority"), "P1 Critical")
    ann.choose(form.get_by_role("button", name="Assignee"), "Bob", search="bo")
    ann.choose(ann.field("Teams").get_by_role("button"), "@sre", search="sr")
    form.get_by_role("button", name="Open case").click()
    opened = ann.wait_for_modal("OPS-1 is open")
    opened.get_by_role("contentinfo").get_by_role("button", name="Close").click()
    expect(ann.modal).to_have_count(0)

    card = ann.card("checkout is down")
    for words in ("OPS-1", "P1 Critical", "500s since 02:55", "@sre"):
        expect(card).to_contain_text(words)
    for name in ("Take OPS-1", "Assign OPS-1", "Close OPS-1", "Details of OPS-1"):
        expect(card.get_by_role("button", name=name)).to_be_visible()
    expect(ann.composer).to_be_focused()


def test_an_alert_is_posted_and_escalated(window, town, project):
    ann = window(town.ann, town.ops)
    ann.page.get_by_role("button", name="Post an alert").click()
    ann.page.get_by_role("radio", name=re.compile("Monitor")).check()
    title = ann.page.get_by_role("dialog").locator(".attachment-title").inner_text()
    ann.page.get_by_role("button", name="Post", exact=True).click()
    alert = ann.messages.filter(has=ann.page.locator(".attachment"), has_text=title)
    expect(alert).to_contain_text("[Monitor Status")
    expect(alert.locator(".badge")).to_have_text("APP")

    ann.act_on(alert, "Escalate to a case")
    form = ann.wait_for_modal("Escalate to a case")
    assert form.get_by_label("Title").input_value() in title
    form.get_by_role("button", name="Open case").click()
    ann.wait_for_modal("OPS-1 is open")
    ann.page.keyboard.press("Escape")
    expect(ann.modal).to_have_count(0)
    expect(ann.card("OPS-1").get_by_role("button", name="Take OPS-1")).to_be_visible()
    alert.get_by_role("button", name="1 reply").click()
    expect(ann.thread).to_contain_text("This post is now case OPS-1")


def test_an_alert_repeats_and_recovers_in_a_watched_channel(window, town, project, casebook, shots):
    assert not town.dana.command("/case project watch #general", channel=town.general).error
    town.dana.modal.fill({"project": "OPS Operations"})
    assert not town.dana.modal.submit().errors
    town.dana.modal.close()
    assert casebook.worker.wait_until_idle(10)
    ann = window(town.ann, town.general)
    for state in ("Triggered: new, or once again", "Triggered: new, or once again", "Recovered"):
        before = ann.messages.count()
        ann.page.get_by_role("button", name="Post an alert").click()
        ann.page.get_by_role("radio", name=re.compile("Monitor")).check()
        ann.page.get_by_label("State").select_option(state)
        shots(ann, state.partition(":")[0])
        ann.page.get_by_role("button", name="Post", exact=True).click()
        expect(ann.messages).to_have_count(before + 1)
    expect(ann.messages.filter(has_text="Triggered").first).to_contain_text("1 reply")
    ann.go("channel ops")
    expect(ann.card("OPS-1")).to_contain_text("has recovered, came 1 more time, last seen")
    ann.page.get_by_role("button", name="Post an alert").click()
    ann.page.get_by_role("radio", name=re.compile("Security signal")).check()
    expect(ann.page.get_by_label("State")).to_be_hidden()  # signals do not recover


def test_bob_takes_prioritizes_and_closes_by_buttons_while_ann_looks_on(window, town, project):
    town.ann.command("/case quick search is slow in OPS", channel=town.ops)
    ann, bob = window(town.ann, town.ops), window(town.bob, town.ops)
    card = bob.card("search is slow")
    card.get_by_role("button", name="Take OPS-1").click()
    expect(card).to_contain_text("In progress")
    bob.choose(card.get_by_role("button", name=re.compile("^Priority")), "P2 High")
    expect(card).to_contain_text("P2 High")
    card.get_by_role("button", name="Close OPS-1").click()
    form = bob.wait_for_modal("Close")
    bob.choose(form.get_by_role("button", name="Reason"), "Resolved")
    form.get_by_label("Closing note").fill("restarted the index")
    form.get_by_role("button", name="Close case").click()
    expect(bob.modal).to_have_count(0)
    expect(card.get_by_role("button", name="Reopen")).to_be_visible()

    seen = ann.card("search is slow")
    expect(seen).to_contain_text("Closed")
    expect(seen.get_by_role("button", name="Take")).to_have_count(0)
    seen.get_by_role("button", name=re.compile("repl")).click()
    for words in ("took this case", "P2 High", "Resolved"):
        expect(ann.thread).to_contain_text(words)
    seen.get_by_role("button", name="Details of OPS-1").click()
    expect(ann.wait_for_modal("OPS-1")).to_contain_text("restarted the index")
    ann.page.keyboard.press("Escape")
    expect(ann.modal).to_have_count(0)
    ann.go("Casebook app")
    expect(ann.messages.filter(has_text="search is slow").first).to_be_visible()


def test_an_error_stands_under_its_field_and_what_was_typed_stays(window, town, project):
    ann = window(town.ann, town.ops)
    ann.say("/case new")
    form = ann.wait_for_modal("New case")
    form.get_by_label("Description").fill("kept as it is")
    form.get_by_label("Title").fill("   ")
    form.get_by_role("button", name="Open case").click()
    error = ann.field("Title").locator(".field-error")
    expect(error).to_contain_text("needs a title")
    expect(form.get_by_label("Title")).to_be_focused()
    expect(form.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Description")).to_have_value("kept as it is")

    form.get_by_label("Title").fill("")
    form.get_by_role("button", name="Open case").click()
    expect(error).to_contain_text("Please complete this required field.")
    form.get_by_label("Title").fill("at last")
    expect(error).to_be_hidden()
    form.get_by_label("Title").press("Enter")
    ann.wait_for_modal("OPS-1 is open")


def test_the_app_home_lists_and_acts(window, town, project):
    town.ann.command("/case quick printer jams @bob in OPS", channel=town.ops)
    town.ann.command("/case quick door is stuck in OPS", channel=town.ops)
    bob = window(town.bob, town.ops)
    bob.go("Casebook app")
    bob.page.get_by_role("tab", name="Home").click()
    home = bob.page.get_by_role("main")
    expect(home.get_by_role("heading", name="Assigned to me")).to_be_visible()
    expect(home).to_contain_text("printer jams")
    bob.choose(home.get_by_role("button", name=re.compile("^Choose an inbox")), "Open (2)")
    expect(home).to_contain_text("door is stuck")
    home.get_by_role("button", name="New case").click()
    form = bob.wait_for_modal("New case")
    form.get_by_label("Title").fill("lights flicker")
    form.get_by_role("button", name="Open case").click()
    bob.wait_for_modal("OPS-3 is open")
    bob.page.keyboard.press("Escape")
    expect(home).to_contain_text("lights flicker")


def test_a_thread_reply_becomes_a_note(window, town, project):
    town.ann.command("/case quick disk is full in OPS", channel=town.ops)
    bob = window(town.bob, town.ops)
    card = bob.card("disk is full")
    card.hover()
    card.get_by_role("button", name="Reply in thread").click()
    bob.reply("deleted the old logs")
    town.slack.wait_for(
        lambda: "deleted the old logs" in town.ann.command("/case timeline OPS-1", channel=town.ops).shown,
        what="the note on the timeline",
    )
    bob.say("/case timeline OPS-1")
    answer = bob.message("Only visible to you")
    expect(answer).to_contain_text("deleted the old logs")
    answer.get_by_role("button", name="Dismiss message").click()
    expect(bob.messages.filter(has_text="Only visible to you")).to_have_count(0)


def test_the_global_shortcut_finds_a_case_by_typing(window, town, project):
    town.ann.command("/case quick database is slow in OPS", channel=town.ops)
    bob = window(town.bob, town.general)
    bob.page.get_by_role("main").get_by_role("button", name="Shortcuts").click()
    bob.page.get_by_role("menuitem", name=re.compile("^Find a case")).click()
    form = bob.wait_for_modal("Find a case")
    bob.choose(form.get_by_role("button", name="Case"), "OPS-1", search="data")
    form.get_by_role("button", name="Show").click()
    expect(bob.wait_for_modal("OPS-1")).to_contain_text("database is slow")


def test_the_page_outlives_the_bot(window, town, sqlite_url):
    ann = window(town.ann, town.ops)
    banner = ann.page.locator("#banner", has_text="Casebook is not connected")
    expect(banner).to_be_visible()
    ann.page.evaluate("window.notReloaded = true")
    ann.composer.fill("/case help")
    ann.composer.press("Enter")
    expect(ann.page.get_by_role("alert")).to_contain_text("is not connected")
    for _ in range(2):
        with running(settings_for(town.slack, sqlite_url)):
            expect(banner).to_be_hidden()
            ann.say("/case help")
            expect(ann.message("/case new")).to_contain_text("Only visible to you")
            ann.message("/case new").get_by_role("button", name="Dismiss message").click()
        expect(banner).to_be_visible()
        ann.say("hello without a bot")
    assert ann.page.evaluate("window.notReloaded")


def test_the_inspector_shows_what_went_between_slack_and_casebook(window, town, project):
    town.ann.command("/case quick cache is cold in OPS", channel=town.ops)
    ann = window(town.ann, town.ops)
    ann.card("cache is cold").get_by_role("button", name="Take OPS-1").click()
    expect(ann.card("cache is cold")).to_contain_text("In progress")
    ann.page.get_by_role("button", name="Inspector", exact=True).click()
    inspector = ann.page.get_by_role("region", name="Inspector")
    inspector.get_by_label("Filter").fill("case.take")
    rows = inspector.locator(".record")
    pressed = rows.filter(has_text="block_actions · case.take").first
    expect(pressed.locator(".record-ms")).to_contain_text("ms")
    pressed.locator("summary").first.click()
    expect(pressed).to_contain_text("Sent to the app")
    inspector.get_by_label("Filter").fill("chat.update")
    expect(rows.first).to_contain_text("chat.update")
    inspector.get_by_label("Filter").fill("nothing is called like this")
    expect(inspector).to_contain_text("Nothing fits the filter.")
