"""Pages of issues that a local Jira finds: by ``/search`` in Data Center, by ``/search/jql`` in Cloud."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .jira_acts import Site
from .jira_search import Search
from .jira_shapes import ALL, Shapes
from .jira_site import Issue, No, Person
from .wire import Json

GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline "
    "is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
# What a page of search results has at most of an issue's comments and changes.
MOST_NOTES, MOST_EVENTS = 20, 40


@dataclass
class Results:
    """``query``: the parameters of either method. ``lag``: seconds until a search finds what was done."""

    site: Site
    shapes: Shapes
    lag: float
    me: Person

    def found(self, jql: str, *, bounded: bool) -> list[Issue]:
        issues = [issue for issue in self.site.issues if "browse" not in issue.project.barred]
        return Search(issues, self.me, self.site.clock(), self.indexed).find(jql, bounded=bounded)

    def indexed(self, issue: Issue) -> datetime | None:
        known = self.site.clock() - timedelta(seconds=self.lag)
        return max((stamp for stamp in issue.stamps if stamp <= known), default=None)

    def by_offset(self, query: Mapping[str, Any]) -> Json:
        if self.site.cloud:
            raise No(410, GONE)
        issues = self.found(str(query.get("jql", "")), bounded=False)
        start, most = int(query.get("startAt", 0)), min(int(query.get("maxResults", 50)), 1000)
        page = [self.hit(issue, query) for issue in issues[start : start + most]]
        return {"startAt": start, "maxResults": most, "total": len(issues), "issues": page}

    def by_token(self, query: Mapping[str, Any]) -> Json:
        if not self.site.cloud:
            raise No(404, "null for uri: search/jql")
        if "startAt" in query:
            raise No(400, 'Unrecognized field "startAt"')
        jql = str(query.get("jql", ""))
        issues = self.found(jql, bounded=True)
        start = place(str(query.get("nextPageToken", "")), jql)
        most = min(int(query.get("maxResults", 50)), 100)
        page: Json = {"issues": [self.hit(issue, query) for issue in issues[start : start + most]]}
        if start + most >= len(issues):
            return page | {"isLast": True}
        return page | {"isLast": False, "nextPageToken": token(start + most, jql)}

    def hit(self, issue: Issue, query: Mapping[str, Any]) -> Json:
        """Cloud tells nothing but ids unless it is asked for fields, and not all that happened."""
        cloud = self.site.cloud
        names = listed(query.get("fields", "" if cloud else ",".join(ALL)))
        if cloud and not names:
            return {"id": issue.id}
        properties = listed(query.get("properties", "")) if cloud else None
        said = self.shapes.issue(issue, names, properties, MOST_NOTES if cloud else None)
        if "changelog" in listed(query.get("expand", "")):
            said["changelog"] = self.shapes.changelog(issue, MOST_EVENTS if cloud else None)
        return said


def token(start: int, jql: str) -> str:
    return base64.urlsafe_b64encode(f"{start}|{jql}".encode()).decode()


def place(token: str, jql: str) -> int:
    if not token:
        return 0
    start, _, of = base64.urlsafe_b64decode(token).decode().partition("|")
    if of != jql:
        raise No(400, "The provided next page token is invalid.")
    return int(start)


def listed(words: Any) -> list[str]:
    if isinstance(words, list):
        return [str(word) for word in words]
    return [word for word in str(words).split(",") if word]
