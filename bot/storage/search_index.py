"""Keeping the index of words and attributes in step: within the unit of work, and only when the texts change.

The words are split by ``query_words``, which a database's triggers cannot do. Whatever changes cases past the unit of
work (bulk SQL, a restored backup) calls ``refill`` afterwards.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, event, inspect, select, text
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import get_history

from bot.domain.base import Base
from bot.domain.case import Case
from bot.domain.evidence import Note
from bot.domain.query_fields import comparable_attributes
from bot.domain.query_words import COLUMNS, NOTE_LIMIT, Document, written
from bot.storage.search_sql import CASES
from bot.storage.search_words import tsvector

BATCH = 500
PUT_SQLITE = text(
    'INSERT INTO case_search (case_id, "key", title, description, notes) '
    "VALUES (:case_id, :key, :title, :description, :notes) ON CONFLICT (case_id) DO UPDATE SET "
    '"key" = excluded."key", title = excluded.title, description = excluded.description, notes = excluded.notes'
)
PUT_POSTGRESQL = text(
    "INSERT INTO case_search (case_id, document) VALUES (:case_id, CAST(:document AS tsvector)) "
    "ON CONFLICT (case_id) DO UPDATE SET document = excluded.document"
)
FORGET_ATTRIBUTES = text("DELETE FROM case_search_attributes WHERE case_id = :case_id")
PUT_ATTRIBUTE = text("INSERT INTO case_search_attributes (case_id, name, value) VALUES (:case_id, :name, :value)")
TEXTS = (CASES.id, CASES.key, CASES.title, CASES.description)


@event.listens_for(Session, "after_flush")
def follow(session: Session, _flush: UOWTransaction) -> None:
    """Every session that flushes cases or notes indexes them in the same transaction."""
    texts = {case for row in (*session.new, *session.dirty, *session.deleted) if (case := case_of_text(session, row))}
    tagged = [
        row
        for row in (*session.new, *session.dirty)
        if isinstance(row, Case) and (row in session.new or changed(row, "attributes"))
    ]
    if texts:
        index_texts(session.connection(), texts)
    if tagged:
        index_attributes(
            session.connection(),
            {case.id: case.attributes for case in tagged},
            new={case.id for case in tagged if case in session.new},
        )


def case_of_text(session: Session, row: Base) -> int | None:
    """The case whose text this change alters, if it alters any."""
    if isinstance(row, Case):
        altered = row in session.new or (row not in session.deleted and changed(row, "key", "title", "description"))
        return row.id if altered else None
    if isinstance(row, Note):
        altered = row in session.new or row in session.deleted or changed(row, "text", "deleted_at", "case_id")
        return row.case_id if altered else None
    return None


def changed(row: Base, *names: str) -> bool:
    touched = inspect(row).committed_state.keys() & names
    return any(get_history(row, name).has_changes() for name in touched)


def index_texts(connection: Connection, ids: Collection[int]) -> None:
    """Write the documents of these cases as they are now."""
    notes = notes_of(connection, ids)
    rows = connection.execute(select(*TEXTS).where(CASES.id.in_(ids)))
    documents = {id_: written(key, title, words, notes[id_]) for id_, key, title, words in rows}
    if documents:
        put(connection, documents)


def notes_of(connection: Connection, ids: Iterable[int]) -> Mapping[int, Sequence[str]]:
    """Of each case the newest notes, oldest first."""
    table = Note.__table__.c
    newest = select(table.text).where(table.deleted_at.is_(None)).order_by(table.id.desc()).limit(NOTE_LIMIT)
    return {id_: connection.scalars(newest.where(table.case_id == id_)).all()[::-1] for id_ in ids}


def put(connection: Connection, documents: Mapping[int, Document]) -> None:
    sqlite = connection.dialect.name == "sqlite"
    row = sqlite_row if sqlite else postgresql_row
    rows = [row(id_, document) for id_, document in documents.items()]
    connection.execute(PUT_SQLITE if sqlite else PUT_POSTGRESQL, rows)


def sqlite_row(case_id: int, document: Document) -> dict[str, Any]:
    return {"case_id": case_id, **{column: " ".join(document.column(column)) for column in COLUMNS}}


def postgresql_row(case_id: int, document: Document) -> dict[str, Any]:
    return {"case_id": case_id, "document": tsvector(document)}


def index_attributes(connection: Connection, found: Mapping[int, Mapping[str, str]], new: Collection[int] = ()) -> None:
    """``new``: cases that have no rows yet."""
    if known := [{"case_id": id_} for id_ in found if id_ not in new]:
        connection.execute(FORGET_ATTRIBUTES, known)
    rows = [
        {"case_id": id_, "name": name, "value": value}
        for id_, values in found.items()
        for name, value in comparable_attributes(values).items()
    ]
    if rows:
        connection.execute(PUT_ATTRIBUTE, rows)


def refill(connection: Connection) -> None:
    """Write the whole index anew, from what the tables hold."""
    last = 0
    while True:
        batch = select(CASES.id, CASES.attributes).where(CASES.id > last).order_by(CASES.id).limit(BATCH)
        found: dict[int, dict[str, str]] = dict(connection.execute(batch).all())
        if not found:
            return
        index_texts(connection, found)
        index_attributes(connection, found)
        last = max(found)
