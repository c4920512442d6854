"""A search is built in a browser, while the preview follows every key."""

from playwright.sync_api import expect


def test_a_search_is_built_by_choosing_and_typing(window, town, project):
    for title in ("printer jams p3", "printer burns p1", "database is slow p2"):
        town.bob.command(f"/case quick {title} in OPS", channel=town.ops)
    ann = window(town.ann, town.ops)
    ann.say("/case")
    ann.wait_for_modal("Casebook").get_by_role("button", name="Build a search").click()
    form = ann.wait_for_modal("Build a search")
    expect(form).to_contain_text("Search: is:open")
    expect(form).to_contain_text("3 cases")
    form.get_by_label("Words").press_sequentially("printer", delay=20)
    expect(form).to_contain_text("Search: printer is:open")
    expect(form).to_contain_text("2 cases")
    expect(form.get_by_label("Words")).to_have_value("printer")
    ann.field("Priority").get_by_role("button").click()
    ann.page.locator(".popover").get_by_role("option", name="P1 Critical").click()
    expect(form).to_contain_text("Search: printer is:open priority:P1")
    expect(form).to_contain_text("1 case: OPS-2 printer burns")
    ann.choose(ann.field("Created").locator(".select-control"), "From … to …")
    expect(form.get_by_text("Created from")).to_be_visible()
    form.get_by_role("contentinfo").get_by_role("button", name="Search").click()
    found = ann.wait_for_modal("Cases")
    expect(found).to_contain_text("printer burns")
    expect(found).not_to_contain_text("printer jams")
