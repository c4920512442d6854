"""What a query means to one person, and what is said when a word of it means nothing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.query import QueryError, parse
from bot.domain.query_conditions import Between, Both, Condition, Contains, Either, OneOf, StartsWith, parts
from bot.domain.query_fields import ARCHIVED, CREATED, DUE, GROUP, PRIORITY, UPDATED
from bot.domain.query_meaning import understand
from tests.domain.querying import VIEWER, Town


def meaning(text: str) -> Any:
    return understand(parse(text), VIEWER, Town())


def drawn(condition: Condition) -> str:
    match condition:
        case Both():
            return f"({' & '.join(drawn(part) for part in condition.parts)})"
        case Either():
            return f"({' / '.join(drawn(part) for part in condition.parts)})"
        case OneOf():
            said = f"{condition.field.name}={','.join(sorted(map(str, condition.values)))}"
        case Between():
            said = f"{condition.low or ''}<={condition.field.name}<{condition.high or ''}"
        case StartsWith():
            said = f"{condition.field.name}={condition.prefix}*"
        case Contains():
            where = "" if len(condition.columns) == 4 else f" in {condition.columns[0]}"
            said = f"“{' '.join(condition.words)}{'*' if condition.prefix else ''}”{where}"
    return f"!{said}" if condition.negated else said


def asked(text: str) -> str:
    """Without the condition on archived cases, which every query has that does not mention them."""
    wanted = [part for part in parts(meaning(text).where) if not (isinstance(part, OneOf) and part.field is ARCHIVED)]
    return " & ".join(drawn(part) for part in wanted)


MEANT = {
    "Café": "“cafe”",
    "c++": "“c”",
    "follow-up*": "“follow up*”",
    "title:Check*": "“check*” in title",
    "title:any": "“any” in title",
    "ops-12": "“ops 12”",
    "key:ops-12": "key=OPS-12",
    "key:OPS-1*": "“ops 1*” in key",
    "project:ops": "project=1",
    "project:(ops OR web)": "(project=1 / project=2)",
    "project:any": "",
    "status:closed": "group=closed",
    "status:in-progress": "group=in progress",
    "status:open": "(group=open / status=Open)",
    "status:new": "status=New",
    "-status:new": "!status=New",
    "priority:p1": "priority=P1",
    "priority:critical": "priority=P1",
    "priority:none": "priority=none",
    "priority:any": "!priority=none",
    "priority:>=P2": "priority=P1,P2",
    "priority:>P2": "priority=P1",
    "priority:<=P2": "priority=P2,P3,P4,P5",
    "priority:<P2": "priority=P3,P4,P5",
    "priority:P2..P4": "priority=P2,P3,P4",
    "priority:P4..P2": "priority=P2,P3,P4",
    "priority:..P2": "priority=P1,P2",
    "type:standard": "type=1",
    "assignee:@me": "assignee=U1",
    "assignee:me": "assignee=U1",
    "assignee:<@U9>": "assignee=U9",
    "assignee:@bob": "assignee=U2",
    'assignee:"ann lee"': "assignee=U1",
    "assignee:none": "assignee=None",
    "assignee:any": "!assignee=None",
    "-assignee:none": "!assignee=None",
    "reporter:casebook": "reporter=casebook",
    "team:@sre": "team=10",
    "team:<!subteam^S1|@sre>": "team=10",
    "team:@me": "team=10",
    "source:signal": "source=security signal",
    'source:"security signal"': "source=security signal",
    "service:Checkout": "service=checkout",
    'service:"none"': "service=none",
    "service:none": "service=None",
    "service:check*": "service=check*",
    "region:EU": "region=eu",
    "has:due": "!due=None",
    "has:ticket": "!ticket=None",
    "has:region": "!region=None",
    "has:evidence": "!evidence=0",
    "is:open": "!group=closed",
    "is:overdue": "<=due<2026-03-01 & !group=closed",
    "-is:overdue": "(!<=due<2026-03-01 / group=closed)",
    "created:2026-01-01": "2025-12-31 23:00:00+00:00<=created<2026-01-01 23:00:00+00:00",
    "created:2026-01": "2025-12-31 23:00:00+00:00<=created<2026-01-31 23:00:00+00:00",
    "created:>2026-01-01": "2026-01-01 23:00:00+00:00<=created<",
    "created:<=2026-01-01": "<=created<2026-01-01 23:00:00+00:00",
    "created:2026-01-01T10:30": "2026-01-01 09:30:00+00:00<=created<2026-01-01 09:31:00+00:00",
    "created:yesterday": "2026-02-27 23:00:00+00:00<=created<2026-02-28 23:00:00+00:00",
    "updated:<7d": "2026-02-22 12:00:00.000001+00:00<=updated<",
    "updated:<=7d": "2026-02-22 12:00:00+00:00<=updated<",
    "updated:>7d": "<=updated<2026-02-22 12:00:00+00:00",
    "updated:7d..30d": "2026-01-30 12:00:00+00:00<=updated<2026-02-22 12:00:00.000001+00:00",
    "created:<99999y": "1970-01-01 00:00:00.000001+00:00<=created<",
    "due:<7d": "<=due<2026-03-08",
    "due:today..7d": "2026-03-01<=due<2026-03-09",
    "due:<-7d": "<=due<2026-02-22",
    "-due:2026-03-01": "!2026-03-01<=due<2026-03-02",
}  # fmt: skip


@pytest.mark.parametrize(("text", "conditions"), MEANT.items())
def test_what_is_asked(text: str, conditions: str) -> None:
    assert asked(text) == conditions


def test_days_are_those_of_the_person_also_when_the_clocks_change() -> None:
    (wanted,) = [part for part in parts(meaning("created:2026-03-29").where) if isinstance(part, Between)]
    assert wanted.low == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert wanted.high == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_an_unknown_zone_is_utc() -> None:
    viewer = type(VIEWER)(VIEWER.actor, VIEWER.now, "Mars/Olympus", VIEWER.projects)
    found = understand(parse("due:today"), viewer, Town())
    assert [part.low for part in parts(found.where) if isinstance(part, Between)] == [date(2026, 3, 1)]


@pytest.mark.parametrize("text", ["a", "is:open", "priority:p1 -a", "", "is:open OR a"])
def test_archived_cases_appear_only_when_asked_for(text: str) -> None:
    assert OneOf(ARCHIVED, frozenset({None})) in parts(meaning(text).where)


@pytest.mark.parametrize("text", ["is:archived", "-is:archived", "is:archived OR is:open", "a (is:archived OR b)"])
def test_asking_for_archived_cases_is_left_as_it_is(text: str) -> None:
    assert drawn(meaning(text).where).count("archived") == 1


@pytest.mark.parametrize(
    ("text", "field", "descending"),
    [
        ("", UPDATED, True),
        ("is:open", UPDATED, True),
        ("updated:<7d", UPDATED, True),
        ("created:<7d", CREATED, True),
        ("due:<7d", DUE, False),
        ("is:overdue", DUE, False),
        ("created:<7d due:<7d", UPDATED, True),
        ("-created:<7d", UPDATED, True),
        ("created:<7d sort:updated", UPDATED, False),
        ("checkout sort:-priority", PRIORITY, True),
        ("-checkout", UPDATED, True),
        ("checkout OR is:open", UPDATED, True),
    ],
)
def test_the_order(text: str, field: Any, descending: bool) -> None:
    sort = meaning(text).sort
    assert (sort.field, sort.descending) == (field, descending)


@pytest.mark.parametrize("text", ["checkout", "title:a", "checkout is:open created:<7d", "a OR b", "a -b"])
def test_words_have_their_best_matches_first(text: str) -> None:
    assert meaning(text).sort is None


WRONG = {
    "asignee:@me": ("asignee", "“asignee” is not a field. Did you mean assignee? To search for the words,"),
    "xyzzy:1": ("xyzzy", "“xyzzy” is not a field. There are project, key, title,"),
    "priority>=P2": ("priority>=P2", "“priority>=P2” lacks its colon. Write priority:>=P2, or put it in quotes"),
    "status=open": ("status=open", "“status=open” lacks its colon. Write status:open, or"),
    "status:opne": ("opne", "“opne” does not fit status. It takes a status, such as open,"),
    "status:none": ("none", "Every case has a value for status."),
    "status:>open": ("status:>open", "Only priority and dates can be compared. Write status: and a status"),
    "service:a..b": ("service:a..b", "Only priority and dates can be compared."),
    "priority:P9": ("P9", "“P9” does not fit priority. It takes p1, p2, p3, p4, p5 or none, or a comparison"),
    "priority:P1,P2": ("P1,P2", "“P1,P2” does not fit priority."),
    "priority:>=none": ("none", "“none” does not fit priority."),
    "type:securty": ("securty", "“securty” does not fit type. It takes a case type, such as Security. There are"),
    "source:moniter": ("moniter", "“moniter” does not fit source. It takes person, monitor,"),
    "project:OPSS": ("OPSS", "There is no project “OPSS” that you can see. Did you mean OPS?"),
    "project:SECRET": ("SECRET", "There is no project “SECRET” that you can see. There are OPS, WEB."),
    "key:12": ("12", "“12” does not fit key. It takes a case's key, such as OPS-12 or OPS-1*."),
    "assignee:@bbob": ("@bbob", "Nobody here is called “bbob”. Did you mean Bob?"),
    "assignee:@ann": ("@ann", "2 people are called “ann”: Ann Lee, Ann Poe. Write the full name in quotes"),
    "assignee:@sre": ("@sre", "“sre” is a team. Write team: instead of assignee:."),
    "assignee:<!subteam^S1|@sre>": ("<!subteam^S1|@sre>", "This is a team. Write team: instead of assignee:."),
    "team:<@U1|ann>": ("<@U1|ann>", "This is a person. Write assignee: instead of team:."),
    "team:@sree": ("@sree", "There is no team “sree”. Did you mean sre?"),
    "team:<!subteam^S9|@x>": ("<!subteam^S9|@x>", "There is no team “@S9”."),
    "<@U1|ann>": ("<@U1|ann>", "Say what this person has to do with the case: assignee:, reporter: or watcher:"),
    "<!subteam^S1|@sre>": ("<!subteam^S1|@sre>", "Write team: before a team."),
    "+++": ("+++", "“+++” has no letters or digits to search for. Leave it out, or add a word."),
    "is:opn": ("opn", "“opn” is nothing that is: knows. Did you mean open? Write one of open, closed,"),
    "has:tickets": ("tickets", "“tickets” is nothing that has: knows. Did you mean ticket?"),
    "created:soon": ("soon", "“soon” is no date. Write a day such as 2026-01-31, a range such as"),
    "created:2026-13-01": ("2026-13-01", "“2026-13-01” is no date."),
    "created:0001-01-01": ("0001-01-01", "“0001-01-01” is no date."),
    "created:٢٠٢٦-٠١-٠١": ("٢٠٢٦-٠١-٠١", "“٢٠٢٦-٠١-٠١” is no date."),
    "created:2026-01-01T25:00": ("2026-01-01T25:00", "“2026-01-01T25:00” is no date."),
    "created:7d": ("7d", "Write created:<7d for less, or created:>7d for more, than “7d”."),
    "created:<-7d": ("-7d", "Leave out the “-”: 7d already lies in the past."),
    "due:<7h": ("7h", "due: counts in days. Write 1d instead of “7h”."),
    "due:2026-02-02..2026-01-01": ("due:2026-02-02..2026-01-01", "This range ends before it begins."),
    "created:>2026-02-01 created:<2026-01-01": ("created:<2026-01-01", "No case can meet this and the other condition"),
    "created:(>2026-02-01 <2026-01-01)": ("<2026-01-01", "No case can meet this and the other condition"),
    "priority:(P1 P2)": ("P2", "A case has only one priority, and it cannot be this and the other. Put OR"),
    "is:closed status:in-progress": ("status:in-progress", "A case has only one status"),
    "sort:titel": ("titel", "“titel” is no order. Write sort:created, sort:updated, sort:closed, sort:due,"),
    "sort:updatd": ("updatd", "“updatd” is no order."),
    "sort:(a)": ("a", "sort: takes one of created, updated, closed, due, priority, as in sort:-updated."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "word", "sentence"), [(text, *said) for text, said in WRONG.items()])
def test_an_error_points_at_the_word_and_names_the_nearest_right_one(text: str, word: str, sentence: str) -> None:
    with pytest.raises(QueryError) as raised:
        meaning(text)
    span = raised.value.span
    assert raised.value.sentence.startswith(sentence)
    assert text[span.start : span.end] == word


def test_values_that_exclude_each_other_may_be_excluded_or_alternatives() -> None:
    assert meaning("-priority:p1 -priority:p2")
    assert meaning("priority:p1 OR priority:p2")
    assert meaning("team:sre team:payments")
    assert drawn(meaning("is:closed").where).startswith("(group=closed")
    assert OneOf(GROUP, frozenset({"closed"})) in parts(meaning("is:closed").where)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("status:opne", "Open"), ("source:moniter", "monitor"), ("priority:P22", "P2"), ("is:opn", "open")],
)
def test_the_nearest_right_value_is_named(text: str, meant: str) -> None:
    with pytest.raises(QueryError, match=rf"Did you mean {meant}\?"):
        meaning(text)
