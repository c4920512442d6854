"""Options for menus: what a person picks a case, a team, a project or a type by."""

from collections.abc import Iterable

from bot.domain.case import Case
from bot.domain.casetype import CaseType
from bot.domain.person import Team
from bot.domain.project import Project
from bot.domain.reading import InboxForm, Shelf
from bot.views.blocks import Block
from bot.views.elements import option
from bot.views.limits import OPTION, OPTION_VALUE, OPTIONS, clip, size
from bot.views.queries import total_words
from bot.views.words import case_name

NO_NAME = "(without a name)"


def case_options(cases: Iterable[Case]) -> list[Block]:
    return _first(option(case_name(case), str(case.id)) for case in cases)


def team_options(teams: Iterable[Team]) -> list[Block]:
    return _first(option(f"@{team.handle}", str(team.id), team.name) for team in teams)


def project_options(projects: Iterable[Project]) -> list[Block]:
    return _first(option(project_words(project), str(project.id)) for project in projects)


def project_keys(projects: Iterable[Project]) -> list[Block]:
    """For a query, which names projects by their keys."""
    return _first(option(project_words(project), project.key) for project in projects)


def team_handles(handles: Iterable[str]) -> list[Block]:
    """The same for teams."""
    return _first(option(f"@{handle}", handle) for handle in handles if size(handle) <= OPTION_VALUE)


def type_options(types: Iterable[CaseType]) -> list[Block]:
    return _first(option(case_type.name or NO_NAME, str(case_type.id)) for case_type in types)


def shelf_groups(form: InboxForm) -> dict[str, list[Block]]:
    """Whose an inbox may be."""
    teams = [option(f"Team @{team.handle}", f"team/{team.id}", team.name) for team in form.teams]
    projects = [option(f"Project {project_words(project)}", f"project/{project.id}") for project in form.projects]
    return {"Personal": [option(form.owner or "Only me", "me")], "Teams": teams, "Projects": projects}


def shelf_options(form: InboxForm, typed: str) -> list[Block]:
    """Those with what was typed in their name."""
    wanted = typed.strip().casefold()
    options = [choice for group in shelf_groups(form).values() for choice in group]
    return _first(choice for choice in options if wanted in str(choice["text"]["text"]).casefold())


def inbox_options(shelves: Iterable[Shelf]) -> list[Block]:
    """Each with its count, if it was counted."""
    return _first(_inbox_option(shelf) for shelf in shelves)


def _inbox_option(shelf: Shelf) -> Block:
    count = "" if shelf.count is None else f" ({total_words(shelf.count)})"
    return option(f"{clip(shelf.name, OPTION - size(count))}{count}", shelf.id)


def project_words(project: Project) -> str:
    return f"{project.key} · {project.name}"


def _first(options: Iterable[Block]) -> list[Block]:
    """Slack takes up to 100; whoever wants another one types a part of its name."""
    return [choice for _, choice in zip(range(OPTIONS), options, strict=False)]
