"""Conditions as SQL, for both databases. An empty field meets no positive condition and every negated one."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Select,
    Table,
    UnaryExpression,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.operators import custom_op

from bot.domain.case import Case
from bot.domain.link import Ticket
from bot.domain.query_conditions import Between, Both, Condition, Contains, Either, Leaf, OneOf, StartsWith
from bot.domain.query_fields import Field, Kind
from bot.storage.search_slots import LAST, Slot
from bot.storage.search_tables import ATTRIBUTES
from bot.storage.search_words import listing

assert isinstance(Case.__table__, Table)  # noqa: S101 - for mypy: it could be any selectable
CASES = Case.__table__.c


@cache
def column_of(attribute: QueryableAttribute[Any]) -> Column[Any]:
    """The plain column, which SQLAlchemy compiles with less ado than the mapped one."""
    found: Column[Any] = attribute.property.columns[0]
    return found


class Dialect:
    """What differs between the databases when conditions are written.

    ``stops_soon``: a page is read, not all there is. PostgreSQL is then kept from working out first which of all cases
    have a row beside them: it does so whenever its statistics promise little work.
    """

    def __init__(self, *, sqlite: bool, stops_soon: bool = False) -> None:
        self.sqlite = sqlite
        self.asks_each = stops_soon and not sqlite

    def unindexed(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """SQLite guesses without statistics: this tells it not to read an index by this column."""
        return UnaryExpression(column, operator=custom_op("+"), type_=column.type) if self.sqlite else column

    def sorted_by(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """For an order that is to be made by sorting: PostgreSQL overrates words that it has never counted."""
        return self.unindexed(column) if self.sqlite else func.coalesce(column, column, type_=column.type)

    def once(self, listing: Any) -> Any:
        """A listing that is worked out by itself, as if all of it were wanted."""
        if self.sqlite:
            return listing
        return select(listing.cte().prefix_with("MATERIALIZED").c.id)

    def listing(self, text: Condition, without: Condition | None = None) -> Select[Any]:
        """The ids of the cases with this text."""
        return listing(text, sqlite=self.sqlite, without=without)

    def filter(self, condition: Condition) -> ColumnElement[bool]:
        """Asked of the rows that something else has found."""
        match condition:
            case Both():
                return and_(true(), *(self.filter(part) for part in condition.parts))
            case Either():
                return or_(false(), *(self.filter(part) for part in condition.parts))
            case Contains():
                found: ColumnElement[bool] = self.unindexed(CASES.id).in_(
                    self.listing(replace(condition, negated=False))
                )
                return not_(found) if condition.negated else found
            case _:
                return self.leaf(condition)

    def leaf(self, leaf: OneOf | Between | StartsWith) -> ColumnElement[bool]:
        if leaf.field.column is None or leaf.field.owner is not None:
            found = elsewhere(leaf, asks_each=self.asks_each)
            return not_(found) if leaf.negated else found
        column = column_of(leaf.field.column)
        return scalar(leaf, self.unindexed(column), nullable=bool(column.nullable))

    def indexed(self, leaf: OneOf | Between) -> ColumnElement[bool]:
        """The same, for a condition that an index is to be read by."""
        assert leaf.field.column is not None, leaf.field.name  # noqa: S101
        column = column_of(leaf.field.column)
        return scalar(leaf, column, nullable=bool(column.nullable))


def scalar(leaf: OneOf | Between | StartsWith, column: ColumnElement[Any], *, nullable: bool) -> ColumnElement[bool]:
    """SQL's NULL is neither equal nor unequal to anything; here it is unequal."""
    found = among(leaf, column)
    if not leaf.negated:
        return found
    if not nullable or (isinstance(leaf, OneOf) and None in leaf.values):
        return not_(found)
    return or_(column.is_(None), not_(found))


def among(leaf: Leaf, column: ColumnElement[Any]) -> ColumnElement[bool]:
    match leaf:
        case OneOf():
            return one_of(column, leaf.values)
        case Between():
            limits = [column >= bound(column, leaf.low)] if leaf.low is not None else []
            limits += [column < bound(column, leaf.high)] if leaf.high is not None else []
            return and_(column.is_not(None), *limits)
        case StartsWith():
            end = leaf.prefix.end if isinstance(leaf.prefix, Slot) else leaf.prefix + LAST
            return and_(column >= bound(column, leaf.prefix), column < bound(column, end))
    raise TypeError(leaf)


def one_of(column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    known = [bound(column, value) for value in sorted(value for value in values if value is not None)]
    if len(known) == 1:
        found = column.in_(known[0]) if is_list(known[0]) else column == known[0]
    else:
        found = column.in_(known)
    if None not in values:
        return found
    return or_(column.is_(None), found) if known else column.is_(None)


def bound(column: ColumnElement[Any], value: Any) -> Any:
    if isinstance(value, Slot):
        return bindparam(value.name, type_=column.type, expanding=value.many)
    return value


def is_list(value: Any) -> bool:
    return isinstance(value, BindParameter) and value.expanding


def elsewhere(leaf: OneOf | Between | StartsWith, *, asks_each: bool) -> ColumnElement[bool]:
    """A field that is kept in rows beside the case: there is one that meets the condition, or none at all."""
    found = beside(leaf.field, owners(leaf), asks_each=asks_each)
    if not isinstance(leaf, OneOf) or None not in leaf.values:
        return found
    any_row = select(owner_of(leaf.field)).where(belongs(leaf.field))
    nothing = not_(beside(leaf.field, any_row, asks_each=asks_each))
    return or_(nothing, found) if len(leaf.values) > 1 else nothing


def beside(field: Field, rows: Select[Any], *, asks_each: bool) -> ColumnElement[bool]:
    """One of the rows is the case's. PostgreSQL never makes a join of a subquery with an OFFSET."""
    of_case = rows.where(owner_of(field) == CASES.id).correlate(Case.__table__)
    return exists(of_case.offset(literal_column("0")) if asks_each else of_case)


def owners(leaf: OneOf | Between | StartsWith) -> Select[Any]:
    """The ids of the cases that have such a row."""
    value = ATTRIBUTES.c.value if leaf.field.kind == Kind.ATTRIBUTE else column_of_field(leaf.field)
    known = OneOf(leaf.field, leaf.values - {None}) if isinstance(leaf, OneOf) else leaf
    return select(owner_of(leaf.field).label("id")).where(belongs(leaf.field), among(known, value))


def owner_of(field: Field) -> ColumnElement[int]:
    return ATTRIBUTES.c.case_id if field.owner is None else column_of(field.owner)


def column_of_field(field: Field) -> ColumnElement[Any]:
    assert field.column is not None, field.name  # noqa: S101
    return column_of(field.column)


def belongs(field: Field) -> ColumnElement[bool]:
    if field.kind == Kind.TICKET:
        return column_of(Ticket.unlinked_at).is_(None)
    return ATTRIBUTES.c.name == field.name if field.kind == Kind.ATTRIBUTE else true()
