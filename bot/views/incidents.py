"""What Slack shows of an incident besides the case's card: the channel's topic, its bookmark, and the goodbye."""

from bot.domain.case import Case
from bot.domain.incident import Incident
from bot.views.blocks import Message, context, message
from bot.views.limits import clip, one_line
from bot.views.text import Mrkdwn, escape, mrkdwn
from bot.views.words import case_name

# docs.slack.dev, "conversations.setTopic"
TOPIC = 250
BOOKMARK = 80


def topic(case: Case, incident: Incident, commander: str) -> str:
    """Commander and key first: a long title must not push them out."""
    said = f"{incident.severity} {case.key}, led by {commander}: {one_line(case.title)}"
    return clip(escape(said), TOPIC)


def bookmark(case: Case) -> str:
    return clip(f"{case.key} {one_line(case.title)}", BOOKMARK)


def farewell(case: Case, incident: Incident) -> Message:
    then = Mrkdwn(" This channel is archived now.") if incident.archives else Mrkdwn("")
    reason = mrkdwn(" as {}", case.reason) if case.reason else Mrkdwn("")
    said = mrkdwn("{} is closed{}, so this incident is over.{}", case_name(case), reason, then)
    return message(said, [context(said)])
