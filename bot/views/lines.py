"""What Casebook says by itself: lines in a card's thread, answers below posts, direct messages.

These are posted, so people appear by name: a mention would ping. ``names`` should know everybody in them.
"""

from collections.abc import Mapping

from bot.domain.case import Case
from bot.domain.delivery import Delivery, Tell
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import Note
from bot.domain.reading import Workspace
from bot.views.blocks import Block, Message, actions, context, message, section
from bot.views.cards import take_button, title_line
from bot.views.clicks import case_block, row_block
from bot.views.elements import button
from bot.views.idle import keep_open_button
from bot.views.limits import clip
from bot.views.rich import line, quote, rich_text, someone, words
from bot.views.text import Mrkdwn, Names, literal, mrkdwn, person, said, told, told_mrkdwn, told_plain
from bot.views.words import case_link, case_name

NOTE_TEXT = 3000
DM_NOTE = 1000
TURN_OFF = Mrkdwn("To get fewer of these: *Casebook* → *Home* → *Direct messages*.")


def entry_line(entry: Entry, names: Names) -> Message:
    """One short line for the thread: "Ann closed this case as Resolved"."""
    plain = told_plain(entry, names)
    blocks = [context(plain or told_mrkdwn(entry, names))]
    if entry.kind == Kind.CLOSING:
        blocks.append(
            actions([keep_open_button(entry.case_id, entry.version)], block_id=row_block(entry.case_id, entry.version))
        )
    return message(told_mrkdwn(entry, names), blocks)


def note_message(note: Note, names: Names) -> Message:
    """A note that was written elsewhere, for the thread; its author is named, since Casebook is who posts it."""
    if note.deleted_at or not note.text.strip():
        gone = mrkdwn("{} {}.", person(note.author, names), "deleted a note" if note.deleted_at else "added a note")
        return message(gone, [context(gone)])
    author = someone(note.author, names, strong=True)
    text = mrkdwn("{}: {}", person(note.author, names), note.text)
    return message(text, [rich_text(line(author, words(" noted")), quote(clip(note.text, NOTE_TEXT)))])


def direct_message(
    case: Case, entry: Entry, names: Names, note: Note | None, workspace: Workspace, person_id: str
) -> Message:
    """What happened, to which case, why this person is told, and how to hear less."""
    happened = told_mrkdwn(entry, names)
    blocks: list[Block] = [
        rich_text(line(*(someone(who, names) if who else words(text) for text, who in told(entry)))),
        title_line(case, workspace),
    ]
    if note and note.text.strip() and not note.deleted_at:
        blocks.append(rich_text(quote(clip(note.text, DM_NOTE))))
    blocks.append(context(_footer(case, entry, person_id)))
    blocks.append(actions(_answers(case, person_id), block_id=case_block(case.id, case.version)))
    return message(mrkdwn("{}: {}", case_name(case), happened), blocks)


def _footer(case: Case, entry: Entry, person_id: str) -> Mrkdwn:
    return mrkdwn("You are told because {}. {}", why_told(case, entry, person_id), TURN_OFF)


def why_told(case: Case, entry: Entry, person_id: str) -> str:
    if case.assignee == person_id:
        return "you are assigned to this case"
    if case.reporter == person_id:
        return "you reported this case"
    if entry.before("assignee") == person_id:
        return "this case was yours until now"
    return "you watch this case"


def _answers(case: Case, person_id: str) -> list[Block]:
    row = [button("Details", "case.details", label=f"Details of {case.key}")]
    if case.is_open and not case.is_archived and case.assignee != person_id:
        row.insert(0, take_button(case))
    return row


def escalated_answer(case: Case, workspace: Workspace) -> Message:
    """Below the post that became a case. A private project's title stays out of a channel that may not be private."""
    url = case_link(case, workspace)
    key = Mrkdwn(f"*<{url}|{literal(case.key)}>*") if url else mrkdwn("*{}*", case.key)
    title = Mrkdwn("") if case.project.is_private else mrkdwn(" ({})", case.title)
    text = mrkdwn("This post is now case {}{}. Replies in this thread are kept as notes.", key, title)
    return message(text, [section(text)])


