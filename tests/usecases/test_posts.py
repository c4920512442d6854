"""A post becomes a case once; a post is added to a case once."""

from dataclasses import replace

import pytest

from bot.domain.act import Act
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry
from bot.domain.errors import NotAllowed
from bot.domain.evidence import Evidence, Note, Post, Relation
from bot.domain.reading import PostRef
from bot.storage.database import Database
from bot.usecases import evidence, looking, opening, working
from bot.usecases.opening import NewCase
from bot.usecases.verb import Outcome
from tests.usecases.world import (
    POST_TS,
    WORKSPACE,
    Acts,
    at_once,
    card,
    fresh,
    open_case,
    post,
    project,
    rows,
    ts,
)

LINKS = (("https://graphs.example/d/1", "Graph"), ("https://logs.example", ""))
FILES = (("https://files.example/1", "df.txt"),)
LINK = "https://acme.slack.com/archives/CGENERAL/p1772442000000100"


def escalate(db: Database, act: Act, source: PostRef, *, key: str = "OPS") -> Outcome:
    new = NewCase(title=source.title, description=source.text, post=source)
    return opening.open_case(db, act, new, WORKSPACE, project_key=key)


def test_a_post_becomes_a_case_with_its_evidence_and_an_answer(db: Database, act: Acts) -> None:
    outcome = escalate(db, act("ann"), post(links=LINKS, files=FILES, author="Datadog " * 20, source="monitor"))
    case = fresh(db, outcome.case)
    assert (case.source, case.type.name, case.evidence_count, case.version) == ("monitor", "Standard", 4, 1)
    found = rows(db, Evidence)
    assert [(piece.kind, piece.title, piece.url) for piece in found] == [
        ("message", "The checkout page is blank", LINK),
        ("link", "Graph", "https://graphs.example/d/1"),
        ("link", "https://logs.example", "https://logs.example"),
        ("file", "df.txt", "https://files.example/1"),
    ]
    assert (found[0].text, len(found[0].author), f"{found[0].said_at:%H:%M:%S}") == (
        "The checkout page is blank", 80, "09:00:00",
    )  # fmt: skip
    (source,) = case.posts
    assert (source.role, source.channel, source.ts, source.thread_ts) == ("source", "CGENERAL", POST_TS, POST_TS)
    assert outcome.entry
    assert outcome.entry.data == {"evidence": [piece.id for piece in found]}
    (answer,) = rows(db, Delivery, Delivery.kind == Tell.ANSWER)
    assert (answer.target, answer.data) == ("CGENERAL", {"thread_ts": POST_TS})
    details = looking.show_details(db, act("ann"), case.id)
    assert set(details.timeline.evidence) == {piece.id for piece in found}


def test_a_signal_is_a_security_case(db: Database, act: Acts) -> None:
    assert escalate(db, act("ann"), post(source="security signal")).case.type.name == "Security"
    form = opening.case_form(db, act("ann"), post=post("1.2", source="security signal"))
    assert form.type
    assert (form.type.name, form.title, form.description) == (
        "Security", "The checkout page is blank", "The checkout page is blank",
    )  # fmt: skip


def test_a_post_becomes_a_case_once(db: Database, act: Acts) -> None:
    first = escalate(db, act("ann"), post())
    second = escalate(db, act("bob"), post())
    assert (second.repeated, second.entry, second.case.id) == (True, None, first.case.id)
    assert len(rows(db, Entry)) == 1
    found = opening.case_of_post(db, act("bob"), "CGENERAL", POST_TS)
    assert found
    assert found.key == "OPS-1"
    assert opening.case_of_post(db, act("bob"), "CGENERAL", "1.1") is None


def test_many_people_escalate_one_post_at_once(db: Database, act: Acts) -> None:
    """Into two projects, so that they do not even wait for the same number."""
    project(db, act("dana"), "WEB")
    acts = [act("ann" if index % 2 else "bob") for index in range(8)]
    outcomes = at_once(8, lambda index: escalate(db, acts[index], post(), key="OPS" if index % 3 else "WEB"))
    assert len({outcome.case.id for outcome in outcomes}) == 1
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 7
    assert len(rows(db, Post)) == len(rows(db, Entry)) == len(rows(db, Evidence)) == 1
    assert open_case(db, act("ann"), key=outcomes[0].case.project.key).case.number == 2, "no number was lost"


def test_on_purpose_a_post_becomes_another_case(db: Database, act: Acts) -> None:
    first = escalate(db, act("ann"), post())
    second = escalate(db, act("bob"), evidence.again(post()))
    assert (second.case.key, second.repeated) == ("OPS-2", False)
    ((relation, other),) = looking.show_details(db, act("ann"), second.case.id).relations
    assert (relation.kind, other.key) == ("relates", "OPS-1")
    (source,) = rows(db, Post)
    assert source.case_id == second.case.id
    assert escalate(db, act("carol"), post()).case.id == second.case.id, "the latest is shown from now on"
    reply = evidence.Reply(channel="CGENERAL", ts=ts(500), thread_ts=POST_TS, author="bob", text="index is rebuilding")
    kept = evidence.keep_reply(db, act("bob"), reply)
    assert kept
    assert kept.case.id == second.case.id
    assert fresh(db, first.case).version == 1


