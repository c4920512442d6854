"""Messages in the shapes in which Slack hands them out (integrations.md 8.3, slack-platform.md 5.4 and 5.5)."""

from typing import Any

TS = "1787891648.678409"
MONITOR = (
    "https://app.datadoghq.eu/monitors/12345678?group=host%3Aweb-1&from_ts=1787890656000&to_ts=1787891856000"
    "&event_id=8000000000000000001&link_monitor_id=12345678&link_event_id=8000000000000000001"
)
STATUS = "https://app.datadoghq.eu/monitors/12345678?to_ts=1787891856000"
SIGNAL = "https://app.datadoghq.com/security?event=AQAAAX&panels=signal"
PAGE = "https://app.datadoghq.eu/on-call/pages/52486"
ISSUE = "https://acme.sentry.io/issues/4242/?referrer=slack"


def action(message: dict[str, Any], channel: str = "C1") -> dict[str, Any]:
    """The payload of a message shortcut."""
    return {
        "type": "message_action",
        "callback_id": "case.escalate",
        "trigger_id": "1.2.abc",
        "message_ts": message["ts"],
        "response_url": "https://hooks.slack.com/app/1",
        "message": message,
        "channel": {"id": channel, "name": "alerts"},
        "user": {"id": "U0ANN", "name": "ann"},
        "team": {"id": "T1"},
        "action_ts": "1787891700.1",
    }


def bot(**message: Any) -> dict[str, Any]:
    shape = {"type": "message", "subtype": "bot_message", "bot_id": "B0DD", "username": "Datadog", "ts": TS, "text": ""}
    return shape | message


MONITOR_ATTACHMENT = {
    "title": "Triggered: CPU usage is high on host:web-1",
    "title_link": MONITOR.replace("&", "&amp;"),
    "text": (
        "@slack-sre\n\nHigh CPU &gt; 90 % on web-1\n\n(last triggered: Fri Aug 28 2026 04:32:36 UTC)\n\n- - -\n\n"
        f"<{STATUS}|[Monitor Status>]"
    ),
    "fallback": "Triggered: CPU usage is high on host:web-1 - High CPU",
    "image_url": "https://p.datadoghq.eu/snapshot.png",
    "color": "a30200",
}
MONITOR_TEXT = (
    "Triggered: CPU usage is high on host:web-1\n\n@slack-sre\n\nHigh CPU > 90 % on web-1\n\n"
    "(last triggered: Fri Aug 28 2026 04:32:36 UTC)\n\n- - -\n\nMonitor Status"
)

