"""Bob works a case: by buttons, by Details, by command; each act is one entry."""

import pytest


@pytest.fixture
def case(town, project, card):
    town.ann.command("/case quick checkout is down in OPS", channel=town.ops)
    return card("checkout is down")


def timeline(town, key="OPS-1"):
    return town.bob.command(f"/case timeline {key}", channel=town.ops).shown


def lines(message):
    return [reply.shown for reply in message.replies]


def test_bob_takes_prioritizes_and_closes_by_buttons(town, case, slack):
    town.bob.click(case, "Take")
    slack.wait_for(lambda: "In progress" in case.shown and "bob" in case.shown, what="the card says who has it")
    town.bob.choose(case, "case.priority", "P1 Critical")
    slack.wait_for(lambda: "P1 Critical" in case.shown, what="the priority on the card")
    town.bob.click(case, "Close")
    town.bob.modal.fill({"reason": "Resolved"})
    assert not town.bob.modal.submit().errors
    slack.wait_for(lambda: "Reopen" in case.buttons, what="the card to offer Reopen")
    assert "Closed" in case.shown
    assert "Take" not in case.buttons

    slack.wait_for(lambda: len(lines(case)) == 3, what="three lines in the thread")
    took, priority, closed = lines(case)
    assert "bob took this case and moved it to In progress" in took
    assert "from Not set to P1 Critical" in priority
    assert "closed this case as Resolved" in closed

    town.ann.click(case, "Reopen")
    slack.wait_for(lambda: "Take" in case.buttons or "Close" in case.buttons, what="the card to be open again")
    assert "In progress" in case.shown


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/case take OPS-1", "took"),
        ("/case assign OPS-1 @ann", "@ann"),
        ("/case assign OPS-1 me", "took"),
        ("/case assign OPS-1 @sre", "sre"),
        ("/case priority OPS-1 p2", "P2 High"),
        ("/case status OPS-1 in progress", "In progress"),
        ("/case close OPS-1 resolved", "Resolved"),
        ("/case note OPS-1 the disk is full", "note"),
        ("/case due OPS-1 2026-12-24", "24 Dec 2026"),
        ("/case watch OPS-1", "watch"),
        ("/case archive OPS-1", "archived"),
    ],
)
def test_each_verb_by_command_says_what_changed_with_a_link(town, case, command, answer, slack):
    said = town.bob.command(command, channel=town.ops)
    assert not said.error
    assert answer in said.shown
    assert "OPS-1" in said.shown
    assert slack.permalink(case) in str(said.blocks)


def test_nothing_changed_is_said_too(town, case):
    town.bob.command("/case priority OPS-1 p2", channel=town.ops)
    before = timeline(town)
    assert "nothing changed" in town.bob.command("/case priority OPS-1 P2", channel=town.ops).shown.lower()
    assert timeline(town) == before


def test_unassigning_archiving_relating(town, case, slack):
    town.bob.command("/case assign OPS-1 @ann", channel=town.ops)
    assert "unassigned" in town.bob.command("/case assign OPS-1 none", channel=town.ops).shown
    town.bob.command("/case quick payment fails in OPS", channel=town.ops)
    assert "blocks" in town.bob.command("/case relate OPS-1 blocks OPS-2", channel=town.ops).shown
    assert "nothing changed" in town.bob.command("/case relate OPS-1 blocks OPS-2", channel=town.ops).shown.lower()
    assert "itself" in town.bob.command("/case relate OPS-1 blocks OPS-1", channel=town.ops).shown
    town.bob.click(case, "Details")
    assert "OPS-2" in town.bob.modal.text
    town.bob.modal.close()
    town.bob.command("/case archive OPS-1", channel=town.ops)
    slack.wait_for(lambda: "Unarchive" in case.buttons, what="the card of an archived case")
    town.bob.click(case, "Unarchive")
    slack.wait_for(lambda: "Take" in case.buttons, what="the card of a case that came back")


@pytest.mark.parametrize(
    ("choice", "fields", "shown"),
    [
        ("Edit", {"Title": "checkout is slow", "env": "prod"}, "checkout is slow"),
        ("Due date", {"due": "2026-12-24"}, "24 Dec 2026"),
        ("Archive", {}, "archived"),
    ],
)
def test_the_more_menu(town, case, slack, choice, fields, shown):
    town.bob.choose(case, "case.more", choice)
    modal = town.bob.modal
    modal.fill(fields)
    assert not modal.submit().errors
    if shown:
        slack.wait_for(lambda: shown.lower() in case.shown.lower(), what=f"the card to say {shown}")
    slack.wait_for(lambda: len(lines(case)) == 1, what="one line in the thread")


