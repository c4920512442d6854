"""The card: what it says in each state, and that it fits whatever people wrote."""

import time
from datetime import date

import pytest
from hypothesis import given, settings

from bot.sandbox import blockkit
from bot.views.cards import card_message, card_text, case_card
from bot.views.check import serialized
from bot.views.clicks import read_case_click
from bot.views.words import age, case_count, due_words, excerpt
from tests.views.filling import click
from tests.views.samples import (
    NAMES,
    NOW,
    WORDS,
    WORKSPACE,
    archived_case,
    case,
    closed_case,
    fits_message,
    huge_case,
    shown,
    small_case,
    types,
    wide_type,
)


def card(drawn, **over):
    return case_card(drawn, workspace=WORKSPACE, now=NOW, names=NAMES, **over)


def buttons(blocks):
    elements = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return [(element.get("text") or element.get("placeholder") or {"text": "⋯"})["text"] for element in elements]


@pytest.mark.parametrize(
    ("drawn", "offered"),
    [
        (case(), ["Take", "Assign", "Priority", "Status", "Close", "Note", "Declare incident", "Details", "⋯"]),
        (closed_case(), ["Reopen", "Note", "Details", "⋯"]),
        (archived_case(), ["Unarchive", "Details"]),
    ],
)
def test_the_buttons_fit_the_status(drawn, offered):
    assert buttons(card(drawn)) == offered
    fits_message(card_message(drawn, workspace=WORKSPACE, now=NOW, names=NAMES))


def test_the_card_says_what_is_known():
    said = shown(card(case(due=date(2026, 11, 21))))
    for words in (
        "OPS-12", "Checkout is down", "500s since 02:55", "*Status*\nOpen", "*Priority*\nP2 High", "*Assignee*\nBob",
        "*Due*\n21 Nov 2026 (overdue by 2 days)", "from a monitor", "2 pieces of evidence", "Reported by Ann",
        "*Service*\ncheckout", "*Env*\nprod", "*Type*\nStandard",
    ):  # fmt: skip
        assert words in said
    assert "https://acme.slack.com/archives/C0OPS/p1700000000000100" in serialized(card(case()))


def test_a_closed_card_says_how_and_when():
    said = shown(card(closed_case(due=date(2026, 11, 1))))
    assert "*Closed as*\nResolved" in said
    assert "overdue" not in said
    assert "*Archived* <!date^" in shown(card(archived_case()))


def test_the_smallest_card():
    drawn = small_case()
    fits_message(card_message(drawn, workspace=WORKSPACE, now=NOW))
    assert "nobody" in shown(case_card(drawn, workspace=WORKSPACE))


@given(WORDS)
@settings(max_examples=40, deadline=None)
def test_the_largest_card_fits_and_pings_nobody(text):
    drawn = huge_case(text)
    message = card_message(drawn, workspace=WORKSPACE, now=NOW, names=dict.fromkeys(("U0ANN", "U0BOB"), text[:80]))
    fits_message(message)
    assert blockkit.pings(message["blocks"]) == []
    assert len(serialized(message["blocks"])) < 13_000


def test_people_are_named_in_a_channel_and_mentioned_elsewhere():
    assert "<@" not in serialized(card(case()))
    assert "<@U0BOB>" in serialized(case_card(case(), workspace=WORKSPACE, now=NOW))


def test_the_fallback_reads_like_a_sentence():
    assert card_text(case(), NAMES) == "OPS-12 Checkout is down: Open, P2 High, assigned to Bob"
    assert card_text(closed_case(assignee=None), NAMES).endswith("Closed, P2 High, nobody has it, closed as Resolved")


def test_menus_show_the_present_state_and_start_anew_at_each_version():
    block = card(case())[-1]
    priority, status = block["elements"][2:4]
    assert priority["initial_option"]["text"]["text"] == "P2 High"
    assert status["initial_option"]["value"] == "Open"
    assert [group["label"]["text"] for group in status["option_groups"]] == ["Open", "In progress", "Closed"]
    assert card(case(version=8))[-1]["block_id"] != block["block_id"]


def test_a_type_with_very_many_statuses_has_them_behind_a_button():
    block = card(case(type=wide_type(21), status="x0"))[-1]
    status = next(element for element in block["elements"] if element["action_id"] == "case.status")
    assert status["type"] == "button"


@pytest.mark.parametrize(
    ("action_id", "value", "read"),
    [
        ("case.take", None, ("case.take", "")),
        ("case.priority", "P1", ("case.priority", "P1")),
        ("case.status", "In progress", ("case.status", "In progress")),
        ("case.more", "case.edit", ("case.more", "case.edit")),
    ],
)
def test_a_click_on_the_card_is_read_back(action_id, value, read):
    found = read_case_click(click(card(case())[-1], action_id, value))
    assert (found.case_id, found.version) == (12, 7)
    assert (found.verb, found.value) == read


def test_words():
    assert age(NOW, NOW) == "less than a minute"
    assert due_words(NOW.date(), NOW.date()) == "23 Nov 2026 (today)"
    assert case_count(1) == "1 case"
    assert case_count(1001) == "more than 1,000 cases"
    assert excerpt("one\n\n two\nthree\nfour\nfive", 100) == "one\ntwo\nthree\nfour …"
    assert types()[1].name in shown(card(case(type=types()[1])))


def test_drawing_a_card_is_quick():
    """About 100 µs of CPU; the bound leaves room for a slow machine."""
    drawn = case()
    best = min(timed(drawn) for _ in range(5))
    assert best < 0.001, f"{best * 1e6:.0f} µs"


def timed(drawn, rounds=50):
    start = time.process_time()
    for _ in range(rounds):
        card(drawn)
    return (time.process_time() - start) / rounds
