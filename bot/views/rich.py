"""rich_text: the one kind of block whose text Slack never interprets, hence the home of people's own words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.domain.act import CASEBOOK
from bot.views.limits import Unfit, clip
from bot.views.text import Mrkdwn, Names, web_url, when_plain

Piece = str | dict[str, Any]
Block = dict[str, Any]

TEXT = 3000  # not Slack's own limit, there is none: ours, so that a view stays readable and small


def words(text: str, **style: bool) -> Block:
    """``style``: bold, italic, strike, code."""
    if isinstance(text, Mrkdwn) or not text:
        raise Unfit(f"rich text needs somebody's plain words, not {text!r}")
    element: Block = {"type": "text", "text": clip(text, TEXT)}
    if style:
        element["style"] = style
    return element


def strong(text: str) -> Block:
    return words(text, bold=True)


def anchor(url: str | None, text: str, *, strong: bool = False) -> Block:
    """A link; the bare text where there is no usable address."""
    address = web_url(url) if url else None
    if address is None:
        return words(text, bold=True) if strong else words(text)
    element: Block = {"type": "link", "url": address, "text": clip(text, TEXT)}
    if strong:
        element["style"] = {"bold": True}
    return element


def someone(id_: str | None, names: Names, *, strong: bool = False) -> Block:
    name = "nobody" if id_ is None else "Casebook" if id_ == CASEBOOK else names.get(id_)
    if name:
        return words(name, bold=True) if strong else words(name)
    return {"type": "user", "user_id": id_}


def moment(at: datetime) -> Block:
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": "{date_short_pretty} at {time}",
        "fallback": when_plain(at),
    }


def _inline(pieces: Sequence[Piece]) -> list[Block]:
    elements = [words(piece) if isinstance(piece, str) else piece for piece in pieces if piece]
    if not elements:
        raise Unfit("a line of rich text without text")
    return elements


def line(*pieces: Piece) -> Block:
    return {"type": "rich_text_section", "elements": _inline(pieces)}


def quote(*pieces: Piece) -> Block:
    return {"type": "rich_text_quote", "elements": _inline(pieces)}


def bullets(lines: Sequence[Block]) -> Block:
    """``lines`` as made by ``line``."""
    if not lines:
        raise Unfit("a list without items")
    return {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": list(lines)}


def rich_text(*elements: Block, block_id: str | None = None) -> Block:
    if not elements:
        raise Unfit("rich text without elements")
    block: Block = {"type": "rich_text", "elements": list(elements)}
    if block_id:
        block["block_id"] = block_id
    return block
