"""Block Kit as Slack checks it: structure, limits, and what may stand where."""

from .surfaces import length, pings, problems, suggestion_problems, view_problems
from .walk import Found, interactive, options_of, text_of, texts, with_ids

__all__ = [
    "Found", "interactive", "length", "options_of", "pings", "problems", "suggestion_problems", "text_of", "texts",
    "view_problems", "with_ids",
]  # fmt: skip
