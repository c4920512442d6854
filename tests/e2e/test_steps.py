"""Somebody tries a step of Workflow Builder on the page, by mouse and by keyboard."""

import re

from playwright.sync_api import expect


def open_steps(window):
    window.page.get_by_role("button", name="Run a step").click()
    dialog = window.page.get_by_role("dialog", name="Run a step")
    expect(dialog).to_be_visible()
    return dialog


def outcome(dialog):
    return dialog.locator(".step-outcome")


def test_a_step_is_run_and_what_came_of_it_is_seen(window, town, project, shots):
    ann = window(town.ann, town.ops)
    dialog = open_steps(ann)
    dialog.get_by_label("Step", exact=True).select_option("Create a case")
    expect(dialog).to_contain_text("Opens a case in Casebook")
    expect(dialog.get_by_label("Run as")).to_have_value(town.ann.id)
    dialog.get_by_role("button", name="Run", exact=True).click()
    title = dialog.get_by_label("Title")
    expect(title).to_be_focused()
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(dialog).to_contain_text("Fill this in.")
    shots(ann, "wrong")
    dialog.get_by_label("Run as").select_option("Bob")
    title.fill("checkout is down")
    dialog.get_by_label("Assignee (optional)").select_option("Ann")
    title.press("Enter")
    said = outcome(dialog)
    expect(said).to_contain_text("The step completed.")
    expect(said).to_contain_text("OPS-1")
    expect(said).to_contain_text("#ops")
    expect(said.get_by_role("link")).to_have_attribute("href", re.compile(r"/archives/"))
    shots(ann, "done")
    dialog.get_by_role("button", name="Close").last.click()
    expect(dialog).to_have_count(0)
    expect(ann.card("OPS-1")).to_contain_text("Reported by bob")


def test_a_step_that_fails_says_why_and_can_be_mended(window, town, project, shots):
    ann = window(town.ann, town.ops)
    town.ann.command("/case quick search is slow", channel=town.ops)
    expect(ann.card("OPS-1")).to_be_visible()
    dialog = open_steps(ann)
    dialog.get_by_label("Step", exact=True).select_option("Update a case's status")
    expect(dialog.get_by_label("Title")).to_have_count(0)
    dialog.get_by_label("Case").fill("OPS-7")
    dialog.get_by_label("Status").fill("in progress")
    run = dialog.get_by_role("button", name="Run", exact=True)
    run.focus()
    run.press("Enter")
    expect(outcome(dialog)).to_contain_text("The step failed. There is no case OPS-7.")
    expect(run).to_be_focused()
    shots(ann, "failed")
    dialog.get_by_label("Case").fill("OPS-1")
    run.press("Enter")
    expect(outcome(dialog)).to_contain_text("In progress")
    ann.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(ann.page.get_by_role("button", name="Run a step")).to_be_focused()
    dialog = open_steps(ann)  # where it was left
    expect(dialog.get_by_label("Step", exact=True)).to_have_value("update_case_status")
