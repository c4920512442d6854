"""An alert as it arrives, whoever sent it and whichever way: the one shape that every reader makes."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from bot.domain.case import Priority
from bot.domain.facts import ATTRIBUTE_LIMIT, DESCRIPTION_LIMIT, TITLE_LIMIT, Source
from bot.domain.intake import DELIVERY_LIMIT, KEY_LIMIT, LINK_LIMIT, NAME_LIMIT, AlertState, KnownAlert, System
from bot.domain.text import is_blank, kept, kept_line

MOST_TAGS = 20
TAG_NAME = re.compile(r"[a-z0-9_./-]{1,40}")
OTHER_NAMES = {"environment": "env"}
MISSING = "…"


@dataclass(frozen=True, slots=True)
class Alert:
    """``key``: the source's own for it, the same from trigger to recovery and at the next trigger. ``name``: of the
    monitor, signal or error. ``at``: by the source's clock. ``cycle``: the source's name for one time from trigger to
    recovery, ``delivery`` for this very arrival; both may be empty.
    """

    source: System
    key: str
    state: AlertState
    title: str
    at: datetime
    kind: Source = Source.ALERT
    name: str = ""
    text: str = ""
    link: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    priority: Priority = Priority.NOT_SET
    cycle: str = ""
    delivery: str = ""

    @property
    def is_over(self) -> bool:
        return self.state == AlertState.RECOVERED

    def fitting(self, now: datetime) -> "Alert":
        """The same as it can be kept: nothing too long, no time to come, a title in any case."""
        title = short(kept_line(self.title), TITLE_LIMIT)
        title = f"Alert by {self.source.label}" if is_blank(title) else title
        return Alert(
            source=self.source,
            key=hashed(self.key or title, KEY_LIMIT),
            state=self.state,
            title=title,
            at=min(self.at, now),
            kind=self.kind,
            name=short(kept_line(self.name), NAME_LIMIT) or title,
            text=short(kept(self.text), DESCRIPTION_LIMIT),
            link=address(self.link),
            tags=self.tags,
            priority=self.priority,
            cycle=hashed(self.cycle, KEY_LIMIT),
            delivery=hashed(self.delivery, DELIVERY_LIMIT),
        )


def short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + MISSING


def hashed(words: str, limit: int) -> str:
    """As it is if it is short enough, else something that stands for all of it."""
    words = kept_line(words)
    return words if len(words) <= limit else f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"


def address(link: str) -> str:
    """An address of the web, or nothing."""
    link = kept_line(link)
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return link if parts.scheme in {"http", "https"} and parts.netloc and len(link) <= LINK_LIMIT else ""


def tags_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Tags in the form of attributes: a name that comes twice has both values; what no attribute can be is left out."""
    found: dict[str, list[str]] = {}
    for given, words in pairs:
        name, value = kept_line(given).casefold().replace(" ", "_"), kept_line(words)
        name = OTHER_NAMES.get(name, name)
        if TAG_NAME.fullmatch(name) and value and value not in found.get(name, ()):
            found.setdefault(name, []).append(value)
    return {name: short(", ".join(found[name]), ATTRIBUTE_LIMIT) for name in list(found)[:MOST_TAGS]}


def tags_in(listed: str) -> dict[str, str]:
    """Of a list such as ``env:prod, service:checkout``; words without a colon are no tags with a value."""
    words = (word.partition(":") for word in listed.replace("\n", ",").split(","))
    return tags_of((name.strip(), value.strip()) for name, colon, value in words if colon)


def is_late(alert: Alert, known: KnownAlert) -> bool:
    """Whether what it tells was over before what is known: sources repeat themselves, and not always in order."""
    if alert.cycle and known.cycle:  # another one's end is late, and so is a trigger behind the end of its own
        return known.is_over and not alert.is_over if alert.cycle == known.cycle else alert.is_over
    if alert.is_over:
        return not known.is_over and alert.at < known.moved_at
    return known.is_over and alert.at <= known.moved_at
