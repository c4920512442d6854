"""The case card: the present state at a glance, with the actions that fit it."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.case import Case
from bot.domain.casetype import CaseType, Group
from bot.domain.facts import ATTRIBUTES, Source
from bot.domain.intake import AlertState, KnownAlert, System
from bot.domain.priority import PRIORITY_WORDS, Priority
from bot.domain.reading import Workspace
from bot.domain.storm import Storm, kinds_words
from bot.views.blocks import Block, Message, actions, context, fields, message
from bot.views.clicks import case_block
from bot.views.elements import button, grouped_select, option, overflow, select
from bot.views.limits import clip, one_line
from bot.views.rich import Piece, anchor, line, moment, rich_text, strong, words
from bot.views.text import NOBODY, Mrkdwn, Names, joined, link, literal, mrkdwn, person, when
from bot.views.tickets import link_button, tickets_block, tickets_text
from bot.views.words import (
    SOURCES,
    case_link,
    case_name,
    clock,
    due_words,
    excerpt,
    plural,
    priority_words,
    status_words,
    team_words,
)

EXCERPT = 300
ALERT_NAME = 200
KINDS_OF_ALERT = {
    Source.MONITOR: "Monitor",
    Source.SIGNAL: "Security signal",
    Source.ERROR: "Error",
    Source.ALERT: "Alert",
    Source.PERSON: "Alert",
}
STATES_OF_ALERT = {
    AlertState.TRIGGERED: "is triggered",
    AlertState.WARNING: "warns",
    AlertState.NO_DATA: "has no data",
    AlertState.RECOVERED: "has recovered",
}
STATUSES_SHOWN = 20  # more of them would make the card too long for Slack; they are behind More

PRIORITIES = [option(full, priority.value) for priority, full in PRIORITY_WORDS.items()]
GROUP_LABELS = {Group.OPEN: "Open", Group.IN_PROGRESS: "In progress", Group.CLOSED: "Closed"}
# An overflow menu rather than a select, which stays silent when the same entry is chosen a second time.
MORE = [
    option("Edit", "case.edit"),
    option("Due date", "case.due"),
    option("Watch or unwatch", "case.watching"),
    option("Relate", "case.relate"),
    option("Archive", "case.archive"),
]


def case_card(
    case: Case,
    *,
    workspace: Workspace,
    names: Names = NOBODY,
    now: datetime | None = None,
    buttons: bool = True,
    channel: str = "",
) -> list[Block]:
    """``names``: people to be shown by name, as in a channel; the others are shown as mentions.

    ``channel``: where it stands for everybody, empty for an answer to one person.
    """
    blocks = [title_line(case, workspace), fields(facts(case, clock(now), names))]
    if case.comes_from_alert and case.alert:
        blocks.append(rich_text(alert_line(case, case.alert)))
    if case.is_storm and case.storm:
        blocks.append(rich_text(storm_line(case.storm)))
    if said := excerpt(case.description, EXCERPT):
        blocks.append(rich_text(line(said)))
    blocks += tickets_block(case)
    blocks.append(context(joined(origin(case, names, workspace))))
    if case.is_archived:
        blocks.append(archived_note(case))
    if case.snoozed_until:
        blocks.append(snoozed_note(case.snoozed_until, case.snoozed_by, names))
    if channel and channel != case.project.home_channel:
        blocks.append(context(mrkdwn("Moved to {}. Its home is {} now.", case.project.key, channel_link(case))))
    if buttons:
        blocks.append(actions(case_actions(case, workspace), block_id=case_block(case.id, case.version)))
    return blocks


def card_text(case: Case, names: Names = NOBODY) -> Mrkdwn:
    """The card in one sentence, for notifications and screen readers."""
    words_ = mrkdwn("{}: {}, {}", case_name(case), status_words(case), priority_words(case.priority))
    owner = mrkdwn("assigned to {}", person(case.assignee, names)) if case.assignee else Mrkdwn("nobody has it")
    teams = mrkdwn("teams {}", team_words(case)) if case.teams else Mrkdwn("")
    incident = mrkdwn("incident {}", case.severity) if case.severity else Mrkdwn("")
    reason = mrkdwn("closed as {}", case.reason) if case.reason else Mrkdwn("")
    archived = Mrkdwn("archived" if case.is_archived else "")
    return joined([words_, incident, owner, teams, reason, tickets_text(case), archived], ", ")


def card_message(
    case: Case, *, workspace: Workspace, names: Names = NOBODY, now: datetime | None = None, channel: str = ""
) -> Message:
    return message(card_text(case, names), case_card(case, workspace=workspace, names=names, now=now, channel=channel))


def channel_link(case: Case) -> Mrkdwn:
    return Mrkdwn(f"<#{case.project.home_channel}>")


GONE = "This case has moved to a project that is private. Whoever is in its channel finds it there."


def farewell() -> Message:
    """In a channel that may not know of the case any more: neither its key nor where it is."""
    return message(GONE, [context(GONE)])


def title_line(case: Case, workspace: Workspace) -> Block:
    return rich_text(line(*title_pieces(case, workspace)))


def title_pieces(case: Case, workspace: Workspace) -> Sequence[Block]:
    """The key, linked to the case's post, and the title."""
    return anchor(case_link(case, workspace), case.key, strong=True), words(" "), strong(one_line(case.title))


