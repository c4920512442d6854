"""Injected misfortunes: for the app's calls, and for what is delivered to the app."""

import random
from dataclasses import dataclass, field
from typing import Any, Literal

from .wire import Json

Kind = Literal[
    "error", "status", "html", "ratelimited", "delay", "drop_before", "drop_after", "duplicate", "drop_socket", "lose"
]
CALL_KINDS = frozenset(("error", "status", "html", "ratelimited", "delay", "drop_before", "drop_after"))
DELIVERY_KINDS = frozenset(("duplicate", "delay", "drop_socket", "lose"))


@dataclass
class Fault:
    """`value`: the error code, the HTTP status, or seconds (`ratelimited`: Retry-After; `delay`).

    `times` None = always.
    `match`: arguments that must be equal for the fault to strike. `hits`: how often it has.
    """

    kind: Kind
    method: str = "*"
    delivery: str = ""
    value: Any = None
    times: int | None = None
    probability: float = 1.0
    match: Json = field(default_factory=dict)
    hits: int = 0
    number: int = 0

    @property
    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    def fits(self, arguments: Json) -> bool:
        return all(str(arguments.get(key)) == str(value) for key, value in self.match.items())


class Faults:
    """Several faults may strike one call: delays add up, the first other one decides."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a repeatable sequence is wanted
        self._faults: list[Fault] = []
        self._count = 0

    def seed(self, seed: int) -> None:
        self._random.seed(seed)

    def add(
        self,
        method: str = "*",
        kind: Kind = "error",
        value: Any = None,
        times: int | None = None,
        probability: float = 1.0,
        match: Json | None = None,
        delivery: str = "",
    ) -> Fault:
        """For calls of `method`, or with `delivery` for events_api, interactive or slash_commands; `*` is any."""
        allowed = DELIVERY_KINDS if delivery else CALL_KINDS
        if kind not in allowed:
            what = "deliveries" if delivery else "calls"
            raise ValueError(f"a fault of {what} is one of {', '.join(sorted(allowed))}")
        if kind in ("error", "status") and value is None:
            raise ValueError(f"kind {kind} needs a value")
        self._count += 1
        fault = Fault(kind, method, delivery, value, times, probability, dict(match or {}), number=self._count)
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault | int) -> None:
        number = fault if isinstance(fault, int) else fault.number
        self._faults = [f for f in self._faults if f.number != number]

    def clear(self) -> None:
        self._faults = []

    def all(self) -> list[Fault]:
        return list(self._faults)

    def strike_call(self, method: str, arguments: Json) -> list[Fault]:
        return self._strike([f for f in self._faults if not f.delivery and f.method in ("*", method)], arguments)

    def strike_delivery(self, kind: str, payload: Json) -> list[Fault]:
        flat = payload | (payload.get("event") or {})
        return self._strike([f for f in self._faults if f.delivery in ("*", kind)], flat)

    def _strike(self, candidates: list[Fault], arguments: Json) -> list[Fault]:
        struck = []
        for fault in candidates:
            if fault.spent or not fault.fits(arguments) or self._random.random() >= fault.probability:
                continue
            fault.hits += 1
            struck.append(fault)
            if fault.kind not in ("delay", "duplicate"):
                break
        return struck
