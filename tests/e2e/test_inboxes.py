"""The inbox form in a browser: its preview follows the typing and disturbs nothing."""

import re

from playwright.sync_api import expect


def test_an_inbox_is_made_while_its_preview_follows_the_typing(window, town, project):
    town.ann.command("/case quick search is slow p3 in OPS", channel=town.ops)
    town.ann.command("/case quick checkout is down p1 in OPS", channel=town.ops)
    ann = window(town.ann, town.ops)
    ann.say("/case search is:open")
    found = ann.message("Only visible to you")
    expect(found).to_contain_text("2 cases")
    found.get_by_role("button", name="Save as inbox").click()

    form = ann.wait_for_modal("New inbox")
    query = form.get_by_label("Query")
    expect(query).to_have_value("is:open")
    expect(form).to_contain_text("is:open finds 2 cases now")
    form.get_by_label("Name").fill("Urgent checkouts")
    ann.choose(ann.field("Tell channels").get_by_role("button"), "general", search="gen")
    ann.choose(ann.field("Tell people").get_by_role("button"), "Bob", search="bo")
    ann.field("Tell them when").get_by_label("A case stops matching").check()
    ann.choose(ann.field("still there after").get_by_role("button"), "4 hours")
    ann.choose(ann.field("Digest of what is in it").get_by_role("button"), "Every Monday")

    query.fill("")
    expect(form).to_contain_text("Type a query to see what it finds.")
    query.press_sequentially("priority:>=P2 banana:", delay=20)
    expect(form).to_contain_text("This query does not work yet.")
    for _ in "banana:":
        query.press("Backspace")
    expect(form).to_contain_text("priority:>=P2 finds 1 case now")
    expect(form).to_contain_text("OPS-2 checkout is down")
    expect(query).to_be_focused()
    expect(query).to_have_value("priority:>=P2 ")
    expect(form.get_by_label("Name")).to_have_value("Urgent checkouts")
    expect(ann.field("Tell channels").locator(".chip")).to_contain_text("general")
    expect(ann.field("Tell people").locator(".chip")).to_contain_text(re.compile("bob", re.IGNORECASE))
    expect(ann.field("Tell them when").get_by_label("A case stops matching")).to_be_checked()

    form.get_by_role("button", name="Create").click()
    done = ann.wait_for_modal("Inbox")
    expect(done).to_contain_text("Urgent checkouts is created")
    expect(done).to_contain_text("still there after 4 hours")
    ann.page.keyboard.press("Escape")
    expect(ann.modal).to_have_count(0)


def test_a_post_of_an_inbox_is_worked_and_its_inbox_deleted(window, town, project):
    town.ann.command("/case inbox new priority:>=P2", channel=town.ops)
    town.ann.modal.fill({"name": "Urgent checkouts", "channels": [town.general]})
    assert not town.ann.modal.submit().errors
    town.ann.modal.close()
    town.bob.command("/case quick payment fails p1 in OPS", channel=town.ops)
    ann = window(town.ann, town.general)
    post = ann.card("payment fails")
    expect(post).to_contain_text("In Urgent checkouts (priority:>=P2) because it was opened and matches.")
    post.get_by_role("button", name="Take OPS-1").click()
    expect(post).to_contain_text("In progress")
    post.get_by_role("button", name="More actions").first.click()
    ann.page.get_by_role("menuitem", name="Edit inbox").click()
    edit = ann.wait_for_modal("Edit inbox")
    expect(edit.get_by_label("Name")).to_have_value("Urgent checkouts")
    edit.get_by_role("button", name="Delete inbox").click()
    ask = ann.page.get_by_role("alertdialog", name="Delete this inbox?")
    expect(ask).to_contain_text("Nobody is told by Urgent checkouts any more.")
    ask.get_by_role("button", name="Delete").click()
    expect(ann.modal).to_contain_text("is deleted")


def test_a_wrong_query_is_marked_under_its_field(window, town, project):
    ann = window(town.ann, town.ops)
    ann.say("/case inbox new is:open banana:3")
    form = ann.wait_for_modal("New inbox")
    form.get_by_label("Name").fill("Mine")
    form.get_by_role("button", name="Create").click()
    expect(ann.field("Query").locator(".field-error")).to_contain_text("banana")
    expect(form.get_by_label("Query")).to_be_focused()
    form.get_by_label("Query").fill("is:open")
    expect(form).to_contain_text("is:open finds 0 cases now")
    form.get_by_role("button", name="Create").click()
    expect(ann.wait_for_modal("Inbox")).to_contain_text("Mine is created")


def test_the_list_of_inboxes_and_the_home_tab(window, town, project):
    town.ann.command("/case inbox new is:open", channel=town.ops)
    town.ann.modal.fill({"name": "Everything", "people": [town.bob]})
    assert not town.ann.modal.submit().errors
    town.ann.modal.close()
    town.ann.command("/case quick door is stuck in OPS", channel=town.ops)
    ann = window(town.ann, town.ops)
    ann.go("Casebook app")
    ann.page.get_by_role("tab", name="Home").click()
    home = ann.page.get_by_role("main")
    ann.choose(home.get_by_role("button", name=re.compile("^Choose an inbox")), "Everything (1)")
    expect(home).to_contain_text("door is stuck")
    expect(home).to_contain_text("personal")
    home.get_by_role("button", name="Inboxes").click()
    listed = ann.wait_for_modal("Inboxes")
    expect(listed).to_contain_text("Everything · 1 case · personal")
    listed.get_by_role("button", name="Mute Everything").click()
    expect(listed).to_contain_text("Muted for you:")
    listed.get_by_role("button", name="Unmute Everything").click()
    expect(listed.get_by_role("button", name="Mute Everything", exact=True)).to_be_visible()
    listed.get_by_role("button", name="Show Everything").click()
    expect(ann.wait_for_modal("Cases")).to_contain_text("door is stuck")
