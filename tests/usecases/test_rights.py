"""Every use-case asks for the right: whoever has none sees nothing, changes nothing, and is told who can help."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.evidence import RelationKind
from bot.domain.incident import Severity
from bot.domain.priority import Priority
from bot.storage.database import Database
from bot.usecases import evidence, incidents, looking, opening, projects, working
from bot.usecases.access import Stranger
from tests.usecases.world import WORKSPACE, Acts, card, open_case, post, project, rows, ts

WITHOUT_RIGHTS = ("gus", "olga", "gone", "robot")
EDITS = working.Edits(title="x", description="", priority=Priority.P1, assignee=None, due=None)
DECLARED = incidents.Declared(Severity.SEV1, "bob", "inc-one")
REPLY = evidence.Reply(channel="COPS", ts=ts(900), thread_ts="1.1", author="", text="me too")

Use = Callable[[Database, Act, str], Any]
ON_A_CASE: dict[str, Use] = {
    "take": working.take_case,
    "assign": lambda db, act, ref: working.assign_case(db, act, ref, person="bob"),
    "prioritize": lambda db, act, ref: working.prioritize_case(db, act, ref, Priority.P1),
    "status": lambda db, act, ref: working.set_status(db, act, ref, "in progress"),
    "close": working.close_case,
    "reopen": working.reopen_case,
    "due": lambda db, act, ref: working.set_due(db, act, ref, date(2026, 3, 9)),
    "archive": working.archive_case,
    "unarchive": working.unarchive_case,
    "watch": working.watch_case,
    "unwatch": working.unwatch_case,
    "edit": lambda db, act, ref: working.edit_case(db, act, ref, EDITS),
    "relate": lambda db, act, ref: working.relate_case(db, act, ref, RelationKind.BLOCKS, ref),
    "note": lambda db, act, ref: working.note_case(db, act, ref, "seen"),
    "add": lambda db, act, ref: evidence.add_to_case(db, act, ref, post(), "", WORKSPACE),
    "incident": lambda db, act, ref: incidents.declare_incident(db, act, ref, DECLARED),
    "incident form": incidents.case_to_declare,
    "show": looking.show_case,
    "details": looking.show_details,
    "timeline": looking.show_timeline,
    "edit form": looking.edit_form,
}


def test_nobody_without_the_right_touches_a_case(db: Database, act: Acts, case: Case) -> None:
    for who in WITHOUT_RIGHTS:
        for name, use in ON_A_CASE.items():
            with pytest.raises(NotAllowed) as refused:
                use(db, act(who), case.key)
            assert case.title not in refused.value.sentence, name
            if who in {"gus", "olga"}:
                assert "Ask @Dana" in refused.value.sentence, name
    assert len(rows(db, Entry)) == 1


def test_a_private_project_is_its_channels_alone(db: Database, act: Acts, vault: str) -> None:
    secret = open_case(db, act("ann"), "Odd login", key=vault).case
    for who in ("bob", "carol"):
        for name, use in ON_A_CASE.items():
            with pytest.raises(NotAllowed) as refused:
                use(db, act(who), secret.key)
            assert "SEC belongs to the members of its private channel" in refused.value.sentence, name
            assert "Odd login" not in refused.value.sentence, name
    working.take_case(db, act("dana"), secret.key)


def test_somebody_unknown_is_a_stranger_whom_slack_can_be_asked_about(db: Database, act: Acts, case: Case) -> None:
    for use in ON_A_CASE.values():
        with pytest.raises(Stranger) as stranger:
            use(db, act("zed"), case.key)
        assert stranger.value.person_id == "zed"
    with pytest.raises(Stranger):
        open_case(db, act("zed"))


def test_what_is_not_there_is_not_found(db: Database, act: Acts) -> None:
    for ref in ("OPS-9", "ops-9", "O\x00PS-9", "OPS-9 "):
        for name, use in ON_A_CASE.items():
            with pytest.raises(NotFound, match=r"There is no case .+ `/case search` finds cases"):
                use(db, act("ann"), ref)
            assert name
    with pytest.raises(NotFound, match="This case no longer exists"):
        working.take_case(db, act("ann"), 999)


def test_keys_are_read_in_any_spelling(db: Database, act: Acts, case: Case) -> None:
    assert looking.show_case(db, act("ann"), " ops-1\x00").id == case.id


def test_nobody_without_the_right_opens_a_case(db: Database, act: Acts) -> None:
    for who in WITHOUT_RIGHTS:
        with pytest.raises(NotAllowed):
            open_case(db, act(who))
        with pytest.raises(opening.NoProject):
            opening.open_case(db, act(who), opening.NewCase(title="x"), WORKSPACE)
        with pytest.raises(opening.NoProject):
            opening.case_form(db, act(who))
    assert rows(db, Entry) == []


def test_guests_work_on_cases_of_a_project_that_lets_them(db: Database, act: Acts) -> None:
    project(db, act("dana"), "HELP", guests=True)
    opened = open_case(db, act("gus"), key="HELP")
    working.take_case(db, act("olga"), opened.case.key)
    with pytest.raises(NotAllowed):
        working.take_case(db, act("robot"), opened.case.key)
    with pytest.raises(NotAllowed):
        projects.require_admin(db, act("gus"))


def test_a_reply_of_somebody_without_the_right_is_no_note(db: Database, act: Acts, case: Case) -> None:
    card(db, case, "COPS", "1.1")
    for who in WITHOUT_RIGHTS:
        with pytest.raises(NotAllowed):
            evidence.keep_reply(db, act(who), REPLY)
    assert len(rows(db, Entry)) == 1
