"""Looking: nothing here changes a case."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.act import Act
from bot.domain.case import Case
from bot.domain.evidence import Relation
from bot.domain.person import Person, Team
from bot.domain.project import Project
from bot.domain.query import Viewer, parse
from bot.domain.query_words import folded
from bot.domain.reading import (
    ALERTS_PAGE,
    PAGE,
    PREVIEW_LIMIT,
    TIMELINE_PAGE,
    CaseForm,
    Details,
    Listing,
    StormPage,
    TimelinePage,
)
from bot.domain.rights import Right
from bot.domain.text import kept
from bot.storage.database import Database, Work
from bot.usecases.access import case_for, person_of, projects_for
from bot.usecases.verb import loaded


def show_case(db: Database, act: Act, ref: str | int) -> Case:
    with db.read() as work:
        return loaded(case_for(work, act, ref, Right.SEE))


def show_details(db: Database, act: Act, ref: str | int, *, page: int = 1) -> Details:
    with db.read() as work:
        case = loaded(case_for(work, act, ref, Right.SEE))
        return Details(
            case=case,
            evidence=work.cases.evidence(case),
            relations=visible_relations(work, act, case),
            timeline=timeline_page(work, case, page),
            is_watching=any(watcher.person_id == act.actor for watcher in case.watchers),
            storm=storm_page(work, case, 1) if case.is_storm else None,
        )


def visible_relations(work: Work, act: Act, case: Case) -> list[tuple[Relation, Case]]:
    """Relations to cases of projects that the person may not see stay hidden."""
    found = work.cases.relations(case)
    allowed = {project.id for project in projects_for(work, person_of(work, act.actor))} if found else set()
    return [(relation, other) for relation, other in found if other.project_id in allowed]


def show_timeline(db: Database, act: Act, ref: str | int, *, page: int = 1) -> TimelinePage:
    with db.read() as work:
        return timeline_page(work, loaded(case_for(work, act, ref, Right.SEE)), page)


def show_alerts(db: Database, act: Act, ref: str | int, *, page: int = 1) -> StormPage:
    """What an alert storm has collected."""
    with db.read() as work:
        return storm_page(work, loaded(case_for(work, act, ref, Right.SEE)), page)


def storm_page(work: Work, case: Case, page: int) -> StormPage:
    page = max(page, 1)
    rows = work.storms.page(case.id, page, ALERTS_PAGE)
    return StormPage(case=case, alerts=rows[:ALERTS_PAGE], page=page, has_next=len(rows) > ALERTS_PAGE)


def timeline_page(work: Work, case: Case, page: int) -> TimelinePage:
    page = max(page, 1)
    rows = work.cases.timeline(case, page=page, size=TIMELINE_PAGE)
    entries = rows[:TIMELINE_PAGE]
    notes = work.cases.notes({entry.data["note"] for entry in entries if entry.data.get("note")})
    evidence = work.cases.evidence_rows(row for entry in entries for row in entry.data.get("evidence", []))
    return TimelinePage(
        case=case,
        entries=entries,
        notes=notes,
        evidence={piece.id: piece for piece in evidence},
        page=page,
        has_next=len(rows) > TIMELINE_PAGE,
    )


def viewer_for(work: Work, person: Person, now: datetime) -> Viewer:
    return Viewer(
        actor=person.id,
        now=now,
        tz=person.tz,
        projects=frozenset(project.id for project in projects_for(work, person)),
        teams=frozenset(work.teams.of_person(person.id)),
    )


def list_cases(
    db: Database, act: Act, query: str, *, page: int = 1, heading: str = "", on: str = "", back: str = ""
) -> Listing:
    """``on`` or ``back``: those of the page that is turned. Raises ``QueryError`` for a word that is wrong."""
    with db.read() as work:
        person = person_of(work, act.actor)
        viewer = viewer_for(work, person, act.at)
        return listing(work, viewer, heading or "Cases", query, page, on=on, back=back)


def listing(
    work: Work, viewer: Viewer, heading: str, query: str, page: int, *, on: str = "", back: str = ""
) -> Listing:
    parsed = parse(query)
    total = work.search.count(parsed, viewer, limit=PREVIEW_LIMIT + 1)
    if on:
        found = work.search.after(parsed, viewer, on, size=PAGE)
    elif back and page > 1:
        found = work.search.before(parsed, viewer, back, size=PAGE)
    else:
        page = min(max(page, 1), max(1, -(-min(total, PREVIEW_LIMIT) // PAGE)))
        found = work.search.numbered(parsed, viewer, page, size=PAGE)
    return Listing(heading, query, found.cases, page, total, on=found.cursor or "", back=found.back or "")


def names_of(db: Database, ids: Iterable[str]) -> dict[str, str]:
    """Names of those of them who are known."""
    with db.read() as work:
        return {person.id: person.name for person in work.people.by_ids(ids).values()}


def suggest_cases(db: Database, act: Act, typed: str, *, limit: int = 50) -> Sequence[Case]:
    with db.read() as work:
        person = person_of(work, act.actor)
        return work.search.suggest(kept(typed), viewer_for(work, person, act.at), limit=limit)


def suggest_teams(db: Database, act: Act, typed: str, *, limit: int = 50) -> Sequence[Team]:
    with db.read() as work:
        person_of(work, act.actor)
        return work.teams.like(kept(typed), limit)


def suggest_projects(
    db: Database, act: Act, typed: str, *, limit: int = 50, right: Right = Right.CONTRIBUTE
) -> Sequence[Project]:
    """Projects whose key or name holds what was typed; case and accents are no matter."""
    wanted = folded(typed.strip())
    with db.read() as work:
        found = projects_for(work, person_of(work, act.actor), right)
        return [project for project in found if wanted in folded(f"{project.key} {project.name}")][:limit]


def edit_form(db: Database, act: Act, ref: str | int) -> CaseForm:
    with db.read() as work:
        case = loaded(case_for(work, act, ref, Right.CONTRIBUTE))
        return CaseForm(
            projects=[case.project],
            types=[case.type],
            project=case.project,
            type=case.type,
            title=case.title,
            description=case.description,
            priority=case.priority,
            assignee=case.assignee,
            teams=case.teams,
            due=case.due.isoformat() if case.due else None,
            attributes=case.attributes,
            case=case,
        )
