"""A query as people read it, and what it finds."""

import re

from bot.domain.inbox import QUERY_LIMIT
from bot.domain.query_text import unescaped
from bot.domain.reading import PREVIEW_LIMIT, Preview
from bot.views.blocks import Block, context, section
from bot.views.elements import button
from bot.views.limits import BUTTON_VALUE, clip, one_line, size
from bot.views.text import NOBODY, Mrkdwn, Names, bold, joined, literal, mrkdwn, said
from bot.views.words import case_count, status_words

SHOWN = 200
TITLE = 80
PREVIEW = "preview"
MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|([^<>]*))?>|<!subteam\^[A-Z0-9]+(?:\|@?([^<>]*))?>")
EMPTY = Mrkdwn("*Type a query to see what it finds.* `/case help search` shows what can be asked.")


def query_code(query: str, names: Names = NOBODY) -> Mrkdwn:
    """The query, short enough for one line; people in it by name, where it is known."""
    typed = MENTION.sub(lambda found: f"@{names.get(found[1] or '') or found[2] or found[3] or found[1]}", query)
    return Mrkdwn(f"`{literal(clip(one_line(unescaped(typed)), SHOWN)).replace('`', 'ˋ')}`")


def typed_query(query: str) -> str:
    """What Slack made of a typed command, as it belongs into a field."""
    return clip(unescaped(query), QUERY_LIMIT)


def total_words(total: int) -> str:
    return f"{total:,}" if total <= PREVIEW_LIMIT else f"more than {PREVIEW_LIMIT:,}"


def build_button(query: str = "") -> Block:
    """``query``: of a list; a form's is read from its field."""
    return button("Build a search", "query.build", value=query if size(query) <= BUTTON_VALUE else "")


def preview_blocks(found: Preview) -> list[Block]:
    """Two blocks, whatever is found, so that the form below keeps its place while somebody types."""
    return [section(_found(found), block_id=PREVIEW), context(_first(found), block_id=f"{PREVIEW}/cases")]


def without_preview(block: Block) -> bool:
    return not str(block.get("block_id", "")).startswith(PREVIEW)


def _found(found: Preview) -> Mrkdwn:
    if not found.query.strip():
        return EMPTY
    if found.problem:
        return mrkdwn("*This query does not work yet.* {}", said(clip(found.problem, 500)))
    now = mrkdwn("{} finds {} now.", query_code(found.query), bold(case_count(found.total)))
    if found.opened is None:
        return now
    return joined([now, mrkdwn("In the last 7 days it would have posted {}.", bold(case_count(found.opened)))], " ")


def _first(found: Preview) -> Mrkdwn:
    if found.problem or not found.query.strip():
        return Mrkdwn("The cases that it finds will be shown here.")
    if not found.cases:
        return Mrkdwn("No case at the moment. Those that come to match will be in it.")
    rows = [
        mrkdwn("*{}* {} · {}", case.key, clip(one_line(case.title), TITLE), status_words(case)) for case in found.cases
    ]
    more = found.total - len(rows)
    last = [mrkdwn("and {} more", total_words(more) if found.total <= PREVIEW_LIMIT else "many")] if more > 0 else []
    return joined([*rows, *last], "\n")
