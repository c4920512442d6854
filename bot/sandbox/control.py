"""The control API: everything the Python driver can do, over HTTP and JSON, for pages and for tests in any language.

| request | does |
|---|---|
| GET /control/state?person= | team, app, people, groups, bots, commands, shortcuts, steps, channels as one sees them |
| GET /control/messages?channel=&person=&limit= | a channel's newest messages, ephemerals included, without replies |
| GET /control/thread?channel=&ts=&person= | a message and its replies |
| GET /control/modals?person= | the stack of open modals, the top one last |
| GET /control/home?person= | the Home tab, null before the first publication |
| GET /control/files/ID/NAME | a file's content |
| POST /control/people/ID/VERB | act as a person: see `verbs.PERSON_VERBS`; elements by `name` (action id or label), |
| | `block`, `within`; sources by `view` or by `channel` and `ts`; answers with an Outcome or a message |
| POST /control/people, /channels, /groups, /bots | add; `{"id"}` |
| POST /control/channels/ID/VERB | archive, unarchive, rename {name}, invite {user}, kick {user} |
| POST /control/groups/ID | set members, name, handle, disabled |
| POST /control/bots/ID/post | an alert bot posts: channel, text, blocks, attachments, thread_ts |
| GET, POST, DELETE /control/faults; DELETE /control/faults/N | misfortunes: fields of `faults.Fault` |
| GET /control/traffic?after=&kind=&name=&limit=; DELETE | the newest records, oldest first |
| GET /control/snapshot; POST /control/restore | the workspace as JSON |
| POST /control/sockets/VERB | disconnect {reason, grace}, drop |
| POST /control/app/VERB | revoke_tokens, uninstall, reinstall |
| POST /control/steps {callback_id, inputs}; GET /control/steps/ID | run a workflow step, see how it stands |
| GET /control/live (WebSocket) | pushes `{"kind": "change", …}` and `{"kind": "traffic", "record": …}`; |
| | with ?traffic=0 only changes; `{"kind": "missed"}` after frames that were dropped |

Errors: 409 `{"error"}` for what Slack's client would not let a person do, 404 for unknown ids, verbs and missing
fields, 400 for wrong ones, 403 for requests from elsewhere: the peer must be this machine, and Host and Origin must be
the server's own, so that neither another site nor a rebound DNS name can drive it.
"""

import asyncio
import ipaddress
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from . import seen, steps, verbs
from .traffic import Record
from .wire import Impossible, Json, Refused

if TYPE_CHECKING:
    from .platform import Platform

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_own(request: web.Request, port: int) -> bool:
    """From this machine, addressed by a loopback name and this port, and if sent by a page, by one of our own."""
    if request.remote is None or not ipaddress.ip_address(request.remote).is_loopback:
        return False
    origin = request.headers.get("Origin")
    addresses = [f"//{request.headers.get('Host', '')}"] + ([origin] if origin is not None else [])
    return all(_is_loopback(address, port) for address in addresses)


def _is_loopback(address: str, port: int) -> bool:
    try:
        parts = urlsplit(address)
        return parts.hostname in ("127.0.0.1", "localhost", "::1") and parts.port == port
    except ValueError:
        return False


