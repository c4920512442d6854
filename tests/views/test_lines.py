"""What Casebook says by itself, and what it answers."""

import pytest
from hypothesis import given, settings

from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Kind
from bot.domain.errors import Invalid, NotAllowed
from bot.sandbox import blockkit
from bot.views import answers, lines
from tests.views.samples import (
    NAMES,
    NOW,
    WORDS,
    WORKSPACE,
    archived_case,
    case,
    closed_case,
    entries,
    entry,
    fits_message,
    fits_modal,
    note,
    project,
    shown,
    small_case,
)

ALL_NAMES = NAMES | {"U0DANA": "Dana"}
CLOSED = entry(Kind.CLOSED, changes={"status": ["Open", "Closed"], "reason": [None, "Resolved"]})


def test_a_line_is_one_short_sentence():
    message = lines.entry_line(CLOSED, NAMES)
    assert message["text"] == "Ann closed this case as Resolved"
    assert shown(message) == "Ann closed this case as Resolved"
    fits_message(message)


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_every_kind_of_line_fits_and_pings_nobody(text):
    for told in entries(text):
        message = lines.entry_line(told, dict.fromkeys(NAMES, text[:80]))
        fits_message(message)
        assert blockkit.pings(message["blocks"]) == []


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_notes_and_direct_messages_fit(text):
    said = note(text[:3000])
    names = dict.fromkeys(NAMES, text[:80])
    fits_message(lines.note_message(said, names))
    for told in entries(text):
        drawn = case(title=text[:200])
        fits_message(lines.direct_message(drawn, told, names, said, WORKSPACE, "U0BOB"))


def test_a_note_is_said_with_its_author():
    message = lines.note_message(note(), NAMES)
    assert message["text"] == "Bob: The cache was full"
    assert "Bob" in shown(message)
    deleted = lines.note_message(note("", deleted_at=NOW), NAMES)
    assert deleted["text"] == "Bob deleted a note."
    assert lines.note_message(note(""), NAMES)["text"] == "Bob added a note."


@pytest.mark.parametrize(
    ("drawn", "told", "who", "why"),
    [
        (case(), CLOSED, "U0BOB", "you are assigned"),
        (case(reporter="U0CAROL"), CLOSED, "U0CAROL", "you reported"),
        (case(assignee=None), entry(Kind.ASSIGNED, changes={"assignee": ["U0CAROL", None]}), "U0CAROL", "yours until"),
        (case(), CLOSED, "U0CAROL", "you watch"),
    ],
)
def test_a_direct_message_says_why_and_how_to_get_fewer(drawn, told, who, why):
    message = lines.direct_message(drawn, told, NAMES, None, WORKSPACE, who)
    assert why in shown(message)
    assert "Direct messages" in shown(message)
    assert "OPS-12" in message["text"]
    assert "<@" not in str(message)


@pytest.mark.parametrize(
    ("drawn", "offered"),
    [
        (case(assignee=None), ["case.take", "case.details"]),
        (case(), ["case.details"]),
        (closed_case(assignee=None), ["case.details"]),
        (archived_case(), ["case.details"]),
    ],
)
def test_a_direct_message_offers_what_fits(drawn, offered):
    message = lines.direct_message(drawn, CLOSED, NAMES, note(), WORKSPACE, "U0BOB")
    assert [element["action_id"] for element in message["blocks"][-1]["elements"]] == offered


def test_below_an_escalated_post():
    message = lines.escalated_answer(case(), WORKSPACE)
    fits_message(message)
    assert "https://acme.slack.com/archives/C0OPS" in message["text"]
    assert "(Checkout is down)" in message["text"]
    assert "kept as notes" in message["text"]
    fits_message(lines.escalated_answer(small_case(), WORKSPACE))


def test_a_private_projects_title_stays_inside():
    assert "Checkout" not in lines.escalated_answer(case(project=project(is_private=True)), WORKSPACE)["text"]


def delivery(kind, target="C0OPS", error="is_archived"):
    return Delivery(kind=kind, partner="slack", target=target, last_error=error, attempts=1)


@pytest.mark.parametrize("kind", list(Tell))
def test_a_problem_says_what_and_what_to_do(kind):
    message = lines.problem_message(delivery(kind.value), "Unarchive the channel, then `python -m bot outbox retry`.")
    fits_message(message)
    assert "Unarchive the channel" in shown(message)
    assert "is_archived" in shown(message)


def test_a_problem_names_the_place():
    assert "in <#C0OPS>" in lines.problem_message(delivery("card"), "x")["text"]
    assert "for <@U0ANN>" in lines.problem_message(delivery("dm", "U0ANN", None), "x")["text"]


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_answers_fit(text):
    drawn = case(title=text[:200], reason=text[:80], status=text[:40])
    for told in entries(text):
        fits_message(answers.changed(drawn, told, WORKSPACE))
        fits_modal(answers.changed_view(drawn, told, WORKSPACE))
    for verb in answers.ALREADY:
        fits_message(answers.changed(drawn, None, WORKSPACE, verb=verb))
    fits_message(answers.refused(Invalid(text, {"title": text + "!", "x": text})))
    fits_message(answers.sentence(text))
    fits_message(lines.whisper(text))
    fits_message(answers.opened(drawn, WORKSPACE, where="C0OPS"))


def test_what_changed_is_said_to_whom_changed_it():
    message = answers.changed(case(), CLOSED, WORKSPACE)
    assert "You closed this case as Resolved." in shown(message)
    assert "|OPS-12>*: You closed" in message["text"]
    watches = answers.changed(case(), entry(Kind.WATCHER_ADDED), WORKSPACE)
    assert "You watch this case now" in shown(watches)


@pytest.mark.parametrize(
    ("verb", "drawn", "said"),
    [
        ("case.priority", case(), "already has priority P2 High. Nothing changed."),
        ("case.assign", case(), "is already assigned to <@U0BOB>"),
        ("case.assign", case(assignee=None), "already has no assignee"),
        ("case.close", closed_case(), "is already closed as Resolved"),
        ("case.due", case(), "already has no due date"),
        ("", case(), "is already like that. Nothing changed."),
    ],
)
def test_nothing_changed_is_said_too(verb, drawn, said):
    assert said in answers.changed(drawn, None, WORKSPACE, verb=verb)["text"]


def test_a_refusal_says_its_sentence_and_its_fields():
    assert answers.refused(NotAllowed("Ask @dana. `/case help`"))["text"] == "Ask @dana. `/case help`"
    both = answers.refused(Invalid("Not created.", {"name": "A project needs a name.", "key": "Bad key."}))
    assert both["text"] == "Not created.\nA project needs a name.\nBad key."
    assert "7f3a" in answers.broken("7f3a")["text"]
