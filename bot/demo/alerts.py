"""What alert bots post, in the forms in which they really do: most leave the top-level text empty."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Alert:
    """``bot``: the name it is posted under. ``post``: the message's blocks or attachments."""

    bot: str
    post: dict[str, Any]


def monitor(title: str, text: str, number: int = 12345678, state: str = "Triggered") -> Alert:
    """``state``: ``Triggered`` or ``Recovered``."""
    link = f"https://app.datadoghq.eu/monitors/{number}?link_monitor_id={number}"
    attachment = {
        "title": f"{state}: {title}",
        "title_link": link,
        "text": f"@slack-alerts\n\n{text}\n\n- - -\n\n<{link}|[Monitor Status>]",
        "fallback": title,
        "color": "#2eb67d" if state == "Recovered" else "#d0021b",
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
