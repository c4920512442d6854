"""What has happened in Jira since a moment: one search for all that changed, whosever it is.

JQL has neither seconds nor a time zone of its own (it takes the account's), so a period is asked for, which is longer
than needed: search learns of changes late, and their clock may differ. What was told already is therefore told again.
Deleted issues and comments are found by no search: reading the issue raises ``Gone``, and the webhooks tell of both.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.ticket import FIELDS as PARTS
from bot.domain.ticket import Account, Became, News, Part, TicketChange
from bot.integrations.jira_fields import FIELDS, account, comment, moment, values
from bot.integrations.jira_past import part_in, written_over
from bot.integrations.jira_wire import Wire

# Search finds nothing that is newer than a few seconds; clocks differ.
OVERLAP = timedelta(minutes=3)
PAGE = 100
# Then the caller goes on with what it has.
MOST_PAGES = 10
# A page of Data Center begins a little before the end of the last one: an issue that has left the period meanwhile
# moves all the others up.
STEP_BACK = 10


@dataclass(frozen=True, slots=True)
class Page:
    """``rest``: what the next one is asked with; empty after the last."""

    issues: list[dict[str, Any]]
    rest: str


def pages(wire: Wire, jql: str, rest: str = "", **params: str) -> Iterator[Page]:
    """Of `Page`s one after the other; ``rest`` goes on with a search of the same words."""
    while True:
        if wire.is_cloud:
            said = wire.get("search/jql", jql=jql, maxResults=PAGE, nextPageToken=rest or None, **params)
            issues, rest = said["issues"], said.get("nextPageToken") or ""
        else:
            start = int(rest or 0)
            said = wire.get("search", jql=jql, maxResults=PAGE, startAt=start, **params)
            issues = said["issues"]
            end = start + len(issues)
            rest = str(end - STEP_BACK) if len(issues) > STEP_BACK and end < said["total"] else ""
        yield Page(issues, rest)
        if not rest:
            return


def news(wire: Wire, us: Callable[[], Account], mark: str, known: frozenset[str], now: datetime) -> News:
    """A mark is the moment up to which all was told; between pages also when it was asked, how, and for what rest."""
    if not mark:
        return News((), now.isoformat())
    since, asked, minutes, rest = read_mark(mark, now)
    jql = f'updated >= "-{minutes}m" ORDER BY key ASC'
    found: dict[TicketChange, None] = {}
    count, more = 0, False
    for page in pages(wire, jql, rest, fields=f"{FIELDS},created,creator,comment", expand="changelog"):
        for issue in page.issues:
            if str(issue["id"]) in known:
                found |= dict.fromkeys(changes(wire, us, issue, since - OVERLAP))
        count, rest = count + 1, page.rest
        more = bool(rest) and count == MOST_PAGES
        if more:
            break
    told = sorted(found, key=lambda change: change.at)
    going_on = f"{since.isoformat()} {asked.isoformat()} {minutes} {rest}"
    return News(told, going_on if more else asked.isoformat(), more)


def read_mark(mark: str, now: datetime) -> tuple[datetime, datetime, int, str]:
    since, *going_on = mark.split(" ", 3)
    start = datetime.fromisoformat(since)
    if len(going_on) == 3:
        return start, datetime.fromisoformat(going_on[0]), int(going_on[1]), going_on[2]
    # Rounded up.
    return start, now, max(1, -int((start - OVERLAP - now).total_seconds() // 60)), ""


def changes(
    wire: Wire, us: Callable[[], Account], issue: Mapping[str, Any], since: datetime
) -> Iterator[TicketChange]:  # fmt: skip
    id_, log = str(issue["id"]), issue.get("changelog") or {}
    histories = sorted(log.get("histories") or [], key=lambda one: (moment(one["created"]), int(one.get("id") or 0)))
    yield from written_over(wire, us, id_, histories, since)
    yield from changed_fields(id_, issue, histories, since)
    told = issue["fields"].get("comment") or {}
    comments = told.get("comments") or []
    if told.get("total", 0) > len(comments):
        comments = [*comments, *latest_comments(wire, id_, since)]
    for said in comments:
        one = comment(said)
        if one.at >= since:
            by = account(said.get("updateAuthor") or said.get("author"))
            yield TicketChange(id_, Part.NOTES, one.at, comment=one, by=by)


def changed_fields(
    id_: str, issue: Mapping[str, Any], histories: Sequence[Mapping[str, Any]], since: datetime
) -> Iterator[TicketChange]:  # fmt: skip
    """A field as it is now, with when and by whom it was last changed: the update of an issue alone says neither."""
    current, last = values(issue["fields"]), last_changes(issue, histories, since)
    for what, history in last.items():
        at, by = moment(history["created"]), account(history.get("author"))
        if isinstance(what, Became):
            yield TicketChange(id_, what, at, issue["key"], by=by)
        elif what in current:
            yield TicketChange(id_, what, at, current[what], by=by)
    if (at := moment(issue["fields"]["created"])) >= since:
        by = account(issue["fields"].get("creator"))
        yield from (
            TicketChange(id_, part, at, current[part], by=by, is_first=True) for part in current if part not in last
        )


def last_changes(
    issue: Mapping[str, Any], histories: Sequence[Mapping[str, Any]], since: datetime
) -> Mapping[Part | Became, Mapping[str, Any]]:
    """What has happened since then, each with the history that tells of it last."""
    last: dict[Part | Became, Mapping[str, Any]] = {}
    for history in histories:
        if moment(history["created"]) >= since:
            for item in history.get("items") or []:
                if what := part_of(item):
                    last[what] = history
    total = (issue.get("changelog") or {}).get("total", 0)
    if histories and total > len(histories) and moment((oldest := histories[0])["created"]) >= since:
        # So much has happened that not all is told: any field may have changed before.
        for part in PARTS:
            last.setdefault(part, {"created": oldest["created"]})
    return last


def part_of(item: Mapping[str, Any]) -> Part | Became | None:
    """What a line of a changelog is about."""
    if item.get("fieldId") == "issuekey" or item.get("field") == "Key":
        return Became.RENAMED
    return part_in(item)


def latest_comments(wire: Wire, id_: str, since: datetime) -> Iterator[dict[str, Any]]:
    """Those that were written since then, the latest first. Does not find older ones that were changed since."""
    start = 0
    while True:
        said = wire.get(f"issue/{id_}/comment", orderBy="-created", startAt=start, maxResults=PAGE)
        comments = said.get("comments") or []
        for one in comments:
            if moment(one["created"]) < since:
                return
            yield one
        start += len(comments)
        if not comments or start >= said.get("total", 0):
            return
