"""Socket Mode: tickets, hello, envelopes, acknowledgements, disconnects (docs.slack.dev, "Using Socket Mode")."""

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import WSMsgType, web

from .deliveries import Ack
from .traffic import Traffic
from .wire import Json

MAX_CONNECTIONS = 10
DisconnectReason = Literal["warning", "refresh_requested", "link_disabled"]


@dataclass(eq=False)
class _Connection:
    """`leaving`: announced to close; it takes no further envelopes."""

    number: int
    socket: web.WebSocketResponse
    request: web.Request
    leaving: bool = False

    @property
    def usable(self) -> bool:
        return not self.leaving and not self.socket.closed

    def cut(self) -> None:
        self.leaving = True
        if self.request.transport is not None:
            self.request.transport.abort()


class Sockets:
    """The app's connections; every envelope goes to one of them in turn. An acknowledgement may come over any."""

    def __init__(
        self, traffic: Traffic, app_id: str, ack_timeout: float, changed: Callable[[], None], ping_seconds: float = 0.1
    ) -> None:
        self._traffic, self._app_id, self._ack_timeout, self._changed = traffic, app_id, ack_timeout, changed
        self._ping_seconds = ping_seconds
        self._tickets: set[str] = set()
        self._open: list[_Connection] = []
        self._waiting: dict[str, tuple[asyncio.Future[Json], bool]] = {}
        self._turn = 0
        self._count = 0

    @property
    def count(self) -> int:
        return len(self._usable())

    def new_ticket(self) -> str:
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    # -- the connection -------------------------------------------------------------------------------------------
    async def connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            self._traffic.refuse("socket_ticket", "a ticket is for one connection", {"ticket": ticket[:4] + "…"})
            return web.Response(status=403, text="invalid_ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(max_msg_size=16 * 1024 * 1024)
        await socket.prepare(request)
        if len(self._open) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._count += 1
        await self._serve(_Connection(self._count, socket, request))
        return socket

    async def _serve(self, connection: _Connection) -> None:
        self._open.append(connection)
        self._note("open", connection)
        pings = asyncio.get_running_loop().create_task(self._ping(connection))
        try:
            await connection.socket.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self._open),
                    "connection_info": {"app_id": self._app_id},
                    "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
                }
            )
            self._changed()
            async for frame in connection.socket:
                if frame.type is WSMsgType.TEXT:
                    self._acknowledged(frame.data)
        except ConnectionError:
            self._note("broken", connection)
        finally:
            pings.cancel()
            self._open.remove(connection)
            self._note("closed", connection)
            self._changed()

    async def _ping(self, connection: _Connection) -> None:
        """Often, and never empty: the SDK's builtin client notices that it is to close only when something arrives, and
        waits for more after a frame of two bytes (slack_sdk 3.47, socket_mode/builtin/internals.py)."""
        while not connection.socket.closed:
            await asyncio.sleep(self._ping_seconds)
            try:
                await connection.socket.ping(b"Ping from the sandbox")
            except ConnectionError:
                return

    def _note(self, what: str, connection: _Connection) -> None:
        self._traffic.add("socket", what, {"connection": connection.number, "connections": len(self._open)})

    def _acknowledged(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            self._traffic.refuse("socket_frame", "not JSON", {"frame": text[:200]})
            return
        envelope_id = frame.get("envelope_id") if isinstance(frame, dict) else None
        if not envelope_id or set(frame) - {"envelope_id", "payload"}:
            self._traffic.refuse("socket_frame", "an acknowledgement has envelope_id and perhaps payload", frame)
            return
        future, takes_payload = self._waiting.pop(envelope_id, (None, True))
        if future is None or future.done():
            self._traffic.warn("late_ack", "acknowledged too late, or twice", frame)
            return
        if frame.get("payload") and not takes_payload:
            self._traffic.warn("ack_payload", "this envelope takes no response payload", frame)
        future.set_result(frame)

    # -- deliveries -----------------------------------------------------------------------------------------------
    def _usable(self) -> list[_Connection]:
        return [connection for connection in self._open if connection.usable]

    async def send(self, kind: str, payload: Json, attempt: int, reason: str, drop: bool) -> Ack:
        """Before the app has connected for the first time nothing is kept for it."""
        usable = self._usable()
        if not usable:
            return Ack(None, 0.0, "connection_failed", final=self._count == 0)
        self._turn += 1
        connection = usable[self._turn % len(usable)]
        envelope_id = secrets.token_hex(16)
        envelope: Json = {"envelope_id": envelope_id, "payload": payload, "type": kind}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = (future, kind != "events_api")
        try:
            await connection.socket.send_json(envelope)
            if drop:
                connection.cut()
            frame = await asyncio.wait_for(future, self._ack_timeout)
        except TimeoutError:
            return Ack(None, 0.0, "timeout")
        except ConnectionError:
            return Ack(None, 0.0, "connection_failed")
        finally:
            self._waiting.pop(envelope_id, None)
        answer = frame.get("payload")
        return Ack(answer if isinstance(answer, dict) else None, 0.0)

    # -- what goes wrong ------------------------------------------------------------------------------------------
    async def disconnect(self, reason: DisconnectReason, grace: float) -> None:
        """Announces the end to every connection and closes them `grace` seconds later."""
        going = list(self._open)
        for connection in going:
            connection.leaving = True
            if not connection.socket.closed:
                frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
                await connection.socket.send_json(frame)
        self._traffic.add("socket", f"disconnect {reason}", {"connections": len(going)})
        self._changed()
        await asyncio.sleep(grace)
        for connection in going:
            await connection.socket.close()

    def drop_all(self) -> None:
        """Breaks every connection without a word."""
        for connection in list(self._open):
            connection.cut()

    async def stop(self) -> None:
        self._tickets.clear()
        for connection in list(self._open):
            await connection.socket.close(code=1001)
