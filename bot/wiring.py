"""The composition root: the only module that sees every room."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.config import Settings
from bot.domain.delivery import CHORES, SLACK
from bot.domain.reading import Workspace
from bot.domain.ticket import Partner
from bot.integrations import jira, jira_hooks, pagerduty, servicenow, servicenow_hooks, webhook
from bot.integrations.address import Allowed, checked
from bot.jobs import JOBS, Clockwork, Job, listening_to
from bot.outbox.chores import Chores
from bot.outbox.notices import Notices
from bot.outbox.partners import partner_senders
from bot.outbox.sender import Sender
from bot.outbox.slack import SlackSender
from bot.outbox.tickets import ticket_senders
from bot.outbox.worker import Worker
from bot.storage.database import Database
from bot.surfaces import (
    alerts,
    bulk,
    clicks,
    commands,
    errors,
    events,
    exporting,
    home,
    inboxes,
    options,
    recipients,
    retention,
    rules,
    searching,
    shortcuts,
    silences,
    statistics,
    steps,
    submissions,
    teams,
    ticket_clicks,
    ticket_terms,
    tickets,
)
from bot.surfaces.desk import Desk
from bot.surfaces.replies import Replies
from bot.usecases.listening import Listening
from bot.usecases.outside import Outside
from bot.usecases.people import ask_for_directory, knows_anybody
from bot.usecases.ticket_news import ask_for_news
from bot.vault import OFF, Locked, NoKeyFits, Vault
from bot.web import THREADS, AlertHooks, Hook, Hooks, Server, TicketHooks, site

log = logging.getLogger(__name__)

SOCKETS = 2
THREADS_PER_SOCKET = 20
# Seconds. A connection that broke without a word is noticed, and made again, after up to four of these.
PING_INTERVAL = 2
CLOSES_AGAIN = 0.1
SLACK_TIMEOUT = 8


def utcnow() -> datetime:
    return datetime.now(UTC)


@dataclass
class Casebook:
    """Everything that runs in one process."""

    settings: Settings
    db: Database
    client: WebClient
    workspace: Workspace
    app: App
    desk: Desk
    worker: Worker
    clockwork: Clockwork
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    sockets: list[SocketModeHandler] = field(default_factory=list)
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        listening = self.app if self.settings.mode == "http" else None
        hooks: list[Hooks] = [
            TicketHooks(self.db, self.hooks, self.desk.now),
            AlertHooks(self.db, self.desk.outside.opened, self.desk.now),
        ]
        answering = site(listening, self.db, self.problems, hooks)
        usual = 1 if self.db.is_sqlite else THREADS  # a PostgreSQL works on one request while we do on another
        self.server = Server(answering, self.settings.host, self.settings.port, usual=usual)

    def start(self) -> None:
        """Answers people as soon as this returns; the directory is known before, even on the very first start."""
        self.worker.start()
        self.meet_everybody()  # before the clock's own work, which the very first start would wait for too
        self.meet_partners()
        self.clockwork.start()
        self.server.start()
        if self.settings.mode == "socket":
            self.sockets = [self.socket() for _ in range(SOCKETS)]
            with ThreadPoolExecutor(SOCKETS) as connecting:
                list(connecting.map(lambda socket: socket.connect(), self.sockets))

    def socket(self) -> SocketModeHandler:
        return SocketModeHandler(
            self.app, self.settings.app_token, concurrency=THREADS_PER_SOCKET, ping_interval=PING_INTERVAL
        )

    def meet_everybody(self) -> None:
        """Mirror people, groups and channels; the first time that is done before anybody is answered."""
        first_time = not knows_anybody(self.db)
        now = self.desk.now()
        ask_for_directory(self.db, now, f"start/{now.isoformat()}")
        if first_time:
            self.worker.wait_until_idle(timeout=30)

    def meet_partners(self) -> None:
        """With the news each partner is asked who we are there, and what statuses its tickets have."""
        now = self.desk.now()
        for partner in self.desk.ticketing:
            ask_for_news(self.db, partner, now, f"start/{now.isoformat()}")

    def stop(self, timeout: float = 10.0) -> None:
        """No new work, then what is under way is finished."""
        self.disconnect()
        self.server.stop()
        self.clockwork.stop()
        self.desk.questions.close()
        self.desk.replies.close()
        self.worker.stop(timeout)
        self.db.close()

    def disconnect(self) -> None:
        """All connections at once. The thread that waits for a message, for up to a second, gets an empty one.

        Whoever listens to a connection that was just made takes back its end, and would never notice that it is closed.
        """
        for socket in self.sockets:
            socket.client.auto_reconnect_enabled = False
            socket.client.closed = True
            socket.client.message_queue.put(None)
        with ThreadPoolExecutor(SOCKETS) as pool:
            closing = [pool.submit(socket.close) for socket in self.sockets]
            while wait(closing, CLOSES_AGAIN).not_done:
                for socket in self.sockets:
                    socket.client.current_session_state.terminated = True
            for closed in closing:
                closed.result()

    def problems(self) -> list[str]:
        """What is wrong with this process; empty when it is healthy."""
        found = []
        if not self.worker.is_alive:
            found.append("the outbox worker is not running")
        if self.settings.mode == "socket" and not any(socket.client.is_connected() for socket in self.sockets):
            found.append("not connected to Slack")
        return found


def slack_client(settings: Settings) -> WebClient:
    """Without retry handlers: they would sleep in a listener's thread, and the outbox is the retry."""
    return WebClient(token=settings.bot_token, base_url=settings.api_url, timeout=SLACK_TIMEOUT, retry_handlers=[])


