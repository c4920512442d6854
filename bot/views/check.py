"""Whether Slack would take a message or a view, for tests: a second opinion on what the builders made.

It reads nothing but the finished dicts. Each function returns the problems it found.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bot.views import limits
from bot.views.limits import size

Json = Mapping[str, Any]
Problems = Iterator[str]

ELEMENTS: dict[str, frozenset[str]] = {
    "actions": frozenset(
        ("button", "static_select", "external_select", "users_select", "conversations_select", "overflow",
         "datepicker", "radio_buttons", "checkboxes")
    ),
    "accessory": frozenset(
        ("button", "static_select", "external_select", "users_select", "conversations_select", "overflow",
         "datepicker", "radio_buttons", "checkboxes", "multi_external_select")
    ),
    "input": frozenset(
        ("plain_text_input", "static_select", "external_select", "multi_static_select", "multi_external_select",
         "users_select", "multi_users_select", "conversations_select", "multi_conversations_select", "datepicker",
         "radio_buttons", "checkboxes")
    ),
}  # fmt: skip


def check_message(message: Json) -> list[str]:
    return list(_message(message))


def check_modal(view: Json) -> list[str]:
    return list(_modal(view))


def check_home(view: Json) -> list[str]:
    return [*_blocks(view.get("blocks"), limits.VIEW_BLOCKS), *_view(view, "home")]


def serialized(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _message(message: Json) -> Problems:
    text, blocks = message.get("text"), message.get("blocks", [])
    if not isinstance(text, str) or not text.strip():
        yield "a message needs a text"
    elif size(text) > limits.FALLBACK:
        yield f"text of {size(text)}"
    if blocks:
        yield from _blocks(blocks, limits.MESSAGE_BLOCKS)
    if size("".join(_strings(blocks))) > limits.MESSAGE_SIZE:
        yield f"blocks of {size(''.join(_strings(blocks)))} characters in all"


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in {"text", "fallback"} and isinstance(value, str):
                yield value
            else:
                yield from _strings(value)
    elif isinstance(node, list):
        for item in node:
            yield from _strings(item)


def _view(view: Json, kind: str) -> Problems:
    if view.get("type") != kind:
        yield f"type is {view.get('type')!r}"
    if size(view.get("private_metadata", "")) > limits.METADATA:
        yield "private_metadata is too long"
    if not 0 < len(view.get("callback_id", "")) <= limits.ID:
        yield "callback_id"
    if (length := len(serialized(view).encode("utf-8", "surrogatepass"))) > limits.VIEW_SIZE:
        yield f"the view has {length} bytes"


def _modal(view: Json) -> Problems:
    yield from _view(view, "modal")
    yield from _blocks(view.get("blocks"), limits.VIEW_BLOCKS)
    for key in ("title", "submit", "close"):
        if key in view or key == "title":
            yield from _text(view.get(key), limits.TITLE, f"modal {key}", only_plain=True)
    if any(block.get("type") == "input" for block in view.get("blocks", ())) and "submit" not in view:
        yield "inputs without a submit button"


def _blocks(blocks: Any, most: int) -> Problems:
    if not isinstance(blocks, list) or not 0 < len(blocks) <= most:
        yield f"there must be 1 to {most} blocks"
        return
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(ids)) < len(ids):
        yield f"block_id twice: {ids}"
    for index, block in enumerate(blocks):
        kind = block.get("type")
        found = BLOCKS[kind](block) if kind in BLOCKS else iter([f"unknown block {kind!r}"])
        yield from (f"block {index} ({kind}): {problem}" for problem in found)
        if "block_id" in block and not 0 < len(block["block_id"]) <= limits.ID:
            yield f"block {index}: block_id"


def _text(found: Any, limit: int, where: str, *, only_plain: bool = False) -> Problems:
    if not isinstance(found, Mapping) or not isinstance(found.get("text"), str):
        yield f"{where}: no text object"
        return
    text, kind = found["text"], found.get("type")
    if not text or size(text) > limit:
        yield f"{where}: {size(text)} characters of {limit}"
    if kind == "mrkdwn":
        if only_plain:
            yield f"{where}: must be plain_text"
        if found.get("verbatim") is not True:
            yield f"{where}: mrkdwn that is not verbatim links what people typed"
        yield from _markup(text, where)
    elif kind != "plain_text":
        yield f"{where}: unknown text type {kind!r}"


def _markup(text: str, where: str) -> Problems:
    """Whatever is between < and > must be something we meant, and no entity may be cut in half."""
    rest = text
    while "<" in rest:
        inner, closed, rest = rest.partition("<")[2].partition(">")
        if not closed or not inner.startswith(("http://", "https://", "@", "#C", "#G", "!date^")):
            yield f"{where}: control sequence <{inner[:40]}"
        if any(name in inner for name in ("!channel", "!here", "!everyone", "!subteam")):
            yield f"{where}: a ping"
    for piece in text.split("&")[1:]:
        if not piece.startswith(("amp;", "lt;", "gt;")):
            yield f"{where}: & that is not escaped"


def _section(block: Json) -> Problems:
    if "text" not in block and "fields" not in block:
        yield "neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], limits.SECTION, "text")
    if "fields" in block:
        yield from _counted(block["fields"], limits.FIELDS, "fields")
        for field in block["fields"]:
            yield from _text(field, limits.FIELD, "field")
    if "accessory" in block:
        yield from _element(block["accessory"], "accessory")


def _counted(rows: Sequence[Any], most: int, where: str) -> Problems:
    if not 0 < len(rows) <= most:
        yield f"{where}: {len(rows)} of {most}"


def _context(block: Json) -> Problems:
    yield from _counted(block["elements"], limits.CONTEXT_ELEMENTS, "context")
    for element in block["elements"]:
        yield from _text(element, limits.CONTEXT, "context")


def _actions(block: Json) -> Problems:
    yield from _counted(block["elements"], limits.ACTIONS, "actions")
    ids = [element.get("action_id") for element in block["elements"]]
    if len(set(ids)) < len(ids):
        yield f"action_id twice: {ids}"
    for element in block["elements"]:
        yield from _element(element, "actions")


def _input(block: Json) -> Problems:
    yield from _text(block.get("label"), limits.LABEL, "label", only_plain=True)
    if "hint" in block:
        yield from _text(block["hint"], limits.LABEL, "hint", only_plain=True)
    yield from _element(block["element"], "input")


def _rich_text(block: Json) -> Problems:
    yield from _counted(block["elements"], 1000, "rich_text")
    for part in block["elements"]:
        lines = part["elements"] if part["type"] == "rich_text_list" else [part]
        yield from _counted(lines, 1000, part["type"])
        for row in lines:
            yield from _counted(row["elements"], 1000, row["type"])
            for piece in row["elements"]:
                yield from _rich_piece(piece)


def _rich_piece(piece: Json) -> Problems:
    kind = piece.get("type")
    needs = {"text": "text", "link": "url", "user": "user_id", "date": "timestamp"}.get(str(kind))
    if needs is None or not piece.get(needs):
        yield f"rich text {kind!r} without its {needs}"
    if kind == "link" and (not piece["url"].startswith(("http://", "https://")) or size(piece["url"]) > limits.URL):
        yield "rich text link"
    if kind == "link" and piece.get("text") == "":
        yield "rich text link with an empty text"
    if kind == "date" and not piece.get("fallback"):
        yield "date without fallback"


BLOCKS: dict[Any, Callable[[Json], Problems]] = {
    "section": _section,
    "header": lambda block: _text(block.get("text"), limits.HEADER, "header", only_plain=True),
    "divider": lambda block: iter(()),
    "context": _context,
    "actions": _actions,
    "input": _input,
    "rich_text": _rich_text,
}


def _element(element: Json, place: str) -> Problems:
    kind = str(element.get("type"))
    if kind not in ELEMENTS[place]:
        yield f"{kind} does not belong into {place}"
    if not 0 < len(element.get("action_id", "")) <= limits.ID:
        yield f"{kind}: action_id"
    if "placeholder" in element:
        yield from _text(element["placeholder"], limits.PLACEHOLDER, f"{kind} placeholder", only_plain=True)
    if kind == "button":
        yield from _button(element)
    elif kind == "plain_text_input":
        yield from _text_input(element)
    elif kind in {"static_select", "overflow", "checkboxes", "radio_buttons"}:
        yield from _choices(element, kind)
    else:
        for choice in [*element.get("initial_options", ()), element.get("initial_option")]:
            yield from _option(choice) if choice else iter(())
    if element.get("initial_options") == []:
        yield f"{kind}: empty initial_options"


def _button(element: Json) -> Problems:
    yield from _text(element.get("text"), limits.BUTTON, "button", only_plain=True)
    if size(element.get("value", "")) > limits.BUTTON_VALUE or element.get("value") == "":
        yield "button value"
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield "button style"
    if size(element.get("accessibility_label", "")) > limits.BUTTON:
        yield "accessibility_label"
    if "confirm" in element:
        yield from _confirm(element["confirm"])


def _confirm(dialog: Json) -> Problems:
    yield from _text(dialog.get("title"), limits.CONFIRM_TITLE, "confirm title", only_plain=True)
    yield from _text(dialog.get("text"), limits.CONFIRM_TEXT, "confirm text")
    for key in ("confirm", "deny"):
        yield from _text(dialog.get(key), limits.CONFIRM_BUTTON, f"confirm {key}", only_plain=True)


def _text_input(element: Json) -> Problems:
    most, start = element.get("max_length", limits.INPUT), element.get("initial_value", "x")
    if not 0 < most <= limits.INPUT:
        yield f"max_length {most}"
    if not 0 < len(start) <= most:
        yield f"initial_value of {len(start)}"


def _choices(element: Json, kind: str) -> Problems:
    groups = element.get("option_groups")
    options = [o for group in groups for o in group["options"]] if groups else element.get("options", [])
    most = {"overflow": limits.OVERFLOW, "static_select": limits.OPTIONS}.get(kind, limits.CHOICES)
    yield from _counted(options, most, kind)
    for group in groups or ():
        yield from _text(group["label"], limits.OPTION, "group", only_plain=True)
        yield from _counted(group["options"], limits.OPTIONS, "group")
    for choice in options:
        yield from _option(choice)
    values = [choice["value"] for choice in options]
    if len(set(values)) < len(values):
        yield f"{kind}: the same value twice"
    for start in [*element.get("initial_options", ()), element.get("initial_option")]:
        if start and start not in options:
            yield f"{kind}: the initial option is not among the options"


def _option(choice: Json) -> Problems:
    yield from _text(choice.get("text"), limits.OPTION, "option", only_plain=True)
    if not 0 < size(choice.get("value", "")) <= limits.OPTION_VALUE:
        yield "option value"
    if "description" in choice:
        yield from _text(choice["description"], limits.OPTION, "option description", only_plain=True)
