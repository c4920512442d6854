"""A small ticketing system, kept in memory: the partner at the other end of `bot.domain.ticket.Ticketing`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import RLock
from typing import Any

from bot.domain.casetype import Group
from bot.domain.ticket import (
    FIELDS,
    Account,
    Asked,
    Became,
    CaseLink,
    Choice,
    Comment,
    Draft,
    News,
    Part,
    Seen,
    Standing,
    Step,
    System,
    There,
    TicketChange,
    Value,
)
from bot.integrations.errors import Declined, Gone, Unanswered

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
US = Account("casebook-bot", "Casebook")
MIA = Account("acc-mia", "Mia", "mia@example.com")  # nobody of the workspace
BOB = Account("acc-bob", "Bob over there", "bob@example.com")
STATUSES = {
    "To Do": Group.OPEN, "In Progress": Group.IN_PROGRESS, "In Review": Group.IN_PROGRESS, "Done": Group.CLOSED,
}  # fmt: skip
SYSTEM = System(
    name="jira",
    label="Jira",
    noun="issue",
    kind_label="Project",
    subtype_label="Issue type",
    priorities={"P1": "Highest", "P2": "High", "P3": "Medium", "P4": "Low", "P5": "Lowest"},
    has_internal=True,
)


@dataclass
class Issue:
    id: str
    key: str
    values: dict[Part, Value]
    updated: datetime
    mark: str = ""
    comments: dict[str, Comment] = field(default_factory=dict)
    is_gone: bool = False


@dataclass
class Desk:
    """The system itself. ``fault`` is asked before and after each request with its name, and may raise."""

    clock: Callable[[], datetime] = lambda: START
    fault: Callable[[str, str], None] = lambda moment, call: None
    forbidden: set[str] = field(default_factory=set)  # statuses that its workflow does not lead to
    accounts: list[Account] = field(default_factory=lambda: [MIA, BOB])
    issues: dict[str, Issue] = field(default_factory=dict)
    log: list[TicketChange] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    serial: Any = field(default_factory=lambda: count(1))
    lock: Any = field(default_factory=RLock)

    def issue(self, id_: str) -> Issue:
        found = self.issues.get(id_)
        if found is None or found.is_gone:
            raise Gone("404", "The issue is gone. Unlink it.")
        return found

    def tell(self, change: TicketChange) -> TicketChange:
        self.log.append(change)
        issue = self.issues[change.ticket]
        issue.updated = max(issue.updated, change.at)
        return change

    # -- what people do there -----------------------------------------------------------------------------------------

    def by_hand(self, id_: str, part: Part, value: Value, by: Account | None = MIA, at: datetime | None = None) -> Any:
        with self.lock:
            if part == Part.STATUS and isinstance(value, str):
                value = Standing(value, STATUSES[value])
            self.issue(id_).values[part] = value
            return self.tell(TicketChange(id_, part, at or self.clock(), value, by=by))

    def say(self, id_: str, text: str, by: Account | None = MIA, *, at: datetime | None = None) -> TicketChange:
        with self.lock:
            comment = Comment(f"c{next(self.serial)}", text, at or self.clock(), by)
            self.issue(id_).comments[comment.id] = comment
            return self.tell(TicketChange(id_, Part.NOTES, comment.at, comment=comment, by=by))

    def resay(self, id_: str, comment: str, text: str | None, by: Account | None = MIA) -> TicketChange:
        with self.lock:
            known = replace(self.issue(id_).comments[comment], text=text)
            self.issue(id_).comments[comment] = known
            return self.tell(TicketChange(id_, Part.NOTES, self.clock(), comment=known, by=by))

    def make(self, title: str = "Cart is slow", key: str = "", **values: Value) -> Issue:
        with self.lock:
            number = next(self.serial)
            whole: dict[Part, Value] = {
                Part.TITLE: title, Part.DESCRIPTION: "", Part.STATUS: Standing("To Do", Group.OPEN),
                Part.PRIORITY: "Medium", Part.ASSIGNEE: None,
            }  # fmt: skip
            whole |= {Part(name): value for name, value in values.items()}
            issue = Issue(f"{10_000 + number}", key or f"ABC-{number}", whole, self.clock())
            self.issues[issue.id] = issue
            return issue

    def rename(self, id_: str, key: str) -> TicketChange:
        with self.lock:
            self.issue(id_).key = key
            return self.tell(TicketChange(id_, Became.RENAMED, self.clock(), key))

    def delete(self, id_: str) -> TicketChange:
        with self.lock:
            change = self.tell(TicketChange(id_, Became.GONE, self.clock(), by=MIA))
            self.issue(id_).is_gone = True
            return change

    def only(self) -> Issue:
        (issue,) = self.issues.values()
        return issue

    def said(self, id_: str) -> list[str]:
        return [comment.text for comment in self.issues[id_].comments.values() if comment.text]


class Asking:
    """A `Ticketing` of that system."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def _do(self, call: str, doing: Callable[[], Any]) -> Any:
        self.desk.calls.append(call)
        self.desk.fault("before", call)
        with self.desk.lock:
            answer = doing()
        self.desk.fault("after", call)
        return answer

    def _seen(self, issue: Issue) -> Seen:
        return Seen(
            issue.id, issue.key, issue.key.partition("-")[0], f"https://jira.test/browse/{issue.key}", issue.updated,
            dict(issue.values), mark=issue.mark,
        )  # fmt: skip

    def me(self) -> Account:
        return US

    def create(self, draft: Draft) -> Seen:
        def doing() -> Seen:
            made = self.desk.make(str(draft.values[Part.TITLE]), f"{draft.kind}-{100 + len(self.desk.issues)}")
            made.values |= draft.values
            made.mark = draft.mark
            return self._seen(made)

        found: Seen = self._do("create", doing)
        return found

    def created(self, draft: Draft) -> Seen | None:
        def doing() -> Seen | None:
            found = [issue for issue in self.desk.issues.values() if issue.mark == draft.mark]
            return self._seen(found[0]) if found else None

        found: Seen | None = self._do("created", doing)
        return found

    def read(self, id: str, kind: str) -> Seen:  # noqa: A002
        found: Seen = self._do("read", lambda: self._seen(self.desk.issue(id)))
        return found

    def look_up(self, words: str) -> Seen:
        def doing() -> Seen:
            key = words.rpartition("/")[2].upper()
            found = [one for one in self.desk.issues.values() if one.key == key and not one.is_gone]
            if not found:
                raise Gone("404", f"There is no issue {key}.")
            return self._seen(found[0])

        found: Seen = self._do("look_up", doing)
        return found

    def attach(self, id: str, kind: str, mark: str, case: CaseLink) -> None:  # noqa: A002
        self._do("attach", lambda: setattr(self.desk.issue(id), "mark", mark))

    def detach(self, id: str, kind: str, mark: str) -> None:  # noqa: A002
        def doing() -> None:
            issue = self.desk.issue(id)
            issue.mark = "" if issue.mark == mark else issue.mark

        self._do("detach", doing)

    def change(self, id: str, kind: str, values: Mapping[Part, Value]) -> None:  # noqa: A002
        def doing() -> None:
            self.desk.issue(id)
            for part, value in values.items():
                assert part in FIELDS
                assert part != Part.STATUS
                self.desk.by_hand(id, part, value, US)

        self._do("change", doing)

    def move(self, id: str, kind: str, step: Step, there: There) -> Standing:  # noqa: A002
        def doing() -> Standing:
            wanted = [name for words in step.names for name in STATUSES if name.lower() == words.lower()]
            wanted += [name for name, group in STATUSES.items() if group == step.group]
            allowed = [name for name in wanted if name not in self.desk.forbidden]
            if not allowed:
                raise Declined("409", f"Its workflow does not lead to {step.names[0]}.")
            standing = Standing(allowed[0], STATUSES[allowed[0]])
            self.desk.by_hand(id, Part.STATUS, standing, US)
            return standing

        found: Standing = self._do("move", doing)
        return found

    def comment(self, id: str, kind: str, text: str, *, internal: bool | None) -> Comment:  # noqa: A002
        found: TicketChange = self._do("comment", lambda: self.desk.say(id, text, US))
        assert found.comment
        return found.comment

    def commented(self, id: str, kind: str, text: str, since: datetime) -> Comment | None:  # noqa: A002
        def doing() -> Comment | None:
            comments = self.desk.issue(id).comments.values()
            return next((one for one in comments if one.text == text and one.by == US), None)

        found: Comment | None = self._do("commented", doing)
        return found

    def rewrite(self, id: str, kind: str, comment: str, text: str | None) -> None:  # noqa: A002
        def doing() -> None:
            if comment not in self.desk.issue(id).comments:
                raise Gone("404", "The comment is gone.")
            self.desk.resay(id, comment, text, US)

        self._do("rewrite", doing)

    def account(self, email: str) -> Account | None:
        found: Account | None = self._do(
            "account", lambda: next((one for one in self.desk.accounts if one.email == email), None)
        )
        return found

    def news(self, mark: str, known: Sequence[str], now: datetime) -> News:
        def doing() -> News:
            start = int(mark) if mark else len(self.desk.log)
            changes = [change for change in self.desk.log[start:] if change.ticket in known]
            return News(changes, str(len(self.desk.log)))

        found: News = self._do("news", doing)
        return found

    def kinds(self, words: str) -> Sequence[Choice]:
        return [Choice("ABC", "A project")]

    def subtypes(self, kind: str) -> Sequence[Choice]:
        return [Choice("1", "Task")]

    def asked(self, kind: str, subtype: str) -> Sequence[Asked]:
        return []

    def statuses(self, kind: str) -> Sequence[Standing]:
        self._do("statuses", lambda: None)
        return [Standing(name, group) for name, group in STATUSES.items()]


def after(call: str, *, times: int = 1) -> Callable[[str, str], None]:
    """A fault: the system does what it was asked, and its answer is lost."""
    left = [times]

    def fault(moment: str, asked: str) -> None:
        if (moment, asked) == ("after", call) and left[0]:
            left[0] -= 1
            raise Unanswered("timeout", perhaps_sent=True)

    return fault


def down(moment: str, call: str) -> None:
    """A fault: it cannot be reached."""
    if moment == "before":
        raise Unanswered("connection refused", perhaps_sent=False)


def a_minute_later(clock: Callable[[], datetime]) -> datetime:
    return clock() + timedelta(minutes=1)
