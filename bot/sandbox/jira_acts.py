"""What can be done to a local Jira's issues, whoever does it: every act is checked, kept in the changelog, and told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .jira_shapes import is_done, item
from .jira_site import (
    GUARDED,
    PRIORITIES,
    RESOLUTIONS,
    Arrow,
    Event,
    Field,
    Issue,
    No,
    Note,
    Person,
    Project,
    Type,
    Workflow,
)
from .wire import Json

NOT_THERE = "Issue does not exist or you do not have permission to see it."
NOT_ON_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
Told = Callable[[str, Issue, Person, Json], None]


@dataclass
class Site:
    """``told``: hears of every change: the webhook's event, the issue, who did it, and what else its body says."""

    cloud: bool
    now: Callable[[], float]
    told: Told
    people: dict[str, Person] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    count: int = 10000

    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def number(self) -> str:
        self.count += 1
        return str(self.count)

    # -- what there is ------------------------------------------------------------------------------------------------

    def add_person(self, handle: str, name: str, email: str, **over: Any) -> Person:
        id_ = f"712020:{handle}-{len(self.people):04}" if self.cloud else handle
        return self.people.setdefault(handle, Person(handle, id_, name, email, **over))

    def add_project(self, key: str, name: str, workflow: Workflow = GUARDED) -> Project:
        return self.projects.setdefault(key, Project(self.number(), key, name, workflow))

    def project(self, words: str) -> Project:
        for project in self.projects.values():
            if words in {project.key, project.id}:
                return project
        raise No(404, f"No project could be found with key '{words}'.")

    def type(self, project: Project, id_: str) -> Type:
        for type_ in project.types:
            if id_ in {type_.id, type_.name}:
                return type_
        raise No(404, "The issue type selected is invalid.")

    def issue(self, words: str) -> Issue:
        for issue in self.issues:
            if words in {issue.id, issue.key, *issue.former}:
                return issue
        raise No(404, NOT_THERE)

    def person(self, said: Any, name: str = "assignee") -> Person | None:
        """Whom ``{"accountId": …}`` means, or ``{"name": …}`` in Data Center."""
        if said is None:
            return None
        key = "accountId" if self.cloud else "name"
        if not isinstance(said, dict) or set(said) != {key}:
            raise No(400, **{name: f"expected an object with '{key}'"})
        for person in self.people.values():
            if person.id == said[key] and person.active and person.kind == "atlassian":
                return person
        raise No(400, **{name: f"User '{said[key]}' cannot be assigned issues."})

    # -- acts ---------------------------------------------------------------------------------------------------------

    def create(self, who: Person, fields: Json, properties: list[Json]) -> Issue:
        project, type_ = self.place(fields)
        values = self.checked(fields, type_)
        missing = {
            one.id: f"{one.name} is required."
            for one in type_.fields
            if one.required and not one.defaulted and fields.get(one.id) in (None, "", [])
        }
        if missing:
            raise No(400, **missing)
        now = self.clock()
        extra = {name: value for name, value in values.items() if name not in DIRECT}
        direct = {name: values[name] for name in DIRECT if name in values}
        issue = Issue(
            self.number(), project.next_key(), project, type_, status=project.workflow.statuses[0], creator=who,
            created=now, stamps=[now], extra=extra, **direct,
        )  # fmt: skip
        issue.properties |= {one["key"]: one["value"] for one in properties}
        self.issues.append(issue)
        self.told("jira:issue_created", issue, who, {"issue_event_type_name": "issue_created"})
        return issue

    def place(self, fields: Json) -> tuple[Project, Type]:
        try:
            project = self.project(str((fields.get("project") or {}).get("key") or fields["project"]["id"]))
        except (No, KeyError, AttributeError):
            raise No(400, project="Specify a valid project ID or key") from None
        try:
            said = fields["issuetype"]
            return project, self.type(project, str(said.get("id") or said["name"]))
        except (No, KeyError, AttributeError):
            raise No(400, issuetype="Specify an issue type") from None

    def checked(self, fields: Json, type_: Type) -> Json:
        """The fields as they are kept. All that is wrong with them is said at once."""
        known = {one.id: one for one in type_.fields}
        values: Json = {}
        errors: dict[str, str] = {}
        for name, value in fields.items():
            if name not in known:
                errors[name] = NOT_ON_SCREEN.format(name)
            elif name == "assignee":
                values[name] = self.person(value)
            elif name not in {"project", "issuetype"}:
                try:
                    values[name] = kept(known[name], value)
                except ValueError as error:
                    errors[name] = str(error)
        if errors:
            raise No(400, **errors)
        return values

    def edit(self, who: Person, issue: Issue, fields: Json) -> None:
        values = self.checked(fields, issue.type)
        items = []
        for name, value in values.items():
            old = getattr(issue, name) if name in DIRECT else issue.extra.get(name)
            if old == value:
                continue
            items.append(item(name, sides(old), sides(value)))
            if name in DIRECT:
                setattr(issue, name, value)
            else:
                issue.extra[name] = value
        only = {one["field"] for one in items}
        self.changed(who, issue, items, "issue_assigned" if only == {"assignee"} else "issue_updated")

    def arrow(self, issue: Issue, words: str) -> Arrow:
        """By its id, or the name of the status that it leads to."""
        for arrow in issue.project.workflow.leading_from(issue.status.name):
            if words in {arrow.id, arrow.to}:
                return arrow
        raise No(
            400, "It seems that you have tried to perform a workflow operation that is not valid for the current "
            "state of this issue. The likely cause is that somebody has changed the issue recently.",
        )  # fmt: skip

    def go(self, who: Person, issue: Issue, arrow: Arrow, fields: Json) -> None:
        if unknown := set(fields) - set(arrow.screen):
            raise No(400, **{name: NOT_ON_SCREEN.format(name) for name in unknown})
        if missing := [name for name in arrow.screen if not fields.get(name)]:
            raise No(400, **{name: f"{name.title()} is required." for name in missing})
        before, after = issue.status, issue.project.workflow.status(arrow.to)
        resolution = (fields.get("resolution") or {}).get("name") or ("Done" if is_done(after) else None)
        if resolution not in (*RESOLUTIONS, None):
            raise No(400, resolution=f"Resolution name '{resolution}' is not valid")
        items = [item("status", (before.id, before.name), (after.id, after.name))]
        if resolution != issue.resolution:
            items.append(item("resolution", sides(issue.resolution), sides(resolution)))
        issue.status, issue.resolution = after, resolution
        self.changed(who, issue, items, "issue_generic")

    def changed(self, who: Person, issue: Issue, items: list[Json], kind: str) -> None:
        if items:
            event = Event(self.number(), self.clock(), who, items)
            issue.events.append(event)
            issue.stamps.append(event.at)
            changelog = {"id": event.id, "items": items}
            self.told("jira:issue_updated", issue, who, {"issue_event_type_name": kind, "changelog": changelog})

    def comment(self, who: Person, issue: Issue, body: Any, *, internal: bool = False, role: str = "") -> Note:
        if not isinstance(body, str):
            raise No(400, comment="Comment body is not valid!")
        if not body.strip() or len(body) > 32767:
            raise No(
                400, comment="Comment body can not be empty!" if not body.strip() else "The entered text is too long."
            )
        now = self.clock()
        note = Note(self.number(), who, body, now, now, who, internal, role)
        issue.notes.append(note)
        self.noted(who, issue, note, "created")
        return note

    def rewrite(self, who: Person, issue: Issue, note: Note, body: Any) -> None:
        if not isinstance(body, str) or not body.strip():
            raise No(400, comment="Comment body is not valid!")
        note.body, note.editor, note.updated = body, who, self.clock()
        self.noted(who, issue, note, "updated")

    def remove(self, who: Person, issue: Issue, note: Note) -> None:
        issue.notes.remove(note)
        self.noted(who, issue, note, "deleted")

    def noted(self, who: Person, issue: Issue, note: Note, what: str) -> None:
        issue.stamps.append(self.clock())
        self.told(f"comment_{what}", issue, who, {"note": note})

    def move(self, who: Person, issue: Issue, project: Project) -> None:
        """To another project, where it gets another key; the old one still leads to it."""
        before, left = issue.key, issue.project
        issue.former.append(before)
        issue.key, issue.project = project.next_key(), project
        items = [
            item("project", (left.id, left.name), (project.id, project.name)),
            item("Key", (None, before), (None, issue.key)),
        ]
        if issue.status not in project.workflow.statuses:
            first = project.workflow.statuses[0]
            items.append(item("status", (issue.status.id, issue.status.name), (first.id, first.name)))
            issue.status = first
        self.changed(who, issue, items, "issue_moved")

    def delete(self, who: Person, issue: Issue) -> None:
        self.issues.remove(issue)
        self.told("jira:issue_deleted", issue, who, {})


