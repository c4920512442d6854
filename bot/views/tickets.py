"""A case's tickets: what each is, how it stands over there, and how it fares, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.case import Case
from bot.domain.errors import Invalid
from bot.domain.in_step import is_known
from bot.domain.link import Health, Ticket, label_of
from bot.domain.priority import PRIORITY_WORDS, Priority
from bot.domain.ticket import Part
from bot.views.blocks import Block, actions, context, header, section
from bot.views.clicks import TOO_OLD, read_value
from bot.views.elements import button, confirm
from bot.views.limits import clip, one_line
from bot.views.rich import Piece, anchor, bullets, line, moment, rich_text, strong
from bot.views.text import Mrkdwn, Names, bold, mrkdwn, person

SHOWN = 5
TITLE, STATUS, ASSIGNEE = 80, 40, 60
PROBLEM, PROBLEM_IN_DETAILS = 200, 600
VALUE = 200
IN_TROUBLE = {Health.FAILING, Health.OUT_OF_STEP, Health.GONE}
SLACK_ID = re.compile(r"[UW][A-Z0-9]{4,30}")
PARTS = {
    Part.TITLE: "title",
    Part.DESCRIPTION: "description",
    Part.STATUS: "status",
    Part.PRIORITY: "priority",
    Part.ASSIGNEE: "assignee",
    Part.NOTES: "notes",
}


def ordered(tickets: Sequence[Ticket]) -> list[Ticket]:
    """Those in trouble first: they must be seen however many there are."""
    return sorted(tickets, key=lambda ticket: (ticket.health not in IN_TROUBLE, ticket.id or 0))


def tickets_block(case: Case) -> list[Block]:
    """For the card, a ticket a line; nothing for a case without tickets."""
    if not case.tickets:
        return []
    lines = [ticket_line(ticket) for ticket in ordered(case.tickets)[:SHOWN]]
    more = len(case.tickets) - len(lines)
    if more > 0:
        lines.append(line(f"and {more} more, in Details"))
    return [rich_text(line(strong("Tickets")), bullets(lines))]


def ticket_line(ticket: Ticket, room: int = PROBLEM) -> Block:
    """``room``: characters for what is wrong with it."""
    pieces: list[Piece] = [f"{label_of(ticket.partner)} "]
    if ticket.key:
        pieces.append(anchor(ticket.url, clip(ticket.key, STATUS), strong=True))
    else:
        pieces.append(strong(unborn(ticket)))
    if title := one_line(ticket.title):
        pieces.append(f" {clip(title, TITLE)}")
    if ticket.status.strip():
        pieces.append(f" · {clip(one_line(ticket.status), STATUS)}")
    if ticket.key and ticket.health not in {Health.LINKING, Health.GONE} and (holder := holder_words(ticket)):
        pieces.append(f" · {holder}")
    return line(*pieces, " · ", *health_pieces(ticket, room))


def holder_words(ticket: Ticket) -> str:
    """Nothing as long as nobody knows: a partner may give a new ticket to somebody by itself."""
    return clip(one_line(ticket.assignee), ASSIGNEE) or ("nobody has it" if is_known(ticket, Part.ASSIGNEE) else "")


def unborn(ticket: Ticket) -> str:
    """What stands in the place of a key that nobody knows yet."""
    named = one_line(str(ticket.wanted.get("words") or ""))
    return clip(named, STATUS) or "new ticket"


def health_pieces(ticket: Ticket, room: int) -> list[Piece]:
    label, problem = label_of(ticket.partner), clip(one_line(ticket.problem or ""), room)
    since: list[Piece] = [" since ", moment(ticket.problem_at)] if ticket.problem_at else []
    because: list[Piece] = [f": {problem}"] if problem else []
    said: dict[Health, list[Piece]] = {
        Health.CREATING: [f"being created in {label}", *since],
        Health.LINKING: ["being linked", *since],
        Health.IN_STEP: ["in step"],
        Health.PENDING: [f"waiting for {label}", *since],
        Health.FAILING: [strong("failing"), *since, *because],
        Health.OUT_OF_STEP: [strong("out of step"), *since, *because],
        Health.GONE: [strong(f"deleted in {label}"), ", or nothing that Casebook may see any more"],
    }
    return said[Health(ticket.health)]


def health_words(ticket: Ticket) -> str:
    """For a sentence read aloud."""
    return {Health.CREATING: "being created", Health.LINKING: "being linked", Health.GONE: "deleted over there"}.get(
        Health(ticket.health), ticket.health
    )


def tickets_text(case: Case) -> Mrkdwn:
    """For the card's one sentence."""
    if not case.tickets:
        return Mrkdwn("")
    said = [_in_short(ticket) for ticket in ordered(case.tickets)[:SHOWN]]
    more = len(case.tickets) - len(said)
    said += [f"and {more} more"] if more > 0 else []
    return mrkdwn("{} {}", "tickets" if len(case.tickets) > 1 else "ticket", ", ".join(said))


