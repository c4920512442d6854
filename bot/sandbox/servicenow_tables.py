"""The tables that the local ServiceNow has, with their fields and choices, as an instance has them out of the box.

Sources: ServiceNow, "Task table", "Incident states and resolution codes", "Data lookup rules" (priority matrix).
"""

from dataclasses import dataclass, field
from typing import Literal

Type = Literal["string", "integer", "boolean", "date", "reference", "journal", "choice"]


@dataclass(frozen=True)
class Column:
    """`of`: the table that a reference leads to. `computed`: what is written into it is overwritten at once."""

    label: str
    type: Type = "string"
    most: int = 255
    of: str = ""
    computed: bool = False


@dataclass(frozen=True)
class Table:
    """`display`: the field that stands for a record where others refer to it."""

    name: str
    label: str
    parent: str = ""
    prefix: str = ""
    display: str = "sys_id"
    own: dict[str, Column] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Column]:
        return SYS | (TABLES[self.parent].columns if self.parent else {}) | self.own


SYS = {
    "sys_id": Column("Sys ID", most=32, computed=True),
    "sys_created_on": Column("Created", "date", computed=True),
    "sys_created_by": Column("Created by", computed=True),
    "sys_updated_on": Column("Updated", "date", computed=True),
    "sys_updated_by": Column("Updated by", computed=True),
    "sys_mod_count": Column("Updates", "integer", computed=True),
}
TASK = {
    "number": Column("Number", computed=True),
    "sys_class_name": Column("Task type", computed=True),
    "short_description": Column("Short description", most=160),
    "description": Column("Description", most=4000),
    "state": Column("State", "choice"),
    "impact": Column("Impact", "choice"),
    "urgency": Column("Urgency", "choice"),
    "priority": Column("Priority", "choice", computed=True),
    "assigned_to": Column("Assigned to", "reference", of="sys_user"),
    "assignment_group": Column("Assignment group", "reference", of="sys_user_group"),
    "opened_by": Column("Opened by", "reference", of="sys_user"),
    "active": Column("Active", "boolean", computed=True),
    "correlation_id": Column("Correlation ID", most=100),
    "correlation_display": Column("Correlation display", most=100),
    "work_notes": Column("Work notes", "journal", most=1_000_000),
    "comments": Column("Additional comments", "journal", most=1_000_000),
}
INCIDENT = {
    "caller_id": Column("Caller", "reference", of="sys_user"),
    "category": Column("Category", "choice"),
    "close_code": Column("Resolution code", "choice"),
    "close_notes": Column("Resolution notes", most=4000),
    "hold_reason": Column("On hold reason", "choice"),
}
USER = {
    "user_name": Column("User ID", most=40),
    "name": Column("Name"),
    "email": Column("Email", most=100),
    "active": Column("Active", "boolean"),
}
CHOICE = {
    "name": Column("Table"),
    "element": Column("Element"),
    "value": Column("Value"),
    "label": Column("Label"),
    "language": Column("Language"),
    "sequence": Column("Sequence", "integer"),
    "inactive": Column("Inactive", "boolean"),
}
JOURNAL = {
    "name": Column("Table"),
    "element": Column("Element"),
    "element_id": Column("Element ID", most=32),
    "value": Column("Value", most=1_000_000),
}
DELETED = {
    "tablename": Column("Table"),
    "documentkey": Column("Document key", most=32),
    "display_value": Column("Display value"),
}
GROUP = {"name": Column("Name"), "active": Column("Active", "boolean")}

TABLES = {
    table.name: table
    for table in (
        Table("task", "Task", prefix="TASK", display="number", own=TASK),
        Table("incident", "Incident", "task", "INC", "number", INCIDENT),
        Table("problem", "Problem", "task", "PRB", "number"),
        Table("change_request", "Change Request", "task", "CHG", "number"),
        Table("sc_task", "Catalog Task", "task", "SCTASK", "number"),
        Table("sys_user", "User", display="name", own=USER),
        Table("sys_user_group", "Group", display="name", own=GROUP),
        Table("sys_choice", "Choice", display="label", own=CHOICE),
        Table("sys_journal_field", "Journal Entry", own=JOURNAL),
        Table("sys_audit_delete", "Deleted Record", display="display_value", own=DELETED),
    )
}
TASKS = tuple(name for name, table in TABLES.items() if table.parent == "task")
WRITABLE = frozenset(TASKS)

LEVELS = {"1": "High", "2": "Medium", "3": "Low"}
CHOICES: dict[tuple[str, str], dict[str, str]] = {
    ("task", "state"): {
        "-5": "Pending", "1": "Open", "2": "Work in Progress", "3": "Closed Complete", "4": "Closed Incomplete",
        "7": "Closed Skipped",
    },
    ("task", "impact"): LEVELS,
    ("task", "urgency"): LEVELS,
    ("task", "priority"): {
        "1": "1 - Critical", "2": "2 - High", "3": "3 - Moderate", "4": "4 - Low", "5": "5 - Planning",
    },
    ("incident", "state"): {
        "1": "New", "2": "In Progress", "3": "On Hold", "6": "Resolved", "7": "Closed", "8": "Canceled",
    },
    ("incident", "category"): {
        "inquiry": "Inquiry / Help", "software": "Software", "hardware": "Hardware", "network": "Network",
        "database": "Database",
    },
    ("incident", "close_code"): {
        code: code
        for code in (
            "Duplicate", "Known error", "No resolution provided", "Resolved by caller", "Resolved by change",
            "Resolved by problem", "Resolved by request", "Solution provided", "Workaround provided", "User error",
        )
    },
    ("incident", "hold_reason"): {
        "1": "Awaiting Caller", "5": "Awaiting Change", "3": "Awaiting Problem", "4": "Awaiting Vendor",
    },
    ("problem", "state"): {
        "101": "New", "102": "Assess", "103": "Root Cause Analysis", "104": "Fix in Progress", "106": "Resolved",
        "107": "Closed",
    },
    ("change_request", "state"): {
        "-5": "New", "-4": "Assess", "-3": "Authorize", "-2": "Scheduled", "-1": "Implement", "0": "Review",
        "3": "Closed", "4": "Canceled",
    },
}  # fmt: skip
FIRST_STATE = {"incident": "1", "problem": "101", "change_request": "-5", "sc_task": "1"}
CLOSED = {
    "incident": {"7", "8"}, "problem": {"107"}, "change_request": {"3", "4"}, "sc_task": {"3", "4", "7"},
}  # fmt: skip
# By impact and urgency.
PRIORITIES = {
    ("1", "1"): "1", ("1", "2"): "2", ("1", "3"): "3",
    ("2", "1"): "2", ("2", "2"): "3", ("2", "3"): "4",
    ("3", "1"): "3", ("3", "2"): "4", ("3", "3"): "5",
}  # fmt: skip


def choices(table: str, element: str) -> dict[str, str]:
    """Those of the table itself, or of the one that it extends."""
    while (table, element) not in CHOICES and TABLES[table].parent:
        table = TABLES[table].parent
    return CHOICES.get((table, element), {})
