"""What has changed at ServiceNow is heard of, whoever is asked how often, and the asking grows with the changes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.casetype import Group
from bot.domain.ticket import Became, Part, Seen, Standing, Step, TicketChange, Ticketing
from bot.integrations import servicenow_news
from bot.integrations.servicenow_news import OVERLAP, PAGE, Place
from bot.sandbox import LocalServiceNow
from tests.integrations.servicenow import Clock, asked, clients, draft

START = "2026-11-23 03:59:40"


@pytest.fixture
def client(sn: LocalServiceNow) -> Ticketing:
    return clients(sn)()


@pytest.fixture
def seen(client: Ticketing, sn_clock: Clock) -> Seen:
    """A linked record; all of its creation is old news."""
    found = client.create(draft(sn_clock))
    sn_clock.pass_by(minutes=5)
    return found


def heard(client: Ticketing, mark: str, known: Sequence[str], clock: Clock) -> tuple[list[TicketChange], str]:
    """To the end."""
    changes: list[TicketChange] = []
    while True:
        news = client.news(mark, known, clock.at)
        changes += news.changes
        mark = news.mark
        if not news.more:
            return changes, mark


def told(changes: Sequence[TicketChange]) -> dict[Any, Any]:
    return {change.what: change.comment.text if change.comment else change.value for change in changes}


def test_it_begins_now(client: Ticketing, sn: LocalServiceNow, sn_clock: Clock) -> None:
    news = client.news("", ["x"], sn_clock.at)
    assert (news.changes, news.mark, news.more) == ((), START, False)
    assert client.news("2026-01-01 00:00:00", [], sn_clock.at).mark == START, "nothing is known, so nothing is missed"
    assert not sn.calls


def test_everything_is_heard_of(client: Ticketing, sn: LocalServiceNow, sn_clock: Clock, seen: Seen) -> None:
    mark = client.news("", [seen.id], sn_clock.at).mark
    assert not client.news(mark, [seen.id], sn_clock.at).changes
    sn.set_state(seen.key, "6", "mia")
    sn.assign(seen.key, "mia", "mia")
    sn.edit(seen.key, "mia", short_description="Renamed", description="", impact="3", urgency="3")
    sn.comment(seen.key, "For all", "mia")
    sn_clock.pass_by(seconds=1)
    sn.comment(seen.key, "Between us", "mia", internal=True)
    changes, mark = heard(client, mark, [seen.id], sn_clock)
    mia = client.account("mia@example.com")
    assert {change.ticket for change in changes} == {seen.id}
    assert {change.by for change in changes} == {mia}
    assert [change.at for change in changes] == sorted(change.at for change in changes)
    assert told(changes) | {Part.NOTES: ""} == {
        Part.STATUS: Standing("Resolved", Group.CLOSED), Part.ASSIGNEE: mia, Part.TITLE: "Renamed",
        Part.DESCRIPTION: "", Part.PRIORITY: "3/3", Part.NOTES: "",
    }  # fmt: skip
    first, second = [change.comment for change in changes if change.comment]
    assert (first.text, first.internal, first.by) == ("For all", False, mia)
    assert (second.text, second.internal, second.at) == ("Between us", True, sn_clock.at)
    assert first.id != second.id
    sn_clock.pass_by(seconds=OVERLAP.total_seconds())
    changes, mark = heard(client, mark, [seen.id], sn_clock)
    assert changes, "what is as new is told twice: something may have been written more slowly"
    assert heard(client, mark, [seen.id], sn_clock)[0], "the clock stands still"
    sn_clock.pass_by(seconds=OVERLAP.total_seconds() + 1)
    changes, mark = heard(client, mark, [seen.id], sn_clock)
    assert heard(client, mark, [seen.id], sn_clock) == ([], mark)


def test_the_partners_clock_counts(client: Ticketing, sn: LocalServiceNow, sn_clock: Clock, seen: Seen) -> None:
    sn_clock.pass_by(hours=-3)
    _, mark = heard(client, "2026-11-23 00:00:00", [seen.id], Clock())
    assert mark == "2026-11-23 01:04:40"
    assert client.news("2026-11-23 02:00:00", [seen.id], Clock().at).mark == "2026-11-23 02:00:00", "never back"


def test_what_casebook_touched_last_has_no_name(
    client: Ticketing, sn: LocalServiceNow, sn_clock: Clock, seen: Seen
) -> None:
    """Mia's change is hidden beneath ours: it must not be taken for an echo."""
    sn.set_state(seen.key, "2", "mia")
    client.change(seen.id, seen.kind, {Part.TITLE: "Ours"})
    client.comment(seen.id, seen.kind, "Our words", internal=None)
    changes, _ = heard(client, START, [seen.id], sn_clock)
    status = next(change for change in changes if change.what == Part.STATUS)
    assert (status.value, status.by) == (Standing("In Progress", Group.IN_PROGRESS), None)
    note = next(change for change in changes if change.comment and change.comment.text == "Our words")
    assert note.by == client.me(), "of a note it is known"


def test_strangers_records_are_no_news(client: Ticketing, sn: LocalServiceNow, sn_clock: Clock, seen: Seen) -> None:
    client.create(draft(sn_clock, mark="OPS-99"))
    sn.insert("incident", "mia", short_description="Not linked at all")
    assert not heard(client, "2026-11-23 04:04:00", [seen.id], sn_clock)[0]


