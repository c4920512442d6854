"""Serves the page: plain files, with headers under which nothing in them can become markup or script."""

from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).with_name("page")

# By hand: the operating system's own table may say anything, and a browser runs no module of a wrong type.
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

# Pictures may come from anywhere, as blocks name them by address; scripts, styles and connections only from here.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' https:",
        "connect-src 'self' ws://127.0.0.1:* ws://localhost:*",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def mount(app: web.Application, folder: Path = FOLDER) -> None:
    """`/` and every permalink show the page, which finds its place by the address; the rest of it is at `/page/…`."""

    async def front(request: web.Request) -> web.StreamResponse:
        return _file(folder / "index.html")

    async def part(request: web.Request) -> web.StreamResponse:
        path = (folder / request.match_info["path"]).resolve()
        if not path.is_relative_to(folder.resolve()) or path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound
        return _file(path)

    app.router.add_get("/", front)
    app.router.add_get("/archives/{rest:.*}", front)
    app.router.add_get("/page/{path:.+}", part)


def _file(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers=HEADERS | {"Content-Type": f"{TYPES[path.suffix]}; charset=utf-8"})
