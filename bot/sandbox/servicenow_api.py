"""The Table API over the records: `/api/now/table/…`, as ServiceNow's page "Table API" describes it, strictly."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from .servicenow_query import parse
from .servicenow_records import JOURNALS, Records
from .servicenow_tables import TABLES, Column, choices
from .servicenow_wire import MISSING, STAMP, Refusal, Row

ROOT = "/api/now/table/"
PARAMETERS = frozenset(
    f"sysparm_{name}"
    for name in (
        "query", "limit", "offset", "fields", "display_value", "exclude_reference_link", "view",
        "suppress_pagination_header", "input_display_value",
    )
)  # fmt: skip
MOST = 10_000
# Display values are in the user's time zone: nobody gets away with reading them as UTC.
AWAY = timedelta(hours=-8)


class TableApi:
    """`passwords`: by user name. `closed`: tables with `read` or `write` that nobody but an admin may."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.url = ""
        self.passwords: dict[str, str] = {}
        self.closed: set[tuple[str, str]] = set()

    def answer(self, request: web.Request, raw: bytes) -> web.Response:
        try:
            by = self.signed_in(request.headers.get("Authorization", ""))
            table, _, sys_id = request.path.removeprefix(ROOT).partition("/")
            if table not in TABLES:
                raise Refusal(400, f"Invalid table {table}")
            return self.act(request, table, sys_id, raw, by)
        except Refusal as refusal:
            return refusal.answer()

    def signed_in(self, header: str) -> str:
        scheme, _, rest = header.partition(" ")
        try:
            name, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name = password = ""
        if scheme.lower() != "basic" or not password or self.passwords.get(name) != password:
            raise Refusal(401, "User Not Authenticated", "Required to provide Auth information")
        return name

    def act(self, request: web.Request, table: str, sys_id: str, raw: bytes, by: str) -> web.Response:
        parameters = dict(request.query)
        if unknown := set(parameters) - PARAMETERS:
            raise Refusal(400, "Invalid parameter", ", ".join(sorted(unknown)))
        shown = Showing(self, table, parameters)
        match request.method, bool(sys_id):
            case "GET", False:
                return self.list(table, shown, parameters)
            case "GET", True:
                if (table, "read") in self.closed:
                    raise Refusal(404, *MISSING)
                return result(shown.row(self.records.one(table, sys_id)))
            case "POST", False:
                row = self.records.insert(table, self.body(request, table, raw, "Insert"), by)
                return result(shown.row(row), 201, {"Location": f"{self.url}{ROOT}{table}/{row['sys_id']}"})
            case "PUT" | "PATCH", True:
                self.records.one(table, sys_id)
                values = self.body(request, table, raw, "Update")
                return result(shown.row(self.records.update(table, sys_id, values, by)))
            case "DELETE", True:
                self.may_write(table, "Delete")
                self.records.delete(table, sys_id, by)
                return web.Response(status=204)
        raise Refusal(405, "Method not supported", f"{request.method} {request.path}")

    def body(self, request: web.Request, table: str, raw: bytes, what: str) -> Row:
        self.may_write(table, what)
        if request.content_type != "application/json" or "json" not in request.headers.get("Accept", ""):
            raise Refusal(415, "Unsupported media type", request.content_type)
        try:
            values = json.loads(raw)
        except ValueError:
            raise Refusal(400, "Exception while reading request", "The payload is not valid JSON") from None
        if not isinstance(values, dict):
            raise Refusal(400, "Exception while reading request", "Expected an object")
        return values

    def may_write(self, table: str, what: str) -> None:
        if (table, "write") in self.closed:
            raise Refusal(403, "Operation Failed", f"ACL Exception {what} Failed due to security constraints")

    def list(self, table: str, shown: "Showing", parameters: Mapping[str, str]) -> web.Response:
        if (table, "read") in self.closed:
            raise Refusal(403, "Insufficient rights to query records", "Table is not readable")
        query = parse(parameters.get("sysparm_query", ""))
        for path in query.fields:
            if self.records.column(table, path) is None:
                raise Refusal(400, "Invalid query", f"'{path}' is no field of {table}")
        rows = [row for row in self.records.all_of(table) if query.holds(self.looker(table, row))]
        for path in reversed(query.order):
            name = path.removeprefix("-")
            rows.sort(key=lambda row, name=name: self.records.look(table, row, name), reverse=path.startswith("-"))  # type: ignore[misc]
        start, most = number(parameters, "offset", 0), min(number(parameters, "limit", MOST), MOST)
        page = [shown.row(row) for row in rows[start : start + most]]
        return result(page, headers={"X-Total-Count": str(len(rows))})

    def looker(self, table: str, row: Row) -> Any:
        return lambda path: self.records.look(table, row, path)


class Showing:
    """How one request wants to see records."""

    def __init__(self, api: TableApi, table: str, parameters: Mapping[str, str]) -> None:
        self.api, self.records, self.table = api, api.records, table
        self.display = parameters.get("sysparm_display_value", "false").lower()
        if self.display not in {"true", "false", "all"}:
            raise Refusal(400, "Invalid parameter", "sysparm_display_value")
        self.plain = parameters.get("sysparm_exclude_reference_link", "false").lower() == "true"
        self.fields = [name for name in parameters.get("sysparm_fields", "").split(",") if name]
        for path in self.fields:
            if self.records.column(table, path) is None:
                raise Refusal(400, "Invalid parameter", f"sysparm_fields: '{path}' is no field of {table}")

    def row(self, row: Row) -> dict[str, Any]:
        kind = row.get("sys_class_name") or self.table
        return {path: self.value(row, kind, path) for path in self.fields or TABLES[self.table].columns}

    def value(self, row: Row, kind: str, path: str) -> Any:
        value, display = self.records.look(kind, row, path), self.displayed(row, kind, path)
        found = self.records.column(kind, path)
        column = found[2] if found else Column("")
        link = f"{self.api.url}{ROOT}{column.of}/{value}"
        if column.type != "reference" or not value:
            return {"true": display, "all": {"display_value": display, "value": value}}.get(self.display, value)
        if self.display == "all":
            both = {"display_value": display, "value": value}
            return both if self.plain else both | {"link": link}
        if self.plain:
            return display if self.display == "true" else value
        return {"link": link, "display_value": display} if self.display == "true" else {"link": link, "value": value}

    def displayed(self, row: Row, kind: str, path: str) -> str:
        found = self.records.column(kind, path)
        value = self.records.look(kind, row, path)
        if found is None:
            return value
        table, name, column = found
        if column.type == "choice":
            return choices(table if "." in path else kind, name).get(value, value)
        if column.type == "reference":
            there = self.records.rows[column.of].get(value)
            return there[TABLES[column.of].display] if there else ""
        if column.type == "date" and value:
            return (datetime.strptime(value, STAMP) + AWAY).strftime(STAMP)
        if name in JOURNALS:
            return self.told(row, name, column.label)
        return TABLES[value].label if name == "sys_class_name" else value

    def told(self, row: Row, name: str, label: str) -> str:
        """All entries in one text, the newest first."""
        entries = self.records.journal(row["sys_id"], name)
        return "\n\n".join(
            f"{one['sys_created_on']} - {one['sys_created_by']} ({label})\n{one['value']}" for one in entries
        )


def number(parameters: Mapping[str, str], name: str, default: int) -> int:
    value = parameters.get(f"sysparm_{name}", str(default))
    if not value.isdigit():
        raise Refusal(400, "Invalid parameter", f"sysparm_{name}")
    return int(value)


def result(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"result": value}, status=status, headers=dict(headers or {}))