def whisper(text: str) -> Message:
    """A sentence of ours for one person only."""
    return message(said(text), [section(said(text))])


UNTOLD: Mapping[str, str] = {
    Tell.CARD: "post a case's card",
    Tell.LINE: "post a change in a case's thread",
    Tell.ANSWER: "answer in the thread of an escalated post",
    Tell.DM: "write a direct message",
    Tell.HOME: "refresh somebody's Home tab",
    Tell.WHISPER: "answer somebody",
    Tell.PEOPLE: "read this workspace's people",
    Tell.PERSON: "read somebody's profile",
    Tell.TEAMS: "read this workspace's user groups",
    Tell.NOTIFY: "post what came into an inbox",
    Tell.INBOX: "refresh a case that an inbox has posted",
    Tell.DIGEST: "send an inbox's digest",
    Tell.PAGE: "raise a case of an inbox at PagerDuty",
    Tell.HOOK: "send a case of an inbox to a webhook",
    Tell.MATCH: "ask the inboxes about a case",
    Tell.CHANNEL: "join a home channel",
    Tell.EXPORT: "send somebody an export",
    Tell.STATISTICS: "send somebody statistics",
    Tell.WEEKLY: "send weekly statistics",
    Tell.STEP: "finish a workflow's step",
    Tell.INCIDENT: "open the channel of an incident",
    Tell.INCIDENT_OVER: "end an incident",
    Tell.NOTEBOOK: "make a notebook",
    Tell.NOTEBOOK_KEPT: "keep a notebook up to date",
    Tell.BULK: "say how far a bulk edit is",
    Tell.BULK_TOLD: "write a direct message",
    Tell.BULK_RUN: "go on with a bulk edit",
    Tell.TICKET: "create, link or change a ticket",
    Tell.TICKET_RETRY: "create, link or change a ticket",
    Tell.TICKET_NOTE: "put a note into a ticket",
    Tell.TICKET_READ: "read a ticket",
    Tell.TICKET_LEFT: "take its mark off a ticket",
    Tell.TICKET_NEWS: "read what has happened to tickets",
    Tell.TICKET_EARLY: "take what was told of a ticket",
    Tell.GATHER: "find the cases whose retention is over",
    Tell.DEPART: "delete cases whose retention is over",
    Tell.WARN: "warn of cases that are to be deleted, so none of them is",
    Tell.LAST_COPY: "post a file of the cases that are to be deleted, so none of them is",
    Tell.IDLE: "close cases that nobody works on",
    Tell.IDLE_TOLD: "write a direct message",
    Tell.RULE: "ask the rules about a case",
    Tell.RULE_SEED: "begin with a rule",
    Tell.RULE_TOLD: "tell what a rule has to say",
    Tell.RULE_PROBLEM: "write a direct message",
}


def problem_message(delivery: Delivery, what_to_do: str) -> Message:
    """For an admin: what could not be told to Slack, and the remedy. ``what_to_do`` is a sentence of ours."""
    task = UNTOLD.get(delivery.kind, f"tell {delivery.partner} something")
    where = _target(delivery.target)
    text = mrkdwn("*Casebook could not {}*{}.\n{}", task, where, said(what_to_do))
    blocks = [section(text)]
    if delivery.last_error:
        blocks.append(context(mrkdwn("What came back: {}", clip(delivery.last_error, 300))))
    return message(text, blocks)


def _target(target: str) -> Mrkdwn:
    if target[:1] in {"C", "G"} and target.isalnum():
        return Mrkdwn(f" in <#{target}>")
    if target[:1] in {"U", "W"} and target.isalnum():
        return Mrkdwn(f" for <@{target}>")
    return Mrkdwn("")
