"""Moving a case to another project: all that hangs on it comes with it, and its old key still finds it."""

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.entry import Entry
from bot.domain.errors import Invalid
from bot.domain.project import Project
from bot.domain.rights import Right
from bot.storage.database import Work
from bot.usecases.access import authorize, person_of, those_who_may_see
from bot.usecases.verb import verb


@verb("project")
def move_case(work: Work, case: Case, act: Act, project: int) -> Entry | None:
    """``project``: an id. Whoever moves a case may work on it in both projects, and whoever has it may see both."""
    target = where_to(work, case, act, project, lock=True)
    former = work.cases.former_key(case, target)
    work.cases.remember_key(case)
    return case.move(act, target, former)


def where_to(work: Work, case: Case, act: Act, project: int, *, lock: bool = False) -> Project:
    """Raises ``Invalid`` or ``NotAllowed`` if the case cannot go there. ``lock``: it is to hand out a number."""
    target = project_called(work, act, project, lock=lock)
    holder = work.people.by_id(case.assignee) if case.assignee else None
    if holder and not those_who_may_see(work, target, [holder]):
        raise Invalid.field(
            "project", f"{holder.name} has it and has no access to {target.key}. Give the case to somebody else first."
        )
    return target


def project_called(work: Work, act: Act, project: int, *, lock: bool = False) -> Project:
    """One that the person may work in, by its id."""
    target = work.projects.by_id(project, lock=lock)
    if target is None:
        raise Invalid.field("project", "That project no longer exists. Choose another one.")
    authorize(work, Right.CONTRIBUTE, person_of(work, act.actor), target)
    return target
