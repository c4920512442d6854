"""Tickets in a browser, with a local Jira at the other end of the wire."""

import re

import pytest
from playwright.sync_api import expect

from bot.sandbox.jira import LocalJira
from bot.sandbox.servicenow import LocalServiceNow
from bot.usecases.ticket_news import ask_for_news
from tests.flows.conftest import running, settings_for


@pytest.fixture
def jira():
    with LocalJira() as local:
        local.add_person("mia", "Mia Moss")
        local.add_person("bob", "Bob Hill", "bob@example.com")
        local.add_project("PAY", "Payments")
        local.add_project("WEB", "Web")
        yield local


@pytest.fixture
def servicenow():
    with LocalServiceNow() as local:
        yield local


@pytest.fixture
def casebook(town, sqlite_url, jira, servicenow, request):
    """With that Jira connected, as the settings name it; asked for ``both``, with ServiceNow as well."""
    more = {"JIRA_URL": jira.url, "JIRA_EMAIL": jira.email, "JIRA_API_TOKEN": jira.token}
    if getattr(request, "param", "") == "both":
        more |= {"SERVICENOW_URL": servicenow.url, "SERVICENOW_USER": servicenow.user}
        more |= {"SERVICENOW_PASSWORD": servicenow.password}
    with running(settings_for(town.slack, sqlite_url, **more)) as casebook:
        yield casebook


def test_ann_links_a_ticket_and_follows_it(window, town, project, jira, casebook, shots):
    town.ann.command("/case quick checkout is down p1 in OPS", channel=town.ops)
    ann = window(town.ann, town.ops)
    card = ann.card("checkout is down")
    card.get_by_role("button", name="Link a ticket to OPS-1").click()
    form = ann.wait_for_modal("Link ticket")
    expect(ann.field("Project")).to_be_visible()
    shots(ann, "projects")
    ann.choose(ann.field("Project").get_by_role("button"), "Payments (PAY)")
    expect(ann.field("Issue type")).to_be_visible()
    ann.choose(ann.field("Issue type").get_by_role("button"), "Bug")
    expect(form).to_contain_text("come from the case")
    shots(ann, "fields")
    ann.choose(ann.field("Environment").get_by_role("button"), "Production")
    form.get_by_role("button", name="Create", exact=True).click()
    expect(ann.wait_for_modal("OPS-1")).to_contain_text("You asked for a Jira ticket.")
    ann.page.keyboard.press("Escape")
    expect(card).to_contain_text("Jira PAY-1 checkout is down · in step")
    ask_for_news(casebook.db, "jira", casebook.desk.now(), "minute")
    expect(card).to_contain_text("Jira PAY-1 checkout is down · To Do · nobody has it · in step")
    shots(ann, "card")

    card.get_by_role("button", name="Details").click()
    details = ann.wait_for_modal("OPS-1")
    expect(details).to_contain_text("Tickets (1)")
    shots(ann, "details")
    details.get_by_role("button", name="Unlink").click()
    shots(ann, "unlink")
    ask = ann.page.get_by_role("alertdialog", name="Unlink Jira PAY-1?")
    ask.get_by_role("button", name="Keep it").click()
    expect(ask).to_have_count(0)
    ann.page.keyboard.press("Escape")
    expect(ann.modal).to_have_count(0)

    ann.say("/case link OPS-1 jira")
    form = ann.wait_for_modal("Link ticket")
    expect(ann.field("Project")).to_be_visible()
    form.get_by_label("Link one that exists").check()
    form.get_by_label("Key, number or address").fill("PAY-99")
    shots(ann, "existing")
    form.get_by_role("button", name="Link", exact=True).click()
    expect(ann.wait_for_modal("OPS-1")).to_contain_text("You linked Jira PAY-99.")
    ann.page.keyboard.press("Escape")
    expect(card).to_contain_text("PAY-99 · failing")
    shots(ann, "failing")


def test_dana_sets_the_terms(window, town, project, jira, casebook, shots):
    dana = window(town.dana, town.ops)
    dana.say("/case project OPS")
    form = dana.wait_for_modal("Project OPS")
    shots(dana, "project")
    form.get_by_role("button", name="Tickets in Jira").click()
    terms = dana.wait_for_modal("Tickets in Jira")
    expect(terms).to_contain_text("A new ticket begins with:")
    shots(dana, "terms-top")
    dana.choose(dana.field("Project").get_by_role("button"), "Payments (PAY)")
    expect(terms).to_contain_text("Statuses in Jira:")
    terms.get_by_label("Statuses: of the case = in Jira").fill("Closed = Done\nOpen To Do")
    terms.get_by_role("button", name="Save").click()
    expect(terms).to_contain_text("Line 2: “Open To Do” should look like: Closed = Done")
    shots(dana, "terms-wrong")
    terms.get_by_label("Statuses: of the case = in Jira").fill("Closed = Done\nOpen = To Do")
    terms.get_by_role("button", name="Save").click()
    dana.wait_for_modal("Project OPS")


def test_jira_does_not_answer(window, town, project, jira, casebook, shots):
    town.ann.command("/case quick checkout is down p1 in OPS", channel=town.ops)
    jira.token = "another"
    ann = window(town.ann, town.ops)
    ann.card("checkout is down").get_by_role("button", name="Link a ticket to OPS-1").click()
    form = ann.wait_for_modal("Link ticket")
    expect(form.get_by_role("button", name="Ask again")).to_be_visible()
    shots(ann, "dead")


@pytest.mark.parametrize("casebook", ["both"], indirect=True)
def test_ann_chooses_servicenow(window, town, project, jira, servicenow, casebook, shots):
    town.ann.command("/case quick checkout is down p1 in OPS", channel=town.ops)
    ann = window(town.ann, town.ops)
    card = ann.card("checkout is down")
    card.get_by_role("button", name="Link a ticket to OPS-1").click()
    form = ann.wait_for_modal("Link ticket")
    expect(ann.field("Project")).to_be_visible()
    ann.choose(ann.field("Where").get_by_role("button"), "ServiceNow")
    expect(form).to_contain_text("Create a new ServiceNow record")
    expect(form).to_contain_text("come from the case")
    shots(ann, "record")
    form.get_by_role("button", name="Create", exact=True).click()
    expect(ann.wait_for_modal("OPS-1")).to_contain_text("You asked for a ServiceNow ticket.")
    ann.page.keyboard.press("Escape")
    expect(card).to_contain_text(re.compile(r"ServiceNow INC\d+ checkout is down · New · nobody has it · in step"))
    shots(ann, "card")
