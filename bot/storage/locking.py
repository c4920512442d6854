"""Reading a row in order to change it."""

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

Query = TypeVar("Query", bound=Select[Any])


def locked(session: Session, query: Query, row_id: InstrumentedAttribute[int], condition: ColumnElement[bool]) -> Query:
    """Wait for others who are changing the row; the query then reads it as they left it.

    The wait is a statement of its own: one that waits goes on with what it had read of other tables before, so that the
    watchers of a case would be those from before the wait. SQLite's writers have waited already. ``key_share`` lets
    others refer to the row meanwhile: two cases that are related to each other at once would else wait for ever.

    ``populate_existing``: what this unit of work had read before is read again. What it has changed is written first.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(row_id).where(condition).with_for_update(key_share=True))
    return query.execution_options(populate_existing=True)
