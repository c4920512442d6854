"""Tickets on the card and in Details: each state in words, few and many, whatever the partner calls things."""

import pytest
from hypothesis import given, settings

from bot.domain.errors import Invalid
from bot.domain.link import Health
from bot.domain.reading import Details, TimelinePage
from bot.domain.ticket import Part
from bot.sandbox import blockkit
from bot.views.cards import card_message, card_text, case_card
from bot.views.check import serialized
from bot.views.clicks import read_case_click
from bot.views.details import details_view
from bot.views.inbox_posts import Event, Reason, inbox_card
from bot.views.lists import row_facts
from bot.views.tickets import ordered, read_ticket_click, ticket_blocks
from tests.views.filling import click
from tests.views.samples import (
    NAMES,
    NOW,
    WITH_TICKETS,
    WORDS,
    WORKSPACE,
    archived_case,
    case,
    closed_case,
    entries,
    evidence,
    fits_message,
    fits_modal,
    full_inbox,
    huge_case,
    huge_tickets,
    note,
    shown,
    ticket,
    with_tickets,
)


def card(drawn, workspace=WITH_TICKETS):
    return case_card(drawn, workspace=workspace, now=NOW, names=NAMES)


def details_of(drawn, timeline=()):
    notes, pieces = {1: note()}, {n: evidence(number=n) for n in (1, 2)}
    page = TimelinePage(drawn, timeline, notes, pieces, 2, has_next=True)
    return Details(drawn, list(pieces.values()), [], page, is_watching=True)


def line_of(**over):
    """The text of the one ticket on a card, without its dates."""
    found = (one["elements"] for one in card(with_tickets(ticket(**over))) if one["type"] == "rich_text")
    (block,) = (elements for elements in found if len(elements) == 2)
    pieces = block[1]["elements"][0]["elements"]
    return "".join("<when>" if piece["type"] == "date" else piece["text"] for piece in pieces)


KNOWN = "Jira PAY-1 Checkout is down · In Progress · Ann Lee · "
UNKNOWN = {"key": "", "title": "", "status": "", "assignee": "", "url": ""}
KNOWN_TO_HAVE_NOBODY = {"assignee": {"theirs": ""}}
NO_WAY = "Its workflow has no way to Done."
STATES = [
    ({}, f"{KNOWN}in step"),
    ({"assignee": "", "base": KNOWN_TO_HAVE_NOBODY}, f"{KNOWN}in step".replace("Ann Lee", "nobody has it")),
    ({"status": "", "assignee": ""}, "Jira PAY-1 Checkout is down · in step"),
    ({"status": ""}, "Jira PAY-1 Checkout is down · Ann Lee · in step"),
    ({**UNKNOWN, "health": "creating"}, "Jira new ticket · being created in Jira"),
    (
        {**UNKNOWN, "health": "linking", "wanted": {"words": "PAY-7"}, "partner": "servicenow"},
        "ServiceNow PAY-7 · being linked",
    ),
    ({"health": "pending"}, f"{KNOWN}waiting for Jira"),
    ({"health": "pending", "problem_at": NOW}, f"{KNOWN}waiting for Jira since <when>"),
    (
        {"health": "failing", "problem": "The password is wrong.", "problem_at": NOW},
        f"{KNOWN}failing since <when>: The password is wrong.",
    ),
    (
        {"health": "out of step", "problem": NO_WAY, "problem_at": NOW},
        f"{KNOWN}out of step since <when>: {NO_WAY}",
    ),
    (
        {"health": "gone"},
        "Jira PAY-1 Checkout is down · In Progress · deleted in Jira, or nothing that Casebook may see any more",
    ),
]


@pytest.mark.parametrize(("over", "said"), STATES)
def test_each_state_is_said_in_words(over, said):
    assert line_of(**over) == said
    fits_message(card_message(with_tickets(ticket(**over)), workspace=WITH_TICKETS, now=NOW, names=NAMES))


def test_the_key_is_linked_and_nothing_else_is_usable_as_markup():
    drawn = with_tickets(ticket(title="<!channel> *down*", assignee="<@U0ANN>", url="javascript:alert(1)"))
    message = card_message(drawn, workspace=WITH_TICKETS, now=NOW, names=NAMES)
    fits_message(message)
    assert "javascript" not in serialized(message)
    assert "https://jira.example/browse/PAY-1" in serialized(card(with_tickets(ticket())))
    assert "<!channel>" not in message["text"]


def test_of_many_tickets_five_are_shown_those_in_trouble_first():
    tickets = [ticket(n) for n in range(1, 8)]
    tickets[6].health = Health.GONE.value
    drawn = with_tickets(*tickets)
    assert [one.id for one in ordered(drawn.tickets)[:2]] == [7, 1]
    said = shown(card(drawn))
    assert "and 2 more, in Details" in said
    assert "PAY-5" not in said
    fits_message(card_message(drawn, workspace=WITH_TICKETS, now=NOW, names=NAMES))


def test_the_fallback_names_the_tickets():
    assert card_text(with_tickets(ticket()), NAMES).endswith("assigned to Bob, ticket PAY-1 (In Progress)")
    failing = with_tickets(ticket(), ticket(2, health="failing"), ticket(3, key="", status="", health="creating"))
    said = card_text(failing, NAMES)
    assert "tickets PAY-2 (In Progress, failing), PAY-1 (In Progress), new ticket (being created)" in said