def meet_workspace(client: WebClient) -> Workspace:
    """Who we are; raises ``SlackApiError`` if the token is no good."""
    answer = client.auth_test()
    return Workspace(url=answer["url"], team_id=answer["team_id"], bot_user_id=answer["user_id"])


def build_app(settings: Settings, client: WebClient) -> App:
    """Bolt verifies the token once, now; no request waits for that later.

    ``process_before_response``: a listener runs to its end in the thread that the request came in on. No second thread
    polls for its ``ack()``, and Slack is not told that an event was received before what it says has been kept.
    """
    return App(
        client=client,
        signing_secret=settings.signing_secret,
        process_before_response=True,
        attaching_function_token_enabled=False,  # what a workflow's step has to say goes through the outbox
        logger=logging.getLogger("bolt"),
    )


# Bolt asks one listener after the other whether it is meant, so what people do most comes first.
ROOMS = (
    errors,
    commands,
    clicks,
    submissions,
    home,
    inboxes,
    searching,
    options,
    events,
    shortcuts,
    teams,
    recipients,
    exporting,
    statistics,
    steps,
    bulk,
    retention,
    silences,
    alerts,
    tickets,
    ticket_clicks,
    ticket_terms,
    rules,
)


def register(app: App, desk: Desk) -> None:
    """Every listener."""
    for room in ROOMS:
        room.register(app, desk)


def opened(vault: Vault, sealed: str) -> str:
    """Empty where no key opens it: then nothing that is signed with it can be taken."""
    try:
        return vault.open(sealed)
    except (Locked, NoKeyFits):
        log.warning("A secret of somebody who sends alerts cannot be opened: CASEBOOK_SECRET_KEY lacks its key")
        return ""


def outside_of(vault: Vault, allowed: Allowed) -> Outside:
    return Outside(
        off="" if vault.is_ready else OFF,
        seal=vault.seal,
        open=vault.open,
        opened=lambda sealed: opened(vault, sealed),
        checked_address=lambda address: checked(address, allowed),
        checked_key=pagerduty.checked_key,
        new_secret=webhook.new_secret,
    )


def ticketing_of(settings: Settings, clock: Callable[[], datetime] = utcnow) -> Mapping[str, Partner]:
    """The ticketing systems that are set up, by name."""
    found: dict[str, Partner] = {}
    if settings.jira_url:
        make = jira.jira(
            settings.jira_url, email=settings.jira_email, token=settings.jira_api_token, pat=settings.jira_pat,
            now=clock,
        )  # fmt: skip
        found[jira.SYSTEM.name] = Partner(jira.SYSTEM, make)
    if settings.servicenow_url:
        make = servicenow.servicenow(
            settings.servicenow_url, user=settings.servicenow_user, password=settings.servicenow_password
        )  # fmt: skip
        found[servicenow.SYSTEM.name] = Partner(servicenow.SYSTEM, make)
    return found


def hooks_of(settings: Settings) -> Mapping[str, Hook]:
    """The webhooks that are listened to: each needs a secret to be checked with."""
    known = (
        Hook(jira.SYSTEM, settings.jira_webhook_secret, jira_hooks.read),
        Hook(servicenow.SYSTEM, settings.servicenow_webhook_secret, servicenow_hooks.read),
    )
    return {hook.system.name: hook for hook in known if hook.secret}


def jobs_of(settings: Settings, ticketing: Mapping[str, Partner]) -> tuple[Job, ...]:
    """In Socket Mode Casebook is where nobody can call it, as a rule: then partners are asked often all the same."""
    called = hooks_of(settings) if settings.mode == "http" else {}
    return (*JOBS, *(listening_to(name, calls=name in called) for name in ticketing))


def build(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utcnow,
    ticketing: Mapping[str, Partner] | None = None,
) -> Casebook:
    """``ticketing``: instead of the ticketing systems that the settings name."""
    ticketing = ticketing_of(settings, clock) if ticketing is None else ticketing
    client = slack_client(settings)
    workspace = replace(meet_workspace(client), systems=tuple(one.system for one in ticketing.values()))
    db = Database(settings.database_url)
    vault = Vault(settings.secret_keys)
    allowed = Allowed.of(settings.private_webhooks)
    desk = Desk(
        db=db, workspace=workspace, now=clock, replies=Replies(), outside=outside_of(vault, allowed),
        site=settings.url, ticketing=ticketing,
    )  # fmt: skip
    app = build_app(settings, client)
    register(app, desk)
    listening = Listening()
    senders: dict[str, Sender] = {
        **partner_senders(
            db, Notices(db, vault, workspace), clock, pagerduty_url=settings.pagerduty_url, allowed=allowed
        ),
        SLACK: SlackSender(client, workspace, db, settings.admins, clock, listening),
        CHORES: Chores(db, listening, clock),
        **ticket_senders(db, ticketing, workspace, clock),
    }
    return Casebook(
        settings=settings,
        db=db,
        client=client,
        workspace=workspace,
        app=app,
        desk=desk,
        worker=Worker(db, senders, clock=clock),
        clockwork=Clockwork(db, clock, jobs_of(settings, ticketing)),
        hooks=hooks_of(settings),
    )
