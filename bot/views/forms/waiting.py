"""Forms that ask for how long: snoozing a case, silencing an inbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.case import Case
from bot.domain.errors import Invalid
from bot.domain.inbox import Inbox
from bot.domain.silence import REASON_LIMIT
from bot.views.blocks import Block, View, context, field_input, modal
from bot.views.elements import option, select, text_input
from bot.views.forms import state
from bot.views.forms.metadata import case_metadata, pack, unpack
from bot.views.text import mrkdwn
from bot.views.words import case_name

LENGTHS = [
    option("1 hour", "1h"),
    option("2 hours", "2h"),
    option("4 hours", "4h"),
    option("Until tomorrow 9:00", "tomorrow 9:00"),
    option("Until Monday 9:00", "monday 9:00"),
    option("1 week", "1w"),
]
UNTIL_HINT = "For example 30m, 3d, tomorrow 14:00, friday, 2026-12-24. Times are those of your Slack."
UNTIL_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Silencing:
    """``inbox``: an id. ``until``: as it was typed or chosen."""

    inbox: int
    until: str
    reason: str


def lengths() -> list[Block]:
    typed = text_input("until", placeholder="tomorrow 14:00", limit=UNTIL_LIMIT)
    return [
        field_input("length", "For how long?", select("length", "Choose", LENGTHS), optional=True),
        field_input("until", "Or until", typed, optional=True, hint=UNTIL_HINT),
    ]


def read_until(view: Mapping[str, Any]) -> str:
    """What was typed goes before what was chosen."""
    found = state.text(view, "until") or state.choice(view, "length")
    if not found:
        raise Invalid.field("length", "Choose for how long, or type until when.")
    return found


def snooze_form(case: Case) -> View:
    told = "Until then nobody gets direct messages about it. P1, another assignee or reopening end the snooze."
    blocks = [context(case_name(case)), *lengths(), context(told)]
    return modal("case.snooze", "Snooze", blocks, submit="Snooze", metadata=case_metadata(case))


def silence_form(inbox: Inbox) -> View:
    reason = text_input("reason", placeholder="Maintenance of the database", limit=REASON_LIMIT)
    blocks = [
        context(mrkdwn("Inbox *{}*: until then it tells nobody, nor afterwards of what came meanwhile.", inbox.name)),
        *lengths(),
        field_input("reason", "Why?", reason, optional=True),
    ]  # fmt: skip
    return modal("inbox.silence", "Silence an inbox", blocks, submit="Silence", metadata=pack(inbox=inbox.id))


def read_silence(view: Mapping[str, Any]) -> Silencing:
    return Silencing(int(unpack(view).get("inbox", 0)), read_until(view), state.text(view, "reason"))
