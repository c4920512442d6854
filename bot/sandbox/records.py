"""What a workspace consists of. Plain records: all fields are JSON-able, so a snapshot is `asdict`."""

import base64
from dataclasses import dataclass, field
from typing import Literal

from .wire import Json

Kind = Literal["public", "private", "im", "mpim"]


@dataclass
class User:
    """A person or a bot user. `stranger`: from another organisation, here through Slack Connect."""

    id: str
    name: str
    real_name: str
    email: str = ""
    tz: str = "Europe/Paris"
    admin: bool = False
    owner: bool = False
    guest: bool = False
    stranger: bool = False
    deleted: bool = False
    bot_id: str = ""
    app_id: str = ""
    updated: int = 0

    @property
    def is_bot(self) -> bool:
        return bool(self.bot_id)


@dataclass
class Conversation:
    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    archived: bool = False
    ext_shared: bool = False
    topic: str = ""
    purpose: str = ""
    bookmarks: list[Json] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)


@dataclass
class Usergroup:
    id: str
    handle: str
    name: str
    members: list[str] = field(default_factory=list)
    disabled: bool = False
    created: int = 0
    updated: int = 0


@dataclass
class Post:
    """A message. `body` is what Slack hands out, without what is worked out (reply counts, metadata).

    `only_for`: the one person who sees it (ephemeral). `owner`: the bot id or user id that may change it.
    `pings`: who gets notified: user ids, `S…` ids, here, channel, everyone.
    """

    channel: str
    ts: str
    body: Json
    owner: str
    only_for: str = ""
    metadata: Json | None = None
    pings: list[str] = field(default_factory=list)

    @property
    def thread_ts(self) -> str:
        return str(self.body.get("thread_ts", ""))

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def in_channel(self) -> bool:
        """Shown in the channel itself, not only in a thread."""
        return not self.is_reply or self.body.get("subtype") == "thread_broadcast"


@dataclass
class View:
    """A modal or a Home tab. `body` is the view as the app gave it; `values` what is typed into it by now.

    `version` counts publications and updates; `errors` maps block ids to what the app objected to;
    `trouble` is the notice that Slack shows when the app failed.
    """

    id: str
    kind: Literal["modal", "home"]
    person: str
    body: Json
    hash: str
    root_id: str
    previous_id: str = ""
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    version: int = 1
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    opened_from: str = ""


@dataclass
class StoredFile:
    """`content`: base64. `alt`: what the picture shows, in words."""

    id: str
    name: str
    title: str
    mimetype: str
    size: int
    user: str
    created: int
    content: str = ""
    complete: bool = False
    channels: list[str] = field(default_factory=list)
    alt: str = ""

    def bytes(self) -> bytes:
        return base64.b64decode(self.content)


@dataclass
class Canvas:
    """`channel`: whose own canvas it is, "" for one that stands by itself. `sections`: id to Markdown, in order.

    `access`: channel to read, write or owner.
    """

    id: str
    title: str
    owner: str
    channel: str = ""
    sections: dict[str, str] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    deleted: bool = False


@dataclass
class AlertBot:
    """A bot that is not the app. `user`: its bot user, "" for the legacy form that only has a username."""

    id: str
    name: str
    user: str = ""
