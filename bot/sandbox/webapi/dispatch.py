"""Receives the calls: decodes, checks token, scope, rate and arguments, lets faults strike, records."""

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from ..faults import Fault
from ..traffic import MISTAKES
from ..wire import Json, Refused
from .method import METHODS, Call, Method

if TYPE_CHECKING:
    from ..platform import Platform

_JSON_ARGUMENTS = frozenset(
    (
        "blocks", "attachments", "view", "metadata", "files", "outputs", "unfurls", "criteria", "changes",
        "document_content",
    )
)  # fmt: skip
_ALWAYS_KNOWN = frozenset(("token", "team_id", "as_user"))


class WebApi:
    def __init__(self, platform: "Platform") -> None:
        self._platform = platform

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        started = time.monotonic()
        try:
            args, token = await _read(request)
        except Refused as refused:
            return self._finish(name, {}, self._refusal(name, {}, refused), started, [])
        faults = self._platform.faults.strike_call(name, args)
        for fault in faults:
            if fault.kind == "delay":
                await asyncio.sleep(float(fault.value or 0))
        injected = _injected(faults)
        kinds = {fault.kind for fault in faults}
        if injected is not None or "drop_before" in kinds:
            self._record(name, args, {"fault": sorted(kinds)}, started, faults)
            return injected if injected is not None else _cut(request)
        answer, headers = self._answer(name, args, token)
        response = self._finish(name, args, answer, started, faults, headers)
        return _cut(request) if "drop_after" in kinds else response

    def _answer(self, name: str, args: Json, token: str) -> tuple[Json, dict[str, str]]:
        try:
            return self.run(name, args, token), {}
        except Refused as refused:
            retry_after = refused.extra.pop("retry_after", None)
            return self._refusal(name, args, refused), {"Retry-After": str(retry_after)} if retry_after else {}

    def _refusal(self, name: str, args: Json, refused: Refused) -> Json:
        if refused.error in MISTAKES:
            self._platform.traffic.refuse(name, str(refused), args)
        return refused.answer()

    def run(self, name: str, args: Json, token: str) -> Json:
        """The answer with `ok: true`. Raises Refused."""
        method = METHODS.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        self._check_token(method, token)
        wait = self._platform.limits.refuse_call(name, method.tier)
        if wait:
            raise Refused("ratelimited", retry_after=wait)
        call = Call(self._platform, method, args)
        if method.scope:
            call.need(method.scope)
        self._check_arguments(method, args)
        answer: Json = {"ok": True, **method.handler(call)}
        if call.warnings:
            answer["warning"] = ",".join(call.warnings)
            answer.setdefault("response_metadata", {})["warnings"] = call.warnings
        return answer

    def _check_token(self, method: Method, token: str) -> None:
        platform = self._platform
        if not token:
            raise Refused("not_authed")
        kind = {platform.bot_token: "bot", platform.app_token: "app"}.get(token)
        if kind is None and token.startswith("xwfp-"):
            kind = self._step_token(token)
        if kind is None:
            raise Refused("invalid_auth")
        if platform.token_state:
            raise Refused(platform.token_state)
        if (method.caller == "app") != (kind == "app"):
            raise Refused("not_allowed_token_type")

    def _step_token(self, token: str) -> str:
        """A workflow step's token dies with the step or after 15 minutes."""
        ends = self._platform.step_tokens.get(token, 0.0)
        if ends <= self._platform.now():
            raise Refused("token_revoked" if ends == 0.0 else "token_expired")
        return "step"

    def _check_arguments(self, method: Method, args: Json) -> None:
        missing = [name for name in method.required if args.get(name) in (None, "")]
        if missing == ["channel"]:
            raise Refused("channel_not_found" if "channel" in args else "invalid_arguments", *_missing(missing))
        if missing:
            raise Refused("invalid_arguments", *_missing(missing))
        unknown = set(args) - set(method.required) - method.optional - _ALWAYS_KNOWN
        if unknown:
            words = f"{method.name} ignores {', '.join(sorted(unknown))}"
            self._platform.traffic.warn("unknown_argument", words, args)

    def _finish(
        self,
        name: str,
        args: Json,
        answer: Json,
        started: float,
        faults: list[Fault],
        headers: dict[str, str] | None = None,
    ) -> web.Response:
        self._record(name, args, answer, started, faults)
        status = 429 if answer.get("error") == "ratelimited" else 200
        granted = {"x-oauth-scopes": ",".join(sorted(self._platform.manifest.scopes))}
        return web.json_response(answer, status=status, headers=granted | (headers or {}))

    def _record(self, name: str, args: Json, answer: Json, started: float, faults: list[Fault]) -> None:
        note = ", ".join(f"fault {fault.kind}" for fault in faults)
        shown = _without_secrets(answer) if name == "apps.connections.open" else answer
        self._platform.traffic.add("call", name, args, shown, (time.monotonic() - started) * 1000, note)


def _missing(names: list[str]) -> list[str]:
    return [f"[ERROR] missing required field: {name} [json-pointer:/]" for name in names]


def _without_secrets(answer: Json) -> Json:
    return answer | {"url": str(answer["url"]).split("?")[0]} if "url" in answer else answer


async def _read(request: web.Request) -> tuple[Json, str]:
    """Arguments without the token, and the token."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(body, dict):
            raise Refused("json_not_object")
        args |= body
    elif request.can_read_body:
        args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    token = args.pop("token", "")
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        token = header.removeprefix("Bearer ")
    return {key: _decoded(key, value) for key, value in args.items() if value is not None}, str(token or "")


def _decoded(name: str, value: Any) -> Any:
    if name not in _JSON_ARGUMENTS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        if name == "blocks":
            raise Refused("invalid_blocks_format") from None
        raise Refused("invalid_arguments", f"[ERROR] not JSON [json-pointer:/{name}]") from None


def _injected(faults: list[Fault]) -> web.Response | None:
    for fault in faults:
        if fault.kind == "error":
            return web.json_response({"ok": False, "error": fault.value})
        if fault.kind == "status":
            return web.Response(status=int(fault.value), text="upstream trouble")
        if fault.kind == "html":
            page = "<!DOCTYPE html><html><body>Slack is having trouble</body></html>"
            return web.Response(status=200, text=page, content_type="text/html")
        if fault.kind == "ratelimited":
            headers = {"Retry-After": str(int(fault.value or 1))}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    return None


def _cut(request: web.Request) -> web.Response:
    """Breaks the connection; the response that is returned never gets out."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
