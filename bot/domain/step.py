"""The steps that Casebook offers to workflows, which keep these names: later ones can only be optional."""

from collections.abc import Mapping
from dataclasses import dataclass

CREATE, STATUS, ASSIGN, NOTE, FIND = "create_case", "update_case_status", "assign_case", "add_case_note", "find_cases"


@dataclass(frozen=True, slots=True)
class Form:
    """What a step is given and what it gives back; ``needs`` must be there, ``may`` be there."""

    needs: tuple[str, ...]
    may: tuple[str, ...]
    gives: tuple[str, ...]


OF_A_CASE = ("key", "status", "link")
FORMS: Mapping[str, Form] = {
    CREATE: Form(
        needs=("run_as", "title"),
        may=("project", "type", "description", "priority", "assignee", "links"),
        gives=("key", "link", "channel", "message"),
    ),
    STATUS: Form(needs=("run_as", "case", "status"), may=("reason",), gives=OF_A_CASE),
    ASSIGN: Form(needs=("run_as", "case", "assignee"), may=(), gives=OF_A_CASE),
    NOTE: Form(needs=("run_as", "case", "note"), may=(), gives=OF_A_CASE),
    FIND: Form(needs=("run_as", "query"), may=(), gives=("count", "keys")),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a step. ``execution``: Slack's id of it. ``inputs``: without those that are empty."""

    name: str
    execution: str
    inputs: Mapping[str, str]
    links: tuple[str, ...] = ()
