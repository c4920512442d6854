"""Forms about a post: add it to a case, and what to do with one that is a case already. Also: find a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.case import Case
from bot.domain.errors import Invalid
from bot.domain.evidence import NOTE_LIMIT
from bot.domain.reading import PostRef, Workspace
from bot.views.blocks import Block, View, actions, context, field_input, modal, section
from bot.views.cards import title_line
from bot.views.clicks import case_block
from bot.views.elements import button, external_select, text_input
from bot.views.forms import state
from bot.views.forms.cases import kept_line
from bot.views.forms.metadata import post_metadata, read_post_metadata, read_target
from bot.views.rich import quote, rich_text
from bot.views.text import NOBODY, mrkdwn, person
from bot.views.words import excerpt, status_words

PREVIEW = 300
CHOOSE = "Choose a case."
LOST = "Casebook lost track of this post. Close this window and use the shortcut on the post again."


@dataclass(frozen=True, slots=True)
class Adding:
    """``case``: an id."""

    case: int
    post: PostRef
    note: str


def add_form(post: PostRef) -> View:
    metadata = post_metadata(post)
    note = text_input("note", lines=True, placeholder="Why it matters", limit=NOTE_LIMIT)
    blocks = [
        field_input("case", "Case", external_select("form.case", "Type a key or a word of its title")),
        field_input("note", "Note", note, optional=True),
        kept_line(post, metadata),
    ]
    if said := excerpt(post.text, PREVIEW):
        blocks.append(rich_text(quote(said)))
    return modal("case.add", "Add to a case", blocks, submit="Add", metadata=metadata)


def read_add(view: Mapping[str, Any]) -> Adding:
    return Adding(state.number(view, "case", CHOOSE), _post(view), state.text(view, "note"))


def already_view(case: Case, post: PostRef | None, workspace: Workspace) -> View:
    """A post becomes a case once: which one it is, and what can be done now. ``post``: to open another on purpose."""
    owner = mrkdwn("{}, assigned to {}", status_words(case), person(case.assignee, NOBODY))
    said = "This post is a case already:" if post else "This case is open already:"
    blocks = [section(said), title_line(case, workspace), context(owner)]
    if post is None:
        details = button("Details", "case.details", label=f"Details of {case.key}")
        blocks.append(actions([details], block_id=case_block(case.id, case.version)))
        return modal("post.again", f"Already {case.key}", blocks, close="Close")
    blocks.append(actions(_again_buttons(case)))
    blocks.append(context("A new case is for when the same post tells of a second problem."))
    metadata = post_metadata(post, case=case.id, version=case.version)
    return modal("post.again", f"Already {case.key}", blocks, close="Close", metadata=metadata)


def _again_buttons(case: Case) -> list[Block]:
    row = [button("Add a note", "post.note", style="primary")]
    if not case.is_open:
        row.append(button("Reopen", "post.reopen"))
    return [*row, button("Open a new case anyway", "post.new")]


def read_again(view: Mapping[str, Any]) -> tuple[int, PostRef]:
    """The case that the post is, and the post."""
    return read_target(view).case_id, _post(view)


def _post(view: Mapping[str, Any]) -> PostRef:
    post = read_post_metadata(view)
    if post is None:
        raise Invalid(LOST)
    return post


def find_form() -> View:
    menu = external_select("form.case", "Type a key or a word of its title")
    return modal("case.find", "Find a case", [field_input("case", "Case", menu)], submit="Show")


def read_find(view: Mapping[str, Any]) -> int:
    return state.number(view, "case", CHOOSE)
