"""A local ServiceNow: the Table API with the tables that tickets need, a page to look at them, and a business rule."""

import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from .endpoint import Endpoint
from .faults import Fault
from .servicenow_api import ROOT, TableApi
from .servicenow_calling import Calls
from .servicenow_page import Page
from .servicenow_records import JOURNALS, Done, Records, Rule
from .servicenow_wire import Refusal, Row, http_date
from .wire import Json


class LocalServiceNow(Endpoint):
    """`with LocalServiceNow() as servicenow:`; Casebook's own account is `user` with `password`.

    Whatever is done here by hand makes the same calls as what is done over the wire. `calls` and faults are of the
    Table API alone; a fault of kind `error` is one of its refusals, with the value for its detail.
    """

    def __init__(self, port: int = 0, now: Callable[[], float] = time.time) -> None:
        super().__init__(port, now)
        self.user, self.password = "casebook", "let-me-in"
        self.records = Records(now, self._told)
        self.hooks = Calls(self.records, now, self.moved)
        self.api = TableApi(self.records)
        self.page = Page(self.records)
        system = {"user_name": "system", "name": "System Administrator", "active": "true"}
        self.records.add("sys_user", system)
        self._add_user(self.user, "Casebook", "", self.password)

    def _told(self, done: Done) -> None:
        self.hooks.told(done)

    # -- as its admin --------------------------------------------------------------------------------------------------

    def add_user(self, user_name: str, name: str, email: str = "", *, active: bool = True) -> str:
        """Their sys_id."""
        return self.ask(lambda: self._add_user(user_name, name, email, "", active))

    def _add_user(self, user_name: str, name: str, email: str, password: str = "", active: bool = True) -> str:
        row = {"user_name": user_name, "name": name, "email": email, "active": str(active).lower()}
        if password:
            self.api.passwords[user_name] = password
        return self.records.add("sys_user", row)["sys_id"]

    def add_group(self, name: str, *, active: bool = True) -> str:
        """Its sys_id."""
        row = {"name": name, "active": str(active).lower()}
        return self.ask(lambda: self.records.add("sys_user_group", row)["sys_id"])

    def hook(self, url: str, secret: str) -> None:
        """Where the business rule calls from now on, and what it signs with; nowhere if empty."""
        self.hooks.url, self.hooks.secret = url, secret

    def close(self, table: str, what: str) -> None:
        """Nobody may `read` or `write` it any more."""
        self.ask(self.api.closed.add, (table, what))

    def open(self, table: str, what: str) -> None:
        self.ask(self.api.closed.discard, (table, what))

    def require(self, table: str, name: str) -> None:
        """A data policy: no new record without that field."""
        self.ask(self.records.mandatory.add, (table, name))

    def abort_when(self, rule: Rule) -> None:
        """A business rule that aborts inserts and updates."""
        self.ask(self.records.rules.append, rule)

    def snapshot(self) -> Json:
        return self.ask(self.records.snapshot) if self.is_running else self.records.snapshot()

    def restore(self, state: Json) -> None:
        """Before it is started. Raises KeyError for a snapshot of another make."""
        self.records.restore(state)

    # -- as a person there ---------------------------------------------------------------------------------------------

    def insert(self, table: str, by: str, **values: str) -> str:
        """The number of the new record."""
        return self.ask(lambda: self.records.insert(table, values, by)["number"])

    def edit(self, number: str, by: str, **values: str) -> None:
        self.ask(self._edit, number, by, values)

    def _edit(self, number: str, by: str, values: Row) -> None:
        row = self.records.numbered(number)
        self.records.update(row["sys_class_name"], row["sys_id"], values, by)

    def set_state(self, number: str, state: str, by: str) -> None:
        """By its value. What the data policies want is filled in."""
        closing = {"close_code": "Solution provided", "close_notes": "Done."}
        fills = {"3": {"hold_reason": "4"}, "6": closing, "7": closing}
        is_incident = self.record(number)["sys_class_name"] == "incident"
        self.edit(number, by, state=state, **(fills.get(state, {}) if is_incident else {}))

    def comment(self, number: str, text: str, by: str, *, internal: bool = False) -> None:
        self.edit(number, by, **{JOURNALS[0] if internal else JOURNALS[1]: text})

    def assign(self, number: str, to: str | None, by: str) -> None:
        """`to`: a user name."""
        sys_id = self.ask(lambda: self.records.user(to)["sys_id"]) if to else ""
        self.edit(number, by, assigned_to=sys_id)

    def delete(self, number: str, by: str) -> None:
        def delete() -> None:
            row = self.records.numbered(number)
            self.records.delete(row["sys_class_name"], row["sys_id"], by)

        self.ask(delete)

    def record(self, number: str) -> Row:
        """Raw values. Raises LookupError while there is none."""
        return self.ask(lambda: dict(self.records.numbered(number)))

    def numbers(self, table: str = "task") -> list[str]:
        return self.ask(lambda: [row["number"] for row in self.records.all_of(table)])

    def journal(self, number: str, *, internal: bool) -> list[str]:
        """Its work notes, or its comments; the oldest first."""
        element = JOURNALS[0] if internal else JOURNALS[1]
        sys_id = self.record(number)["sys_id"]
        return self.ask(lambda: [row["value"] for row in reversed(self.records.journal(sys_id, element))])

    # -- on the wire ---------------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        await self.hooks.begin()
        await super()._begin()
        self.api.url = self.url

    async def _shut_down(self) -> None:
        await super()._shut_down()
        await self.hooks.end()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/api/"):
            return self._page(request, await request.post() if request.method == "POST" else {})
        answer = await super()._handle(request)
        answer.headers["Date"] = http_date(self.now())
        return answer

    def _page(self, request: web.Request, form: Any) -> web.Response:
        answer = self.page.answer(request, {name: str(value) for name, value in form.items()})
        self.moved()
        return answer

    def answer(self, request: web.Request, raw: bytes) -> web.Response:
        if not request.path.startswith(ROOT):
            return Refusal(400, f"Requested URI does not represent any resource: {request.path}").answer()
        return self.api.answer(request, raw)

    def _injected(self, faults: list[Fault]) -> web.Response | None:
        for fault in faults:
            if fault.kind == "error":
                return Refusal(403, "Operation Failed", str(fault.value)).answer()
        return super()._injected(faults)
