"""canvases.* and conversations.canvases.create: Markdown in sections (docs.slack.dev, "Canvases")."""

from .. import canvases
from ..records import Canvas
from ..wire import Json, Refused
from .method import Call, method

LARGEST = 1024 * 1024


def _markdown(content: object) -> str:
    if not isinstance(content, dict) or content.get("type") != "markdown" or "markdown" not in content:
        raise Refused("invalid_arguments", "[ERROR] a document has a type, markdown, and its markdown")
    words = str(content["markdown"])
    if len(words.encode()) > LARGEST:
        raise Refused("canvas_creation_failed")
    return words


def _made(call: Call, channel: str) -> Json:
    words = _markdown(call.args.get("document_content") or {"type": "markdown", "markdown": ""})
    canvas = Canvas(call.platform.workspace.new_id("F"), call.text("title"), call.platform.bot_user, channel)
    canvas.sections = canvases.split(call.platform.workspace, words)
    call.platform.workspace.canvases[canvas.id] = canvas
    call.platform.workspace.changed("canvas", canvas=canvas.id)
    return {"canvas_id": canvas.id}


@method("canvases.create", "t2", "canvases:write", "", "title document_content channel_id")
def create(call: Call) -> Json:
    return _made(call, "")


@method("conversations.canvases.create", "t2", "canvases:write", "channel_id", "title document_content")
def create_in_channel(call: Call) -> Json:
    conversation = call.channel("channel_id", member=True)
    if any(canvas.channel == conversation.id for canvas in call.platform.workspace.canvases.values()):
        raise Refused("channel_canvas_already_exists")
    return _made(call, conversation.id)


def _canvas(call: Call) -> Canvas:
    canvas = call.platform.workspace.canvases.get(call.text("canvas_id"))
    if canvas is None or canvas.deleted:
        raise Refused("canvas_not_found")
    return canvas


@method("canvases.access.set", "t3", "canvases:write", "canvas_id access_level", "channel_ids user_ids")
def set_access(call: Call) -> Json:
    canvas = _canvas(call)
    if call.text("access_level") not in ("read", "write", "owner"):
        raise Refused("invalid_arguments")
    for channel in call.names("channel_ids"):
        if channel not in call.platform.workspace.conversations:
            raise Refused("channel_not_found")
        canvas.access[channel] = call.text("access_level")
    return {}


@method("canvases.sections.lookup", "t3", "canvases:read", "canvas_id criteria")
def look_up(call: Call) -> Json:
    canvas, criteria = _canvas(call), call.args["criteria"]
    words = str(criteria.get("contains_text", ""))
    return {"sections": [{"id": id_} for id_, text in canvas.sections.items() if words in canvases.plain(text)]}


@method("canvases.edit", "t3", "canvases:write", "canvas_id changes")
def edit(call: Call) -> Json:
    canvas, changes = _canvas(call), call.args["changes"]
    if not isinstance(changes, list) or len(changes) != 1:
        raise Refused("invalid_arguments", "[ERROR] one change a call")
    change = changes[0]
    section, fresh = str(change.get("section_id", "")), {}
    if change["operation"] != "delete":
        fresh = canvases.split(call.platform.workspace, _markdown(change.get("document_content")))
    if section and section not in canvas.sections:
        raise Refused("canvas_editing_failed", "[ERROR] no such section")
    canvas.sections = canvases.changed(canvas.sections, str(change["operation"]), section, fresh)
    call.platform.workspace.changed("canvas", canvas=canvas.id)
    return {}
