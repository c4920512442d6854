"""Walking through blocks: interactive elements with the names people know them by, and all visible text."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from ..wire import Json

# Element types that keep a value, with the key under which `state.values` has it (chapter 5.3).
VALUE_KEYS = {
    "plain_text_input": "value", "email_text_input": "value", "url_text_input": "value", "number_input": "value",
    "static_select": "selected_option", "external_select": "selected_option", "radio_buttons": "selected_option",
    "multi_static_select": "selected_options", "multi_external_select": "selected_options",
    "checkboxes": "selected_options", "users_select": "selected_user", "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation", "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel", "multi_channels_select": "selected_channels",
    "datepicker": "selected_date", "timepicker": "selected_time", "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value", "file_input": "files",
}  # fmt: skip
PRESSED = frozenset(("button", "overflow", "icon_button", "workflow_button", "feedback_buttons"))
INTERACTIVE = frozenset(VALUE_KEYS) | PRESSED


@dataclass(frozen=True)
class Found:
    """An interactive element, the block it is in, and the words near it that tell rows apart."""

    block: Json
    element: Json
    near: str

    @property
    def block_id(self) -> str:
        return str(self.block.get("block_id", ""))

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def is_input(self) -> bool:
        return self.block.get("type") == "input"

    def labels(self) -> list[str]:
        """What a person would call it: its text, label, placeholder, or the section that it stands beside."""
        sources = [self.element.get("text"), self.element.get("placeholder")]
        if self.block.get("type") in ("input", "section"):
            sources += [self.block.get("label"), self.block.get("text")]
        names = [text_of(source) for source in sources] + [str(self.element.get("accessibility_label", ""))]
        return [name for name in names if name]


def text_of(text_object: object) -> str:
    if isinstance(text_object, dict):
        return str(text_object.get("text", ""))
    return text_object if isinstance(text_object, str) else ""


def interactive(blocks: list[Json], attachments: list[Json] | None = None) -> Iterator[Found]:
    """In reading order. A row is what stands since the last section, header or divider, that one included."""
    near = ""
    for block in blocks:
        kind = block.get("type")
        if kind in ("section", "header", "context", "rich_text", "divider"):
            near = " ".join(texts([block])) if kind != "context" else f"{near} {' '.join(texts([block]))}"
        for element in elements_of(block):
            if element.get("type") in INTERACTIVE:
                yield Found(block, element, near)
        if kind == "container":
            yield from interactive(block.get("child_blocks", []))
    for attachment in attachments or []:
        yield from interactive(attachment.get("blocks") or [])


def elements_of(block: Json) -> list[Json]:
    """Elements that a person can act on, or that carry an action id."""
    kind = block.get("type")
    if kind == "section":
        return [block["accessory"]] if isinstance(block.get("accessory"), dict) else []
    if kind == "input":
        return [block["element"]] if isinstance(block.get("element"), dict) else []
    if kind in ("actions", "context_actions"):
        return [element for element in block.get("elements", []) if isinstance(element, dict)]
    if kind == "card":
        return [element for element in block.get("actions", []) if isinstance(element, dict)]
    return []


def options_of(element: Json) -> list[Json]:
    """All options, those in groups included."""
    options = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        options += group.get("options") or []
    return options


def texts(blocks: list[Json]) -> Iterator[str]:
    """Every piece of text that is to be seen, raw, in reading order."""
    for block in blocks:
        yield from _texts_in(block)


_SEEN_KEYS = (
    "title", "rich_text_title", "label", "text", "subtitle", "body", "fields", "accessory", "element", "elements",
    "rows", "placeholder", "options", "description", "hint", "blocks", "child_blocks", "actions", "caption",
    "alt_text", "tasks", "details", "output",
)  # fmt: skip
_RUNNING = frozenset(("rich_text_section", "rich_text_preformatted", "rich_text_quote"))
_FOLDED = re.compile(r"(?:multi_)?(?:static|external)_select|overflow")


def _texts_in(node: object) -> Iterator[str]:
    """The options of menus are not seen before they are opened."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in node:
            yield from _texts_in(item)
    elif isinstance(node, dict) and node.get("type") in _RUNNING:
        yield "".join(_texts_in(node.get("elements")))
    elif isinstance(node, dict):
        yield from _rich_text_in(node)
        folded = bool(_FOLDED.fullmatch(str(node.get("type", ""))))
        for key in _SEEN_KEYS:
            if key in node and not (folded and key == "options"):
                yield from _texts_in(node[key])


def _rich_text_in(node: Json) -> Iterator[str]:
    """Mentions and links of rich text as the control sequences that they stand for."""
    kind = node.get("type")
    if kind == "user" and "user_id" in node:
        yield f"<@{node['user_id']}>"
    elif kind == "channel" and "channel_id" in node:
        yield f"<#{node['channel_id']}>"
    elif kind == "usergroup" and "usergroup_id" in node:
        yield f"<!subteam^{node['usergroup_id']}>"
    elif kind == "link" and "text" not in node:
        yield str(node.get("url", ""))
    elif kind == "emoji":
        yield f":{node.get('name', '')}:"
    elif kind == "date":
        yield str(node.get("fallback", ""))


def with_ids(blocks: list[Json]) -> list[Json]:
    """Copies with the `block_id` and `action_id` that Slack makes up where the app gave none."""
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Json) -> Json:
    copy = dict(block)
    copy.setdefault("block_id", secrets.token_urlsafe(4))
    for key in ("accessory", "element"):
        if isinstance(copy.get(key), dict):
            copy[key] = _with_action_id(copy[key])
    if copy.get("type") in ("actions", "context_actions"):
        copy["elements"] = [_with_action_id(element) for element in copy.get("elements", [])]
    if isinstance(copy.get("child_blocks"), list):
        copy["child_blocks"] = with_ids(copy["child_blocks"])
    return copy


def _with_action_id(element: Json) -> Json:
    if element.get("type") not in INTERACTIVE or "action_id" in element:
        return element
    return element | {"action_id": secrets.token_urlsafe(4)}