DIRECT = ("summary", "description", "priority", "assignee")


def sides(value: Any) -> tuple[str | None, str | None]:
    """Its id and name, as a changelog has them."""
    if isinstance(value, Person):
        return value.id, value.name
    if value in PRIORITIES:
        return str(PRIORITIES.index(value) + 1), value
    return None, None if value is None else str(value)


def kept(field: Field, value: Any) -> Any:
    """Raises ``ValueError`` with Jira's words."""
    match field.type:
        case "string":
            return kept_text(field, value)
        case "priority":
            if isinstance(value, dict) and value.get("name") in PRIORITIES:
                return value["name"]
            raise ValueError("Specify the Priority (name) in the string format")
        case "number":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError("Operation value must be a number")
        case "option":
            return chosen(field, value)
        case "array":
            if not isinstance(value, list):
                raise ValueError("data was not an array")
            return [chosen(field, one) for one in value] if field.choices else [label(one) for one in value]
    return value


def kept_text(field: Field, value: Any) -> str | None:
    if value is None and field.id != "summary":
        return None
    if not isinstance(value, str):
        raise ValueError("Operation value must be a string")
    if field.id != "summary":
        if len(value) > 32767:
            raise ValueError("The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
        return value or None
    if not value.strip():
        raise ValueError("You must specify a summary of the issue.")
    if "\n" in value or "\r" in value:
        raise ValueError("The summary is invalid because it contains newline characters.")
    if len(value) > 255:
        raise ValueError("Summary must be less than 255 characters.")
    return value


def chosen(field: Field, value: Any) -> Json:
    for id_, name in field.choices:
        if value in ({"id": id_}, {"value": name}):
            return {"id": id_, "value": name}
    raise ValueError(f"Option '{value}' is not valid")


def label(value: Any) -> str:
    if not isinstance(value, str) or " " in value or not value:
        raise ValueError(f"The label '{value}' contains spaces which is invalid.")
    return value
