"""`/case help`: every command with an example. ``COMMANDS`` is the one table of commands."""

import difflib
from dataclasses import dataclass

from bot.views.alert_help import alert_help
from bot.views.blocks import Block, Message, View, context, divider, message, modal, section
from bot.views.limits import clip, one_line
from bot.views.query_help import query_help
from bot.views.steps import workflow_help
from bot.views.text import Mrkdwn, joined, literal, mrkdwn


@dataclass(frozen=True, slots=True)
class Command:
    """``usage`` and ``example`` are what stands behind `/case`."""

    name: str
    usage: str
    example: str
    does: str
    group: str


OPEN = "Open and find"
WORK = "Work on a case"
KEEP = "Keep track"
ADMIN = "Projects and teams"

COMMANDS = (
    Command("new", "new [title]", "new Checkout is slow", "opens the New case form", OPEN),
    Command(
        "quick",
        "quick <title> [p1…p5] [@assignee] [in PROJECT]",
        "quick Checkout is slow p2 @ann in OPS",
        "opens a case at once",
        OPEN,
    ),
    Command("show", "show KEY", "show OPS-12", "shows a case with its actions; the key alone does too", OPEN),
    Command("list", "list [query]", "list status:open priority:p1", "lists cases", OPEN),
    Command("mine", "mine", "mine", "lists the open cases assigned to you", OPEN),
    Command(
        "search",
        "search <query>",
        "search checkout",
        "finds cases by words and fields",
        OPEN,
    ),
    Command(
        "export",
        "export [query] [csv|json]",
        "export project:OPS is:closed csv",
        "sends you a file of cases; JSON holds their timelines too",
        OPEN,
    ),
    Command(
        "stats",
        "stats [query|weekly]",
        "stats project:OPS",
        "sends you figures of cases, or lists those that channels get every week",
        OPEN,
    ),
    Command("take", "take KEY", "take OPS-12", "assigns a case to you", WORK),
    Command(
        "assign", "assign KEY @user|@team|me|none", "assign OPS-12 @ann", "gives a case to a person or a team", WORK
    ),
    Command("priority", "priority KEY p1…p5|none", "priority OPS-12 p2", "sets the priority", WORK),
    Command("status", "status KEY <name>", "status OPS-12 in progress", "changes the status", WORK),
    Command("close", "close KEY [reason]", "close OPS-12 resolved", "closes a case", WORK),
    Command("reopen", "reopen KEY", "reopen OPS-12", "opens a closed case again", WORK),
    Command("note", "note KEY <text>", "note OPS-12 The cache was full", "adds a note", WORK),
    Command("edit", "edit KEY", "edit OPS-12", "opens the Edit form", WORK),
    Command("due", "due KEY <date>|none", "due OPS-12 2026-12-24", "sets the due date", WORK),
    Command(
        "relate",
        "relate KEY blocks|causes|duplicates|relates|parent KEY",
        "relate OPS-12 blocks OPS-15",
        "relates two cases",
        WORK,
    ),
    Command(
        "link",
        "link KEY jira|servicenow [existing]",
        "link OPS-12 jira PAY-7",
        "creates a ticket for a case, or links one that exists by its key, number or address",
        WORK,
    ),
    Command(
        "unlink", "unlink KEY <ticket>", "unlink OPS-12 PAY-7", "leaves a ticket as it is and follows it no more", WORK
    ),
    Command("incident", "incident KEY", "incident OPS-12", "declares an incident: a channel of its own", WORK),
    Command("notebook", "notebook KEY", "notebook OPS-12", "starts the investigation's notebook, a canvas", WORK),
    Command("archive", "archive KEY", "archive OPS-12", "leaves a case out of lists and searches", WORK),
    Command("unarchive", "unarchive KEY", "unarchive OPS-12", "brings an archived case back", WORK),
    Command("keep", "keep KEY <time>|forever|none", "keep OPS-12 6mo", "keeps a closed case from being deleted", WORK),
    Command(
        "snooze",
        "snooze KEY <time>|none",
        "snooze OPS-12 tomorrow 9:00",
        "keeps a case from telling anybody for a time: 2h, monday, 2026-12-24",
        WORK,
    ),
    Command("bulk", "bulk <query>", "bulk status:open service:checkout", "changes many cases at once", WORK),
    Command(
        "inbox",
        "inbox [name|new [query]]",
        "inbox new is:open priority:>=P2",
        "lists inboxes, shows the cases of one, or makes one",
        KEEP,
    ),
    Command(
        "silence",
        "silence [<query> <time> [reason]]",
        "silence service:checkout 2h database maintenance",
        "keeps inboxes from telling of what a query finds for a time; alone it lists silences",
        KEEP,
    ),
    Command("timeline", "timeline KEY", "timeline OPS-12", "shows everything that happened to a case", KEEP),
    Command("watch", "watch KEY", "watch OPS-12", "tells you of every change to a case", KEEP),
    Command("unwatch", "unwatch KEY", "unwatch OPS-12", "stops telling you", KEEP),
    Command(
        "project",
        "project [new|KEY [tickets]|watch #channel|unwatch #channel|hooks KEY]",
        "project watch #alerts",
        "lists projects; admins create and change them, their alerts and their tickets",
        ADMIN,
    ),
    Command(
        "team", "team [new|HANDLE]", "team sre", "lists teams, or shows one; admins keep teams of their own", ADMIN
    ),
    Command(
        "rule",
        "rule [new] [PROJECT]",
        "rule new OPS",
        "lists rules and how often each has fired; admins make them",
        ADMIN,
    ),
    Command("help", "help [topic]", "help assign", "shows this, or one command", KEEP),
)
BY_NAME = {command.name: command for command in COMMANDS}
ABOUT_WORKFLOWS = {"workflow", "workflows", "steps"}
ABOUT_ALERTS = {"alert", "alerts", "storm", "storms"}
ABOUT_QUERIES = {"search", "list", "query", "queries"}
GROUPS = (OPEN, WORK, KEEP, ADMIN)
ELSEWHERE = Mrkdwn(
    "Commands do not work in threads. There, use the buttons of a case's card, or the message shortcuts "
    "*Escalate to a case* and *Add to a case*. A reply in the thread of a card becomes a note. "
    "`/case help alerts` is about alerts that become cases, `/case help workflows` about Casebook's steps in Slack's "
    "Workflow Builder."
)


