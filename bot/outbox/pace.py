"""How fast each lane may go: the vendors' rules in one table."""

from datetime import timedelta

from bot.domain.delivery import CHORES, JIRA, PAGERDUTY, SERVICENOW, SLACK, WEBHOOK, Tell
from bot.domain.telling import LATER, NOTEBOOKS, REDRAWING, UPDATES
from bot.storage.claims import Pace


def per_minute(calls: int, burst: int) -> Pace:
    return Pace(timedelta(minutes=1) / calls, burst)


# docs.slack.dev, "Rate limits" and the page of each method: the limit is per method, app and workspace.
PACES = {
    UPDATES: per_minute(50, 20),  # chat.update, Tier 3
    f"{UPDATES}{LATER}": per_minute(30, 10),
    NOTEBOOKS: per_minute(20, 5),  # canvases.create, Tier 2
    f"{SLACK}/home": per_minute(100, 20),  # views.publish, Tier 4
    f"{SLACK}/{Tell.PEOPLE}": per_minute(20, 2),  # users.list, Tier 2
    f"{SLACK}/{Tell.TEAMS}": per_minute(20, 2),  # usergroups.list, Tier 2
    f"{SLACK}/{Tell.PERSON}": per_minute(100, 10),  # users.info, Tier 4
    f"{SLACK}/{Tell.CHANNEL}": per_minute(50, 5),  # conversations.info and .join, Tier 3
    f"{SLACK}/{Tell.JOIN}": per_minute(50, 5),
    f"{SLACK}/{Tell.STEP}": per_minute(50, 20),  # functions.completeSuccess and .completeError, Tier 3
    REDRAWING: per_minute(2, 2),  # ten cards each: most of `UPDATES` is for what people do just now
}
# chat.postMessage: "1 per second per channel", and "short bursts >1 allowed".
MESSAGES = per_minute(60, 4)
# Beside the usual ones it may at times be more than Slack takes, which then asks for a pause.
LATER_MESSAGES = per_minute(30, 2)
# A lane for each recipient, by the partner that its name begins with.
BY_PARTNER = {
    CHORES: per_minute(60_000, 100),  # nobody but our own database is asked
    # Per key; PagerDuty adjusts its limits as it goes, and 120 a minute is what its support has named.
    PAGERDUTY: per_minute(120, 10),
    WEBHOOK: per_minute(300, 5),
    # Both have limits of many kinds that they do not publish as numbers; they ask for a pause when it is too much.
    JIRA: per_minute(600, 20),
    SERVICENOW: per_minute(600, 20),
}


def pace(lane: str) -> Pace:
    usual = LATER_MESSAGES if lane.endswith(LATER) else MESSAGES
    return PACES.get(lane) or BY_PARTNER.get(lane.partition("/")[0], usual)
