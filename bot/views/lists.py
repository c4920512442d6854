"""Lists of cases: ephemeral messages and, where there is no channel, modals."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.case import Case
from bot.domain.reading import PAGE, Listing, Workspace
from bot.views.blocks import Block, Message, View, actions, context, message, modal, section
from bot.views.clicks import page_value, row_block, row_value
from bot.views.elements import button, option, overflow
from bot.views.limits import clip
from bot.views.queries import build_button
from bot.views.text import NOBODY, Mrkdwn, Names, bold, joined, link, mrkdwn, person, said
from bot.views.words import (
    age,
    case_count,
    case_link,
    case_name,
    clock,
    due_words,
    plural,
    priority_words,
    status_words,
)

HEADING = 100
ROW_TITLE = 120  # ten rows must fit into a message; cards and Details show all of it
TOO_LONG = "This search is too long to turn its pages. Make it shorter to see more of its cases."
NOTE = ("Add note", "case.note")
EMPTY = "No case matches. Try fewer words, or `/case new` to open one."


def listing(found: Listing, workspace: Workspace, *, names: Names = NOBODY, now: datetime | None = None) -> Message:
    """Ten rows, each with its actions, and buttons to turn pages."""
    text = joined([mrkdwn("{}: {}.", found.heading, case_count(found.total)), _first_keys(found.cases)], " ")
    return message(text, list_blocks(found, workspace, names, clock(now)))


def listing_view(found: Listing, workspace: Workspace, *, names: Names = NOBODY, now: datetime | None = None) -> View:
    return modal("list", "Cases", list_blocks(found, workspace, names, clock(now)), close="Close")


def list_blocks(found: Listing, workspace: Workspace, names: Names, now: datetime) -> list[Block]:
    head = mrkdwn("{}: {}", bold(clip(found.heading, HEADING)), case_count(found.total))
    if not found.cases:
        new = actions([button("New case", "case.new", style="primary")])
        return [section(head), section(said(EMPTY)), new, *below(found)]
    blocks = [section(head, export_button(found))]
    blocks += [row(case, workspace, names, now) for case in found.cases[:PAGE]]
    return [*blocks, *paging(found), *below(found)]


def below(found: Listing) -> list[Block]:
    """What can be done with everything that the query finds, and with the query."""
    value = page_value(1, query=found.query)
    row: list[Block] = []
    if value and found.cases:
        row.append(button("Bulk edit", "bulk.edit", value=value))
        row.append(button("Statistics", "case.stats", value=value, label="Statistics of these cases"))
    if found.inbox:
        row.append(button("Edit inbox", "inbox.edit", value=str(found.inbox)))
    elif value:
        row.append(button("Save as inbox", "inbox.save", value=value))
    return [actions([*row, build_button(found.query)])]


def export_button(found: Listing) -> Block | None:
    """``None`` for a query that is too long for a button."""
    value = page_value(1, query=found.query)
    return button("Export", "case.export", value=value, label="Export these cases to a file") if value else None


def row(case: Case, workspace: Workspace, names: Names, now: datetime) -> Block:
    """What is to know of a case at a glance, and what can be done at once."""
    choices = [option(label, row_value(verb, case.id, case.version)) for label, verb in row_actions(case)]
    menu = overflow("case.row", choices)
    return section(row_text(case, workspace, names, now), menu, block_id=row_block(case.id, case.version))


def row_text(case: Case, workspace: Workspace, names: Names, now: datetime) -> Mrkdwn:
    key = link(case_link(case, workspace), case.key)
    return mrkdwn("*{}* {}\n{}", key, clip(case.title, ROW_TITLE), row_facts(case, names, now))


def row_facts(case: Case, names: Names, now: datetime) -> Mrkdwn:
    owner = person(case.assignee, names) if case.assignee else Mrkdwn("nobody has it")
    parts = [
        mrkdwn("{}", status_words(case)),
        mrkdwn("{}", "no priority" if case.priority == "none" else priority_words(case.priority)),
        owner,
        mrkdwn("{} old", age(case.created_at, now)),
    ]
    if case.due and case.is_open:
        parts.append(mrkdwn("due {}", due_words(case.due, now.date())))
    if case.is_snoozed:
        parts.append(Mrkdwn("snoozed"))
    if case.ticket_count:
        parts.append(mrkdwn("{}", plural(case.ticket_count, "ticket")))
    if case.is_archived:
        parts.append(Mrkdwn("archived"))
    return joined(parts)


def row_actions(case: Case) -> Sequence[tuple[str, str]]:
    details = ("Details", "case.details")
    if case.is_archived:
        return [details, ("Unarchive", "case.unarchive")]
    if not case.is_open:
        return [details, ("Reopen", "case.reopen"), NOTE]
    return [("Take", "case.take"), ("Assign", "case.assign"), ("Close", "case.close"), NOTE, details]


def paging(found: Listing) -> list[Block]:
    """Nothing at all if everything is on one page."""
    if not found.on and not found.back:
        return []
    here = context(f"Page {found.page} of {max(found.pages, found.page + bool(found.on))}")
    back = page_value(found.page - 1, query=found.query, heading=found.heading, back=found.back, inbox=found.inbox)
    on = page_value(found.page + 1, query=found.query, heading=found.heading, on=found.on, inbox=found.inbox)
    if back is None or on is None:
        return [context(TOO_LONG)]
    row_ = [button("Previous", "list.page.back", value=back)] if found.back else []
    row_ += [button("Next", "list.page", value=on)] if found.on else []
    return [here, actions(row_)]


def _first_keys(cases: Sequence[Case]) -> Mrkdwn:
    """For notifications and screen readers, which read nothing but the text."""
    return joined([mrkdwn("{}", case_name(case)) for case in cases[:PAGE]], "; ")
