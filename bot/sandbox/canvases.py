"""Canvases: what is written in them, in sections that have ids of their own."""

import html
import re
from typing import TYPE_CHECKING

from aiohttp import web

from .records import Canvas
from .wire import Refused

if TYPE_CHECKING:
    from .platform import Platform
    from .workspace import Workspace

_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~])")
_EMPHASIS = re.compile(r"(?<!\\)\*\*")
Sections = dict[str, str]


def split(workspace: "Workspace", markdown: str) -> Sections:
    """A heading, a paragraph, a list each is a section."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", markdown) if block.strip()]
    return {workspace.new_id("temp:C:"): block for block in blocks}


def plain(markdown: str) -> str:
    """As it is read."""
    return _ESCAPED.sub(r"\1", _EMPHASIS.sub("", markdown))


def changed(present: Sections, operation: str, section: str, fresh: Sections) -> Sections:
    if operation == "insert_at_end":
        return present | fresh
    if operation == "insert_at_start":
        return fresh | present
    if operation == "replace" and not section:
        return fresh
    if operation not in ("replace", "delete", "insert_after", "insert_before"):
        raise Refused("invalid_arguments", f"[ERROR] {operation} is no operation")
    result: Sections = {}
    for id_, text in present.items():
        kept = {id_: text} if operation.startswith("insert") else {}
        if id_ != section:
            result[id_] = text
        elif operation == "insert_before":
            result |= fresh | kept
        else:
            result |= kept | fresh
    return result


def write(platform: "Platform", canvas: Canvas, markdown: str) -> None:
    """Somebody adds something at its end."""
    canvas.sections |= split(platform.workspace, markdown)
    platform.workspace.changed("canvas", canvas=canvas.id)


def add_routes(app: web.Application, platform: "Platform") -> None:
    """Where a canvas's link leads: its words, to be read."""

    async def show(request: web.Request) -> web.Response:
        canvas = platform.workspace.canvases.get(request.match_info["canvas"])
        if canvas is None:
            return web.Response(status=404, text="There is no such canvas.")
        words = html.escape(plain("\n\n".join(canvas.sections.values())))
        title = html.escape(canvas.title)
        page = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
            "<style>body{font:16px/1.5 sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}"
            f"pre{{white-space:pre-wrap;font:inherit}}</style><h1>{title}</h1><pre>{words}</pre></html>"
        )
        return web.Response(text=page, content_type="text/html")

    app.router.add_get("/docs/{team}/{canvas}", show)
