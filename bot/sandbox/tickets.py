"""Things an app may use for a short while: trigger ids (3 s, once) and response URLs (30 min, five times).

Source: docs.slack.dev, "Handling user interaction", "Modals".
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from .wire import Refused

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass
class Trigger:
    """`view`: the modal that the click came from, "" from anywhere else. `channel`: where the person was."""

    id: str
    person: str
    made: float
    view: str = ""
    channel: str = ""
    used: bool = False


@dataclass
class ResponseUrl:
    """`ts`: the message that the click was on, "" for a command. `ephemeral`: that message was for one person only."""

    id: str
    person: str
    channel: str
    made: float
    ts: str = ""
    ephemeral: bool = False
    uses: int = 0


class Tickets:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}
        self._count = 0

    def new_trigger(self, person: str, view: str = "", channel: str = "") -> str:
        self._forget_old()
        self._count += 1
        trigger_id = f"{self._count}.1.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(trigger_id, person, self._now(), view, channel)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._now() - trigger.made > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_url(self, person: str, channel: str, ts: str = "", ephemeral: bool = False) -> str:
        """The id of a new response URL; the address is `<server>/response/<id>`."""
        self._forget_old()
        url_id = secrets.token_urlsafe(16)
        self._urls[url_id] = ResponseUrl(url_id, person, channel, self._now(), ts, ephemeral)
        return url_id

    def use_url(self, url_id: str) -> ResponseUrl:
        url = self._urls.get(url_id)
        if url is None:
            raise Refused("invalid_url")
        if self._now() - url.made > RESPONSE_SECONDS:
            raise Refused("expired_url")
        if url.uses >= RESPONSE_USES:
            raise Refused("used_url")
        url.uses += 1
        return url

    def _forget_old(self) -> None:
        """Keeps used and expired ones for an hour, so that a late use still gets its right error."""
        limit = self._now() - 3600
        self._triggers = {key: t for key, t in self._triggers.items() if t.made > limit}
        self._urls = {key: u for key, u in self._urls.items() if u.made > limit}