def test_a_note_by_the_button_and_watching_by_the_menu(town, case, slack):
    town.bob.click(case, "Note")
    town.bob.modal.fill({"text": "seen before"})
    assert not town.bob.modal.submit().errors
    slack.wait_for(lambda: any("seen before" in line for line in lines(case)), what="the note in the thread")
    for words in ("bob watches this case", "bob no longer watches this case"):
        town.bob.choose(case, "case.more", "Watch or unwatch")
        slack.wait_for(lambda words=words: words in lines(case)[-1], what=words)


def test_assigning_by_the_form_to_a_person_and_a_team(town, case, slack):
    town.bob.click(case, "Assign")
    modal = town.bob.modal
    modal.fill({"assignee": town.ann})
    modal.choose("teams", "@sre")
    assert not modal.submit().errors
    slack.wait_for(lambda: "ann" in case.shown and "sre" in case.shown, what="person and team on the card")


def test_a_security_case_is_closed_only_with_one_of_its_reasons(town, project, card, slack):
    town.ann.command("/case new odd login", channel=town.ops)
    town.ann.modal.fill({"Type": "Security"})
    town.ann.modal.submit()
    case = card("odd login")
    town.bob.command("/case close OPS-1", channel=town.ops)
    modal = town.bob.modal
    modal.fill({"reason": "False positive"})
    assert not modal.submit().errors
    slack.wait_for(lambda: "False positive" in case.shown, what="the reason on the card")
    town.bob.command("/case reopen OPS-1", channel=town.ops)
    refused = town.bob.command("/case close OPS-1 because", channel=town.ops).shown
    assert "One-time exception" in refused


def test_a_stale_take_says_who_was_faster(town, case, slack):
    slack.faults.add(method="chat.update", kind="delay", value=2.0, times=1)
    town.ann.click(case, "Take")
    town.bob.click(case, "Take")
    told = slack.wait_for(
        lambda: next((m for m in town.bob.messages(town.ops) if m.ephemeral and "ann took" in m.shown), None),
        what="Bob being told",
    )
    assert "OPS-1" in told.shown


def test_two_editors_do_not_overwrite_each_other(town, case, slack):
    for person in (town.ann, town.bob):
        person.choose(case, "case.more", "Edit")
    town.ann.modal.fill({"Title": "checkout is slow"})
    assert not town.ann.modal.submit().errors
    town.bob.modal.fill({"Title": "checkout burns", "Description": "my words"})
    errors = town.bob.modal.submit().errors
    assert "ann changed the title" in " ".join(errors.values())
    assert town.bob.modal.value("Description") == "my words"


def test_details_shows_everything_and_acts(town, case, slack):
    town.bob.click(case, "Details")
    details = town.bob.modal
    assert "checkout is down" in details.text
    town.bob.click(details, "Take")
    slack.wait_for(lambda: "In progress" in town.bob.modal.text, what="Details to be redrawn")
    town.bob.click(town.bob.modal, "Note")
    town.bob.modal.fill({"text": "restarted it"})
    town.bob.modal.submit()
    slack.wait_for(lambda: "restarted it" in town.bob.modal.text, what="the note in Details")


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ("/case frobnicate", "help"),
        ("/case prioritty OPS-1 p1", "priority"),
        ("/case take", "OPS-12"),
        ("/case take banana", "OPS-12"),
        ("/case take OPS-99", "no case"),
        ("/case priority OPS-1 p9", "p1"),
        ("/case status OPS-1 blue", "In progress"),
        ("/case due OPS-1 tomorrowish", "2026-12-24"),
        ("/case assign OPS-1 zzz", "person"),
        ("/case relate OPS-1 loves OPS-1", "duplicates"),
        ("/case list banana:3", "banana"),
        ("/case show " + "x" * 3900, "OPS-12"),
    ],
)
def test_bad_input_gets_a_sentence_that_says_what_to_do(town, case, command, hint):
    answer = town.bob.command(command, channel=town.ops)
    assert not answer.error
    assert hint in answer.shown


def test_the_same_click_delivered_twice_acts_once(town, case, slack):
    slack.faults.add(delivery="slash_commands", kind="duplicate", times=1)
    town.bob.command("/case note OPS-1 only once", channel=town.ops)
    slack.wait_for(lambda: len(lines(case)) == 1, what="one line in the thread")
    assert timeline(town).count("only once") == 1
