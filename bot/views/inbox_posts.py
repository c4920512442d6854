"""The card that an inbox puts up, and the lines below it: always with the reason why it is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.case import Case
from bot.domain.inbox import Event, Inbox
from bot.domain.reading import Listing, Workspace
from bot.domain.silence import Silence
from bot.views.blocks import Block, Message, context, message, section
from bot.views.cards import card_text, case_card
from bot.views.elements import option, overflow
from bot.views.limits import clip
from bot.views.lists import listing
from bot.views.queries import query_code
from bot.views.text import NOBODY, Mrkdwn, Names, joined, mrkdwn, person, when
from bot.views.words import case_name

SHOWN = 5
BECAUSE = {
    Event.CREATED: "it was opened and matches",
    Event.ENTERED: "it came to match",
    Event.LEFT: "it no longer matches",
    Event.STAYED: "it still matches after {}",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """``event``: the last one that was told here. ``is_inside``: whether the case matches at the moment."""

    inbox: Inbox
    event: Event
    is_inside: bool


def inbox_card(
    case: Case,
    reasons: Sequence[Reason],
    silences: Sequence[Silence] = (),
    *,
    workspace: Workspace,
    names: Names = NOBODY,
    now: datetime | None = None,
) -> Message:
    """The case's card, and why it stands in a channel where it has not its home."""
    blocks = case_card(case, workspace=workspace, names=names, now=now)
    buttons = [blocks.pop()] if blocks[-1]["type"] == "actions" else []
    blocks += [reason_block(reason, names) for reason in reasons[:SHOWN]]
    if len(reasons) > SHOWN:
        others = ", ".join(reason.inbox.name for reason in reasons[SHOWN:])
        blocks.append(context(mrkdwn("Also in {}.", clip(others, 1000))))
    quiet = [silence_text(one, reasons, names) for one in silences[:SHOWN]]
    blocks += [context(said) for said in quiet]
    why = joined([*(reason_text(reason, names) for reason in reasons[:SHOWN]), *quiet], " ")
    return message(joined([card_text(case, names), why], ". "), [*blocks, *buttons])


def reason_block(reason: Reason, names: Names) -> Block:
    value = str(reason.inbox.id)
    menu = overflow(
        "inbox.post",
        [
            option("Show inbox", f"inbox.show:{value}"),
            option("Mute for me", f"inbox.mute:{value}"),
            option("Edit inbox", f"inbox.edit:{value}"),
        ],
    )
    return section(reason_text(reason, names), menu, block_id=f"inbox/{value}")


def reason_text(reason: Reason, names: Names) -> Mrkdwn:
    inbox = reason.inbox
    because = because_of(reason)
    query = query_code(inbox.query, names)
    left = Mrkdwn("") if reason.is_inside else Mrkdwn(" *No longer matches.*")
    return mrkdwn("In *{}* ({}) because {}. Owner: {}.{}", inbox.name, query, because, person(inbox.owner, names), left)


def silence_text(one: Silence, reasons: Sequence[Reason], names: Names) -> Mrkdwn:
    """``reasons``: among them is the inbox that is silenced, unless it is all of them."""
    name = next((reason.inbox.name for reason in reasons if reason.inbox.id == one.inbox_id), "")
    who = mrkdwn("Inbox *{}* tells nobody", name) if name else mrkdwn("Inboxes tell nobody")
    why = mrkdwn(" ({})", clip(one.reason, 100)) if one.reason else Mrkdwn("")
    return mrkdwn(
        "*Silenced until {}* by {}{}. {} of it before.", when(one.ends_at), person(one.made_by, names), why, who
    )


def because_of(reason: Reason) -> str:
    return BECAUSE[reason.event].format(stay_words(reason.inbox.stay_minutes or 0))


def stay_words(minutes: int) -> str:
    """``2 hours``, ``1 day``, ``45 minutes``."""
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0:
            count = minutes // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{minutes} minutes"


def event_line(case: Case, reasons: Sequence[Reason]) -> Message:
    """Below a card that is there already: what has happened since."""
    said = joined(
        [
            mrkdwn("Inbox *{}*: {} {}.", reason.inbox.name, case_name(case), LINES[reason.event].format(
                stay_words(reason.inbox.stay_minutes or 0)))
            for reason in reasons
        ],
        "\n",
    )  # fmt: skip
    return message(said, [context(said)])


LINES = {
    Event.CREATED: "matches",
    Event.ENTERED: "matches now",
    Event.LEFT: "no longer matches",
    Event.STAYED: "still matches after {}",
}


def digest(inbox: Inbox, found: Listing, workspace: Workspace, *, names: Names = NOBODY, now: datetime) -> Message:
    """What the inbox holds, with when it is sent and how to change that."""
    told = listing(found, workspace, names=names, now=now)
    rhythm = inbox.rhythm.words if inbox.rhythm else "once"
    head = mrkdwn("Digest of *{}*, sent {}.", inbox.name, rhythm)
    menu = overflow(
        "inbox.post", [option("Show inbox", f"inbox.show:{inbox.id}"), option("Mute for me", f"inbox.mute:{inbox.id}")]
    )
    blocks = [section(head, menu), *told["blocks"]]
    return message(joined([head, Mrkdwn(told["text"])], " "), blocks)
