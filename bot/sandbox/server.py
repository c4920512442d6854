"""The HTTP server: who answers which address."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from . import canvases, response_urls
from .control import Control
from .listener import Listener
from .webapi import WebApi

if TYPE_CHECKING:
    from .platform import Platform

UPLOAD_BYTES = 64 * 1024 * 1024


class Server:
    """Runs on the loop that calls `start`. `page` adds the addresses of a page: `/`, `/archives/…`, `/page/…`."""

    def __init__(self, platform: "Platform", page: Callable[[web.Application], None] | None = None) -> None:
        self._platform, self._page = platform, page
        self._listener: Listener | None = None

    def application(self) -> web.Application:
        app = web.Application(client_max_size=UPLOAD_BYTES)
        api = WebApi(self._platform)
        app.router.add_route("*", "/api/{method}", api.handle)
        app.router.add_get("/link/", self._platform.sockets.connect)
        app.router.add_post("/response/{id}", self._respond)
        app.router.add_post("/upload/{id}", self._upload)
        app.router.add_get("/files/{id}/{name}", self._download)
        Control(self._platform).add_routes(app)
        canvases.add_routes(app, self._platform)
        if self._page is not None:
            self._page(app)
        return app

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        settings = self._platform.settings
        self._listener = await Listener.open(self.application(), settings.host, settings.port)
        self._platform.url = f"http://{settings.host}:{self._listener.port}"
        if not settings.team_url:
            self._platform.workspace.team_url = f"{self._platform.url}/"

    async def stop(self) -> None:
        if self._listener is not None:
            await self._listener.close()

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        return await response_urls.handle(self._platform, request)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """Takes the raw bytes, or a form with one file, as Slack's upload addresses do."""
        stored = self._platform.workspace.files.get(request.match_info["id"])
        if stored is None or stored.complete:
            return web.Response(status=404)
        content = await request.read()
        if request.content_type == "multipart/form-data":
            parts = [value for value in (await request.post()).values() if isinstance(value, web.FileField)]
            content = parts[0].file.read() if parts else b""
        self._platform.workspace.fill_file(stored, content)
        return web.Response(text=f"OK - {len(content)}")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """`url_private`: the bot's token and files:read are needed."""
        platform = self._platform
        stored = platform.workspace.files.get(request.match_info["id"])
        if request.headers.get("Authorization") != f"Bearer {platform.bot_token}":
            return web.Response(status=302, headers={"Location": "/?redir"}, text="sign in")
        if stored is None or "files:read" not in platform.manifest.scopes:
            return web.Response(status=404)
        return web.Response(body=stored.bytes(), content_type=stored.mimetype)