class Control:
    def __init__(self, platform: "Platform") -> None:
        self._platform = platform

    def add_routes(self, app: web.Application) -> None:
        router, base = app.router, "/control"
        for path, read in (
            ("state", self._state),
            ("messages", self._messages),
            ("thread", self._thread),
            ("modals", self._modals),
            ("home", self._home),
            ("faults", self._faults),
            ("traffic", self._traffic),
            ("snapshot", self._snapshot),
            ("steps/{id}", self._step),
        ):
            router.add_get(f"{base}/{path}", self._guarded(self._reading(read)))
        for path, write in (
            ("people/{id}/{verb}", self._act),
            ("people", self._add(verbs.add_person)),
            ("channels", self._add(verbs.add_channel)),
            ("groups", self._add(verbs.add_group)),
            ("bots", self._add(verbs.add_bot)),
            ("channels/{id}/{verb}", self._change_channel),
            ("groups/{id}", self._change_group),
            ("bots/{id}/post", self._post_as_bot),
            ("faults", self._add_fault),
            ("restore", self._restore),
            ("sockets/{verb}", self._sockets),
            ("app/{verb}", self._app),
            ("steps", self._run_step),
        ):
            router.add_post(f"{base}/{path}", self._guarded(self._writing(write)))
        router.add_delete(f"{base}/faults", self._guarded(self._reading(self._clear_faults)))
        router.add_delete(f"{base}/faults/{{number}}", self._guarded(self._reading(self._remove_fault)))
        router.add_delete(f"{base}/traffic", self._guarded(self._reading(self._clear_traffic)))
        router.add_get(f"{base}/files/{{id}}/{{name}}", self._guarded(self._file))
        router.add_get(f"{base}/live", self._guarded(self._live))

    # -- guarding -------------------------------------------------------------------------------------------------
    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not is_own(request, urlsplit(self._platform.url).port or 0):
                return web.json_response({"error": "only this machine's own pages may do this"}, status=403)
            try:
                return await handler(request)
            except (Impossible, Refused) as error:
                return web.json_response({"error": str(error)}, status=409)
            except LookupError as error:
                return web.json_response({"error": f"unknown or missing: {error}"}, status=404)
            except (TypeError, ValueError) as error:
                return web.json_response({"error": str(error)}, status=400)

        return guarded

    def _reading(self, read: Callable[[web.Request], Any]) -> Handler:
        async def reading(request: web.Request) -> web.StreamResponse:
            return web.json_response(read(request))

        return reading

    def _writing(self, write: Callable[[web.Request, Json], Awaitable[Any]]) -> Handler:
        async def writing(request: web.Request) -> web.StreamResponse:
            body = json.loads(await request.text() or "{}")
            if not isinstance(body, dict):
                raise TypeError("the body must be a JSON object")
            return web.json_response(await write(request, body))

        return writing

    # -- reading --------------------------------------------------------------------------------------------------
    def _state(self, request: web.Request) -> Json:
        return seen.overview(self._platform, request.query.get("person", ""))

    def _messages(self, request: web.Request) -> list[Json]:
        query = request.query
        limit = int(query.get("limit") or 0)
        return seen.messages(self._platform, query.get("person", ""), query["channel"], limit)

    def _thread(self, request: web.Request) -> list[Json]:
        return seen.thread(self._platform, request.query["person"], request.query["channel"], request.query["ts"])

    def _modals(self, request: web.Request) -> list[Json]:
        return seen.modals(self._platform, request.query["person"])

    def _home(self, request: web.Request) -> Json | None:
        return seen.home(self._platform, request.query["person"])

    def _faults(self, request: web.Request) -> list[Json]:
        return [asdict(fault) for fault in self._platform.faults.all()]

    def _traffic(self, request: web.Request) -> list[Json]:
        query = request.query
        after, limit = int(query.get("after", "0")), int(query.get("limit") or 0)
        records = self._platform.traffic.records(query.get("kind") or None, query.get("name") or None, after)
        return [record.as_json() for record in records[-limit:]]

    def _snapshot(self, request: web.Request) -> Json:
        return self._platform.workspace.snapshot()

    def _step(self, request: web.Request) -> Json:
        step = self._platform.steps[request.match_info["id"]]
        return {key: value for key, value in step.items() if key != "token"}

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """As a download, so that an uploaded page can never run as ours."""
        stored = self._platform.workspace.files[request.match_info["id"]]
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=stored.bytes(), content_type=stored.mimetype, headers=headers)

    # -- writing --------------------------------------------------------------------------------------------------
    async def _act(self, request: web.Request, body: Json) -> Any:
        verb = verbs.PERSON_VERBS[request.match_info["verb"]]
        return await verb(self._platform, request.match_info["id"], body)

    def _add(self, add: Callable[["Platform", Json], Json]) -> Callable[[web.Request, Json], Awaitable[Json]]:
        async def adding(request: web.Request, body: Json) -> Json:
            return add(self._platform, body)

        return adding

    async def _change_channel(self, request: web.Request, body: Json) -> Json:
        verbs.change_channel(self._platform, request.match_info["id"], request.match_info["verb"], body)
        return {}

    async def _change_group(self, request: web.Request, body: Json) -> Json:
        verbs.change_group(self._platform, request.match_info["id"], body)
        return {}

    async def _post_as_bot(self, request: web.Request, body: Json) -> Json:
        return verbs.post_as_bot(self._platform, request.match_info["id"], body)

    async def _add_fault(self, request: web.Request, body: Json) -> Json:
        return asdict(self._platform.faults.add(**body))

    async def _restore(self, request: web.Request, body: Json) -> Json:
        self._platform.restore(body)
        return {}

    async def _sockets(self, request: web.Request, body: Json) -> Json:
        if request.match_info["verb"] == "drop":
            self._platform.sockets.drop_all()
        elif request.match_info["verb"] == "disconnect":
            await self._platform.sockets.disconnect(body.get("reason", "refresh_requested"), body.get("grace", 1.0))
        else:
            raise LookupError(request.match_info["verb"])
        return {"connections": self._platform.sockets.count}

    async def _app(self, request: web.Request, body: Json) -> Json:
        verbs.change_app(self._platform, request.match_info["verb"])
        return {}

    async def _run_step(self, request: web.Request, body: Json) -> Json:
        return {"id": steps.run_step(self._platform, body["callback_id"], body.get("inputs", {}))}

    def _clear_faults(self, request: web.Request) -> Json:
        self._platform.faults.clear()
        return {}

    def _remove_fault(self, request: web.Request) -> Json:
        self._platform.faults.remove(int(request.match_info["number"]))
        return {}

    def _clear_traffic(self, request: web.Request) -> Json:
        self._platform.traffic.clear()
        return {}

    # -- live -----------------------------------------------------------------------------------------------------
    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Frames queue up per page; one that falls far behind is sent `missed` instead and should load anew."""
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        frames: asyncio.Queue[Json] = asyncio.Queue(maxsize=10_000)
        loop = asyncio.get_running_loop()

        def put(frame: Json) -> None:
            if frames.full():
                while not frames.empty():
                    frames.get_nowait()
                frames.put_nowait({"kind": "missed"})
            frames.put_nowait(frame)

        def heard(record: Record) -> None:
            loop.call_soon_threadsafe(put, {"kind": "traffic", "record": record.as_json()})

        leave = [self._platform.workspace.subscribe(lambda change: put({"kind": "change", **change}))]
        if request.query.get("traffic") != "0":
            leave.append(self._platform.traffic.subscribe(heard))
        sender = loop.create_task(_send_all(socket, frames))
        try:
            async for frame in socket:
                if frame.type is WSMsgType.ERROR:
                    break
        finally:
            sender.cancel()
            for unsubscribe in leave:
                unsubscribe()
        return socket


async def _send_all(socket: web.WebSocketResponse, frames: "asyncio.Queue[Json]") -> None:
    while not socket.closed:
        frame = await frames.get()
        try:
            await socket.send_json(frame)
        except ConnectionError:
            return
