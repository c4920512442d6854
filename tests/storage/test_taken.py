"""When a case was taken: what cases write down themselves, and what the migration finds for those from before."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from sqlalchemy import text

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.storage.database import Database
from tests.storage.searching import NOW, settle

migration = import_module("bot.storage.migrations.versions.0008_statistics")
Deed = Callable[[Case, Act], Entry | None]


def assign(person: str | None) -> Deed:
    return lambda case, act: case.assign(act, person)


def status(name: str) -> Deed:
    return lambda case, act: case.set_status(act, name)


def close(case: Case, act: Act) -> Entry | None:
    return case.close(act, None)


def watch(case: Case, act: Act) -> Entry | None:
    return case.watch(act)


# Whom it is opened for, what happens in each of the hours after that, and in which of them it was taken.
STORIES: list[tuple[str | None, list[Deed], int | None]] = [
    (None, [], None),
    (None, [watch, close], None),
    (None, [watch, assign("UBOB"), assign(None), assign("UCAROL")], 2),
    (None, [status("In progress"), assign("UBOB")], 1),
    ("UBOB", [], 0),
    ("UBOB", [watch, assign(None), assign("UCAROL")], 0),
    ("UANN", [assign(None)], 0),
    ("UANN", [status("Open"), close], 0),
    (None, [close, assign("UBOB")], 2),
]


@pytest.mark.parametrize("number", range(len(STORIES)))
def test_a_case_is_taken_once(database: Database, number: int) -> None:
    assignee, deeds, hour = STORIES[number]
    settle(database)
    with database.write() as work:
        project, type_ = work.projects.by_key("OPS"), work.cases.type_named("Standard")
        assert project
        assert type_
        case, opened = Case.open(Act("UANN", NOW, "command"), project, type_, title="trouble", assignee=assignee)
        work.add(case)
        opened.case_id = case.id
        work.log(opened)
        for hours, deed in enumerate(deeds, 1):
            if entry := deed(case, Act("UANN", NOW + timedelta(hours=hours), "command")):
                work.log(entry)
    taken = None if hour is None else NOW + timedelta(hours=hour)
    assert case.taken_at == taken
    with database.write() as work:
        work.session.execute(text("UPDATE cases SET taken_at = NULL"))
    with database.write() as work:
        for statement in migration.backfill(work.session.get_bind().dialect.name):
            work.session.execute(text(statement))
    with database.read() as work:
        found = work.cases.by_key(case.key)
        assert found
        assert found.taken_at == taken
