"""Replies in a case's threads are notes, and their edits and deletions follow, in whatever order they arrive."""

from dataclasses import replace
from itertools import permutations

import pytest

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.evidence import Evidence, Note
from bot.storage.database import Database
from bot.usecases import evidence, looking, opening, people
from bot.usecases.evidence import Reply, change_reply, keep_reply
from bot.usecases.verb import Outcome
from tests.usecases.world import POST_TS, WORKSPACE, Acts, at_once, card, fresh, post, rows, said, ts

CARD_TS = ts(20)
FILES = (("https://files.example/1", "df.txt"), ("https://files.example/2", "top.txt"))
REPLY = Reply(channel="COPS", ts=ts(100), thread_ts=CARD_TS, author="bob", text="the disk is ful")


@pytest.fixture
def carded(db: Database, case: Case) -> Case:
    """OPS-1 with its card in #ops."""
    card(db, case, "COPS", CARD_TS)
    return case


def text_of(db: Database) -> str:
    (note,) = rows(db, Note)
    return str(note.text)


def kept(outcome: Outcome | None) -> Outcome:
    assert outcome
    return outcome


def test_a_reply_below_the_card_is_a_note_with_its_files(db: Database, carded: Case) -> None:
    before = len(rows(db, Delivery))
    outcome = kept(keep_reply(db, said(REPLY, "new", 100), replace(REPLY, files=FILES)))
    (note,) = rows(db, Note)
    files = rows(db, Evidence)
    assert (note.text, note.author, note.channel, note.ts) == ("the disk is ful", "bob", "COPS", REPLY.ts)
    assert [(file.kind, file.title, file.url) for file in files] == [
        ("file", "df.txt", "https://files.example/1"), ("file", "top.txt", "https://files.example/2"),
    ]  # fmt: skip
    assert outcome.entry
    assert outcome.entry.data == {"note": note.id, "evidence": [file.id for file in files], "thread": "COPS"}
    assert fresh(db, carded).evidence_count == 2
    assert [(row.kind, row.target) for row in rows(db, Delivery)[before:]] == [("card", "COPS"), ("dm", "ann")]


def test_a_reply_below_an_escalated_post_is_said_at_home(db: Database, act: Acts) -> None:
    new = opening.NewCase(title="Search is slow", post=post(channel="COPS"))
    opening.open_case(db, act("ann"), new, WORKSPACE, project_key="OPS")
    outcome = kept(keep_reply(db, said(REPLY, "new", 100), replace(REPLY, thread_ts=POST_TS)))
    assert outcome.entry
    assert outcome.entry.data["thread"] is None
    assert [row.target for row in rows(db, Delivery, Delivery.kind == Tell.LINE)] == ["COPS"]


def test_any_other_thread_is_none_of_ours(db: Database, carded: Case) -> None:
    for other in (replace(REPLY, thread_ts=ts(1)), replace(REPLY, channel="CGENERAL")):
        assert keep_reply(db, said(other, "new", 100), other) is None
        assert change_reply(db, said(other, "edited", 101), other, deleted=False) is None
        assert change_reply(db, said(other, "deleted", 102), other, deleted=True) is None
    assert rows(db, Note) == []


def test_a_reply_that_slack_repeats_is_one_note(db: Database, carded: Case) -> None:
    first = kept(keep_reply(db, said(REPLY, "new", 100), REPLY))
    again = kept(keep_reply(db, said(REPLY, "new", 100), REPLY))
    under_another_name = kept(keep_reply(db, said(REPLY, "other", 100), REPLY))
    assert first.entry
    assert again.entry
    assert (again.repeated, again.entry.id) == (True, first.entry.id)
    assert (under_another_name.repeated, under_another_name.entry) == (True, None)
    outcomes = at_once(6, lambda index: keep_reply(db, said(REPLY, "new", 100), REPLY))
    assert all(outcome.repeated for outcome in outcomes)
    assert (len(rows(db, Note)), len(rows(db, Entry))) == (1, 2)


def test_a_reply_that_arrives_on_many_threads_is_one_note(db: Database, carded: Case) -> None:
    outcomes = at_once(6, lambda index: keep_reply(db, said(REPLY, "new", 100), REPLY))
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 5
    assert (len(rows(db, Note)), fresh(db, carded).version) == (1, 2)


