"""What the models say the schema is, and how Alembic compares it with a database."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.schema import SchemaItem

import bot.domain
from bot.domain.base import Base

# Kept by hand-written DDL in migrations, since full text differs between the databases.
SEARCH_TABLES = "case_search"
SEARCH_COLUMN = "search"


def metadata() -> MetaData:
    """With every model of the domain, whoever has imported what."""
    for module in iter_modules(bot.domain.__path__):
        import_module(f"bot.domain.{module.name}")
    return Base.metadata


def options() -> dict[str, Any]:
    return {
        "target_metadata": metadata(),
        "render_as_batch": True,
        "include_object": include_object,
        "compare_type": True,
    }


def include_object(item: SchemaItem, name: str | None, kind: str, reflected: bool, other: SchemaItem | None) -> bool:
    """Not the full-text objects."""
    if kind == "table":
        return not (name or "").startswith(SEARCH_TABLES)
    if kind == "column":
        return name != SEARCH_COLUMN
    if kind == "index" and reflected:
        columns = getattr(item, "columns", ())
        return SEARCH_COLUMN not in {column.name for column in columns} and SEARCH_COLUMN not in (name or "")
    return True
