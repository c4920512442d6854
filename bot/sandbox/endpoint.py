"""An HTTP endpoint of the outside: it is posted to, misfortunes strike, and it remembers what came."""

import asyncio
import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from .faults import Fault, Faults
from .listener import Listener
from .running import Running

LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class Call:
    """`headers` by their names in small letters. `status` is what was answered, 0 if the connection was cut."""

    at: float
    path: str
    headers: dict[str, str]
    raw: bytes
    status: int


class Endpoint(Running):
    """`now`: Unix seconds. Faults are of calls to `*`: `drop_before` cuts the connection before it acts, `drop_after`
    when it has; `ratelimited` takes any value of Retry-After; a `status` from 300 on leads back here."""

    def __init__(self, port: int = 0, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.now = now
        self.url = ""
        self.faults = Faults()
        self.calls: list[Call] = []
        self._port = port
        self._listener: Listener | None = None

    @abstractmethod
    def answer(self, request: web.Request, raw: bytes) -> web.Response:
        """Act on it. On the server's thread."""

    async def _begin(self) -> None:
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._listener = await Listener.open(app, "127.0.0.1", self._port)
        self.url = f"http://127.0.0.1:{self._listener.port}"

    async def _shut_down(self) -> None:
        if self._listener is not None:
            await self._listener.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        struck = self.faults.strike_call(request.path, {})
        for fault in struck:
            if fault.kind == "delay":
                await asyncio.sleep(float(fault.value))
        kinds = {fault.kind for fault in struck}
        answer = web.Response() if "drop_before" in kinds else self._injected(struck) or self.answer(request, raw)
        is_cut = bool(kinds & {"drop_before", "drop_after"})
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.calls.append(Call(self.now(), request.path_qs, headers, raw, 0 if is_cut else answer.status))
        self.moved()
        if is_cut and request.transport is not None:
            request.transport.abort()
        return answer

    def _injected(self, faults: list[Fault]) -> web.Response | None:
        for fault in faults:
            if fault.kind == "status":
                led_back = {"Location": f"{self.url}/moved"} if 300 <= int(fault.value) < 400 else {}
                return web.Response(status=int(fault.value), text="upstream trouble", headers=led_back)
            if fault.kind == "ratelimited":
                return web.Response(
                    status=429, headers={} if fault.value is None else {"Retry-After": str(fault.value)}
                )
            if fault.kind == "error":
                return web.json_response({"message": fault.value}, status=400)
            if fault.kind == "html":
                return web.Response(text="<!DOCTYPE html><title>Maintenance</title>", content_type="text/html")
        return None