def test_edits_and_deletions_follow(db: Database, act: Acts, carded: Case) -> None:
    keep_reply(db, said(REPLY, "new", 100), REPLY)
    edited = replace(REPLY, text="the disk is full")
    outcome = kept(change_reply(db, said(REPLY, "edited", 110), edited, deleted=False))
    assert outcome.entry
    assert (outcome.entry.kind, outcome.entry.changes, text_of(db)) == ("NoteEdited", {}, "the disk is full")
    repeated = kept(change_reply(db, said(REPLY, "edited", 110), edited, deleted=False))
    assert repeated.repeated
    assert repeated.entry
    assert repeated.entry.id == outcome.entry.id
    assert kept(change_reply(db, said(REPLY, "edited", 120), edited, deleted=False)).entry is None, "only unfurled"

    outcome = kept(change_reply(db, said(REPLY, "deleted", 130), REPLY, deleted=True))
    assert outcome.entry
    assert (outcome.entry.kind, text_of(db)) == ("NoteDeleted", "")
    assert kept(change_reply(db, said(REPLY, "deleted", 130), REPLY, deleted=True)).repeated
    page = looking.show_timeline(db, act("ann"), carded.id)
    assert "disk" not in str([(entry.changes, entry.data) for entry in page.entries])
    assert [note.text for note in page.notes.values()] == [""]
    assert [row.target for row in rows(db, Delivery, Delivery.kind == Tell.LINE)] == [], "the thread shows it itself"


def test_an_older_edit_that_arrives_late_does_not_win(db: Database, carded: Case) -> None:
    keep_reply(db, said(REPLY, "new", 100), REPLY)
    change_reply(db, said(REPLY, "edited", 120), replace(REPLY, text="the second edit"), deleted=False)
    late = kept(change_reply(db, said(REPLY, "edited", 110), replace(REPLY, text="the first edit"), deleted=False))
    assert (late.entry, text_of(db)) == (None, "the second edit")


@pytest.mark.parametrize("last", ["edited", "deleted"])
def test_in_whatever_order_slack_tells_of_it_the_latest_stands(db: Database, act: Acts, case: Case, last: str) -> None:
    stories = list(permutations(("new", "first edit", last)))
    for number, story in enumerate(stories):
        card(db, case, "COPS", f"{CARD_TS}{number}")
        reply = replace(REPLY, ts=ts(200 + number), thread_ts=f"{CARD_TS}{number}")
        for event in story:
            tell(db, reply, event)
    assert [note.text for note in rows(db, Note)] == ["the last word" if last == "edited" else ""] * len(stories)


@pytest.mark.parametrize("last", ["edited", "deleted"])
def test_all_that_happens_to_a_reply_at_once(db: Database, act: Acts, case: Case, last: str) -> None:
    events = ("new", "first edit", last)
    for number in range(5):
        card(db, case, "COPS", f"{CARD_TS}{number}")
        reply = replace(REPLY, ts=ts(200 + number), thread_ts=f"{CARD_TS}{number}")
        assert at_once(3, lambda index, reply=reply: tell(db, reply, events[index])) == [None] * 3
    assert [note.text for note in rows(db, Note)] == ["the last word" if last == "edited" else ""] * 5
    versions = [entry.version for entry in rows(db, Entry)]
    assert versions == list(range(1, len(versions) + 1))


def tell(db: Database, reply: Reply, event: str) -> None:
    if event == "new":
        keep_reply(db, said(reply, "new", 300), reply)
    elif event == "first edit":
        change_reply(db, said(reply, "edited", 310), replace(reply, text="a first edit"), deleted=False)
    elif event == "edited":
        change_reply(db, said(reply, "edited", 320), replace(reply, text="the last word"), deleted=False)
    else:
        change_reply(db, said(reply, "deleted", 320), reply, deleted=True)


