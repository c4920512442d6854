"""Settings from the environment. An error names the variable and what it should be; secrets are never shown."""

import base64
import binascii
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from dotenv import dotenv_values

SLACK_API = "https://slack.com/api/"
PAGERDUTY_EVENTS = "https://events.pagerduty.com/v2/enqueue"
# Bolt takes both together as a wish to install by OAuth, and then leaves the bot token out of account.
NOT_OURS = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,}")
ADDRESS = re.compile(r"https?://[\w.-]|https?://\[[0-9a-f:.]+\]", re.IGNORECASE)
PLACE = re.compile(r"([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")

Mode = Literal["socket", "http"]
LogFormat = Literal["text", "json"]


class SettingsError(Exception):
    """One line for each variable that is missing or wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Settings:
    """``app_token`` is empty unless set, and must be set in Socket Mode; ``signing_secret`` likewise in HTTP mode.

    ``secret_keys``: the first seals, all open. ``private_webhooks``: hosts, hosts with a port, and networks. Jira and
    ServiceNow are off while their ``url`` is empty; without a webhook secret they are asked, and never call.
    ``url``: our web server's for the outside, empty unless set.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    api_url: str = SLACK_API
    mode: Mode = "socket"
    host: str = "127.0.0.1"
    port: int = 3000
    admins: frozenset[str] = frozenset()
    database_url: str = field(default="sqlite:///casebook.db", repr=False)
    log_format: LogFormat = "text"
    log_level: str = "info"
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    pagerduty_url: str = PAGERDUTY_EVENTS
    private_webhooks: tuple[str, ...] = ()
    jira_url: str = ""
    jira_email: str = ""
    jira_api_token: str = field(default="", repr=False)
    jira_pat: str = field(default="", repr=False)
    jira_webhook_secret: str = field(default="", repr=False)
    servicenow_url: str = ""
    servicenow_user: str = ""
    servicenow_password: str = field(default="", repr=False)
    servicenow_webhook_secret: str = field(default="", repr=False)
    url: str = ""


