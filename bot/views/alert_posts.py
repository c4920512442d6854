"""Reader of alerts that bots post in channels, in the forms in which they really do (our reference, 8.3).

Bots differ in what they say: links say best which alert it is, the title says what state that is in.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.domain.alert import Alert, tags_in, tags_of
from bot.domain.facts import Source
from bot.domain.intake import AlertState, System
from bot.domain.reading import PostRef
from bot.views.posts import is_bot, read_post

Payload = Mapping[str, Any]

PREFIX = re.compile(
    r"(?:\[(?P<mark>firing|resolved|alerting|ok|triggered|recovered|warn(?:ing)?|no data)[^\]]*\]"
    r"|(?P<word>(?:re-)?(?:triggered|warn|no data)|renotify|recovered|resolved|firing|alerting|ok)\b"
    r"(?: on \{[^}\n]*\})?[^:\n]{0,40}:)\s*",
    re.IGNORECASE,
)
STATES = {
    "recovered": AlertState.RECOVERED,
    "resolved": AlertState.RECOVERED,
    "ok": AlertState.RECOVERED,
    "warn": AlertState.WARNING,
    "warning": AlertState.WARNING,
    "re-warn": AlertState.WARNING,
    "no data": AlertState.NO_DATA,
    "re-no data": AlertState.NO_DATA,
}
STATUS = re.compile(r"^status:\s*(?::\w+:|\W)*(resolved|recovered|closed|ok)\b", re.IGNORECASE | re.MULTILINE)
TAGS = re.compile(r"^tags:\s*(.+)$", re.IGNORECASE | re.MULTILINE)
LABEL = re.compile(
    r"^(service|env|environment|instance|severity|cluster|region|host):\s+(\S.{0,200})$", re.I | re.MULTILINE
)
SYSTEMS = {
    System.DATADOG: ("datadog", "ddog-gov"),
    System.ALERTMANAGER: ("alertmanager", "prometheus"),
    System.SENTRY: ("sentry",),
    System.PAGERDUTY: ("pagerduty",),
}
# Where a link says which alert it is: a pattern for its path, and the key that is made of it.
PLACES = (
    (re.compile(r"/monitors/(\d+)"), "monitor/{}"),
    (re.compile(r"/on-call/pages/(\d+)"), "page/{}"),
    (re.compile(r"/error-tracking/issue/([\w-]+)"), "issue/{}"),
    (re.compile(r"/issues/(\d+)"), "issue/{}"),
    (re.compile(r"/incidents/(\w+)"), "incident/{}"),
)
EDITED = "message_changed"


def post_of(event: Payload, ours: str) -> Payload | None:
    """The post of another bot that a message event tells of: a new one, or one that the bot has changed.

    ``None`` for people's, Casebook's own, deleted ones and replies. ``ours``: Casebook's own user.
    """
    message: Payload = event
    if event.get("subtype") == EDITED:
        message = event.get("message") or {}
    elif event.get("subtype") not in {None, "", "bot_message"}:
        return None
    thread = message.get("thread_ts")
    if not is_bot(message) or message.get("user") == ours or (thread and thread != message.get("ts")):
        return None
    return message if message.get("subtype") in {None, "", "bot_message"} else None


def read_alert(event: Payload, message: Payload) -> tuple[Alert, PostRef] | None:
    """``None`` for a changed post that does not tell of an end: it was heard when it was new."""
    channel = str(event.get("channel", ""))
    post = read_post({"message": message, "channel": {"id": channel}})
    title, word = without_state(post.title)
    state = state_of(word, post.text)
    is_edit = event.get("subtype") == EDITED
    if is_edit and state != AlertState.RECOVERED:
        return None
    links = [url for url, _ in post.links]
    system = system_of(post.author, links)
    at = datetime.fromtimestamp(float(event.get("event_ts") or post.ts if is_edit else post.ts), UTC)
    key, link = key_of(system, title, links)
    alert = Alert(
        source=system,
        key=key,
        state=state,
        title=title,
        at=at,
        kind=Source(post.source) if post.source != Source.PERSON else Source.ALERT,
        name=title,
        text=post.text,
        link=link,
        tags=tags_from(post.text, links),
        delivery=f"post/{channel}/{post.ts}" + ("/over" if is_edit else ""),
    )
    return alert, post


def without_state(title: str) -> tuple[str, str]:
    """The title without the state that it begins with, and that state's word."""
    found = PREFIX.match(title)
    if not found or not title[found.end() :].strip():
        return title, ""
    return title[found.end() :].strip(), (found["mark"] or found["word"]).casefold()


def state_of(word: str, text: str) -> AlertState:
    if word:
        return STATES.get(word, AlertState.TRIGGERED)
    return AlertState.RECOVERED if STATUS.search(text) else AlertState.TRIGGERED


def system_of(author: str, links: Iterable[str]) -> System:
    """By the name that the bot goes by, then by where its links lead."""
    hosts = [urlsplit(link).netloc.casefold() for link in links]
    for system, names in SYSTEMS.items():
        if any(name in author.casefold() for name in names):
            return system
    for system, names in SYSTEMS.items():
        if any(name in host for name in names for host in hosts):
            return system
    return System.OTHER


def key_of(system: System, title: str, links: Iterable[str]) -> tuple[str, str]:
    """What tells the alert from every other one, and the link that said so. A monitor has an alert for each group."""
    links = list(links)
    for link in links:
        parts = urlsplit(link)
        asked = parse_qs(parts.query)
        for pattern, form in PLACES:
            if found := pattern.search(parts.path):
                group = ",".join(asked.get("group", ()))
                return (
                    form.format(found[1]) + f"/{group}" if form.startswith("monitor") else form.format(found[1])
                ), link
        if "/security" in parts.path and (event := asked.get("event")):
            return f"signal/{event[0]}", link
        if monitor := asked.get("link_monitor_id"):
            return f"monitor/{monitor[0]}/{','.join(asked.get('group', ()))}", link
    # Alertmanager's title has the labels of the group, then in parentheses those that its alerts have in common now.
    named = title.partition(" (")[0] if system == System.ALERTMANAGER else title
    return f"title/{named.casefold()}", links[0] if links else ""


def tags_from(text: str, links: Iterable[str]) -> dict[str, str]:
    """Of a line "Tags: …", of fields that are named like tags, and of the group that a link names."""
    groups = ",".join(group for link in links for group in parse_qs(urlsplit(link).query).get("group", ()))
    listed = ",".join([groups, *TAGS.findall(text)]).replace("`", "")
    labels = ((name, value) for name, value in LABEL.findall(text))
    return tags_of([*tags_in(listed).items(), *labels])
