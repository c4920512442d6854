"""Somebody's webhook receiver: checks signature and age as the README tells to, and keeps each delivery once."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable

from aiohttp import web

from .endpoint import Endpoint
from .wire import Json

OLDEST = 300


class WebhookReceiver(Endpoint):
    """`deliveries`: the bodies by their ids, as they came first. `refusals`: why others were turned away."""

    def __init__(self, secret: str, port: int = 0, now: Callable[[], float] = time.time) -> None:
        super().__init__(port, now)
        self.secret = secret
        self.deliveries: dict[str, Json] = {}
        self.refusals: list[str] = []

    @property
    def hook(self) -> str:
        return f"{self.url}/hooks/casebook?token=t0ken"

    def answer(self, request: web.Request, raw: bytes) -> web.Response:
        why, status = self._look_at(request, raw)
        if why:
            self.refusals.append(why)
            return web.Response(status=status, text=why)
        body = json.loads(raw)
        self.deliveries.setdefault(body["id"], body)
        return web.Response(status=204)

    def _look_at(self, request: web.Request, raw: bytes) -> tuple[str, int]:
        """Why it is refused, if it is, and the status that says so."""
        if request.method != "POST" or request.content_type != "application/json":
            return "not JSON that was posted", 400
        timestamp = request.headers.get("X-Casebook-Timestamp", "")
        if not timestamp.isdigit() or abs(self.now() - int(timestamp)) > OLDEST:
            return "too old", 401
        digest = hmac.new(self.secret.encode(), f"{timestamp}.".encode() + raw, hashlib.sha256).hexdigest()
        signature = request.headers.get("X-Casebook-Signature", "")
        if not hmac.compare_digest(signature.encode(), f"v1={digest}".encode()):
            return "wrong signature", 401
        if json.loads(raw).get("id") != request.headers.get("X-Casebook-Delivery"):
            return "the id is not that of the header", 400
        return "", 0
