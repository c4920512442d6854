"""What each kind of delivery becomes in Slack."""

from datetime import date

from slack_sdk import WebClient

from bot.domain.delivery import State
from bot.domain.person import Notify
from bot.domain.priority import Priority
from bot.usecases import evidence, people, projects, working
from tests.outbox.conftest import Town


def test_a_new_case_is_a_card_in_its_home_channel(town: Town) -> None:
    town.open("checkout is down")
    town.tell()
    card = town.card()
    assert "OPS-1" in card.shown
    assert "checkout is down" in card.shown
    assert card.metadata is not None
    assert card.metadata["event_type"] == "casebook_delivery"
    assert card.replies == []
    assert not town.due()
    assert not town.slack.refusals


def test_a_change_is_a_line_and_refreshes_the_card(town: Town) -> None:
    case = town.open()
    town.tell()
    working.prioritize_case(town.db, town.act(town.bob), case.id, Priority.P1)
    town.tell()
    assert len(town.slack.messages(town.ops)) == 1
    assert "P1 Critical" in town.card().shown
    assert [line for line in town.lines() if "bob" in line and "P1" in line] == town.lines() != []


def test_people_are_named_and_not_pinged(sqlite_town: Town) -> None:
    town = sqlite_town
    case = town.open()
    working.assign_case(town.db, town.act(town.ann), case.id, person=town.bob.id)
    town.tell()
    posts = [town.card(), *town.card().replies]
    assert not any(f"<@{town.bob.id}>" in str(post.json) for post in posts)
    assert "bob" in town.lines()[0].casefold()


def test_five_quick_changes_are_five_lines_and_one_drawing(town: Town) -> None:
    case = town.open()
    town.tell()
    before = town.calls("chat.update")
    for priority in (Priority.P1, Priority.P2, Priority.P3, Priority.P4, Priority.P5):
        working.prioritize_case(town.db, town.act(town.bob), case.id, priority)
    town.tell()
    assert [line.split()[-2] for line in town.lines()] == ["P1", "P2", "P3", "P4", "P5"]
    assert town.calls("chat.update") - before == 1
    assert "P5 Info" in town.card().shown
    assert not town.due()


def test_a_note_shows_its_text_and_a_deleted_one_does_not(sqlite_town: Town) -> None:
    town = sqlite_town
    case = town.open()
    outcome = working.note_case(town.db, town.act(town.bob), case.id, "the disk is full")
    town.tell()
    assert "the disk is full" in town.lines()[0]
    assert outcome.entry is not None
    working.note_case(town.db, town.act(town.bob), case.id, "a secret slipped out")
    with town.db.write() as work:
        note = work.cases.note(outcome.entry.data["note"] + 1)
        assert note is not None
        case_ = work.cases.by_id(case.id)
        assert case_ is not None
        case_.delete_note(town.act(town.bob), note)
    town.tell()
    assert len(town.lines()) == 2
    assert "secret" not in " ".join(town.lines() + town.dms(town.ann))


def test_evidence_with_a_note_shows_both(sqlite_town: Town) -> None:
    town = sqlite_town
    case = town.open()
    ref = town.ref(town.ann.post(town.general, "search is slow"))
    evidence.add_to_case(town.db, town.act(town.bob), case.id, ref, "it is the same thing", town.workspace)
    town.tell()
    assert "1 piece of evidence" in town.lines()[0]
    assert "it is the same thing" in town.lines()[0]


def test_a_reply_in_the_cards_thread_is_not_repeated_there(sqlite_town: Town) -> None:
    town = sqlite_town
    case = town.open()
    town.tell()
    reply = town.bob.post(town.ops, "looking at it", thread=town.card())
    said = evidence.Reply(town.ops.id, reply.ts, town.card().ts, town.bob.id, "looking at it")
    evidence.keep_reply(town.db, town.act(town.bob), said)
    town.tell()
    assert town.lines() == ["looking at it"]
    assert case.key in town.dms(town.ann)[0]


def test_a_deleted_card_is_posted_again_and_its_thread_still_makes_notes(town: Town, client: WebClient) -> None:
    case = town.open()
    town.tell()
    first = town.card()
    town.bob.post(town.ops, "hello", thread=first)
    client.chat_delete(channel=town.ops.id, ts=first.ts)
    working.take_case(town.db, town.act(town.bob), case.id)
    town.tell()
    again = town.card()
    assert again.ts != first.ts
    assert "In progress" in again.shown
    reply = evidence.Reply(town.ops.id, "1.000001", first.ts, town.ann.id, "still talking here")
    assert evidence.keep_reply(town.db, town.act(town.ann), reply)
    town.tell()
    assert "still talking here" in town.lines()[-1]


