"""Choices become a query that asks for them and nothing else, and a query becomes the choices that ask for the same."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, reject, settings
from hypothesis import strategies as st

from bot.domain.case import Case, Priority
from bot.domain.evidence import Watcher
from bot.domain.matching import meets
from bot.domain.person import Team
from bot.domain.project import Project
from bot.domain.query import QueryError, parse
from bot.domain.query_building import (
    FACTS,
    GROUPS,
    NOT_CLOSED,
    ORDERS,
    OVERDUE,
    PRIORITIES,
    WINDOWS,
    Choices,
    Known,
    Window,
    query_text,
)
from bot.domain.query_choices import read_choices
from bot.domain.query_conditions import Meaning
from bot.domain.query_meaning import understand
from bot.domain.query_values import Asking
from bot.domain.query_words import document, words
from tests.domain.querying import NOW, PEOPLE, STANDARD, TEAMS, TRIAGE, VIEWER, Town
from tests.domain.test_query_fuzz import texts
from tests.storage.searching import queries

KNOWN = Known(("OPS", "WEB"), ("Open", "In progress", "Closed", "New", "Rejected"), ("Standard", "Triage"))
ASKING = Asking(VIEWER, Town())
WORDS = ("checkout", "slow", "Check", "café", "api", "x")
TODAY = date(2026, 3, 1)
DAYS = [NOW - timedelta(days=days, hours=1) for days in (0, 1, 6, 8, 29, 31, 100)]


# -- what choices mean, said in the plainest way -----------------------------------------------------------------------
@st.composite
def cases(draw: st.DrawFn) -> Case:
    type_ = draw(st.sampled_from((STANDARD, TRIAGE)))
    status = draw(st.sampled_from(type_.statuses))
    created = draw(st.sampled_from(DAYS))
    return Case(
        key="OPS-1",
        project=Project(id=draw(st.sampled_from((1, 2)))),
        project_id=draw(st.sampled_from((1, 2))),
        type=type_,
        type_id=type_.id,
        title=" ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))),
        description=" ".join(draw(st.lists(st.sampled_from(WORDS), max_size=3))),
        status=status["name"],
        group=status["group"],
        priority=draw(st.sampled_from(list(Priority))).value,
        assignee=draw(st.sampled_from((None, *PEOPLE))),
        reporter=draw(st.sampled_from(tuple(PEOPLE))),
        source="person",
        teams=[Team(id=TEAMS[handle]) for handle in draw(st.sets(st.sampled_from(sorted(TEAMS))))],
        watchers=[Watcher(person_id=who) for who in draw(st.sets(st.sampled_from(sorted(PEOPLE))))],
        attributes=draw(st.dictionaries(st.sampled_from(("service", "env")), st.sampled_from(ATTRIBUTES))),
        created_at=created,
        updated_at=draw(st.sampled_from([day for day in DAYS if day >= created])),
        closed_at=created if status["group"] == "closed" else None,
        archived_at=None,
        due=draw(st.none() | st.sampled_from([TODAY + timedelta(days) for days in (-3, 0, 5, 7, 12, 60)])),
        evidence_count=draw(st.integers(0, 1)),
    )


def is_chosen(chosen: Choices, case: Case) -> bool:
    return all(
        (
            all(said(word, case) for word in spoken(chosen.words)),
            not chosen.projects or {1: "OPS", 2: "WEB"}[case.project_id] in chosen.projects,
            not chosen.statuses or any(in_status(name, case) for name in chosen.statuses),
            not chosen.priorities or case.priority in chosen.priorities,
            not chosen.types or case.type.name in chosen.types,
            is_one(chosen.assignee, [case.assignee] if case.assignee else [], "U1"),
            is_one(chosen.reporter, [case.reporter], "U1"),
            is_one(chosen.team, [name for team in case.teams for name, id_ in TEAMS.items() if id_ == team.id], "sre"),
            within(chosen.created, case.created_at),
            within(chosen.updated, case.updated_at),
            is_due(chosen.due, case),
            has_value(chosen.service, case.attributes.get("service")),
            has_value(chosen.env, case.attributes.get("env")),
            all(FACTS_OF[fact](case) for fact in chosen.has),
            not any(FACTS_OF[fact](case) for fact in chosen.without),
        )
    )


FACTS_OF: dict[str, Any] = {
    "priority": lambda case: case.priority != "none",
    "assignee": lambda case: case.assignee,
    "team": lambda case: case.teams,
    "watcher": lambda case: case.watchers,
    "service": lambda case: "service" in case.attributes,
    "env": lambda case: "env" in case.attributes,
    "ticket": lambda case: case.tickets,
    "closed": lambda case: case.closed_at,
    "due": lambda case: case.due,
    "description": lambda case: case.description,
    "evidence": lambda case: case.evidence_count,
}


def spoken(text: str) -> list[str]:
    outside = text.split('"')
    return [part for number, piece in enumerate(outside) for part in ([piece] if number % 2 else piece.split())]


def said(wanted: str, case: Case) -> bool:
    looked_for = " ".join(words(wanted))
    found = document(case)
    parts = (found.key, found.title, found.description)
    if wanted.endswith("*"):
        return any(f" {looked_for}" in f" {' '.join(part)}" for part in parts)
    return not looked_for or any(f" {looked_for} " in f" {' '.join(part)} " for part in parts)


def in_status(name: str, case: Case) -> bool:
    if name == NOT_CLOSED:
        return case.group != "closed"
    return name.casefold() in {case.group, case.status.casefold()}


def is_one(wanted: str, there: list[str], mine: str) -> bool:
    if wanted in {"", "any", "none"}:
        return {"": True, "any": bool(there), "none": not there}[wanted]
    return (mine if wanted == "me" else wanted) in there


def within(when: Window, at: datetime) -> bool:
    day, old = at.astimezone(VIEWER.zone).date(), NOW - at
    if not when.preset:
        start, end = sorted((when.start or date.min, when.end or date.max))
        return start <= day <= end
    if when.preset == "today":
        return day == TODAY
    limit = timedelta(int(when.preset[1:-1]))
    return old < limit if when.preset.startswith("<") else old > limit


def is_due(when: Window, case: Case) -> bool:
    if not when:
        return True
    if when.preset in {"any", "none"}:
        return bool(case.due) == (when.preset == "any")
    if case.due is None:
        return False
    if when.preset == OVERDUE:
        return case.due < TODAY and case.group != "closed"
    if not when.preset:
        start, end = sorted((when.start or date.min, when.end or date.max))
        return start <= case.due <= end
    ahead = {"today": 0, "today..7d": 7, "today..30d": 30}[when.preset]
    return TODAY <= case.due <= TODAY + timedelta(ahead)


def has_value(wanted: str, there: str | None) -> bool:
    if not wanted:
        return True
    if there is None:
        return False
    asked, kept = " ".join(wanted.split()).casefold(), there.casefold()
    return kept.startswith(asked[:-1]) if asked.endswith("*") else kept == asked


# -- any choices -------------------------------------------------------------------------------------------------------
ATTRIBUTES = ("checkout", "checkout api", "none", "any", "Prod", "-x", "a:b", "c++", "(x)", "<7d", "OR")
days = st.sampled_from([TODAY + timedelta(days) for days in (-100, -30, -8, -1, 0, 5, 12)])


def windows(name: str) -> st.SearchStrategy[Window]:
    return st.one_of(
        st.just(Window()),
        st.builds(Window, st.sampled_from(WINDOWS[name])),
        st.builds(Window, st.just(""), days | st.none(), days | st.none()),
    )


def several(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=3, unique=True).map(tuple)


people = st.sampled_from(("", "", "me", "any", *PEOPLE))
phrases = st.sampled_from(
    (*WORDS, "check*", '"checkout slow"', "status:open", "-slow", "OR", "(slow", "a=b", "+++", "»")
)
choices = st.builds(
    Choices,
    words=st.lists(phrases, max_size=3).map(" ".join),
    projects=several(("OPS", "WEB")),
    statuses=several((NOT_CLOSED, *GROUPS, "New", "Rejected")),
    priorities=several(PRIORITIES),
    types=several(("Standard", "Triage")),
    assignee=people | st.just("none"),
    reporter=people.filter(lambda who: who != "any"),
    team=st.sampled_from(("", "", "me", "none", "any", "sre", "payments")),
    created=windows("created"),
    updated=windows("updated"),
    due=windows("due"),
    service=st.sampled_from(("", "", "check*", *ATTRIBUTES)),
    env=st.sampled_from(("", "", "", *ATTRIBUTES)),
    has=several(FACTS),
    without=several(FACTS),
    sort=st.sampled_from(("", *ORDERS)),
)


def meaning(text: str) -> Meaning | None:
    """``None`` where no case can meet it, which is said in words."""
    try:
        return understand(parse(text), VIEWER, Town())
    except QueryError as error:
        if error.sentence.startswith(("No case can meet", "A case has only one")):
            return None
        raise


@settings(max_examples=150, deadline=None)
@given(choices, st.lists(cases(), min_size=1, max_size=8))
def test_the_text_asks_for_what_was_chosen(chosen: Choices, there: list[Case]) -> None:
    text = query_text(chosen)
    found = meaning(text)
    for case in there:
        assert (found is not None and meets(found, case)) == is_chosen(chosen, case), text


@settings(max_examples=150, deadline=None)
@given(choices)
def test_what_was_chosen_is_read_back(chosen: Choices) -> None:
    text = query_text(chosen)
    read = read_choices(text, KNOWN, ASKING)
    assert query_text(read) == query_text(read_choices(query_text(read), KNOWN, ASKING))
    if meaning(text):
        assert not read.rest, text
        assert sorted(query_text(read)) == sorted(text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(queries | texts, st.lists(cases(), min_size=1, max_size=4))
@example("(status:open OR is:open) sort:-due", [])
@example("priority:(>=P2 OR none) -has:due", [])
@example("a OR b", [])
@example("assignee:@ann", [])
def test_a_query_read_into_choices_still_means_the_same(text: str, there: list[Case]) -> None:
    try:
        before = understand(parse(text), VIEWER, Town())
    except QueryError:
        reject()
    read = read_choices(text, KNOWN, ASKING)
    after = understand(parse(query_text(read)), VIEWER, Town())
    assert after.sort == before.sort
    for case in there:
        assert meets(before, case) == meets(after, case), query_text(read)


READ = {
    "": Choices(),
    "checkout slow": Choices(words="checkout slow"),
    'check* "card payments" is:open': Choices(words='check* "card payments"', statuses=(NOT_CLOSED,)),
    "project:ops project:web": Choices(projects=("OPS",), rest="project:web"),
    "project:(OPS OR WEB) status:(new OR in-progress)": Choices(
        projects=("OPS", "WEB"), statuses=("New", "in progress")
    ),
    "priority:>=P2 type:triage": Choices(priorities=("P1", "P2"), types=("Triage",)),
    "assignee:@me reporter:<@U2|bob> team:@sre": Choices(assignee="me", reporter="U2", team="sre"),
    'assignee:"Ann Lee" team:none': Choices(assignee="U1", team="none"),
    "assignee:@ann": Choices(rest="assignee:@ann"),
    "is:overdue updated:>7d created:<30d": Choices(
        due=Window(OVERDUE), updated=Window(">7d"), created=Window("<30d")
    ),
    "created:2026-01-01..2026-02-01 due:2026-03-01": Choices(
        created=Window("", date(2026, 1, 1), date(2026, 2, 1)), due=Window("", TODAY, TODAY)
    ),
    "created:<3d": Choices(rest="created:<3d"),
    'service:"checkout api" env:prod*': Choices(service="checkout api", env="prod*"),
    "has:evidence -has:team sort:-due": Choices(has=("evidence",), without=("team",), sort="-due"),
    "checkout OR login": Choices(rest="(checkout OR login)"),
    "-status:closed region:eu": Choices(rest="-status:closed region:eu"),
    "status:(": Choices(rest="status:("),
}  # fmt: skip


@pytest.mark.parametrize(("text", "chosen"), READ.items())
def test_what_a_form_shows_of_a_query(text: str, chosen: Choices) -> None:
    assert read_choices(text, KNOWN, ASKING) == chosen


WRITTEN = {
    "": Choices(),
    'checkout "status:open" -has:team': Choices(words="checkout status:open", without=("team",)),
    "project:OPS (is:open OR status:New) priority:(P1 OR none)": Choices(
        projects=("OPS",), statuses=(NOT_CLOSED, "New"), priorities=("P1", "none")
    ),
    'status:"in progress" assignee:<@U2> team:@sre': Choices(statuses=("in progress",), assignee="U2", team="sre"),
    "created:2026-01-01..2026-03-01 due:today..7d": Choices(
        created=Window("", TODAY, date(2026, 1, 1)), due=Window("today..7d")
    ),
    'service:"none" env:any (a OR b) sort:-due': Choices(service="none", env="*", rest="a OR b sort:-due"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "chosen"), WRITTEN.items())
def test_the_text_of_choices(text: str, chosen: Choices) -> None:
    assert query_text(chosen) == text


def test_a_rest_that_is_no_query_is_refused() -> None:
    with pytest.raises(QueryError, match="never closed"):
        query_text(Choices(words="a", rest="(b"))
    with pytest.raises(QueryError, match=r"One sort: is enough"):
        query_text(Choices(sort="due", rest="sort:created"))
