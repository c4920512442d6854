"""The records of the local ServiceNow, and what happens to them when they are written."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .servicenow_tables import (
    CHOICES,
    CLOSED,
    FIRST_STATE,
    PRIORITIES,
    TABLES,
    TASKS,
    WRITABLE,
    Column,
    choices,
)
from .servicenow_wire import MISSING, Refusal, Row, stamp
from .wire import Json

JOURNALS = ("work_notes", "comments")
# What a data policy wants filled, by table and state.
POLICIES = {
    ("incident", "3"): ("hold_reason",),
    ("incident", "6"): ("close_code", "close_notes"),
    ("incident", "7"): ("close_code", "close_notes"),
}
# The number that an instance begins with.
FIRST_NUMBER = 10001

# Why a business rule aborts an insert or update, if it does; it is given what was and what would be.
Rule = Callable[[Row, Row], str]


@dataclass(frozen=True)
class Done:
    """What was done to a record, as business rules are told. `entries`: rows of the journal that it made."""

    operation: str
    before: Row
    after: Row
    entries: Sequence[Row] = ()


class Records:
    """Without a server around them. `told` hears of all that is done to tasks."""

    def __init__(self, now: Callable[[], float], told: Callable[[Done], None]) -> None:
        self.now, self.told = now, told
        self.rows: dict[str, dict[str, Row]] = {name: {} for name in TABLES}
        self.rules: list[Rule] = []
        self.mandatory: set[tuple[str, str]] = set()
        self._numbers: Counter[str] = Counter()
        for (table, element), labels in CHOICES.items():
            for place, (value, label) in enumerate(labels.items()):
                row = {"name": table, "element": element, "value": value, "label": label, "sequence": str(place)}
                self.add("sys_choice", row | {"language": "en", "inactive": "false"})

    def add(self, table: str, values: Row, by: str = "system") -> Row:
        """A new record, whatever the policies say."""
        at = stamp(self.now())
        row = dict.fromkeys(TABLES[table].columns, "") | values | {
            "sys_id": secrets.token_hex(16), "sys_created_on": at, "sys_created_by": by, "sys_updated_on": at,
            "sys_updated_by": by, "sys_mod_count": "0",
        }  # fmt: skip
        self.rows[table][row["sys_id"]] = row
        return row

    def snapshot(self) -> Json:
        return {"rows": self.rows, "numbers": dict(self._numbers)}

    def restore(self, state: Json) -> None:
        """Replaces everything. Raises KeyError for a snapshot of another make."""
        self.rows = {name: dict(state["rows"][name]) for name in TABLES}
        self._numbers = Counter(state["numbers"])

    def all_of(self, table: str) -> Iterator[Row]:
        """With those of the tables that extend it."""
        for name in (*TASKS, "task") if table == "task" else (table,):
            yield from self.rows[name].values()

    def one(self, table: str, sys_id: str) -> Row:
        for row in self.all_of(table):
            if row["sys_id"] == sys_id:
                return row
        raise Refusal(404, *MISSING)

    def numbered(self, number: str) -> Row:
        return self.only("task", "number", number)

    def user(self, user_name: str) -> Row:
        return self.only("sys_user", "user_name", user_name)

    def only(self, table: str, name: str, value: str) -> Row:
        """Raises LookupError while there is none."""
        for row in self.all_of(table):
            if row[name] == value:
                return row
        raise LookupError(value)

    # -- written to ----------------------------------------------------------------------------------------------------

    def insert(self, table: str, values: Row, by: str) -> Row:
        if table not in WRITABLE:
            raise Refusal(403, "Operation Failed", "ACL Exception Insert Failed due to security constraints")
        defaults = {"state": FIRST_STATE[table], "impact": "3", "urgency": "3", "opened_by": self.user(by)["sys_id"]}
        self.check(table, values)
        after = dict.fromkeys(TABLES[table].columns, "") | defaults | values | {"sys_class_name": table}
        for name in sorted(name for wanted, name in self.mandatory if wanted == table and not after[name]):
            raise lacking(table, [name])
        self.settle({}, after)
        self._numbers[table] += 1
        after["number"] = f"{TABLES[table].prefix}{self._numbers[table] + FIRST_NUMBER - 1:07}"
        row = self.add(table, blank(after), by)
        entries = self.write_down(row, values, by)
        self.told(Done("insert", {}, dict(row), entries))
        return row

    def update(self, table: str, sys_id: str, values: Row, by: str) -> Row:
        row = self.one(table, sys_id)
        kind = row.get("sys_class_name") or table
        if kind not in WRITABLE:
            raise Refusal(403, "Operation Failed", "ACL Exception Update Failed due to security constraints")
        self.check(kind, values)
        before, after = dict(row), row | values
        self.settle(before, after)
        entries = self.write_down(row, values, by)
        if blank(after) != before or entries:
            row |= blank(after)
            row |= {"sys_updated_on": stamp(self.now()), "sys_updated_by": by}
            row["sys_mod_count"] = str(int(before["sys_mod_count"]) + 1)
            self.told(Done("update", before, dict(row), entries))
        return row

    def delete(self, table: str, sys_id: str, by: str) -> None:
        row = self.one(table, sys_id)
        kind = row.get("sys_class_name") or table
        if kind not in WRITABLE:
            raise Refusal(403, "Operation Failed", "ACL Exception Delete Failed due to security constraints")
        del self.rows[kind][sys_id]
        for entry in [one for one in self.all_of("sys_journal_field") if one["element_id"] == sys_id]:
            del self.rows["sys_journal_field"][entry["sys_id"]]
        gone = {"tablename": kind, "documentkey": sys_id, "display_value": row["number"]}
        self.add("sys_audit_delete", gone, by)
        self.told(Done("delete", row, row | {"sys_updated_on": stamp(self.now()), "sys_updated_by": by}))

    def check(self, table: str, values: Row) -> None:
        """The real one leaves out, cuts off or keeps what is wrong here, without a word."""
        columns = TABLES[table].columns
        for name, value in values.items():
            if name not in columns:
                raise Refusal(400, "Invalid field", f"'{name}' is no field of {table}")
            if why := self.mistake(table, name, columns[name], value):
                raise Refusal(400, "Invalid value", f"'{name}' {why}")

    def mistake(self, table: str, name: str, column: Column, value: object) -> str:
        if not isinstance(value, str):
            return "is not a string"
        if len(value) > column.most:
            return f"is longer than {column.most} characters"
        if column.type == "reference" and value and value not in self.rows[column.of]:
            return f"is no sys_id of {column.of}"
        if column.type == "choice" and value and not column.computed and value not in choices(table, name):
            return f"is no choice: {value}"
        return ""

    def settle(self, before: Row, after: Row) -> None:
        """Business rules and data policies."""
        table, state = after["sys_class_name"], after["state"]
        computed = {name for name, column in TABLES[table].columns.items() if column.computed}
        after |= {name: before[name] for name in computed if name in before}
        after["priority"] = PRIORITIES.get((after["impact"], after["urgency"]), "")
        after["active"] = "false" if state in CLOSED[table] else "true"
        if missing := [name for name in POLICIES.get((table, state), ()) if not after[name]]:
            raise lacking(table, missing)
        for rule in self.rules:
            if why := rule(before, after):
                words = f"Operation against file '{table}' was aborted by Business Rule '{why}^4d4f378a'. "
                raise Refusal(403, "Operation Failed", f"{words}Business Rule Stack:{why}")

    def write_down(self, row: Row, values: Row, by: str) -> list[Row]:
        table = row["sys_class_name"]
        entries = [(name, values[name]) for name in JOURNALS if values.get(name)]
        return [
            self.add(
                "sys_journal_field", {"name": table, "element": name, "element_id": row["sys_id"], "value": text}, by
            )
            for name, text in entries
        ]

    # -- looked at -----------------------------------------------------------------------------------------------------

    def look(self, table: str, row: Row, path: str) -> str:
        """The value of a field, also of one that is reached by way of references: `assigned_to.email`."""
        name, _, rest = path.partition(".")
        if not rest:
            return row.get(name, "")
        column = TABLES[table].columns[name]
        there = self.rows[column.of].get(row.get(name, ""))
        return self.look(column.of, there, rest) if there else ""

    def column(self, table: str, path: str) -> tuple[str, str, Column] | None:
        """The table, name and column that a path ends at."""
        name, _, rest = path.partition(".")
        column = TABLES[table].columns.get(name)
        if column is None or not rest:
            return (table, name, column) if column else None
        return self.column(column.of, rest) if column.of else None

    def journal(self, sys_id: str, element: str) -> list[Row]:
        """The newest first."""
        entries = [row for row in self.all_of("sys_journal_field") if row["element_id"] == sys_id]
        return [row for row in reversed(entries) if row["element"] == element]


def blank(row: Row) -> Row:
    """What was written into a journal is kept elsewhere."""
    return row | dict.fromkeys(JOURNALS, "")


def lacking(table: str, names: Sequence[str]) -> Refusal:
    labels = ", ".join(TABLES[table].columns[name].label for name in names)
    return Refusal(403, "Operation Failed", f"Data Policy Exception: The following fields are mandatory: {labels}")
