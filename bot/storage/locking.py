"""Reading a row in order to change it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

# What this unit of work had read before is read again.
AS_LEFT = {"populate_existing": True}


def lock_on(row_id: InstrumentedAttribute[int], condition: ColumnElement[bool]) -> Select[int]:
    """``key_share`` lets others refer to the row meanwhile: two cases related to each other at once would else wait
    for each other for ever."""
    return select(row_id).where(condition).with_for_update(key_share=True)


def wait_for(session: Session, lock: Select[int], wanted: Mapping[str, Any]) -> None:
    """Wait for others who are changing the row. A query that is then asked ``AS_LEFT`` reads it as they left it.

    The wait is a statement of its own: one that waits goes on with what it had read of other tables before, so that the
    watchers of a case would be those from before the wait. SQLite's writers have waited already.

    What this unit of work has changed itself is written first.
    """
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(lock, wanted)
