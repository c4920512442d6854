"""What Slack's errors mean: which pass, which stay, and what people can do about those.

Codes: the error tables of chat.postMessage, chat.update, views.publish and conversations.*, docs.slack.dev.
"""

import socket
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.outbox.sender import Failure, LockedOut, Refused, TooFast, Unreachable

# Where the token came from is at fault, not the delivery: it all goes through once Casebook is installed again.
TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked", "org_login_required"}
)
REINSTALL = "Slack does not take Casebook's token. Install the app again and set SLACK_BOT_TOKEN; nothing is lost."

RATE = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
DEFAULT_PAUSE = 30.0

# Slack's own trouble. "It's possible some aspect of the operation succeeded before the error was raised."
PASSING = frozenset(
    {
        "accesslimited",
        "database_error",
        "external_channel_migrating",
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "timeout",
    }
)

# The message that we wanted to change or reply to is gone, or was posted by an app that is not us any more.
GONE = frozenset({"cant_update_message", "message_not_found", "thread_not_found"})
# Private, or of other people, or simply not there: Slack does not say which.
OUTSIDE = frozenset({"channel_not_found", "not_in_channel"})
NO_PERSON = frozenset({"user_disabled", "user_not_found", "user_not_visible", "users_not_found"})

LEFT = "{place} is not in this workspace any more. If cases are still assigned to them, give those to somebody else."
LET_IN = (
    "Casebook cannot get into {place}. Type `/invite @casebook` there, or give the project or team another home "
    "channel with `/case project` or `/case team`."
)
MAY_NOT_POST = (
    "A workspace setting keeps Casebook from posting in {place}. Allow it under the channel's posting permissions, or "
    "give the project or team another home channel with `/case project` or `/case team`."
)
OUR_MISTAKE = "Slack refused the form of what Casebook sent, which is a mistake in Casebook: please report it."
REMEDIES: Mapping[str, str] = {
    "is_archived": (
        "{place} is archived. Unarchive it, or give the project or team another home channel with `/case project` or "
        "`/case team`."
    ),
    "channel_not_found": LET_IN,
    "not_in_channel": LET_IN,
    "restricted_action": MAY_NOT_POST,
    "restricted_action_non_threadable_channel": MAY_NOT_POST,
    "restricted_action_read_only_channel": MAY_NOT_POST,
    "restricted_action_thread_only_channel": MAY_NOT_POST,
    "edit_window_closed": (
        "A workspace setting forbids changing messages after a while, so cards grow stale. Allow it under *Settings* → "
        "*Permissions* → *Message editing*."
    ),
    **dict.fromkeys(NO_PERSON, LEFT),
    "cannot_dm_bot": "{place} is an app, and apps cannot be written to. Give its cases to a person.",
}
EVERYWHERE: Mapping[str, str] = {
    "messages_tab_disabled": (
        "Nobody can be written to, since Casebook's Messages tab is off. Switch it on at api.slack.com/apps under "
        "*App Home*."
    ),
    "missing_scope": (
        "The Slack app lacks a permission. Bring it up to date from `manifest.yml` and install it again; "
        "`python -m bot doctor` names what is missing."
    ),
    "not_enabled": "Casebook's Home tab is off. Switch it on at api.slack.com/apps under *App Home*.",
    "invalid_arguments": OUR_MISTAKE,
    "invalid_blocks": OUR_MISTAKE,
    "invalid_blocks_format": OUR_MISTAKE,
    "invalid_metadata_format": OUR_MISTAKE,
    "metadata_too_large": OUR_MISTAKE,
    "msg_blocks_too_long": OUR_MISTAKE,
    "msg_too_long": OUR_MISTAKE,
    "no_text": OUR_MISTAKE,
    "view_too_large": OUR_MISTAKE,
}
UNKNOWN = (
    "Slack refused with “{problem}”. Once its cause is removed, `python -m bot outbox retry` sends what was left over."
)


def ask(method: Callable[..., SlackResponse], target: str = "", /, **arguments: Any) -> dict[str, Any]:
    """Slack's answer, or a `Failure`. ``target``: the channel or person that a remedy would be about."""
    try:
        answer = method(**arguments)
    except SlackApiError as error:
        raise failure(error.response, target) from error
    except URLError as error:
        raise Unreachable("no connection", perhaps_sent=not never_connected(error.reason)) from error
    except (OSError, HTTPException) as error:
        raise Unreachable(f"connection broken ({type(error).__name__})", perhaps_sent=True) from error
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def never_connected(reason: str | BaseException | None) -> bool:
    return isinstance(reason, ConnectionRefusedError | socket.gaierror)


def failure(response: SlackResponse, target: str) -> Failure:
    problem = str(response.get("error") or "")
    if response.status_code == 429 or problem in RATE:
        return TooFast("ratelimited", pause(response.headers))
    if response.status_code >= 500 or problem in PASSING or not problem.replace("_", "").isalnum():
        # What is not a code is the error page of something between Slack and us.
        return Unreachable(f"{problem or response.status_code}"[:60], perhaps_sent=True)
    if problem in TOKEN:
        return LockedOut(problem, REINSTALL)
    return refusal(problem, target)


def refusal(problem: str, target: str) -> Refused:
    """A code that is in no table counts as meant: trying for a day would hold up all that comes after it."""
    if problem in EVERYWHERE:
        return Refused(problem, EVERYWHERE[problem], everywhere=True)
    if is_person(target) and problem in OUTSIDE:
        return Refused(problem, LEFT.format(place=place(target)))
    remedy = REMEDIES.get(problem, UNKNOWN)
    return Refused(problem, remedy.format(place=place(target), problem=problem))


def pause(headers: Mapping[str, Any]) -> float:
    """Seconds, from ``Retry-After``."""
    value = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    value = value[0] if isinstance(value, list) else value
    return float(value) if str(value).replace(".", "", 1).isdigit() else DEFAULT_PAUSE


def is_person(target: str) -> bool:
    return target[:1] in {"U", "W"}


def place(target: str) -> str:
    """Channel or person as a mention."""
    if is_person(target):
        return f"<@{target}>"
    return f"<#{target}>" if target[:1] in {"C", "G"} else "that conversation"
