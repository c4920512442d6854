"""The inboxes that somebody can look into, and what is said of one."""

from collections.abc import Sequence

from bot.domain.inbox import Event, Inbox, Medium, Recipient
from bot.domain.reading import Shelf, ShelfPage
from bot.views.blocks import Block, Message, View, actions, context, message, modal, section
from bot.views.elements import button
from bot.views.inbox_posts import stay_words
from bot.views.limits import BUTTON, clip, clip_marked
from bot.views.queries import query_code
from bot.views.silences import END, shelf_line
from bot.views.text import NOBODY, Mrkdwn, bold, joined, mrkdwn, person, said
from bot.views.words import case_count, plural

LIST = "inbox.list"
TOLD = "inbox.told"
ABOUT = 1200  # a page of them must fit into a message
RECIPIENTS = 6
PROBLEMS = 2
PROBLEM = 250
EVENTS = {
    Event.CREATED: "is opened and matches",
    Event.ENTERED: "comes to match later",
    Event.LEFT: "stops matching",
}
MEDIA = {Medium.PAGERDUTY: "PagerDuty", Medium.WEBHOOK: "a webhook at"}


def inboxes_message(found: ShelfPage) -> Message:
    names = joined([mrkdwn("{}{}", shelf.name, count_words(shelf, " ({})")) for shelf in found.shelves], ", ")
    return message(mrkdwn("Inboxes: {}", names), inbox_blocks(found))


def inboxes_view(found: ShelfPage) -> View:
    return modal(LIST, "Inboxes", inbox_blocks(found), close="Close", metadata=str(found.page))


def inbox_blocks(found: ShelfPage) -> list[Block]:
    blocks: list[Block] = []
    for shelf in found.shelves:
        blocks += made(shelf) if shelf.inbox else [built_in(shelf)]
    row = [button("New inbox", "inbox.new", style="primary")]
    if found.page > 1:
        row.append(button("Previous", "inbox.page.back", value=str(found.page - 1)))
    if found.page < found.pages:
        row.append(button("Next", "inbox.page", value=str(found.page + 1)))
    if found.pages > 1:
        blocks.append(context(f"Page {found.page} of {found.pages}"))
    return [*blocks, actions(row, block_id="inbox/list")]


def built_in(shelf: Shelf) -> Block:
    text = mrkdwn("{}{}\n{}", bold(shelf.name), count_words(shelf, " · {}"), query_code(shelf.query))
    return section(text, show_button(shelf), block_id=f"shelf/{shelf.id}")


def made(shelf: Shelf) -> list[Block]:
    return [section(about(shelf)), actions([show_button(shelf), *inbox_buttons(shelf)], block_id=f"shelf/{shelf.id}")]


def about(shelf: Shelf, *, named: bool = True) -> Mrkdwn:
    """Name, count, whose it is, what is wrong with it, what it asks, and whom it tells when."""
    name = bold(shelf.name) if named else Mrkdwn("")
    head = joined([name, count_words(shelf, "{}"), whose(shelf)])
    lines = [head, *wrong(shelf), query_code(shelf.query), *(facts(shelf.inbox) if shelf.inbox else [])]
    return Mrkdwn(clip_marked(joined(lines, "\n"), ABOUT))


def whose(shelf: Shelf) -> Mrkdwn:
    inbox = shelf.inbox
    if inbox is None:
        return Mrkdwn("everybody has it")
    if inbox.team_id:
        return mrkdwn("of team {}, made by {}", shelf.whose, person(inbox.owner, NOBODY))
    if inbox.project_id:
        return mrkdwn("of project {}, made by {}", shelf.whose or "?", person(inbox.owner, NOBODY))
    return Mrkdwn("personal")


def facts(inbox: Inbox) -> list[Mrkdwn]:
    if not inbox.recipients:
        return [Mrkdwn("Tells nobody by itself.")]
    return [mrkdwn("Tells {} {}.", recipients(inbox.recipients), occasions(inbox))]


def recipients(told: Sequence[Recipient]) -> Mrkdwn:
    shown = joined([recipient_words(one) for one in told[:RECIPIENTS]], ", ")
    more = len(told) - RECIPIENTS
    return mrkdwn("{} and {} more", shown, more) if more > 0 else shown


def recipient_words(one: Recipient) -> Mrkdwn:
    if one.medium == Medium.CHANNEL:
        return Mrkdwn(f"<#{one.target}>")
    if one.medium == Medium.PERSON:
        return person(one.target, NOBODY)
    return joined([Mrkdwn(MEDIA[Medium(one.medium)]), mrkdwn("{}", one.label)], " ")


def occasions(inbox: Inbox) -> Mrkdwn:
    """When it tells, as the end of a sentence."""
    events = [words for event, words in EVENTS.items() if event in inbox.events]
    told = [f"when a case {' or '.join(events)}"] if events else []
    if inbox.stay_minutes:
        told.append(f"of cases still there after {stay_words(inbox.stay_minutes)}")
    if inbox.rhythm:
        told.append(f"by a digest {inbox.rhythm.words}")
    return mrkdwn("{}", "; ".join(told) or "nothing yet: choose when under Edit")


