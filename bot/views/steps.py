"""Steps of workflows: what Slack says of one that runs, and how people are told to use them."""

import re
from collections.abc import Mapping
from typing import Any

from bot.domain.step import FORMS, Step
from bot.views.blocks import Message, context, message, section
from bot.views.posts import readable
from bot.views.text import Mrkdwn

LINKS = 20
ADDRESS = re.compile(r"https?://[^\s<>|,]+")
# Casebook's own languages: a mention or a comparison in it means what it says.
AS_TYPED = {"query"}


def read_step(event: Mapping[str, Any]) -> Step:
    """Of ``function_executed``: docs.slack.dev, "function_executed". Inputs that are empty are left out."""
    name = str(event["function"]["callback_id"])
    known = {*FORMS[name].needs, *FORMS[name].may}
    given = {
        one: str(value) for one, value in (event.get("inputs") or {}).items() if one in known and value is not None
    }
    words = {one: (text if one in AS_TYPED else readable(text)).strip() for one, text in given.items()}
    found = (address.replace("&amp;", "&") for address in ADDRESS.findall(given.get("links", "")))
    return Step(
        name=name,
        execution=str(event["function_execution_id"]),
        inputs={one: text for one, text in words.items() if text},
        links=tuple(dict.fromkeys(found))[:LINKS],
    )


STEPS = Mrkdwn(
    "*Create a case* gives back its key, a link, and where its card is\n"
    "*Update a case's status*, *Assign a case*, *Add a note* take a case's key, such as OPS-12\n"
    "*Find cases* takes a query and gives back how many there are and the first keys"
)
HOW = Mrkdwn(
    "In Slack, open *Tools* → *Workflow Builder*, make or change a workflow, press *Add steps* and look for "
    "*Casebook*. In each step set *Run as* to the person who ran the workflow: the step may do what that person may, "
    "and the case's timeline names them. For a workflow that starts by itself, choose somebody who answers for it."
)
IF_IT_FAILS = Mrkdwn(
    "A step that cannot do what it is asked says why; the workflow's activity log shows the sentence. However "
    "often Slack tells Casebook of the same run, it is done once."
)
PLAN = Mrkdwn(
    "Steps from apps need one of Slack's paid plans, and Slack shows them only where an organization's owner has "
    "installed Casebook for the organization. Whoever builds a workflow chooses whom it runs as, so admins should say "
    "in Slack's settings who may build workflows with Casebook's steps."
)


def workflow_help() -> Message:
    blocks = [
        section(Mrkdwn("*Casebook in Slack's workflows*")),
        section(STEPS),
        section(HOW),
        section(IF_IT_FAILS),
        context(PLAN),
    ]
    return message("Casebook's steps for Slack's Workflow Builder, how to use them and what they need", blocks)
