"""The parts of the local Slack put together; everything else is handed this."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import manifest as manifests
from .deliveries import Deliveries
from .events import Events
from .faults import Faults
from .inputs import Values
from .manifest import Manifest
from .ratelimits import RateLimits
from .records import Conversation, User, View
from .shapes import view_json
from .sockets import Sockets
from .tickets import Tickets
from .traffic import Traffic
from .wire import Json
from .workspace import Workspace

MINIMAL_MANIFEST = {"display_information": {"name": "App"}}


@dataclass
class Settings:
    """`burst`: messages a channel takes at once. `retry_delays`: seconds before each redelivery of an event."""

    manifest: Path | str | Mapping[str, Any] = field(default_factory=lambda: dict(MINIMAL_MANIFEST))
    host: str = "127.0.0.1"
    port: int = 0
    rate_limits: bool = True
    burst: int = 20
    ack_timeout: float = 3.0
    retry_delays: Sequence[float] = (0.0, 60.0, 300.0)
    page_size: int = 0
    team_url: str = "https://acme.slack.com/"
    team_domain: str = "acme"
    team_name: str = "Acme"
    now: Callable[[], float] = time.time
    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""


class Platform:
    """`page_size`: when above 0, no list is longer, so that an app must follow cursors."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.now = settings.now
        self.url = ""
        self.manifest: Manifest = manifests.load(settings.manifest)
        self.bot_token = settings.bot_token or f"xoxb-{secrets.token_hex(16)}"
        self.app_token = settings.app_token or f"xapp-1-{secrets.token_hex(16)}"
        self.signing_secret = settings.signing_secret or secrets.token_hex(16)
        self.traffic = Traffic(self.now)
        self.workspace = Workspace(self.now, settings.team_url, settings.team_domain, settings.team_name)
        self.faults = Faults()
        self.limits = RateLimits(self.now, settings.rate_limits, settings.burst)
        self.tickets = Tickets(self.now)
        self.deliveries = Deliveries(self.traffic, self.faults, settings.retry_delays)
        self._install()
        self.sockets = Sockets(self.traffic, self.app_id, settings.ack_timeout, self._sockets_changed)
        self.deliveries.transport = self.sockets
        self.events = Events(self)
        self.step_tokens: dict[str, float] = {}
        self.steps: dict[str, Json] = {}
        self.token_state = ""
        self.message_values: dict[tuple[str, str, str], Values] = {}

    def _install(self) -> None:
        """The app's own bot user; the first in a workspace, so that its ids survive a restart."""
        user_id, self.bot_id = self.workspace.new_id("U"), self.workspace.new_id("B")
        self.app_id = self.workspace.new_id("A")
        bot = User(user_id, self.manifest.bot_name, self.manifest.name, tz="Etc/UTC")
        bot.bot_id, bot.app_id = self.bot_id, self.app_id
        self.bot_user = self.workspace.add_user(bot).id
        for event, scope in self.manifest.unscoped_events():
            self.traffic.warn("event_without_scope", f"{event} needs {scope}, it will never arrive", {"event": event})

    def _sockets_changed(self) -> None:
        self.workspace.changed("socket", connections=self.sockets.count)

    def restore(self, state: Json) -> None:
        """The workspace of a snapshot, with the app as the manifest describes it now."""
        self.workspace.restore(state)
        bot = self.workspace.users[self.bot_user]
        bot.name, bot.real_name = self.manifest.bot_name, self.manifest.name

    # -- what several parts ask -----------------------------------------------------------------------------------
    def bot_in(self, conversation: Conversation) -> bool:
        return self.bot_user in conversation.members

    def app_dm(self, person: str) -> Conversation:
        return self.workspace.direct(self.bot_user, person)

    def view_json(self, view: View) -> Json:
        return view_json(view, self.workspace, self.app_id, self.bot_id)

    def response_address(self, url_id: str) -> str:
        return f"{self.url}/response/{url_id}"

    def bot_profile(self) -> Json:
        return {
            "id": self.bot_id,
            "app_id": self.app_id,
            "name": self.manifest.name,
            "team_id": self.workspace.team_id,
            "deleted": False,
            "updated": 0,
            "icons": {},
        }