DATADOG_A = bot(attachments=[MONITOR_ATTACHMENT])
DATADOG_B = {
    "type": "message", "user": "U0DD", "bot_id": "B0DD", "app_id": "A0DD", "ts": TS, "text": "",
    "bot_profile": {"id": "B0DD", "name": "Datadog"}, "attachments": [MONITOR_ATTACHMENT],
}  # fmt: skip
DATADOG_C = bot(
    attachments=[
        {
            "id": 1,
            "fallback": "[no preview available]",
            "title": f"<{SIGNAL}|Brute force login on *checkout*>",
            "blocks": [
                {
                    "type": "section",
                    "text": {"type": "mrkdwn", "text": "*Severity:* high\n12 failed log-ins by `root`"},
                },
                {
                    "type": "actions",
                    "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Mute"}, "value": "1"}],
                },
            ],
        }
    ]
)
DATADOG_D = bot(
    attachments=[
        {
            "fallback": "Page #52486: Checkout is down",
            "blocks": [
                {"type": "section", "text": {"type": "mrkdwn", "text": f"<{PAGE}|Page #52486: Checkout is down>"}},
                {
                    "type": "section",
                    "fields": [
                        {"type": "mrkdwn", "text": "*Status:*\n:white_check_mark: Resolved"},
                        {"type": "mrkdwn", "text": "*Urgency:*\nhigh"},
                    ],
                },
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_list",
                            "style": "bullet",
                            "elements": [
                                {
                                    "type": "rich_text_section",
                                    "elements": [
                                        {"type": "text", "text": "Responder: "},
                                        {"type": "user", "user_id": "U0BOB"},
                                    ],
                                },
                                {
                                    "type": "rich_text_section",
                                    "elements": [
                                        {"type": "link", "url": "https://runbook.example/7?a=1&b=2", "text": "Runbook"},
                                        {"type": "text", "text": " <read it>"},
                                    ],
                                },
                            ],
                        }
                    ],
                },
            ],
        }
    ]
)
DATADOG_E = bot(
    blocks=[
        {
            "type": "header",
            "text": {"type": "plain_text", "text": ":rotating_light: Warn: disk is filling", "emoji": True},
        },
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": f"90 % on <{STATUS}|web-1> since <!date^1787891648^{{time}}|04:34>"},
            "accessory": {
                "type": "button",
                "text": {"type": "plain_text", "text": "Graph"},
                "url": "https://app.datadoghq.eu/s/1",
                "action_id": "g",
            },
        },
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<https://app.datadoghq.eu/logs|Logs>"}]},
    ]
)
ALERTMANAGER = bot(
    username="Alertmanager",
    attachments=[
        {
            "title": "[FIRING:2] HighErr (critical)",
            "title_link": "http://am:9093/#/alerts?receiver=casebook",
            "text": "*Summary:* 5xx above 2 %\n*Labels:* alertname = `HighErr`",
            "fallback": "[FIRING:2] HighErr (critical) | http://am:9093/#/alerts?receiver=casebook",
            "fields": [{"title": "instance", "value": "web-1", "short": True}, {"title": "Silence", "value": ""}],
            "mrkdwn_in": ["fallback", "pretext", "text"],
        }
    ],
)
SENTRY = {
    "type": "message", "user": "U0SENTRY", "bot_id": "B0SENTRY", "ts": TS, "text": "",
    "bot_profile": {"name": "Sentry"},
    "attachments": [
        {
            "color": "#F43F20",
            "fallback": "[shop] TypeError: x is undefined",
            "blocks": [
                {"type": "section", "text": {"type": "mrkdwn", "text": f":red_circle: <{ISSUE}|*TypeError*>"}},
                {"type": "section", "text": {"type": "mrkdwn", "text": "```x is *undefined*```"}},
                {"type": "context", "elements": [{"type": "mrkdwn", "text": "Short ID: SHOP-1"}]},
                {"type": "actions", "elements": [{"type": "button", "value": "1"}]},
            ],
        }
    ],
}  # fmt: skip
PERSON = {
    "type": "message", "user": "U0ANN", "ts": TS, "thread_ts": "1787890000.000100", "client_msg_id": "1",
    "text": (
        ":fire: The checkout page is *blank* for <@U0BOB> &amp; me\nsince "
        "<https://g.example/d/1?a=1&amp;b=2|this graph>, see https://status.example/x. <#C1|ops> <!here> "
        "<!subteam^S1|@sre> &lt;b&gt; <https://g.example/d/1?a=1&amp;b=2>"
    ),
    "blocks": [{"type": "rich_text", "elements": []}],
}  # fmt: skip
FILE = {
    "type": "message", "subtype": "file_share", "user": "U0ANN", "ts": TS, "text": "",
    "files": [
        {"id": "F1", "name": "df.txt", "title": "df.txt", "permalink": "https://acme.slack.com/files/U0ANN/F1/df.txt"},
        {"id": "F2", "mode": "tombstone"},
        {"id": "F3", "name": "top.png", "url_private": "https://files.slack.com/top.png"},
    ],
}  # fmt: skip
EMPTY = bot(username="Beeper", blocks=[{"type": "divider"}])
FORWARDED = {
    "type": "message", "user": "U0ANN", "ts": TS, "text": "",
    "attachments": [{"is_share": True, "text": "look, it is down", "from_url": "https://acme.slack.com/archives/C2/p1"}],
}  # fmt: skip