def _in_short(ticket: Ticket) -> str:
    state = [clip(one_line(ticket.status), STATUS)] if ticket.status.strip() else []
    state += [health_words(ticket)] if ticket.health != Health.IN_STEP or not state else []
    return f"{clip(ticket.key, STATUS) or unborn(ticket)} ({', '.join(state)})"


def link_button(case: Case) -> Block:
    return button("Link ticket", "ticket.link", label=f"Link a ticket to {case.key}")


# -- Details ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TicketClick:
    """``part``: what both sides differ in, where that is what was decided."""

    ticket: int
    part: Part | None = None


def ticket_blocks(case: Case, names: Names) -> list[Block]:
    """Each ticket with what can be done about it."""
    if not case.tickets:
        return []
    found = ordered(case.tickets)
    blocks = [header(f"Tickets ({len(found)})")]
    for ticket in found[:SHOWN]:
        blocks += _ticket(case, ticket, names)
    if len(found) > SHOWN:
        keys = ", ".join(clip(ticket.key, STATUS) or unborn(ticket) for ticket in found[SHOWN:])
        told = mrkdwn("And {} more: {}. `/case unlink {}` and one of these unlinks it.", len(found) - SHOWN,
                      clip(keys, 1000), case.key)  # fmt: skip
        blocks.append(context(told))
    return blocks


def _ticket(case: Case, ticket: Ticket, names: Names) -> list[Block]:
    name, value = clip(ticket.name, STATUS), str(ticket.id)
    row = [button("Unlink", "ticket.unlink", value=value, sure=_sure(name, ticket), label=f"Unlink {name}")]
    if ticket.health == Health.FAILING:
        row.insert(0, button("Retry", "ticket.retry", value=value, label=f"Try again with {name}"))
    if taken_by := ticket.wanted.get("taken_by"):
        row.insert(0, button("Link anyway", "ticket.share", value=value, sure=_sure_to_share(str(taken_by)),
                             label=f"Link {name} although another case has it"))  # fmt: skip
    blocks = [rich_text(ticket_line(ticket, PROBLEM_IN_DETAILS)), actions(row, block_id=f"ticket/{ticket.id}")]
    for part in Part:
        if part in ticket.conflicts:
            blocks += _conflict(case, ticket, part, names)
    return blocks


def _sure(name: str, ticket: Ticket) -> Block:
    said = f"It stays in {label_of(ticket.partner)} as it is. From now on neither side hears of the other."
    return confirm(f"Unlink {name}?", said, "Unlink", "Keep it", danger=True)


def _sure_to_share(other: str) -> Block:
    said = f"{clip(other, STATUS)} has it. From then on both cases are told what happens to it, and it what they say."
    return confirm("Share this ticket?", said, "Link anyway")


def _conflict(case: Case, ticket: Ticket, part: Part, names: Names) -> list[Block]:
    """Both values and who made them, with the choice between them."""
    both, name = ticket.conflicts[part], clip(ticket.name, STATUS)
    said = mrkdwn(
        "*Both sides changed the {}.* In {}: {}. In {}: {}{}. {} counts, as the newer one.",
        PARTS[part], case.key, value_words(part, both.get("ours"), names), name,
        value_words(part, both.get("theirs"), names), _by(both, names),
        name if both.get("won") == "theirs" else case.key,
    )  # fmt: skip
    value = f"{ticket.id}/{part}"
    row = [
        button("Take theirs", "ticket.theirs", value=value, label=f"Take the {PARTS[part]} of {name}"),
        button("Keep ours", "ticket.ours", value=value, label=f"Keep the {PARTS[part]} of {case.key}"),
    ]
    return [section(said), actions(row, block_id=f"ticket/{ticket.id}/{part}")]


def _by(both: Mapping[str, Any], names: Names) -> Mrkdwn:
    if not both.get("by"):
        return Mrkdwn("")
    by = str(both["by"])
    return mrkdwn(", by {}", person(by, names) if SLACK_ID.fullmatch(by) else clip(one_line(by), ASSIGNEE))


def value_words(part: Part, value: Any, names: Names) -> Mrkdwn:
    """A value of a case as it is kept."""
    if part == Part.ASSIGNEE and (value is None or SLACK_ID.fullmatch(str(value))):
        return mrkdwn("*{}*", person(value, names))
    if part == Part.PRIORITY and value in set(Priority):
        return bold(PRIORITY_WORDS[Priority(value)])
    return bold(clip(one_line(str(value)), VALUE)) if value else Mrkdwn("*nothing*")


def read_ticket_click(payload: Mapping[str, Any]) -> TicketClick:
    ticket, _, part = read_value(payload).partition("/")
    if not ticket.isdecimal() or (part and part not in set(Part)):
        raise Invalid(TOO_OLD)
    return TicketClick(int(ticket), Part(part) if part else None)
