"""Opening a case: from a form, from one line, from somebody's post."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.domain import telling
from bot.domain.act import Act
from bot.domain.case import Case, Priority
from bot.domain.casetype import SECURITY, STANDARD, CaseType
from bot.domain.errors import Invalid, NotAllowed
from bot.domain.evidence import Evidence, EvidenceKind, Post, PostRole, Relation, RelationKind
from bot.domain.facts import Source
from bot.domain.person import Person
from bot.domain.project import Project
from bot.domain.reading import CaseForm, PostRef, Workspace
from bot.domain.rights import Right, is_admin
from bot.domain.text import kept
from bot.storage.database import Database, Work
from bot.usecases.access import authorize, helpers, person_of, projects_for
from bot.usecases.evidence import evidence_of, piece
from bot.usecases.verb import Outcome, earlier, loaded, once, record
from bot.usecases.working import cannot_have, teams_of


class NoProject(NotAllowed):
    """There is no project that this person may use; an admin can be led to make one."""

    def __init__(self, sentence: str, *, can_create: bool) -> None:
        super().__init__(sentence)
        self.can_create = can_create


@dataclass(frozen=True, slots=True)
class NewCase:
    """``project`` and ``type``: ids; ``None`` for the suggested project and the type that fits the source.

    ``links``: addresses to keep as evidence, where there is no post.
    """

    title: str
    description: str = ""
    project: int | None = None
    type: int | None = None
    priority: Priority = Priority.NOT_SET
    assignee: str | None = None
    teams: Sequence[int] = ()
    due: date | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    post: PostRef | None = None
    links: Sequence[str] = ()


def case_form(
    db: Database, act: Act, *, channel: str | None = None, title: str = "", post: PostRef | None = None
) -> CaseForm:
    """What the New case form starts with. Raises ``NoProject``."""
    with db.read() as work:
        person = person_of(work, act.actor)
        projects = usable_projects(work, person)
        form = CaseForm(
            projects=projects, types=work.cases.types(), project=suggested(work, person, projects, channel), title=title
        )
        if post is None:
            return form
        type_ = type_for(work, post)
        return replace(form, title=post.title, description=post.text, type=type_, post=post)


def usable_projects(work: Work, person: Person) -> list[Project]:
    projects = projects_for(work, person, Right.CONTRIBUTE)
    if projects:
        return projects
    if is_admin(person):
        there = "no project that you may use" if work.projects.all() else "no project yet"
        raise NoProject(f"There is {there}. Create one with `/case project new`.", can_create=True)
    if work.projects.all():
        raise NoProject(f"There is no project that you may use. Ask {helpers(work)} to let you in.", can_create=False)
    raise NoProject(f"There is no project yet. Ask {helpers(work)} to create one.", can_create=False)


def suggested(work: Work, person: Person, projects: Sequence[Project], channel: str | None) -> Project | None:
    """The channel's own project, else the one used last, else the only one."""
    for project in projects:
        if channel and project.home_channel == channel:
            return project
    last = work.projects.last_used_by(person.id)
    for project in projects:
        if project.id == last:
            return project
    return projects[0] if len(projects) == 1 else None


def type_for(work: Work, post: PostRef | None) -> CaseType:
    name = SECURITY if post and post.source == Source.SIGNAL else STANDARD
    found = work.cases.type_named(name)
    return found or work.cases.types()[0]


def case_of_post(db: Database, act: Act, channel: str, ts: str) -> Case | None:
    """The case that this message became, if it did and the person may see it."""
    with db.read() as work:
        person = person_of(work, act.actor)
        post = work.cases.source_post(channel, ts)
        case = work.cases.by_id(post.case_id) if post else None
        if case:
            authorize(work, Right.SEE, person, case.project)
            return loaded(case)
        return None


