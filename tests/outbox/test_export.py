"""An export arrives once, whatever happens on the way, and holds nothing else up."""

import base64
import json
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest

from bot.domain.case import Case
from bot.domain.delivery import State, Tell
from bot.domain.errors import Busy
from bot.outbox import export
from bot.outbox.sender import TooFast, Unreachable
from bot.sandbox import Person
from bot.storage.claims import Held, claim
from bot.usecases import exporting, people, projects, working
from tests.outbox.conftest import Town, unpaced
from tests.outbox.test_once import LEASE_IS_OVER, Steps, live


def ask(town: Town, query: str = "", kind: str = "json", *, by: Person | None = None) -> None:
    exporting.ask_for_export(town.db, town.act(by or town.ann), query, kind)


def files(person: Person) -> list[dict[str, Any]]:
    return [file for message in person.dm() for file in message.files]


def content(town: Town, file: dict[str, Any]) -> bytes:
    return base64.b64decode(town.slack.platform.workspace.files[file["id"]].content)


def keys(town: Town, person: Person) -> list[str]:
    (file,) = files(person)
    return [case["key"] for case in json.loads(content(town, file))]


def some(town: Town, number: int) -> list[Case]:
    cases = [town.open(f"trouble {n}") for n in range(number)]
    town.tell()
    return cases