def test_the_card_of_a_case_is_that_case_already(db: Database, act: Acts) -> None:
    case = open_case(db, act("ann")).case
    card(db, case, "COPS", "1.1")
    assert escalate(db, act("bob"), post("1.1", channel="COPS")).case.id == case.id
    second = escalate(db, act("bob"), evidence.again(post("1.1", channel="COPS")))
    assert second.case.key == "OPS-2"
    assert [row.case_id for row in rows(db, Post)] == [case.id], "the card stays where it belongs"


def test_a_reply_below_a_card_that_is_escalated_does_not_take_the_thread_along(db: Database, act: Acts) -> None:
    case = open_case(db, act("ann")).case
    card(db, case, "COPS", "1.1")
    escalate(db, act("bob"), post(ts(50), channel="COPS", thread_ts="1.1"))
    below = evidence.Reply(channel="COPS", ts=ts(60), thread_ts="1.1", author="bob", text="and more")
    kept = evidence.keep_reply(db, act("bob"), below)
    assert kept
    assert kept.case.id == case.id


def test_a_post_in_a_thread_is_answered_there_and_its_thread_kept(db: Database, act: Acts) -> None:
    escalate(db, act("ann"), post(ts(50), thread_ts=POST_TS))
    (source,) = rows(db, Post)
    assert (source.ts, source.thread_ts) == (ts(50), POST_TS)
    (message,) = rows(db, Evidence)
    assert message.url.endswith(f"?thread_ts={POST_TS}&cid=CGENERAL")


def test_a_post_that_is_a_private_case_shows_nothing_of_it(db: Database, act: Acts, vault: str) -> None:
    escalate(db, act("ann"), post(), key=vault)
    for again in (False, True):
        with pytest.raises(NotAllowed) as refused:
            escalate(db, act("bob"), replace(post(), again=again))
        assert "blank" not in refused.value.sentence
    with pytest.raises(NotAllowed):
        opening.case_of_post(db, act("bob"), "CGENERAL", POST_TS)
    assert len(rows(db, Relation)) == 0


def test_a_post_is_added_to_a_case_once(db: Database, act: Acts) -> None:
    case = open_case(db, act("ann")).case
    source = post(links=(*LINKS, (LINK, "itself")), files=FILES)
    outcome = evidence.add_to_case(db, act("bob"), case.key, source, "", WORKSPACE)
    assert outcome.entry
    assert outcome.entry.kind == "EvidenceAdded"
    assert outcome.entry.data == {"evidence": [piece.id for piece in rows(db, Evidence)], "note": None}
    assert (fresh(db, case).evidence_count, len(rows(db, Evidence))) == (4, 4)

    again = evidence.add_to_case(db, act("carol"), case.key, source, " \u200b", WORKSPACE)
    assert (again.entry, fresh(db, case).evidence_count) == (None, 4)
    noted = evidence.add_to_case(db, act("carol"), case.key, source, "look at 9:04", WORKSPACE)
    assert noted.entry
    assert noted.entry.kind == "NoteAdded"
    assert [note.text for note in rows(db, Note)] == ["look at 9:04"]


def test_evidence_with_a_note_is_one_entry(db: Database, act: Acts) -> None:
    case = open_case(db, act("ann")).case
    first = act("bob", origin="view/V2/hash")
    outcome = evidence.add_to_case(db, first, case.key, post(), "the graph says so", WORKSPACE)
    assert outcome.entry
    assert outcome.entry.data["note"] == rows(db, Note)[0].id
    again = evidence.add_to_case(db, replace(first, at=act("bob").at), case.key, post(), "the graph says so", WORKSPACE)
    assert again.repeated
    assert again.entry
    assert again.entry.id == outcome.entry.id
    assert (len(rows(db, Note)), len(rows(db, Entry))) == (1, 2)


def test_of_many_who_add_a_post_at_once_one_does(db: Database, act: Acts) -> None:
    case = open_case(db, act("ann")).case
    acts = [act("bob") for _ in range(6)]
    outcomes = at_once(6, lambda i: evidence.add_to_case(db, acts[i], case.key, post(links=LINKS), "", WORKSPACE))
    assert sum(outcome.entry is not None for outcome in outcomes) == 1
    assert (fresh(db, case).evidence_count, len(rows(db, Evidence))) == (3, 3)


def test_a_post_with_odd_characters_reaches_both_databases(db: Database, act: Acts) -> None:
    odd = post(text="a\x00b\ud800", title="t\x00" * 200, links=(("https://x.example/\x00", "l\x00"),), author="\x00")
    escalate(db, act("ann"), replace(odd, title="odd"))
    outcome = evidence.add_to_case(db, act("ann"), open_case(db, act("ann")).case.id, odd, "n\x00", WORKSPACE)
    assert outcome.entry
    assert [piece.text for piece in rows(db, Evidence) if piece.kind == "message"] == ["ab", "ab"]
    working.close_case(db, act("ann"), outcome.case.id)
