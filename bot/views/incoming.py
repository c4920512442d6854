"""Slack's markup turned back into what a person reads, its links collected on the way.

Sources: docs.slack.dev, "Formatting message text"; the forms that alert bots really send (our reference, 8.3).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.views.text import NOBODY, Names, web_url

_TOKEN = re.compile(r"<([^<>]*)>(\]?)")
_ENTITIES = re.compile(r"&(?:lt|gt|amp);")
_ENTITY = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_URL = re.compile(r"https?://[^\s<>|\"]*[^\s<>|\".,;:!?)\]']")
_BOLD = re.compile(r"```.*?```|`[^`\n]*`|(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")


class Reading:
    """One message being read. ``names``: people by id, for mentions that come without a label."""

    def __init__(self, names: Names = NOBODY) -> None:
        self.names = names
        self.links: dict[str, str] = {}

    def link(self, url: str, label: str = "") -> str:
        """Note a link; what a person reads in its place. The first real label of an address is kept."""
        url, label = url.strip(), unbold(label).strip()
        address = web_url(url)
        if address and self.links.get(address, address) == address:
            self.links[address] = label or address
        return label or url.removeprefix("mailto:")

    def mrkdwn(self, text: str) -> str:
        out, end = [], 0
        for token in _TOKEN.finditer(text):
            out += [self._between(unescape(text[end : token.start()])), self._token(token[1], token[2])]
            end = token.end()
        return tidy(unbold("".join([*out, self._between(unescape(text[end:]))])))

    def _between(self, text: str) -> str:
        for url in _URL.findall(text):
            self.link(url)
        return text

    def _token(self, inner: str, bracket: str) -> str:
        target, _, label = inner.partition("|")
        target, label = unescape(target), unescape(label)
        if "://" in target or target.startswith("mailto:"):
            if label.startswith("[") and "]" not in label:  # <https://…|[Monitor Status>] as alert bots send it
                return self.link(target, label[1:])
            return self.link(target, label) + bracket
        return self._mention(target, label, inner) + bracket

    def _mention(self, target: str, label: str, inner: str) -> str:
        if target.startswith("@"):
            return f"@{self.names.get(target[1:]) or label.lstrip('@') or target[1:]}"
        if target.startswith("#"):
            return f"#{label.lstrip('#') or target[1:]}"
        if target.startswith(("!date^", "!subteam^")):
            return label or f"@{target.partition('^')[2]}"
        return f"@{target[1:]}" if target.startswith("!") else f"<{unescape(inner)}>"

    def rich(self, block: Mapping[str, Any]) -> str:
        """A rich_text block. Its text is not escaped."""
        return tidy("\n".join(self._rich_part(part) for part in rows(block.get("elements"))))

    def _rich_part(self, part: Mapping[str, Any]) -> str:
        inner = rows(part.get("elements"))
        if part.get("type") == "rich_text_list":
            return "\n".join(f"• {self._rich_part(item)}" for item in inner)
        return "".join(self._rich_piece(piece) for piece in inner)

    def _rich_piece(self, piece: Mapping[str, Any]) -> str:
        def get(key: str) -> str:
            return str(piece.get(key) or "")

        kind = get("type")
        if kind == "text":
            return self._between(get("text"))
        if kind == "link":
            return self.link(get("url"), get("text"))
        shown = {
            "user": f"@{self.names.get(get('user_id')) or get('user_id')}",
            "emoji": f":{get('name')}:",
            "channel": f"#{get('channel_id')}",
            "usergroup": f"@{get('usergroup_id')}",
            "broadcast": f"@{get('range')}",
        }
        return shown.get(kind, get("fallback"))


def unescape(text: str) -> str:
    return _ENTITIES.sub(lambda entity: _ENTITY[entity[0]], text) if "&" in text else text


def unbold(text: str) -> str:
    """Without the stars of *bold*; code keeps its own."""
    return _BOLD.sub(lambda found: found[1] or found[0], text) if "*" in text else text


def tidy(text: str) -> str:
    """Without control characters, which databases refuse, and without rows of empty lines."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def rows(found: Any) -> Iterator[Mapping[str, Any]]:
    """The objects in a list that came from outside."""
    listed = found if isinstance(found, Sequence) and not isinstance(found, str) else ()
    return (row for row in listed if isinstance(row, Mapping))


def readable(text: str, names: Names = NOBODY) -> str:
    """Text with Slack's markup as a person reads it: labels for links, names for mentions."""
    return Reading(names).mrkdwn(text)
