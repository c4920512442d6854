"""Search by examples, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text

from bot.domain.case import Case
from bot.domain.evidence import Note
from bot.domain.person import Person
from bot.domain.query import QueryError, Viewer, parse
from bot.storage import search_index, search_plan
from bot.storage.database import Database, Work
from bot.storage.search_reading import HASTE
from tests.storage.searching import NOW, plain, put, settle


@pytest.fixture
def viewer(database: Database) -> Viewer:
    return settle(database)


def there(database: Database, *cases: dict[str, object]) -> list[str]:
    """These cases are there, numbered from 1."""
    with database.write() as work:
        return [put(work, fields, number)[0].key for number, fields in enumerate(cases, 1)]


def found(database: Database, viewer: Viewer, query: str) -> list[str]:
    with database.read() as work:
        return [case.key for case in work.search.page(parse(query), viewer)]


def titled(*titles: str) -> list[dict[str, object]]:
    return [plain(title=title) for title in titles]


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", listen)
    yield said
    event.remove(database.engine, "before_cursor_execute", listen)


TEXTS = (
    "Checkout is down", "Café déjà-vu", "Use C++ not C#", "障害が発生しました", "🔥 fire", "Don't panic",
    "x_y host-42.example.com", "STRASSE", "שָׁלוֹם עולם", "the and of", "50% of 1,000",
    "<b>bold</b> & 'quoted' \"text\"", "naïve coöperate", "OPS-1 again",
)  # fmt: skip
WORDS = {
    "checkout": [1],
    "CHECKOUT": [1],
    "check": [],
    "check*": [1],
    '"checkout is"': [1],
    '"is checkout"': [],
    "cafe": [2],
    "CAFÉ": [2],
    "deja-vu": [2],
    '"cafe deja"*': [2],
    "c++": [3],
    "c#": [3],
    "障害": [4],
    "発生": [4],
    "害が": [4],
    "障が": [],
    "🔥": [5],
    "don't": [6],
    "don’t": [6],
    "x_y": [7],
    "host-4*": [7],
    "example.com": [7],
    "straße": [8],
    "שלום": [9],
    "the": [10],
    "of": [10, 11],
    "50%": [11],
    "1,000": [11],
    '"quoted text"': [12],
    "naive": [13],
    "coo*": [13],
    "ops-1": [1, 14],
    "key:ops-1*": [1, 10, 11, 12, 13, 14],
    "title:ops": [14],
    "host*": [7],
    "c*": [1, 2, 3, 7, 13],
    "nowhere": [],
}


def test_both_databases_find_the_same_words(database: Database, viewer: Viewer) -> None:
    there(database, *titled(*TEXTS))
    for query, numbers in WORDS.items():
        assert sorted(found(database, viewer, query)) == sorted(f"OPS-{number}" for number in numbers), query


def test_words_of_title_description_and_notes_together(database: Database, viewer: Viewer) -> None:
    there(database, plain(title="alpha", description="beta", notes=["gamma delta", "epsilon"]), plain(title="alpha"))
    assert found(database, viewer, "alpha beta gamma epsilon") == ["OPS-1"]
    assert found(database, viewer, "alpha -gamma") == ["OPS-2"]
    assert found(database, viewer, '"alpha beta"') == []
    assert found(database, viewer, '"delta epsilon"') == []


def test_best_matches_come_first_and_of_these_the_newest(database: Database, viewer: Viewer) -> None:
    there(database, plain(title="login"), plain(title="x", description="login"), plain(title="the login"))
    assert found(database, viewer, "login") == ["OPS-3", "OPS-1", "OPS-2"]
    assert found(database, viewer, "login sort:created") == ["OPS-1", "OPS-2", "OPS-3"]


def test_projects_that_may_not_be_seen(database: Database, viewer: Viewer) -> None:
    there(database, plain(project="SECRET"), plain(project="WEB"))
    for query in (
        "",
        "checkout",
        "reporter:@me",
        "key:SECRET-1",
        "-project:ops",
        "checkout sort:due",
        "priority:none OR x",
    ):
        assert found(database, viewer, query) == ([] if query.startswith("key") else ["WEB-2"]), query
    with database.read() as work:
        assert work.search.count(parse("checkout"), viewer) == 1
        assert [case.key for case in work.search.suggest("check", viewer)] == ["WEB-2"]
        assert work.search.suggest("SECRET-1", viewer) == []
    nobody = Viewer("UGUS", NOW, "UTC", frozenset())
    assert found(database, nobody, "") == found(database, nobody, "checkout") == []


def test_what_few_of_the_cases_with_frequent_words_meet(
    database: Database, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_plan, "RARE", 0)
    there(database, plain(priority="P1"), *(plain(priority="P2") for _ in range(HASTE + 5)), plain(priority="P1"))
    assert found(database, viewer, "checkout priority:P1") == [f"OPS-{HASTE + 7}", "OPS-1"]


def test_archived_cases_only_when_asked_for(database: Database, viewer: Viewer) -> None:
    there(database, plain(), plain(archived_at=NOW))
    assert found(database, viewer, "checkout") == found(database, viewer, "reporter:@me") == ["OPS-1"]
    assert found(database, viewer, "checkout is:archived") == found(database, viewer, "is:archived") == ["OPS-2"]
    assert found(database, viewer, "is:archived OR is:open") == ["OPS-2", "OPS-1"]
    with database.read() as work:
        assert [case.key for case in work.search.suggest("checkout", viewer)] == ["OPS-1"]


def test_an_empty_field_is_not_a_value(database: Database, viewer: Viewer) -> None:
    there(database, plain(), plain(assignee="UBOB", due=date(2026, 3, 5), attributes={"env": "prod"}))
    assert found(database, viewer, "-assignee:@bob") == ["OPS-1"]
    assert found(database, viewer, "-assignee:@carol") == ["OPS-2", "OPS-1"]
    assert found(database, viewer, "-env:prod") == ["OPS-1"]
    assert found(database, viewer, "-due:<7d") == ["OPS-1"]


def test_people_teams_and_attributes_are_looked_up(database: Database, viewer: Viewer) -> None:
    there(database, plain(assignee="UCAROL", teams={"sre"}, attributes={"Region": "EU West"}))
    with database.write() as work:
        work.add(Person(id="UGONE", name="Ann Gone", is_gone=True), Person(id="UBOT", name="Bob Bot", is_bot=True))
    for query in ("assignee:@carol", 'assignee:"carol diaz"', "assignee:UCAROL", "assignee:@DÍAZ", "team:SRE",
                  'region:"eu  west"', "region:eu*"):  # fmt: skip
        assert found(database, viewer, query) == ["OPS-1"], query
    for query, sentence in {
        "assignee:@ann": "2 people are called “ann”: Ann Gone, Ann Lee.",
        "assignee:@carl": "Nobody here is called “carl”. Did you mean Carol?",
        "regoin:eu": "“regoin” is not a field. Did you mean region?",
        "team:sree": "There is no team “sree”. Did you mean sre?",
        "status:triag": "“triag” does not fit status.",
    }.items():
        with pytest.raises(QueryError) as raised:
            found(database, viewer, query)
        assert raised.value.sentence.startswith(sentence)


def test_slices_go_on_where_they_ended_while_cases_change(database: Database, viewer: Viewer) -> None:
    there(database, *(plain(updated_at=NOW - timedelta(minutes=number)) for number in range(9)))
    with database.read() as work:
        first = work.search.after(parse(""), viewer, size=3)
    assert [case.key for case in first.cases] == ["OPS-1", "OPS-2", "OPS-3"]
    with database.write() as work:
        for key in ("OPS-3", "OPS-8"):
            case = work.cases.by_key(key)
            assert case
            case.updated_at = NOW + timedelta(hours=1)
        put(work, plain(), 10)
    with database.read() as work:
        second = work.search.after(parse(""), viewer, first.cursor, size=3)
        third = work.search.after(parse(""), viewer, second.cursor, size=3)
    assert [case.key for case in (*second.cases, *third.cases)] == ["OPS-4", "OPS-5", "OPS-6", "OPS-7", "OPS-9"]
    assert third.cursor is None


def test_slices_go_back_to_where_they_came_from_while_cases_change(database: Database, viewer: Viewer) -> None:
    there(database, *(plain(updated_at=NOW - timedelta(minutes=number)) for number in range(7)))
    with database.read() as work:
        first = work.search.after(parse(""), viewer, size=2)
        second = work.search.after(parse(""), viewer, first.cursor, size=2)
        third = work.search.after(parse(""), viewer, second.cursor, size=2)
    assert first.back is None
    with database.write() as work:
        put(work, plain(updated_at=NOW + timedelta(hours=1)), 8)
    assert third.back
    with database.read() as work:
        back = work.search.before(parse(""), viewer, third.back, size=2)
        assert [case.key for case in back.cases] == ["OPS-3", "OPS-4"]
        assert back.back
        start = work.search.before(parse(""), viewer, back.back, size=9)
        on = work.search.after(parse(""), viewer, back.cursor, size=2)
    assert ([case.key for case in start.cases], start.back) == (["OPS-8", "OPS-1", "OPS-2"], None)
    assert [case.key for case in on.cases] == [case.key for case in third.cases]


@pytest.mark.parametrize("cursor", ["x", "0/1", "0/1/x", "0/a/i1", "0/1/t2026"])
def test_a_cursor_that_was_not_given_out(database: Database, viewer: Viewer, cursor: str) -> None:
    with database.read() as work, pytest.raises(ValueError):  # noqa: PT011
        work.search.after(parse(""), viewer, cursor)


def test_pages_are_numbered_from_one(database: Database, viewer: Viewer) -> None:
    there(database, *(plain() for _ in range(7)))
    with database.read() as work:
        pages = [[case.key for case in work.search.page(parse(""), viewer, page=page, size=3)] for page in (1, 2, 3, 4)]
    assert pages == [["OPS-7", "OPS-6", "OPS-5"], ["OPS-4", "OPS-3", "OPS-2"], ["OPS-1"], []]


def test_counting_stops_at_its_limit(database: Database, viewer: Viewer) -> None:
    there(database, *(plain() for _ in range(7)))
    with database.read() as work:
        for query in ("", "checkout", "is:open", "reporter:@me", "checkout OR is:open", "team:none"):
            assert work.search.count(parse(query), viewer) == 7, query
            assert work.search.count(parse(query), viewer, limit=4) == 4, query


def test_suggestions(database: Database, viewer: Viewer) -> None:
    titles = ("Checkout is down", "Checkout API is slow", "Login fails", "Café closed")
    there(database, *(plain(title=title, updated_at=NOW - timedelta(hours=n)) for n, title in enumerate(titles)))
    expected = {
        "": [1, 2, 3, 4],
        "c": [1, 2, 4],
        "ch": [1, 2],
        "check": [1, 2],
        "checkout is": [1, 2],
        "down che": [1],
        "cafe": [4],
        "ops-3": [3],
        "OPS-": [1, 2, 3, 4],
        "zzz": [],
        '") OR (': [],
        "+++": [1, 2, 3, 4],
    }
    with database.read() as work:
        for typed, numbers in expected.items():
            assert [case.number for case in work.search.suggest(typed, viewer)] == numbers, typed
        assert len(work.search.suggest("", viewer, limit=2)) == 2


def test_a_page_takes_the_same_number_of_queries_however_many_rows_it_has(database: Database, viewer: Viewer) -> None:
    there(database, *(plain(teams={"sre"}) for _ in range(8)))
    for query in ("", "checkout", "assignee:none"):
        taken = []
        for size in (1, 7):
            with database.read() as work, statements(database) as said:
                cases = work.search.page(parse(query), viewer, size=size)
                assert [team.handle for case in cases for team in case.teams] == ["sre"] * size
                assert [(case.posts, case.project.key, case.type.name) for case in cases] == [
                    ([], "OPS", "Standard")
                ] * size
            taken.append(len(said))
        assert taken[0] == taken[1] <= 6, query


def test_only_changed_texts_are_written_to_the_index(database: Database, viewer: Viewer) -> None:
    there(database, plain(attributes={"env": "prod"}))

    def writes(change: str, value: object) -> list[str]:
        with statements(database) as said, database.write() as work:
            setattr(the_case(work), change, value)
        return [statement for statement in said if "case_search" in statement]

    for change, value in {
        "status": "Closed",
        "assignee": "UBOB",
        "priority": "P1",
        "version": 9,
        "title": "Checkout is down",
    }.items():
        assert writes(change, value) == []
    assert writes("title", "Login is down")
    assert found(database, viewer, "login") == ["OPS-1"]
    assert found(database, viewer, "checkout") == []
    assert writes("attributes", {"env": "staging"})
    assert (found(database, viewer, "env:prod"), found(database, viewer, "env:staging")) == ([], ["OPS-1"])


def the_case(work: Work) -> Case:
    case = work.cases.by_key("OPS-1")
    assert case
    return case


def test_notes_are_found_as_they_are_now(database: Database, viewer: Viewer) -> None:
    there(database, plain())
    with database.write() as work:
        note = Note(case_id=the_case(work).id, author="UBOB", text="first words", created_at=NOW)
        work.add(note)
    assert found(database, viewer, "first") == ["OPS-1"]
    for change, gone, there_now in (("text", "first", "second"), ("deleted_at", "second", "checkout")):
        with database.write() as work:
            kept = work.cases.note(note.id)
            assert kept
            setattr(kept, change, "second words" if change == "text" else NOW)
        assert found(database, viewer, gone) == []
        assert found(database, viewer, there_now) == ["OPS-1"]


def test_a_deleted_case_leaves_nothing_behind(database: Database, viewer: Viewer) -> None:
    there(database, plain(attributes={"env": "prod"}), plain())
    with database.write() as work:
        work.session.delete(the_case(work))
    with database.write() as work:
        work.session.execute(text("DELETE FROM cases"))
    with database.read() as work:
        for table in ("case_search", "case_search_attributes"):
            assert work.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
    there(database, plain(title="again"))
    assert (found(database, viewer, "again"), found(database, viewer, "checkout")) == (["OPS-1"], [])


def test_what_is_rolled_back_is_not_found(database: Database, viewer: Viewer) -> None:
    with suppress(ZeroDivisionError), database.write() as work:
        put(work, plain(), 1)
        _ = 1 / 0
    assert found(database, viewer, "checkout") == []


def test_the_index_can_be_written_anew(database: Database, viewer: Viewer) -> None:
    there(database, *(plain(notes=["noted"], attributes={"env": "prod"}) for _ in range(3)))
    with database.write() as work:
        work.session.execute(text("DELETE FROM case_search"))
        work.session.execute(text("UPDATE cases SET title = 'Login'"))
        work.session.execute(text("DELETE FROM case_search_attributes"))
    assert found(database, viewer, "noted") == []
    with database.write() as work, pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_index, "BATCH", 2)
        search_index.refill(work.session.connection())
    for query in ("noted", "login", "env:prod"):
        assert len(found(database, viewer, query)) == 3, query


def test_long_texts_and_many_notes(database: Database, viewer: Viewer) -> None:
    """PostgreSQL has limits for one document that SQLite does not have."""
    there(
        database,
        plain(
            description="の" * 3000,
            notes=[*("ﷺ " * 750 for _ in range(220)), "w" * 3000],
            attributes={"env": "ﷺ" * 200},
        ),
    )
    for query in ("のの", "ﷺ", "w*", "has:env"):
        assert found(database, viewer, query) == ["OPS-1"], query