class Reading:
    """The values, and what is wrong with them so far."""

    def __init__(self, values: Mapping[str, str | None]) -> None:
        self.values = values
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return (self.values.get(name) or "").strip() or default

    def wrong(self, name: str, should_be: str) -> None:
        self.problems.append(f"{name} {should_be}")

    def token(self, name: str, prefixes: tuple[str, ...], where: str, *, needed: str) -> str:
        """``needed``: when it must be set, as the end of a sentence; empty if it need not be."""
        token = self.text(name)
        if not token and needed:
            self.wrong(name, f"is missing{needed}: {where}.")
        elif token and not token.startswith(prefixes):
            self.wrong(name, f"should start with {prefixes[0]} and does not: {where}.")
        return token

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, choices[0]).lower()
        if value in choices:
            return value
        self.wrong(name, f"should be {', '.join(choices[:-1])} or {choices[-1]}, not {value!r}.")
        return choices[0]

    def port(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if value.isascii() and value.isdigit() and int(value) <= 65535:
            return int(value)
        self.wrong(name, f"should be a number from 0 (any free port) to 65535, not {value!r}.")
        return default

    def address(self, name: str, default: str, what: str) -> str:
        value = self.text(name, default)
        if not ADDRESS.match(value):
            self.wrong(name, f"should be the address of {what}, for example {default}.")
        return value

    def site(self, name: str, example: str) -> str:
        """Where a partner is; its password goes there, so nobody may listen on the way. Empty if it is not set."""
        value = self.text(name).rstrip("/")
        if value and not (value.lower().startswith("https://") or is_loopback(value)):
            self.wrong(name, f"should be an address that begins with https://, for example {example}.")
        elif value and not ADDRESS.match(value):
            self.wrong(name, f"should be an address, for example {example}.")
        return value

    def together(self, names: Sequence[str], what: str) -> None:
        """All of them are set, or none."""
        if missing := [name for name in names if not self.text(name)]:
            self.wrong(missing[0], f"is missing and is needed for {what}: set {listed(names)}, or none of them.")

    def own_address(self, name: str) -> str:
        """Empty unless set."""
        value = self.text(name)
        if value and (not ADDRESS.match(value) or urlsplit(value).query or urlsplit(value).fragment):
            self.wrong(
                name, "should be the address under which Casebook is reached, for example https://casebook.example.com."
            )
        return value.rstrip("/")

    def words(self, name: str) -> tuple[str, ...]:
        """What is written there with commas or spaces between."""
        return tuple(word for word in re.split(r"[,\s]+", self.text(name)) if word)

    def keys(self, name: str) -> tuple[str, ...]:
        keys = self.words(name)
        if not all(map(is_key, keys)):
            self.wrong(name, "should be a key that `python -m bot key` made, or several with commas, the newest first.")
        return keys

    def places(self, name: str) -> tuple[str, ...]:
        places = tuple(word.lower() for word in self.words(name))
        if strange := [word for word in places if not is_place(word)]:
            self.wrong(
                name,
                "should be host names, hosts with a port and networks separated by commas, for example "
                f"hooks.example.com,10.1.2.3:8080,10.2.0.0/16, and {', '.join(strange)} is none of these.",
            )
        return places

    def people(self, name: str) -> frozenset[str]:
        ids = frozenset(self.words(name))
        if strange := sorted(word for word in ids if not SLACK_ID.fullmatch(word)):
            self.wrong(
                name,
                "should be Slack user ids separated by commas, for example U012ABCDEF (in a person's profile: ⋮, "
                f"Copy member ID), and {', '.join(strange)} cannot be one.",
            )
        return ids

    def database_url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        scheme = urlsplit(value).scheme
        if scheme == "sqlite":
            if not value.partition(":///")[2] or ":memory:" in value:
                self.wrong(name, f"should name a file, for example {default}.")
        elif scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
            self.wrong(name, f"should be {default} or postgresql://user:password@host/name.")
        elif not find_spec("psycopg"):
            self.wrong(name, "names PostgreSQL, whose driver is not installed: pip install 'casebook[postgres]'.")
        return value


def is_key(word: str) -> bool:
    """32 bytes in URL-safe Base64, as Fernet has them."""
    try:
        return len(base64.b64decode(word.encode("ascii"), altchars=b"-_", validate=True)) == 32
    except (binascii.Error, UnicodeEncodeError):
        return False


def is_loopback(address: str) -> bool:
    """Plain http to ourselves is heard by nobody else."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return address.lower().startswith("http://") and host in {"localhost", "127.0.0.1", "::1"}


def listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def is_place(word: str) -> bool:
    """A host, a host with a port, or a network."""
    try:
        return bool(PLACE.fullmatch(word) and urlsplit(f"//{word}").port != 0) or bool(ip_network(word))
    except ValueError:
        return False


def load(environ: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
    """From the environment, and from the file ``dotenv`` for what the environment leaves out."""
    file = dotenv_values(dotenv, interpolate=False) if dotenv and dotenv.is_file() else {}
    environ = os.environ if environ is None else environ
    reading = Reading({**file, **environ})
    if all(name in environ for name in NOT_OURS):
        reading.wrong(
            NOT_OURS[0], f"and {NOT_OURS[1]} are set: with them Slack's library ignores SLACK_BOT_TOKEN. Unset them."
        )
    mode = cast(Mode, reading.choice("CASEBOOK_MODE", ("socket", "http")))
    settings = Settings(
        bot_token=bot_token(reading),
        app_token=app_token(reading, mode),
        signing_secret=signing_secret(reading, mode),
        api_url=reading.address("SLACK_API_URL", SLACK_API, "Slack's Web API").rstrip("/") + "/",
        mode=mode,
        host=reading.text("CASEBOOK_HOST", "127.0.0.1"),
        port=reading.port("CASEBOOK_PORT", 3000),
        admins=reading.people("CASEBOOK_ADMINS"),
        database_url=reading.database_url("DATABASE_URL", "sqlite:///casebook.db"),
        log_format=cast(LogFormat, reading.choice("LOG_FORMAT", ("text", "json"))),
        log_level=reading.choice("LOG_LEVEL", ("info", "debug", "warning", "error")),
        secret_keys=reading.keys("CASEBOOK_SECRET_KEY"),
        pagerduty_url=reading.address("PAGERDUTY_EVENTS_URL", PAGERDUTY_EVENTS, "PagerDuty's Events API v2"),
        private_webhooks=reading.places("CASEBOOK_PRIVATE_WEBHOOKS"),
        jira_url=reading.site("JIRA_URL", "https://acme.atlassian.net"),
        jira_email=reading.text("JIRA_EMAIL"),
        jira_api_token=reading.text("JIRA_API_TOKEN"),
        jira_pat=reading.text("JIRA_PAT"),
        jira_webhook_secret=reading.text("JIRA_WEBHOOK_SECRET"),
        servicenow_url=reading.site("SERVICENOW_URL", "https://acme.service-now.com"),
        servicenow_user=reading.text("SERVICENOW_USER"),
        servicenow_password=reading.text("SERVICENOW_PASSWORD"),
        servicenow_webhook_secret=reading.text("SERVICENOW_WEBHOOK_SECRET"),
        url=reading.own_address("CASEBOOK_URL"),
    )
    check_tickets(reading, settings)
    if reading.problems:
        raise SettingsError(reading.problems)
    return settings


def bot_token(reading: Reading) -> str:
    where = "the Bot User OAuth Token of your app's page OAuth & Permissions"
    return reading.token("SLACK_BOT_TOKEN", ("xoxb-", "xoxe.xoxb-"), where, needed=" and is always needed")


def app_token(reading: Reading, mode: Mode) -> str:
    where = "an App-Level Token with the scope connections:write, made on your app's page Basic Information"
    needed = " and is needed in Socket Mode (CASEBOOK_MODE=socket)" if mode == "socket" else ""
    return reading.token("SLACK_APP_TOKEN", ("xapp-",), where, needed=needed)


def signing_secret(reading: Reading, mode: Mode) -> str:
    where = "the Signing Secret of your app's page Basic Information"
    needed = " and is needed in HTTP mode (CASEBOOK_MODE=http)" if mode == "http" else ""
    return reading.token("SLACK_SIGNING_SECRET", ("",), where, needed=needed)


def check_tickets(reading: Reading, settings: Settings) -> None:
    """A partner is set up whole, or not at all."""
    cloud = ("JIRA_URL", "JIRA_EMAIL", "JIRA_API_TOKEN")
    if settings.jira_pat and (settings.jira_email or settings.jira_api_token):
        reading.wrong("JIRA_PAT", "is for Jira Data Center, JIRA_EMAIL and JIRA_API_TOKEN are for Jira Cloud: set one.")
    elif settings.jira_pat:
        reading.together(("JIRA_URL", "JIRA_PAT"), "Jira Data Center")
    elif any(reading.text(name) for name in (*cloud, "JIRA_WEBHOOK_SECRET")):
        reading.together(cloud, "Jira Cloud (Data Center: JIRA_URL and JIRA_PAT)")
    names = ("SERVICENOW_URL", "SERVICENOW_USER", "SERVICENOW_PASSWORD")
    if any(reading.text(name) for name in (*names, "SERVICENOW_WEBHOOK_SECRET")):
        reading.together(names, "ServiceNow")


def manifest_file() -> Path:
    """``manifest.yml`` at the top of a checkout; the wheel carries it inside the package."""
    here = Path(__file__).parent
    beside = here.parent / "manifest.yml"
    return beside if beside.is_file() else here / "manifest.yml"
