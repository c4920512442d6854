"""Modals that mostly say something: the menu, a notice, what came of a form."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.case import Case
from bot.domain.project import Project
from bot.domain.reading import Workspace
from bot.views.blocks import Block, View, actions, context, field_input, modal, section
from bot.views.cards import title_line
from bot.views.clicks import case_block
from bot.views.elements import button, text_input
from bot.views.forms import state
from bot.views.queries import build_button
from bot.views.text import Mrkdwn, mrkdwn, said

NOTICE = "notice"


def notice(sentence: str, title: str = "Casebook") -> View:
    """A sentence of ours where there is no message to say it in."""
    return modal("notice", title, [section(said(sentence))], close="Close")


def no_project(helpers: str) -> View:
    """For somebody who may not create one. ``helpers``: who can, as words for the end of a sentence."""
    return notice(f"There is no project yet, and every case belongs to one. Ask {helpers} to create the first.")


def with_notice(view: Mapping[str, Any], sentence: str, *, metadata: str | None = None) -> View:
    """The form that was sent, with a sentence above it."""
    blocks = [block for block in view["blocks"] if block.get("block_id") != NOTICE]
    again = with_blocks(view, [section(said(sentence), block_id=NOTICE), *blocks])
    return again if metadata is None else again | {"private_metadata": metadata}


def with_blocks(view: Mapping[str, Any], blocks: Sequence[Block]) -> View:
    """The modal as it came from Slack, with these blocks. Inputs that keep their ids keep what was typed."""
    again: View = {
        "type": "modal",
        "callback_id": view["callback_id"],
        "title": view["title"],
        "blocks": list(blocks),
        "private_metadata": view.get("private_metadata", ""),
    }
    for key in ("submit", "close"):
        if view.get(key):
            again[key] = view[key]
    return again


def opened_view(case: Case, workspace: Workspace) -> View:
    """What came of the New case form."""
    home = Mrkdwn(f"<#{case.project.home_channel}>")
    details = button("Details", "case.details", label=f"Details of {case.key}")
    blocks = [
        section(mrkdwn("*{}* is open. Its card is in {}, or will be in a moment.", case.key, home)),
        title_line(case, workspace),
        actions([details], block_id=case_block(case.id, case.version)),
    ]
    return modal("case.opened", f"{case.key} is open", blocks, close="Close")


def menu(projects: Sequence[Project], is_admin: bool) -> View:
    """What `/case` alone opens: actions and a search."""
    row: list[Block] = [button("New case", "case.new", style="primary"), button("My cases", "menu.mine")]
    row.append(button("Inboxes", "inbox.list"))
    if is_admin:
        row.append(button("Projects", "project.list"))
        row.append(button("Rules", "rule.list"))
    row.append(button("Teams", "team.list"))
    row.append(button("Help", "menu.help"))
    words = text_input("menu.search", placeholder="A key or words, for example OPS-12 or checkout")
    blocks = [actions(row)]
    if not projects:
        blocks.append(context(_no_project_words(is_admin)))
    blocks.append(field_input("search", "Search", words, optional=True, hint="Leave it empty to list all open cases."))
    blocks.append(actions([build_button()]))
    return modal("case.menu", "Casebook", blocks, submit="Search", close="Close")


def _no_project_words(is_admin: bool) -> str:
    if is_admin:
        return "There is no project yet: create the first one under Projects."
    return "There is no project yet that you may use. Casebook's admins can create one or let you in."


def read_search(view: Mapping[str, Any]) -> str:
    """What to look for; open cases if nothing was typed."""
    return state.text(view, "search") or "is:open"