def test_deleted_records(client: Ticketing, sn: LocalServiceNow, sn_clock: Clock, seen: Seen) -> None:
    sn.delete(seen.key, "mia")
    (change,) = heard(client, START, [seen.id], sn_clock)[0]
    assert (change.ticket, change.what, change.at) == (seen.id, Became.GONE, sn_clock.at)
    assert not heard(client, START, ["another"], sn_clock)[0]
    sn.close("sys_audit_delete", "read")
    assert not heard(client, START, [seen.id], sn_clock)[0], "then the next act finds out"


def test_what_may_not_be_read_is_made_do_without(
    client: Ticketing, sn: LocalServiceNow, sn_clock: Clock, seen: Seen
) -> None:
    sn.close("sys_user", "read")
    sn.set_state(seen.key, "2", "mia")
    changes, _ = heard(client, START, [seen.id], sn_clock)
    assert {change.by.name if change.by else "" for change in changes} >= {"mia"}


def test_the_requests_grow_with_the_changes(client: Ticketing, sn: LocalServiceNow, sn_clock: Clock) -> None:
    """Ten thousand are known, a hundred have changed."""
    numbers = [
        sn.insert("incident", "casebook", correlation_id=f"M-{place}", correlation_display="Casebook")
        for place in range(100)
    ]
    ids = [sn.record(number)["sys_id"] for number in numbers]
    known = [*ids, *(f"{place:032x}" for place in range(9_900))]
    sn_clock.pass_by(hours=1)
    mark = client.news("", known, sn_clock.at).mark
    assert asked(sn, lambda: heard(client, mark, known, sn_clock)) == 2
    sn.comment(numbers[0], "Hm", "mia")
    assert asked(sn, lambda: heard(client, mark, known, sn_clock)) == 4
    for number in numbers:
        sn.comment(number, "Hm", "mia")
        sn.set_state(number, "2", "mia")
    assert asked(sn, lambda: heard(client, mark, known, sn_clock)) <= 9, "all in one second"
    assert max(len(call.path) for call in sn.calls) < 6000, "an address has to be short enough"
    changes, _ = heard(client, mark, known, sn_clock)
    assert {change.ticket for change in changes if change.what == Part.STATUS} == set(ids)
    assert len({change.comment.id for change in changes if change.comment}) == 101


@pytest.mark.parametrize("seconds_apart", [0, 1])
def test_many_changes_come_page_by_page(
    client: Ticketing, sn: LocalServiceNow, sn_clock: Clock, monkeypatch: pytest.MonkeyPatch, seconds_apart: int
) -> None:
    """Also when all were changed in the same second, as by an import."""
    monkeypatch.setattr(servicenow_news, "PAGE", 3)
    monkeypatch.setattr(servicenow_news, "ENTRIES", 2)
    ids = []
    for place in range(10):
        values = {"correlation_id": f"M-{place}", "correlation_display": "Casebook", "work_notes": f"Note {place}"}
        ids.append(sn.record(sn.insert("incident", "mia", **values))["sys_id"])
        sn_clock.pass_by(seconds=seconds_apart)
    sn_clock.pass_by(minutes=1)
    changes, mark = heard(client, START, ids, sn_clock)
    assert {change.ticket for change in changes if change.what == Part.TITLE} == set(ids)
    assert {change.comment.text for change in changes if change.comment} == {f"Note {place}" for place in range(10)}
    assert Place.of(mark) == Place(mark, mark)


def test_what_changes_while_pages_are_read_is_not_missed(
    client: Ticketing, sn: LocalServiceNow, sn_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servicenow_news, "PAGE", 2)
    numbers = []
    for place in range(5):
        values = {"correlation_id": f"M-{place}", "correlation_display": "Casebook"}
        numbers.append(sn.insert("incident", "mia", short_description="x", **values))
        sn_clock.pass_by(seconds=1)
    ids = {number: sn.record(number)["sys_id"] for number in numbers}
    sn.comment(numbers[3], "Early words", "mia")
    sn_clock.pass_by(seconds=1)
    mark, changes, is_first = START, [], True
    while True:
        news = client.news(mark, list(ids.values()), sn_clock.at)
        changes += news.changes
        mark = news.mark
        if is_first:
            sn.comment(numbers[0], "Late words", "mia")  # it moves from the first page to the last
            sn.edit(numbers[3], "mia", short_description="y")  # its early words are of a time that has been read
            is_first = False
        if not news.more:
            break
    assert {change.ticket for change in changes} == set(ids.values())
    assert {change.comment.text for change in changes if change.comment} == {"Early words", "Late words"}


@pytest.mark.parametrize("mark", ["2026-11-23 04:00:00", "a|b", "a|a|c", "a|b|c"])
def test_marks_are_read_as_they_were_written(mark: str) -> None:
    assert str(Place.of(mark)) == mark


def test_a_page_fits_into_an_address() -> None:
    assert PAGE * 33 < 4000
    assert timedelta(0) < OVERLAP


def test_a_moved_ticket_is_news_too(client: Ticketing, sn: LocalServiceNow, sn_clock: Clock) -> None:
    seen = client.create(draft(sn_clock, kind="change_request"))
    client.move(seen.id, seen.kind, Step(["Scheduled"], Group.IN_PROGRESS), lambda: client.statuses(seen.kind))
    changes, _ = heard(client, START, [seen.id], sn_clock)
    assert told(changes)[Part.STATUS] == Standing("Scheduled", Group.IN_PROGRESS), "by its own table's words"
