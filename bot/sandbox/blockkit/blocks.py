"""Blocks: keys, limits, and where each may stand (docs.slack.dev, "Blocks"; matrix: platform reference, 3.2)."""

from typing import Any

from ..wire import Json
from .checks import Check, Scan, anything, boolean, integer, listed, one_of, shape, string, typed, url
from .elements import ACCESSORY, BUTTON, IMAGE, IN_ACTIONS, IN_CONTEXT_ACTIONS, IN_INPUT
from .objects import IDENTIFIER, SLACK_FILE, has_picture, plain, text
from .rich import rich_text

MARKDOWN_LIMIT = 12_000

_KEPT_OFF = {
    "message": {"alert", "file"},
    "modal": {
        "card", "carousel", "container", "context_actions", "data_table", "data_visualization", "file", "markdown",
        "plan", "table", "task_card",
    },
    "home": {"alert", "context_actions", "data_table", "file", "markdown", "plan", "table", "task_card"},
}  # fmt: skip
_KIND: dict[str, Check] = {"type": anything}
_ID: dict[str, Check] = {"block_id": IDENTIFIER}
_STATUS = one_of("pending", "in_progress", "complete", "error")


def _section(scan: Scan, path: str, value: Json) -> None:
    if "text" not in value and "fields" not in value:
        scan.refuse(path, "must have text or fields")


def _input(scan: Scan, path: str, value: Json) -> None:
    scan.inputs += 1


def _markdown(scan: Scan, path: str, value: Json) -> None:
    scan.markdown += len(str(value.get("text", "")))
    if scan.markdown > MARKDOWN_LIMIT:
        scan.refuse(f"{path}/text", f"all markdown blocks together must be less than {MARKDOWN_LIMIT + 1} characters")


def _table(scan: Scan, path: str, value: Json) -> None:
    scan.tables += 1
    if scan.tables > 1:
        scan.refuse(path, "only_one_table_allowed")


def _card(scan: Scan, path: str, value: Json) -> None:
    if not any(key in value for key in ("hero_image", "title", "actions", "body")):
        scan.refuse(path, "must have hero_image, title, actions or body")


def _container(scan: Scan, path: str, value: Json) -> None:
    if "title" not in value and "rich_text_title" not in value:
        scan.refuse(path, "must have title or rich_text_title")
    if value.get("is_collapsible") is True and value.get("has_header_divider") is True:
        scan.refuse(f"{path}/has_header_divider", "cannot be set when is_collapsible is true")


def _child(scan: Scan, path: str, value: Any) -> None:
    block(scan, path, value)


_CELL = typed(
    {
        "raw_text": shape(_KIND | {"text": string(10_000, 0)}),
        "raw_number": shape(_KIND | {"value": anything}, {"text": string(10_000)}),
        "rich_text": rich_text,
    },
    "cell",
)
_COLUMN = shape(optional={"align": one_of("left", "center", "right"), "is_wrapped": boolean})
_TASK = shape(
    {"task_id": string(255), "title": string(3000), "status": _STATUS},
    _ID | {"type": anything, "details": rich_text, "output": rich_text, "sources": listed(anything, 0)},
)
_CARD: dict[str, Check] = _ID | {
    "hero_image": IMAGE, "icon": IMAGE, "title": text(150), "subtitle": text(150), "body": text(200),
    "actions": listed(BUTTON, 1, 25),
}  # fmt: skip

BLOCKS: dict[str, Check] = {
    "section": shape(
        _KIND,
        _ID | {"text": text(3000), "fields": listed(text(2000), 1, 10), "accessory": ACCESSORY, "expand": boolean},
        _section,
    ),
    "divider": shape(_KIND, _ID),
    "header": shape(_KIND | {"text": plain(150)}, _ID),
    "context": shape(_KIND | {"elements": listed(typed(
        {"image": IMAGE, "plain_text": plain(3000), "mrkdwn": text(3000)}, "context element"), 1, 10)}, _ID),
    "actions": shape(_KIND | {"elements": listed(IN_ACTIONS, 1, 25)}, _ID),
    "context_actions": shape(_KIND | {"elements": listed(IN_CONTEXT_ACTIONS, 1, 5)}, _ID),
    "input": shape(
        _KIND | {"label": plain(2000), "element": IN_INPUT},
        _ID | {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
        _input,
    ),
    "image": shape(
        _KIND | {"alt_text": string(2000)},
        _ID | {"image_url": url(), "slack_file": SLACK_FILE, "title": plain(2000)},
        has_picture,
    ),
    "rich_text": rich_text,
    "markdown": shape(_KIND | {"text": string(MARKDOWN_LIMIT)}, _ID, _markdown),
    "table": shape(
        _KIND | {"rows": listed(listed(_CELL, 1, 20), 1, 100)},
        _ID | {"column_settings": listed(_COLUMN, 0, 20)},
        _table,
    ),
    "data_table": shape(
        _KIND | {"rows": listed(listed(_CELL, 1, 20), 1, 101), "caption": anything},
        _ID | {"page_size": integer(1, 100), "column_settings": listed(anything, 0, 20)},
    ),
    "data_visualization": shape(_KIND, _ID | dict.fromkeys(("title", "chart", "data", "caption", "options"), anything)),
    "card": shape(_KIND, _CARD, _card),
    "carousel": shape(_KIND | {"elements": listed(typed({"card": shape(_KIND, _CARD, _card)}, "card"), 1, 10)}, _ID),
    "container": shape(
        _KIND | {"child_blocks": listed(_child, 1, 10)},
        _ID
        | {
            "title": plain(150), "rich_text_title": rich_text, "subtitle": text(150), "icon": IMAGE,
            "width": one_of("narrow", "standard", "wide", "full"), "is_collapsible": boolean,
            "default_collapsed": boolean, "has_header_divider": boolean,
        },
        _container,
    ),
    "alert": shape(
        _KIND | {"text": text(3000)}, _ID | {"level": one_of("default", "info", "warning", "error", "success")}
    ),
    "task_card": shape(_KIND | {"task_id": string(255), "title": string(3000), "status": _STATUS}, _ID | {
        "details": rich_text, "output": rich_text, "sources": listed(anything, 0)}),
    "plan": shape(_KIND | {"title": string(3000)}, _ID | {"tasks": listed(_TASK, 0)}),
    "video": shape(
        _KIND | {"alt_text": string(2000), "title": plain(199), "thumbnail_url": url(), "video_url": url()},
        _ID
        | {
            "author_name": string(49), "description": plain(200), "provider_icon_url": url(), "title_url": url(),
            "provider_name": string(255),
        },
    ),
}  # fmt: skip
_BY_TYPE = typed(BLOCKS | {"file": shape(_KIND | {"external_id": string(255), "source": string(255)}, _ID)}, "block")


def block(scan: Scan, path: str, value: Any) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind in _KEPT_OFF[scan.surface]:
        scan.refuse(f"{path}/type", f"{kind} is not allowed in a {scan.surface}")
        return
    scan.action_ids = set()
    _BY_TYPE(scan, path, value)
    block_id = value.get("block_id") if isinstance(value, dict) else None
    if isinstance(block_id, str):
        if block_id in scan.block_ids:
            scan.refuse(f"{path}/block_id", f"`block_id` must be unique: {block_id}")
        scan.block_ids.add(block_id)
