"""What a Web API method is: its scope, tier and arguments beside the function that does it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ..records import Conversation, User
from ..wire import Json, Refused

if TYPE_CHECKING:
    from ..platform import Platform

Tier = Literal["t1", "t2", "t3", "t4", "special"]
Caller = Literal["bot", "app"]

READ = {"public": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}
HISTORY = {"public": "channels:history", "private": "groups:history", "im": "im:history", "mpim": "mpim:history"}
MANAGE = {"public": "channels:manage", "private": "groups:write", "im": "im:write", "mpim": "mpim:write"}
INVITE = {"public": "channels:manage|channels:write.invites", "private": "groups:write|groups:write.invites"}
TOPIC = {"public": "channels:manage|channels:write.topic", "private": "groups:write|groups:write.topic"}


@dataclass
class Call:
    """One call: `args` without the token, decoded. The readers raise Refused as Slack would."""

    platform: "Platform"
    method: "Method"
    args: Json
    warnings: list[str] = field(default_factory=list)

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None else value in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int, most: int) -> int:
        value = self.args.get(name)
        if value in (None, ""):
            return default
        try:
            number = int(str(value))
        except ValueError:
            raise Refused("invalid_arguments", f"[ERROR] must be an integer [json-pointer:/{name}]") from None
        if not 0 < number <= most:
            raise Refused("invalid_limit" if name == "limit" else "invalid_arguments")
        return number

    def names(self, name: str) -> list[str]:
        """A list, or a string with commas."""
        value = self.args.get(name) or []
        parts = value.split(",") if isinstance(value, str) else list(value)
        return [str(part).strip() for part in parts if str(part).strip()]

    def need(self, scope: str) -> None:
        """`a|b`: either will do."""
        provided = self.platform.manifest.scopes
        if not any(one in provided for one in scope.split("|")):
            raise Refused("missing_scope", needed=scope.replace("|", ","), provided=",".join(sorted(provided)))

    def user(self, name: str = "user", error: str = "user_not_found") -> User:
        user = self.platform.workspace.users.get(self.text(name))
        if user is None:
            raise Refused(error)
        return user

    def channel(self, name: str = "channel", member: bool = False) -> Conversation:
        """A conversation that the bot may know of, with the method's scope for its kind. `member`: it must be in it."""
        conversation = self.platform.workspace.conversations.get(self.text(name))
        if conversation is None:
            raise Refused("channel_not_found")
        if conversation.kind != "public" and not self.platform.bot_in(conversation):
            raise Refused("channel_not_found")
        if self.method.scopes_by_kind:
            scope = self.method.scopes_by_kind.get(conversation.kind)
            if scope is None:
                raise Refused("method_not_supported_for_channel_type")
            self.need(scope)
        if member and not self.platform.bot_in(conversation):
            raise Refused("not_in_channel")
        return conversation

    def page(self, items: list[Any], default: int, most: int) -> tuple[list[Any], str]:
        """The page that `cursor` and `limit` ask for, and the next cursor ("" = the end)."""
        limit = self.number("limit", default, most)
        if self.platform.settings.page_size:
            limit = min(limit, self.platform.settings.page_size)
        cursor = self.text("cursor")
        if cursor and not cursor.startswith("next:"):
            raise Refused("invalid_cursor")
        start = int(cursor.removeprefix("next:")) if cursor else 0
        following = start + limit
        return items[start:following], f"next:{following}" if following < len(items) else ""


Handler = Callable[[Call], Json]


@dataclass(frozen=True)
class Method:
    """`scope`: always needed. `scopes_by_kind`: needed for the kind of the channel in question.

    `caller`: whose token it takes, the bot's (or a workflow step's) or the app's.
    """

    name: str
    handler: Handler
    tier: Tier
    scope: str
    scopes_by_kind: dict[str, str]
    required: tuple[str, ...]
    optional: frozenset[str]
    caller: Caller


METHODS: dict[str, Method] = {}


def method(
    name: str,
    tier: Tier,
    scope: str = "",
    required: str = "",
    optional: str = "",
    by_kind: dict[str, str] | None = None,
    caller: Caller = "bot",
) -> Callable[[Handler], Handler]:
    """Enters a function into the table. `required` and `optional`: argument names with spaces between."""

    def enter(handler: Handler) -> Handler:
        known = frozenset(optional.split())
        METHODS[name] = Method(name, handler, tier, scope, by_kind or {}, tuple(required.split()), known, caller)
        return handler

    return enter


def cursor_json(cursor: str) -> Json:
    return {"response_metadata": {"next_cursor": cursor}}
