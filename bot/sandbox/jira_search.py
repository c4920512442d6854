"""As much of JQL as is needed to find what changed, and strict about the rest."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .jira_shapes import ZONE
from .jira_site import Issue, No, Person

Test = Callable[[Issue], bool]
TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|\'[^\']*\'|>=|<=|!=|[=<>(),~]|[^\s=<>!(),~"\']+)')
RELATIVE = re.compile(r"-(\d+)([mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
ORDER = re.compile(r"(?i)\border\s+by\b")
SORTS: dict[str, Callable[[Issue], object]] = {
    "updated": lambda issue: issue.updated,
    "created": lambda issue: issue.created,
    "id": lambda issue: int(issue.id),
    "key": lambda issue: (issue.project.key, int(issue.key.rpartition("-")[2])),
}


@dataclass
class Search:
    """``updated``: of an issue, as far as the index knows yet; ``None`` for one that it does not know at all."""

    issues: Iterable[Issue]
    me: Person
    now: datetime
    updated: Callable[[Issue], datetime | None]

    def find(self, jql: str, *, bounded: bool) -> list[Issue]:
        text, *orders = ORDER.split(jql, maxsplit=1)
        tests = self.tests(words(text))
        if bounded and not tests:
            raise No(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
        found = [i for i in self.issues if self.updated(i) is not None and all(test(i) for test in tests)]
        for clause in reversed([part.split() for part in "".join(orders).split(",") if part.strip()]):
            if clause[0].lower() not in SORTS:
                raise No(400, f"Not able to sort using field '{clause[0]}'.")
            found.sort(key=SORTS[clause[0].lower()], reverse=clause[-1].lower() == "desc")  # type: ignore[arg-type]
        return found

    def tests(self, tokens: list[str]) -> list[Test]:
        tests = []
        while tokens:
            name, sign, *tokens = tokens if len(tokens) > 2 else wrong(tokens)
            name, sign = name.lower(), sign.lower()
            if sign == "in" and tokens[0] == "(" and ")" in tokens:
                end = tokens.index(")")
                values, tokens = [plain(word) for word in tokens[1:end] if word != ","], tokens[end + 1 :]
            elif tokens[1:3] == ["(", ")"]:
                values, tokens = [f"{tokens[0]}()"], tokens[3:]
            else:
                values, tokens = [plain(tokens[0])], tokens[1:]
            tests.append(self.test(name, sign, values))
            if tokens:
                joint, *tokens = tokens
                if joint.upper() != "AND" or not tokens:
                    wrong([joint])
        return tests

    def test(self, name: str, sign: str, values: list[str]) -> Test:
        if name in {"updated", "created"} and sign == ">=":
            since = self.moment(values[0])
            if name == "created":
                return lambda issue: issue.created >= since
            return lambda issue: (self.updated(issue) or since) >= since
        if name in {"creator", "reporter"} and (sign, values) == ("=", ["currentUser()"]):
            return lambda issue: issue.creator is self.me
        if name == "project" and sign in {"=", "in"}:
            keys = {issue.project.key for issue in self.issues}
            for value in values:
                if value not in keys:
                    raise No(400, f"The value '{value}' does not exist for the field 'project'.")
            return lambda issue: issue.project.key in values
        if name in {"id", "key", "issue", "issuekey"} and sign in {"=", "in"}:
            known = {word for issue in self.issues for word in (issue.id, issue.key, *issue.former)}
            for value in values:
                if value not in known:
                    raise No(400, f"An issue with key '{value}' does not exist for field '{name}'.")
            return lambda issue: not {issue.id, issue.key, *issue.former}.isdisjoint(values)
        raise No(400, f"Field '{name}' does not exist or you do not have permission to view it.")

    def moment(self, value: str) -> datetime:
        if found := RELATIVE.fullmatch(value):
            return self.now - timedelta(**{UNITS[found[2]]: int(found[1])})
        try:
            return datetime.strptime(value, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
        except ValueError:
            raise No(
                400, f"Date value '{value}' for field 'updated' is invalid. Valid formats include: 'yyyy-MM-dd HH:mm', "
                "'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
            ) from None  # fmt: skip


def words(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            wrong([text[at:]])
            break
        found.append(match[1])
        at = match.end()
    return found


def plain(word: str) -> str:
    return word[1:-1] if word[0] in "\"'" else word


def wrong(tokens: list[str]) -> list[str]:
    raise No(400, f"Error in the JQL Query: Expecting operator before the end of the query near '{' '.join(tokens)}'.")
