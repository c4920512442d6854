"""What an export is asked for with, and what it reads, on both databases."""

from datetime import timedelta

import pytest

from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.errors import Invalid
from bot.domain.query_text import QueryError
from bot.domain.reading import WholeCase
from bot.storage.database import Database
from bot.usecases import evidence, exporting, working
from bot.usecases.access import Stranger
from tests.usecases.world import START, WORKSPACE, Acts, at_once, open_case, post, rows

LATER = START + timedelta(days=1)


def asked(db: Database) -> list[Delivery]:
    return rows(db, Delivery, Delivery.kind == Tell.EXPORT.value)


def read(db: Database, who: str, query: str = "", *, whole: bool = False) -> list[WholeCase]:
    return [row for batch in exporting.batches(db, who, query, LATER, whole=whole) for row in batch.rows]


def keys(db: Database, who: str, query: str = "") -> list[str]:
    return [row.case.key for row in read(db, who, query)]


def test_an_export_is_asked_for_once_by_each_arrival(db: Database, act: Acts, case: Case) -> None:
    first = act("ann")
    assert at_once(4, lambda _: exporting.ask_for_export(db, first, " is:open\x00 ", "csv")) == [1] * 4
    exporting.ask_for_export(db, act("ann"), "", "json")
    assert [(row.target, row.data) for row in asked(db)] == [
        ("ann", {"query": "is:open", "format": "csv"}), ("ann", {"query": "", "format": "json"}),
    ]  # fmt: skip


def test_what_cannot_be_asked_for(db: Database, act: Acts, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(QueryError, match="banana") as wrong:
        exporting.ask_for_export(db, act("ann"), "banana:3", "csv")
    assert (wrong.value.span.start, wrong.value.span.end) == (0, 6)
    with pytest.raises(QueryError, match="no order"):
        exporting.ask_for_export(db, act("ann"), "sort:banana", "csv")
    for who, query in (("ann", "nothing-like-it"), ("gus", ""), ("olga", "")):
        with pytest.raises(Invalid, match="nothing to export"):
            exporting.ask_for_export(db, act(who), query, "csv")
    with pytest.raises(Stranger):
        exporting.ask_for_export(db, act("zed"), "", "csv")
    open_case(db, act("ann"))
    monkeypatch.setattr(exporting, "LIMIT", 1)
    with pytest.raises(Invalid, match="Narrow it down"):
        exporting.ask_for_export(db, act("ann"), "", "csv")
    assert asked(db) == []


def test_only_what_the_person_may_see_oldest_first(db: Database, act: Acts, case: Case, vault: str) -> None:
    open_case(db, act("ann"), "Odd login", key=vault)
    archived = open_case(db, act("bob"), "Old").case
    working.archive_case(db, act("bob"), archived.id)
    open_case(db, act("bob"), "Newest")
    working.take_case(db, act("bob"), case.id)
    assert keys(db, "ann") == ["OPS-1", "SEC-1", "OPS-3"]
    assert keys(db, "bob") == keys(db, "bob", "sort:-updated") == ["OPS-1", "OPS-3"]
    assert keys(db, "bob", "is:archived") == ["OPS-2"]
    assert keys(db, "bob", "assignee:@me") == ["OPS-1"]


def test_cases_of_the_same_moment_and_small_batches(
    db: Database, act: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    for _ in range(11):
        open_case(db, act("ann", at=START))
    monkeypatch.setattr(exporting, "BATCH", 3)
    assert sorted(keys(db, "ann")) == sorted(f"OPS-{number}" for number in range(1, 12))


def test_a_whole_case_holds_all_that_belongs_to_it_and_nothing_else(db: Database, act: Acts, case: Case) -> None:
    other = open_case(db, act("bob"), "Another", post=post(), assignee="ann").case
    working.note_case(db, act("bob"), case.id, "first")
    working.note_case(db, act("carol"), case.id, "second")
    working.watch_case(db, act("dana"), case.id)
    evidence.add_to_case(db, act("dana"), case.id, post("1772442001.000100"), "", WORKSPACE)
    (batch,) = exporting.batches(db, "ann", "", LATER, whole=True)
    one, two = batch.rows
    assert (one.case.id, two.case.id) == (case.id, other.id)
    assert [note.text for note in one.notes] == ["first", "second"]
    assert [entry.version for entry in one.entries] == [1, 2, 3, 4, 5]
    assert [watcher.person_id for watcher in one.watchers] == ["dana"]
    assert (len(one.evidence), len(two.evidence), list(two.notes), list(two.watchers)) == (1, 1, [], [])
    assert batch.names == {"ann": "Ann", "bob": "Bob", "carol": "Carol", "dana": "Dana"}
    (bare,) = exporting.batches(db, "ann", "key:OPS-1", LATER, whole=False)
    assert bare.rows == [WholeCase(bare.rows[0].case)]
    assert bare.names == {"ann": "Ann"}
