"""What alert bots post, in the forms in which they really do: most leave the top-level text empty."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alert:
    """``bot``: the name it is posted under. ``post``: the message's blocks or attachments."""

    bot: str
    post: dict[str, Any]


def monitor(title: str, text: str, number: int = 12345678) -> Alert:
    link = f"https://app.datadoghq.eu/monitors/{number}?link_monitor_id={number}"
    attachment = {
        "title": f"Triggered: {title}",
        "title_link": link,
        "text": f"@slack-alerts\n\n{text}\n\n- - -\n\n<{link}|[Monitor Status>]",
        "fallback": title,
        "color": "#d0021b",
    }
    return Alert("Datadog", {"attachments": [attachment]})


def signal(title: str, text: str, number: int = 1) -> Alert:
    link = f"https://app.datadoghq.eu/security?event=AQAAAY{number:08}&panels=signal"
    attachment = {"title": title, "title_link": link, "text": text, "fallback": title, "color": "#b3261e"}
    return Alert("Datadog", {"attachments": [attachment]})


def error(title: str, text: str, number: int = 1) -> Alert:
    link = f"https://acme.sentry.io/issues/{4200000 + number}/"
    attachment = {"title": title, "title_link": link, "text": text, "fallback": title, "footer": f"WEB-{number}"}
    attachment["color"] = "#e03e2f"
    return Alert("Sentry", {"attachments": [attachment]})


def alertmanager(title: str, text: str, number: int = 1) -> Alert:
    attachment = {
        "title": f"[FIRING:{number}] {title}",
        "title_link": "http://alertmanager.example:9093/#/alerts?receiver=slack",
        "text": text,
        "fallback": title,
        "color": "danger",
        "mrkdwn_in": ["fallback", "pretext", "text"],
    }
    return Alert("Alertmanager", {"attachments": [attachment]})


KINDS = {"monitor": monitor, "signal": signal, "error": error, "alertmanager": alertmanager}

# Posted by turns while the demo runs: (channel, alert).
NOW_AND_THEN = (
    ("alerts", monitor("p95 latency of checkout is above 2 s", "p95 is 2.7 s, usually 0.4 s", 22001)),
    ("alerts", alertmanager("KubePodCrashLooping", "Pod checkout-7f9 restarts every minute", 2)),
    ("security", signal("Login from a new country", "Account grace, Reykjavík", 31)),
    ("alerts", error("TimeoutError in inventory.reserve", "57 events in five minutes", 88)),
    ("alerts", monitor("Disk of db-2 is above 90 %", "93 %, growing by 1 % an hour", 22002)),
)
