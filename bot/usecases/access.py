"""Who is asking, and may they."""

from collections.abc import Iterable, Sequence

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.errors import NotAllowed, NotFound
from bot.domain.person import Person
from bot.domain.project import Project
from bot.domain.rights import Right, may, require_admin, why_not
from bot.domain.telling import following
from bot.domain.text import kept
from bot.domain.wording import day_words
from bot.storage.database import Work


class Stranger(NotAllowed):
    """Nobody of that id is in the mirrored directory yet; whoever catches this may have Slack asked."""

    def __init__(self, person_id: str) -> None:
        super().__init__("Casebook is just getting to know you. Please try again in a few seconds.")
        self.person_id = person_id


def person_of(work: Work, person_id: str) -> Person:
    person = work.people.by_id(person_id)
    if person is None:
        raise Stranger(person_id)
    return person


def helpers(work: Work) -> str:
    """Who can help, as words for the end of a sentence."""
    names = [f"@{admin.name}" for admin in work.people.admins()[:3]]
    if not names:
        return "a workspace admin"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def is_in_channel(work: Work, person: Person, project: Project) -> bool:
    return not project.is_private or bool(work.people.in_channel(project.home_channel, [person.id]))


def authorize(work: Work, right: Right, person: Person, project: Project) -> None:
    """Raises ``NotAllowed`` saying why and who can help."""
    in_channel = is_in_channel(work, person, project)
    if not may(right, person, project, in_channel):
        raise NotAllowed(why_not(person, project, in_channel, helpers(work)))


def admin_of(work: Work, act: Act) -> Person:
    person = person_of(work, act.actor)
    require_admin(person, helpers(work))
    return person


def case_for(work: Work, act: Act, ref: str | int, right: Right, *, lock: bool = False) -> Case:
    """The case by key or id. Raises ``NotFound`` or ``NotAllowed``."""
    case = work.cases.by_key(kept(ref), lock=lock) if isinstance(ref, str) else work.cases.by_id(ref, lock=lock)
    if case and lock:  # whoever will have to be told of a change is asked for together with who makes it
        work.people.by_ids({act.actor, *following(case)})
    person = person_of(work, act.actor)
    if case is None and isinstance(ref, str) and (stone := work.departures.tombstone(kept(ref))):
        day = day_words(f"{stone.deleted_at:%Y-%m-%d}")
        raise NotFound(f"{stone.key} was deleted on {day}: it had been closed for as long as its project keeps cases.")
    if case is None and isinstance(ref, str):
        raise NotFound(f"There is no case {ref}. `/case search` finds cases by their words.")
    if case is None:
        raise NotFound("This case no longer exists.")
    authorize(work, right, person, case.project)
    return case


def projects_for(work: Work, person: Person, right: Right = Right.SEE) -> list[Project]:
    """The projects in which the person has the right."""
    private = work.people.private_channels_of(person.id)
    return [project for project in work.projects.all() if may(right, person, project, project.home_channel in private)]


def those_who_may_see(work: Work, project: Project, people: Iterable[Person]) -> Sequence[Person]:
    """Nobody is told of a case that they may not look at."""
    people = list(people)
    inside = work.people.in_channel(project.home_channel, [p.id for p in people]) if project.is_private else set()
    return [person for person in people if may(Right.SEE, person, project, person.id in inside)]
