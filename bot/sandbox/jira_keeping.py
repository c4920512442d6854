"""What a local Jira keeps between starts, as JSON: projects, people, issues with their past."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from .jira_acts import Site
from .jira_site import FREE, GUARDED, Event, Issue, Note, Person, Project
from .wire import Json

WORKFLOWS = {"free": FREE, "guarded": GUARDED}


def snapshot(site: Site) -> Json:
    return {
        "count": site.count,
        "people": {handle: asdict(person) for handle, person in site.people.items()},
        "projects": [
            {
                "id": project.id, "key": project.key, "name": project.name, "last": project.last,
                "workflow": next(name for name, flow in WORKFLOWS.items() if flow == project.workflow),
            }
            for project in site.projects.values()
        ],
        "issues": [_issue(issue) for issue in site.issues],
    }  # fmt: skip


def restore(site: Site, state: Json) -> None:
    """Replaces everything. Raises KeyError or TypeError for a snapshot of another make."""
    site.count = int(state["count"])
    site.people = {handle: Person(**kept) for handle, kept in state["people"].items()}
    site.projects = {
        kept["key"]: Project(kept["id"], kept["key"], kept["name"], WORKFLOWS[kept["workflow"]], last=kept["last"])
        for kept in state["projects"]
    }
    site.issues = [_restored(site, kept) for kept in state["issues"]]


PLAIN = (
    "id", "key", "summary", "description", "priority", "resolution", "extra", "properties", "links", "former",
)  # fmt: skip


def _issue(issue: Issue) -> Json:
    return {name: getattr(issue, name) for name in PLAIN} | {
        "project": issue.project.key,
        "type": issue.type.id,
        "status": issue.status.name,
        "creator": issue.creator.handle,
        "assignee": issue.assignee.handle if issue.assignee else None,
        "created": issue.created.isoformat(),
        "stamps": [stamp.isoformat() for stamp in issue.stamps],
        "notes": [
            asdict(note) | {
                "author": note.author.handle, "editor": note.editor.handle, "created": note.created.isoformat(),
                "updated": note.updated.isoformat(),
            }
            for note in issue.notes
        ],
        "events": [
            {"id": event.id, "at": event.at.isoformat(), "by": event.by.handle, "items": event.items}
            for event in issue.events
        ],
    }  # fmt: skip


def _restored(site: Site, kept: Json) -> Issue:
    project, at = site.projects[kept["project"]], datetime.fromisoformat
    plain: dict[str, Any] = {name: kept[name] for name in PLAIN}
    return Issue(
        **plain,
        project=project,
        type=site.type(project, kept["type"]),
        status=project.workflow.status(kept["status"]),
        creator=site.people[kept["creator"]],
        assignee=site.people[kept["assignee"]] if kept["assignee"] else None,
        created=at(kept["created"]),
        stamps=[at(stamp) for stamp in kept["stamps"]],
        notes=[_note(site, note) for note in kept["notes"]],
        events=[
            Event(event["id"], at(event["at"]), site.people[event["by"]], event["items"]) for event in kept["events"]
        ],
    )


def _note(site: Site, kept: Json) -> Note:
    at = datetime.fromisoformat
    return Note(
        id=kept["id"], author=site.people[kept["author"]], body=kept["body"], created=at(kept["created"]),
        updated=at(kept["updated"]), editor=site.people[kept["editor"]], internal=kept["internal"], role=kept["role"],
    )  # fmt: skip
