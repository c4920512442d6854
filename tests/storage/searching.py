"""Random cases and random queries about them, from the same small stock of words and values."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.domain.case import Case, Priority
from bot.domain.casetype import CaseType, Group
from bot.domain.evidence import Note, Watcher
from bot.domain.facts import Source
from bot.domain.link import Ticket
from bot.domain.person import Person, Team, TeamMember
from bot.domain.project import Channel, Project
from bot.domain.query import Viewer
from bot.storage.database import Database, Work

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"
PEOPLE = {"UANN": "Ann Lee", "UBOB": "Bob", "UCAROL": "Carol Díaz", "UDANA": "Dana"}
TEAMS = ("sre", "payments")
WORDS = (
    "checkout", "check", "CHECKOUT", "café", "cafe", "c++", "follow-up", "follow", "up", "🔥", "👍🏽", "障害", "発生",
    "障害が発生", "Straße", "strasse", "שָׁלוֹם", "the", "it's", "ops-2", "x_y", "x", "İstanbul", "host42", "मराठी", "½",
)  # fmt: skip
VALUES = ("checkout", "Check", "checkout api", "café", "prod", "PROD", "staging")
DAYS = [NOW - timedelta(days=days, hours=hours) for days in (0, 1, 6, 7, 8, 30, 400) for hours in (0, 11, 13)]
TRIAGE = [
    {"name": "New", "group": "open"},
    {"name": "Open", "group": "in progress"},
    {"name": "Working", "group": "in progress"},
    {"name": "Rejected", "group": "closed"},
]

texts = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


@st.composite
def fields_of_a_case(draw: st.DrawFn) -> dict[str, Any]:
    type_ = draw(st.sampled_from(("Standard", "Triage")))
    statuses = (
        TRIAGE if type_ == "Triage" else [{"name": n, "group": n.casefold()} for n in ("Open", "In progress", "Closed")]
    )
    status = draw(st.sampled_from(statuses))
    created = draw(st.sampled_from(DAYS))
    return {
        "type": type_,
        "title": draw(titles),
        "description": draw(texts),
        "notes": draw(st.lists(texts, max_size=3)),
        "status": status["name"],
        "group": status["group"],
        "priority": draw(st.sampled_from(list(Priority))).value,
        "assignee": draw(st.sampled_from([None, *PEOPLE])),
        "reporter": draw(st.sampled_from(list(PEOPLE))),
        "source": draw(st.sampled_from(list(Source))).value,
        "attributes": draw(st.dictionaries(st.sampled_from(("service", "env", "Region")), st.sampled_from(VALUES))),
        "due": draw(st.none() | st.sampled_from([day.date() + timedelta(3) for day in DAYS])),
        "created_at": created,
        "updated_at": draw(st.sampled_from([day for day in DAYS if day >= created])),
        "closed_at": draw(st.sampled_from(DAYS)) if status["group"] == Group.CLOSED else None,
        "archived_at": draw(st.sampled_from([None, None, None, NOW])),
        "evidence_count": draw(st.integers(0, 1)),
        "project": draw(st.sampled_from(("OPS", "WEB", "SECRET"))),
        "teams": draw(st.sets(st.sampled_from(TEAMS))),
        "tickets": draw(
            st.lists(st.tuples(st.sampled_from(["JIRA-1", "Jira-2", "INC7", ""]), st.booleans()), max_size=2)
        ),
        "watchers": draw(st.sets(st.sampled_from(list(PEOPLE)))),
    }


def quoted(text: str) -> str:
    return f'"{text}"'


words = st.sampled_from(WORDS) | titles.map(quoted)
dates = st.sampled_from(
    ["2026-02-22", "2026-02", "2025", "today", "yesterday", "2026-03-01T01:00", "2026-02-01..2026-02-25"]
) | st.just("2026-02-23..")
ages = st.sampled_from(["7d", "1d", "0d", "12h", "1w", "1mo", "2y"])
comparisons = st.sampled_from(["<", "<=", ">", ">="])
moments = dates | st.builds("{}{}".format, comparisons, ages | st.sampled_from(["2026-02-22", "2026-02", "today"]))
people = st.sampled_from(["@me", "none", "any", "<@UBOB>", "<@UANN|ann>", "@bob", "carol", '"Ann Lee"', "casebook"])
attributes = st.sampled_from([quoted(value) for value in VALUES]) | st.sampled_from(["check*", "prod", "none", "any"])
FIELDS = {
    "": words | words.map("{}*".format),
    "title": words | words.map("{}*".format),
    "key": st.sampled_from(["OPS-1", "web-2", "OPS-*", "WEB-1*", "X-1"]),
    "project": st.sampled_from(["OPS", "web", "w*"]),
    "status": st.sampled_from(["open", '"in progress"', "closed", "working", "rejected", "new", "o*"]),
    "priority": st.sampled_from(["P1", "p5", "none", "any", ">=P2", "<P2", ">P1", "<=p3", "P2..P4", "P4.."]),
    "type": st.sampled_from(["standard", "Triage", "s*"]),
    "assignee": people,
    "reporter": people.filter(lambda value: value != "none"),
    "watcher": people,
    "team": st.sampled_from(["@sre", "payments", "@me", "none", "any", "<!subteam^SSRE|@sre>"]),
    "source": st.sampled_from(["person", "monitor", '"security signal"', "signal", "error", "alert"]),
    "service": attributes,
    "env": attributes,
    "region": attributes,
    "ticket": st.sampled_from(["any", "none", "JIRA-1", "jira-2", "J*", "inc*"]),
    "created": moments,
    "updated": moments,
    "closed": moments | st.sampled_from(["none", "any"]),
    "due": moments.filter(lambda value: "h" not in value and "T" not in value)
    | st.sampled_from(["none", "any", "<-3d", "today.."]),
    "is": st.sampled_from(["open", "closed", "archived", "overdue"]),
    "has": st.sampled_from(
        ["ticket", "evidence", "due", "description", "assignee", "team", "watcher", "priority", "closed", "service"]
    ),
}  # fmt: skip
terms = st.sampled_from(sorted(FIELDS)).flatmap(
    lambda name: FIELDS[name].map(lambda value: f"{name}:{value}" if name else value)
)
groups = st.sampled_from(["status", "priority", "title", "assignee", "team", "service"]).flatmap(
    lambda name: st.lists(FIELDS[name], min_size=1, max_size=3).map(lambda values: f"{name}:({' OR '.join(values)})")
)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=2, max_size=3)
    return (
        several.map(" ".join)
        | several.map(" OR ".join)
        | several.map(" AND ".join)
        | inner.map("({})".format)
        | inner.map("NOT ({})".format)
        | inner.map("-({})".format)
    )


sorts = st.sampled_from(
    [
        "",
        "",
        *(f" sort:{sign}{name}" for sign in ("", "-") for name in ("created", "updated", "closed", "due", "priority")),
    ]
)
queries = st.builds("{}{}".format, st.recursive(terms | groups, larger, max_leaves=6), sorts)


def settle(database: Database) -> Viewer:
    """Projects, people, teams and a case type; the viewer is Ann, who sees all but SECRET."""
    with database.write() as work:
        work.add(*(Channel(id=f"C{key}", name=key.lower()) for key in ("OPS", "WEB", "SECRET")))
        for key in ("OPS", "WEB", "SECRET"):
            work.add(Project(key=key, name=key, home_channel=f"C{key}", created_at=NOW, created_by="UANN"))
        work.add(*(Person(id=id_, name=name) for id_, name in PEOPLE.items()))
        for handle in TEAMS:
            work.add(Team(slack_id=f"S{handle.upper()}", handle=handle, name=handle, members=[]))
        work.add(TeamMember(team_id=team(work, "sre").id, person_id="UANN"))
        work.add(CaseType(name="Triage", statuses=TRIAGE, reasons=[]))
        seen = frozenset(project.id for project in work.projects.all() if project.key != "SECRET")
        return Viewer("UANN", NOW, ZONE, seen, frozenset({team(work, "sre").id}))


def team(work: Work, handle: str) -> Team:
    found = work.teams.with_handle(handle)
    assert found
    return found


def put(work: Work, fields: dict[str, Any], number: int) -> tuple[Case, list[str]]:
    """The case in the database, and the texts of its notes."""
    fields = dict(fields)
    notes, tickets = fields.pop("notes"), fields.pop("tickets", ())
    project = work.projects.by_key(fields.pop("project"))
    type_ = work.cases.type_named(fields.pop("type"))
    assert project
    assert type_
    case = Case(
        key=f"{project.key}-{number}",
        number=number,
        project_id=project.id,
        project=project,
        type_id=type_.id,
        type=type_,
        teams=[team(work, handle) for handle in sorted(fields.pop("teams"))],
        watchers=[Watcher(person_id=person) for person in sorted(fields.pop("watchers"))],
        posts=[],
        tickets=[],
        ticket_count=sum(is_live for _, is_live in tickets),
        version=1,
        **fields,
    )
    work.add(case)
    for key, is_live in tickets:
        row = ticket(case, key, is_live=is_live)
        work.add(row)
        case.tickets += [row] if is_live else []
    for text in notes:
        work.add(Note(case_id=case.id, author="UBOB", text=text, created_at=NOW))
    return case, notes


def ticket(case: Case, key: str, *, is_live: bool) -> Ticket:
    return Ticket(
        case_id=case.id, partner="jira", key=key, health="in step", wanted={}, base={}, conflicts={}, linked_by="UANN",
        linked_at=NOW, unlinked_at=None if is_live else NOW,
    )  # fmt: skip


def plain(**changes: Any) -> dict[str, Any]:
    """The fields of an ordinary case, and what is different about this one."""
    fields: dict[str, Any] = {
        "type": "Standard", "title": "Checkout is down", "description": "", "notes": [], "status": "Open",
        "group": "open", "priority": "none", "assignee": None, "reporter": "UANN", "source": "person",
        "attributes": {}, "due": None, "created_at": NOW, "updated_at": NOW, "closed_at": None, "archived_at": None,
        "evidence_count": 0, "project": "OPS", "teams": set(), "watchers": set(),
    }  # fmt: skip
    return fields | changes