def facts(case: Case, now: datetime, names: Names) -> list[str]:
    said = [
        ("Status", status_words(case)),
        ("Priority", priority_words(case.priority)),
        ("Assignee", person(case.assignee, names)),
        ("Type", case.type.name),
    ]
    if case.severity:
        said.append(("Incident", incident_words(case)))
    if case.reason:
        said.append(("Closed as", case.reason))
    if case.closed_at:
        said.append(("Closed", when(case.closed_at)))
    if case.teams:
        said.append(("Teams", team_words(case)))
    if case.due:
        said.append(("Due", due_words(case.due, now.date(), is_open=case.is_open)))
    said += [(name.capitalize(), case.attributes[name]) for name in ATTRIBUTES if case.attributes.get(name)]
    return [mrkdwn("*{}*\n{}", label, value) for label, value in said]


def incident_words(case: Case) -> Mrkdwn:
    """How bad it is, and where it is led as soon as that is known."""
    if not case.incident_channel:
        return literal(case.severity or "")
    return mrkdwn("{} in {}", case.severity or "", Mrkdwn(f"<#{case.incident_channel}>"))


def origin(case: Case, names: Names, workspace: Workspace) -> list[Mrkdwn]:
    said = [mrkdwn("Reported by {}", person(case.reporter, names)), mrkdwn("opened {}", when(case.created_at))]
    if case.source != Source.PERSON:
        said.append(Mrkdwn(SOURCES[Source(case.source)]))
    if case.evidence_count:
        said.append(mrkdwn("{} of evidence", plural(case.evidence_count, "piece")))
    if case.notebook:
        said.append(link(workspace.canvas(case.notebook), "Notebook"))
    return said


def alert_line(case: Case, alert: KnownAlert) -> Block:
    """What is behind the case: its name with a link, its state, how often it came again and when last."""
    kind = KINDS_OF_ALERT[Source(case.source)]
    by = "" if alert.source in {System.OTHER, System.GENERIC} else f" by {alert.label}"
    return line(f"{kind}{by}: ", *alert_pieces(alert))


def alert_pieces(alert: KnownAlert) -> list[Piece]:
    name = anchor(alert.link or None, clip(one_line(alert.name), ALERT_NAME))
    return [name, " ", strong(STATES_OF_ALERT[AlertState(alert.state)]), *times(alert.repeats, alert.last_at)]


def storm_line(storm: Storm) -> Block:
    """How many kinds of alerts there are, since when, how many are over, and whether more come."""
    pieces: list[Piece] = ["Alert storm: ", strong(kinds_words(storm.kinds)), f" of alerts from {storm.label} since "]
    pieces.append(moment(storm.began_at))
    if storm.recovered:
        pieces.append(f", {storm.recovered:,} recovered")
    pieces += [*times(storm.repeats, storm.last_at), ". "]
    if storm.ended_at:
        return line(*pieces, "The storm was over ", moment(storm.ended_at), ". Details lists the alerts.")
    return line(*pieces, "Further kinds are collected here. Details lists the alerts.")


def times(repeats: int, last_at: datetime) -> list[Piece]:
    came = [f", came {plural(repeats, 'more time')}"] if repeats else []
    return [*came, ", last seen ", moment(last_at)]


def archived_note(case: Case) -> Block:
    at = when(case.archived_at) if case.archived_at else Mrkdwn("")
    return context(mrkdwn("*Archived* {}. Lists and searches leave it out until somebody brings it back.", at))


def snoozed_note(until: datetime, by: str | None, names: Names) -> Block:
    who = mrkdwn(" by {}", person(by, names)) if by else Mrkdwn("")
    return context(mrkdwn("*Snoozed until {}*{}. Nobody gets direct messages about it before.", when(until), who))


def case_actions(case: Case, workspace: Workspace, *, details: bool = True) -> list[Block]:
    """The elements that fit the status; ``details``: with the button that opens Details."""
    if case.is_archived:
        row = [button("Unarchive", "case.unarchive", label=f"Unarchive {case.key}")]
    elif case.is_open:
        row = [
            take_button(case),
            button("Assign", "case.assign", label=f"Assign {case.key}"),
            select("case.priority", "Priority", PRIORITIES, chosen=case.priority),
            status_menu(case),
            button("Close", "case.close", label=f"Close {case.key}"),
        ]
    else:
        row = [button("Reopen", "case.reopen", label=f"Reopen {case.key}")]
    if not case.is_archived:
        row.append(button("Note", "case.note", label=f"Add a note to {case.key}"))
        row += [link_button(case)] if workspace.systems else []
    if case.is_open and not case.is_archived and not case.incident_channel and (is_grave(case) or not details):
        row.append(button("Declare incident", "case.incident", label=f"Declare an incident for {case.key}"))
    if not (details or case.notebook or case.is_archived):
        row.append(button("Notebook", "case.notebook", label=f"Start the notebook of {case.key}"))
    if details:
        row.append(button("Details", "case.details", label=f"Details of {case.key}"))
    if not case.is_archived:
        row.append(overflow("case.more", MORE))
    return row


def is_grave(case: Case) -> bool:
    """Then the card offers to declare an incident; of every other case its Details do."""
    return case.priority in {Priority.P1, Priority.P2}


def take_button(case: Case) -> Block:
    return button("Take", "case.take", label=f"Take {case.key}", style="" if case.assignee else "primary")


def status_menu(case: Case) -> Block:
    if len(case.type.statuses) > STATUSES_SHOWN:
        return button("Status", "case.status", label=f"Change the status of {case.key}")
    return grouped_select("case.status", "Status", status_groups(case.type), chosen=case.status)


def status_groups(case_type: CaseType) -> dict[str, list[Block]]:
    groups: dict[str, list[Block]] = {label: [] for label in GROUP_LABELS.values()}
    for row in case_type.statuses:
        groups[GROUP_LABELS[Group(row["group"])]].append(option(row["name"], row["name"]))
    return groups