def wrong(shelf: Shelf) -> list[Mrkdwn]:
    """Each problem in a line of its own, and whether the person hears of it at all."""
    problems = [shelf.problem] if shelf.problem else []
    broken = [one for one in shelf.inbox.recipients if one.problem] if shelf.inbox else []
    problems += [one.problem or "" for one in broken[:PROBLEMS]]
    lines = [mrkdwn("*Problem:* {}", said(clip(problem, PROBLEM))) for problem in problems]
    if len(broken) > PROBLEMS:
        lines.append(
            mrkdwn("*Problem:* {} cannot be reached either.", plural(len(broken) - PROBLEMS, "more recipient"))
        )
    if shelf.silence:
        lines.append(shelf_line(shelf.silence))
    if shelf.is_muted:
        lines.append(Mrkdwn("*Muted for you:* it sends you no direct messages. What it posts in channels goes on."))
    return lines


def count_words(shelf: Shelf, template: str) -> Mrkdwn:
    """Nothing for what was not counted."""
    return Mrkdwn("") if shelf.count is None else mrkdwn(template, case_count(shelf.count))


def show_button(shelf: Shelf) -> Block:
    return button("Show", "inbox.open", value=shelf.id, label=clip(f"Show {shelf.name}", BUTTON))


def inbox_buttons(shelf: Shelf) -> list[Block]:
    """What can be done with one that somebody has made: by this person."""
    inbox, row = shelf.inbox, []
    if inbox is None:
        return []
    if shelf.can_edit:
        row.append(button("Edit", "inbox.edit", value=str(inbox.id), label=clip(f"Edit {shelf.name}", BUTTON)))
    if shelf.is_muted:
        row.append(button("Unmute", "inbox.unmute", value=str(inbox.id), label=clip(f"Unmute {shelf.name}", BUTTON)))
    elif inbox.recipients:
        row.append(button("Mute", "inbox.mute", value=str(inbox.id), label=clip(f"Mute {shelf.name}", BUTTON)))
    if shelf.silence:
        row.append(button("End silence", END, value=str(shelf.silence.id)))
    elif shelf.can_edit and inbox.recipients:
        label = clip(f"Silence {shelf.name} for everybody, for a time", BUTTON)
        row.append(button("Silence", "inbox.silence", value=str(inbox.id), label=label))
    return row


# -- what came of a click ------------------------------------------------------------------------------------------
def muted(inbox: Inbox, person_id: str) -> Message:
    """``person_id``: for whom it is silent now."""
    done = "sends you no direct messages any more" if is_told(inbox, person_id) else "will send you no direct messages"
    parts = [mrkdwn("Inbox *{}* {}.", inbox.name, done)]
    if channels := [one for one in inbox.recipients if one.medium == Medium.CHANNEL]:
        loud = "What it posts in {} is for everybody there and goes on. To see less of that, mute the channel in Slack"
        parts.append(mrkdwn(f"{loud}, or ask {{}} to change it.", recipients(channels), person(inbox.owner, NOBODY)))
    text = joined(parts, " ")
    return message(text, [section(text), actions([button("Unmute", "inbox.unmute", value=str(inbox.id))])])


def is_told(inbox: Inbox, person_id: str) -> bool:
    """Whether it writes direct messages to the person, unless they have muted it."""
    return any(one.medium == Medium.PERSON and one.target == person_id for one in inbox.recipients)


def unmuted(inbox: Inbox, person_id: str) -> Message:
    again, never = "It sends you direct messages again.", "You are not among those whom it sends direct messages."
    then = again if is_told(inbox, person_id) else never
    text = mrkdwn("Inbox *{}* is not muted for you any more. {}", inbox.name, then)
    return message(text, [section(text)])


def told_view(done: Message) -> View:
    """The same where there is no message to answer."""
    return modal(TOLD, "Inbox", done["blocks"], close="Close")


def promises(inbox: Inbox) -> list[Mrkdwn]:
    """What a saved inbox does from now on."""
    where = Mrkdwn("It is on your App Home, and `/case inbox` lists it.")
    if not inbox.recipients:
        return [Mrkdwn("It tells nobody by itself."), where]
    said_ = [mrkdwn("It tells {} {}.", recipients(inbox.recipients), occasions(inbox))]
    if any(one.medium == Medium.CHANNEL for one in inbox.recipients):
        said_.append(Mrkdwn("Into a private channel Casebook has to be invited: type `/invite @casebook` there."))
    return [*said_, where]


def deleted_view(name: str) -> View:
    gone = mrkdwn("Inbox *{}* is deleted. It tells nobody any more; its cases and its posts stay.", name)
    return modal(TOLD, "Inbox", [section(gone)], close="Close")
