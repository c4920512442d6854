"""Reading a row in order to change it."""

from typing import TypeVar

from sqlalchemy import Select

from bot.domain.base import Base

Row = TypeVar("Row", bound=Base)


def locked(query: Select[Row], model: type[Row]) -> Select[Row]:
    """Wait for others who are changing the row, then read it as they left it.

    Without ``populate_existing`` a row that this unit of work had read before keeps the values from before the wait.
    ``key_share`` lets others refer to the row meanwhile: two cases that are related to each other at once would else
    wait for each other for ever.
    """
    return query.with_for_update(of=model, key_share=True).execution_options(populate_existing=True)
