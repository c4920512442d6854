"""A local Jira's REST API, version 2, as far as it is used here; nothing of it is more tolerant than Atlassian's."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .jira_acts import NOT_THERE, Site
from .jira_results import Results, listed
from .jira_shapes import Shapes
from .jira_site import Issue, No, Person, Project
from .wire import Json

Answer = tuple[int, Any]


@dataclass
class Request:
    """``who``: whose credentials came with it. ``body``: JSON, or ``None``."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    who: Person

    def fields(self) -> Json:
        if not isinstance(self.body, dict):
            raise No(400, "Can not deserialize the request body.")
        return self.body

    def asked(self) -> Mapping[str, Any]:
        """What a search was asked, by either method."""
        return self.query if self.method == "GET" else self.fields()

    def number(self, name: str, default: int) -> int:
        value = str(self.query.get(name, default))
        if not value.isdigit():
            raise No(400, f"'{name}' is not a number.")
        return int(value)


@dataclass
class Api:
    """``lag``: seconds until a search finds what was done. ``deep``: an issue tells of its transitions' screens too."""

    site: Site
    shapes: Shapes
    lag: float = 0.0
    deep: bool = True
    routes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for methods, pattern, act in (
            ("GET", "myself", self.myself),
            ("GET", "project/search", self.project_search),
            ("GET", "project", self.projects),
            ("GET", "project/([^/]+)/statuses", self.statuses),
            ("GET", "issue/createmeta/([^/]+)/issuetypes", self.types),
            ("GET", "issue/createmeta/([^/]+)/issuetypes/([^/]+)", self.type_fields),
            ("POST", "issue", self.create),
            ("GET PUT DELETE", "issue/([^/]+)", self.issue),
            ("GET PUT DELETE", "issue/([^/]+)/properties/([^/]+)", self.property),
            ("GET POST DELETE", "issue/([^/]+)/remotelink", self.links),
            ("GET POST", "issue/([^/]+)/transitions", self.transitions),
            ("GET POST", "issue/([^/]+)/comment", self.comments),
            ("GET PUT DELETE", "issue/([^/]+)/comment/([^/]+)", self.comment),
            ("GET", "status/([^/]+)", self.status),
            ("GET", "user", self.user),
            ("GET", "user/search", self.users),
            ("GET POST", "search", self.search),
            ("GET POST", "search/jql", self.search_jql),
        ):
            self.routes += [(method, re.compile(pattern), act) for method in methods.split()]

    def answer(self, request: Request) -> Answer:
        fitting = [(method, act, found) for method, pattern, act in self.routes
                   if (found := pattern.fullmatch(request.path))]  # fmt: skip
        if not fitting:
            raise No(404, "null for uri: " + request.path)
        for method, act, found in fitting:
            if method == request.method:
                return act(request, *found.groups())
        raise No(405, "Method Not Allowed")

    # -- what there is ------------------------------------------------------------------------------------------------

    def myself(self, request: Request) -> Answer:
        return 200, self.shapes.person(request.who)

    def project_search(self, request: Request) -> Answer:
        if not self.site.cloud:
            raise No(404, "No project could be found with key 'search'.")
        words = request.query.get("query", "").lower()
        action = "create" if request.query.get("action") == "create" else "browse"
        found = [project for project in self.seen() if action not in project.barred
                 and (words in project.key.lower() or words in project.name.lower())]  # fmt: skip
        start, most = request.number("startAt", 0), min(request.number("maxResults", 50), 100)
        page = [self.shapes.project(project) for project in found[start : start + most]]
        is_last = start + most >= len(found)
        return 200, {"startAt": start, "maxResults": most, "total": len(found), "isLast": is_last, "values": page}

    def projects(self, request: Request) -> Answer:
        return 200, [self.shapes.project(project) for project in self.seen()]

    def seen(self) -> list[Project]:
        return [project for project in self.site.projects.values() if "browse" not in project.barred]

    def place(self, words: str) -> Project:
        project = self.site.project(words)
        if "browse" in project.barred:
            raise No(404, f"No project could be found with key '{words}'.")
        return project

    def statuses(self, request: Request, key: str) -> Answer:
        project = self.place(key)
        listed = [self.shapes.status(status) for status in project.workflow.statuses]
        return 200, [self.shapes.type(type_) | {"statuses": listed} for type_ in project.types]

    def types(self, request: Request, key: str) -> Answer:
        listed = [self.shapes.type(type_) for type_ in self.place(key).types]
        return 200, self.shapes.items("issueTypes", listed)

    def type_fields(self, request: Request, key: str, id_: str) -> Answer:
        type_ = self.site.type(self.place(key), id_)
        return 200, self.shapes.items("fields", [self.shapes.field(one) for one in type_.fields])

    def status(self, request: Request, words: str) -> Answer:
        """By its id or name."""
        for project in self.seen():
            for status in project.workflow.statuses:
                if words in {status.id, status.name}:
                    return 200, self.shapes.status(status)
        raise No(404, f"The requested status with ID or name '{words}' could not be found.")

    def user(self, request: Request) -> Answer:
        name = "accountId" if self.site.cloud else "key"
        wanted = request.query.get(name, "")
        person = next((one for one in self.site.people.values() if one.id == wanted), None)
        if person is None:
            raise No(404, "Specified user does not exist or you do not have required permissions")
        return 200, self.shapes.person(person)

    def users(self, request: Request) -> Answer:
        right, wrong = ("query", "username") if self.site.cloud else ("username", "query")
        if wrong in request.query and self.site.cloud:
            raise No(400, "The query parameter 'username' is not supported in GDPR strict mode.")
        if not (words := request.query.get(right, "").lower()):
            raise No(400, f"The '{right}' query parameter was not provided.")
        found = [person for person in self.site.people.values() if person.active and is_meant(person, words)]
        return 200, [self.shapes.person(person) for person in found]

    # -- issues -------------------------------------------------------------------------------------------------------

    def there(self, key: str, act: str = "") -> Issue:
        issue = self.site.issue(key)
        if "browse" in issue.project.barred:
            raise No(404, NOT_THERE)
        if act in issue.project.barred:
            raise No(403, f"You do not have permission to {act} issues in this project.")
        return issue

    def create(self, request: Request) -> Answer:
        body = request.fields()
        if unknown := set(body) - {"fields", "update", "properties", "historyMetadata", "transition"}:
            raise No(400, f'Unrecognized field "{unknown.pop()}"')
        fields = body.get("fields") or {}
        project, _ = self.site.place(fields)
        if "create" in project.barred:
            raise No(403, "You do not have permission to create issues in this project.")
        issue = self.site.create(request.who, fields, body.get("properties") or [])
        return 201, {"id": issue.id, "key": issue.key, "self": self.shapes.self_(f"issue/{issue.id}")}

    def issue(self, request: Request, key: str) -> Answer:
        if request.method == "PUT":
            self.site.edit(request.who, self.there(key, "edit"), request.fields().get("fields") or {})
            return 204, None
        if request.method == "DELETE":
            self.site.delete(request.who, self.there(key, "delete"))
            return 204, None
        issue = self.there(key)
        names = listed(request.query.get("fields", "*all"))
        said = self.shapes.issue(issue, names, listed(request.query.get("properties", "")))
        expand = listed(request.query.get("expand", ""))
        if {"transitions", "transitions.fields"} & set(expand):
            said["transitions"] = self.arrows(issue, with_fields=self.deep and "transitions.fields" in expand)
        if "changelog" in expand:
            said["changelog"] = self.shapes.changelog(issue)
        return 200, said

    def property(self, request: Request, key: str, name: str) -> Answer:
        issue = self.there(key, "" if request.method == "GET" else "edit")
        if request.method == "PUT":
            is_new, issue.properties[name] = name not in issue.properties, request.body
            return 201 if is_new else 200, None
        if name not in issue.properties:
            raise No(404, f"The property {name} does not exist.")
        if request.method == "DELETE":
            del issue.properties[name]
            return 204, None
        return 200, {"key": name, "value": issue.properties[name]}

    def links(self, request: Request, key: str) -> Answer:
        issue = self.there(key, "" if request.method == "GET" else "edit")
        if request.method == "GET":
            return 200, list(issue.links.values())
        if request.method == "DELETE":
            if not issue.links.pop(request.query.get("globalId", ""), None):
                raise No(404, "A remote link with the given globalId does not exist.")
            return 204, None
        body = request.fields()
        object_ = body.get("object") or {}
        if missing := [name for name in ("title", "url") if not object_.get(name)]:
            raise No(400, **{name: f"'{name}' is required." for name in missing})
        global_id = body.get("globalId") or self.site.number()
        is_new = global_id not in issue.links
        issue.links[global_id] = {"id": int(self.site.number()), "globalId": global_id, "object": object_}
        return 201 if is_new else 200, {"id": issue.links[global_id]["id"], "self": self.shapes.self_("remotelink")}

    def arrows(self, issue: Issue, *, with_fields: bool) -> list[Json]:
        if "transition" in issue.project.barred:
            return []
        arrows = issue.project.workflow.leading_from(issue.status.name)
        return [self.shapes.arrow(issue, arrow, with_fields=with_fields) for arrow in arrows]

    def transitions(self, request: Request, key: str) -> Answer:
        issue = self.there(key)
        if request.method == "GET":
            with_fields = "transitions.fields" in listed(request.query.get("expand", ""))
            return 200, {"expand": "transitions", "transitions": self.arrows(issue, with_fields=with_fields)}
        body = request.fields()
        id_ = (body.get("transition") or {}).get("id")
        if not isinstance(id_, str) or not id_.isdigit():
            raise No(400, "Missing 'transition' identifier")
        if "transition" in issue.project.barred:
            raise No(400, "You do not have permission to transition this issue.")
        self.site.go(request.who, issue, self.site.arrow(issue, id_), body.get("fields") or {})
        return 204, None

    # -- comments -----------------------------------------------------------------------------------------------------

    def comments(self, request: Request, key: str) -> Answer:
        if request.method == "GET":
            issue = self.there(key)
            notes = [self.shapes.note(issue, note) for note in issue.notes]
            notes = notes[::-1] if request.query.get("orderBy") == "-created" else notes
            start, most = request.number("startAt", 0), request.number("maxResults", 50)
            page = notes[start : start + most]
            return 200, {"comments": page, "startAt": start, "maxResults": most, "total": len(notes)}
        issue, body = self.there(key, "comment"), request.fields()
        told = {one.get("key"): one.get("value") or {} for one in body.get("properties") or []}
        internal = bool(told.get("sd.public.comment", {}).get("internal"))
        note = self.site.comment(request.who, issue, body.get("body"), internal=internal)
        return 201, self.shapes.note(issue, note)

    def comment(self, request: Request, key: str, id_: str) -> Answer:
        issue = self.there(key, "" if request.method == "GET" else "comment")
        note = issue.note(id_)
        if request.method == "DELETE":
            self.site.remove(request.who, issue, note)
            return 204, None
        if request.method == "PUT":
            self.site.rewrite(request.who, issue, note, request.fields().get("body"))
        return 200, self.shapes.note(issue, note)

    # -- search -------------------------------------------------------------------------------------------------------

    def search(self, request: Request) -> Answer:
        return 200, self.results(request.who).by_offset(request.asked())

    def search_jql(self, request: Request) -> Answer:
        return 200, self.results(request.who).by_token(request.asked())

    def results(self, who: Person) -> Results:
        return Results(self.site, self.shapes, self.lag, who)


def is_meant(person: Person, words: str) -> bool:
    return any(word.lower().startswith(words) for word in (person.email, person.name, person.id))