def open_case(
    db: Database, act: Act, new: NewCase, workspace: Workspace, *, channel: str | None = None, project_key: str = ""
) -> Outcome:
    """Opens the case, unless this arrival or this post has made one before: then that one is the outcome.

    ``channel`` suggests the project when neither ``new.project`` nor ``project_key`` names it.
    """

    def attempt(work: Work) -> Outcome:
        person = person_of(work, act.actor)
        if repeated := earlier(work, act) or case_from(work, person, new.post):
            return repeated
        project = project_for(work, person, new, channel, project_key)
        authorize(work, Right.CONTRIBUTE, person, project)
        type_ = (work.cases.type(new.type) if new.type else None) or type_for(work, new.post)
        case, entry = Case.open(
            act,
            project,
            type_,
            title=new.title,
            description=new.description,
            priority=new.priority,
            assignee=new.assignee,
            teams=teams_of(work, new.teams),
            due=new.due,
            attributes=new.attributes,
            source=Source(new.post.source) if new.post else Source.PERSON,
        )
        if new.assignee and (problem := cannot_have(work, case, work.people.by_id(new.assignee))):
            raise Invalid.field("assignee", problem)
        work.add(case)
        entry.case_id = case.id
        if new.post:
            entry.data["evidence"] = keep_post(work, act, case, new.post, workspace)
        elif new.links:
            entry.data["evidence"] = keep_links(work, act, case, new.links)
        outcome = record(work, case, entry)
        if new.post:
            work.enqueue([telling.answer(case, entry, new.post.channel, new.post.thread_ts)])
        return outcome

    return once(db, attempt)


def case_from(work: Work, person: Person, post: PostRef | None) -> Outcome | None:
    """The case that the post became before, unless another one is wanted on purpose."""
    known = work.cases.source_post(post.channel, post.ts) if post else None
    case = work.cases.by_id(known.case_id) if known else None
    if post is None or case is None:
        return None
    authorize(work, Right.SEE, person, case.project)
    return None if post.again else Outcome(loaded(case), None, repeated=True)


def project_for(work: Work, person: Person, new: NewCase, channel: str | None, key: str) -> Project:
    """Locked, since it hands out the number."""
    if key:
        project = work.projects.by_key(kept(key), lock=True)
        if project is None:
            keys = ", ".join(p.key for p in usable_projects(work, person))
            raise Invalid.field("project", f"There is no project {key.upper()}. You can use {keys}.")
        return project
    project_id = new.project or guessed(work, person, channel)
    project = work.projects.by_id(project_id, lock=True)
    if project is None:
        raise Invalid.field("project", "That project no longer exists. Choose another one.")
    return project


def guessed(work: Work, person: Person, channel: str | None) -> int:
    projects = usable_projects(work, person)
    guess = suggested(work, person, projects, channel)
    if guess is None:
        keys = ", ".join(p.key for p in projects)
        raise Invalid.field("project", f"Say which project the case belongs to: add `in` and one of {keys}.")
    return guess.id


def keep_post(work: Work, act: Act, case: Case, post: PostRef, workspace: Workspace) -> list[int]:
    """The post becomes evidence, whose ids these are, and replies below it notes of this case."""
    pieces: list[Evidence] = evidence_of(act, case, post, workspace)
    work.add(*pieces)
    case.evidence_count = len(pieces)
    known = work.cases.source_post(post.channel, post.ts) if post.again else None
    if known:
        work.add(Relation(case_id=case.id, kind=RelationKind.RELATES.value, other_id=known.case_id))
        if known.role == PostRole.SOURCE:
            known.case_id = case.id
    else:  # if somebody made it a case a moment ago, this fails, and theirs is found
        role, thread_ts = PostRole.SOURCE.value, thread_for(work, post)
        work.add(Post(case_id=case.id, role=role, channel=post.channel, ts=post.ts, thread_ts=thread_ts))
    return [piece.id for piece in pieces]


def keep_links(work: Work, act: Act, case: Case, links: Sequence[str]) -> list[int]:
    pieces = [piece(case, act, EvidenceKind.LINK, link, link) for link in links]
    work.add(*pieces)
    case.evidence_count = len(pieces)
    return [one.id for one in pieces]


def thread_for(work: Work, post: PostRef) -> str:
    """The thread whose replies are notes from now on. A card's thread stays its own case's."""
    above = work.cases.post_of_thread(post.channel, post.thread_ts)
    return post.ts if above and above.role == PostRole.CARD else post.thread_ts