@pytest.mark.parametrize(
    ("drawn", "offered"), [(case(), True), (closed_case(), True), (archived_case(), False)]
)  # fmt: skip
def test_link_ticket_is_offered_where_a_partner_is_on(drawn, offered):
    block = card(drawn)[-1]
    assert any(element["action_id"] == "ticket.link" for element in block["elements"]) == offered
    assert "ticket.link" not in serialized(card(drawn, WORKSPACE))
    fits_message(card_message(drawn, workspace=WITH_TICKETS, now=NOW))
    if offered:
        assert read_case_click(click(block, "ticket.link")).case_id == 12
        fits_modal(details_view(details_of(drawn), WITH_TICKETS, now=NOW))
        reasons = [Reason(full_inbox(), Event.CREATED, is_inside=True)]
        posted = inbox_card(drawn, reasons, workspace=WITH_TICKETS, names=NAMES, now=NOW)
        assert "ticket.link" in serialized(posted)


@given(WORDS)
@settings(max_examples=40, deadline=None)
def test_the_largest_card_fits_and_pings_nobody(text):
    drawn = with_tickets(*huge_tickets(text), of=huge_case(text))
    message = card_message(drawn, workspace=WITH_TICKETS, now=NOW, names=dict.fromkeys(NAMES, text[:80]))
    fits_message(message)
    assert blockkit.pings(message["blocks"]) == []
    assert len(serialized(message["blocks"])) < 20_000


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_the_largest_details_fit(text):
    drawn = with_tickets(*huge_tickets(text), of=huge_case(text))
    timeline = [*entries(text[:3000])][:15]
    fits_modal(details_view(details_of(drawn, timeline), WITH_TICKETS, names=NAMES, now=NOW))


def test_a_list_counts_the_tickets():
    assert "· 2 tickets" in row_facts(with_tickets(ticket(), ticket(2)), NAMES, NOW)
    assert "ticket" not in row_facts(case(), NAMES, NOW)


# -- Details ----------------------------------------------------------------------------------------------------------
def row_of(blocks, block_id="ticket/1"):
    return next(block for block in blocks if block.get("block_id") == block_id)


def names_in(block):
    return [element["text"]["text"] for element in block["elements"]]


def test_what_can_be_done_about_a_ticket():
    assert names_in(row_of(ticket_blocks(with_tickets(ticket()), NAMES))) == ["Unlink"]
    block = row_of(ticket_blocks(with_tickets(ticket(health="failing")), NAMES))
    assert names_in(block) == ["Retry", "Unlink"]
    assert "It stays in Jira as it is." in block["elements"][1]["confirm"]["text"]["text"]
    read = read_ticket_click(click(block, "ticket.retry"))
    assert (read.ticket, read.part) == (1, None)
    assert ticket_blocks(case(), NAMES) == []


def test_one_that_another_case_has_can_be_shared():
    taken = ticket(key="", health="failing", wanted={"words": "PAY-7", "shared": False, "taken_by": "OPS-3"})
    blocks = ticket_blocks(with_tickets(taken), NAMES)
    assert names_in(row_of(blocks)) == ["Link anyway", "Retry", "Unlink"]
    assert "OPS-3 has it." in row_of(blocks)["elements"][0]["confirm"]["text"]["text"]
    fits_modal(details_view(details_of(with_tickets(taken)), WITH_TICKETS, now=NOW))


def test_a_conflict_names_both_values_and_who_made_them():
    conflicts = {
        "status": {"ours": "Open", "theirs": "Closed", "by": "Zed", "won": "theirs"},
        "assignee": {"ours": "U0BOB", "theirs": None, "by": "U0ANN", "won": "ours"},
        "priority": {"ours": "P1", "theirs": "none", "by": "", "won": "ours"},
    }
    blocks = ticket_blocks(with_tickets(ticket(conflicts=conflicts)), NAMES)
    said = shown(blocks)
    assert (
        "*Both sides changed the status.* In OPS-12: *Open*. In Jira PAY-1: *Closed*, by Zed. "
        "Jira PAY-1 counts, as the newer one."
    ) in said
    assert "In OPS-12: *Bob*. In Jira PAY-1: *nobody*, by Ann. OPS-12 counts" in said
    assert "In OPS-12: *P1 Critical*. In Jira PAY-1: *Not set*. OPS-12 counts" in said
    block = row_of(blocks, "ticket/1/assignee")
    assert names_in(block) == ["Take theirs", "Keep ours"]
    read = read_ticket_click(click(block, "ticket.theirs"))
    assert (read.ticket, read.part) == (1, Part.ASSIGNEE)


@pytest.mark.parametrize("value", ["", "x", "1/colour", "case.take:1:2"])
def test_a_button_that_we_did_not_draw_is_refused(value):
    payload = {"actions": [{"action_id": "ticket.retry", "block_id": "b", "value": value}]}
    with pytest.raises(Invalid):
        read_ticket_click(payload)


def test_the_tickets_that_are_not_shown_are_named():
    said = shown(ticket_blocks(with_tickets(*(ticket(n) for n in range(1, 8))), NAMES))
    assert "And 2 more: PAY-6, PAY-7." in said
    assert "/case unlink OPS-12" in said
