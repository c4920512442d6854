"""What a query finds, shown while it is being made."""

import re
from collections.abc import Sequence

from bot.domain.query_text import unescaped
from bot.domain.reading import Preview
from bot.views.blocks import Block, context, section
from bot.views.rich import line, rich_text, someone, strong, words
from bot.views.text import NOBODY, said
from bot.views.words import case_count, case_name

PERSON = re.compile(r"<@([A-Z0-9]+)>")
EVERYTHING = "everything that is not archived"


def preview_blocks(found: Preview) -> list[Block]:
    """The query as text, how many cases it finds and the first ones; or what is wrong with it."""
    if found.problem:
        return [section(said(found.problem), block_id="preview")]
    keys = "; ".join(case_name(case) for case in found.cases)
    count = f"{case_count(found.total)}{': ' * bool(keys)}{keys}"
    return [
        rich_text(line(strong("Search: "), *pieces(found.query)), block_id="preview"),
        context(count, block_id="count"),
    ]


def pieces(query: str) -> Sequence[Block]:
    """A query as one would type it, with people as mentions."""
    parts = PERSON.split(query)
    shown = [
        someone(part, NOBODY) if number % 2 else words(unescaped(part)) for number, part in enumerate(parts) if part
    ]
    return shown or [words(EVERYTHING)]
