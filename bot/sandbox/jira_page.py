"""A page on which a person sees a local Jira's issues and changes them by hand. Without script."""

from collections.abc import Iterable, Mapping
from html import escape

from .jira_acts import Site
from .jira_site import PRIORITIES, US, Issue, No, Person, Project
from .wire import Json

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
article { border: 1px solid GrayText; border-radius: .5rem; margin: 1rem 0; padding: 0 1rem 1rem; }
article:target { outline: 3px solid Highlight; }
h2 { font-size: 1.15rem; margin: .75rem 0 .25rem; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: .5rem 0; }
label { display: flex; flex-direction: column; font-size: .875rem; }
label.wide { flex: 1 1 20rem; }
input, select, textarea, button { font: inherit; padding: .35rem .5rem; min-height: 2.25rem; }
blockquote { margin: .25rem 0; padding-left: .75rem; border-left: 3px solid GrayText; white-space: pre-wrap; }
.said { white-space: pre-wrap; }
[role=alert] { border: 2px solid; padding: .5rem 1rem; }
"""
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><link rel="stylesheet" href="/style.css"></head><body><main>
<h1>{title}</h1>
<p>A local stand-in for Jira. What is changed here is told to Casebook.</p>
{alert}
<p><a href="{back}">Look again</a></p>
{issues}
{new}
</main></body></html>"""


def page(site: Site, only: str = "", problem: str = "") -> str:
    """``only``: the key of the one issue to show. ``problem``: why something was refused."""
    issues = [issue for issue in site.issues if only in {"", issue.key, *issue.former}]
    title = "Jira" if not only else f"{only} in Jira"
    shown = "\n".join(article(site, issue) for issue in reversed(issues)) or "<p>There are no issues here.</p>"
    alert = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    back = f"/browse/{escape(only)}" if only else "/"
    return PAGE.format(title=escape(title), alert=alert, back=back, issues=shown, new="" if only else new_issue(site))


def article(site: Site, issue: Issue) -> str:
    arrows = issue.project.workflow.leading_from(issue.status.name)
    people = doers(site)
    assignees = [("", "Unassigned"), *((one.handle, one.name) for one in persons(site))]
    assignee = issue.assignee.handle if issue.assignee else ""
    notes = "".join(
        f"<p><strong>{escape(note.author.name)}</strong>, {note.updated:%H:%M} UTC"
        f"{' (internal)' if note.internal else ''}</p><blockquote>{escape(note.body)}</blockquote>"
        for note in issue.notes
    )
    return f"""<article id="{escape(issue.key)}" aria-labelledby="title-{issue.id}">
<h2 id="title-{issue.id}"><a href="/browse/{escape(issue.key)}">{escape(issue.key)}</a> {escape(issue.summary)}</h2>
<p>{escape(issue.type.name)} · {escape(issue.status.name)} · {escape(issue.priority)} ·
{escape(issue.assignee.name if issue.assignee else "Unassigned")}</p>
<p class="said">{escape(issue.description or "")}</p>
{
        "".join(
            f'<p><a href="{escape(link["object"]["url"])}">{escape(link["object"]["title"])}</a></p>'
            for link in issue.links.values()
            if is_web(link["object"]["url"])
        )
    }
{form(issue, people, "status", picked("value", [(arrow.to, arrow.to) for arrow in arrows], "", "Move to"))}
{form(issue, people, "priority", picked("value", [(name, name) for name in PRIORITIES], issue.priority, "Priority"))}
{form(issue, people, "assignee", picked("value", assignees, assignee, "Assignee"))}
{form(issue, people, "title", written("value", issue.summary, "Title"))}
{form(issue, people, "comment", '<label class="wide">Comment <textarea name="value" required></textarea></label>')}
{form(issue, people, "delete", "")}
<h3>Comments</h3>{notes or "<p>None yet.</p>"}
</article>"""


def form(issue: Issue, people: list[tuple[str, str]], act: str, inputs: str) -> str:
    button = {"comment": "Add comment", "delete": "Delete this issue"}.get(act, f"Set {act}")
    return (
        f'<form method="post" action="/act/{escape(issue.key)}/{act}" aria-label="{button} of {escape(issue.key)}">'
        f"{inputs}{picked('by', people, '', 'As')}<button>{button}</button></form>"
    )


def new_issue(site: Site) -> str:
    projects = [(project.key, project.name) for project in site.projects.values()]
    people = doers(site)
    return (
        '<h2>New issue</h2><form method="post" action="/act/new/create">'
        f"{picked('project', projects, '', 'Project')}{written('value', '', 'Title')}"
        f"{picked('by', people, '', 'As')}<button>Create</button></form>"
    )


def picked(name: str, choices: Iterable[tuple[str, str]], value: str, label: str) -> str:
    options = "".join(
        f'<option value="{escape(id_)}"{" selected" if id_ == value else ""}>{escape(text)}</option>'
        for id_, text in choices
    )
    return f'<label>{label} <select name="{name}">{options}</select></label>'


def written(name: str, value: str, label: str) -> str:
    return f'<label class="wide">{label} <input name="{name}" value="{escape(value)}" maxlength="255" required></label>'


def is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def persons(site: Site) -> list[Person]:
    return [person for person in site.people.values() if person.active and person.kind == "atlassian"]


def doers(site: Site) -> list[tuple[str, str]]:
    """Whoever may be at the page: not Casebook, which would take what its own account does for its own doing."""
    return [(one.handle, one.name) for one in persons(site) if one.handle != US]


def act(site: Site, key: str, what: str, said: Mapping[str, str]) -> str:
    """Do what a form asks; where to look then. Raises ``No``."""
    who, value = site.people[said["by"]], said.get("value", "")
    if what == "create":
        return f"/#{create(site, who, site.project(said['project']), value).key}"
    issue = site.issue(key)
    if what == "status":
        arrow = site.arrow(issue, value)
        site.go(who, issue, arrow, {"resolution": {"name": "Done"}} if arrow.screen else {})
    elif what == "comment":
        site.comment(who, issue, value)
    elif what == "delete":
        site.delete(who, issue)
    else:
        key_of = "accountId" if site.cloud else "name"
        assignee = {key_of: site.people[value].id} if what == "assignee" and value else None
        every: Json = {"summary": value, "priority": {"name": value}, "assignee": assignee}
        name = "summary" if what == "title" else what
        site.edit(who, issue, {name: every[name]})
    return f"/#{issue.key}"


def create(site: Site, who: Person, project: Project, title: str, **fields: object) -> Issue:
    """Of the project's first type that asks for nothing else."""
    for type_ in project.types:
        if not any(one.required and not one.defaulted for one in type_.fields if one.id.startswith("customfield")):
            place = {"project": {"key": project.key}, "issuetype": {"id": type_.id}}
            return site.create(who, {**place, "summary": title, **fields}, [])
    raise No(400, f"Every type of {project.key} asks for more than a title.")
