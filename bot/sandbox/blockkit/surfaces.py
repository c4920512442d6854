"""Whole messages, modals, Home tabs and lists of suggestions."""

from collections.abc import Iterator
from typing import Any

from ..text import pings as text_pings
from ..wire import Json
from .blocks import block
from .checks import Check, Scan, anything, boolean, listed, shape, string
from .objects import OPTION_GROUP, SELECT_OPTION, plain

BLOCKS_MOST = {"message": 50, "modal": 100, "home": 100}

_COMMON: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_MODAL: dict[str, Check] = _COMMON | {
    "close": plain(24),
    "submit": plain(24),
    "clear_on_close": boolean,
    "notify_on_close": boolean,
    "submit_disabled": boolean,
}


def problems(blocks: list[Any], surface: str) -> list[str]:
    """What Slack would object to, each with a JSON pointer; none = fine."""
    scan = Scan(surface)
    _blocks(scan, "/blocks", blocks)
    return scan.problems


def _blocks(scan: Scan, path: str, blocks: Any) -> None:
    listed(block, 0, BLOCKS_MOST[scan.surface])(scan, path, blocks)


def view_problems(view: Json) -> list[str]:
    scan = Scan(str(view["type"]))
    if scan.surface == "modal":
        shape({"type": anything, "title": plain(24), "blocks": _blocks}, _MODAL, _modal)(scan, "/view", view)
    else:
        shape({"type": anything, "blocks": _blocks}, _COMMON)(scan, "/view", view)
    return scan.problems


def _modal(scan: Scan, path: str, view: Json) -> None:
    if scan.inputs and "submit" not in view:
        scan.refuse(path, "missing required field: submit (the view has input blocks)")


def suggestion_problems(answer: Json) -> list[str]:
    """The answer to a block_suggestion."""
    scan = Scan("modal")
    rules: dict[str, Check] = {
        "options": listed(SELECT_OPTION, 0, 100),
        "option_groups": listed(OPTION_GROUP, 0, 100),
    }
    shape(optional=rules)(scan, "", answer)
    if ("options" in answer) == ("option_groups" in answer):
        scan.refuse("", "must have either options or option_groups")
    return scan.problems


# -- text in blocks -----------------------------------------------------------------------------------------------
def _strings(node: Any) -> Iterator[str]:
    """Every `text` in a tree of blocks, and alt texts."""
    if isinstance(node, list):
        for item in node:
            yield from _strings(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("text", "alt_text") and isinstance(value, str):
                yield value
            else:
                yield from _strings(value)


def length(blocks: list[Json]) -> int:
    """Characters of text in all blocks, which Slack limits together (slackapi/bolt-js#2509)."""
    return sum(len(text) for text in _strings(blocks))


def pings(blocks: list[Json]) -> list[str]:
    """Whom the blocks notify; in mrkdwn without `verbatim` also a bare `@here`."""
    return list(dict.fromkeys(_pings(blocks)))


def _pings(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _pings(item)
    elif isinstance(node, dict):
        kind = node.get("type")
        if kind == "mrkdwn":
            yield from text_pings(str(node.get("text", "")), verbatim=node.get("verbatim") is True)
            return
        named = {"user": "user_id", "usergroup": "usergroup_id", "broadcast": "range"}.get(str(kind))
        if named and isinstance(node.get(named), str):
            yield node[named]
        for value in node.values():
            yield from _pings(value)
