"""Blocks, messages and views. Text is cut to Slack's limits; what Slack would refuse raises ``Unfit``.

A ``str`` is shown as plain text, ``Mrkdwn`` as markup: see ``text``. The limits are those of docs.slack.dev, "Blocks".
"""

from collections.abc import Sequence
from typing import Any

from bot.views import limits
from bot.views.limits import Unfit, clip, clip_marked
from bot.views.text import Mrkdwn, escape

Block = dict[str, Any]
View = dict[str, Any]
Message = dict[str, Any]


def text_object(text: str, limit: int) -> Block:
    if not text:
        raise Unfit("Slack refuses an empty text")
    if isinstance(text, Mrkdwn):
        # verbatim: or Slack would link every @here, #channel and address that somebody typed.
        return {"type": "mrkdwn", "text": clip_marked(text, limit), "verbatim": True}
    return {"type": "plain_text", "text": clip(text, limit), "emoji": True}


def plain(text: str, limit: int) -> Block:
    if isinstance(text, Mrkdwn):
        raise Unfit(f"markup where Slack shows plain text only: {text!r}")
    return text_object(text, limit)


def _with_id(block: Block, block_id: str | None) -> Block:
    if block_id:
        block["block_id"] = checked_id(block_id)
    return block


def checked_id(id_: str) -> str:
    if not 0 < len(id_) <= limits.ID:
        raise Unfit(f"an id has 1 to {limits.ID} characters, not {len(id_)}")
    return id_


def section(text: str, accessory: Block | None = None, *, block_id: str | None = None) -> Block:
    block: Block = {"type": "section", "text": text_object(text, limits.SECTION)}
    if accessory:
        block["accessory"] = accessory
    return _with_id(block, block_id)


def fields(texts: Sequence[str], *, block_id: str | None = None) -> Block:
    """Two columns of short facts."""
    if not 0 < len(texts) <= limits.FIELDS:
        raise Unfit(f"a section has 1 to {limits.FIELDS} fields, not {len(texts)}")
    return _with_id({"type": "section", "fields": [text_object(text, limits.FIELD) for text in texts]}, block_id)


def context(*texts: str, block_id: str | None = None) -> Block:
    if not 0 < len(texts) <= limits.CONTEXT_ELEMENTS:
        raise Unfit(f"a context has 1 to {limits.CONTEXT_ELEMENTS} elements, not {len(texts)}")
    return _with_id({"type": "context", "elements": [text_object(text, limits.CONTEXT) for text in texts]}, block_id)


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, limits.HEADER)}


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block], *, block_id: str | None = None) -> Block:
    if not 0 < len(elements) <= limits.ACTIONS:
        raise Unfit(f"a row of actions has 1 to {limits.ACTIONS} elements, not {len(elements)}")
    ids = {element["action_id"] for element in elements}
    if len(ids) < len(elements):
        raise Unfit("two elements of one row have the same action_id")
    return _with_id({"type": "actions", "elements": list(elements)}, block_id)


def field_input(
    block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "", live: bool = False
) -> Block:
    """An input of a form. ``live``: Casebook is told of each change at once, as a click on the element."""
    block: Block = {
        "type": "input",
        "block_id": checked_id(block_id),
        "label": plain(label, limits.LABEL),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(hint, limits.LABEL)
    if live:
        block["dispatch_action"] = True
    return block


def message(text: str, blocks: Sequence[Block] = ()) -> Message:
    """``text`` is what notifications show and screen readers read: never empty."""
    if not text:
        raise Unfit("a message without text is silent on phones and for screen readers")
    if len(blocks) > limits.MESSAGE_BLOCKS:
        raise Unfit(f"a message has up to {limits.MESSAGE_BLOCKS} blocks, not {len(blocks)}")
    _distinct(blocks)
    marked = text if isinstance(text, Mrkdwn) else escape(text)
    said: Message = {"text": clip_marked(marked, limits.FALLBACK)}
    if blocks:
        said["blocks"] = list(blocks)
    return said


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str = "Cancel",
    metadata: str = "",
) -> View:
    if submit is None and any(block["type"] == "input" for block in blocks):
        raise Unfit("a modal with an input needs a submit button")
    view: View = {
        "type": "modal",
        "callback_id": checked_id(callback_id),
        "title": plain(title, limits.TITLE),
        "close": plain(close, limits.TITLE),
        "blocks": _view_blocks(blocks),
    }
    if submit is not None:
        view["submit"] = plain(submit, limits.TITLE)
    return _with_metadata(view, metadata)


def home(blocks: Sequence[Block], *, metadata: str = "") -> View:
    return _with_metadata({"type": "home", "callback_id": "home", "blocks": _view_blocks(blocks)}, metadata)


def _view_blocks(blocks: Sequence[Block]) -> list[Block]:
    if not 0 < len(blocks) <= limits.VIEW_BLOCKS:
        raise Unfit(f"a view has 1 to {limits.VIEW_BLOCKS} blocks, not {len(blocks)}")
    _distinct(blocks)
    return list(blocks)


def _distinct(blocks: Sequence[Block]) -> None:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(ids)) < len(ids):
        raise Unfit(f"two blocks have the same block_id: {sorted(ids)}")


def _with_metadata(view: View, metadata: str) -> View:
    if limits.size(metadata) > limits.METADATA:
        raise Unfit(f"private_metadata has up to {limits.METADATA} characters, not {limits.size(metadata)}")
    if metadata:
        view["private_metadata"] = metadata
    return view
