"""Silences: what lasts, and what came of making or ending one."""

from bot.domain.errors import Invalid
from bot.domain.reading import SilenceEnd, SilenceList
from bot.domain.silence import Silence
from bot.views.blocks import Block, Message, context, message, section
from bot.views.clicks import TOO_OLD
from bot.views.elements import button
from bot.views.limits import clip
from bot.views.queries import query_code
from bot.views.text import NOBODY, Mrkdwn, Names, joined, mrkdwn, person, when
from bot.views.words import plural

END = "silence.end"
HELD = "silence.held"
SHOWN = 10  # of the longest queries, a message holds so many
QUERY, REASON = 200, 100
NONE = "Nothing is silenced. `/case silence service:checkout 2h` silences what a query finds, for a time."


def silences_message(found: SilenceList) -> Message:
    if not found.silences:
        text = Mrkdwn(NONE)
        return message(text, [section(text)])
    head = mrkdwn("*{} now.* Inboxes tell nobody of these.", plural(len(found.silences), "silence"))
    rows = [row(found, one) for one in found.silences[:SHOWN]]
    more = len(found.silences) - SHOWN
    rest = [context(f"And {plural(more, 'more silence')}.")] if more > 0 else []
    return message(head, [section(head), *rows, *rest])


def row(found: SilenceList, one: Silence) -> Block:
    text = mrkdwn("{}\n{}", what(found, one), about(one))
    return section(text, button("End", END, value=str(one.id)), block_id=f"silence/{one.id}")


def what(found: SilenceList, one: Silence) -> Mrkdwn:
    inbox = found.inboxes.get(one.inbox_id or 0)
    return mrkdwn("Inbox *{}*", inbox.name) if inbox else query_code(clip(one.query, QUERY))


def about(one: Silence) -> Mrkdwn:
    parts = [mrkdwn("until {} by {}", when(one.ends_at), person(one.made_by, NOBODY))]
    if one.reason:
        parts.append(mrkdwn("{}", clip(one.reason, REASON)))
    if one.withheld:
        parts.append(mrkdwn("{} not sent", plural(one.withheld, "notification")))
    return joined(parts)


def silenced(one: Silence, name: str = "") -> Message:
    """``name``: of the inbox, if it is one."""
    which = mrkdwn("Inbox *{}*", name) if name else mrkdwn("What {} finds", query_code(one.query))
    told = mrkdwn("{} is silenced until {}: inboxes tell nobody of it, nor afterwards.", which, when(one.ends_at))
    text = joined([told, Mrkdwn("At its end you are told what was held back.")], " ")
    return message(text, [section(text, button("End", END, value=str(one.id)), block_id=f"silence/{one.id}")])


def shelf_line(one: Silence) -> Mrkdwn:
    """On the inbox itself."""
    reason = mrkdwn(" ({})", one.reason) if one.reason else Mrkdwn("")
    maker = person(one.made_by, NOBODY)
    return mrkdwn("*Silenced until {}* by {}{}: it tells nobody.", when(one.ends_at), maker, reason)


def over_message(end: SilenceEnd, names: Names) -> Message:
    """``names``: of who set it and who ended it, for a channel; its maker is told so in a direct message."""
    one = end.silence
    whose = mrkdwn("inbox *{}*", end.inbox.name) if end.inbox else query_code(one.query, names)
    how = mrkdwn("{} ended it", person(one.ended_by, names)) if one.ended_by else Mrkdwn("its time has come")
    text = mrkdwn("The silence of {} is over: {}. {}", whose, how, held_words(end))
    show = button("Show them", HELD, value=f"{one.id}/{end.channel}", label="Show the cases that were held back")
    set_by = mrkdwn("Set at {} by {}", when(one.made_at), person(one.made_by, names))
    about_it = joined([set_by, *([mrkdwn("{}", clip(one.reason, REASON))] if one.reason else [])])
    return message(text, [section(text, show if end.held else None), context(about_it)])


def held_words(end: SilenceEnd) -> Mrkdwn:
    here = " here" if end.channel else ""
    if not end.held:
        return mrkdwn("Nothing was held back{}.", here)
    were, are = ("was", "is") if end.held == 1 else ("were", "are")
    return mrkdwn("{} {} held back{} and {} not told of any more.", plural(end.held, "case"), were, here, are)


def read_held(value: str) -> tuple[int, str]:
    """The silence, and the channel whose cases are meant."""
    silence, _, channel = value.partition("/")
    if not silence.isdigit():
        raise Invalid(TOO_OLD)
    return int(silence), channel
