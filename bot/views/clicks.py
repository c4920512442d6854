"""Readers of clicks: which case, what was seen of it, what was chosen. Source: docs.slack.dev, "block_actions payload".

Two buttons of one row may not share an action_id, so the way back through pages has ``.back`` behind its own.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import Invalid
from bot.views.limits import BUTTON_VALUE, size

Payload = Mapping[str, Any]

_CASE_BLOCK = re.compile(r"(?:case|row)/(\d{1,18})/(\d{1,18})\Z")
_ROW_VALUE = re.compile(r"([a-z.]+):(\d{1,18}):(\d{1,18})\Z")
TOO_OLD = "This button is from an older Casebook. Look at the case again with `/case show` and its key."


@dataclass(frozen=True, slots=True)
class CaseClick:
    """``version``: what the person saw. ``value``: what was chosen, of a menu the verb; empty for a plain button."""

    case_id: int
    version: int
    verb: str
    value: str


@dataclass(frozen=True, slots=True)
class PageClick:
    """``case_id`` is 0 where the pages are not of one case, ``inbox`` where they are not of an inbox.

    ``on``, ``back``: as in ``Listing``.
    """

    page: int
    case_id: int = 0
    query: str = ""
    heading: str = ""
    on: str = ""
    back: str = ""
    inbox: int = 0


def case_block(case_id: int, version: int) -> str:
    """The block_id of a case's actions: a new one at every version, so that menus show the present state again."""
    return f"case/{case_id}/{version}"


def row_block(case_id: int, version: int) -> str:
    return f"row/{case_id}/{version}"


def row_value(verb: str, case_id: int, version: int) -> str:
    return f"{verb}:{case_id}:{version}"


def action_of(payload: Payload) -> Payload:
    action: Payload = payload["actions"][0]
    return action


def read_value(payload: Payload) -> str:
    """What was pressed or chosen, whatever the element; empty where a choice was taken back."""
    action = action_of(payload)
    if (option := action.get("selected_option")) is not None:
        return str(option["value"])
    for key in ("value", "selected_user", "selected_conversation", "selected_date"):
        if action.get(key) is not None:
            return str(action[key])
    return ""


def read_case_click(payload: Payload) -> CaseClick:
    """Of a card, a list's row, Details or the App Home. Raises ``Invalid`` for a button that we did not draw."""
    action, value = action_of(payload), read_value(payload)
    if row := _ROW_VALUE.match(value):
        return CaseClick(int(row[2]), int(row[3]), str(action["action_id"]), row[1])
    if block := _CASE_BLOCK.match(str(action.get("block_id", ""))):
        return CaseClick(int(block[1]), int(block[2]), str(action["action_id"]), value)
    raise Invalid(TOO_OLD)


def page_value(
    page: int, *, case_id: int = 0, query: str = "", heading: str = "", on: str = "", back: str = "", inbox: int = 0
) -> str | None:
    """The value of a paging button; ``None`` if the query is too long for one. An inbox knows its own."""
    of = {"i": inbox} if inbox else {"q": query, "h": heading}
    said = {"p": page, "c": case_id, **of, "a": on, "b": back}
    value = json.dumps({key: what for key, what in said.items() if what}, ensure_ascii=False, separators=(",", ":"))
    return value if size(value) <= BUTTON_VALUE else None


def read_page_click(payload: Payload) -> PageClick:
    """Of ``list.page``, ``timeline.page`` and ``details.page``, forward and back."""
    try:
        value = json.loads(read_value(payload))
        page, case_id = int(value["p"]), int(value.get("c", 0))
        query, heading, on, back = (str(value.get(key, "")) for key in "qhab")
        return PageClick(max(1, page), case_id, query, heading, on, back, int(value.get("i", 0)))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Invalid(TOO_OLD) from None
