"""A local Slack that speaks the real wire protocol, in its own thread; `with LocalSlack(manifest=…) as slack:`.

The methods here are for other threads: they block until the server has done what they say.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from . import canvases, steps, verbs
from .driver import Bot, Channel, Group, Message, Person
from .faults import Faults
from .http_delivery import HttpDelivery
from .platform import Platform, Settings
from .records import Canvas
from .running import Running
from .server import Server
from .sockets import DisconnectReason
from .traffic import Record, Traffic
from .wire import Json


class LocalSlack(Running):
    """`burst`: messages a channel takes at once. `retry_delays`: seconds before attempts 1–3 of an event.

    `page_size` above 0 caps every page. `team_url` "" is the server's own address. `now` is the clock of triggers,
    response URLs and rate limits (Unix seconds). `page` adds the addresses of a page to the server.
    `patience`: seconds that `person.modal` waits.
    """

    def __init__(
        self,
        manifest: Path | str | Mapping[str, Any] | None = None,
        port: int = 0,
        rate_limits: bool = True,
        burst: int = 20,
        ack_timeout: float = 3.0,
        retry_delays: Sequence[float] = (0.0, 60.0, 300.0),
        page_size: int = 0,
        team_url: str = "https://acme.slack.com/",
        team_domain: str = "acme",
        team_name: str = "Acme",
        now: Callable[[], float] = time.time,
        bot_token: str = "",
        app_token: str = "",
        signing_secret: str = "",
        page: Callable[[web.Application], None] | None = None,
        patience: float = 3.0,
    ) -> None:
        settings = Settings(
            port=port, rate_limits=rate_limits, burst=burst, ack_timeout=ack_timeout, retry_delays=retry_delays,
            page_size=page_size, team_url=team_url, team_domain=team_domain, team_name=team_name, now=now,
            bot_token=bot_token, app_token=app_token, signing_secret=signing_secret,
        )  # fmt: skip
        if manifest is not None:
            settings.manifest = manifest
        super().__init__()
        self.platform = Platform(settings)
        self._server = Server(self.platform, page)
        self.patience = patience
        self._delivery: HttpDelivery | None = None
        self.platform.workspace.subscribe(lambda _: self.moved())
        self.platform.traffic.subscribe(lambda _: self.moved())

    # -- running --------------------------------------------------------------------------------------------------
    async def _begin(self) -> None:
        await self._server.start()

    async def _shut_down(self) -> None:
        self.platform.deliveries.stop()
        await self.platform.sockets.stop()
        if self._delivery is not None:
            await self._delivery.close()
        await self._server.stop()

    # -- what the app needs ---------------------------------------------------------------------------------------
    @property
    def url(self) -> str:
        return self.platform.url

    @property
    def api_url(self) -> str:
        return f"{self.platform.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.platform.bot_token

    @property
    def app_token(self) -> str:
        return self.platform.app_token

    @property
    def signing_secret(self) -> str:
        return self.platform.signing_secret

    @property
    def bot_user(self) -> str:
        return self.platform.bot_user

    def deliver_to(self, url: str | None, verify: bool = True) -> None:
        """HTTP mode: everything goes to `url`, signed; None = Socket Mode again. Raises ValueError when the app there
        does not answer the challenge."""
        self.run(self._deliver_to(url, verify))

    async def _deliver_to(self, url: str | None, verify: bool) -> None:
        platform = self.platform
        if self._delivery is not None:
            await self._delivery.close()
            self._delivery = None
        platform.deliveries.transport = platform.sockets
        if url is None:
            return
        delivery = HttpDelivery(url, platform.signing_secret, platform.now, platform.settings.ack_timeout)
        if verify:
            try:
                await delivery.verify()
            except ValueError:
                await delivery.close()
                raise
        self._delivery = platform.deliveries.transport = delivery

    def wait_connected(self, count: int = 1, timeout: float = 10) -> None:
        self.wait_for(lambda: self.platform.sockets.count >= count, timeout, f"{count} Socket Mode connection(s)")

    def disconnect_sockets(self, reason: DisconnectReason = "refresh_requested", grace: float = 1.0) -> None:
        """Announces the end to all connections, which are closed `grace` seconds later; returns after that."""
        self.run(self.platform.sockets.disconnect(reason, grace))

    def drop_sockets(self) -> None:
        """Breaks all connections without a word."""
        self.ask(self.platform.sockets.drop_all)

    # -- the workspace --------------------------------------------------------------------------------------------
    def add_person(
        self,
        name: str,
        real_name: str = "",
        email: str | None = None,
        admin: bool = False,
        owner: bool = False,
        guest: bool = False,
        stranger: bool = False,
        tz: str = "Europe/Paris",
    ) -> Person:
        fields: Json = {"name": name, "real_name": real_name or name.title(), "tz": tz, "admin": admin, "owner": owner}
        fields |= {"guest": guest, "stranger": stranger}
        if email is not None:
            fields["email"] = email
        return Person(self, self.ask(verbs.add_person, self.platform, fields)["id"])

    def add_channel(
        self,
        name: str,
        members: Sequence[Person] = (),
        private: bool = False,
        bot: bool = False,
        ext_shared: bool = False,
    ) -> Channel:
        """`bot`: the app's bot is a member too."""
        fields: Json = {"name": name, "members": [person.id for person in members], "private": private, "bot": bot}
        added = self.ask(verbs.add_channel, self.platform, fields | {"ext_shared": ext_shared})
        return Channel(self, added["id"])

    def add_group(self, handle: str, name: str = "", members: Sequence[Person] = ()) -> Group:
        fields = {"handle": handle, "name": name, "members": [person.id for person in members]}
        return Group(self, self.ask(verbs.add_group, self.platform, fields)["id"])

    def add_bot(self, name: str, as_user: bool = False) -> Bot:
        """A bot that is not the app. `as_user`: its messages carry `user` and `bot_id` instead of a username."""
        return Bot(self, self.ask(verbs.add_bot, self.platform, {"name": name, "as_user": as_user})["id"])

    def run_step(self, callback_id: str, inputs: Json | None = None) -> str:
        """Runs a workflow step; the id under which `step` has it."""
        return self.ask(steps.run_step, self.platform, callback_id, inputs or {})

    def step(self, execution_id: str) -> Json:
        """`state` (running, done, failed), `inputs`, `outputs`, `error`."""
        return dict(self.platform.steps[execution_id])

    def revoke_tokens(self) -> None:
        self.ask(steps.revoke_tokens, self.platform)

    def uninstall(self) -> None:
        self.ask(steps.uninstall, self.platform)

    def reinstall(self) -> None:
        self.ask(steps.reinstall, self.platform)

    # -- looking around -------------------------------------------------------------------------------------------
    def person(self, name: str) -> Person:
        """By name or id. Raises LookupError."""
        user = self.ask(self.platform.workspace.find_user, name)
        if user is None:
            raise LookupError(f"nobody is called {name}")
        return Person(self, user.id)

    def channel(self, name: str) -> Channel:
        """By name or id. Raises LookupError."""
        conversation = self.ask(self.platform.workspace.find_conversation, name)
        if conversation is None:
            raise LookupError(f"no channel is called {name}")
        return Channel(self, conversation.id)

    def canvas(self, canvas_id: str) -> Canvas:
        """Raises KeyError."""
        return self.platform.workspace.canvases[canvas_id]

    def write_in(self, canvas_id: str, markdown: str) -> None:
        """As a person does, at the end of a canvas."""
        self.ask(canvases.write, self.platform, self.canvas(canvas_id), markdown)

    def messages(self, channel: Channel) -> list[Message]:
        """What everybody in the channel sees, oldest first, without replies."""
        posts = self.ask(self.platform.workspace.lasting, channel.id)
        return [Message(self, post.channel, post.ts) for post in posts if post.in_channel]

    def thread(self, message: Message) -> list[Message]:
        """The message and its replies, oldest first."""
        return [message, *message.replies]

    def permalink(self, message: Message) -> str:
        return message.permalink

    @property
    def traffic(self) -> Traffic:
        return self.platform.traffic

    @property
    def refusals(self) -> list[Record]:
        return self.platform.traffic.refusals()

    @property
    def warnings(self) -> list[Record]:
        return self.platform.traffic.warnings()

    @property
    def faults(self) -> Faults:
        return self.platform.faults

    # -- waiting --------------------------------------------------------------------------------------------------
    def settle(self, timeout: float = 10) -> None:
        """Waits until no delivery to the app is under way."""
        self.run(self.platform.deliveries.settle(), timeout)

    # -- keeping --------------------------------------------------------------------------------------------------
    def snapshot(self) -> Json:
        """The workspace as JSON; ephemerals and open modals are not in it. May be taken before `start` too."""
        return self.ask(self.platform.workspace.snapshot) if self.is_running else self.platform.workspace.snapshot()

    def restore(self, state: Json) -> None:
        if self.is_running:
            self.ask(self.platform.restore, state)
        else:
            self.platform.restore(state)