def nearest(word: str) -> str | None:
    """The command that somebody may have meant."""
    close = difflib.get_close_matches(one_line(word).lower()[:40], BY_NAME, n=1, cutoff=0.55)
    return close[0] if close else None


def example(verb: str) -> str:
    """A sentence of ours with an example of a command."""
    command = BY_NAME.get(verb)
    return f"For example: `/case {command.example}`" if command else "`/case help` shows every command."


def help_message(topic: str = "") -> Message:
    """``topic``: a command's name; anything else gets the nearest one, or everything."""
    words = topic.split()
    wanted = words[0].lower().removeprefix("/") if words else ""
    if not wanted or wanted == "case":
        return message("Every command of Casebook, with an example", help_blocks())
    if wanted in ABOUT_QUERIES:
        return query_help(_entry(BY_NAME.get(wanted, BY_NAME["search"])))
    if wanted in ABOUT_ALERTS:
        return alert_help()
    if wanted in ABOUT_WORKFLOWS:
        return workflow_help()
    if command := BY_NAME.get(wanted):
        return message(Mrkdwn(_entry(command)), [section(_entry(command))])
    return unknown(wanted)


def unknown(word: str) -> Message:
    meant = nearest(word)
    short = clip(one_line(word), 60)
    text = mrkdwn("There is no command “{}”.", short or "…")
    if meant:
        text = joined([text, mrkdwn("Did you mean {}?\n{}", _code(f"/case {meant}"), _entry(BY_NAME[meant]))], " ")
    else:
        text = joined([text, Mrkdwn("`/case help` shows every command; `/case` alone opens the menu.")], " ")
    return message(text, [section(text)])


def help_blocks() -> list[Block]:
    blocks: list[Block] = []
    for group in GROUPS:
        entries = joined([_entry(command) for command in COMMANDS if command.group == group], "\n")
        blocks += [section(mrkdwn("*{}*\n{}", group, entries)), divider()]
    return [*blocks[:-1], context(ELSEWHERE)]


def help_view() -> View:
    return modal("help", "Help", help_blocks(), close="Close")


def _entry(command: Command) -> Mrkdwn:
    usage, sample = _code(f"/case {command.usage}"), _code(f"/case {command.example}")
    if command.usage == command.example:
        return mrkdwn("{} {}.", usage, command.does)
    return mrkdwn("{} {}. For example {}", usage, command.does, sample)


def _code(ours: str) -> Mrkdwn:
    return Mrkdwn(f"`{literal(ours)}`")
