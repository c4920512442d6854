"""rich_text blocks (docs.slack.dev, "Rich text block"). Its text is literal: nothing in it is parsed."""

from typing import Any

from .checks import Check, Scan, anything, boolean, integer, listed, one_of, shape, string, typed, url
from .objects import IDENTIFIER

_STYLE = shape(optional=dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight"), boolean))
_STYLED: dict[str, Check] = {"style": _STYLE}
_KIND: dict[str, Check] = {"type": anything}


def _inline(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return shape(_KIND | required, _STYLED | (optional or {}))


INLINE = typed(
    {
        "text": _inline({"text": string(100_000)}),
        "link": _inline({"url": url()}, {"text": string(100_000, 0), "unsafe": boolean}),
        "emoji": _inline({"name": string(255)}, {"unicode": string(255), "skin_tone": integer(1, 6)}),
        "user": _inline({"user_id": string(255)}),
        "usergroup": _inline({"usergroup_id": string(255)}),
        "channel": _inline({"channel_id": string(255)}),
        "team": _inline({"team_id": string(255)}),
        "broadcast": _inline({"range": one_of("here", "channel", "everyone")}),
        "color": _inline({"value": string(255)}),
        "date": _inline(
            {"timestamp": integer(0, 10**11), "format": string(1000)}, {"fallback": string(1000), "url": url()}
        ),
    },
    "rich text element",
)
_BORDER: dict[str, Check] = {"border": integer(0, 1)}
_SECTION = shape(_KIND | {"elements": listed(INLINE, 0)})
_PARTS = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": shape(_KIND | {"elements": listed(INLINE, 0)}, _BORDER | {"language": string(255)}),
    "rich_text_quote": shape(_KIND | {"elements": listed(INLINE, 0)}, _BORDER),
    "rich_text_list": shape(
        _KIND
        | {
            "elements": listed(typed({"rich_text_section": _SECTION}, "list item")),
            "style": one_of("bullet", "ordered"),
        },
        _BORDER | {"indent": integer(0, 8), "offset": integer(0, 10_000)},
    ),
}
_WHOLE = shape(
    _KIND | {"elements": listed(typed(_PARTS, "rich text part"), 1)}, {"block_id": IDENTIFIER}
)  # fmt: skip


def rich_text(scan: Scan, path: str, value: Any) -> None:
    """A rich_text object, as a block, a table cell or an initial value."""
    if isinstance(value, dict) and value.get("type") != "rich_text":
        scan.refuse(f"{path}/type", "must be rich_text")
        return
    _WHOLE(scan, path, value)