def test_a_reply_older_than_the_case_never_was_a_note(db: Database, act: Acts) -> None:
    new = opening.NewCase(title="Search is slow", post=post())
    opening.open_case(db, act("ann"), new, WORKSPACE, project_key="OPS")
    old = replace(REPLY, channel="CGENERAL", ts=ts(-50), thread_ts=POST_TS)
    assert change_reply(db, said(old, "edited", 400), old, deleted=False) is None
    assert change_reply(db, said(old, "deleted", 401), old, deleted=True) is None
    with_guest = replace(old, author="gus")
    assert change_reply(db, said(with_guest, "edited", 402), with_guest, deleted=False) is None
    assert rows(db, Note) == []


def test_what_somebody_takes_back_goes_even_when_they_may_not_come_in_any_more(db: Database, carded: Case) -> None:
    keep_reply(db, said(REPLY, "new", 100), REPLY)
    people.keep_people(db, [people.Profile("bob", "Bob", is_gone=True)], frozenset())
    with pytest.raises(NotAllowed):
        change_reply(db, said(REPLY, "edited", 110), replace(REPLY, text="changed"), deleted=False)
    assert text_of(db) == "the disk is ful"
    outcome = kept(change_reply(db, said(REPLY, "deleted", 120), REPLY, deleted=True))
    assert outcome.entry
    assert text_of(db) == ""


def test_a_guests_reply_is_refused(db: Database, carded: Case) -> None:
    reply = replace(REPLY, author="gus")
    with pytest.raises(NotAllowed):
        keep_reply(db, said(reply, "new", 100), reply)
    with pytest.raises(NotAllowed):
        change_reply(db, said(reply, "edited", 110), reply, deleted=False)
    assert rows(db, Note) == []


def test_an_old_note_stays_with_its_case_when_the_thread_moves(db: Database, act: Acts) -> None:
    new = opening.NewCase(title="Search is slow", post=post())
    first = opening.open_case(db, act("ann"), new, WORKSPACE, project_key="OPS").case
    reply = replace(REPLY, channel="CGENERAL", thread_ts=POST_TS)
    keep_reply(db, said(reply, "new", 100), reply)
    opening.open_case(db, act("ann"), replace(new, post=evidence.again(post())), WORKSPACE, project_key="OPS")
    outcome = kept(change_reply(db, said(reply, "edited", 110), replace(reply, text="changed"), deleted=False))
    assert outcome.case.id == first.id
    assert text_of(db) == "changed"


def test_odd_characters_reach_both_databases(db: Database, carded: Case) -> None:
    odd = replace(REPLY, text="a\x00b\ud83d", files=(("https://x\x00", "\x00"),))
    keep_reply(db, said(odd, "new", 100), odd)
    change_reply(db, said(odd, "edited", 110), replace(odd, text="\x00c"), deleted=False)
    assert text_of(db) == "c"


def test_a_sentence_for_one_person_is_said_once(db: Database, act: Acts, carded: Case) -> None:
    refusal = NotFound("There is none.")
    acts: list[Act] = [act("gus") for _ in range(4)]
    told = at_once(4, lambda i: evidence.refuse_reply(db, acts[i], "COPS", REPLY.ts, CARD_TS, refusal))
    assert told == [None] * 4
    (whisper,) = rows(db, Delivery, Delivery.kind == Tell.WHISPER)
    assert (whisper.target, whisper.data) == (
        "gus",
        {"channel": "COPS", "thread_ts": CARD_TS, "sentence": "Your reply was not kept as a note. There is none."},
    )


def test_a_reply_that_came_before_its_card_was_known_is_heard_again(db: Database, act: Acts, case: Case) -> None:
    evidence.hear_again(db, said(REPLY, "new", 100), replace(REPLY, files=FILES))
    evidence.hear_again(db, said(REPLY, "new", 100), replace(REPLY, files=FILES))
    (waiting,) = rows(db, Delivery, Delivery.kind == Tell.REPLY)
    assert evidence.keep_late_reply(db, waiting.data) is None, "the card is still not known"
    card(db, case, "COPS", CARD_TS)
    outcome = kept(evidence.keep_late_reply(db, waiting.data))
    assert outcome.entry
    assert (outcome.entry.kind, outcome.entry.actor, len(rows(db, Evidence))) == ("NoteAdded", "bob", 2)
    assert kept(evidence.keep_late_reply(db, waiting.data)).repeated
