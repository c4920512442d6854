"""Readers of Slack messages: a post that somebody escalates or keeps, and a reply in a thread.

A case's text is the first that is not empty of text, blocks, attachments and their fallback; of an alert, all of them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.domain.facts import DESCRIPTION_LIMIT, TITLE_LIMIT, Source
from bot.domain.reading import PostRef
from bot.views.incoming import Reading, readable, rows, tidy, unescape
from bot.views.limits import clip, one_line
from bot.views.text import NOBODY, Names

Payload = Mapping[str, Any]
Files = tuple[tuple[str, str], ...]

_EMOJI = re.compile(r"(?<!\w):[a-z+][a-z0-9_+'-]*:(?::skin-tone-\d:)?(?!\w)")
_ONLY_MENTIONS = re.compile(r"(?:[@#][\w.-]+[\s,:]*)+\Z")
_STATE_PREFIX = re.compile(r"(?:re-?)?(?:triggered|warn|recovered|no data)\b[^:\n]{0,40}:", re.IGNORECASE)
_MENTIONED = re.compile(r'<@([UW][A-Z0-9]+)|"user_id": "([UW][A-Z0-9]+)"')
_LETTERS = re.compile(r"[\W_]+")


def read_post(payload: Payload, names: Names = NOBODY) -> PostRef:
    """Of a message shortcut. ``names``: people by id; without it an author is known by id only."""
    message: Payload = payload["message"]
    ts = str(message.get("ts") or payload.get("message_ts"))
    reading = Reading(names)
    text = text_of(message, reading)
    author, files = author_of(message, names), files_of(message)
    return PostRef(
        channel=str(payload["channel"]["id"]),
        ts=ts,
        thread_ts=str(message.get("thread_ts") or ts),
        author=author,
        text=clip(text, DESCRIPTION_LIMIT),
        title=title_of(text) or _title_without_text(author, files),
        source=source_of(message, text, reading.links).value,
        links=tuple(reading.links.items()),
        files=files,
    )


def is_bot(message: Payload) -> bool:
    return bool(message.get("bot_id") or message.get("subtype") == "bot_message")


def text_of(message: Payload, reading: Reading) -> str:
    """What a person reads in the message; its links are noted in ``reading``."""
    own = reading.mrkdwn(str(message.get("text") or ""))
    if own and not is_bot(message):
        return own
    parts = [own, _blocks_text(message.get("blocks"), reading)]
    parts += [_attachment_text(attachment, reading) for attachment in rows(message.get("attachments"))]
    return "\n\n".join(_without_repeats(parts))


def _without_repeats(parts: list[str]) -> list[str]:
    """Bots often say in text what their blocks say again."""
    kept = [part for part in parts if part]
    core = [_LETTERS.sub("", part).casefold() for part in kept]
    return [
        part
        for index, part in enumerate(kept)
        if not any(core[index] in other and (index > i or core[index] != other) for i, other in enumerate(core)
                   if i != index)
    ]  # fmt: skip


def _blocks_text(blocks: Any, reading: Reading) -> str:
    return tidy("\n".join(part for block in rows(blocks) if (part := _block_text(block, reading))))


def _block_text(block: Payload, reading: Reading) -> str:
    kind = str(block.get("type"))
    if kind == "rich_text":
        return reading.rich(block)
    if kind in {"header", "section", "markdown"}:
        _note_buttons([block.get("accessory")], reading)
        texts = [block.get("text"), *rows(block.get("fields"))]
        return "\n".join(filter(None, (_object_text(text, reading) for text in texts)))
    _note_buttons(block.get("elements"), reading)
    if kind == "context":  # its links are evidence, its words are decoration
        for element in rows(block.get("elements")):
            _object_text(element, reading)
    return ""


def _object_text(found: Any, reading: Reading) -> str:
    text = found.get("text") if isinstance(found, Mapping) else found
    return _label_first(reading.mrkdwn(text)) if isinstance(text, str) else ""


def _label_first(text: str) -> str:
    """A field is a label above a value: on one line they read better."""
    label, _, value = text.partition("\n")
    return f"{label} {value}" if label.endswith(":") and value and "\n" not in value else text


def _note_buttons(elements: Any, reading: Reading) -> None:
    for element in rows(elements):
        if element.get("url"):
            label = element.get("text")
            reading.link(str(element["url"]), str(label.get("text", "")) if isinstance(label, Mapping) else "")


def _attachment_text(attachment: Payload, reading: Reading) -> str:
    title = reading.mrkdwn(str(attachment.get("title") or ""))
    if attachment.get("title_link"):
        reading.link(unescape(str(attachment["title_link"])), title)
    parts = [
        reading.mrkdwn(str(attachment.get("pretext") or "")),
        title,
        reading.mrkdwn(str(attachment.get("text") or "")),
        "\n".join(filter(None, (_field_text(field, reading) for field in rows(attachment.get("fields"))))),
        _blocks_text(attachment.get("blocks"), reading),
    ]
    _note_buttons(attachment.get("actions"), reading)
    said = "\n\n".join(_without_repeats(parts))
    return said or reading.mrkdwn(str(attachment.get("fallback") or ""))


def _field_text(field: Payload, reading: Reading) -> str:
    title, value = (reading.mrkdwn(str(field.get(key) or "")) for key in ("title", "value"))
    return f"{title.rstrip(':')}: {value}" if title and value else title or value


def title_of(text: str) -> str:
    """The first line that says something, without emoji codes; empty if none does."""
    for line in text.splitlines():
        said = one_line(_EMOJI.sub(" ", line)).lstrip("•> ")
        if any(char.isalnum() for char in said) and not _ONLY_MENTIONS.match(said):
            return clip(said, TITLE_LIMIT)
    return ""


def _title_without_text(author: str, files: Files) -> str:
    if files:
        return clip(f"File {files[0][0]}", TITLE_LIMIT)
    return clip(f"Message from {author}" if author else "Message", TITLE_LIMIT)


def author_of(message: Payload, names: Names = NOBODY) -> str:
    """The name that was shown; a person's id where no name is known."""
    bot = message.get("bot_profile") or {}
    profile = message.get("user_profile") or {}
    if is_bot(message):
        return one_line(str(message.get("username") or bot.get("name") or "a bot"))
    id_ = str(message.get("user") or "")
    return one_line(names.get(id_) or str(profile.get("display_name") or profile.get("real_name") or id_))


