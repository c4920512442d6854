"""The check-up: what is wrong, and what to do about it. Nothing is changed and no secret is shown."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot.config import Settings, SettingsError, manifest_file
from bot.domain.delivery import CHORES, JIRA, PAGERDUTY, SERVICENOW, SLACK, WEBHOOK, Delivery, State
from bot.domain.link import LABELS, label_of
from bot.domain.project import Channel
from bot.domain.ticket import Partner
from bot.integrations import jira, servicenow
from bot.integrations.errors import Declined, Shut, Trouble
from bot.logs import redacted
from bot.storage import revision
from bot.storage.database import Database, Work
from bot.storage.deliveries import Waiting
from bot.wiring import hooks_of, ticketing_of

STUCK_AFTER = timedelta(minutes=5)
PARTNERS = {SLACK: "Slack", CHORES: "Casebook's own chores", PAGERDUTY: "PagerDuty", WEBHOOK: "Webhooks", **LABELS}
REACH = "See that `python -m bot serve` runs and can reach it; nothing is lost, all goes out in order once it answers."
OF_TICKETS = f"{REACH} *Retry* on a ticket tries at once."
REMEDIES = {CHORES: "See that `python -m bot serve` runs.", JIRA: OF_TICKETS, SERVICENOW: OF_TICKETS}
LISTED = "`python -m bot outbox list` shows each with its error."
SKEW = timedelta(seconds=60)
LOOKED_AT = 500
OF_THE_TOKEN = {
    "account_inactive", "invalid_auth", "missing_scope", "no_permission", "not_allowed_token_type", "not_authed",
    "org_login_required", "team_access_not_granted", "token_expired", "token_revoked",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` is wrong and its ``remedy``, each a sentence or two. A warning does not keep Casebook from working."""

    level: Literal["problem", "warning"]
    what: str
    remedy: str


def settings_findings(error: SettingsError) -> list[Finding]:
    return [
        Finding("problem", sentence, "Set it in the environment or in .env; .env.example explains each setting.")
        for sentence in error.problems
    ]


