"""Notes are entries of a journal over there, which nobody can change."""

from datetime import timedelta

import pytest

from bot.domain.ticket import Ticketing
from bot.integrations.servicenow import SETTLES
from bot.sandbox import LocalServiceNow
from tests.integrations.servicenow import Clock, asked, clients, draft


@pytest.fixture
def client(sn: LocalServiceNow) -> Ticketing:
    return clients(sn)()


@pytest.mark.parametrize(("internal", "is_note"), [(None, True), (True, True), (False, False)])
def test_comments(
    sn: LocalServiceNow, client: Ticketing, sn_clock: Clock, internal: bool | None, is_note: bool
) -> None:
    seen = client.create(draft(sn_clock))
    sn_clock.pass_by(minutes=1)
    assert asked(sn, lambda: client.comment(seen.id, seen.kind, "Looking\nat it", internal=internal)) == 2
    made = client.commented(seen.id, seen.kind, "Looking\n at it ", sn_clock.at)
    assert made
    assert (made.text, made.at, made.internal) == ("Looking\nat it", sn_clock.at, is_note)
    assert sn.journal(seen.key, internal=is_note)[-1] == "Looking\nat it"
    assert made.id in sn.ask(lambda: sn.records.rows["sys_journal_field"])


def test_somebody_elses_same_words_are_not_ours(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock) -> None:
    seen = client.create(draft(sn_clock))
    since = sn_clock.at
    sn.comment(seen.key, "+1", "mia", internal=True)
    sn_clock.pass_by(seconds=SETTLES.total_seconds())
    assert client.commented(seen.id, seen.kind, "+1", since) is None
    made = client.comment(seen.id, seen.kind, "+1", internal=None)
    assert client.commented(seen.id, seen.kind, "+1", since) == made
    sn_clock.pass_by(hours=1)
    assert client.commented(seen.id, seen.kind, "+1", sn_clock.at - timedelta(minutes=10)) is None, "that was earlier"


def test_without_the_journal_a_comment_is_still_written_once(
    sn: LocalServiceNow, client: Ticketing, sn_clock: Clock
) -> None:
    seen = client.create(draft(sn_clock))
    sn.close("sys_journal_field", "read")
    made = client.comment(seen.id, seen.kind, "Hm", internal=False)
    assert made.id == "comments 2026-11-23 04:00:00"
    assert sn.journal(seen.key, internal=False) == ["Hm"]


def test_a_comment_is_corrected_by_another(sn: LocalServiceNow, client: Ticketing, sn_clock: Clock) -> None:
    seen = client.create(draft(sn_clock))
    made = client.comment(seen.id, seen.kind, "Teh", internal=False)
    for text in ("The", "The", None, None, "Them"):
        sn_clock.pass_by(minutes=1)
        client.rewrite(seen.id, seen.kind, made.id, text)
    assert sn.journal(seen.key, internal=False) == [
        "Teh", "Corrected: The", "The note “Teh” was withdrawn.", "Corrected: Them",
    ]  # fmt: skip
    client.rewrite(seen.id, seen.kind, "work_notes 2026-11-23 04:00:00", None)
    assert sn.journal(seen.key, internal=True)[-1] == "A note of Casebook's was withdrawn."
