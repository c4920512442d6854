"""A team kept here and an exported file, before a browser."""

import csv
import re
from pathlib import Path

from playwright.sync_api import expect


def test_an_export_is_downloaded_from_the_direct_messages(window, town, project):
    town.ann.command("/case quick checkout is down in OPS", channel=town.ops)
    ann = window(town.ann, town.ops)
    ann.say("/case list is:open")
    ann.message("Export").get_by_role("button", name="Export").click()
    form = ann.wait_for_modal("Export cases")
    expect(form.get_by_label("Which cases")).to_have_value("is:open")
    form.get_by_role("button", name="Export").click()
    expect(ann.wait_for_modal("Export")).to_contain_text("1 case is being prepared")
    ann.page.keyboard.press("Escape")
    # What is unread is seen first; without it the app's Home would be.
    ann.go("Casebook app, 1 new")
    message = ann.message("Your export")
    expect(message).to_contain_text("1 case matching “is:open”, oldest first.")
    expect(message.locator(".badge")).to_have_text("APP")
    with ann.page.expect_download() as download:
        message.get_by_role("link", name=re.compile(r"casebook-.*\.csv")).click()
    assert download.value.suggested_filename.endswith(".csv")
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        assert [row["title"] for row in csv.DictReader(file)] == ["checkout is down"]


def test_a_team_is_kept(window, town, project):
    dana = window(town.dana, town.ops)
    dana.say("/case team")
    dana.message("@sre").get_by_role("button", name="New team").click()
    form = dana.wait_for_modal("New team")
    form.get_by_label("Handle").fill("dba")
    dana.choose(dana.field("Members").get_by_role("button"), "Carol", search="car")
    form.get_by_role("button", name="Create").click()
    expect(dana.wait_for_modal("Team @dba")).to_contain_text(
        "@dba is created. Cases are given to it with /case assign KEY @dba."
    )
