"""Telling the app: interactions once, events until they are acknowledged or the retries are used up."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .faults import Fault, Faults
from .traffic import Traffic
from .wire import Json


@dataclass(frozen=True)
class Ack:
    """`payload`: what came with the acknowledgement. `reason`: why there was none, in the words of
    `x-slack-retry-reason`; "" when there was one. `final`: the app asked for no retries."""

    payload: Json | None
    ms: float
    reason: str = ""
    final: bool = False

    @property
    def timed_out(self) -> bool:
        return self.reason in ("timeout", "http_timeout")


class Transport(Protocol):
    async def send(self, kind: str, payload: Json, attempt: int, reason: str, drop: bool) -> Ack:
        """`attempt` 0 is the first. `drop`: break the connection right after sending (an injected fault)."""


class Deliveries:
    """`retry_delays`: seconds before attempt 1, 2, 3 of an unacknowledged event; Slack's own are 0, 60, 300."""

    def __init__(self, traffic: Traffic, faults: Faults, retry_delays: Sequence[float]) -> None:
        self._traffic, self._faults, self._retry_delays = traffic, faults, tuple(retry_delays)
        self.transport: Transport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, kind: str, payload: Json) -> Ack:
        """An interaction or a command: delivered once; the person waits for the answer."""
        struck = self._faults.strike_delivery(kind, payload)
        if any(fault.kind == "duplicate" for fault in struck):
            self._spawn(self._again(kind, payload))
        return await self._send(kind, payload, struck)

    def tell(self, payload: Json) -> None:
        """An event: delivered in the background."""
        self._spawn(self._tell(payload))

    async def settle(self) -> None:
        """Returns when nothing is under way any more, retries included."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _again(self, kind: str, payload: Json) -> None:
        await self._send(kind, payload, [])

    async def _tell(self, payload: Json) -> None:
        struck = self._faults.strike_delivery("events_api", payload)
        if any(fault.kind == "duplicate" for fault in struck):
            self._spawn(self._again("events_api", payload))
        ack = await self._send("events_api", payload, struck)
        for attempt, delay in enumerate(self._retry_delays, start=1):
            if not ack.reason or ack.final:
                return
            await asyncio.sleep(delay)
            struck = self._faults.strike_delivery("events_api", payload)
            ack = await self._send("events_api", payload, struck, attempt, ack.reason)
        if ack.reason and not ack.final:
            self._traffic.warn("event_lost", f"never acknowledged: {ack.reason}", payload)

    async def _send(self, kind: str, payload: Json, struck: list[Fault], attempt: int = 0, reason: str = "") -> Ack:
        kinds = {fault.kind for fault in struck}
        for fault in struck:
            if fault.kind == "delay":
                await asyncio.sleep(float(fault.value or 0))
        if "lose" in kinds or self.transport is None:
            ack = Ack(None, 0.0, "connection_failed")
        else:
            started = time.monotonic()
            ack = await self.transport.send(kind, payload, attempt, reason, "drop_socket" in kinds)
            ack = Ack(ack.payload, (time.monotonic() - started) * 1000, ack.reason, ack.final)
        note = f"attempt {attempt}" if attempt else ""
        note = "; ".join(filter(None, (note, ack.reason, *(f"fault {name}" for name in sorted(kinds)))))
        self._traffic.add("delivery", kind, _without_token(payload), ack.payload, ack.ms, note)
        return ack


def _without_token(payload: Json) -> Json:
    event = payload.get("event")
    if not isinstance(event, dict) or "bot_access_token" not in event:
        return payload
    return payload | {"event": event | {"bot_access_token": "…"}}