def examine(settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> list[Finding]:
    db = Database(settings.database_url, pool_size=2)
    try:
        return [*slack(settings, now), *database(db, now), *tickets(settings, db, now)]
    finally:
        db.close()


# -- Jira and ServiceNow -----------------------------------------------------------------------------------------------


def tickets(settings: Settings, db: Database, now: Callable[[], datetime]) -> Iterator[Finding]:
    """What is wrong with partners of tickets: they cannot be reached, or tickets fail."""
    ticketing = ticketing_of(settings)
    for partner in ticketing.values():
        try:
            partner.make().me()
        except Trouble as trouble:
            yield unreachable(partner.system.label, trouble)
    with suppress(SQLAlchemyError):  # what is wrong with the database has been said
        if is_there(db) and revision.is_current(db):
            yield from failing_tickets(db, ticketing, now())


def unreachable(label: str, trouble: Trouble) -> Finding:
    if isinstance(trouble, Shut | Declined):
        return Finding("problem", f"{label} does not let Casebook in: {trouble.problem}.", trouble.remedy)
    what = f"{label} cannot be reached: {trouble.problem}."
    return Finding("problem", what, "Check its address and the network; what waits for it is told once it answers.")


def failing_tickets(db: Database, ticketing: Mapping[str, Partner], now: datetime) -> Iterator[Finding]:
    with db.read() as work:
        faring = {name: work.tickets.faring(name) for name in work.tickets.partners()}
        news = {name: work.tickets.news_of(name) for name in ticketing}
    for name, one in faring.items():
        label = label_of(name)
        if name not in ticketing and one.live:
            what = f"{one.live} tickets of {label} are linked, and {label} is off: nobody tells or hears them."
            yield Finding("problem", what, f"Set {name.upper()}_URL and what belongs to it, or unlink them.")
        elif one.failing:
            since = f", the first for {since_words(now - one.since)}" if one.since else ""
            remedy = "Their cards say why; *Retry* there, or `python -m bot outbox retry`, tries again."
            yield Finding("problem", f"{one.failing} of {one.live} tickets of {label} fail{since}.", remedy)
    for name, mark in news.items():
        if mark and mark.problem and mark.problem_at:
            what = f"News of {label_of(name)} cannot be read since {since_words(now - mark.problem_at)}."
            yield Finding("problem", what, mark.problem)


def since_words(age: timedelta) -> str:
    minutes = max(int(age.total_seconds()) // 60, 1)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def notes(settings: Settings) -> Iterator[str]:
    """What is neither good nor bad: who we are at each partner, and which partners are off."""
    ticketing = ticketing_of(settings)
    for name, system in (("JIRA_URL", jira.SYSTEM), ("SERVICENOW_URL", servicenow.SYSTEM)):
        partner = ticketing.get(system.name)
        if partner is None:
            yield f"{system.label} is off: {name} is not set."
            continue
        with suppress(Trouble):
            us = partner.make().me()
            yield f"{system.label} is on. Casebook is {us.name or us.id} there; {hearing(settings, system.name)}"


def hearing(settings: Settings, partner: str) -> str:
    called = partner in hooks_of(settings)
    return f"it is called at /hooks/{partner}, and asks besides." if called else "it asks every minute what is new."


# -- Slack ------------------------------------------------------------------------------------------------------------


def slack(settings: Settings, now: Callable[[], datetime]) -> Iterator[Finding]:
    client = WebClient(token=settings.bot_token, base_url=settings.api_url, timeout=10, retry_handlers=[])
    try:
        answer = client.auth_test()
    except (SlackApiError, OSError) as error:
        yield trouble(error, settings, "bot")
        return
    headers = {name.lower(): value for name, value in answer.headers.items()}
    yield from scopes(headers, wanted_scopes(manifest_file()))
    yield from clock(headers, now())
    if settings.mode == "socket":
        yield from socket_mode(client, settings)


def trouble(error: SlackApiError | OSError, settings: Settings, whose: Literal["bot", "app"]) -> Finding:
    """Why Slack did not answer a call made with this token."""
    if isinstance(error, OSError):
        what = f"Slack cannot be reached at {settings.api_url}: {error}."
        return Finding("problem", what, "Check the network, HTTPS_PROXY and SLACK_API_URL.")
    reason = refusal(error)
    if reason not in OF_THE_TOKEN:
        what = f"Slack answers with trouble of its own: {reason}."
        return Finding("problem", what, "Try again in a minute; slack-status.com says how Slack is doing.")
    if whose == "bot":
        remedy = "Install the app again and copy SLACK_BOT_TOKEN from its page OAuth & Permissions."
        return Finding("problem", f"Slack refuses the bot token: {reason}.", remedy)
    remedy = "Make one with the scope connections:write on the app's page Basic Information: SLACK_APP_TOKEN."
    return Finding("problem", f"Slack refuses the app-level token: {reason}.", remedy)


def refusal(error: SlackApiError) -> str:
    """Slack's word for it; slack_sdk puts a whole page there when the answer is no JSON."""
    data = getattr(error.response, "data", error.response)
    word = str(data.get("error") or "") if isinstance(data, dict) else ""
    return word if word and " " not in word else "an answer that is not Slack's"


def wanted_scopes(manifest: Path) -> frozenset[str]:
    import yaml  # noqa: PLC0415 - nobody who serves needs it

    content: dict[str, Any] = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    return frozenset(content["oauth_config"]["scopes"]["bot"])


def scopes(headers: Mapping[str, Any], wanted: frozenset[str]) -> Iterator[Finding]:
    granted = {scope.strip() for scope in str(headers.get("x-oauth-scopes", "")).split(",")} - {""}
    if not granted:
        yield Finding(
            "warning", "Slack did not say which scopes the token has.", "Compare the app's scopes with manifest.yml."
        )
    elif missing := wanted - granted:
        yield Finding(
            "problem",
            f"The bot token lacks the scopes {', '.join(sorted(missing))}.",
            "Paste manifest.yml into the app's page App Manifest, save, and install the app again.",
        )


def clock(headers: Mapping[str, Any], now: datetime) -> Iterator[Finding]:
    try:
        theirs = parsedate_to_datetime(str(headers["date"]))
    except (KeyError, ValueError):
        return
    skew = now - theirs
    if abs(skew) > SKEW:
        way = "ahead of" if skew > timedelta() else "behind"
        yield Finding(
            "problem",
            f"This machine's clock is {abs(skew).total_seconds():.0f} s {way} Slack's.",
            "Set the clock (switch on NTP): Slack's signatures are valid for 5 minutes, and timelines need true times.",
        )


def socket_mode(client: WebClient, settings: Settings) -> Iterator[Finding]:
    try:
        client.apps_connections_open(app_token=settings.app_token)
    except (SlackApiError, OSError) as error:
        yield trouble(error, settings, "app")


# -- the database -----------------------------------------------------------------------------------------------------


def database(db: Database, now: Callable[[], datetime]) -> Iterator[Finding]:
    try:
        needed = revision.head()
        present = revision.current(db) if is_there(db) else None
        if present != needed:
            yield schema(db, present, needed)
            return
        yield from deliveries(db, now())
        yield from channels(db)
        yield from people(db)
    except SQLAlchemyError as error:
        yield Finding(
            "problem",
            f"The database {shown(db)} cannot be used: {redacted(first_line(error))}.",
            "Check DATABASE_URL, that the database runs, and that this user may read and write it.",
        )


def is_there(db: Database) -> bool:
    """Looking into an SQLite file that is not there would make it."""
    return not db.is_sqlite or Path(db.url.database or "").exists()


def schema(db: Database, present: str | None, needed: str | None) -> Finding:
    what = f"The database {shown(db)} has schema {present or 'none'}, this Casebook needs {needed}."
    return Finding("problem", what, "Run `python -m bot migrate` (on SQLite, `serve` does it by itself).")


def shown(db: Database) -> str:
    """The address without its password."""
    return db.url.render_as_string(hide_password=True)


def first_line(error: SQLAlchemyError) -> str:
    return (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0].rstrip(".")


def deliveries(db: Database, now: datetime) -> Iterator[Finding]:
    with db.read() as work:
        stuck = [(one, why_waiting(work, one)) for one in work.deliveries.waiting_since(now - STUCK_AFTER, now)]
        dead = work.deliveries.backlog().counts[State.DEAD]
        rows = work.deliveries.dead(LOOKED_AT)
    for one, why in stuck:
        yield waits(one, why, now)
    if dead:
        yield from dead_letters(dead, rows)


def why_waiting(work: Work, waiting: Waiting) -> str:
    """The error, or what its ticket or the news say: a partner that lets nobody in is no fault of any delivery."""
    ticket = work.tickets.by_id(waiting.oldest.data.get("ticket", 0))
    news = work.tickets.news_of(waiting.partner)
    why = waiting.error or (ticket and ticket.problem) or (news and news.problem)
    return redacted(why or "no attempt has failed").rstrip(".")


def waits(waiting: Waiting, why: str, now: datetime) -> Finding:
    name, since = PARTNERS.get(waiting.partner, waiting.partner), waiting.oldest.created_at
    many = "1 delivery waits" if waiting.count == 1 else f"{waiting.count} deliveries wait"
    when = f"since {since:%Y-%m-%d %H:%M} UTC, {since_words(now - since)}"
    what = f"{name}: {many}, the oldest {when}: {why}."
    return Finding("problem", what, f"{REMEDIES.get(waiting.partner, REACH)} {LISTED}")


def dead_letters(count: int, rows: Any) -> Iterator[Finding]:
    lanes = Counter((row.lane, last_error(row)) for row in rows)
    for (lane, error), many in lanes.most_common():
        yield Finding(
            "problem",
            f"{many} deliveries of {lane} are dead: {error}.",
            "Mend the cause, then `python -m bot outbox retry --dead`; or `outbox drop` those that nobody misses.",
        )
    if count > len(rows):
        yield Finding("problem", f"{count - len(rows)} older deliveries are dead as well.", "See `outbox list --dead`.")


def last_error(row: Delivery) -> str:
    return redacted(row.last_error or "no error was recorded").rstrip(".")


def channels(db: Database) -> Iterator[Finding]:
    with db.read() as work:
        rows = {channel.id: channel for channel in work.projects.channels()}
        homes = [(p.key, "project", rows.get(p.home_channel)) for p in work.projects.all()]
        homes += [(t.handle, "team", rows.get(t.home_channel)) for t in work.teams.all() if t.home_channel]
    for key, kind, channel in homes:
        if channel and (finding := home_channel(key, kind, channel)):
            yield finding


def home_channel(key: str, kind: str, channel: Channel) -> Finding | None:
    name = f"#{channel.name}" if channel.name else channel.id
    if channel.mirrored_at is None:
        until = f"; until then {key} is private" if kind == "project" else ""
        what = f"Slack has not yet told Casebook about {name}, the home channel of {key}{until}."
        return Finding("warning", what, "Let `python -m bot serve` run for a minute; see `outbox list` if it stays.")
    if channel.is_archived:
        what = f"{name}, the home channel of {key}, is archived: nothing of {key} can be posted."
        return Finding("problem", what, f"Unarchive it, or give {key} another with `/case {kind} {key}`.")
    if not channel.is_member:
        what = f"Casebook is not in {name}, the home channel of {key}: it sees no replies there."
        return Finding("problem", what, f"Type `/invite @casebook` in {name}.")
    return None


def people(db: Database) -> Iterator[Finding]:
    with db.read() as work:
        if work.people.any():
            return
    yield Finding(
        "problem",
        "Casebook knows nobody of the workspace yet, so it must turn everybody away.",
        "Start `python -m bot serve`: it asks Slack for everybody at once; the bot needs the scope users:read.",
    )