def test_every_case_is_in_it_once_though_cases_change_meanwhile(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    cases = some(town, 7)
    for name in ("BATCH", "BATCH_OF_WHOLE_CASES"):
        monkeypatch.setattr(exporting, name, 2)
    read = exporting.batch

    def changing(work: Any, found: Any, **more: Any) -> Any:
        for case in (cases[0], cases[-1]):
            with town.db.read() as looking:
                fresh = looking.cases.by_id(case.id)
            assert fresh
            working.note_case(town.db, town.act(town.bob), case.id, f"changed {fresh.version}")
        return read(work, found, **more)

    monkeypatch.setattr(exporting, "batch", changing)
    ask(town)
    town.tell()
    assert keys(town, town.ann) == [case.key for case in cases]


def test_the_worker_may_die_at_any_step(town: Town) -> None:
    some(town, 2)
    survived, fatal = False, 0
    while not survived:
        fatal += 1
        ask(town)
        survived = live(town, Steps(fatal))
        town.clock.move(seconds=LEASE_IS_OVER + export.UPLOAD_LEASE.total_seconds())
        town.tell()
        assert len(files(town.ann)) == fatal, f"killed at step {fatal}"
        assert not town.due()
    assert fatal > 8, "the steps were not counted"
    assert not town.dead()


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_an_answer_that_is_lost_on_its_way(sqlite_town: Town, method: str, kind: Any) -> None:
    town = sqlite_town
    some(town, 1)
    town.slack.faults.add(method, kind, times=2)
    ask(town)
    for _ in range(4):
        town.tell()
        town.clock.move(seconds=20)
    assert len(files(town.ann)) == 1
    assert not town.due()


def test_an_upload_that_breaks_off_is_begun_again(sqlite_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town = sqlite_town
    some(town, 1)
    really, tries = export.send_bytes, []

    def broken(url: str, path: Any) -> None:
        tries.append(url)
        really(url if len(tries) > 2 else f"{url}-gone" if len(tries) == 1 else "http://127.0.0.1:9/", path)

    monkeypatch.setattr(export, "send_bytes", broken)
    ask(town)
    for _ in range(3):
        assert not files(town.ann)
        town.tell()
        town.clock.move(seconds=20)
    assert len(files(town.ann)) == 1


def test_what_slack_refuses_is_told_to_the_person_and_the_admins(sqlite_town: Town) -> None:
    town = sqlite_town
    some(town, 1)
    town.slack.faults.add("files.getUploadURLExternal", "error", "missing_scope")
    ask(town)
    town.tell()
    assert "missing_scope" in town.dms(town.ann)[-1]
    assert "send somebody an export" in town.dms(town.dana)[-1]
    assert "manifest.yml" in town.dms(town.dana)[-1]
    assert [row.kind for row in town.dead()] == [Tell.EXPORT]


def test_what_can_no_longer_be_exported_is_said(sqlite_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town = sqlite_town
    some(town, 2)
    ask(town, "project:OPS")
    monkeypatch.setattr(exporting, "LIMIT", 1)
    town.tell()
    assert "could not be made" in town.dms(town.ann)[-1]
    assert "cases match" in town.dms(town.ann)[-1]
    monkeypatch.undo()
    ask(town)
    den = town.slack.add_channel("den", members=[town.dana], private=True, bot=True)
    projects.change_project(
        town.db, town.act(town.dana), "OPS", name="Operations", home_channel=den.id, retention_months=15,
        guests_allowed=False,
    )  # fmt: skip
    town.tell()
    assert "No case matches" in town.dms(town.ann)[-1]
    assert not files(town.ann)
    assert not town.dead()


def test_a_busy_database_is_no_reason_to_give_up(sqlite_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town = sqlite_town
    some(town, 1)
    ask(town)

    def busy(*_: Any, **__: Any) -> Any:
        raise Busy("Please try again.")

    monkeypatch.setattr(exporting, "batch", busy)
    town.tell()
    assert town.dms(town.ann) == []
    monkeypatch.undo()
    town.clock.move(seconds=5)
    town.tell()
    assert len(files(town.ann)) == 1


def test_who_has_left_gets_nothing(sqlite_town: Town) -> None:
    town = sqlite_town
    some(town, 1)
    ask(town)
    with town.db.write() as work:
        work.session.delete(work.people.by_id(town.ann.id))
    town.tell()
    assert not files(town.ann)
    assert not town.due()
    assert not town.dead()


def held(town: Town) -> Held:
    claimed = claim(
        town.db, partner="slack", now=town.clock(), lease=timedelta(seconds=60), pace=unpaced, limit=1
    )  # fmt: skip
    (one,) = claimed.deliveries
    return one


def exporter(town: Town) -> export.Exporter:
    sender = town.sender(town.db, None, town.clock)
    return export.Exporter(town.client, town.workspace, town.db, sender.poster, town.clock)


def test_a_long_export_keeps_its_lease_and_a_lost_one_stops(
    sqlite_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    town = sqlite_town
    some(town, 6)
    monkeypatch.setattr(exporting, "BATCH_OF_WHOLE_CASES", 1)
    read = exporting.batch

    def slowly(work: Any, found: Any, **more: Any) -> Any:
        town.clock.move(seconds=40)
        others = claim(town.db, partner="slack", now=town.clock(), lease=timedelta(1), pace=unpaced, limit=9)
        assert others.deliveries == [], "another worker takes it for dead"
        return read(work, found, **more)

    monkeypatch.setattr(exporting, "batch", slowly)
    ask(town)
    town.tell()
    assert len(keys(town, town.ann)) == 6

    monkeypatch.setattr(exporting, "batch", read)
    ask(town)
    mine = held(town)
    town.clock.move(seconds=61)
    theirs = held(town)
    assert theirs.delivery.id == mine.delivery.id
    with pytest.raises(Unreachable, match="another worker"):
        exporter(town).export(mine)
    exporter(town).export(theirs)
    assert len(files(town.ann)) == 2


def test_two_are_written_at_a_time_and_the_others_wait_without_losing_an_attempt(
    sqlite_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    town = sqlite_town
    some(town, 1)
    for person in (town.ann, town.bob, town.dana):
        ask(town, by=person)
    one = exporter(town)
    begun, go_on = [Event(), Event()], Event()
    really = one.make

    def slow(what: Held) -> None:
        next(event for event in begun if not event.is_set()).set()
        go_on.wait(10)
        really(what)

    monkeypatch.setattr(one, "make", slow)
    mine = [held(town) for _ in range(3)]
    threads = [Thread(target=one.export, args=(what,)) for what in mine[:2]]
    for thread, event in zip(threads, begun, strict=True):
        thread.start()
        assert event.wait(10)
    with pytest.raises(TooFast):
        one.export(mine[2])
    go_on.set()
    for thread in threads:
        thread.join()
    monkeypatch.setattr(one, "make", really)
    one.export(mine[2])
    assert [len(files(person)) for person in (town.ann, town.bob, town.dana)] == [1, 1, 1]


def test_where_casebook_may_not_look_the_file_may_come_twice_but_comes(sqlite_town: Town) -> None:
    town = sqlite_town
    some(town, 1)
    town.slack.faults.add("conversations.history", "error", "missing_scope")
    town.slack.faults.add("files.completeUploadExternal", "drop_after", times=1)
    ask(town)
    town.tell()
    town.clock.move(seconds=5)
    town.tell()
    assert len(files(town.ann)) == 2


def test_a_large_export_is_uploaded_in_pieces(sqlite_town: Town, tmp_path: Any) -> None:
    town, path = sqlite_town, tmp_path / "large.json"
    path.write_bytes(b"x" * 3_000_000)
    answer: Any = town.client.files_getUploadURLExternal(filename="large.json", length=3_000_000)
    export.send_bytes(answer["upload_url"], path)
    assert town.slack.platform.workspace.files[answer["file_id"]].size == 3_000_000


def test_it_is_claimed_apart_from_what_is_posted(sqlite_town: Town) -> None:
    town = sqlite_town
    some(town, 1)
    people.ask_for(town.db, Tell.TEAMS, town.clock(), "x")
    ask(town)
    (row,) = [row for row in town.due() if row.kind == Tell.EXPORT]
    assert (row.lane, row.stream, row.state) == ("slack/export", f"export/{town.ann.id}", State.DUE)
    assert row.data == {"query": "", "format": "json"}