def test_a_line_whose_card_is_gone_brings_the_card_back(town: Town, client: WebClient) -> None:
    """Without replies nothing is left to reply to, and Slack would put the line into the channel itself."""
    case = town.open()
    town.tell()
    client.chat_delete(channel=town.ops.id, ts=town.card().ts)
    working.take_case(town.db, town.act(town.bob), case.id)
    town.tell()
    assert len(town.slack.messages(town.ops)) == 1
    assert "In progress" in town.card().shown
    assert len(town.lines()) == 1


def test_a_new_home_channel_gets_a_card_before_the_line(town: Town) -> None:
    case = town.open()
    projects.create_project(
        town.db, town.act(town.dana), key="GEN", name="General", home_channel=town.general.id, retention_months=None
    )  # fmt: skip
    town.tell()
    town.clock.move(seconds=1)
    projects.change_project(
        town.db, town.act(town.dana), "OPS", name="Operations", home_channel=town.general.id, retention_months=15,
        guests_allowed=False,
    )  # fmt: skip
    working.take_case(town.db, town.act(town.bob), case.id)
    town.tell()
    for channel in (town.ops, town.general):
        (card,) = town.slack.messages(channel)
        assert "In progress" in card.shown
        assert len(card.replies) == 1


def test_an_escalated_post_is_answered_in_its_thread(town: Town) -> None:
    post = town.ann.post(town.general, "search is slow")
    town.escalate(post)
    town.tell()
    (answer,) = post.replies
    assert "OPS-1" in answer.shown
    assert town.slack.bot_user in town.general.members, "or replies could not be heard"
    assert not town.slack.refusals


def test_where_casebook_cannot_get_in_the_reporter_hears_of_it(sqlite_town: Town) -> None:
    town = sqlite_town
    secret = town.slack.add_channel("secret", members=[town.ann], private=True)
    post = town.ann.post(secret, "payroll is wrong")
    town.escalate(post)
    town.tell()
    assert post.replies == []
    (told,) = town.dms(town.ann)
    assert "OPS-1" in told
    assert "/invite @casebook" in told
    assert not town.dead()


def test_a_direct_message_says_what_happened(town: Town) -> None:
    case = town.open(by=town.ann)
    working.assign_case(town.db, town.act(town.ann), case.id, person=town.bob.id)
    working.close_case(town.db, town.act(town.bob), case.id, "Resolved")
    town.tell()
    assert "assigned" in town.dms(town.bob)[0]
    assert "closed" in town.dms(town.ann)[0]
    assert "OPS-1" in town.dms(town.ann)[0]
    assert len(town.dms(town.bob)) == 1, "nobody is told of their own deeds"


def test_the_home_tab_is_drawn_once_for_all_that_waits(town: Town) -> None:
    people.open_home(town.db, town.act(town.ann))
    town.open("the first", assignee=town.ann.id)
    town.open("the second", assignee=town.ann.id)
    before = town.calls("views.publish")
    people.choose_notify(town.db, town.act(town.ann), Notify.MINE)
    town.tell()
    assert town.calls("views.publish") - before == 1
    assert "the second" in str(town.ann.home.blocks)
    assert not town.due()


def test_a_home_tab_that_is_off_bothers_nobody(sqlite_town: Town) -> None:
    town = sqlite_town
    town.slack.faults.add("views.publish", "error", "not_enabled")
    people.open_home(town.db, town.act(town.ann))
    town.tell()
    assert [row.last_error for row in town.dead()] == ["not_enabled"]
    assert town.dms(town.dana) == []


def test_a_whisper_is_seen_by_one_person_where_they_are(sqlite_town: Town) -> None:
    town = sqlite_town
    town.whisper(town.bob, "Ask @dana to let you in.")
    town.tell()
    assert town.bob.last(town.ops).ephemeral
    assert "Ask @dana" in town.bob.last(town.ops).shown
    assert town.slack.messages(town.ops) == []


def test_a_whisper_that_cannot_be_shown_there_is_a_direct_message(sqlite_town: Town) -> None:
    town = sqlite_town
    town.whisper(town.gus, "Guests see nothing.")
    town.tell()
    assert town.dms(town.gus) == ["Guests see nothing."]


def test_all_is_drawn_from_the_database_as_it_is_when_it_is_sent(sqlite_town: Town) -> None:
    town = sqlite_town
    case = town.open()
    working.set_due(town.db, town.act(town.bob), case.id, date(2026, 4, 1))
    working.close_case(town.db, town.act(town.bob), case.id)
    town.tell()
    assert "Closed" in town.card().shown
    assert town.calls("chat.update") <= 1


def test_what_is_about_a_case_that_is_gone_is_done(sqlite_town: Town) -> None:
    town = sqlite_town
    case = town.open()
    working.take_case(town.db, town.act(town.bob), case.id)
    with town.db.write() as work:
        gone = work.cases.by_id(case.id)
        work.session.delete(gone)
    town.tell()
    assert town.slack.messages(town.ops) == []
    assert {row.state for row in town.deliveries()} == {State.DONE}
