"""Cases and what belongs to them, small and huge, and two opinions on whether Slack would take a view."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.domain.case import Case
from bot.domain.casetype import CaseType, Group
from bot.domain.entry import Entry, Kind
from bot.domain.evidence import Evidence, EvidenceKind, Note, Post, PostRole, Watcher
from bot.domain.inbox import Inbox, Recipient
from bot.domain.link import Health, Ticket
from bot.domain.person import Person, Team
from bot.domain.project import Project
from bot.domain.reading import PostRef, Shelf, Workspace
from bot.domain.text import kept
from bot.domain.ticket import FIELDS, System
from bot.sandbox import blockkit
from bot.views.check import check_home, check_message, check_modal

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WORKSPACE = Workspace("https://acme.slack.com/", "T1", "UBOT")
TS = "1700000000.000100"
NAMES = {"U0ANN": "Ann", "U0BOB": "Bob", "U0CAROL": "Carol"}

NASTY = [
    "<!channel> <!here> <!everyone> <!subteam^S1>",
    "<@U0ANN> &amp; <https://evil.example|https://bank.example>",
    "@here #general https://example.com",
    "*bold _italic ~strike~_ `code` ```fence",
    "مرحبا بالعالم \u202eright to left\u202c שלום",
    "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪🇩🇪é\u0301\u0301\u0301" * 9,
    "{}{0}{name} %s \\n \x00 \u2028 \ufeff",
    ">>> quoted\n\n\n> again",
    "🔥" * 4000,
    "&" * 4000,
    '"' * 4000,
    "<" * 4000,
    "a b\n" * 1000,
    "x",
]
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(min_size=1, max_size=60), st.text(max_size=40).map(lambda t: t * 99))
WORDS = TEXTS.map(lambda text: text.strip() or "x")


def project(**over: Any) -> Project:
    values = {
        "id": 1, "key": "OPS", "name": "Operations", "home_channel": "C0OPS", "is_private": False,
        "guests_allowed": False, "retention_months": 15, "last_number": 12, "created_at": NOW, "created_by": "U0DANA",
    }  # fmt: skip
    return Project(**(values | over))


STATUSES = [
    {"name": "Open", "group": "open"},
    {"name": "In progress", "group": "in progress"},
    {"name": "Closed", "group": "closed"},
]


def types() -> list[CaseType]:
    standard = CaseType(
        id=1, name="Standard", statuses=STATUSES, reasons=["Resolved", "Duplicate"], reason_required=False
    )
    reasons = ["Testing", "False positive", "One-time exception", "Resolved"]
    return [standard, CaseType(id=2, name="Security", statuses=STATUSES, reasons=reasons, reason_required=True)]


def wide_type(statuses: int, name: str = "x") -> CaseType:
    rows = [
        {"name": f"{name[:30]}{index}", "group": list(Group)[min(index, 2)].value if index < 3 else "in progress"}
        for index in range(statuses)
    ]
    reasons = [f"{name[:30]}{index}" for index in range(99)]
    return CaseType(id=9, name="Wide", statuses=rows, reasons=reasons, reason_required=True)


def case(**over: Any) -> Case:
    values: dict[str, Any] = {
        "id": 12, "key": "OPS-12", "number": 12, "project": project(), "type": types()[0], "title": "Checkout is down",
        "description": "500s since 02:55", "status": "Open", "group": "open", "priority": "P2", "assignee": "U0BOB",
        "reporter": "U0ANN", "source": "monitor", "attributes": {"service": "checkout", "env": "prod"}, "due": None,
        "reason": None, "created_at": NOW - timedelta(days=3), "updated_at": NOW, "closed_at": None,
        "archived_at": None, "evidence_count": 2, "version": 7, "teams": [], "watchers": [],
        "tickets": [], "ticket_count": 0,
        "posts": [Post(role=PostRole.CARD.value, channel="C0OPS", ts=TS, thread_ts=TS)],
    }  # fmt: skip
    return Case(**(values | over))


def small_case() -> Case:
    return case(
        title="x", description="", assignee=None, source="person", attributes={}, priority="none", evidence_count=0,
        posts=[], version=0,
    )  # fmt: skip


def closed_case(**over: Any) -> Case:
    closed = {"status": "Closed", "group": "closed", "closed_at": NOW, "reason": "Resolved"}
    return case(**(closed | over))


def archived_case() -> Case:
    return closed_case(archived_at=NOW)


def huge_case(text: str) -> Case:
    """Everything as long as the domain lets it be."""
    text = kept(text) or "x"
    teams = [Team(id=n, slack_id=f"S{n}", handle=f"{text[:79]}{n}", name=text[:120]) for n in range(12)]
    return case(
        key="ABCDEFGHIJ-1234567890", title=text[:200], description=text[:3000], teams=teams, due=date(2026, 11, 1),
        attributes={"service": text[:200], "env": text[:200]} | {f"{text[:30]}{n}": text[:200] for n in range(30)},
        watchers=[Watcher(person_id=f"U{n:09}") for n in range(60)], reason=text[:80], closed_at=NOW, archived_at=None,
        evidence_count=2000, type=wide_type(20, text), status=f"{text[:30]}0",
    )  # fmt: skip


def entry(kind: Kind, *, changes: Any = None, id_: int = 1, actor: str = "U0ANN", **data: Any) -> Entry:
    return Entry(
        id=id_, case_id=12, kind=kind.value, actor=actor, at=NOW, via="card", origin=None, version=7,
        changes=changes or {}, data=data,
    )  # fmt: skip


def entries(text: str = "x") -> list[Entry]:
    """One of every kind."""
    changes = {
        Kind.EDITED: {"title": [text, text + "!"], "description": [text, ""], "priority": ["P1", "none"]},
        Kind.ASSIGNED: {"assignee": ["U0CAROL", "U0BOB"], "teams": [[], [text[:80]]], "status": ["Open", text[:40]]},
        Kind.PRIORITY: {"priority": ["none", "P1"]},
        Kind.STATUS: {"status": ["Open", text[:40]]},
        Kind.CLOSED: {"status": ["Open", "Closed"], "reason": [None, text[:80]]},
        Kind.REOPENED: {"status": ["Closed", text[:40]]},
        Kind.DUE: {"due": [None, "2026-12-24"]},
        Kind.MOVED: {"project": ["OPS", "NET"], "key": ["OPS-12", "NET-3"]},
    }
    by_rule: dict[str, Any] = {"rule": 3, "rule_name": text[:60], "chain": [3]}
    data = {
        Kind.NOTE_ADDED: {"note": 1},
        Kind.NOTE_EDITED: {"note": 1},
        Kind.NOTE_DELETED: {"note": 2},
        Kind.EVIDENCE_ADDED: {"evidence": [1, 2], "note": 1},
        Kind.INCIDENT_DECLARED: {"commander": "U0BOB"},
        Kind.INCIDENT_OPENED: {"name": "inc-ops-12-checkout-is-down"},
        Kind.STORM_OVER: {"kinds": 153},
        Kind.LEVEL_WARNED: {"level": "untaken", "due": NOW.isoformat(), **by_rule},
        Kind.LEVEL_MISSED: {"level": "unclosed", "due": NOW.isoformat(), **by_rule},
        Kind.RELATED: {"relation": "blocks", "other": "OPS-13"},
        Kind.KEPT: {"until": "2027-01-01T09:00:00+00:00"},
        Kind.CLOSING: {"closes": "2027-01-01T09:00:00+00:00", "idle": 11},
        Kind.SNOOZED: {"until": "2027-01-01T09:00:00+00:00"},
        Kind.TICKET_ASKED: {"ticket": 1, "partner": "jira"},
        Kind.TICKET_CREATED: {"ticket": 1, "partner": "jira", "key": text[:80], "by": text[:80]},
        Kind.TICKET_LINKED: {"ticket": 1, "partner": "servicenow", "key": text[:80]},
        Kind.TICKET_UNLINKED: {"ticket": 1, "partner": "jira", "key": text[:80]},
        Kind.TICKET_GONE: {"ticket": 1, "partner": "jira", "key": text[:80]},
        Kind.TICKET_DIFFERS: {
            "ticket": 1,
            "partner": "jira",
            "key": text[:80],
            "field": "status",
            "theirs": text[:80],
            "by": text[:80],
            "ours": "Open",
            "ours_by": "U0BOB",
        },
    }
    return [
        entry(kind, changes=changes.get(kind), id_=number, **data.get(kind, {})) for number, kind in enumerate(Kind, 1)
    ]


JIRA = System("jira", "Jira", "issue", "Project", "Issue type", {"P1": "Highest", "P2": "High"}, has_internal=False)
SERVICENOW = System(
    "servicenow", "ServiceNow", "record", "Table", "", {"P1": "1/1"}, has_internal=True, default_kind="incident"
)
WITH_TICKETS = replace(WORKSPACE, systems=(JIRA, SERVICENOW))


def ticket(number: int = 1, **over: Any) -> Ticket:
    values = {
        "id": number, "case_id": 12, "partner": "jira", "foreign_id": str(number), "foreign_kind": "PAY",
        "key": f"PAY-{number}", "url": f"https://jira.example/browse/PAY-{number}", "title": "Checkout is down",
        "status": "In Progress", "assignee": "Ann Lee", "health": "in step", "problem": None, "problem_at": None,
        "problem_in": "", "wanted": {}, "base": {}, "conflicts": {}, "linked_by": "U0ANN", "linked_at": NOW,
    }  # fmt: skip
    return Ticket(**(values | over))


def with_tickets(*tickets: Ticket, of: Case | None = None, **over: Any) -> Case:
    found = of or case(**over)
    found.tickets, found.ticket_count = list(tickets), len(tickets)
    return found


def huge_tickets(text: str, count: int = 20) -> list[Ticket]:
    """Each as long as the domain lets it be, in every state, with everything to choose."""
    text = kept(text) or "x"
    differ = {"ours": text[:3000], "theirs": text[:3000], "by": text[:120], "at": NOW.isoformat(), "won": "theirs"}
    return [
        ticket(
            number, key=text[:80], url=f"https://jira.example/browse/{number}" + "x" * 200, title=text[:300],
            status=text[:80], assignee=text[:120], health=list(Health)[number % 7].value, problem=text[:4000],
            problem_at=NOW, conflicts={part.value: differ for part in FIELDS},
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def note(text: str = "The cache was full", **over: Any) -> Note:
    return Note(**({"id": 1, "case_id": 12, "author": "U0BOB", "text": text, "created_at": NOW} | over))


def evidence(text: str = "Graph", number: int = 1, **over: Any) -> Evidence:
    values = {
        "id": number, "case_id": 12, "kind": list(EvidenceKind)[number % 3].value, "title": text[:300],
        "url": f"https://example.com/{number}", "text": text, "author": text[:80], "said_at": NOW,
        "added_by": "U0ANN", "added_at": NOW + timedelta(seconds=number),
    }  # fmt: skip
    return Evidence(**(values | over))


def person(**over: Any) -> Person:
    return Person(**({"id": "U0ANN", "name": "Ann", "notify": "all", "home_inbox": "mine", "home_page": 1} | over))


def recipient(medium: str = "channel", target: str = "C0GEN", **over: Any) -> Recipient:
    return Recipient(**({"id": 1, "inbox_id": 7, "medium": medium, "target": target, "label": ""} | over))


def inbox(**over: Any) -> Inbox:
    values = {
        "id": 7, "name": "Urgent checkouts", "query": "priority:>=P2 checkout", "owner": "U0ANN", "team_id": None,
        "project_id": None, "events": ["created"], "stay_minutes": None, "digest": None, "digest_minute": 540,
        "digest_tz": "Europe/Berlin", "recipients": [recipient()],
    }  # fmt: skip
    return Inbox(**(values | over))


def full_inbox(text: str = "x") -> Inbox:
    """Everything set, and as much of it as there may be."""
    told = [recipient(target=f"C{n:09}", problem=f"<#C{n:09}> is archived. {text[:300]}") for n in range(24)]
    told += [recipient("person", f"U{n:09}") for n in range(24)]
    told += [recipient("webhook", "", label=text[:120]), recipient("pagerduty", "", label=text[:120])]
    return inbox(
        name=text[:80], query=text[:2000], team_id=3, events=["created", "entered", "left"], stay_minutes=120,
        digest="mon", digest_minute=450, recipients=told,
    )  # fmt: skip


def shelf(of: Inbox | None = None, **over: Any) -> Shelf:
    of = of or inbox()
    values = {"id": f"inbox/{of.id}", "name": of.name, "query": of.query, "inbox": of, "count": 3, "can_edit": True}
    return Shelf(**(values | over))


def built_in(id_: str, name: str, count: int | None = 0) -> Shelf:
    return Shelf(id_, name, "is:open", count=count)


def post(text: str = "The checkout page is blank", **over: Any) -> PostRef:
    values: dict[str, Any] = {
        "channel": "C0OPS", "ts": "1700000000.000100", "thread_ts": "1700000000.000100", "author": "Ann",
        "text": text, "title": text[:200], "source": "person",
    }  # fmt: skip
    return PostRef(**(values | over))


def fits_message(message: dict[str, Any]) -> None:
    assert check_message(message) == []
    blocks = message.get("blocks", [])
    assert blockkit.problems(blocks, "message") == []
    assert blockkit.length(blocks) < 12_000
    assert blockkit.pings(blocks) == [] or all(ping.startswith(("U", "W")) for ping in blockkit.pings(blocks))


def fits_modal(view: dict[str, Any]) -> None:
    assert check_modal(view) == []
    assert blockkit.view_problems(view) == []


def fits_home(view: dict[str, Any]) -> None:
    assert check_home(view) == []
    assert blockkit.view_problems(view) == []


def shown(node: Any) -> str:
    """All text of a message or view, in reading order."""
    return "\n".join(blockkit.texts(node["blocks"] if isinstance(node, dict) else node))
