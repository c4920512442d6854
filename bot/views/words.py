"""Small wording: counts, ages, facts of a case in few words."""

from datetime import UTC, date, datetime

from bot.domain.case import Case
from bot.domain.evidence import PostRole
from bot.domain.facts import Source
from bot.domain.priority import PRIORITY_WORDS, Priority
from bot.domain.reading import PREVIEW_LIMIT, Workspace
from bot.domain.wording import team_name
from bot.views.limits import clip, one_line
from bot.views.text import day

TEAMS_SHOWN = 5
SOURCES = {
    Source.MONITOR: "from a monitor",
    Source.SIGNAL: "from a security signal",
    Source.ERROR: "from an error tracking issue",
    Source.ALERT: "from an alert",
    Source.STORM: "from an alert storm",
}
_UNITS = ((86_400 * 365, "year"), (86_400 * 30, "month"), (86_400, "day"), (3600, "hour"), (60, "minute"))


def clock(now: datetime | None) -> datetime:
    """``None``: the moment of drawing."""
    return now or datetime.now(UTC)


def plural(count: int, noun: str, many: str = "") -> str:
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def case_count(total: int) -> str:
    """A listing stops counting one past the limit."""
    return f"more than {PREVIEW_LIMIT:,} cases" if total > PREVIEW_LIMIT else plural(total, "case")


def age(since: datetime, now: datetime) -> str:
    seconds = (now - since).total_seconds()
    for length, unit in _UNITS:
        if seconds >= length:
            return plural(int(seconds // length), unit)
    return "less than a minute"


def priority_words(priority: str) -> str:
    return PRIORITY_WORDS[Priority(priority)]


def status_words(case: Case) -> str:
    """The status, with its group where the name does not say it."""
    return case.status if case.status.casefold() == case.group else f"{case.status} ({case.group})"


def due_words(due: date, today: date, *, is_open: bool = True) -> str:
    if not is_open or due > today:
        return day(due)
    if due == today:
        return f"{day(due)} (today)"
    return f"{day(due)} (overdue by {plural((today - due).days, 'day')})"


def team_words(case: Case) -> str:
    """Empty if the case has no team."""
    handles = [team_name(team) for team in case.teams[:TEAMS_SHOWN]]
    more = len(case.teams) - len(handles)
    return ", ".join(handles) + (f" and {more} more" if more else "")


def case_link(case: Case, workspace: Workspace) -> str | None:
    """The permalink of the case's card, if it has been posted: the one at home, or else the first."""
    cards = [post for post in case.posts if post.role == PostRole.CARD]
    at_home = (post for post in cards if post.channel == case.project.home_channel)
    card = next(at_home, None) or next(iter(cards), None)
    return workspace.link(card.channel, card.ts, card.thread_ts) if card else None


def excerpt(text: str, limit: int, lines: int = 4) -> str:
    """The beginning of a text, without empty lines."""
    kept = [line.strip() for line in text.strip().splitlines() if line.strip()]
    short = "\n".join(kept[:lines])
    return clip(f"{short} …" if len(kept) > lines else short, limit)


def case_name(case: Case) -> str:
    """For plain text: "OPS-12 Checkout is down"."""
    return f"{case.key} {one_line(case.title)}"
