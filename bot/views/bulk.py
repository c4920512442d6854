"""A bulk edit in words: what is done, what becomes of how many, each by its key."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.domain.bulk import Became, Bulk, Deed, Report, State, What
from bot.domain.link import label_of
from bot.views.blocks import Block, Message, actions, context, message, section
from bot.views.elements import button, confirm
from bot.views.limits import clip, clip_marked, one_line
from bot.views.lines import TURN_OFF
from bot.views.text import Mrkdwn, Names, bold, joined, mrkdwn, person, said, when
from bot.views.words import plural, priority_words

# Characters for the keys of one group, and of one reason among several. A message holds 12,000 in all.
KEYS, KEYS_OF_REASON = 1500, 300
REASONS = 10
REASON = 300
NOTE = 80


def deed_words(deed: Deed, names: Names) -> Mrkdwn:
    """As an order: "set the status to Closed"."""
    return ORDERS[deed.what](deed, names)


def _status(deed: Deed, names: Names) -> Mrkdwn:
    reason = mrkdwn(" with the reason {}", bold(deed.reason)) if deed.reason else Mrkdwn("")
    return mrkdwn("set the status to {}{}", bold(deed.status), reason)


def _assign(deed: Deed, names: Names) -> Mrkdwn:
    owners = [mrkdwn("*{}*", person(deed.person, names))] if deed.person else []
    owners += [bold(f"@{deed.handle}")] if deed.handle else []
    return mrkdwn("assign to {}", joined(owners, " and ") or bold("nobody"))


def _ticket(deed: Deed, names: Names) -> Mrkdwn:
    where = mrkdwn(" in {}", bold(deed.kind)) if deed.kind else Mrkdwn("")
    return mrkdwn("create a {} ticket{} for each that has none there", bold(label_of(deed.partner)), where)


ORDERS: Mapping[What, Callable[[Deed, Names], Mrkdwn]] = {
    What.STATUS: _status,
    What.ASSIGN: _assign,
    What.PRIORITY: lambda deed, names: mrkdwn("set the priority to {}", bold(priority_words(deed.priority))),
    What.ARCHIVE: lambda deed, names: Mrkdwn("archive"),
    What.UNARCHIVE: lambda deed, names: Mrkdwn("bring back from the archive"),
    What.MOVE: lambda deed, names: mrkdwn("move to the project {}", bold(deed.key)),
    What.NOTE: lambda deed, names: mrkdwn("add the note “{}”", clip(one_line(deed.text), NOTE)),
    What.TICKET: _ticket,
}


def bulk_name(total: int) -> str:
    return f"Bulk edit of {plural(total, 'case')}"


def head(bulk: Bulk, names: Names) -> Mrkdwn:
    deed = bulk.chosen
    name = bold(bulk_name(bulk.total))
    return mrkdwn("{}: {}", name, deed_words(deed, names)) if deed else name


def key_list(keys: Sequence[str], room: int, count: int = 0) -> Mrkdwn:
    """``count``: how many there are, if more than these keys."""
    shown: list[str] = []
    for key in keys:
        room -= len(key) + 2
        if room < 0:
            break
        shown.append(key)
    more = max(count, len(keys)) - len(shown)
    return mrkdwn("{}{}", ", ".join(shown), f" and {more:,} more" if more else "")


def group(label: str, keys: Sequence[str]) -> list[Block]:
    """Nothing for an empty one."""
    return [section(mrkdwn("*{}: {}*\n{}", label, f"{len(keys):,}", key_list(keys, KEYS)))] if keys else []


def reasons(label: str, count: int, found: Sequence[tuple[str, Sequence[str]]]) -> list[Block]:
    """Each reason with the keys it holds for."""
    if not found:
        return []
    blocks = [section(mrkdwn("*{}: {}*", label, f"{count:,}"))]
    blocks += [
        section(mrkdwn("{}\n{}", Mrkdwn(clip_marked(said(why), REASON)), key_list(keys, KEYS_OF_REASON)))
        for why, keys in found[:REASONS]
    ]
    if rest := found[REASONS:]:
        left = sum(len(keys) for _, keys in rest)
        blocks.append(context(f"And {plural(left, 'case')} more for {plural(len(rest), 'other reason')}."))
    return blocks


def keys_of(report: Report, became: Became) -> list[str]:
    return [key for _, keys in report.reasons(became) for key in keys]


def progress_message(bulk: Bulk, report: Report, names: Names, now: datetime) -> Message:
    """Counts up while it runs, sums up when it is over, and offers *Undo* as long as that is possible."""
    draw = {State.RUNNING: running, State.DONE: done, State.UNDOING: undoing, State.UNDONE: undone}
    title = head(bulk, names)
    line, blocks = draw[State(bulk.state)](bulk, report, now)
    return message(mrkdwn("{}. {}", title, line), [section(mrkdwn("{}\n{}", title, line)), *blocks])


Drawn = tuple[Mrkdwn, list[Block]]


def counts(report: Report, *named: tuple[Became, str]) -> str:
    """The first always, the others if there are any."""
    found = [(report.count(became), words) for became, words in named]
    return ", ".join(f"{count:,} {words}" for index, (count, words) in enumerate(found) if count or not index)


def summary(report: Report) -> str:
    return counts(report, (Became.CHANGED, "changed"), (Became.UNCHANGED, "unchanged"), (Became.REFUSED, "refused"))


def running(bulk: Bulk, report: Report, now: datetime) -> Drawn:
    return mrkdwn("At work: {} of {} done, {}.", f"{bulk.done:,}", f"{bulk.total:,}", summary(report)), []


def done(bulk: Bulk, report: Report, now: datetime) -> Drawn:
    blocks = group("Changed", keys_of(report, Became.CHANGED))
    blocks += group("Unchanged, since they were like that already", keys_of(report, Became.UNCHANGED))
    blocks += reasons("Refused", report.count(Became.REFUSED), report.reasons(Became.REFUSED))
    changed = report.count(Became.CHANGED)
    if changed and bulk.undo_until and bulk.can_be_undone(now):
        sure = confirm(
            "Undo this bulk edit?",
            f"Brings back {plural(changed, 'case')}, except where somebody has made another change since.",
            "Undo",
        )
        blocks.append(actions([button("Undo", "bulk.undo", value=str(bulk.id), sure=sure)]))
        blocks.append(context(mrkdwn("It can be undone until {}.", when(bulk.undo_until))))
    return mrkdwn("Done: {}.", summary(report)), blocks


def undoing(bulk: Bulk, report: Report, now: datetime) -> Drawn:
    return mrkdwn("Undoing it: {} of {} done.", f"{bulk.back_done:,}", f"{bulk.back_total:,}"), []


def undone(bulk: Bulk, report: Report, now: datetime) -> Drawn:
    whole = [keys for why, keys in report.reasons(Became.BACK) if not why]
    partly = [(why, keys) for why, keys in report.reasons(Became.BACK) if why]
    blocks = group("Brought back", whole[0] if whole else [])
    blocks += reasons("Brought back in part", sum(len(keys) for _, keys in partly), partly)
    blocks += reasons("Left alone", report.count(Became.LEFT), report.reasons(Became.LEFT))
    line = counts(report, (Became.BACK, "brought back"), (Became.LEFT, "left alone, as they have changed since"))
    return mrkdwn("Undone: {}.", line), blocks


def told_message(bulk: Bulk, names: Names, keys: Sequence[str], count: int, *, undo: bool) -> Message:
    """For somebody whose cases it changed: all of them at once."""
    deed = bulk.chosen
    order = deed_words(deed, names) if deed else Mrkdwn("")
    took = Mrkdwn("undid" if undo else "did")
    which = mrkdwn("{} of them {} you", f"{count:,}", "concerns" if count == 1 else "concern")
    line = mrkdwn(
        "{} {} a {} ({}). {}: {}",
        person(bulk.actor, names), took, bulk_name(bulk.total).lower(), order, which, key_list(keys, KEYS, count),
    )  # fmt: skip
    why = mrkdwn("You are told because these cases are yours, or you reported or watch them. {}", TURN_OFF)
    return message(line, [section(line), context(why)])
