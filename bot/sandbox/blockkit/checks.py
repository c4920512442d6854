"""The small checks of which the rules of Block Kit are put together. Each notes what is wrong and where."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..wire import Json


@dataclass
class Scan:
    """One pass over a payload. `surface`: message, modal or home."""

    surface: str
    problems: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)
    focused: int = 0
    inputs: int = 0
    tables: int = 0
    markdown: int = 0

    def refuse(self, path: str, words: str) -> None:
        self.problems.append(f"[ERROR] {words} [json-pointer:{path}]")


Check = Callable[[Scan, str, Any], None]


def anything(scan: Scan, path: str, value: Any) -> None:
    """Accepts whatever is there."""


def string(most: int, least: int = 1) -> Check:
    def check(scan: Scan, path: str, value: Any) -> None:
        if not isinstance(value, str):
            scan.refuse(path, "must provide a string")
        elif len(value) > most:
            scan.refuse(path, f"must be less than {most + 1} characters")
        elif len(value) < least:
            scan.refuse(path, f"must be more than {least - 1} characters")

    return check


def matching(pattern: str, words: str) -> Check:
    def check(scan: Scan, path: str, value: Any) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            scan.refuse(path, words)

    return check


def url(most: int = 3000) -> Check:
    def check(scan: Scan, path: str, value: Any) -> None:
        if not isinstance(value, str) or not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+$", value):
            scan.refuse(path, "must be a valid URL")
        elif len(value) > most:
            scan.refuse(path, f"must be less than {most + 1} characters")

    return check


def boolean(scan: Scan, path: str, value: Any) -> None:
    if not isinstance(value, bool):
        scan.refuse(path, "must be a boolean")


def integer(least: int, most: int) -> Check:
    def check(scan: Scan, path: str, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            scan.refuse(path, "must be an integer")
        elif not least <= value <= most:
            scan.refuse(path, f"must be between {least} and {most}")

    return check


def one_of(*values: str) -> Check:
    def check(scan: Scan, path: str, value: Any) -> None:
        if value not in values:
            scan.refuse(path, f"must be one of {', '.join(values)}")

    return check


def listed(item: Check, least: int = 1, most: int = 10_000) -> Check:
    def check(scan: Scan, path: str, value: Any) -> None:
        if not isinstance(value, list):
            scan.refuse(path, "must provide an array")
            return
        if len(value) < least:
            scan.refuse(path, f"no fewer than {least} items required")
        if len(value) > most:
            scan.refuse(path, f"no more than {most} items allowed")
            return
        for index, entry in enumerate(value):
            item(scan, f"{path}/{index}", entry)

    return check


def shape(
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    also: Callable[[Scan, str, Json], None] | None = None,
) -> Check:
    """An object with these keys and no others; `also` looks at it as a whole."""
    needed, allowed = dict(required or {}), dict(optional or {})

    def check(scan: Scan, path: str, value: Any) -> None:
        if not isinstance(value, dict):
            scan.refuse(path, "must be an object")
            return
        for name in needed:
            if name not in value:
                scan.refuse(path, f"missing required field: {name}")
        for name, entry in value.items():
            rule = needed.get(name) or allowed.get(name)
            if rule is None:
                scan.refuse(path, f"invalid additional property: {name}")
            else:
                rule(scan, f"{path}/{name}", entry)
        if also is not None:
            also(scan, path, value)

    return check


def typed(rules: Mapping[str, Check], what: str) -> Check:
    """An object whose `type` says which rule it must meet."""

    def check(scan: Scan, path: str, value: Any) -> None:
        if not isinstance(value, dict):
            scan.refuse(path, "must be an object")
            return
        kind = value.get("type")
        if kind is None:
            scan.refuse(path, "missing required field: type")
        elif kind not in rules:
            scan.refuse(f"{path}/type", f"unsupported {what}: {kind}")
        else:
            rules[kind](scan, path, value)

    return check
