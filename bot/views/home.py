"""The App Home: one's own cases first, one call to action, and what Casebook may write to one about."""

from datetime import datetime

from bot.domain.case import Case
from bot.domain.person import Notify
from bot.domain.reading import PAGE, HomePage, Shelf, Workspace
from bot.views.blocks import Block, View, actions, context, divider, header, home, section
from bot.views.cards import take_button
from bot.views.clicks import case_block
from bot.views.elements import button, external_select, grouped_select, option, select
from bot.views.inboxes import about, inbox_buttons, show_button
from bot.views.limits import OPTIONS
from bot.views.lists import below, row_text
from bot.views.pickers import inbox_options
from bot.views.text import NOBODY, Mrkdwn, Names, mrkdwn, when
from bot.views.words import clock

EMPTY = {
    "mine": "No open case is assigned to you. Cases that you take or are given appear here.",
    "created": "You have no open case of your own making. Open one here, or with Escalate to a case on any message.",
    "teams": "Your teams have no open case. Cases that are given to a user group you are in appear here.",
    "open": "No case is open. Good! New ones appear here.",
}
NO_MATCH = "No case is in this inbox now. Those that come to match appear here."
BROKEN = "Nothing can be shown until the query of this inbox is mended."
NOTIFY = [
    option("All", Notify.ALL.value, "Also about cases that I watch"),
    option("Only mine", Notify.MINE.value, "About cases assigned to or reported by me"),
    option("Nothing", Notify.NOTHING.value),
]


def home_view(page: HomePage, workspace: Workspace, *, names: Names = NOBODY, now: datetime | None = None) -> View:
    at = clock(now)
    blocks = [actions(_top(page), block_id="home/top")]
    blocks += _cases(page, workspace, names, at) if page.projects else _without_project(page)
    blocks += [divider(), section("Direct messages", _notify_menu(page))]
    blocks.append(context(mrkdwn("Last updated {}", when(at))))
    return home(blocks)


def _top(page: HomePage) -> list[Block]:
    row = [button("New case", "case.new", style="primary")] if page.projects else []
    row.append(button("Inboxes", "inbox.list"))
    if page.is_admin:
        row.append(button("Projects", "project.list"))
    if not (page.person.is_guest or page.person.is_outside):
        row.append(button("Teams", "team.list"))
    row.append(button("Help", "menu.help"))
    return row


def _without_project(page: HomePage) -> list[Block]:
    first = section(Mrkdwn("*Welcome to Casebook.* Every case belongs to a project, and there is none for you yet."))
    if page.is_admin:
        create = button("Create the first project", "project.new", style="primary")
        return [first, actions([create], block_id="home/first")]
    return [first, section(mrkdwn("Ask {} to create one or to let you in.", page.helpers))]


def _notify_menu(page: HomePage) -> Block:
    return select("home.notify", "Choose", NOTIFY, chosen=page.person.notify)


def _cases(page: HomePage, workspace: Workspace, names: Names, now: datetime) -> list[Block]:
    blocks = [section(Mrkdwn("*Inbox*"), picker(page)), header(page.listing.heading), *_shown(page)]
    for case in page.listing.cases[:PAGE]:
        blocks += _row(case, page.person.id, workspace, names, now)
    if not page.listing.cases:
        new = button("Open a case", "case.new")
        blocks += [section(_empty(page)), actions([new], block_id="home/empty")]
    return [*blocks, *_paging(page), *(below(page.listing) if page.listing.cases else [])]


def _empty(page: HomePage) -> str:
    shelf = _shelf(page)
    if shelf and shelf.problem:
        return BROKEN
    return EMPTY.get(page.inbox.partition("/")[0], NO_MATCH)


def _shelf(page: HomePage) -> Shelf | None:
    return next((shelf for shelf in page.shelves if shelf.id == page.inbox), None)


def picker(page: HomePage) -> Block:
    """Every inbox with its count, those that everybody has first; of more than a menu holds one types the name."""
    if len(page.shelves) > OPTIONS:
        shelf = _shelf(page)
        chosen = inbox_options([shelf])[0] if shelf else None
        return external_select("home.inbox", "Type a part of its name", chosen=chosen)
    groups = {
        "For everybody": inbox_options(shelf for shelf in page.shelves if shelf.inbox is None),
        "Made by people": inbox_options(shelf for shelf in page.shelves if shelf.inbox),
    }
    return grouped_select("home.inbox", "Choose an inbox", groups, chosen=page.inbox)


def _shown(page: HomePage) -> list[Block]:
    """What there is to know of the inbox that is shown, and what can be done with it."""
    shelf = _shelf(page)
    row = [button("New inbox", "inbox.new")]
    if shelf is None or shelf.inbox is None:
        return [actions(row, block_id="home/inbox")]
    row = [*inbox_buttons(shelf), show_button(shelf), *row]
    return [context(about(shelf, named=False)), actions(row, block_id="home/inbox")]


def _row(case: Case, viewer: str, workspace: Workspace, names: Names, now: datetime) -> list[Block]:
    row = [button("Details", "case.details", label=f"Details of {case.key}")]
    if case.is_open and not case.is_archived:
        row.insert(0, button("Close", "case.close", label=f"Close {case.key}"))
        if case.assignee != viewer:
            row.insert(0, take_button(case))
    return [
        section(row_text(case, workspace, names, now)),
        actions(row, block_id=case_block(case.id, case.version)),
    ]


def _paging(page: HomePage) -> list[Block]:
    found = page.listing
    if found.pages <= 1:
        return []
    row: list[Block] = []
    if found.page > 1:
        row.append(button("Previous", "home.page.back", value=str(found.page - 1)))
    if found.page < found.pages:
        row.append(button("Next", "home.page", value=str(found.page + 1)))
    return [context(f"Page {found.page} of {found.pages}"), actions(row, block_id="home/pages")]
