"""`/case help search`: the query language by examples. A test parses every one of them."""

from bot.views.blocks import Block, Message, context, message, section
from bot.views.text import Mrkdwn, joined, literal, mrkdwn, said

QUERY_EXAMPLES = (
    ("checkout slow", "both words, in title, description or notes"),
    ('"card payments"', "the phrase"),
    ("check*", "words that begin so"),
    ("status:open priority:P1", "a space means and"),
    ("priority:(P1 OR P2)", "either; `priority:>=P2` is the same"),
    ("is:open -service:search", "a minus, or NOT, means not"),
    ("assignee:@me", "mine; also a person's `@name`, `none` or `any`"),
    ("team:@me", "of one of my teams; also a team's `@handle`"),
    ("reporter:@me is:closed", "what I reported and is closed"),
    ("is:overdue", "also `is:archived`, `is:snoozed`, `has:evidence`, `has:due`"),
    ("created:>2026-01-01", "dates; `updated:<7d` is less than 7 days ago"),
    ("due:2026-12-01..2026-12-24", "from one day to another"),
    ("project:OPS env:prod", "a project, and any attribute"),
    ("is:open sort:priority", "in this order; `sort:-updated` is the usual one"),
)


def query_help(entry: Mrkdwn) -> Message:
    """``entry``: what `/case help` says of the command itself."""
    return message(entry, [section(entry), *query_blocks()])


def query_blocks() -> list[Block]:
    lines = [mrkdwn("{} {}", Mrkdwn(f"`{literal(query)}`"), said(means)) for query, means in QUERY_EXAMPLES]
    fields = "key title project type status priority assignee team reporter watcher source service env created updated"
    return [
        section(Mrkdwn("*How to say what you look for*")),
        section(joined(lines, "\n")),
        context(mrkdwn("Fields: {} closed due, and any attribute of your own.", fields)),
        context(Mrkdwn("*Build a search*, in the menu of `/case` and under every list, makes a query from choices.")),
    ]
