"""Slack's limits, and cutting text to fit them.

Slack does not say in what it counts. We count UTF-16 units, as its clients do: never fewer than code points.
"""

import re
import unicodedata

TITLE = 24
HEADER = 150
SECTION = 3000
FIELD = 2000
CONTEXT = 3000
LABEL = 2000
PLACEHOLDER = 150
BUTTON = 75
BUTTON_VALUE = 2000
URL = 3000
OPTION = 75
OPTION_VALUE = 150
INPUT = 3000
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
ID = 255
METADATA = 3000
FALLBACK = 3900  # chat.update refuses a text of more than 4,000
ERROR = 300

OPTIONS = 100
CHOICES = 10  # checkboxes and radio buttons
OVERFLOW = 5
FIELDS = 10
CONTEXT_ELEMENTS = 10
ACTIONS = 25
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_SIZE = 12_000  # undocumented: about 13,200 (bolt-js #2509, #2867)
VIEW_SIZE = 250_000

ELLIPSIS = "…"
_LOOK_BACK = 40
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f", "\u20e3"}


class Unfit(ValueError):
    """A view that Slack would refuse: a mistake of ours, never of the person's."""


def size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, limit: int) -> str:
    """At most ``limit`` long, with … where something is missing; never half a character."""
    if len(text) * 2 <= limit or size(text) <= limit:
        return text
    return text[: _cut(text, limit - 1)].rstrip() + ELLIPSIS


def clip_marked(text: str, limit: int) -> str:
    """The same for mrkdwn: never half a ``&amp;`` or ``<…>`` either."""
    if len(text) * 2 <= limit or size(text) <= limit:
        return text
    kept = text[: _cut(text, limit - 1)]
    opened = kept.rfind("<")
    if opened > kept.rfind(">"):
        kept = kept[:opened]
    return re.sub(r"&[a-z]{0,3}$", "", kept).rstrip() + ELLIPSIS


def one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, limit: int) -> int:
    """Where to cut: the last place within ``limit`` that is not inside a character as people see it."""
    end = min(len(text), limit)
    while (over := size(text[:end]) - limit) > 0:
        end -= (over + 1) // 2
    place = end
    while place >= max(1, end - _LOOK_BACK):
        if not _inside(text, place):
            return place
        place -= 1
    return end


def _inside(text: str, place: int) -> bool:
    if place >= len(text):
        return False
    before, after = text[place - 1], text[place]
    if before == "\u200d" or after in _JOINERS or unicodedata.category(after) in {"Mn", "Me", "Mc"}:
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True
    return _is_flag(after) and _flags_before(text, place) % 2 == 1


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, place: int) -> int:
    count = 0
    while place - count > 0 and _is_flag(text[place - count - 1]):
        count += 1
    return count
