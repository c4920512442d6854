"""`/case help alerts`: where alerts come from, which of them become cases, and what happens when very many come."""

from bot.domain.intake import DEFAULT_MOST
from bot.domain.storm import MINUTES
from bot.views.blocks import Message, message, section
from bot.views.text import Mrkdwn

WHENCE = Mrkdwn(
    "• `/case project watch #alerts` makes cases of the alerts that bots post in a channel: by whom, with which words "
    "and tags, or whatever a query finds, asked of the case that the alert would open: "
    "`priority:&gt;=P2 -service:batch`. `/case help search` explains queries.\n"
    "• `/case project hooks OPS` makes addresses to which Datadog, Alertmanager, Sentry, PagerDuty or anything else "
    "sends alerts.\n"
    "• `/case project OPS` lists where a project's alerts come from. Casebook's admins set all this up."
)
ONE = Mrkdwn(
    "One alert is one case, however often it comes. When it recovers, its case is closed or that is noted; when it "
    "triggers again soon after, the case is reopened."
)
STORMS = Mrkdwn(
    f"*Alert storms.* One channel or address opens up to {DEFAULT_MOST} new cases in {MINUTES} minutes, or as many as "
    "was chosen for it. Further kinds of alerts are collected on one case, which is told once. Its card counts them, "
    "its Details list them, `/case list source:storm` finds it. It is over by itself when fewer come, and its case is "
    "closed when all its alerts have recovered."
)


def alert_help() -> Message:
    title = Mrkdwn("*Alerts that become cases*")
    blocks = [section(one) for one in (title, WHENCE, ONE, STORMS)]
    return message("Where alerts come from, and what becomes of them", blocks)
