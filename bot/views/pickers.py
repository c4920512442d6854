"""Options for menus: what a person picks a case, a team, a project or a type by."""

from collections.abc import Iterable

from bot.domain.case import Case
from bot.domain.casetype import CaseType
from bot.domain.person import Team
from bot.domain.project import Project
from bot.views.blocks import Block
from bot.views.elements import option
from bot.views.limits import OPTION_VALUE, OPTIONS, size
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


def project_words(project: Project) -> str:
    return f"{project.key} · {project.name}"


def _first(options: Iterable[Block]) -> list[Block]:
    """Slack takes up to 100; whoever wants another one types a part of its name."""
    return [choice for _, choice in zip(range(OPTIONS), options, strict=False)]
