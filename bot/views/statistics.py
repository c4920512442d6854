"""Figures of cases: in words that can be read aloud, and who gets them every week."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import dropwhile
from typing import Any

from bot.domain.casetype import Group
from bot.domain.facts import Source
from bot.domain.priority import PRIORITY_WORDS, Priority
from bot.domain.query_text import as_typed, quoted
from bot.domain.reading import WeeklyList
from bot.domain.statistics import SHOWN, Figures, Spread, Statistics, Week, most
from bot.domain.weekly import Weekly
from bot.views.blocks import Block, Message, View, actions, context, fields, message, modal, section
from bot.views.clicks import page_value
from bot.views.elements import button, confirm
from bot.views.limits import clip, clip_marked, one_line
from bot.views.queries import query_code
from bot.views.text import MONTHS, NOBODY, Mrkdwn, Names, joined, mrkdwn, person, said
from bot.views.words import plural

LIST = "stats.list"
NAME = 40
ABOUT = 1000  # as many as are listed must fit into a message
SOURCES = {
    Source.PERSON: "People",
    Source.MONITOR: "Monitors",
    Source.SIGNAL: "Security signals",
    Source.ERROR: "Error tracking issues",
    Source.ALERT: "Other alerts",
    Source.STORM: "Alert storms",
}
NOTHING = "Nothing was opened or closed in the last {} weeks."
UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"))
WHAT_IT_MEANS = Mrkdwn(
    "*To take*: from opening until somebody first had the case or work on it began. *To close*: until it was closed "
    "last. A case of two teams counts for both. Archived cases count only if the query asks for them."
)


# -- figures ----------------------------------------------------------------------------------------------------------
def statistics_message(found: Figures) -> Message:
    """For whoever asked."""
    blocks = figure_blocks(found)
    row = [button("All weekly statistics", "stats.list")]
    if value := page_value(1, query=found.query):
        row.insert(0, button("Send weekly", "stats.weekly", value=value, label="Send these statistics weekly"))
    return message(summary(found), [*blocks, actions(row, block_id="stats")])


def weekly_message(found: Figures, weekly: Weekly, owner: str) -> Message:
    """For a channel. ``owner``: by name."""
    why = mrkdwn(
        "Sent {} for {}: what they may see and this channel may show. `/case stats weekly` ends it.",
        weekly.rhythm.words,
        owner,
    )
    return message(summary(found), [*figure_blocks(found), context(why)])


def figure_blocks(found: Figures) -> list[Block]:
    if not found.statistics.total:
        return [section(summary(found))]
    told = found.statistics
    return [
        section(mrkdwn("*Statistics* of {}: {}", what(found), totals(told))),
        fields([mrkdwn("*{}*\n{}", title, text) for title, text in facts(found).items()]),
        section(mrkdwn("*Opened and closed a week* ({})\n{}", found.tz, weeks(told.weeks))),
        context(WHAT_IT_MEANS),
    ]


def what(found: Figures) -> Mrkdwn:
    return query_code(found.query, found.names) if found.query else Mrkdwn("all cases")


def totals(told: Statistics) -> Mrkdwn:
    groups = [f"{told.in_group(group):,} {group.value}" for group in Group]
    return mrkdwn("{} ({}).", plural(told.total, "case"), ", ".join(groups))


def facts(found: Figures) -> dict[str, Mrkdwn]:
    told = found.statistics
    priorities = {PRIORITY_WORDS[one]: told.priorities.get(one, 0) for one in Priority if told.priorities.get(one)}
    people = {id_: found.names.get(id_ or "", id_ or "") for id_ in told.assignees}
    teams = {id_: found.handles.get(id_ or 0, "a team") for id_ in told.teams}
    return {
        "Status": rows(statuses(told).items()),
        "Priority": rows(priorities.items()),
        "Assignee": named(told.assignees, people, "Nobody"),
        "Team": named(told.teams, teams, "No team"),
        "Source": rows((SOURCES[Source(source)], count) for source, count in most(told.sources)),
        "Time to take": spread(told.to_take, "None of them has been taken."),
        "Time to close": spread(told.to_close, "None of them is closed."),
    }


def statuses(told: Statistics) -> dict[str, int]:
    """In the order of their groups, with the group where the name does not say it."""
    order = [group.value for group in Group]
    known = sorted(told.statuses.items(), key=lambda pair: (order.index(pair[0][0]), -pair[1], pair[0][1]))
    return {(name if name.casefold() == group else f"{name} ({group})"): count for (group, name), count in known}


def rows(counts: Iterable[tuple[str, int]]) -> Mrkdwn:
    known = list(counts)
    lines = [mrkdwn("{}: {}", clip(one_line(name), NAME), f"{count:,}") for name, count in known[: SHOWN + 1]]
    return joined([*lines, others(sum(count for _, count in known[SHOWN + 1 :]), len(known) - SHOWN - 1)], "\n")


def named(counts: Mapping[Any, int], names: Mapping[Any, str], nobody: str) -> Mrkdwn:
    shown = most(counts)
    lines = [mrkdwn("{}: {}", clip(one_line(names[one]), NAME), f"{count:,}") for one, count in shown if one]
    left = sum(counts.values()) - sum(count for _, count in shown)
    lines.append(others(left, len(counts) - len(shown)))
    lines += [mrkdwn("{}: {}", nobody, f"{count:,}") for one, count in shown if one is None]
    return joined(lines, "\n")


def others(cases: int, many: int) -> Mrkdwn:
    return mrkdwn("{}: {}", plural(many, "other"), f"{cases:,}") if many > 0 else Mrkdwn("")


def spread(found: Spread | None, never: str) -> Mrkdwn:
    if found is None:
        return Mrkdwn(never)
    return mrkdwn(
        "Median: {}\n90th percentile: {}\nof {}",
        length(found.median),
        length(found.ninetieth),
        plural(found.count, "case"),
    )


def length(time: timedelta) -> str:
    """``2 days 4 hours``, ``45 minutes``: the two greatest units."""
    left = int(time.total_seconds())
    parts = []
    for size, unit in UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(plural(count, unit))
    return " ".join(parts[:2]) or "less than a minute"


def within(time: timedelta) -> str:
    return "a minute" if time < timedelta(minutes=1) else length(time)


def weeks(found: Sequence[Week]) -> Mrkdwn:
    """Without those before anything happened."""
    busy = list(dropwhile(lambda week: not (week.opened or week.closed), found))
    quiet = len(found) - len(busy)
    before = f"In the {plural(quiet, 'week')} before nothing was opened or closed." if busy else NOTHING.format(quiet)
    lines = [mrkdwn("Week of {}", week_words(week)) for week in busy]
    return joined([*lines, Mrkdwn(before if quiet else "")], "\n")


def week_words(week: Week) -> str:
    return f"{day_month(week)}: {week.opened:,} opened, {week.closed:,} closed"


def day_month(week: Week) -> str:
    return f"{week.begins.day} {MONTHS[week.begins.month - 1]}"


def summary(found: Figures) -> Mrkdwn:
    """All that a notification shows and a screen reader reads."""
    told = found.statistics
    if not told.total:
        return mrkdwn("Statistics of {}: no case matches.", what(found))
    parts = [mrkdwn("Statistics of {}: {}", what(found), totals(told))]
    for title, time in (("taken", told.to_take), ("closed", told.to_close)):
        if time:
            half, most_ = within(time.median), within(time.ninetieth)
            parts.append(mrkdwn("Of those {}, half were within {}, nine in ten within {}.", title, half, most_))
    last = told.weeks[-1]
    parts.append(mrkdwn("This week: {} opened, {} closed.", f"{last.opened:,}", f"{last.closed:,}"))
    return joined(parts, " ")


def chart_words(told: Statistics) -> str:
    """What the chart shows, for those who do not see it."""
    opened = "; ".join(week_words(week) for week in told.weeks)
    waiting = ", ".join(f"{PRIORITY_WORDS[one]} {told.priorities.get(one, 0):,}" for one in Priority)
    return f"Two bar charts. Cases by priority: {waiting}. Cases opened and closed in the week of {opened}."


def being_counted(query: str) -> str:
    matching = f" matching {quoted(one_line(as_typed(query).text))}" if query else ""
    return f"The cases{matching} are being counted. Their statistics come to you in a direct message from Casebook."


# -- every week -------------------------------------------------------------------------------------------------------
def weeklies_message(found: WeeklyList) -> Message:
    names = joined([mrkdwn("{}", weekly_words(one)) for one in found.weeklies], ", ")
    return message(joined([Mrkdwn("Weekly statistics:"), names or EMPTY], " "), weeklies_blocks(found))


def weeklies_view(found: WeeklyList) -> View:
    return modal(LIST, "Weekly statistics", weeklies_blocks(found), close="Close")


EMPTY = Mrkdwn("There are none. Press *Send weekly* under the statistics that `/case stats` gives you.")


def weeklies_blocks(found: WeeklyList) -> list[Block]:
    if not found.weeklies:
        return [section(EMPTY)]
    blocks = [weekly_row(one, found.names if found.of_all else NOBODY, named=found.of_all) for one in found.weeklies]
    if found.has_more:
        blocks.append(context("There are more; end some of these to see them."))
    return blocks


def weekly_row(weekly: Weekly, names: Names, *, named: bool) -> Block:
    parts = [mrkdwn("{} in {}", weekly_query(weekly), place(weekly.channel)), mrkdwn("{}", weekly.rhythm.words)]
    if named:
        parts.append(mrkdwn("for {}", person(weekly.owner, names)))
    text = joined(parts)
    if weekly.problem:
        text = joined([text, mrkdwn("*Problem:* {}", said(clip(weekly.problem, 250)))], "\n")
    sure = confirm(
        "End these statistics?", mrkdwn("{} gets them no more.", place(weekly.channel)), "End", "Keep", danger=True
    )
    end = button("End", "stats.end", value=str(weekly.id), sure=sure, label="End these weekly statistics")
    return section(Mrkdwn(clip_marked(text, ABOUT)), end, block_id=f"weekly/{weekly.id}")


def weekly_query(weekly: Weekly) -> Mrkdwn:
    return query_code(weekly.query) if weekly.query else Mrkdwn("All cases")


def weekly_words(weekly: Weekly) -> str:
    return f"{clip(weekly.query, 80) or 'all cases'} {weekly.rhythm.words}"


def place(channel: str) -> Mrkdwn:
    return Mrkdwn(f"<#{channel}>") if channel.isalnum() else Mrkdwn("a channel")


def is_set_up(weekly: Weekly) -> str:
    return (
        f"<#{weekly.channel}> gets these statistics {weekly.rhythm.words}, and they say that they are for you. "
        "Into a private channel Casebook has to be invited: type `/invite @casebook` there. `/case stats weekly` "
        "lists and ends them."
    )
