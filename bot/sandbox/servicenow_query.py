"""Encoded queries, as far as they are used here. ServiceNow, "Encoded query strings".

The real one takes no notice of a condition that it does not understand, and answers with all records; here it is
refused.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .servicenow_wire import Refusal

# By the longest first: `>=` is not `>`, `NOT IN` not `IN`.
CONDITION = re.compile(
    r"(?P<field>[a-z_][a-z0-9_.]*)"
    r"(?P<operator>>=|<=|!=|=|>|<|NOT LIKE|LIKE|STARTSWITH|NOT IN|IN|ISNOTEMPTY|ISEMPTY)(?P<value>.*)",
    re.DOTALL,
)
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda have, want: have.casefold() == want.casefold(),
    "!=": lambda have, want: have.casefold() != want.casefold(),
    ">=": lambda have, want: have >= want,
    "<=": lambda have, want: have <= want,
    ">": lambda have, want: have > want,
    "<": lambda have, want: have < want,
    "LIKE": lambda have, want: want.casefold() in have.casefold(),
    "NOT LIKE": lambda have, want: want.casefold() not in have.casefold(),
    "STARTSWITH": lambda have, want: have.casefold().startswith(want.casefold()),
    "IN": lambda have, want: have in want.split(","),
    "NOT IN": lambda have, want: have not in want.split(","),
    "ISEMPTY": lambda have, want: not have,
    "ISNOTEMPTY": lambda have, want: bool(have),
}

# A record's value of a field, which may be dot-walked.
Look = Callable[[str], str]


@dataclass(frozen=True)
class Condition:
    field: str
    operator: str
    value: str

    def holds(self, look: Look) -> bool:
        return OPERATORS[self.operator](look(self.field), self.value)


@dataclass(frozen=True)
class Query:
    """`clauses`: any may hold; in each, of every group of conditions at least one. `order`: fields, `-` if
    descending."""

    clauses: Sequence[Sequence[Sequence[Condition]]]
    order: Sequence[str]

    @property
    def fields(self) -> set[str]:
        conditions = {one.field for clause in self.clauses for group in clause for one in group}
        return conditions | {field.removeprefix("-") for field in self.order}

    def holds(self, look: Look) -> bool:
        return any(all(any(one.holds(look) for one in group) for group in clause) for clause in self.clauses)


def parse(text: str) -> Query:
    order: list[str] = []
    clauses: list[list[list[Condition]]] = [[]]
    for part in filter(None, text.split("^")):
        if part.startswith("ORDERBY"):
            field = part.removeprefix("ORDERBY")
            order.append(f"-{field.removeprefix('DESC')}" if field.startswith("DESC") else field)
        elif part == "EQ":
            break
        elif part.startswith("NQ"):
            clauses.append([[condition(part.removeprefix("NQ"))]])
        elif part.startswith("OR") and clauses[-1]:
            clauses[-1][-1].append(condition(part.removeprefix("OR")))
        else:
            clauses[-1].append([condition(part)])
    return Query(clauses, order)


def condition(text: str) -> Condition:
    found = CONDITION.fullmatch(text)
    if found is None:
        raise Refusal(400, "Invalid query", f"'{text}' is not understood")
    return Condition(found["field"], found["operator"], found["value"])
