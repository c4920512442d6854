"""Threads and notes, direct messages, and what people choose to hear of."""

import pytest


@pytest.fixture
def case(town, project, card):
    town.ann.command("/case quick checkout is down in OPS", channel=town.ops)
    return card("checkout is down")


def timeline(town):
    return town.ann.command("/case timeline OPS-1", channel=town.ops).shown


def test_replies_are_notes_and_follow_their_edits(town, case, slack):
    reply = town.bob.post(town.ops, "the disk is ful", thread=case, files=[("df.txt", b"100%")])
    slack.wait_for(lambda: "the disk is ful" in timeline(town), what="the note")
    slack.wait_for(lambda: "1" in case.shown and "vidence" in case.shown, what="the file as evidence")
    town.bob.edit(reply, "the disk is full")
    slack.wait_for(lambda: "the disk is full" in timeline(town), what="the edited note")
    town.bob.delete(reply)
    slack.wait_for(lambda: "the disk is full" not in timeline(town), what="the note to be gone")
    assert [m.user for m in case.replies] == [], "Casebook repeated what was said in its own thread"


def test_casebooks_own_lines_never_come_back_as_notes(town, case, slack):
    town.bob.command("/case note OPS-1 from the command", channel=town.ops)
    slack.wait_for(lambda: any("from the command" in m.shown for m in case.replies), what="the note in the thread")
    assert timeline(town).count("from the command") == 1
    assert len(case.replies) == 1


def test_replies_below_an_escalated_post_reach_the_home_thread(town, project, card, slack):
    post = town.ann.post(town.ops, "search is slow")
    town.ann.message_shortcut("case.escalate", post)
    town.ann.modal.submit()
    posted = card("OPS-1")
    slack.wait_for(lambda: post.replies, what="the answer in the post's thread")
    town.bob.post(town.ops, "index is rebuilding", thread=post)
    slack.wait_for(lambda: any("index is rebuilding" in m.shown for m in posted.replies), what="the note at home")
    assert len(post.replies) == 2


def dms(person):
    return [m.shown for m in person.dm()]


def test_people_hear_of_what_concerns_them_and_never_of_their_own_deeds(town, case, slack):
    town.bob.command("/case assign OPS-1 @ann", channel=town.ops)
    slack.wait_for(lambda: any("assigned" in m for m in dms(town.ann)), what="Ann to be told")
    town.bob.command("/case watch OPS-1", channel=town.ops)
    town.ann.command("/case priority OPS-1 p1", channel=town.ops)
    slack.wait_for(lambda: any("P1" in m for m in dms(town.bob)), what="Bob, who watches, to be told")
    assert not any("P1" in m for m in dms(town.ann))
    assert len(dms(town.bob)) == 1


def test_a_person_can_turn_direct_messages_off(town, case, slack):
    home = town.ann.open_home()
    town.ann.choose(home, "home.notify", "Nothing")
    slack.wait_for(lambda: "Nothing" in str(town.ann.home.blocks), what="the choice on Home")
    town.bob.command("/case take OPS-1", channel=town.ops)
    slack.wait_for(lambda: len(case.replies) == 1, what="the line in the thread")
    town.bob.command("/case note OPS-1 hello", channel=town.ops)
    slack.wait_for(lambda: len(case.replies) == 2, what="the note in the thread")
    assert dms(town.ann) == []


def test_a_watcher_who_wants_only_theirs_hears_nothing(town, case, slack):
    town.bob.open_home()
    town.bob.choose(town.bob.home, "home.notify", "Only mine")
    town.bob.command("/case watch OPS-1", channel=town.ops)
    town.ann.command("/case priority OPS-1 p1", channel=town.ops)
    town.ann.command("/case assign OPS-1 @bob", channel=town.ops)
    slack.wait_for(lambda: any("assigned" in m for m in dms(town.bob)), what="Bob to hear of what is his")
    assert not any("P1 Critical" in m and "changed" in m for m in dms(town.bob))
