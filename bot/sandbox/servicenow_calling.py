"""What a business rule like the one that Casebook publishes sends: one signed call for each insert, update, delete."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from .servicenow_records import Done, Records
from .servicenow_tables import choices
from .servicenow_wire import Row, stamp

# The rule's condition: only what is in step with a case.
LINKED = "Casebook"
WATCHED = ("short_description", "description", "state", "impact", "urgency", "priority", "assigned_to")
JSON = "application/json"

# Address, body, signature.
Parcel = tuple[str, bytes, str]


class Calls:
    """In order, each once: ServiceNow does not try again. `answers`: the statuses, 0 where none came."""

    def __init__(self, records: Records, now: Callable[[], float], moved: Callable[[], None]) -> None:
        self.records, self.now, self.moved = records, now, moved
        self.url = self.secret = ""
        self.bodies: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self._parcels: asyncio.Queue[Parcel] | None = None
        self._sender: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self._parcels = asyncio.Queue()
        self._sender = asyncio.create_task(self.send(self._parcels))

    async def end(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            await asyncio.gather(self._sender, return_exceptions=True)

    def told(self, done: Done) -> None:
        if self._parcels is None or not self.url or LINKED not in {
            done.before.get("correlation_display"), done.after["correlation_display"],
        }:  # fmt: skip
            return
        body = self.body(done)
        self.bodies.append(body)
        raw = json.dumps(body).encode("ascii")
        self._parcels.put_nowait((self.url, raw, sign(self.secret, raw)))

    async def send(self, parcels: asyncio.Queue[Parcel]) -> None:
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            while True:
                url, raw, signature = await parcels.get()
                headers = {"Content-Type": JSON, "User-Agent": "ServiceNow/1.0", "X-Hmac-Signature": signature}
                try:
                    async with session.post(url, data=raw, headers=headers) as answer:
                        self.answers.append(answer.status)
                except (ClientError, OSError, TimeoutError):
                    self.answers.append(0)
                self.moved()

    def body(self, done: Done) -> dict[str, Any]:
        row, before = done.after, done.before
        table = row["sys_class_name"]
        return {
            "event_id": f"{row['sys_id']}:{row['sys_mod_count']}",
            "sent_at": stamp(self.now()),
            "table": table,
            "operation": done.operation,
            "sys_id": row["sys_id"],
            "number": row["number"],
            "short_description": row["short_description"],
            "description": row["description"],
            "state": self.both(table, row, "state"),
            "impact": self.both(table, row, "impact"),
            "urgency": self.both(table, row, "urgency"),
            "priority": self.both(table, row, "priority"),
            "assigned_to": self.person(self.records.rows["sys_user"].get(row["assigned_to"])),
            "correlation_id": row["correlation_id"],
            "correlation_display": row["correlation_display"],
            "changed": [name for name in WATCHED if before.get(name, "") != row[name]],
            "comments": [self.entry(one) for one in done.entries],
            "updated_by": self.person(self.records.user(row["sys_updated_by"])),
            "updated_on": row["sys_updated_on"],
        }

    def both(self, table: str, row: Row, name: str) -> dict[str, str]:
        value = row[name]
        return {"value": value, "display": choices(table, name).get(value, value)}

    def person(self, row: Row | None) -> dict[str, str]:
        row = row or dict.fromkeys(("sys_id", "name", "email", "user_name"), "")
        return {"value": row["sys_id"], "display": row["name"], "email": row["email"], "user_name": row["user_name"]}

    def entry(self, row: Row) -> dict[str, Any]:
        return {
            "id": row["sys_id"],
            "type": row["element"],
            "value": row["value"],
            "by": self.person(self.records.user(row["sys_created_by"])),
            "at": row["sys_created_on"],
        }


def sign(secret: str, raw: bytes) -> str:
    """As GlideCertificateEncryption.generateMac does: base64, not hex."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()