def files_of(message: Payload) -> Files:
    """(name, address) of each file that still exists."""
    found: dict[str, str] = {}
    for file in rows(message.get("files")):
        url = file.get("permalink") or file.get("url_private")
        if url and file.get("mode") != "tombstone":
            found.setdefault(str(url), one_line(str(file.get("title") or file.get("name") or "File")))
    return tuple((name, url) for url, name in found.items())


def source_of(message: Payload, text: str, links: Mapping[str, str]) -> Source:
    """By its links, then by its words; what a person wrote themselves comes from a person."""
    forwarded = not str(message.get("text") or "").strip()
    if not (is_bot(message) or forwarded):
        return Source.PERSON
    for source, fits in ((Source.SIGNAL, _is_signal), (Source.ERROR, _is_error), (Source.MONITOR, _is_monitor)):
        if any(fits(url) for url in links):
            return source
    if is_bot(message):
        return Source.MONITOR if _STATE_PREFIX.match(title_of(text)) else Source.ALERT
    return Source.PERSON


def _is_signal(url: str) -> bool:
    parts = urlsplit(url)
    return "/security" in parts.path and ("datadog" in parts.netloc or "signal" in url)


def _is_error(url: str) -> bool:
    parts = urlsplit(url)
    return "/error-tracking" in parts.path or ("sentry" in parts.netloc and "/issues/" in parts.path)


def _is_monitor(url: str) -> bool:
    parts = urlsplit(url)
    return bool(re.search(r"/monitors/\d", parts.path)) or "link_monitor_id=" in parts.query


@dataclass(frozen=True, slots=True)
class ThreadReply:
    """``change``: new, edited or deleted. ``author``: a person's id. ``files``: (name, address)."""

    channel: str
    ts: str
    thread_ts: str
    author: str
    text: str
    files: Files
    change: str


REPLIES = {None, "", "file_share", "thread_broadcast", "me_message"}


def read_thread_reply(event: Payload, names: Names = NOBODY) -> ThreadReply | None:
    """``None`` for whatever is not a person's reply in a thread, and for an edit that changed none of its words."""
    change, message, ts = "new", event, event.get("ts")
    before: Payload = event.get("previous_message") or {}
    if event.get("subtype") == "message_changed":
        change, message = "edited", event.get("message") or {}
        ts = message.get("ts")
    elif event.get("subtype") == "message_deleted":
        change, message, ts = "deleted", before, event.get("deleted_ts")
    if message.get("subtype") == "tombstone":
        change, message = "deleted", before or message
    thread = message.get("thread_ts")
    if not (ts and thread and thread != ts and message.get("user")) or is_bot(message):
        return None
    if change != "deleted" and message.get("subtype") not in REPLIES:
        return None
    if change == "edited" and before and _content(before) == _content(message):
        return None
    return ThreadReply(
        channel=str(event.get("channel", "")),
        ts=str(ts),
        thread_ts=str(thread),
        author=str(message["user"]),
        text="" if change == "deleted" else text_of(message, Reading(names)),
        files=() if change == "deleted" else files_of(message),
        change=change,
    )


def _content(message: Payload) -> tuple[Any, ...]:
    """What an edit may change; an unfurled link changes the message too."""
    return message.get("text"), files_of(message)


def people_in(message: Payload) -> frozenset[str]:
    """The ids of a message's author and of everybody mentioned in it, whose names the readers want."""
    found = {mention or id_ for mention, id_ in _MENTIONED.findall(json.dumps(message, default=str))}
    return frozenset(found | {str(message["user"])} if message.get("user") else found)


__all__ = [
    "ThreadReply", "author_of", "files_of", "people_in", "read_post", "read_thread_reply", "readable", "source_of",
    "text_of", "title_of",
]  # fmt: skip
