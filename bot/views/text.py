"""People's text on its way to Slack. A ``str`` is somebody's text and is shown as it is; only ``Mrkdwn`` is markup.

Rules: docs.slack.dev, "Formatting message text".
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from bot.domain.act import CASEBOOK
from bot.domain.entry import Entry
from bot.domain.wording import deed, sentence
from bot.views.limits import URL, size

Names = Mapping[str, str]
NOBODY: Names = {}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPECIAL = re.compile(r"[&<>*_~`\r\n]")
# Slack reads emphasis only at the edge of a word, so snake_case may stay as it is.
_EMPHASIS = re.compile(r"`|(?<![^\W_])[*_~]|[*_~](?![^\W_])")
_LOOK_ALIKE = {"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"}
_BREAKS = re.compile(r"\s*[\r\n]\s*")
_MENTION = re.compile(r"&lt;(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+)&gt;")
_WEB = re.compile(r"https?://[^\s]+\Z", re.IGNORECASE)


class Mrkdwn(str):
    """Markup ready for Slack: whatever people wrote in it is escaped."""

    __slots__ = ()


def escape(text: str) -> Mrkdwn:
    return Mrkdwn(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def literal(text: str) -> Mrkdwn:
    """Short text on one line that can neither link, ping nor format. Emphasis marks cannot be escaped in mrkdwn."""
    if not _SPECIAL.search(text):
        return Mrkdwn(text)
    text = _EMPHASIS.sub(lambda mark: _LOOK_ALIKE[mark[0]], _BREAKS.sub(" ", text))
    if text.lstrip().startswith(">"):
        text = text.replace(">", "›", 1)  # or the line becomes a quotation
    return escape(text)


def mrkdwn(template: str, *parts: str | int) -> Mrkdwn:
    """``template.format(*parts)``; what is not ``Mrkdwn`` among the parts is made literal."""
    return Mrkdwn(template.format(*(part if isinstance(part, Mrkdwn) else literal(str(part)) for part in parts)))


def joined(parts: list[Mrkdwn] | tuple[Mrkdwn, ...], by: str = " · ") -> Mrkdwn:
    return Mrkdwn(by.join(part for part in parts if part))


def bold(text: str) -> Mrkdwn:
    return mrkdwn("*{}*", text)


def said(sentence_: str) -> Mrkdwn:
    """A sentence of our own, its `code` and mentions alive: for ephemeral answers and views, where no one is pinged."""
    return Mrkdwn(_MENTION.sub(r"<\1>", escape(sentence_)))


def web_url(url: str) -> str | None:
    """An address that Slack will take as a link, or ``None``."""
    url = url.strip()
    for bad, good in (("|", "%7C"), ("<", "%3C"), (">", "%3E"), (" ", "%20"), ('"', "%22")):
        if bad in url:
            url = url.replace(bad, good)
    return url if _WEB.match(url) and size(url) <= URL else None


def link(url: str | None, label: str) -> Mrkdwn:
    """The bare label where there is no usable address."""
    address = web_url(url) if url else None
    return Mrkdwn(f"<{escape(address)}|{literal(label)}>") if address else literal(label)


def person(id_: str | None, names: Names) -> Mrkdwn:
    """A name where it is known, which pings nobody; else a mention, which Slack shows as the name."""
    if id_ is None:
        return Mrkdwn("nobody")
    if id_ == CASEBOOK:
        return Mrkdwn("Casebook")
    name = names.get(id_)
    return literal(name) if name else Mrkdwn(f"<@{escape(id_)}>")


def day(value: date) -> str:
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def when_plain(at: datetime) -> str:
    """For places without mrkdwn, where the zone must be said."""
    at = at.astimezone(UTC)
    return f"{day(at)} {at:%H:%M} UTC"


def when(at: datetime) -> Mrkdwn:
    """A moment in each reader's own zone."""
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{when_plain(at)}>")


class _Marks(Mapping[str, str]):
    """Names that can be found again in a finished sentence. The nonce keeps people from writing them themselves."""

    nonce = secrets.token_hex(4)
    mark = re.compile(f"\ue000{nonce}:(.*?)\ue001")

    def __getitem__(self, id_: str) -> str:
        return f"\ue000{self.nonce}:{id_}\ue001"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


MARKS = _Marks()


def told(entry: Entry, *, without_actor: bool = False) -> list[tuple[str, str | None]]:
    """What an entry says, as (text, None) and ("", person) in turn: mentions live, people's text does not."""
    words = deed(entry, MARKS) if without_actor else sentence(entry, MARKS)
    split = MARKS.mark.split(words)
    return [("", piece) if index % 2 else (piece, None) for index, piece in enumerate(split) if piece]


def told_mrkdwn(entry: Entry, names: Names, *, without_actor: bool = False) -> Mrkdwn:
    parts = told(entry, without_actor=without_actor)
    return Mrkdwn("".join(person(who, names) if who else literal(text) for text, who in parts))


def told_plain(entry: Entry, names: Names) -> str | None:
    """The line as plain text; ``None`` if somebody in it has no known name."""
    parts = told(entry)
    if any(who and not names.get(who) for _, who in parts):
        return None
    return "".join(names[who] if who else text for text, who in parts)
