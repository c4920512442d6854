"""What Jira's answers and webhooks look like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .jira_site import DONE, PRIORITIES, RESOLUTIONS, Arrow, Event, Field, Issue, Note, Person, Project, Status, Type
from .wire import Json

# That of the accounts' profiles; times are told in it, and those in JQL are taken to be in it.
ZONE = timezone(timedelta(hours=1))
GATEWAY = "https://api.atlassian.com/ex/jira/5f0e2b1c-0d1f-4a5e-9a36-1d7c2d6b3c11"
CATEGORIES = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}
ALL = ("summary", "description", "status", "priority", "assignee", "project", "issuetype", "resolution", "creator",
       "reporter", "created", "updated", "comment")  # fmt: skip


def moment(at: datetime) -> str:
    at = at.astimezone(ZONE)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}{at:%z}"


@dataclass(frozen=True)
class Shapes:
    """``cloud``: or Data Center, where people go by their names and links lead back to the site itself."""

    cloud: bool
    url: str

    def self_(self, path: str) -> str:
        return f"{GATEWAY if self.cloud else self.url}/rest/api/2/{path}"

    def person(self, person: Person | None) -> Json | None:
        if person is None:
            return None
        said: Json = {"displayName": person.name, "active": person.active, "timeZone": "Europe/Berlin"}
        if self.cloud:
            said |= {"accountId": person.id, "accountType": person.kind}
        else:
            said |= {"name": person.id, "key": person.id}
        return said if person.hidden else said | {"emailAddress": person.email}

    def status(self, status: Status) -> Json:
        number, name = CATEGORIES[status.category]
        return {
            "self": self.self_(f"status/{status.id}"), "id": status.id, "name": status.name,
            "statusCategory": {"id": number, "key": status.category, "name": name},
        }  # fmt: skip

    def project(self, project: Project) -> Json:
        return {"self": self.self_(f"project/{project.id}"), "id": project.id, "key": project.key, "name": project.name}

    def type(self, type_: Type) -> Json:
        return {"id": type_.id, "name": type_.name, "subtask": type_.subtask}

    def note(self, issue: Issue, note: Note) -> Json:
        said: Json = {
            "self": self.self_(f"issue/{issue.id}/comment/{note.id}"), "id": note.id, "body": note.body,
            "author": self.person(note.author), "updateAuthor": self.person(note.editor),
            "created": moment(note.created), "updated": moment(note.updated),
        }  # fmt: skip
        if self.cloud:
            said["jsdPublic"] = not note.internal
        return said | ({"visibility": {"type": "role", "value": note.role}} if note.role else {})

    def notes(self, issue: Issue, most: int | None = None) -> Json:
        listed = issue.notes[-most:] if most else issue.notes
        total = len(issue.notes)
        return {"comments": [self.note(issue, note) for note in listed], "maxResults": len(listed), "total": total}

    def fields(self, issue: Issue, notes: int | None = None) -> Json:
        return {
            "summary": issue.summary,
            "description": issue.description,
            "status": self.status(issue.status),
            "priority": {"id": str(PRIORITIES.index(issue.priority) + 1), "name": issue.priority},
            "assignee": self.person(issue.assignee),
            "project": self.project(issue.project),
            "issuetype": self.type(issue.type),
            "resolution": {"name": issue.resolution} if issue.resolution else None,
            "creator": self.person(issue.creator),
            "reporter": self.person(issue.creator),
            "created": moment(issue.created),
            "updated": moment(issue.updated),
            "comment": self.notes(issue, notes),
            **issue.extra,
        }

    def issue(
        self, issue: Issue, fields: Sequence[str], properties: Iterable[str] | None = None, notes: int | None = None
    ) -> Json:
        every = self.fields(issue, notes)
        shown = every if "*all" in fields else {name: value for name, value in every.items() if name in fields}
        said = {"id": issue.id, "key": issue.key, "self": self.self_(f"issue/{issue.id}"), "fields": shown}
        if properties is not None:
            said["properties"] = {name: issue.properties[name] for name in properties if name in issue.properties}
        return said

    def changelog(self, issue: Issue, most: int | None = None) -> Json:
        events = issue.events[::-1][:most]
        return {
            "startAt": 0, "maxResults": len(events), "total": len(issue.events),
            "histories": [self.event(event) for event in events],
        }  # fmt: skip

    def event(self, event: Event) -> Json:
        return {"id": event.id, "author": self.person(event.by), "created": moment(event.at), "items": event.items}

    def arrow(self, issue: Issue, arrow: Arrow, *, with_fields: bool) -> Json:
        said: Json = {"id": arrow.id, "name": arrow.name, "to": self.status(issue.project.workflow.status(arrow.to))}
        if self.cloud:
            said["isAvailable"] = True
        return said | ({"fields": {name: screen_field(name) for name in arrow.screen}} if with_fields else {})

    def field(self, field: Field) -> Json:
        said: Json = {
            "fieldId": field.id, "key": field.id, "name": field.name, "required": field.required,
            "hasDefaultValue": field.defaulted,
            "schema": {"type": field.type} | ({"items": field.items} if field.items else {"system": field.id}),
        }  # fmt: skip
        if field.choices:
            said["allowedValues"] = [{"id": id_, "value": name} for id_, name in field.choices]
        return said

    def items(self, name: str, items: Sequence[Json]) -> Json:
        """A page of ``issuetypes`` or ``fields`` as the createmeta of each kind of Jira names it."""
        page = {"startAt": 0, "maxResults": 50, "total": len(items)}
        return page | ({name: items} if self.cloud else {"values": items, "isLast": True})


def screen_field(name: str) -> Json:
    said: Json = {"required": True, "name": name.title(), "hasDefaultValue": False, "schema": {"type": name}}
    if name == "resolution":
        said["allowedValues"] = [{"id": str(10000 + n), "name": word} for n, word in enumerate(RESOLUTIONS)]
    return said


def item(name: str, before: tuple[str | None, str | None], after: tuple[str | None, str | None]) -> Json:
    """A line of a changelog: each side is an id and a name."""
    return {
        "field": name, "fieldtype": "jira", "fieldId": "issuekey" if name == "Key" else name,
        "from": before[0], "fromString": before[1], "to": after[0], "toString": after[1],
    }  # fmt: skip


def is_done(status: Status) -> bool:
    return status.category == DONE.category
